"""A fixture for the environment that builds the documentation."""

from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.install import Environment
from harness.packagestan.template import ROOT


@pytest.fixture(scope="module")
def sphinx(artifacts: ArtifactCache) -> Environment:
    """Return an environment with the packages that `nox -s docs` installs."""

    def make(folder: Path) -> None:
        Environment.make(folder).install("--requirement", ROOT / "requirements" / "docs.txt")

    return Environment(artifacts.once("sphinx", make))
