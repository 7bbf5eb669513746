"""Check the releases that update tests use."""

from pathlib import Path

import pytest
from packaging.version import Version

from harness.artifacts.inspect import tree
from harness.packagestan.template import ROOT
from harness.updates import releases as history
from harness.updates.releases import (
    NoHistoryError,
    extract,
    git,
    missing_history,
    next_release,
    past_releases,
)


def test_missing_commit_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a past release's commit is missing, the message says how to fetch it."""
    file = tmp_path / "releases.yml"
    file.write_text(f"0.1.0: {'0' * 40}\n", encoding="utf-8")
    monkeypatch.setattr(history, "RELEASES", file)
    assert missing_history().startswith("run `git fetch --unshallow`")
    with pytest.raises(NoHistoryError, match="run `git fetch --unshallow`"):
        extract("0.1.0", tmp_path)


def test_history_contains_each_release() -> None:
    """Each past release can be read from the commit history."""
    if problem := missing_history():
        pytest.fail(problem, pytrace=False)


def test_each_release_has_a_tag(releases: Path) -> None:
    """The test repository has a tag for each release, and the releases are listed oldest first."""
    tags = git("tag", "--sort=version:refname", cwd=releases).split()
    assert [*past_releases(), next_release()] == tags
    assert sorted(tags, key=Version) == tags


@pytest.mark.parametrize("version", past_releases())
def test_each_release_is_in_the_changelog(version: str) -> None:
    """The changelog has a section for each past release."""
    assert f"\n## [{version}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_past_release_contains_the_files_of_its_commit(releases: Path) -> None:
    """Each past release in the test repository contains the same files as its commit."""
    for version, revision in history.release_commits().items():
        listed = git("ls-tree", "-r", version, cwd=releases)
        files = git("ls-tree", "-r", revision, *history.TEMPLATE, cwd=ROOT)
        assert files == listed


def test_current_template_is_the_newest_release(releases: Path) -> None:
    """The newest release has the current template's files with the same executable bits."""
    present = {name: file for name, file in tree(ROOT / "template").items() if ".pyc" not in name}
    assert present == tree(releases / "template")
