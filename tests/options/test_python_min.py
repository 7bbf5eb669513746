"""Test the choice of the oldest supported Python version."""

import re
import sys
import tomllib

import pytest
from trove_classifiers import classifiers

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import read_wheel
from harness.packagestan.answers import choices, questions

VERSIONS = choices("python_min")


@pytest.mark.parametrize("version", VERSIONS)
def test_metadata_lists_python_versions(version: str, artifacts: ArtifactCache) -> None:
    """The metadata sets the selected version as the minimum, and lists it and all newer versions."""
    answers = {"project_name": "My Project", "python_min": version}
    metadata = read_wheel(artifacts.wheel_from_tree(answers)).metadata
    assert f">={version}" == metadata["requires_python"]
    prefix = "Programming Language :: Python :: 3."
    listed = [c for c in metadata["classifiers"] if c.startswith(prefix)]
    assert [prefix.removesuffix("3.") + v for v in VERSIONS[VERSIONS.index(version) :]] == listed
    assert set(listed) <= classifiers


@pytest.mark.parametrize("version", VERSIONS)
def test_tools_target_the_oldest_version(version: str, artifacts: ArtifactCache) -> None:
    """The selected version is in mypy's settings. Ruff reads it from requires-python."""
    answers = {"project_name": "My Project", "python_min": version}
    pyproject = (artifacts.project(answers) / "pyproject.toml").read_text("utf-8")
    assert version == tomllib.loads(pyproject)["tool"]["mypy"]["python_version"]


@pytest.mark.parametrize("version", VERSIONS)
def test_script_metadata_has_the_oldest_version(version: str, artifacts: ArtifactCache) -> None:
    """A script's inline metadata also sets the selected version as the minimum."""
    answers = {"project_name": "My Project", "python_min": version, "mode": "script"}
    script = artifacts.project(answers) / "src" / "my_project" / "__main__.py"
    assert re.search(rf'(?m)^# requires-python = ">={version}"$', script.read_text("utf-8"))


def test_default_is_the_oldest() -> None:
    """The default is the oldest Python version that the template offers.

    The versions are in ascending order, and include the version that runs the tests.
    """
    assert "{{ python_versions[0] }}" in str(questions()["python_min"]["default"])
    assert VERSIONS == sorted(VERSIONS, key=lambda version: int(version.split(".")[1]))
    assert "{}.{}".format(*sys.version_info[:2]) in VERSIONS
