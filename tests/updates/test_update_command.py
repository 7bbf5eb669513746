"""Check that updates in the test process equal updates with the `copier` command."""

import shutil
from pathlib import Path

import pytest

from harness.artifacts.inspect import tree
from harness.packagestan.answers import FULL
from harness.rendering.render import copier_command
from harness.updates.projects import start, update
from harness.updates.releases import IDENTITY, commit, past_releases


@pytest.mark.parametrize("version", past_releases())
def test_command_creates_the_same_project(version: str, releases: Path, tmp_path: Path) -> None:
    """A project with local changes and a conflict is the same after both kinds of updates."""
    project = start(releases, version, tmp_path / "project", {"project_name": FULL["project_name"]})
    (project / "README.md").write_text("# Mine\n", encoding="utf-8")
    (project / "tests" / "test_greetings.py").unlink()
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    pyproject.write_text(text.replace("[build-system]\n", "[build-system] # mine\n"), "utf-8")
    commit(project, "Work")
    by_command = shutil.copytree(project, tmp_path / "by-command", symlinks=True)

    update(project, backend="setuptools")
    data = ("--data", "backend=setuptools")
    copier_command("update", "--defaults", "--skip-answered", *data, by_command, env=IDENTITY)

    assert tree(by_command) == tree(project)
    assert "[build-system] # mine" in pyproject.read_text(encoding="utf-8")
