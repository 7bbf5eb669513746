"""The releases that updates are tested from."""

from pathlib import Path

import pytest
from packaging.version import Version

from harness import releases as kept
from harness.inspect import tree
from harness.install import Environment
from harness.releases import NoHistoryError, git, next_release, past_releases
from harness.template import ROOT
from harness.updates import render
from harness.workshop import Workshop

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_without_history_updates_are_not_tested_silently(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the past releases are missing, the tests fail and say what to do."""
    monkeypatch.setattr(kept, "RELEASES", tmp_path)
    with pytest.raises(NoHistoryError, match="check out the whole repository"):
        past_releases()


def test_each_release_is_a_tag_and_told(releases: Path) -> None:
    """Each release has its tag, oldest first, and the changelog says what it brought."""
    tags = git("tag", "--sort=version:refname", cwd=releases).split()
    assert [*past_releases(), next_release()] == tags
    assert sorted(tags, key=Version) == tags
    told = [line[4:].split("]")[0] for line in CHANGELOG.splitlines() if line.startswith("## [")]
    assert ["Unreleased", *reversed(past_releases())] == told


def test_the_template_as_it_stands_is_the_newest(releases: Path) -> None:
    """The newest release of the tests is the template as it stands, with its permissions."""
    present = {name: file for name, file in tree(ROOT / "template").items() if ".pyc" not in name}
    assert present == tree(releases / "template")


@pytest.mark.parametrize("version", past_releases())
def test_a_past_release_works(
    version: str, releases: Path, tmp_path: Path, workshop: Workshop
) -> None:
    """A project of each past release builds, installs and runs."""
    answers = {"project_name": "My Project", "mode": "app", "backend": "flit_core"}
    project = render(releases, version, tmp_path / "project", answers)
    environment = Environment.make(tmp_path / "environment")
    environment.install(workshop.build_wheel(project, tmp_path / "dist"))
    assert "Hello, Ada!\n" == environment.run("my-project", "Ada").stdout


def test_a_release_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept as a release gives that release again; an older version is refused."""
    folder = tmp_path / "releases"
    folder.mkdir()
    for version in past_releases():
        stream = (kept.RELEASES / f"{version}.fast-import").read_bytes()
        (folder / f"{version}.fast-import").write_bytes(stream)
    monkeypatch.setattr(kept, "RELEASES", folder)
    kept.keep("1.0.0")
    assert "1.0.0" == past_releases()[-1]
    kept.import_releases(tmp_path / "repository")
    present = {name: file for name, file in tree(ROOT / "template").items() if ".pyc" not in name}
    assert present == tree(tmp_path / "repository" / "template")
    with pytest.raises(
        ValueError, match=r"1\.0\.0 is not newer than 1\.0\.0; take a higher version"
    ):
        kept.keep("1.0.0")
