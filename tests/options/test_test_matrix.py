"""Test the matrix of platforms and Python versions on GitHub."""

import itertools
from typing import Any

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.answers import choices
from harness.rendering.template import Answers
from harness.simulators import workflows

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}


def ci_jobs(artifacts: ArtifactCache, **answers: Any) -> dict[str, dict[str, Any]]:
    """Return the jobs in a project's ci.yml, by name."""
    return dict(workflows.github(artifacts.project(BASE | answers), "ci")["jobs"])


def matrix_jobs(job: dict[str, Any]) -> set[tuple[str, str, bool]]:
    """Return each job's system and Python version, and whether it uses the lowest dependencies.

    Each entry in `include` sets all axes, so it is a separate job.
    """
    matrix = dict(job["strategy"]["matrix"])
    included = matrix.pop("include")
    jobs = list(itertools.product(matrix["os"], matrix["python"], matrix["lowest"]))
    jobs += [(each["os"], each["python"], each["lowest"]) for each in included]
    assert len(set(jobs)) == len(jobs)
    return set(jobs)


@pytest.mark.parametrize("python_min", choices("python_min"))
def test_standard_tests_run_everything_on_linux(python_min: str, artifacts: ArtifactCache) -> None:
    """Linux has one job per Python version and one for the lowest dependencies.

    macOS and Windows have one job each, with the newest Python version.
    """
    pythons = choices("python_min")[choices("python_min").index(python_min) :]
    expected = {("ubuntu-latest", python, False) for python in pythons}
    expected |= {(f"{system}-latest", pythons[-1], False) for system in ("macos", "windows")}
    expected |= {("ubuntu-latest", python_min, True)}
    job = ci_jobs(artifacts, python_min=python_min)["tests"]
    assert expected == matrix_jobs(job)
    assert "${{ matrix.os }}" == job["runs-on"]
    assert "${{ matrix.python }}" == job["env"]["UV_PYTHON"]


def test_full_matrix_has_every_python_on_every_system(artifacts: ArtifactCache) -> None:
    """The full matrix tests all supported Python versions on all three systems.

    One more job tests the lowest dependencies on Linux.
    """
    systems = ["ubuntu-latest", "macos-latest", "windows-latest"]
    expected = set(itertools.product(systems, choices("python_min"), [False]))
    expected |= {("ubuntu-latest", "3.11", True)}
    assert expected == matrix_jobs(ci_jobs(artifacts, test_matrix="full")["tests"])


def test_standard_project_has_at_most_eleven_jobs(artifacts: ArtifactCache) -> None:
    """A standard project has at most eleven jobs, counting each combination in the matrix."""
    jobs = ci_jobs(artifacts)
    assert {"lint", "build", "tests", "result"} == set(jobs)
    assert len(jobs) - 1 + len(matrix_jobs(jobs["tests"])) <= 11
