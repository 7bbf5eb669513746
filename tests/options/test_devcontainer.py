"""Check the dev container's configuration without starting the container."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.answers import FULL, choices
from harness.packagestan.template import facts
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "devcontainer": True}


def description(project: Path) -> Any:
    """Return the contents of a project's devcontainer.json."""
    file = project / ".devcontainer" / "devcontainer.json"
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("chosen", choices("devcontainer"))
def test_exists_only_if_selected(chosen: bool, artifacts: ArtifactCache) -> None:
    """A project has a .devcontainer folder only if the dev container is selected."""
    project = artifacts.project(FULL | {"devcontainer": chosen})
    assert chosen == (project / ".devcontainer").exists()


@pytest.mark.parametrize("version", choices("python_min"))
def test_python_is_the_oldest_supported(version: str, artifacts: ArtifactCache) -> None:
    """The image has the oldest supported Python, so the code can't use newer features."""
    project = artifacts.project(BASE | {"python_min": version})
    assert f"mcr.microsoft.com/devcontainers/python:{version}" == description(project)["image"]


@pytest.mark.parametrize("environments", [["uv"], ["uv", "pip"], ["pip"], []], ids=str)
def test_setup_commands_match_contributing(
    environments: list[str], artifacts: ArtifactCache
) -> None:
    """The container installs uv if it is selected, and runs setup commands from CONTRIBUTING.md."""
    project = artifacts.project(BASE | {"environments": environments})
    contributing = (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
    commands = description(project)["postCreateCommand"].split(" && ")
    if "uv" in environments:
        assert "pipx install uv" == commands.pop(0)
    assert commands
    for command in commands:
        assert f"$ {command}\n" in contributing


@pytest.mark.parametrize("checker", choices("type_checker"))
def test_editor_has_the_extensions(checker: str, artifacts: ArtifactCache) -> None:
    """The container has VS Code extensions for Python, Ruff, and the selected type checker."""
    project = artifacts.project(BASE | {"type_checker": checker})
    expected = {"charliermarsh.ruff", "ms-python.python"}
    if checker != "none":
        expected.add(facts("type_checker")[checker]["extension"])
    assert expected == set(description(project)["customizations"]["vscode"]["extensions"])
