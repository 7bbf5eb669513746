"""What each type checker promises."""

import os
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from harness.answers import FULL, Answers, choices, combinations
from harness.install import Environment
from harness.template import ROOT
from harness.workshop import Workshop

BASE: Answers = {"project_name": "My Project", "task_runner": "none"}
CHECKERS = [checker for checker in choices("type_checker") if checker != "none"]
# The starter program with all that it can have, and with as little as it can have.
CONTENTS: dict[str, Answers] = {
    "full": FULL | {"task_runner": "none"},
    "bare": BASE | {"extras": {}, "package_data": False},
}
WORDS = re.compile(r"\b(mypy|ty|pyright|pylance)\b|type check|checks the types", re.IGNORECASE)


@pytest.fixture(scope="module")
def environment(workshop: Workshop) -> Environment:
    """An environment with every type checker and what the starter program's tests need."""
    tools = yaml.safe_load((ROOT / "template" / "data" / "tools.yml").read_text(encoding="utf-8"))
    script = FULL | {"mode": "script"}
    checkers = [tools[checker] for checker in CHECKERS]
    return workshop.environment("type-checkers", script, "--group", "test", *checkers)


def check(environment: Environment, project: Path, exit_code: int = 0) -> str:
    """Run the command that CONTRIBUTING names, in the active environment."""
    text = (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^\| `(.*)` \| Check the types \|$", text, re.MULTILINE)
    active = {
        "PATH": f"{environment.bin}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(environment.bin.parent),
    }
    return environment.run(
        *shlex.split(command), cwd=project, env=active, exit_code=exit_code
    ).stdout


@pytest.mark.parametrize("contents", CONTENTS)
@pytest.mark.parametrize("mode", choices("mode"))
@pytest.mark.parametrize("checker", CHECKERS)
def test_finds_nothing_in_a_new_project(
    checker: str,
    mode: str,
    contents: str,
    environment: Environment,
    tmp_path: Path,
    workshop: Workshop,
) -> None:
    """The command of CONTRIBUTING's table finds no mistake in the starter program and its tests."""
    answers = CONTENTS[contents] | {"mode": mode, "type_checker": checker}
    check(environment, workshop.copy(answers, tmp_path / "project"))


@pytest.mark.parametrize("folder", ["src/my_project", "tests"])
@pytest.mark.parametrize("checker", CHECKERS)
def test_is_strict(
    checker: str, folder: str, environment: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """A generic type without its arguments, which no checker minds by default, is a mistake."""
    project = workshop.copy(BASE | {"type_checker": checker}, tmp_path / "project")
    code = "def first(names: list) -> None:\n    print(names)\n"
    (project / folder / "loose.py").write_text(code, encoding="utf-8")
    assert "loose.py" in check(environment, project, exit_code=1)


@pytest.mark.parametrize("chosen", list(combinations("type_checker")))
def test_one_checker_is_set_up(chosen: Answers, workshop: Workshop) -> None:
    """The project has the tool and the table of the chosen checker, and of no other."""
    checker = chosen["type_checker"]
    project = workshop.project(BASE | chosen | {"python_min": "3.12"})
    file = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    expected = {checker} - {"none"}
    assert expected == set(CHECKERS) & set(file["tool"])
    tools = {re.split(r"[^a-z-]", text)[0] for text in file["dependency-groups"]["lint"]}
    assert expected == set(CHECKERS) & tools
    for name in expected:
        assert "3.12" in str(file["tool"][name])


@pytest.mark.parametrize("mode", choices("mode"))
def test_no_word_of_types_without_a_checker(mode: str, workshop: Workshop) -> None:
    """Without a checker, no file speaks of one, and the package says that it is typed still."""
    answers = BASE | {"mode": mode, "type_checker": "none", "devcontainer": True}
    project = workshop.project(answers)
    assert (project / "src" / "my_project" / "py.typed").is_file()
    for path in project.rglob("*"):
        if path.is_file() and path.name != ".copier-answers.yml":
            assert not WORDS.search(path.read_text(encoding="utf-8")), path
