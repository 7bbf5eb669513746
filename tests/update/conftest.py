"""What the tests of updates share."""

from pathlib import Path

import pytest

from harness.releases import make_repository
from harness.workshop import Workshop


@pytest.fixture(scope="session")
def releases(workshop: Workshop) -> Path:
    """A repository of all releases, with the template as it stands as the newest; for reading."""
    return workshop.once("releases", make_repository)
