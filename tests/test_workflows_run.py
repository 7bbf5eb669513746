"""What a project's workflows do when their own commands are run; see `harness.actions`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twine.utils import DEFAULT_REPOSITORY, TEST_REPOSITORY

from harness import workflows
from harness.actions import MAIN, PULL_REQUEST, REPOSITORY, Event, Run, Service
from harness.answers import Answers
from harness.indexes import Index, Network
from harness.inspect import tree
from harness.repository import commit, git
from harness.variant import interpreters
from harness.workshop import Workshop

# What is run for one project shares its first run.
pytestmark = pytest.mark.xdist_group("workflows run")

Workflow = dict[str, Any]

BASE: Answers = {"project_name": "My Project", "mode": "app"}
TAG = Event("push", "refs/tags/v0.1.0")
FILES = ["my_project-0.1.0-py3-none-any.whl", "my_project-0.1.0.tar.gz"]


class Place:
    """A project on a service, and the indexes that trust its workflow."""

    def __init__(self, folder: Path, project: Path, tag: str = TAG.short_ref) -> None:
        """Commit a project, whose changelog gets a section for the tag, and tag it."""
        self.project = project
        changelog = project / "CHANGELOG.md"
        text = changelog.read_text(encoding="utf-8")
        heading = f"[{tag.removeprefix('v')}] - 2026-01-01"
        changelog.write_text(text.replace("[Unreleased]", heading), encoding="utf-8")
        commit(project, tag)
        git(project, "branch", "--move", "--force", "main")
        git(project, "update-ref", "refs/pull/7/merge", "HEAD")
        publisher = {"repository": REPOSITORY, "workflow": "publish.yml"}
        self.pypi, self.testpypi = (
            Index(url, folder / environment, publisher | {"environment": environment})
            for url, environment in ((DEFAULT_REPOSITORY, "pypi"), (TEST_REPOSITORY, "testpypi"))
        )
        self.network = Network(folder, self.pypi, self.testpypi)
        self.service = Service(folder / "service", project, self.network)

    def workflow(self, name: str) -> Workflow:
        """Read a workflow."""
        return workflows.github(self.project, name)

    def publish(
        self, event: Event, workflow: Workflow | None = None, again: Run | None = None
    ) -> Run:
        """Run the workflow that publishes, or a changed one."""
        workflow = workflow or self.workflow("publish")
        run = self.service.run(workflow, event, file="publish.yml", again=again)
        assert run
        return run

    def releases(self) -> list[str]:
        """Return the tags of the releases."""
        folder = self.service.releases
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def results(run: Run) -> dict[str, str]:
    """Return how each job ended; when something failed, pytest shows what it said."""
    print(run.failures())
    return run.results()


@pytest.fixture
def place(tmp_path: Path, workshop: Workshop) -> Iterator[Place]:
    """An app on a service."""
    made = Place(tmp_path, workshop.copy(BASE, tmp_path / "project"))
    with made.network:
        yield made


# Checks.


def test_a_pull_request_is_checked(place: Place) -> None:
    """Every job succeeds, the tests with each Python that is here, and nothing is published."""
    run = place.service.run(place.workflow("ci"), PULL_REQUEST, file="ci.yml")
    assert run
    jobs = ["lint", "types", "docs", "build", "tests", "result"]
    assert dict.fromkeys(jobs, "success") == results(run)
    assert "All checks passed!" in run.jobs["lint"].printed
    assert "no issues found" in run.jobs["types"].printed
    assert FILES == sorted(tree(run.artifact("dist")))
    here = [
        python for python in ("3.11", "3.12", "3.13", "3.14", "3.15") if python in interpreters()
    ]
    assert len(here) == run.jobs["tests"].printed.count(" passed")
    assert 15 - len(here) == len(run.not_run())
    assert "tests (windows-latest, 3.11): windows-latest is not here" in run.not_run()
    assert place.service.run(place.workflow("publish"), PULL_REQUEST, file="publish.yml") is None


# Publishing.


def test_main_is_a_rehearsal(place: Place) -> None:
    """With versions by hand, a push to main builds and installs, and uploads nothing."""
    run = place.publish(MAIN)
    assert {
        "build": "success",
        "install": "success",
        "pypi": "skipped",
        "github-release": "skipped",
    } == results(run)
    assert 2 == run.jobs["install"].printed.count("installed, imported, ran my-project")
    assert [] == place.pypi.asked == place.testpypi.asked == place.releases()
    assert MAIN.starts(place.workflow("ci"))


def test_main_reaches_testpypi(tmp_path: Path, workshop: Workshop) -> None:
    """With versions from git, a push to main is uploaded to TestPyPI, once."""
    project = workshop.copy(BASE | {"versioning": "vcs"}, tmp_path / "project")
    place = Place(tmp_path, project, "v1.2.3")
    git(project, "commit", "--quiet", "--allow-empty", "--message=More")
    with place.network:
        run = place.publish(MAIN)
        expected = {"build": "success", "install": "success", "pypi": "skipped"}
        expected |= {"testpypi": "success", "github-release": "skipped"}
        assert expected == results(run)
        files = place.testpypi.files()
        assert ["my_project-1.2.4.dev1-py3-none-any.whl", "my_project-1.2.4.dev1.tar.gz"] == [
            *files
        ]
        assert [] == place.pypi.asked
