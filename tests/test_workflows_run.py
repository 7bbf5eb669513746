"""What a project's workflows do when their own commands are run; see `harness.actions`."""

import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from twine.utils import DEFAULT_REPOSITORY, TEST_REPOSITORY
from uv import find_uv_bin

from harness import workflows
from harness.actions import MAIN, PULL_REQUEST, REPOSITORY, Event, Run, Service
from harness.answers import Answers
from harness.commands import run as call
from harness.expressions import ExpressionError, evaluate
from harness.indexes import Index, Network
from harness.inspect import tree
from harness.repository import commit, git
from harness.updates import start, update
from harness.variant import interpreters
from harness.workflows import Job
from harness.workshop import Workshop

# One worker runs all of them, since they share their first runs.
pytestmark = pytest.mark.xdist_group("workflows run")

Jobs = dict[str, Job]
Mutation = Callable[[Jobs], object]

# The representative of all that is checked, and a project with fewer tools for what is published.
CHECKED: Answers = {"project_name": "My Project", "mode": "app"}
BASE: Answers = CHECKED | {"docs_engine": "none", "type_checker": "none"}
VCS: Answers = BASE | {"versioning": "vcs"}

TAG = Event("push", "refs/tags/v0.1.0")
WRONG_TAG = Event("push", "refs/tags/v0.1.1")
FILES = ["my_project-0.1.0-py3-none-any.whl", "my_project-0.1.0.tar.gz"]
CHECKS = ["lint", "types", "docs", "build", "tests", "result"]
PUBLISHING = ["build", "install", "pypi", "github-release"]


def unchanged(jobs: Jobs) -> None:
    """Leave a workflow as it is."""


def without(job: Job, text: str) -> None:
    """Drop the one step that has a text."""
    (step,) = [step for step in job["steps"] if text in str(step)]
    job["steps"].remove(step)


def given_files(jobs: Jobs, dist: Path) -> None:
    """Let the build take files that were built before, as it takes some seconds."""
    steps = jobs["build"]["steps"]
    without(jobs["build"], "just check-dist")
    (step,) = [step for step in steps if step.get("run") == "uv run just build"]
    step["run"] = f"cp -R '{dist}' dist"


def repository(project: Path, *tags: str) -> Path:
    """Commit a project, whose changelog gets a section for the first tag, and tag it."""
    changelog = project / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    heading = f"[{tags[0].removeprefix('v')}] - 2026-01-01"
    changelog.write_text(text.replace("[Unreleased]", heading), encoding="utf-8")
    commit(project, *tags)
    git(project, "branch", "--move", "--force", "main")
    git(project, "update-ref", "refs/pull/7/merge", "HEAD")
    return project


class Place:
    """A repository on a service, and the indexes that trust its workflow."""

    def __init__(self, folder: Path, project: Path) -> None:
        """Take over a repository."""
        self.project = project
        publisher = {"repository": REPOSITORY, "workflow": "publish.yml"}
        self.pypi, self.testpypi = (
            Index(url, environment, folder / environment, publisher | {"environment": environment})
            for url, environment in ((DEFAULT_REPOSITORY, "pypi"), (TEST_REPOSITORY, "testpypi"))
        )
        self.network = Network(folder, self.pypi, self.testpypi)
        self.service = Service(folder / "service", project, self.network)

    def workflow(self, name: str) -> dict[str, Any]:
        """Read a workflow."""
        return workflows.github(self.project, name)

    def run(
        self, name: str, event: Event, mutate: Mutation = unchanged, again: Run | None = None
    ) -> Run:
        """Run a workflow, or a changed one."""
        workflow = self.workflow(name)
        mutate(workflow["jobs"])
        run = self.service.run(workflow, event, file=f"{name}.yml", again=again)
        assert run, f"{event} does not start {name}.yml"
        return run

    def releases(self) -> list[str]:
        """Return the tags of the releases."""
        folder = self.service.releases
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def check_results(run: Run, expected: Mapping[str, str]) -> None:
    """See that jobs have ended as they should, in this order.

    Raises:
        AssertionError: They have not; the message has what those that failed have said.
    """
    ended = "; ".join(f"{job}: {result}" for job, result in run.results().items())
    should = "; ".join(f"{job}: {result}" for job, result in expected.items())
    assert should == ended, f"{ended}\n{run.failures()}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, workshop: Workshop) -> Path:
    """The repository of an app, with a right and a wrong tag; for reading."""
    folder = tmp_path_factory.mktemp("app") / "project"
    return repository(workshop.copy(BASE, folder), TAG.short_ref, WRONG_TAG.short_ref)


@pytest.fixture
def place(tmp_path: Path, project: Path) -> Iterator[Place]:
    """The app on a service of its own, with empty indexes."""
    made = Place(tmp_path, project)
    with made.network:
        yield made


# Checks.


@pytest.fixture(scope="module")
def checked(
    tmp_path_factory: pytest.TempPathFactory, workshop: Workshop
) -> Iterator[tuple[Place, Run]]:
    """The representative project, locked, and the run of its checks for a pull request."""
    folder = tmp_path_factory.mktemp("checked")
    project = workshop.copy(CHECKED, folder / "project")
    call(find_uv_bin(), "lock", "--quiet", cwd=project)
    place = Place(folder, repository(project, TAG.short_ref))
    with place.network:
        yield place, place.run("ci", PULL_REQUEST)


def check_failing(place: Place, run: Run, mutate: Mutation) -> None:
    """See what follows when a job of a pull request fails."""

    def failing(jobs: Jobs) -> None:
        mutate(jobs)
        jobs["lint"]["steps"] = [{"run": "exit 1"}]

    failed = place.run("ci", PULL_REQUEST, failing, again=run)
    results = dict.fromkeys(CHECKS, "success") | {"lint": "failure", "result": "failure"}
    check_results(failed, results)


def test_a_pull_request_is_checked(checked: tuple[Place, Run]) -> None:
    """Every job succeeds, the tests with each Python that is here, and nothing is published."""
    place, run = checked
    check_results(run, dict.fromkeys(CHECKS, "success"))
    assert run.jobs["lint"].printed.startswith("Nothing is left to merge. A plain folder has no ")
    assert "All checks passed!" in run.jobs["lint"].printed
    assert "no issues found" in run.jobs["types"].printed
    assert FILES == sorted(tree(run.artifact("dist")))
    supported = ["3.11", "3.12", "3.13", "3.14", "3.15"]
    here = [python for python in supported if python in interpreters()]
    assert len(here) == run.jobs["tests"].printed.count(" passed")
    assert 3 * len(supported) - len(here) == len(run.not_run())
    assert "tests (windows-latest, 3.11): windows-latest is not here" in run.not_run()
    assert not PULL_REQUEST.starts(place.workflow("publish"))


def test_a_mistake_fails_the_result(checked: tuple[Place, Run]) -> None:
    """When one job fails, the check that a branch rule requires fails."""
    check_failing(*checked, unchanged)


LOOK = "uv run --no-project tools/template.py"
CONFLICT = "pyproject.toml: merge by hand what stands between <<<<<<< and >>>>>>>"


def updated(folder: Path, releases: Path, answers: Answers) -> Path:
    """Make the repository of a project whose last commit is an update that could not be merged.

    The tag `new` is the project as it came from the newest release.
    """
    project = start(releases, None, folder, answers)
    git(project, "tag", "new")
    file = project / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub("(?m)^description = .*", 'description = "Mine."', text), "utf-8")
    commit(project)
    assert ["pyproject.toml"] == update(project, project_description="The other side's.")
    commit(project)
    return project


def linting(jobs: Jobs) -> None:
    """Leave of the checks the one that looks for what an update has left, and the result."""
    for name in set(jobs) - {"lint", "result"}:
        del jobs[name]
    jobs["result"]["needs"] = ["lint"]


def looking(jobs: Jobs) -> None:
    """Leave of that, too, only what comes until it has looked."""
    linting(jobs)
    steps = jobs["lint"]["steps"]
    del steps[[step.get("run") for step in steps].index(LOOK) + 1 :]


def test_a_project_of_a_release_passes(tmp_path: Path, releases: Path) -> None:
    """In a new project of a release, no update has left anything."""
    project = start(releases, None, tmp_path / "project", CHECKED)
    git(project, "update-ref", PULL_REQUEST.ref, "HEAD")
    place = Place(tmp_path, project)
    with place.network:
        run = place.run("ci", PULL_REQUEST, looking)
    check_results(run, {"lint": "success", "result": "success"})
    assert "Nothing is left to merge.\n" == run.jobs["lint"].printed


def test_what_an_update_has_left_fails_the_result(tmp_path: Path, releases: Path) -> None:
    """Conflict markers in pyproject.toml end the run with the sentence that says what to do."""
    project = updated(tmp_path / "project", releases, CHECKED)
    git(project, "update-ref", PULL_REQUEST.ref, "HEAD")
    place = Place(tmp_path, project)
    with place.network:
        run = place.run("ci", PULL_REQUEST, linting)
    check_results(run, {"lint": "failure", "result": "failure"})
    assert CONFLICT in run.failures().splitlines()


# Publishing.


@pytest.fixture(scope="module")
def released(
    tmp_path_factory: pytest.TempPathFactory, project: Path
) -> Iterator[tuple[Place, Run]]:
    """The app, and the run in which it was released."""
    place = Place(tmp_path_factory.mktemp("released"), project)
    with place.network:
        yield place, place.run("publish", TAG)


def check_release(place: Place, run: Run) -> None:
    """See that a tag has reached the index, and that the release was made after that."""
    check_results(run, dict.fromkeys(PUBLISHING, "success"))
    assert FILES == list(place.pypi.files())
    assert [TAG.short_ref] == place.releases()
    folder = place.service.releases / TAG.short_ref
    built = tree(run.artifact("dist"))
    assert built == tree(folder / "files")
    assert built == tree(place.pypi.folder)
    assert [] == place.testpypi.asked
    release = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    assert "A greeting in English" in release["notes"]


def test_a_tag_is_released(released: tuple[Place, Run]) -> None:
    """What was built reaches PyPI and then the release, byte for byte."""
    check_release(*released)


def test_a_tag_again_changes_nothing(released: tuple[Place, Run]) -> None:
    """When all of it is run again, PyPI has these very files, and the release stays."""
    place, _ = released
    before = place.pypi.files(), tree(place.service.releases)
    run = place.run("publish", TAG)
    check_release(place, run)
    assert before == (place.pypi.files(), tree(place.service.releases))


def check_refused(place: Place, run: Run, mutate: Mutation) -> None:
    """See what follows when PyPI has had the version before, with other bytes."""
    kept = place.pypi.folder / FILES[0]
    kept.write_bytes(b"older")
    refused = place.run("publish", TAG, mutate, again=run.until("build", "install"))
    results = dict.fromkeys(PUBLISHING, "success")
    check_results(refused, results | {"pypi": "failure", "github-release": "skipped"})
    assert "HTTPError: 400 Bad Request" in refused.failures()
    assert b"older" == kept.read_bytes()
    assert [] == place.releases()


def test_a_version_with_other_files_is_refused(place: Place, released: tuple[Place, Run]) -> None:
    """A version that PyPI has with other bytes stays as it is, and is not released."""
    check_refused(place, released[1], unchanged)


def test_a_wrong_tag_is_not_published(place: Place, released: tuple[Place, Run]) -> None:
    """A tag that is not the version's ends the run with a sentence, and nothing is uploaded."""
    dist = released[1].artifact("dist")
    run = place.run("publish", WRONG_TAG, lambda jobs: given_files(jobs, dist))
    check_results(run, dict.fromkeys(PUBLISHING, "skipped") | {"build": "failure"})
    sentence = (
        "check_release: the tag is v0.1.1, but my_project-0.1.0.tar.gz would need the tag v0.1.0"
    )
    assert sentence == run.failures().splitlines()[-1]
    assert [] == place.pypi.asked
    assert [] == place.releases()


@pytest.fixture(scope="module")
def rehearsed(
    tmp_path_factory: pytest.TempPathFactory, project: Path, released: tuple[Place, Run]
) -> Iterator[tuple[Place, Run]]:
    """The app, and the run of a push to main."""
    place = Place(tmp_path_factory.mktemp("rehearsed"), project)
    dist = released[1].artifact("dist")
    with place.network:
        yield place, place.run("publish", MAIN, lambda jobs: given_files(jobs, dist))


def check_rehearsal(place: Place, run: Run) -> None:
    """See that a push to main has uploaded nothing."""
    results = dict.fromkeys(PUBLISHING, "skipped")
    check_results(run, results | {"build": "success", "install": "success"})
    assert [] == place.pypi.asked
    assert [] == place.testpypi.asked
    assert [] == place.releases()


def test_main_is_a_rehearsal(rehearsed: tuple[Place, Run]) -> None:
    """With versions by hand, a push to main installs and runs what it built, and uploads nothing."""
    place, run = rehearsed
    check_rehearsal(place, run)
    assert 2 == run.jobs["install"].printed.count("installed, imported, ran my-project")
    assert MAIN.starts(place.workflow("ci"))
    assert not TAG.starts(place.workflow("ci"))


def test_main_reaches_testpypi(tmp_path: Path, workshop: Workshop) -> None:
    """With versions from git, a push to main is uploaded to TestPyPI, and to nothing else."""
    project = repository(workshop.copy(VCS, tmp_path / "project"), "v1.2.3")
    git(project, "commit", "--quiet", "--allow-empty", "--message=More")
    place = Place(tmp_path, project)
    with place.network:
        run = place.run("publish", MAIN)
        results = dict.fromkeys(("build", "install", "testpypi"), "success")
        check_results(run, results | {"pypi": "skipped", "github-release": "skipped"})
        files = ["my_project-1.2.4.dev1-py3-none-any.whl", "my_project-1.2.4.dev1.tar.gz"]
        assert files == list(place.testpypi.files())
        assert tree(run.artifact("dist")) == tree(place.testpypi.folder)
        assert [] == place.pypi.asked
        assert [] == place.releases()


@pytest.fixture(scope="module")
def broken(
    tmp_path_factory: pytest.TempPathFactory, project: Path, released: tuple[Place, Run]
) -> Iterator[tuple[Place, Run]]:
    """The app with a wheel that lacks a module, and the run for its tag."""
    folder = tmp_path_factory.mktemp("broken")
    dist = Path(shutil.copytree(released[1].artifact("dist"), folder / "dist"))
    wheel = released[1].artifact("dist") / FILES[0]
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(dist / FILES[0], "w") as new:
        for name in old.namelist():
            if not name.endswith("/greetings.py"):
                new.writestr(old.getinfo(name), old.read(name))
    place = Place(folder, project)
    with place.network:
        yield place, place.run("publish", TAG, lambda jobs: given_files(jobs, dist))


def check_broken(place: Place, run: Run) -> None:
    """See that what does not run was uploaded nowhere."""
    results = dict.fromkeys(PUBLISHING, "skipped")
    check_results(run, results | {"build": "success", "install": "failure"})
    assert [] == place.pypi.asked
    assert [] == place.releases()


def test_what_does_not_run_is_not_published(broken: tuple[Place, Run]) -> None:
    """A wheel that lacks a module is installed, tried and not uploaded."""
    check_broken(*broken)
    assert "No module named 'my_project.greetings'" in broken[1].failures()


# Faults in the workflows, each of which one of the checks above must find.


def no_identity(jobs: Jobs) -> None:
    """PyPI's job may not say who it is."""
    del jobs["pypi"]["permissions"]["id-token"]


def no_environment(jobs: Jobs) -> None:
    """PyPI's job is in no environment."""
    del jobs["pypi"]["environment"]


def no_right_to_release(jobs: Jobs) -> None:
    """The release's job may only read."""
    jobs["github-release"]["permissions"] = {"contents": "read"}


def no_right_to_read(jobs: Jobs) -> None:
    """A job that checks the code out may not read it."""
    del jobs["install"]["permissions"]["contents"]


def wrong_artifact(jobs: Jobs) -> None:
    """PyPI's job asks for an artifact of another name."""
    (step,) = [step for step in jobs["pypi"]["steps"] if "download-artifact" in step["uses"]]
    step["with"]["name"] = "distributions"


def swapped_needs(jobs: Jobs) -> None:
    """The build waits for the installation."""
    del jobs["install"]["needs"]
    jobs["build"]["needs"] = "install"


def no_needs(jobs: Jobs) -> None:
    """The installation does not wait for the build."""
    del jobs["install"]["needs"]


def release_first(jobs: Jobs) -> None:
    """PyPI waits for the release."""
    jobs["pypi"]["needs"] = "github-release"
    jobs["github-release"]["needs"] = "install"


def no_uv(jobs: Jobs) -> None:
    """The installation has no uv."""
    without(jobs["install"], "setup-uv")


@pytest.mark.parametrize(
    ("mutate", "sentence"),
    [
        (no_identity, "ACTIONS_ID_TOKEN_REQUEST_TOKEN environment variable was unset"),
        (no_environment, "`invalid-publisher`: no publisher is"),
        (no_right_to_release, "HTTP 403: Resource not accessible by integration"),
        (no_right_to_read, "the job's permissions lack contents: read"),
        (wrong_artifact, "no artifact is named distributions; it waits for build, install"),
        (swapped_needs, "no artifact is named dist; it waits for no job"),
        (no_needs, "no artifact is named dist; it waits for no job"),
        (release_first, "install: success; github-release: success; pypi: success"),
        (no_uv, "uv: command not found"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_fault_in_publishing_is_seen(
    mutate: Mutation, sentence: str, place: Place, released: tuple[Place, Run]
) -> None:
    """A tag is not released as it should be, and the run says why."""
    run = place.run("publish", TAG, mutate, again=released[1])
    with pytest.raises(AssertionError) as failed:
        check_release(place, run)
    assert sentence in " ".join(str(failed.value).split())


def test_a_tag_that_is_not_compared_is_seen(place: Place, released: tuple[Place, Run]) -> None:
    """Without the step that compares the tag, the run lacks the notes that it would make."""

    def mutate(jobs: Jobs) -> None:
        given_files(jobs, released[1].artifact("dist"))
        without(jobs["build"], "check_release.py")

    run = place.run("publish", TAG, mutate)
    with pytest.raises(AssertionError, match=r"no files were found with the path notes\.md"):
        check_release(place, run)


def test_a_release_of_what_was_refused_is_seen(place: Place, released: tuple[Place, Run]) -> None:
    """A release that does not wait for PyPI is made though the files were refused."""

    def mutate(jobs: Jobs) -> None:
        jobs["github-release"]["needs"] = "install"

    with pytest.raises(AssertionError, match="pypi: failure; github-release: success"):
        check_refused(place, released[1], mutate)


def test_a_condition_that_is_dropped_is_seen(place: Place, rehearsed: tuple[Place, Run]) -> None:
    """Without its condition, the upload to PyPI is run on main."""

    def mutate(jobs: Jobs) -> None:
        jobs["build"] = rehearsed[1].workflow["jobs"]["build"]
        del jobs["pypi"]["if"]

    run = place.run("publish", MAIN, mutate, again=rehearsed[1])
    with pytest.raises(AssertionError, match="pypi: success; github-release: failure"):
        check_rehearsal(place, run)


def test_a_check_that_is_dropped_is_seen(broken: tuple[Place, Run]) -> None:
    """Without the step that tries the files, a wheel that does not run is uploaded."""
    place, run = broken

    def mutate(jobs: Jobs) -> None:
        jobs["build"] = run.workflow["jobs"]["build"]
        without(jobs["install"], "check_release.py")

    again = place.run("publish", TAG, mutate, again=run)
    with pytest.raises(AssertionError, match="install: success; pypi: success"):
        check_broken(place, again)


def test_a_result_that_is_skipped_is_seen(checked: tuple[Place, Run]) -> None:
    """Without `always()`, the check that a branch rule requires is skipped, which passes."""
    with pytest.raises(AssertionError, match="result: skipped"):
        check_failing(*checked, lambda jobs: jobs["result"].pop("if"))


# The runner.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("github.ref == 'REFS/heads/main'", True),
        ("github.ref != 'refs/heads/main' || !false", True),
        ("startsWith(github.ref, 'refs/tags/') && true", False),
        ("contains(needs.*.result, 'failure')", True),
        ("contains(needs.*.result, 'cancelled')", False),
        ("contains('It''s', 's') == false", False),
        ("github.event.pull_request.number || github.ref", "refs/heads/main"),
        ("(false || true) && failure()", True),
    ],
)
def test_expressions_are_evaluated(text: str, expected: object) -> None:
    """An expression has the value that it has on GitHub."""
    contexts = {
        "github": {"ref": "refs/heads/main", "event": {"pull_request": None}},
        "needs": {"lint": {"result": "success"}, "docs": {"result": "failure"}},
    }
    assert expected == evaluate(text, contexts, {"failure": True})


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("hashFiles('uv.lock')", "hashFiles()"),
        ("github.actor", "github.actor"),
        ("runner.os", "runner"),
        ("success()", "success()"),
        ("true && 7", "'7'"),
        ("github.ref ==", "its end"),
        ("github.ref github.ref", "github"),
    ],
)
def test_an_unknown_expression_is_named(text: str, unknown: str) -> None:
    """What the evaluator does not know is an error that names it."""
    with pytest.raises(ExpressionError, match=re.escape(f"{unknown} is not known, in: {text}")):
        evaluate(text, {"github": {"ref": "refs/heads/main"}})


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        ({"services": {}}, "build: services"),
        ({"steps": [{"uses": "actions/cache@v6"}]}, "build: uses: actions/cache"),
        ({"steps": [{"run": "true", "shell": "pwsh"}]}, "build: shell: pwsh"),
        ({"steps": [{"run": "true", "id": "x"}]}, "build, step 1: id"),
        ({"runs-on": "windows-latest"}, "build: none of it can be run here"),
        ({"needs": "pypi"}, "needed jobs that never end"),
    ],
    ids=str,
)
def test_what_is_not_modelled_is_named(change: Job, unknown: str, place: Place) -> None:
    """What a run does not know is an error that names it, and is not passed over."""
    with pytest.raises(NotImplementedError, match=re.escape(unknown)):
        place.run("publish", MAIN, lambda jobs: jobs["build"].update(change))
