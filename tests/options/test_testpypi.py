"""Check the upload to TestPyPI. tests/services/test_workflows_run.py runs the workflow."""

from typing import Any

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.answers import choices
from harness.rendering.template import Answers
from harness.simulators import workflows

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}


def jobs(artifacts: ArtifactCache, **answers: Any) -> dict[str, dict[str, Any]]:
    """Return the jobs in a project's publish.yml, by name."""
    return dict(workflows.github(artifacts.project(BASE | answers), "publish")["jobs"])


@pytest.mark.parametrize("chosen", choices("testpypi"))
@pytest.mark.parametrize("publish", ["trusted", "token"])
def test_pypi_waits_for_testpypi(chosen: bool, publish: str, artifacts: ArtifactCache) -> None:
    """The PyPI job waits for the TestPyPI job, which exists only if TestPyPI is selected."""
    made = jobs(artifacts, testpypi=chosen, publish=publish)
    assert chosen == ("testpypi" in made)
    assert ("testpypi" if chosen else "tag") == made["pypi"]["needs"]
    if chosen:
        assert "tag" == made["testpypi"]["needs"]
        assert "testpypi" == made["testpypi"]["environment"]


def test_existing_files_are_skipped(artifacts: ArtifactCache) -> None:
    """The upload skips files that already exist on TestPyPI."""
    text = str(jobs(artifacts, testpypi=True)["testpypi"]["steps"])
    assert "twine upload --repository testpypi --skip-existing dist/*" in text


def test_private_index_does_not_use_testpypi(artifacts: ArtifactCache) -> None:
    """With a private index, no job uploads to TestPyPI, even if it is selected."""
    answers = {"testpypi": True, "index_url": "https://packages.example.com/upload/"}
    assert "testpypi" not in jobs(artifacts, **answers)
