"""Test the guides, whose text depends on many answers."""

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan import guides
from harness.rendering.template import Answers

pytestmark = pytest.mark.quick

DEFAULTS: Answers = {"project_name": "My Project"}

# Answers that result in long guides.
LONGEST: Answers = {
    "preset": "full",
    "mode": "script",
    "github_user": "ada",
    "environments": ["uv", "pip", "conda", "direnv"],
    "container": True,
    "testpypi": True,
}
GUIDES: dict[str, Answers] = {
    "standard": {},
    "longest": LONGEST,
    "longest, Renovate, no runner": LONGEST
    | {"template_updates": "renovate", "task_runner": "none"},
    "vcs": {"versioning": "vcs"},
    "GitLab": {"ci": "gitlab", "publish": "token", "index_url": "https://packages.example.com/"},
    "by hand": {"ci": "none", "release_tool": "none", "environments": []},
    "conda, nox": {"environments": ["conda"], "task_runner": "nox", "publish": "token"},
}

# With these answers and the variants in `nox -s quick`, each line in guides.txt appears in a guide.
MORE_GUIDES: dict[str, Answers] = GUIDES | {
    "app": {"mode": "app"},
    "GitLab, TestPyPI": {
        "ci": "gitlab",
        "publish": "token",
        "testpypi": True,
        "docs_engine": "sphinx",
        "environments": ["pip", "uv"],
        "task_runner": "none",
    },
    "GitLab, trusted": {"ci": "gitlab", "testpypi": True, "hooks": "none", "release_tool": "none"},
    "vcs, pip": {"versioning": "vcs", "publish": "none", "environments": ["pip"]},
    "only on GitHub": {"publish": "none", "github_user": "ada", "license": "Unlicense"},
    "token, TestPyPI": {
        "publish": "token",
        "testpypi": True,
        "changelog": False,
        "github_user": "Ada",
        "task_runner": "nox",
        "docs_engine": "zensical",
        "docs_hosting": "pages",
    },
    "private": {"license": "Proprietary", "environments": ["pip"], "task_runner": "none"},
    "private index": {"license": "Proprietary", "index_url": "https://packages.example.com/"},
}


@pytest.mark.parametrize("chosen", GUIDES.values(), ids=GUIDES)
def test_guides_are_short(chosen: Answers, artifacts: ArtifactCache) -> None:
    """CONTRIBUTING.md has at most 90 lines, and RELEASING.md has at most 50.

    Both end with one newline, and have no consecutive blank lines.
    """
    project = artifacts.project(DEFAULTS | chosen)
    for name, budget in (("CONTRIBUTING.md", 90), ("RELEASING.md", 50)):
        text = (project / name).read_text(encoding="utf-8")
        assert text.count("\n") <= budget
        assert "\n\n\n" not in text
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


@pytest.mark.parametrize("chosen", MORE_GUIDES.values(), ids=MORE_GUIDES)
def test_guides_have_the_expected_lines(chosen: Answers, artifacts: ArtifactCache) -> None:
    """The guides contain the lines in guides.txt whose conditions the answers meet, in order."""
    project = artifacts.project(DEFAULTS | chosen)
    for name in filter(lambda name: (project / name).exists(), guides.GUIDES):
        assert guides.expected(name, project) == guides.actual(name, project)


def test_release_sections_fit_in_25_lines(artifacts: ArtifactCache) -> None:
    """The sections about direct pushes and protected branches have at most 25 lines in total.

    They contain three blocks of commands.
    """
    text = (artifacts.project(DEFAULTS) / "RELEASING.md").read_text(encoding="utf-8")
    flows = text[text.index("If you can push to `main`") : text.rindex("\n```\n") + 5]
    assert flows.count("\n") <= 25
    assert 3 == flows.count("```console")


def test_release_is_pushed_atomically_to_the_default_branch(artifacts: ArtifactCache) -> None:
    """The release command pushes the tag and the default branch atomically.

    If this branch isn't `main`, RELEASING.md doesn't mention `main`.
    """
    project = artifacts.project(DEFAULTS | {"default_branch": "trunk"})
    text = (project / "RELEASING.md").read_text(encoding="utf-8")
    assert '$ git push --atomic origin trunk "v$(uv version --short)"' in text.splitlines()
    assert "main" not in text
