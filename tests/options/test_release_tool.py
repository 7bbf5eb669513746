"""Test releasing a generated project with bump-my-version."""

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
    """Return an environment with the "release" dependency group."""
    return artifacts.environment("release", BASE, "--group", "release")


def locked(project: Path) -> Path:
    """Lock a project, commit it on main, and return its folder."""
    run(find_uv_bin(), "lock", "--quiet", cwd=project)
    commit(project)
    git(project, "branch", "--move", "--force", "main")
    return project


@pytest.fixture
def project(tmp_path: Path, artifacts: ArtifactCache) -> Path:
    """Return a locked and committed project."""
    return locked(artifacts.copy(BASE, tmp_path / "project"))


def bump(tools: Environment, project: Path, *arguments: str, exit_code: int = 0) -> str:
    """Run `bump-my-version bump` in a project, and return what it prints to stderr."""
    path: Mapping[str, str] = {"PATH": f"{tools.bin}:{Path(find_uv_bin()).parent}:/usr/bin:/bin"}
    command = ("bump-my-version", "bump", *arguments)
    return call(tools, project, *command, env=path, exit_code=exit_code).stderr


def versions(project: Path) -> set[str]:
    """Return the project's versions in pyproject.toml and uv.lock."""
    pyproject = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    lock = tomllib.loads((project / "uv.lock").read_text(encoding="utf-8"))
    own = [each["version"] for each in lock["package"] if each["name"] == "my-project"]
    return {pyproject["project"]["version"], *own}


@pytest.mark.slow
def test_release_is_one_commit_and_one_tag(tools: Environment, project: Path) -> None:
    """A release changes the version, the changelog, and uv.lock in one tagged commit."""
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


@pytest.mark.slow
def test_changelog_gets_a_dated_section(tools: Environment, project: Path) -> None:
    """A release adds a heading with the version and today's date under "Unreleased"."""
    before = (project / "CHANGELOG.md").read_text(encoding="utf-8")
    bump(tools, project, "patch")
    dated = f"## [Unreleased]\n\n## [0.1.1] - {time.strftime('%Y-%m-%d')}\n"
    expected = before.replace("## [Unreleased]\n", dated)
    assert expected == (project / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_release_can_follow_a_pre_release(tools: Environment, project: Path) -> None:
    """Pre-releases can be tagged before the final release."""
    for version in ("1.0.0rc1", "1.0.0rc2", "1.0.0"):
        bump(tools, project, "--new-version", version)
        assert f"v{version}" == git(project, "tag", "--points-at", "HEAD")
        assert {version} == versions(project)


@pytest.mark.slow
def test_protected_branch_is_tagged_after_the_merge(tools: Environment, project: Path) -> None:
    """With --no-tag, a release on a branch creates no tag.

    After the merge, the guide's command tags the merge commit with main's version.
    """
    git(project, "switch", "--quiet", "--create", "release")
    bump(tools, project, "minor", "--no-tag")
    assert "" == git(project, "tag")
    git(project, "switch", "--quiet", "main")
    git(project, "merge", "--quiet", "--no-ff", "--message=Merge", "release")
    assert {"0.2.0"} == versions(project)
    guide = (project / "RELEASING.md").read_text(encoding="utf-8")
    (command,) = set(re.findall(r"(?m)^\$ (git tag .*)$", guide))
    path = f"{Path(find_uv_bin()).parent}:/usr/bin:/bin"
    call(tools, project, "sh", "-c", command, env={"PATH": path})
    assert "v0.2.0" == git(project, "tag", "--points-at", "main")


@pytest.mark.slow
def test_without_a_changelog_only_the_version_changes(
    tools: Environment, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A release of a project without a changelog changes only pyproject.toml and uv.lock."""
    project = locked(artifacts.copy(BASE | {"changelog": False}, tmp_path / "project"))
    bump(tools, project, "minor")
    changed = git(project, "diff", "--name-only", "HEAD~1").splitlines()
    assert ["pyproject.toml", "uv.lock"] == changed


def test_bump_my_version_is_configured_only_if_used(artifacts: ArtifactCache) -> None:
    """pyproject.toml mentions bump-my-version only if it is selected and the version is static."""
    for answers in ({"release_tool": "none"}, {"versioning": "vcs"}):
        text = (artifacts.project(BASE | answers) / "pyproject.toml").read_text(encoding="utf-8")
        assert not re.search("bumpversion|bump-my-version", text)


@pytest.mark.slow
def test_uncommitted_changes_stop_a_release(tools: Environment, project: Path) -> None:
    """Uncommitted changes prevent a release, so a release can't include them."""
    (project / "README.md").write_text("Changed.\n", encoding="utf-8")
    assert "Git working directory is not clean" in bump(tools, project, "minor", exit_code=2)
    assert {"0.1.0"} == versions(project)
    assert "" == git(project, "tag")


@pytest.mark.slow
def test_rejected_push_publishes_nothing(tmp_path: Path, tools: Environment, project: Path) -> None:
    """If the remote rejects the commit on main, an atomic push doesn't publish the tag either."""
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
