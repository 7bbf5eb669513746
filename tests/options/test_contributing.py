"""Test CONTRIBUTING.md and RELEASING.md, which the `contributing` option adds."""

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.packagestan.answers import choices
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "github_user": "octocat"}
GUIDES = {"CONTRIBUTING.md", "RELEASING.md"}


@pytest.mark.parametrize("contributing", choices("contributing"))
def test_both_guides_exist_when_selected(contributing: bool, artifacts: ArtifactCache) -> None:
    """A project has both guides if they are selected, and neither otherwise."""
    names = set(tree(artifacts.project(BASE | {"contributing": contributing})))
    assert (GUIDES if contributing else set()) == GUIDES & names


def test_missing_guides_are_not_mentioned(artifacts: ArtifactCache) -> None:
    """Without the guides, no file mentions them."""
    project = artifacts.project(BASE | {"contributing": False, "docs_engine": "sphinx"})
    texts = {name: (project / name).read_text(encoding="utf-8") for name in tree(project)}
    assert [] == [name for name, text in texts.items() if any(guide in text for guide in GUIDES)]


@pytest.mark.slow
def test_contributing_is_short(artifacts: ArtifactCache) -> None:
    """CONTRIBUTING.md has at most 90 lines with each task runner and all environment tools."""
    for runner in choices("task_runner"):
        answers = BASE | {"task_runner": runner, "environments": choices("environments")}
        text = (artifacts.project(answers) / "CONTRIBUTING.md").read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 90, runner
