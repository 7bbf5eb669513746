"""Test the exercises and puzzles: correct solutions are accepted, and wrong ones get a hint."""

import os
import shutil
import sys
import tomllib
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.course.puzzles import COURSE, PACKAGES
from harness.processes.commands import run

EXERCISES = sorted(
    path.parent for kind in ("exercises", "puzzles") for path in COURSE.glob(f"{kind}/*/check.toml")
)
PUZZLES = [folder for folder in EXERCISES if folder.parent.name == "puzzles"]

each_exercise = pytest.mark.parametrize("folder", EXERCISES, ids=lambda folder: folder.name)


def content(folder: Path) -> dict[str, Any]:
    """Return the contents of an exercise's check.toml."""
    return tomllib.loads((folder / "check.toml").read_text(encoding="utf-8"))


def apply(patch: Path, tree: Path) -> None:
    """Apply a patch to a folder."""
    run("git", "apply", "--whitespace=nowarn", patch, cwd=tree)


def begin(folder: Path, artifacts: ArtifactCache, destination: Path) -> Path:
    """Create an exercise's initial project, and return the project's folder."""
    exercise = content(folder)
    if "checkpoint" in exercise:
        answers = COURSE / "checkpoints" / f"{exercise['checkpoint']}.yml"
        artifacts.copy(yaml.safe_load(answers.read_text(encoding="utf-8")), destination)
    else:
        start = PACKAGES / folder.name if "puzzle" in exercise else folder / "start"
        shutil.copytree(start, destination)
    if (folder / "start.patch").exists():
        apply(folder / "start.patch", destination)
    return destination


def check(folder: Path, package: Path, exit_code: int) -> CompletedProcess[str]:
    """Run the checker on a package with the tests' Python and uv, and return the result."""
    programs = Path(sys.executable).parent
    return run(
        *(sys.executable, COURSE / "check.py", folder.name, package),
        env={"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "UV": find_uv_bin()},
        exit_code=exit_code,
    )


def hints(folder: Path) -> list[str]:
    """Return an exercise's hints, beginning with the hints for the unsolved exercise."""
    checks = sorted(content(folder)["checks"], key=lambda check: "at_start" not in check)
    return [
        hint
        for check in checks
        for hint in [*check.get("hints", {}).values(), *filter(None, [check.get("hint")])]
    ]


def start_hint(folder: Path) -> str:
    """Return the hint for the unsolved exercise."""
    checks = [check for check in content(folder)["checks"] if "hint" in check or "hints" in check]
    first = next((check for check in checks if "at_start" in check), checks[0])
    return str(first.get("hint") or next(iter(first["hints"].values())))


def added_lines(folder: Path) -> list[str]:
    """Return the lines that the solution adds, except very short ones."""
    lines = (folder / "solution.patch").read_text(encoding="utf-8").splitlines()
    added = [line[1:].strip() for line in lines if line[:1] == "+" and line[:4] != "+++ "]
    return [line for line in added if len(line) > 6]


@each_exercise
def test_start_fails_with_its_hint(folder: Path, artifacts: ArtifactCache, tmp_path: Path) -> None:
    """The checker rejects an unsolved exercise with the correct hint, and doesn't change files.

    The output contains no line that the solution adds.
    """
    package = begin(folder, artifacts, tmp_path / "package")
    before = tree(package)
    printed = check(folder, package, exit_code=1).stdout
    assert f"Hint: {start_hint(folder)}" in " ".join(printed.split())
    assert [] == [line for line in added_lines(folder) if line in printed]
    assert before == tree(package)


@each_exercise
def test_solution_passes(folder: Path, artifacts: ArtifactCache, tmp_path: Path) -> None:
    """The checker accepts each exercise's solution."""
    package = begin(folder, artifacts, tmp_path / "package")
    apply(folder / "solution.patch", package)
    assert "All checks passed." in check(folder, package, exit_code=0).stdout


@each_exercise
def test_hints_do_not_reveal_the_solution(folder: Path) -> None:
    """No title, check description, or hint contains a line that the solution adds."""
    about = [check.get("about", "") for check in content(folder)["checks"]]
    text = "\n".join([content(folder)["title"], *about, *hints(folder)])
    assert [] == [line for line in added_lines(folder) if line in text]


@each_exercise
def test_checks_have_hints(folder: Path) -> None:
    """Each check has a hint, except `builds`, for which the checker has default hints."""
    checks = content(folder)["checks"]
    assert [] == [c for c in checks if not {"hint", "builds"} & set(c)]


@each_exercise
def test_hints_are_questions(folder: Path) -> None:
    """Each hint asks a question."""
    assert [] == [hint for hint in hints(folder) if "?" not in hint]


@each_exercise
def test_built_package_must_specify_its_backend(folder: Path) -> None:
    """Each exercise that checks a built package also requires a build backend."""
    kinds = {kind for check in content(folder)["checks"] for kind in check}
    built = {"entry_point", "metadata", "not_in_index", "runs", "wheel_has", "wheel_lacks"}
    built |= {"sdist_has", "sdist_lacks", "sdist_skips"}
    assert "builds" in kinds or not kinds & built


def test_puzzles_are_numbered() -> None:
    """There are at least twelve puzzles, and their titles contain consecutive numbers."""
    numbers = sorted(content(folder)["puzzle"] for folder in PUZZLES)
    assert list(range(1, len(PUZZLES) + 1)) == numbers
    assert len(PUZZLES) >= 12
    for folder in PUZZLES:
        assert content(folder)["title"].startswith(f"Puzzle {content(folder)['puzzle']}: ")


BUILD_HINT = "The build printed the lines above."
BACKEND_HINT = "Which table of pyproject.toml specifies the build backend?"
COMMAND_HINT = "Where should this command come from"

# For each wrong solution: the exercise, the state to change, a file, replacements in the file (the
# key "" appends text), and the beginning of the hint.
WRONG_SOLUTIONS: list[tuple[str, str, str, dict[str, str], str]] = [
    (
        "files-from-a-neighbor",
        "solution",
        "requirements.txt",
        {"": "pygments\n"},
        "The program works. Does it import the package",
    ),
    (
        "files-from-a-neighbor",
        "solution",
        "environment.yml",
        {"  - conda-forge\n": ""},
        "The packages are correct. Does environment.yml still name the channel",
    ),
    (
        "first-dockerfile",
        "solution",
        "Dockerfile",
        {"10001:10001": "app"},
        "Which user does a name refer to?",
    ),
    (
        "first-dockerfile",
        "solution",
        "Dockerfile",
        {'["pipeline"]': "pipeline"},
        "When someone stops the container",
    ),
    (
        "first-workflow",
        "solution",
        ".github/workflows/publish.yml",
        {"id-token: write": "contents: read"},
        "Which permission does a job need",
    ),
    (
        "first-workflow",
        "solution",
        ".github/workflows/publish.yml",
        {"permissions: {}": "permissions: read-all"},
        "The line above gives every job at least read access",
    ),
    (
        "from-setup-py",
        "solution",
        "pyproject.toml",
        {'[build-system]\nrequires = ["hatchling>=1.27"]\nbuild-backend = "hatchling.build"': ""},
        BACKEND_HINT,
    ),
    (
        "exit-code",
        "start",
        "src/greetings/cli.py",
        {"return print(f": "raise SystemExit("},
        "The command fails, but with the exit code for other errors.",
    ),
    (
        "exit-code",
        "start",
        "src/greetings/cli.py",
        {"if arguments.language not in GREETINGS": "if False"},
        "Which exception ends the program?",
    ),
    (
        "exit-code",
        "solution",
        "src/greetings/__main__.py",
        {"sys.exit(main())": "main()"},
        "The command is correct, but `python -m`",
    ),
    (
        "failing-task",
        "solution",
        "Makefile",
        {"\t": "    "},
        "Which character must each command",
    ),
    (
        "failing-task",
        "solution",
        "Makefile",
        {".PHONY: check": ""},
        "Why does make think that there is nothing to do?",
    ),
    (
        "failing-task",
        "solution",
        "run.sh",
        {"-euo": "-eo"},
        "The task requires the name of a file.",
    ),
    (
        "installable-by-hand",
        "solution",
        "pyproject.toml",
        {"[build-system]": "[build_system]"},
        "Which file does a build frontend look for",
    ),
    ("installable-by-hand", "solution", "pyproject.toml", {"name =": "name"}, BUILD_HINT),
    (
        "installable-by-hand",
        "solution",
        "pyproject.toml",
        {">=3.11": ">=3.9"},
        "What is the oldest Python version",
    ),
    (
        "installable-by-hand",
        "solution",
        "pyproject.toml",
        {'greetings = "': 'greet = "'},
        COMMAND_HINT,
    ),
    (
        "installable-by-hand",
        "solution",
        "pyproject.toml",
        {"terminal:run": "terminal:main"},
        "Do the module and the function",
    ),
    (
        "project-summary",
        "start",
        "pyproject.toml",
        {'description = "Greetings"': 'description = "Greets people"'},
        "pyproject.toml contains your summary, but your recorded answers do not",
    ),
    (
        "script-with-dependencies",
        "start",
        "quote.py",
        {"#": "# "},
        "uv recognizes the block but can't read it.",
    ),
    (
        "sorted-dependencies",
        "solution",
        "pyproject.toml",
        {"greetings[colors]": "rich>=13"},
        "Two lines contain the oldest version of rich",
    ),
    (
        "sorted-dependencies",
        "solution",
        "pyproject.toml",
        {'all = ["greetings[colors]"]': 'all = ["greetings[colors]"]\ntest = ["coverage>=7.6"]'},
        "Extras are published, so anyone can install them.",
    ),
    (
        "sorted-dependencies",
        "solution",
        "pyproject.toml",
        {"dependencies = []": 'dependencies = ["coverage>=7.6"]'},
        "Users no longer get pytest. Which other test tool",
    ),
    (
        "thorough-tests",
        "start",
        "tests/test_greetings.py",
        {"def test_": "def check_"},
        "pytest doesn't find any test.",
    ),
    (
        "two-numbers",
        "start",
        "pyproject.toml",
        {"0.2.0": "0.1.0"},
        "The release on the index can't change.",
    ),
    (
        "two-numbers",
        "start",
        "src/two_numbers/__init__.py",
        {"0.1.0": "0.2.0"},
        "Both places now contain the same version.",
    ),
    (
        "cache-key-without-file",
        "start",
        ".github/workflows/tests.yml",
        {"-${{ hashFiles('**/project.toml') }}": ""},
        "The key doesn't depend on the content of any file.",
    ),
    (
        "cache-key-without-file",
        "start",
        ".github/workflows/tests.yml",
        {"**/project.toml": "src/**"},
        "The key now depends on a file that exists.",
    ),
    (
        "file-missing-from-sdist",
        "start",
        "setup.py",
        {'Path("requirements.txt").read_text().splitlines()': "[]"},
        "The package builds, but the wheel no longer requires rich.",
    ),
    ("file-missing-from-sdist", "start", "setup.py", {"setup(": "setup(("}, BUILD_HINT),
    (
        "hidden-failure",
        "start",
        "tools/check_words.py",
        {"sys.exit(0)": "sys.exit(1)"},
        "The script now fails when it should.",
    ),
    (
        "hidden-failure",
        "solution",
        "tools/check_words.py",
        {'print("All greetings are complete.")': 'sys.exit("All greetings are complete.")'},
        "All greetings are complete. Why does the script still fail?",
    ),
    (
        "missing-data",
        "start",
        "pyproject.toml",
        {"feast_day =": "feast_days ="},
        "The first of three problems is fixed.",
    ),
    (
        "missing-data",
        "start",
        "pyproject.toml",
        {"feast_day =": "feast_days =", '"*.json"': '"**/*.json"'},
        "Two problems are fixed:",
    ),
    (
        "misspelled-bound",
        "start",
        "pyproject.toml",
        {"rich>-13": "rich>13"},
        "The package builds. Which versions of rich",
    ),
    (
        "misspelled-bound",
        "start",
        "pyproject.toml",
        {"rich>-13": "rich=13"},
        "The message quotes a line and points to a character.",
    ),
    ("misspelled-bound", "start", "pyproject.toml", {"[project]": "[project"}, BUILD_HINT),
    (
        "misspelled-build-system",
        "start",
        "pyproject.toml",
        {
            "": '[project]\nname = "night-lantern"\nversion = "0.4.2"\n'
            'scripts.night-lantern = "night_lantern:main"\n'
            '[tool.setuptools]\npackages.find.where = ["src"]\n'
        },
        BACKEND_HINT,
    ),
    (
        "script-names-a-file",
        "start",
        "pyproject.toml",
        {"__main__.py:cli": "picture_postcard:cli"},
        "Python finds the module.",
    ),
    (
        "requirements-in-an-extra",
        "start",
        "pyproject.toml",
        {"dependencies = []": 'dependencies = ["rich>=13", "pytest>=8"]'},
        "rich is now installed for all users.",
    ),
    (
        "requirements-in-an-extra",
        "start",
        "pyproject.toml",
        {"dependencies = []": 'dependencies = ["rainbow-hello[std]"]'},
        "Now the package requires its own extra.",
    ),
    ("script-names-a-file", "start", "pyproject.toml", {'postcard = "': 'card = "'}, COMMAND_HINT),
    (
        "secret-in-sdist",
        "start",
        "pyproject.toml",
        {"": '[tool.hatch.build.targets.sdist]\nonly-include = ["src"]\n'},
        "The secret is no longer in the sdist, but other files are missing",
    ),
    (
        "secret-in-sdist",
        "start",
        ".gitignore",
        {"": ".env\n"},
        "This secret is no longer in the sdist, but the next new file will be.",
    ),
    (
        "secret-in-sdist",
        "start",
        "pyproject.toml",
        {"": '[tool.hatch.build.targets.sdist]\nexclude = [".env"]\n'},
        "This secret is no longer in the sdist, but the next new file will be.",
    ),
    (
        "two-utils",
        "start",
        "letter_box/letters/write.py",
        {"sys.path.append(": "sys.path.insert(0, "},
        "The command works, but the code changes sys.path.",
    ),
    (
        "used-version",
        "start",
        "pyproject.toml",
        {
            'name = "birthday-bells"': 'name = "birthday-rings"',
            "": '[tool.uv.build-backend]\nmodule-name = "birthday_bells"\n',
        },
        "Users of birthday-bells would not get this release.",
    ),
]


@pytest.mark.parametrize(
    ("name", "state", "path", "replacements", "hint"),
    WRONG_SOLUTIONS,
    ids=[f"{name}-{number}" for number, (name, *_) in enumerate(WRONG_SOLUTIONS)],
)
def test_wrong_solution_gets_its_hint(
    name: str,
    state: str,
    path: str,
    replacements: dict[str, str],
    hint: str,
    artifacts: ArtifactCache,
    tmp_path: Path,
) -> None:
    """The checker rejects a wrong solution with the hint for its error."""
    (folder,) = (folder for folder in EXERCISES if folder.name == name)
    package = begin(folder, artifacts, tmp_path / "package")
    if state == "solution":
        apply(folder / "solution.patch", package)
    text = (package / path).read_text(encoding="utf-8")
    for old, new in replacements.items():
        assert old in text
        text = text.replace(old, new) if old else text + new
    (package / path).write_text(text, encoding="utf-8")
    printed = check(folder, package, exit_code=1).stdout
    assert f"Hint: {hint}" in " ".join(printed.split())
