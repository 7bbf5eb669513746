"""The checker of the course's exercises: what each kind of check finds, and what it rejects."""

import doctest
import importlib.util
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from uv import find_uv_bin

from harness.course.puzzles import COURSE, PACKAGES, puzzles
from harness.processes.commands import run

CHECKER = COURSE / "check.py"


def load() -> ModuleType:
    """Return the checker as a module."""
    specification = importlib.util.spec_from_file_location("check", CHECKER)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    # Dataclasses look there for the types in their annotations.
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


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A small package for the checker to examine."""
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
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV", find_uv_bin())
        return check.Package(folder, tmp_path_factory.mktemp("work"))


def look(package: Any, kind: str, options: Any) -> str:
    """Return what a check has found, or "" if everything is correct."""
    try:
        check.Check(kind, options, "", "", False)(package)
    except check.NotYetError as error:
        return str(error)
    return ""


RIGHT = [
    ("builds", True),
    ("wheel_has", ["whistle/__init__.py", "*.dist-info/METADATA"]),
    ("wheel_lacks", "*.toml"),
    ("sdist_has", "src/*/__init__.py"),
    ("sdist_lacks", ["*.txt", ".venv*"]),
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

WRONG = [
    ("wheel_has", ["whistle/__init__.py", "whistle/*.json"], "The wheel has only:"),
    ("wheel_lacks", ["*.txt", "*/__init__.py"], "whistle/__init__.py"),
    ("sdist_has", "tests/*", "The sdist has only:"),
    ("sdist_lacks", "*.toml", "pyproject.toml"),
    ("metadata", {"field": "Name", "is": "flute"}, "Name: whistle"),
    ("metadata", {"field": "License-Expression", "lacks": "MIT"}, "License-Expression: MIT"),
    ("metadata", {"field": "Keywords", "has": "wind"}, "It has no Keywords."),
    ("metadata", {"field": "Requires-Dist", "has": "packaging"}, "extra == 'loud'"),
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
    ("runs", {"command": "whistle", "prints": "loud"}, "It printed: soft"),
    ("runs", {"command": "whistle", "lacks": "soft"}, "It printed: soft"),
    ("runs", {"command": "whistle a"}, "It ended with the exit code 1."),
    ("runs", {"command": "flute"}, "flute: there is no such command."),
    ("runs", {"command": "whistle", "extras": ["quiet"], "prints": "quiet"}, "It printed: soft"),
    ("script", {"command": "python -c 'import whistle'"}, "No module named 'whistle'"),
    ("script", {"command": "python -c 'print()'", "prints": "a"}, "It printed: nothing"),
    ("script", {"command": "python -c 'print()'", "exit": 1}, "It ended with the exit code 0."),
    ("file", {"path": "*.toml", "has": "^title"}, "something is missing in it"),
    ("file", {"path": "*.toml", "lacks": "^name.*"}, '*.toml has: name = "whistle"'),
    ("file", {"path": "setup.cfg", "has": "a"}, "There is no setup.cfg."),
    ("hash_files", "*.yml", "'*.lock'"),
    ("hash_files", "*.yaml", "There is no *.yaml."),
    ("not_in_index", "full.json", "whistle-1.0.tar.gz"),
    ("made_by", {"command": "python -c 'raise'", "folder": "made"}, "exit code 1"),
]


@pytest.mark.parametrize(("kind", "options"), RIGHT)
def test_what_is_right_passes(package: Any, kind: str, options: Any) -> None:
    """Each kind of check reports nothing for a correct package."""
    assert "" == look(package, kind, options)


@pytest.mark.parametrize(("kind", "options", "seen"), WRONG)
def test_what_is_wrong_is_shown(package: Any, kind: str, options: Any, seen: str) -> None:
    """Each kind of check reports what is wrong with a faulty package."""
    assert seen in look(package, kind, options)


def test_what_is_installed_elsewhere_is_out_of_reach(
    package: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the learner's environment variables nor the active environment help a package."""
    monkeypatch.setenv("PYTHONPATH", str(package.tree / "src"))
    command = {"command": "python -c 'import whistle'"}
    assert "No module named 'whistle'" in look(package, "script", command)


def test_each_kind_of_check_is_tried() -> None:
    """Each kind has a right and a wrong case, or a puzzle with both."""
    in_puzzles = {"builds", "made_by"}
    assert check.KINDS.keys() == {kind for kind, _ in RIGHT} | in_puzzles
    assert check.KINDS.keys() == {kind for kind, _, _ in WRONG} | in_puzzles
    for kind in check.KINDS:
        assert kind in str(check.__doc__)


def test_examples_in_the_checker_hold() -> None:
    """The examples in the checker's docstrings hold."""
    failed, tried = doctest.testmod(check)
    assert (0, True) == (failed, tried > 0)


def refusal(*arguments: str | Path, checker: str | Path = CHECKER, uv: str = "") -> str:
    """Return the message with which the checker exits instead of checking."""
    ended = run(sys.executable, checker, *arguments, env={"UV": uv or find_uv_bin()}, exit_code=2)
    assert 1 == ended.stderr.count("\n")
    return ended.stderr


def test_an_unknown_name_is_refused() -> None:
    """An unknown exercise is rejected with a list of the existing ones, which names no defect."""
    sentence = refusal("rom-1")
    assert sentence.startswith("rom-1: there is no such exercise; there are: ")
    assert "puzzle-1, puzzle-2" in sentence
    assert not [defect for defect in puzzles().values() if defect in sentence]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """A missing folder is rejected."""
    sentence = refusal("puzzle-1", tmp_path / "none")
    assert f"{tmp_path / 'none'}: there is no such folder; say where your package is.\n" == sentence


def test_no_name_is_refused() -> None:
    """Without a name, the checker says how to list all exercises."""
    assert "Say which exercise to check; --list shows all.\n" == refusal()


def test_a_machine_without_uv_is_refused() -> None:
    """Without uv, the checker says that it requires uv."""
    sentence = refusal("puzzle-1", PACKAGES / puzzles()[1], uv="no-uv-here")
    assert "uv is not on PATH; the check needs it to build and to install.\n" == sentence


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title = ", "this is no TOML (Invalid value (at end of document))"),
        ('title = "T"', "it checks nothing; add [[checks]]."),
        ('tilte = "T"\n[[checks]]\nbuilds = true', "a key is wrong or missing ("),
        ("[[checks]]\nbuilds = true", "a key is wrong or missing ("),
        (
            'title = "T"\n[[checks]]\nweel_has = "a"\nhint = "h"',
            "check 1 has weel_has; it may have",
        ),
        ('title = "T"\n[[checks]]\nhint = "h"', "check 1 has nothing; it may have one of builds,"),
        (
            'title = "T"\n[[checks]]\nbuilds = true\n[[checks]]\nwheel_has = "a"',
            "check 2 has no hint",
        ),
        (
            'title = "T"\n[[checks]]\nruns = {comand = "a"}\nhint = "h"',
            "runs in check 1 has a wrong key (missing a required argument: 'command')",
        ),
        (
            'title = "T"\n[[checks]]\nruns = {command = "a", print = "b"}\nhint = "h"',
            "runs in check 1 has a wrong key (got an unexpected keyword argument 'print')",
        ),
    ],
)
def test_a_misspelt_check_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    """A check.toml with a misspelled or missing key is rejected with a sentence that says where."""
    (tmp_path / "exercises" / "one").mkdir(parents=True)
    (tmp_path / "exercises" / "one" / "check.toml").write_text(text, encoding="utf-8")
    checker = shutil.copy(CHECKER, tmp_path)
    sentence = refusal("one", tmp_path, checker=checker)
    assert sentence.startswith(f"one/check.toml: {problem}")


def test_all_exercises_are_listed() -> None:
    """`--list` shows each exercise and each puzzle with its title, but doesn't name a defect."""
    lines = run(sys.executable, CHECKER, "--list").stdout.splitlines()
    names = [line.split(": ")[0] for line in lines]
    exercises = sorted(path.parent.name for path in COURSE.glob("exercises/*/check.toml"))
    assert [*exercises, *(f"puzzle-{number}" for number in puzzles())] == names


def test_it_runs_as_a_script_that_carries_its_needs(tmp_path: Path) -> None:
    """`uv run` installs the checker's requirements, and passes the path of uv to it."""
    uv_run = (find_uv_bin(), "run", "--quiet", "--python", sys.executable)
    run(*uv_run, CHECKER, "--list", cwd=tmp_path, env={"PATH": os.devnull})
