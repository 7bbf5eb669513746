"""Check that updates with caches produce the same projects as the plain `copier` command."""

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
    """In-process updates, the plain command, and the cached command have the same result.

    The project has local changes, one of which conflicts with the update.
    """
    project = start(releases, version, tmp_path / "project", {"project_name": FULL["project_name"]})
    (project / "README.md").write_text("# Mine\n", encoding="utf-8")
    (project / "tests" / "test_greetings.py").unlink()
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    pyproject.write_text(text.replace("[build-system]\n", "[build-system] # mine\n"), "utf-8")
    commit(project, "Work")
    by_command, by_cached_command = (
        shutil.copytree(project, tmp_path / name, symlinks=True)
        for name in ("by-command", "by-cached-command")
    )

    assert ["pyproject.toml"] == update(project, backend="setuptools")
    updating = ("update", "--defaults", "--skip-answered", "--data", "backend=setuptools")
    copier_command(*updating, by_command, env=IDENTITY, plain=True)
    copier_command(*updating, by_cached_command, env=IDENTITY)

    assert tree(by_command) == tree(project)
    assert tree(by_command) == tree(by_cached_command)
    assert "[build-system] # mine" in pyproject.read_text(encoding="utf-8")
