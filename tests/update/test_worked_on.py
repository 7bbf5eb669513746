"""A project that was worked on for a year keeps all of that work in an update."""

import tomllib
from pathlib import Path

import pytest

from harness.answers import Answers, choices
from harness.edits import a_year_of_work
from harness.inspect import read_wheel
from harness.install import Environment
from harness.releases import commit, past_releases
from harness.updates import start, update
from harness.workshop import Workshop

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}


@pytest.mark.parametrize("mode", choices("mode"))
@pytest.mark.parametrize("version", past_releases())
@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
def test_a_year_of_work_is_kept(
    backend: str, version: str, mode: str, releases: Path, tmp_path: Path
) -> None:
    """Whatever people change in a year, an update from any release keeps, without a conflict."""
    project = start(releases, version, tmp_path / "p", BASE | {"mode": mode, "backend": backend})
    work = a_year_of_work(project)
    commit(project, "A year of work")

    assert [] == update(project)

    assert [] == work.lost()
    tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


def test_a_worked_on_project_still_works(
    releases: Path, tmp_path: Path, workshop: Workshop
) -> None:
    """After an update from the first release, the project builds, and its tests pass."""
    answers = BASE | {"mode": "app", "backend": "flit_core"}
    project = start(releases, past_releases()[0], tmp_path / "project", answers)
    work = a_year_of_work(project)
    commit(project, "A year of work")
    assert [] == update(project)
    wheel = read_wheel(workshop.build_wheel(project, tmp_path / "dist"))
    assert "1.4.0" == wheel.metadata["version"]
    assert "yaml" in wheel.metadata["provides_extra"]
    assert {("console_scripts", "pack"), ("console_scripts", "my-project")} == set(
        wheel.entry_points
    )
    environment = Environment.make(tmp_path / "environment")
    environment.install("pytest", "packaging")
    source = {"PYTHONPATH": str(project / "src")}
    said = environment.run("python", "-m", "pytest", "-q", cwd=project, env=source).stdout
    assert "passed" in said
    assert [] == work.lost()
