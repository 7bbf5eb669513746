"""Test the progress output of a test run."""

import sys
from pathlib import Path

import pytest

from harness.processes.commands import run

CONFTEST = """
from harness.reporting.progress import Progress

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(config))
"""
TESTS = """
def test_that_fails():
    assert False

def test_that_passes():
    pass
"""


@pytest.fixture(scope="module", params=[(), ("-n1",)], ids=["one-process", "workers"])
def lines(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[list[str]]:
    """Return the output lines of two runs. In the first run, one test fails."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_some.py").write_text(TESTS, encoding="utf-8")
    command = (sys.executable, "-m", "pytest", "--no-header", *request.param)
    env = {"PYTHONPATH": str(Path(__file__).parents[1])}
    first = run(*command, cwd=folder, env=env, exit_code=1)
    second = run(*command, "-k", "passes", cwd=folder, env=env)
    return [first.stdout.splitlines(), second.stdout.splitlines()]


def test_failure_is_printed_immediately(lines: list[list[str]]) -> None:
    """The ID of a failed test is printed before the section with the failures."""
    named = lines[0].index("FAILED test_some.py::test_that_fails")
    assert named < next(n for n, line in enumerate(lines[0]) if "= FAILURES =" in line)


def test_second_run_has_an_estimate(lines: list[list[str]]) -> None:
    """The first run has no estimate, and the second run's is based on the first run's durations."""
    assert "2 tests. The next run can estimate the time." in lines[0]
    assert [
        line.replace(" 0.0 ", " N ") for line in lines[1] if line.startswith("1 test, about ")
    ] == ["1 test, about N minutes, based on previous runs"]
