"""Releasing a generated project: what bump-my-version changes, and what a remote accepts."""

import re
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.install import Environment
from harness.artifacts.repository import call, commit, git
from harness.processes.commands import run
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}


@pytest.fixture
def tools(artifacts: ArtifactCache) -> Environment:
    """An environment with the dependency group "release"."""
    return artifacts.environment("release", BASE, "--group", "release")


def locked(project: Path) -> Path:
    """Lock and commit a project on main."""
    run(find_uv_bin(), "lock", "--quiet", cwd=project)
    commit(project)
    git(project, "branch", "--move", "--force", "main")
    return project


@pytest.fixture
def project(tmp_path: Path, artifacts: ArtifactCache) -> Path:
    """A locked and committed project."""
    return locked(artifacts.copy(BASE, tmp_path / "project"))


def bump(tools: Environment, project: Path, *arguments: str, exit_code: int = 0) -> str:
    """Bump the version with the settings of the project, and return the error messages."""
    path: Mapping[str, str] = {"PATH": f"{tools.bin}:{Path(find_uv_bin()).parent}:/usr/bin:/bin"}
    command = ("bump-my-version", "bump", *arguments)
    return call(tools, project, *command, env=path, exit_code=exit_code).stderr


def versions(project: Path) -> set[str]:
    """Return the versions of the project in pyproject.toml and uv.lock."""
    pyproject = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    lock = tomllib.loads((project / "uv.lock").read_text(encoding="utf-8"))
    own = [each["version"] for each in lock["package"] if each["name"] == "my-project"]
    return {pyproject["project"]["version"], *own}


def test_a_release_is_one_commit_and_one_tag(tools: Environment, project: Path) -> None:
    """The version, the changelog, and uv.lock change in one commit, which is tagged."""
    before = git(project, "rev-parse", "HEAD")
    bump(tools, project, "minor")
    assert "" == git(project, "status", "--porcelain")
    assert before == git(project, "rev-parse", "HEAD~1")
    assert "Release 0.2.0" == git(project, "log", "-1", "--format=%s")
    assert "v0.2.0" == git(project, "tag", "--points-at", "HEAD")
    assert {"0.2.0"} == versions(project)
    changed = git(project, "diff", "--name-only", "HEAD~1").splitlines()
    assert ["CHANGELOG.md", "pyproject.toml", "uv.lock"] == changed
    run(find_uv_bin(), "lock", "--check", "--quiet", cwd=project)


def test_the_changelog_gets_a_dated_section(tools: Environment, project: Path) -> None:
    """The unreleased changes are now below the version's heading, which has today's date."""
    before = (project / "CHANGELOG.md").read_text(encoding="utf-8")
    bump(tools, project, "patch")
    dated = f"## [Unreleased]\n\n## [0.1.1] - {time.strftime('%Y-%m-%d')}\n"
    expected = before.replace("## [Unreleased]\n", dated)
    assert expected == (project / "CHANGELOG.md").read_text(encoding="utf-8")


def test_a_pre_release_becomes_a_release(tools: Environment, project: Path) -> None:
    """A pre-release is tagged as such, and the release can follow."""
    for version in ("1.0.0rc1", "1.0.0rc2", "1.0.0"):
        bump(tools, project, "--new-version", version)
        assert f"v{version}" == git(project, "tag", "--points-at", "HEAD")
        assert {version} == versions(project)


def test_a_protected_branch_gets_the_tag_after_the_merge(tools: Environment, project: Path) -> None:
    """With --no-tag, a pull request adds the version to main, and the tag can still be created."""
    git(project, "switch", "--quiet", "--create", "release")
    bump(tools, project, "minor", "--no-tag")
    assert "" == git(project, "tag")
    git(project, "switch", "--quiet", "main")
    git(project, "merge", "--quiet", "--no-ff", "--message=Merge", "release")
    assert {"0.2.0"} == versions(project)


def test_without_a_changelog_only_the_version_changes(
    tools: Environment, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A project without a changelog is released, too."""
    project = locked(artifacts.copy(BASE | {"changelog": False}, tmp_path / "project"))
    bump(tools, project, "minor")
    changed = git(project, "diff", "--name-only", "HEAD~1").splitlines()
    assert ["pyproject.toml", "uv.lock"] == changed


def test_without_the_tool_there_are_no_settings(artifacts: ArtifactCache) -> None:
    """Without a release tool, and with a version from git, nothing configures bump-my-version."""
    for answers in ({"release_tool": "none"}, {"versioning": "vcs"}):
        text = (artifacts.project(BASE | answers) / "pyproject.toml").read_text(encoding="utf-8")
        assert not re.search("bumpversion|bump-my-version", text)


def test_uncommitted_changes_stop_a_release(tools: Environment, project: Path) -> None:
    """A release starts from committed files, so nothing else gets into it."""
    (project / "README.md").write_text("Changed.\n", encoding="utf-8")
    assert "Git working directory is not clean" in bump(tools, project, "minor", exit_code=2)
    assert {"0.1.0"} == versions(project)
    assert "" == git(project, "tag")


def test_a_rejected_push_publishes_nothing(
    tmp_path: Path, tools: Environment, project: Path
) -> None:
    """If the remote rejects the commit on main, it doesn't accept the tag either."""
    remote = tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    git(project, "remote", "add", "origin", str(remote))
    git(project, "push", "--quiet", "origin", "main")
    hook = remote / "hooks" / "update"
    hook.write_text('#!/bin/sh\n[ "$1" != refs/heads/main ]\n', encoding="utf-8")
    hook.chmod(0o755)
    bump(tools, project, "minor")
    git(project, "push", "--quiet", "--atomic", "origin", "main", "v0.2.0", exit_code=1)
    assert "" == git(remote, "tag")
