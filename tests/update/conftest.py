"""What the tests of updates share."""

import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def tmp_path() -> Path:
    """A folder among the temporary files: a repository is many small ones."""
    return Path(tempfile.mkdtemp(prefix="update-"))
