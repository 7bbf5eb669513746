"""Check that the tool settings in pyproject.toml take effect."""

import re
import tomllib
from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.install import Environment
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}
# These answers are the same as in another test, so both tests share an environment.
DEV: Answers = {"project_name": "My Project", "task_runner": "just"}


@pytest.fixture
def tools(artifacts: ArtifactCache) -> Environment:
    """Return an environment with the development tools but without the project."""
    return artifacts.environment("dev", DEV, "--group", "dev")


def write(file: Path, text: str) -> None:
    """Write a text file in UTF-8."""
    file.write_text(text, encoding="utf-8")


# Code that breaks a rule of each tested group: https://docs.astral.sh/ruff/rules/
MISTAKES = {
    "B006": "def b(x=[]): return x",
    "D103": "def d(): return 1",
    "E722": "try:\n    e = 1\nexcept:\n    e = 2",
    "F841": "def f(): x = 1",
    "I001": "import sys, os",
    "N802": "def Name(): return 1",
    "PT015": "def test_pt():\n    assert False",
    "PTH123": "open('x')",
    "RUF005": "R = [1] + [*range(2)]",
    "SIM118": "S = [k for k in {}.keys()]\nT = 1 in {}.keys()",
    "UP006": "import typing\nU: typing.List[int] = []",
}


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "missing"), [("src/my_project", set()), ("tests", {"D103"})])
def test_ruff_finds_mistakes_of_each_group(
    folder: str, missing: set[str], tools: Environment, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The groups of rules apply to the package and the tests, except docstring rules in tests."""
    project = artifacts.copy(BASE, tmp_path / "project")
    write(project / folder / "mistakes.py", "\n\n\n".join(MISTAKES.values()) + "\n")
    arguments = ("--no-cache", "--output-format=concise", project)
    listed = tools.run("ruff", "check", *arguments, exit_code=1).stdout
    found = set(re.findall(r":\d+: ([A-Z]+\d+) ", listed))
    assert missing == set(MISTAKES) - found


@pytest.mark.slow
def test_ruff_wraps_at_100_columns(
    tools: Environment, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The formatter keeps a line with 100 characters, and wraps a line with 101."""
    project = artifacts.copy(BASE, tmp_path / "project")
    line = "print({}, {})"
    fits = line.format("a" * 50, "b" * 41)
    assert 100 == len(fits)
    for number, text in enumerate((fits, fits.replace("a,", "aa,"))):
        write(project / "tests" / "long.py", text + "\n")
        command = ("ruff", "format", "--no-cache", "--check", project / "tests" / "long.py")
        tools.run(*command, exit_code=number)


TESTS = """\
import logging
import warnings

import pytest


def test_warns() -> None:
    warnings.warn("old", DeprecationWarning, stacklevel=1)


@pytest.mark.unknown
def test_passes() -> None:
    pass
"""
OTHER = """\
import logging

import pytest


@pytest.mark.xfail(reason="expected")
def test_passes_unexpectedly() -> None:
    pass


@pytest.mark.skip(reason="not today")
def test_is_skipped() -> None:
    pass


def test_logs() -> None:
    logging.getLogger("greetings").info("a message")
    logging.getLogger("greetings").debug("a detail")
    raise AssertionError
"""


@pytest.mark.slow
def test_pytest_is_strict(tools: Environment, tmp_path: Path, artifacts: ArtifactCache) -> None:
    """Warnings, unexpected passes, and unknown markers are errors.

    The reasons for skipped tests and the log messages of failed tests are shown, except debug
    messages.
    """
    project = artifacts.copy(BASE, tmp_path / "project")
    for file in (project / "tests").glob("test_*.py"):
        file.unlink()
    write(project / "tests" / "test_marker.py", TESTS)
    write(project / "tests" / "test_other.py", OTHER)
    command = ("python", "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly")
    said = tools.run(*command, cwd=project, exit_code=2).stdout
    assert "'unknown' not found in `markers`" in said
    write(project / "tests" / "test_marker.py", TESTS.replace("@pytest.mark.unknown\n", ""))
    # Files outside tests/ are not collected.
    write(project / "test_elsewhere.py", "raise ValueError\n")
    said = tools.run(*command, cwd=project, exit_code=1).stdout
    assert "SKIPPED [1] tests/test_other.py" in said
    assert "not today" in said
    assert re.search("FAILED .*test_warns - DeprecationWarning: old", said)
    assert re.search("FAILED .*test_passes_unexpectedly - .XPASS.strict.", said)
    assert re.search("INFO +greetings:.* a message", said)
    assert not re.search("DEBUG +greetings:", said)
    assert "3 failed, 1 passed, 1 skipped" in said


CODE = '''\
"""Code without tests."""


def check(number: int) -> int:
    """Return a number."""
    if number:
        number += 1
    return number
'''


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["library", "script"])
def test_coverage_has_a_threshold(
    mode: str, tools: Environment, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """Coverage below 90% is an error, and only files with missed lines or branches are listed."""
    project = artifacts.copy(BASE | {"mode": mode}, tmp_path / "project")
    package = project / "src" / "my_project"
    name = "__main__" if mode == "script" else "greetings"
    for file in (project / "tests").glob("test_*.py"):
        file.unlink()
    write(package / f"{name}.py", CODE)
    write(package / "__init__.py", '"""A package."""\n')
    test = f"from my_project.{name} import check\n\n\ndef test_check() -> None:\n    check(1)\n"
    write(project / "tests" / "test_check.py", test)
    command = ("python", "-m", "pytest", "-p", "no:cacheprovider", "--cov")
    variables = {"PYTHONPATH": str(project / "src")}
    said = tools.run(*command, cwd=project, env=variables, exit_code=1).stdout
    assert re.search(rf"src/my_project/{name}.py +4 +0 +2 +1 +83% +6->8\n", said)
    assert "1 file skipped due to complete coverage." in said
    assert "Required test coverage of 90.0% not reached. Total coverage: 83.33%" in said
    write(project / "tests" / "test_check.py", test + "    check(0)\n")
    tools.run(*command, cwd=project, env=variables)


@pytest.mark.parametrize(
    ("chosen", "omitted"),
    [
        ({}, None),
        ({"mode": "app"}, ["*/__main__.py"]),
        ({"gui_command_name": "greet"}, ["*/gui.py"]),
        ({"mode": "app", "gui_command_name": "greet"}, ["*/__main__.py", "*/gui.py"]),
        ({"mode": "script"}, None),
    ],
)
def test_coverage_omits_only_entry_modules(
    chosen: Answers, omitted: list[str] | None, artifacts: ArtifactCache
) -> None:
    """Only the `__main__` module of an app and gui.py are omitted from coverage."""
    text = (artifacts.project(BASE | chosen) / "pyproject.toml").read_text(encoding="utf-8")
    assert omitted == tomllib.loads(text)["tool"]["coverage"]["run"].get("omit")
