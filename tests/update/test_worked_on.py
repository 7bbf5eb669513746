"""A project that was worked on for a year keeps all of that work in an update."""

from pathlib import Path

import pytest

from harness.answers import Answers, choices
from harness.edits import a_year_of_work
from harness.releases import commit, past_releases
from harness.updates import start, update

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
