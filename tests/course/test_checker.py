"""Test the checker for the course's exercises."""

import doctest
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from uv import find_uv_bin

from harness.course.puzzles import COURSE, PACKAGES, puzzles
from harness.processes.commands import run

CHECKER = COURSE / "check.py"


def load() -> ModuleType:
    """Import the checker as a module."""
    specification = importlib.util.spec_from_file_location("check", CHECKER)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    # `@dataclass` looks up the class's module there.
    sys.modules["check"] = module
    specification.loader.exec_module(module)
    return module


check = load()

PYPROJECT = """\
[build-system]
requires = ["uv_build>=0.13.0,<0.14"]
build-backend = "uv_build"

[project]
name = "whistle"
version = "1.0"
license = "MIT"
dependencies = ["packaging>=20; sys_platform == 'none'"]

[project.optional-dependencies]
loud = ["packaging"]

[project.scripts]
whistle = "whistle:main"
"""

MODULE = """\
import importlib.util
import sys

def main():
    print("loud" if importlib.util.find_spec("packaging") else "soft")
    return len(sys.argv) - 1
"""


@pytest.fixture(scope="module", autouse=True)
def uv() -> Iterator[None]:
    """Let the checker use the tests' uv, which may not be on PATH."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV", find_uv_bin())
        yield


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the checker's copy of a small package with files for the checks in this module."""
    folder = tmp_path_factory.mktemp("whistle")
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (folder / "src" / "whistle").mkdir(parents=True)
    (folder / "src" / "whistle" / "__init__.py").write_text(MODULE, encoding="utf-8")
    (folder / "ci.yml").write_text("key: ${{ hashFiles('**/pyproject.toml', 'src/**') }}\n")
    (folder / "bad.yml").write_text("key: ${{ hashFiles('**/pyproject.toml', '*.lock') }}\n")
    (folder / "index.json").write_text('{"files": [{"filename": "whistle-0.9.tar.gz"}]}')
    (folder / "full.json").write_text('{"files": [{"filename": "whistle-1.0.tar.gz"}]}')
    (folder / ".venv").mkdir()
    (folder / "dist").mkdir()
    return check.Package(folder, tmp_path_factory.mktemp("work"))


def error_of(package: Any, kind: str, options: Any) -> str:
    """Return the message of a failed check, or "" if the check passes."""
    try:
        check.Check(kind, options, about="title")(package)
    except check.NotYetError as error:
        return str(error)
    return ""


PASSING = [
    ("builds", True),
    ("wheel_has", ["whistle/__init__.py", "*.dist-info/METADATA"]),
    ("wheel_lacks", "*.toml"),
    ("sdist_has", "src/*/__init__.py"),
    ("sdist_lacks", ["*.txt", ".venv*"]),
    ("sdist_skips", "data.csv"),
    ("metadata", {"field": "Name", "is": "whistle"}),
    ("metadata", {"field": "License-Expression", "has": "M*", "lacks": "GPL*"}),
    ("metadata", {"field": "Requires-Dist", "has": "packaging; extra == 'loud'"}),
    ("metadata", {"field": "Requires-Dist", "lacks": "packaging"}),
    ("metadata", {"field": "Requires-Dist", "has": "packaging>=20; sys_platform == 'none'"}),
    ("entry_point", {"group": "console_scripts", "name": "whistle", "value": "whistle:main"}),
    ("runs", {"command": "whistle", "prints": "soft", "lacks": "loud"}),
    ("runs", {"command": "whistle", "prints": "loud", "extras": ["loud"]}),
    ("runs", {"command": "whistle 'a b' c", "exit": 2}),
    ("script", {"command": "python -c 'import sys; sys.exit(3)'", "exit": 3}),
    ("script", {"command": "python src/whistle/__init__.py"}),
    ("file", {"path": "*.toml", "has": "^name = ", "lacks": "^title"}),
    ("hash_files", "ci.yml"),
    ("not_in_index", "index.json"),
]

FAILING = [
    ("wheel_has", ["whistle/__init__.py", "whistle/*.json"], "The wheel only contains:"),
    ("wheel_lacks", ["*.txt", "*/__init__.py"], "whistle/__init__.py"),
    ("sdist_has", "tests/*", "The sdist only contains:"),
    ("sdist_lacks", "*.toml", "pyproject.toml"),
    ("sdist_skips", "src/whistle/data.csv", "src/whistle/data.csv"),
    ("metadata", {"field": "Name", "is": "flute"}, "Name: whistle"),
    ("metadata", {"field": "License-Expression", "lacks": "MIT"}, "License-Expression: MIT"),
    ("metadata", {"field": "Keywords", "has": "wind"}, "The metadata has no field Keywords."),
    ("metadata", {"field": "Requires-Dist", "has": "packaging"}, "extra == 'loud'"),
    ("metadata", {"field": "Requires-Dist", "lacks": "packaging*"}, "extra == 'loud'"),
    (
        "metadata",
        {"field": "Requires-Dist", "has": "packaging>=21; sys_platform == 'none'"},
        "packaging>=20",
    ),
    ("metadata", {"field": "Requires-Dist", "is": "packaging; extra == 'loud'"}, "packaging>=20"),
    (
        "entry_point",
        {"group": "console_scripts", "name": "whistle", "value": "whistle.cli:main"},
        "whistle = whistle:main",
    ),
    ("runs", {"command": "whistle", "prints": "loud"}, "The output was: soft"),
    ("runs", {"command": "whistle", "lacks": "soft"}, "The output was: soft"),
    ("runs", {"command": "whistle a"}, "The exit code was 1."),
    ("runs", {"command": "flute"}, "flute: command not found"),
    (
        "runs",
        {"command": "whistle", "extras": ["quiet"], "prints": "quiet"},
        "The output was: soft",
    ),
    ("script", {"command": "python -c 'import whistle'"}, "No module named 'whistle'"),
    ("script", {"command": "python -c 'print()'", "prints": "a"}, "The output was: nothing"),
    ("script", {"command": "python -c 'print()'", "exit": 1}, "The exit code was 0."),
    ("file", {"path": "*.toml", "has": "^title"}, "The checker found no correct title in *.toml."),
    ("file", {"path": "*.toml", "lacks": "^name.*"}, '*.toml contains: name = "whistle"'),
    ("file", {"path": "setup.cfg", "has": "a"}, "There is no file setup.cfg."),
    ("hash_files", "*.yml", "'*.lock'"),
    ("hash_files", "*.yaml", "There is no file *.yaml."),
    ("not_in_index", "full.json", "whistle-1.0.tar.gz"),
    ("generated_by", {"command": "python -c 'raise'", "folder": "made"}, "exit code was 1"),
]


@pytest.mark.parametrize(("kind", "options"), PASSING)
def test_check_accepts_correct_package(package: Any, kind: str, options: Any) -> None:
    """A check passes if the package meets the conditions in the check's options."""
    assert "" == error_of(package, kind, options)


@pytest.mark.parametrize(("kind", "options", "found"), FAILING)
def test_check_reports_error(package: Any, kind: str, options: Any, found: str) -> None:
    """A failed check reports what it found."""
    assert found in error_of(package, kind, options)


def test_learners_environment_is_not_used(package: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check's command can't import modules from the learner's PYTHONPATH."""
    monkeypatch.setenv("PYTHONPATH", str(package.tree / "src"))
    command = {"command": "python -c 'import whistle'"}
    assert "No module named 'whistle'" in error_of(package, "script", command)


@pytest.mark.parametrize(
    "pyproject",
    [
        PYPROJECT.replace("[build-system]", "[build-sytem]"),
        PYPROJECT.replace(
            '["uv_build>=0.13.0,<0.14"]\nbuild-backend = "uv_build"', '["setuptools"]'
        ),
        None,
    ],
    ids=["misspelled table", "no backend", "setup.py"],
)
def test_project_without_build_backend_is_rejected(
    pyproject: str | None, package: Any, tmp_path: Path
) -> None:
    """A project that can be built only because setuptools is the default fails with a hint."""
    folder = Path(shutil.copytree(package.tree, tmp_path / "whistle"))
    if pyproject is None:
        (folder / "pyproject.toml").unlink()
        (folder / "setup.py").write_text("from setuptools import setup\nsetup()\n")
    else:
        (folder / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    (folder / "ci.yml").unlink()
    with pytest.raises(check.NotYetError, match="does not specify a build backend") as raised:
        check.Check("builds", True)(check.Package(folder, tmp_path / "work"))
    assert check.BACKEND_HINT == raised.value.hint


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (check.NotYetError("The exit code was 1."), "for exit codes"),
        (check.NotYetError("The exit code was 1.", "for builds"), "for exit codes"),
        (check.NotYetError("The output was: a"), "for all errors"),
        (check.NotYetError("error: no backend", "for builds"), "for builds"),
    ],
)
def test_hint_fits_the_error(error: Any, expected: str) -> None:
    """A hint that matches the message comes first, then the error's hint, then the check's."""
    hints = {"exit code": "for exit codes"}
    step = check.Check("runs", {}, hint="for all errors", hints=hints)
    assert expected == step.hint_for(error)


@pytest.mark.parametrize("name", check.exercises())
def test_checks_have_different_labels(name: str) -> None:
    """An exercise's checks have different labels, which contain `about` only if necessary."""
    checks = check.read(check.exercises()[name]).checks
    labels = [step.label for step in checks]
    assert sorted(set(labels)) == sorted(labels)
    plain = [check.Check(step.kind, step.options).label for step in checks]
    necessary = [s.kind == "file" or plain.count(p) > 1 for s, p in zip(checks, plain, strict=True)]
    assert necessary == [bool(step.about) for step in checks]


def test_each_kind_of_check_is_tested() -> None:
    """Each kind of check is documented, and most kinds have a passing and a failing example."""
    in_puzzles = {"builds", "generated_by"}
    assert check.KINDS.keys() == {kind for kind, _ in PASSING} | in_puzzles
    assert check.KINDS.keys() == {kind for kind, _, _ in FAILING} | in_puzzles
    for kind in check.KINDS:
        assert kind in str(check.__doc__)


def test_docstring_examples_are_correct() -> None:
    """The examples in the checker's docstrings are correct."""
    failed, tested = doctest.testmod(check)
    assert (0, True) == (failed, tested > 0)


def error_message(*arguments: str | Path, checker: str | Path = CHECKER, uv: str = "") -> str:
    """Run the checker, which must exit with code 2, and return its one-line error message."""
    ended = run(sys.executable, checker, *arguments, env={"UV": uv or find_uv_bin()}, exit_code=2)
    assert 1 == ended.stderr.count("\n")
    return ended.stderr


def test_unknown_exercise_is_rejected() -> None:
    """For an unknown exercise, the checker lists all names without revealing a puzzle's defect."""
    message = error_message("puzle-1")
    assert message.startswith("puzle-1 is not an exercise. Exercises: ")
    assert "puzzle-1, puzzle-2" in message
    assert [] == [defect for defect in puzzles().values() if defect in message]


def test_missing_folder_is_rejected(tmp_path: Path) -> None:
    """The checker rejects a folder that doesn't exist."""
    folder = tmp_path / "none"
    expected = f"{folder} is not a folder. Specify the folder of your solution.\n"
    assert expected == error_message("puzzle-1", folder)


def test_missing_name_is_rejected() -> None:
    """Without a name, the checker explains how to list all exercises."""
    assert "Specify an exercise. To see all exercises, use --list.\n" == error_message()


def test_missing_uv_is_reported() -> None:
    """Without uv, the checker reports that uv isn't on PATH."""
    message = error_message("puzzle-1", PACKAGES / puzzles()[1], uv="no-uv-here")
    assert "uv is not on PATH. The checker uses it to build and install packages.\n" == message


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title = ", "invalid TOML (Invalid value (at end of document))"),
        ('title = "T"', "add [[checks]]."),
        ('tilte = "T"\n[[checks]]\nbuilds = true', "a key is wrong or missing ("),
        ("[[checks]]\nbuilds = true", "a key is wrong or missing ("),
        ('[[checks]]\nweel_has = "a"\nhint = "h"', "check 1 must have one of builds, "),
        ('[[checks]]\nhint = "h"', "check 1 must have one of builds, "),
        ('[[checks]]\nbuilds = true\n[[checks]]\nwheel_has = "a"', "check 2 has no hint"),
        (
            '[[checks]]\nfile = {path = "a", has = "b"}\nhint = "h"',
            "file in check 1 is incorrect (missing a required argument: 'about')",
        ),
        (
            '[[checks]]\nruns = {comand = "a"}\nhint = "h"',
            "runs in check 1 is incorrect (missing a required argument: 'command')",
        ),
        (
            '[[checks]]\nruns = {command = "a", print = "b"}\nhint = "h"',
            "runs in check 1 is incorrect (got an unexpected keyword argument 'print')",
        ),
    ],
)
def test_wrong_key_is_rejected(text: str, problem: str, tmp_path: Path) -> None:
    """The checker reports invalid TOML and misspelled or missing keys in a check.toml file."""
    (tmp_path / "exercises" / "one").mkdir(parents=True)
    (tmp_path / "exercises" / "one" / "check.toml").write_text(text, encoding="utf-8")
    checker = shutil.copy(CHECKER, tmp_path)
    assert error_message("one", tmp_path, checker=checker).startswith(f"one/check.toml: {problem}")


@pytest.mark.parametrize(
    ("kind", "options", "label"),
    [
        ("builds", True, "sdist and wheel"),
        ("wheel_has", "a", "files in the wheel"),
        ("wheel_lacks", "a", "unwanted files in the wheel"),
        ("sdist_has", "a", "files in the sdist"),
        ("sdist_lacks", "a", "unwanted files in the sdist"),
        ("sdist_skips", "a", "new files in the sdist"),
        ("metadata", {"field": "Name"}, "metadata field Name"),
        ("entry_point", {"name": "a"}, "entry point a"),
        ("runs", {"command": "a b"}, "a b (installed)"),
        ("script", {"command": "a b"}, "a b (in the folder, not installed)"),
        ("file", {"path": "a/*"}, "file a/*"),
        ("hash_files", "a", "files in the cache key"),
        ("not_in_index", "a", "names of the sdist and the wheel"),
        ("generated_by", {"command": "a b"}, "a b (in the folder)"),
    ],
)
def test_label_describes_the_check(kind: str, options: Any, label: str) -> None:
    """A check's label names the inspected part."""
    assert label == check.Check(kind, options).label


def test_endless_command_is_reported(package: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that doesn't end in time fails with its own hint."""
    monkeypatch.setattr(check, "SECONDS", 0.1)
    with pytest.raises(check.NotYetError, match=r"python was still running after 0\.1 s") as raised:
        check.run("python", "-c", "while True: pass", cwd=package.tree, env=package.variables)
    assert check.TIMEOUT_HINT == raised.value.hint


def test_help_describes_the_arguments() -> None:
    """`--help` describes the command and each argument."""
    text = " ".join(run(sys.executable, CHECKER, "--help").stdout.split())
    for described in (
        "Check your solution to an exercise or a puzzle of the course.",
        "name the exercise, or a puzzle such as puzzle-3",
        "folder your solution (default: this folder)",
        "--list list all exercises and puzzles",
    ):
        assert described in text


STEPS = """\
title = "Title"
[[checks]]
file = {path = "one.txt", has = "one"}
about = "word"
hint = "Why?"
[[checks]]
file = {path = "two.txt", lacks = "two.*"}
about = "word"
hint = "Which word does not belong in this file, although it was correct in the other file of this folder?"
"""


@pytest.mark.parametrize("see", ["", "https://example.com/"])
def test_output_shows_the_first_error(see: str, tmp_path: Path) -> None:
    """The checker prints the title, the passed checks, the first error, its hint, and its link."""
    (tmp_path / "exercises" / "one").mkdir(parents=True)
    steps = STEPS + (f'see = "{see}"\n' if see else "")
    (tmp_path / "exercises" / "one" / "check.toml").write_text(steps, encoding="utf-8")
    (tmp_path / "one.txt").write_text("one\n", encoding="utf-8")
    (tmp_path / "two.txt").write_text("one\ntwo or three\n", encoding="utf-8")
    command = (sys.executable, shutil.copy(CHECKER, tmp_path), "one", tmp_path)
    expected = """\
Title
  ok: file one.txt: word
  not yet: file two.txt: word

    two.txt contains: two or three

Hint: Which word does not belong in this file, although it was correct in the other file
of this folder?
"""
    printed = run(*command, env={"UV": find_uv_bin()}, exit_code=1).stdout
    assert expected + (f"See {see}\n" if see else "") == printed
    (tmp_path / "two.txt").write_text("one\n", encoding="utf-8")
    printed = run(*command, env={"UV": find_uv_bin()}).stdout
    passed = ["  ok: file one.txt: word", "  ok: file two.txt: word"]
    assert ["Title", *passed, "All checks passed."] == printed.splitlines()


def test_list_has_all_exercises() -> None:
    """`--list` shows all exercises by name, and all puzzles by number instead of by defect."""
    lines = run(sys.executable, CHECKER, "--list").stdout.splitlines()
    names = [line.split(": ")[0] for line in lines]
    exercises = sorted(path.parent.name for path in COURSE.glob("exercises/*/check.toml"))
    assert [*exercises, *(f"puzzle-{number}" for number in puzzles())] == names


def test_script_declares_its_dependencies(tmp_path: Path) -> None:
    """`uv run` runs the checker with the dependencies that the script declares."""
    uv_run = (find_uv_bin(), "run", "--quiet", "--python", sys.executable)
    run(*uv_run, CHECKER, "--list", cwd=tmp_path, env={"PATH": os.devnull})
