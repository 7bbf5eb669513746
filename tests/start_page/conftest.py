"""Fixtures for the template as a repository, and for a session that renders it."""

import subprocess
from pathlib import Path

import pytest

from copier_browser import Session, Source
from harness.artifacts.artifact_cache import ArtifactCache
from harness.updates.releases import first_release


@pytest.fixture(scope="session")
def template(artifacts: ArtifactCache) -> Path:
    """Return a repository with the current template as its only release."""
    return artifacts.once("start-page-template", first_release)


@pytest.fixture(scope="session")
def source(template: Path) -> Source:
    """Return the template with git's information about it."""
    command = ("git", "ls-files", "--stage")
    listed = subprocess.run(command, cwd=template, capture_output=True, text=True, check=True)
    modes = {
        path: int(details.split()[0], 8)
        for details, path in (line.split("\t") for line in listed.stdout.splitlines())
    }
    return Source(template, str(template), "1.0.0", modes)


@pytest.fixture(scope="module")
def session(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Return a session that a module's tests share, so it can reuse results."""
    work = tmp_path_factory.mktemp("session")
    return Session(source, work, {"project_name": "My Project"}, {"preset": "custom"})
