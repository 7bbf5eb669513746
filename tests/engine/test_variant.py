"""Test building, installing, and using a template's projects."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.tiny import PACKAGE
from harness.artifacts import forks
from harness.artifacts.adapter import Adapter
from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import sdist_files
from harness.artifacts.variant import Variant

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def variant(tmp_path: Path) -> Iterator[Variant]:
    """Yield a variant with its own artifact cache, and stop its warm processes afterward."""
    backends = [{"backend": name} for name in ("flit_core", "hatchling")]
    cache = ArtifactCache(tmp_path, Adapter(PACKAGE, [OWN], backends))
    others = len(forks.running)
    yield Variant({"package": "primes", "numbers": [2, 3]}, cache)
    forks.close_all(keep=others)


def test_package_is_built_and_used(variant: Variant) -> None:
    """The wheels built from the tree and the sdist are equal, and the installed package works."""
    assert {"pyproject.toml", "src/primes/__init__.py"} <= sdist_files(variant.distributions.sdist)
    assert variant.wheel_from_tree.read_bytes() == variant.distributions.wheel.read_bytes()
    used = variant.used()
    assert "1.0" == used["version"]
    assert str(used["file"]).endswith("primes/__init__.py")


def test_build_requirements_come_from_the_projects(variant: Variant) -> None:
    """The build requirements and the oldest Python version come from a project's pyproject.toml."""
    assert ["flit_core>=3.11"] == variant.artifacts.build_requires({"backend": "flit_core"})
    assert "3.11" == variant.oldest_python
