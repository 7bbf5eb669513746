"""Check that the environments, secrets, workflows, and files named in guides exist."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.packagestan.answers import choices
from harness.rendering.template import Answers
from harness.simulators import workflows

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026", "github_user": "ada"}
KINDS: dict[str, Answers] = {
    "trusted": {"publish": "trusted"},
    "trusted-testpypi": {"publish": "trusted", "testpypi": True},
    "token": {"publish": "token"},
    "token-testpypi": {"publish": "token", "testpypi": True},
    "index": {"publish": "token", "index_url": "https://packages.example.com/upload/"},
}
PUBLISHED = {
    f"{ci}-{kind}": BASE | {"ci": ci} | chosen
    for ci in ("github", "gitlab")
    for kind, chosen in KINDS.items()
}
each_published = pytest.mark.parametrize("answers", PUBLISHED.values(), ids=PUBLISHED)


def read(project: Path, name: str) -> str:
    """Return the text of a file in a project."""
    return (project / name).read_text(encoding="utf-8")


def publishing(project: Path) -> tuple[str, dict[str, Any]]:
    """Return the text and the jobs of the workflow or pipeline that publishes the project."""
    file = project / ".gitlab" / "publish.yml"
    if file.exists():
        return read(project, ".gitlab/publish.yml"), yaml.safe_load(file.read_text("utf-8"))
    text = read(project, ".github/workflows/publish.yml")
    return text, workflows.github(project, "publish")["jobs"]


@each_published
def test_releasing_names_the_environments(answers: Answers, artifacts: ArtifactCache) -> None:
    """RELEASING.md names exactly the environments that jobs use.

    Jobs use `pypi` unless there is a private index, and `testpypi` only if it is selected.
    """
    project = artifacts.project(answers)
    _, jobs = publishing(project)
    used = {job["environment"] for job in jobs.values() if isinstance(job.get("environment"), str)}
    used |= {
        job["environment"]["name"]
        for job in jobs.values()
        if isinstance(job.get("environment"), dict)
    }
    guide = " ".join(read(project, "RELEASING.md").split())
    assert used == set(re.findall(r"`(\w+)` environment", guide))
    assert ("pypi" in used) == ("index_url" not in answers)
    assert ("testpypi" in used) == answers.get("testpypi", False)


@each_published
def test_releasing_names_the_secrets(answers: Answers, artifacts: ArtifactCache) -> None:
    """RELEASING.md names exactly the secrets that jobs use, and none with trusted publishing."""
    project = artifacts.project(answers)
    text, _ = publishing(project)
    named = set(re.findall(r"`((?:TWINE|UV)_\w+)`", read(project, "RELEASING.md")))
    if answers["ci"] == "github":
        used = set(re.findall(r"secrets\.(\w+)", text))
    else:
        # GitLab passes all variables to its jobs, so only a comment lists them.
        used = set(re.findall(r"(?:TWINE|UV_PUBLISH)_\w+", text))
    assert used == named
    assert bool(named) == (answers["publish"] == "token")


@each_published
def test_releasing_names_the_workflow_and_the_tags(
    answers: Answers, artifacts: ArtifactCache
) -> None:
    """The files that RELEASING.md names exist, and its setup steps are numbered consecutively.

    On GitHub, the tags that it protects start a release.
    """
    project = artifacts.project(answers)
    guide = read(project, "RELEASING.md")
    files = {Path(name).name for name in tree(project)} | set(tree(project))
    named = set(re.findall(r"`([\w./-]+\.(?:yml|md|toml))`", guide))
    assert named <= files
    assert "publish.yml" in {Path(name).name for name in named}
    assert "`v*`" in guide
    if answers["ci"] == "github":
        assert ["v*"] == workflows.github(project, "publish")["on"]["push"]["tags"]
    steps = re.findall(r"(?m)^(\d)\. ", guide.split("## Make a release")[0])
    assert [str(number + 1) for number in range(len(steps))] == steps


def test_required_check_is_a_job(artifacts: ArtifactCache) -> None:
    """Both guides name the job that summarizes the results as the required check."""
    project = artifacts.project(BASE)
    names = {job["name"] for job in workflows.github(project, "ci")["jobs"].values()}
    for guide in ("CONTRIBUTING.md", "RELEASING.md"):
        assert {"Result"} == set(re.findall(r'"(\w+)"\s+check', read(project, guide))) & names


@pytest.mark.parametrize("docs_engine", choices("docs_engine"))
@pytest.mark.parametrize("template_updates", choices("template_updates"))
def test_update_command_uses_existing_questions(
    docs_engine: str, template_updates: str, artifacts: ArtifactCache
) -> None:
    """CONTRIBUTING.md suggests a valid new answer, and the workflow shows the same update command."""
    answers = BASE | {"docs_engine": docs_engine, "template_updates": template_updates}
    project = artifacts.project(answers)
    guide = " ".join(read(project, "CONTRIBUTING.md").split())
    ((name, value),) = re.findall(r"`--data (\w+)=(\w+)`", guide)
    assert value in choices(name)
    assert value != docs_engine
    assert ("remove the documentation" in guide) == (value == "none")
    (command,) = re.findall(r"(?m)^\$ (uvx copier update.*)$", read(project, "CONTRIBUTING.md"))
    if template_updates == "workflow":
        steps = workflows.github(project, "template")["jobs"]["check"]["steps"]
        body = f"--body 'The template has a new release. To update, run: {command}'"
        assert body in steps[-1]["run"]
        assert "`.github/workflows/template.yml`" in guide


@pytest.mark.parametrize("default_branch", ["main", "trunk/2"])
def test_readme_links_lead_to_files(default_branch: str, artifacts: ArtifactCache) -> None:
    """Links to files in the repository are absolute, use the default branch, and aren't broken."""
    project = artifacts.project(BASE | {"default_branch": default_branch})
    base = f"https://github.com/ada/my-project/blob/{default_branch}/"
    links = re.findall(r"\]\((https://github\.com/.+?)\)", read(project, "README.md"))
    files = {link.removeprefix(base) for link in links if "/blob/" in link}
    assert {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"} == files
    assert files <= set(tree(project))
    others = {link for link in links if "/blob/" not in link and "/actions/" not in link}
    assert {"https://github.com/ada/my-project/issues"} == others
