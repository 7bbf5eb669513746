"""Fixtures for the tests of updates."""

import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def tmp_path() -> Path:
    """A folder among the temporary files, because a repository consists of many small files."""
    return Path(tempfile.mkdtemp(prefix="update-"))
