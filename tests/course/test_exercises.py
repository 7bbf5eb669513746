"""Test the exercises and puzzles: correct solutions are accepted, and wrong ones get a hint."""

import os
import re
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
from harness.packagestan.template import ROOT, facts
from harness.processes.commands import run

EXERCISES = sorted(
    path.parent for kind in ("exercises", "puzzles") for path in COURSE.glob(f"{kind}/*/check.toml")
)
PUZZLES = [folder for folder in EXERCISES if folder.parent.name == "puzzles"]

# The beginning of the hint for any failed build.
BUILD_HINT = "The build printed the lines above."

each_exercise = pytest.mark.parametrize("folder", EXERCISES, ids=lambda folder: folder.name)


def content(folder: Path) -> dict[str, Any]:
    """Return the contents of an exercise's check.toml."""
    return tomllib.loads((folder / "check.toml").read_text(encoding="utf-8"))


def apply(patch: Path, tree: Path, *options: str) -> None:
    """Apply a patch, which must have correct line numbers, to a folder."""
    ended = run("git", "apply", "--verbose", "--whitespace=nowarn", *options, patch, cwd=tree)
    assert "offset" not in ended.stderr


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
    """The checker and ruff accept each exercise's solution, and the patch can be undone."""
    package = begin(folder, artifacts, tmp_path / "package")
    before = tree(package)
    apply(folder / "solution.patch", package)
    assert "All checks passed." in check(folder, package, exit_code=0).stdout
    ruff = (sys.executable, "-m", "ruff")
    rules = ("--select=E,F,I", "--ignore=E501", "--per-file-ignores=__init__.py:F401")
    run(*ruff, "check", "--no-cache", "--isolated", *rules, cwd=package)
    run(*ruff, "format", "--no-cache", "--isolated", "--line-length=100", "--check", cwd=package)
    apply(folder / "solution.patch", package, "--reverse")
    assert before == tree(package)


@each_exercise
def test_hints_do_not_reveal_the_solution(folder: Path) -> None:
    """No title, check description, or hint contains a line that the solution adds."""
    about = [check.get("about", "") for check in content(folder)["checks"]]
    text = "\n".join([content(folder)["title"], *about, *hints(folder)])
    assert [] == [line for line in added_lines(folder) if line in text]


@each_exercise
def test_checks_have_hints(folder: Path) -> None:
    """Each check has a hint and a link, except `builds`, for which the checker has default hints."""
    checks = content(folder)["checks"]
    assert [] == [c for c in checks if not {"hint", "see"} <= set(c) and "builds" not in c]


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


# For each exercise, wrong solutions and the beginnings of their hints; see the comment in the file.
WRONG_SOLUTIONS: dict[str, list[tuple[str, str, str, dict[str, str]]]] = tomllib.loads(
    Path(__file__).with_name("wrong_solutions.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("folder", "number"),
    [
        pytest.param(folder, number, id=f"{folder.name}-{number}")
        for folder in EXERCISES
        for number in range(len(WRONG_SOLUTIONS[folder.name]))
    ],
)
def test_wrong_solution_gets_its_hint(
    folder: Path, number: int, artifacts: ArtifactCache, tmp_path: Path
) -> None:
    """The checker rejects a wrong solution with the hint for its error."""
    hint, state, path, replacements = WRONG_SOLUTIONS[folder.name][number]
    package = begin(folder, artifacts, tmp_path / "package")
    if state == "solution":
        apply(folder / "solution.patch", package)
    file = package / path
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    for old, new in replacements.items():
        assert old in text
        text = text.replace(old, new) if old else text + new
    file.write_text(text, encoding="utf-8")
    printed = check(folder, package, exit_code=1 if hint else 0).stdout
    assert (f"Hint: {hint}" if hint else "All checks passed.") in " ".join(printed.split())
    if hint == BUILD_HINT:
        assert "not yet: sdist and wheel\n" in printed


@each_exercise
def test_each_hint_is_tested(folder: Path) -> None:
    """The initial state or a wrong solution gets each hint, so every check is necessary."""
    shown = [start_hint(folder), *(hint for hint, *_ in WRONG_SOLUTIONS[folder.name] if hint)]
    assert [] == [hint for hint in hints(folder) if not hint.startswith(tuple(shown))]


GREETINGS = {"de": "Hallo", "en": "Hello", "es": "¡Hola"}


def test_greetings_are_the_same() -> None:
    """All files that list greetings contain the same words for the same languages."""
    files = [file for file in COURSE.glob("exercises/*/start/**/*") if file.is_file()]
    texts = [file.read_text(encoding="utf-8") for file in files if "faulty" not in file.parts]
    found = [re.findall(r'"(de|en|es)": "([^\s",]+)', text) for text in texts]
    assert [GREETINGS] * 6 == [dict(pairs) for pairs in found if pairs]
    assert len(GREETINGS) * 6 == sum(map(len, found))


def projects() -> dict[str, dict[str, Any]]:
    """Return each exercise's initial pyproject.toml, or the one that the solution creates."""
    found = {}
    for folder in COURSE.glob("exercises/*"):
        file, patch = folder / "start" / "pyproject.toml", folder / "solution.patch"
        created = re.search(
            r"^--- /dev/null\n\+\+\+ b/pyproject.toml\n@@.*\n((?:\+.*\n)+)",
            patch.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        if file.exists() or created:
            text = re.sub(r"(?m)^\+", "", created[1]) if created else file.read_text("utf-8")
            found[folder.name] = tomllib.loads(text)
    return found


@pytest.mark.parametrize(("name", "settings"), sorted(projects().items()), ids=sorted(projects()))
def test_project_follows_the_template(name: str, settings: dict[str, Any]) -> None:
    """A project has the template's build requirements and oldest Python, and the right version."""
    requirements = {choice["requires"] for choice in facts("backend").values()}
    required = settings.get("build-system", {"requires": []})["requires"]
    assert set(required) <= requirements
    assert bool(required) == (name != "thorough-tests")
    pythons = (ROOT / "template" / "data" / "python_versions.yml").read_text(encoding="utf-8")
    project = settings["project"]
    assert project["description"]
    if name != "from-setup-py":
        assert f">={yaml.safe_load(pythons)[0]}" == project["requires-python"]
    versions = {"music-genre-classification": "1.0.1", "two-numbers": "0.2.0"}
    assert versions.get(project["name"], "0.1.0") == project["version"]


def test_all_exercises_require_the_same_rich() -> None:
    """All exercises require the same version of rich."""
    files = [*COURSE.glob("exercises/*/solution.patch"), *COURSE.glob("exercises/*/start.patch")]
    files += COURSE.glob("exercises/*/start/pyproject.toml")
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    assert {"rich>=13"} == set(re.findall(r"rich>=[\d.]+", text))


def behavior(folder: Path) -> dict[str, Any]:
    """Return what a module of the exercise `thorough-tests` prints, by language.

    The last line of the output is the exit code.

    Args:
        folder: The folder that contains the module.
    """
    found = {}
    for language in (*GREETINGS, "xx"):
        code = f"import greetings; print(greetings.main(['Ada', {language!r}]))"
        ended = run(sys.executable, "-c", code, cwd=folder)
        found[language] = ended.stdout, ended.stderr
    return found


@pytest.mark.parametrize(
    ("fault", "language", "printed"),
    [
        ("german", "de", ("Hello, Ada!\n0\n", "")),
        ("fallback", "xx", ("Hello, Ada!\n0\n", "")),
        ("stdout", "xx", ("error: unknown language 'xx'\n2\n", "")),
    ],
)
def test_faulty_version_has_one_fault(fault: str, language: str, printed: tuple[str, str]) -> None:
    """Each faulty version in the exercise `thorough-tests` differs in one case."""
    start = COURSE / "exercises" / "thorough-tests" / "start"
    correct = {code: (f"{word}, Ada!\n0\n", "") for code, word in GREETINGS.items()}
    correct["xx"] = "2\n", "error: unknown language 'xx'\n"
    assert correct == behavior(start / "src")
    assert correct | {language: printed} == behavior(start / "faulty" / fault)


def test_license_is_the_same_as_the_template() -> None:
    """The LICENSE in `installable-by-hand` contains the text from the template."""
    text = (ROOT / "template" / "licenses" / "MIT.txt").read_text(encoding="utf-8")
    text = text.replace("{{ copyright_year }} {{ project.author }}", "2026 Ada")
    licensed = COURSE / "exercises" / "installable-by-hand" / "start" / "LICENSE"
    assert text == licensed.read_text(encoding="utf-8")


DOCKER = COURSE / "exercises" / "first-dockerfile"


def test_start_of_the_dockerfile_exercise_is_consistent() -> None:
    """The DVC file is the one in the lesson, and both lists of dependencies are the same."""
    start = DOCKER / "start"
    dvc = (start / "genres.bin.dvc").read_text(encoding="utf-8")
    lesson = (COURSE / "11-containers.md").read_text(encoding="utf-8")
    assert f":caption: genres.bin.dvc\n{dvc}```" in lesson
    required = (start / "requirements.txt").read_text(encoding="utf-8").split()
    assert required == projects()[DOCKER.name]["project"]["dependencies"]


def test_dockerfile_follows_the_template() -> None:
    """The solution has the template's syntax and user, and a valid order of .dockerignore patterns."""
    template = ROOT / "template" / "project" / "{% if has.container %}Dockerfile{% endif %}.jinja"
    lines = template.read_text(encoding="utf-8").splitlines()
    patch = (DOCKER / "solution.patch").read_text(encoding="utf-8").splitlines()
    assert {"# syntax=docker/dockerfile:1", "USER 10001:10001"} <= set(lines)
    assert {"+# syntax=docker/dockerfile:1", "+USER 10001:10001"} <= set(patch)
    # A later pattern overrides an earlier one.
    ignored = patch[: patch.index("--- a/Dockerfile")]
    positions = list(map(ignored.index, ("+*", "+!pyproject.toml", "+!src", "+**/__pycache__")))
    assert sorted(positions) == positions
