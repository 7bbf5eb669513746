"""Test converting an existing project's pytest settings for the new project."""

import sys
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from _pytest.config import get_config
from _pytest.config.findpaths import locate_config

from adoption.moves import find_moves
from adoption.pytest_settings import converted, own_settings, pytest_finding, pytest_table
from harness.adoption.adopted_packages import unbuilt_project
from harness.processes.commands import run

TEST = "def test_tide(): ...\n"
OPTIONS = "addopts = -ra --strict-markers\nmarkers =\n    slow: takes a minute\n    db\n"
INI = f"[pytest]\n{OPTIONS}"
TABLE = 'addopts = "-ra --strict-markers"\nmarkers = ["slow: takes a minute", "db"]\n'
NATIVE = 'addopts = ["-ra", "--strict-markers"]\nmarkers = ["slow: takes a minute", "db"]\n'


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pytest.toml", f"[pytest]\n{NATIVE}"),
        (".pytest.toml", f"[pytest]\n{NATIVE}"),
        ("pytest.ini", f"[pytest]\n{OPTIONS}"),
        (".pytest.ini", f"[pytest]\n{OPTIONS}"),
        ("tox.ini", f"[tox]\n[pytest]\n{OPTIONS}"),
        ("setup.cfg", f"[tool:pytest]\n{OPTIONS}"),
        ("pyproject.toml", f"[project]\n[tool.pytest.ini_options]\n{TABLE}"),
    ],
)
def test_settings_are_read_from_each_file(file: str, text: str, tmp_path: Path) -> None:
    """Options from each kind of file are converted to the types that `[tool.pytest]` requires."""
    project = unbuilt_project(tmp_path, {file: text})
    expected = {"addopts": ["-ra", "--strict-markers"], "markers": ["slow: takes a minute", "db"]}
    assert (file, expected) == own_settings(project)


@pytest.mark.parametrize(
    "files",
    [
        {".pytest.toml": "", ".pytest.ini": INI, "tox.ini": INI},
        {"pytest.toml": "[pytest]\n", "pytest.ini": INI},
        {".pytest.ini": "", "tox.ini": INI},
        {"pytest.ini": INI, ".pytest.ini": ""},
        {"pyproject.toml": "[project]\n[tool.pytest.ini_options]\n", "tox.ini": INI},
        {"pyproject.toml": "[project]\n", "tox.ini": "[tox]\n", "setup.cfg": "[tool:pytest]\n"},
        {"tox.ini": "[pytest]\n", "setup.cfg": f"[tool:pytest]\n{OPTIONS}"},
    ],
)
def test_settings_come_from_the_file_that_pytest_uses(
    files: dict[str, str], tmp_path: Path
) -> None:
    """The settings come from the same file as in pytest, even if it has no options."""
    project = unbuilt_project(tmp_path, files)
    _, file, options, _ = locate_config(tmp_path, [tmp_path])
    name, settings = own_settings(project)
    assert file == tmp_path / name
    assert {*options} == {*settings}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pytest.toml", "[pytest]\naddopts = [\n"),
        ("pytest.ini", f"{INI}unfinished\n"),
        ("tox.ini", f"{INI}unfinished\n"),
    ],
)
def test_invalid_files_are_ignored(file: str, text: str, tmp_path: Path) -> None:
    """A file that pytest rejects yields no settings, not even from the lines before the error."""
    project = unbuilt_project(tmp_path, {file: text, "setup.cfg": "[tool:pytest]\naddopts = -v\n"})
    with pytest.raises(pytest.UsageError):
        locate_config(tmp_path, [tmp_path])
    assert ("setup.cfg", {"addopts": ["-v"]}) == own_settings(project)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"test/test_a.py": TEST}, {"testpaths": ["tests"]}),
        ({"tests/test_a.py": TEST, "requirements/test_b.py": TEST}, {"testpaths": ["tests"]}),
        ({"tide/tests/test_a.py": TEST}, {"testpaths": ["src/tide/tests"]}),
        (
            {"tide/tests.py": TEST, "tests/test_a.py": TEST},
            {
                "testpaths": ["src/tide/tests.py", "tests"],
                "python_files": ["test_*.py", "*_test.py", "tests.py"],
            },
        ),
        (
            {"pytest.ini": "[pytest]\ntestpaths = checks\n", "checks/a_test.py": TEST},
            {"testpaths": ["checks"]},
        ),
        (
            {"pytest.ini": "[pytest]\ntestpaths = test.py\n", "test.py": TEST},
            {"testpaths": ["tests"]},
        ),
        (
            {"pytest.ini": "[pytest]\naddopts = --doctest-modules\n", "test_a.py": TEST},
            {"testpaths": ["."], "addopts": ["--doctest-modules"]},
        ),
    ],
)
def test_pytest_finds_the_tests(
    files: dict[str, str], expected: dict[str, Any], tmp_path: Path
) -> None:
    """The settings are relaxed, and their paths and patterns match the moved test modules."""
    project = unbuilt_project(tmp_path, {"tide/__init__.py": ""} | files)
    relaxed = {"strict": False, "filterwarnings": [], "addopts": ["-ra"]}
    assert relaxed | expected == pytest_table(project, find_moves(project))


def test_pytest_accepts_the_settings(tmp_path: Path) -> None:
    """The moved tests pass with the converted settings and without warnings."""
    ini = f"[pytest]\n{OPTIONS}xfail_strict = true\nlog_level = INFO\nminversion = 2\n"
    files = {"tide/__init__.py": "", "test.py": TEST, "tide/test_own.py": TEST, "tox.ini": ini}
    project = unbuilt_project(tmp_path / "old", files)
    new = tmp_path / "new"
    for old, target in find_moves(project):
        (new / target).parent.mkdir(parents=True, exist_ok=True)
        (new / target).write_bytes((tmp_path / "old" / old).read_bytes())
    table = {"tool": {"pytest": pytest_table(project, find_moves(project))}}
    assert "minversion" not in table["tool"]["pytest"], "older versions can't read the table"
    (new / "pyproject.toml").write_text(tomli_w.dumps(table), encoding="utf-8")
    command = (
        sys.executable,
        "-m",
        "pytest",
        "-W",
        "error",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    )
    # Loading this environment's plugins takes longer than running the tests.
    done = run(*command, cwd=new, env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    assert "2 passed" in done.stdout


def test_types_of_options_are_the_same_as_in_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each option becomes a list if pytest expects a list of words or lines."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    known = get_config()._parser._inidict
    assert len(known) > 30
    for name, (_, kind, _) in known.items():
        expected = {"args": ["a", "b"], "paths": ["a", "b"], "linelist": ["a b"]}.get(kind, "a b")
        assert expected == converted(name, "\n# c\na b\n"), name


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((True, True), (["a"], ["a"]), (2.0, "2.0"), ("true", True), (" False ", False)),
        *(("5", "5"), ("a\nb", ["a", "b"])),
    ],
)
def test_values_are_converted(value: Any, expected: Any) -> None:
    """A value of an option that isn't a list becomes a boolean, a string, or a list of lines."""
    assert expected == converted("log_level", value)


@pytest.mark.parametrize(
    ("files", "origin"),
    [({}, "pytest's defaults"), ({"tox.ini": INI}, "the settings from tox.ini")],
)
def test_origin_of_settings_is_reported(files: dict[str, str], origin: str, tmp_path: Path) -> None:
    """A finding says where the settings come from."""
    finding = pytest_finding(unbuilt_project(tmp_path, files | {"test_tide.py": TEST}))
    assert finding is not None
    assert finding.text.startswith(f"The tests run with {origin}. ")


def test_project_without_tests_keeps_default_settings(tmp_path: Path) -> None:
    """A project without tests keeps the template's pytest settings."""
    project = unbuilt_project(tmp_path, {"tide/__init__.py": ""})
    assert {} == pytest_table(project, find_moves(project))
