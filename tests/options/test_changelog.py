"""Test the changelog."""

import tomllib

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import sdist_files, tree
from harness.packagestan.answers import choices
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "github_user": "octocat"}


@pytest.mark.slow
@pytest.mark.parametrize("backend", choices("backend"))
def test_sdist_contains_the_changelog(backend: str, artifacts: ArtifactCache) -> None:
    """The sdist contains CHANGELOG.md if, and only if, the project has a changelog."""
    for changelog in (True, False):
        answers = BASE | {"backend": backend, "changelog": changelog}
        sdist = sdist_files(artifacts.distributions(answers).sdist)
        assert changelog == ("CHANGELOG.md" in sdist)


def test_new_changelog_has_no_entries(artifacts: ArtifactCache) -> None:
    """A new changelog has only one section, "Unreleased", which is empty."""
    text = (artifacts.project(BASE) / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert ["# Changelog", "## [Unreleased]"] == headings
    assert text.endswith("## [Unreleased]\n")


def test_metadata_links_to_the_changelog(artifacts: ArtifactCache) -> None:
    """The metadata links to the changelog on the default branch."""
    answers = BASE | {"default_branch": "trunk"}
    text = (artifacts.project(answers) / "pyproject.toml").read_text(encoding="utf-8")
    urls = tomllib.loads(text)["project"]["urls"]
    expected = "https://github.com/octocat/my-project/blob/trunk/CHANGELOG.md"
    assert expected == urls["Changelog"]


@pytest.mark.parametrize("docs_engine", choices("docs_engine"))
@pytest.mark.parametrize("versioning", choices("versioning"))
def test_missing_changelog_is_not_mentioned(
    docs_engine: str, versioning: str, artifacts: ArtifactCache
) -> None:
    """Without a changelog, no file mentions one, except the answers file."""
    answers = BASE | {"docs_engine": docs_engine, "versioning": versioning, "changelog": False}
    project = artifacts.project(answers)
    mentioning = [
        name
        for name in tree(project)
        if name != ".copier-answers.yml"
        and "changelog" in (project / name).read_text("utf-8").lower()
    ]
    assert [] == mentioning
