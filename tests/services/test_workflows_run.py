"""Run a project's GitHub workflows with their own commands."""

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from twine.utils import DEFAULT_REPOSITORY, TEST_REPOSITORY
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.artifacts.repository import commit, git
from harness.packagestan.artifacts import interpreters
from harness.processes.commands import run as call
from harness.rendering.template import Answers
from harness.simulators import workflows
from harness.simulators.github_actions import PULL_REQUEST, REPOSITORY, Event, Run, Service, legs
from harness.simulators.github_expressions import ExpressionError, evaluate
from harness.simulators.package_index import Index, Network, plain_index
from harness.simulators.workflows import Job

# One worker process runs these tests, because most of them share one published release.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("workflows run")]

Jobs = dict[str, Job]
Mutation = Callable[[Jobs], object]

BASE: Answers = {"project_name": "My Project", "mode": "app", "cli_library": "click"}
INDEX_URL = "https://packages.example.com/upload/"

TAG = Event("push", "refs/tags/v0.1.0")
WRONG_TAG = Event("push", "refs/tags/v0.1.1")
FILES = ["my_project-0.1.0-py3-none-any.whl", "my_project-0.1.0.tar.gz"]
CHECKS = ["lint", "build", "tests", "result"]
PUBLISHING = ["checks", "tag", "pypi", "github-release"]
CALLED = "./.github/workflows/ci.yml"


def unchanged(jobs: Jobs) -> None:
    """Leave a workflow unchanged."""


def passing(dist: Path) -> Mutation:
    """Return a change that makes lint and tests pass, and `build` provide existing files."""

    def change(jobs: Jobs) -> None:
        for name in ("lint", "tests"):
            jobs[name]["steps"] = [{"run": "true"}]
        upload = [step for step in jobs["build"]["steps"] if "upload-artifact" in str(step)]
        jobs["build"]["steps"] = [{"run": f"cp -R '{dist}' dist"}, *upload]

    return change


def repository(project: Path, *tags: str) -> Path:
    """Lock a project, commit and tag it on main, and create the ref of a pull request."""
    call(find_uv_bin(), "lock", "--quiet", cwd=project)
    commit(project, *tags)
    git(project, "branch", "--move", "--force", "main")
    git(project, "update-ref", PULL_REQUEST.ref, "HEAD")
    return project


class Place:
    """A repository on a simulated service, and the indexes that trust its workflow."""

    def __init__(self, folder: Path, project: Path, **options: Any) -> None:
        """Set up the service and the indexes. The options are the same as for `Service`."""
        self.project = project
        publisher = {"repository": REPOSITORY, "workflow": "publish.yml"}
        self.pypi, self.testpypi = (
            Index(url, environment, folder / environment, publisher | {"environment": environment})
            for url, environment in ((DEFAULT_REPOSITORY, "pypi"), (TEST_REPOSITORY, "testpypi"))
        )
        self.network = Network(folder, self.pypi, self.testpypi)
        self.service = Service(folder / "service", project, self.network, interpreters(), **options)

    def workflow(self, name: str) -> dict[str, Any]:
        """Return a parsed workflow."""
        return workflows.github(self.project, name)

    def run(
        self,
        name: str,
        event: Event,
        mutate: Mutation = unchanged,
        checks: Mutation = unchanged,
        again: Run | None = None,
    ) -> Run:
        """Run a workflow, which the event must start.

        Args:
            name: The name of the workflow's file, without the suffix.
            event: The event.
            mutate: A function that changes the jobs.
            checks: A function that changes the jobs of the called ci.yml.
            again: An earlier run. Its successful, unchanged jobs are not run again.
        """
        workflow, called = self.workflow(name), self.workflow("ci")
        mutate(workflow["jobs"])
        checks(called["jobs"])
        run = self.service.run(
            workflow, event, file=f"{name}.yml", called={CALLED: called}, again=again
        )
        assert run, f"{event} does not start {name}.yml"
        return run

    def releases(self) -> list[str]:
        """Return the tags of all releases."""
        folder = self.service.releases
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def check_results(run: Run, expected: Mapping[str, str]) -> None:
    """Check the results and the order of the jobs.

    Raises:
        AssertionError: The results or their order differ. The message contains the output of failed
            jobs.
    """
    ended = "; ".join(f"{job}: {result}" for job, result in run.results().items())
    should = "; ".join(f"{job}: {result}" for job, result in expected.items())
    assert should == ended, f"{ended}\n{run.failures()}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, artifacts: ArtifactCache) -> Path:
    """Return an app's repository, which has a correct and a wrong tag. Tests must not change it."""
    folder = tmp_path_factory.mktemp("app") / "project"
    return repository(artifacts.copy(BASE, folder), TAG.short_ref, WRONG_TAG.short_ref)


@pytest.fixture
def place(tmp_path: Path, project: Path) -> Iterator[Place]:
    """Return the app on a new service with empty indexes."""
    made = Place(tmp_path, project)
    with made.network:
        yield made


@pytest.fixture(scope="module")
def released(
    tmp_path_factory: pytest.TempPathFactory, project: Path
) -> Iterator[tuple[Place, Run]]:
    """Return the app and the run that released it."""
    place = Place(tmp_path_factory.mktemp("released"), project)
    with place.network:
        yield place, place.run("publish", TAG)


# Checks.


def checks_of(run: Run) -> Run:
    """Return the run of ci.yml that a run of publish.yml called."""
    called = run.jobs["checks"].called
    assert called
    return called


def test_all_checks_pass(released: tuple[Place, Run]) -> None:
    """All jobs of ci.yml succeed, and the tests run with each supported Python that is available.

    A pull request starts ci.yml, but not publish.yml.
    """
    place, run = released
    checks = checks_of(run)
    check_results(checks, dict.fromkeys(CHECKS, "success"))
    assert "All checks passed!" in checks.jobs["lint"].printed
    assert "no issues found" in checks.jobs["lint"].printed
    supported = ["3.11", "3.12", "3.13", "3.14", "3.15"]
    here = [python for python in supported if python in interpreters()]
    # Each Python runs the tests with locked dependencies, and the oldest one also runs them with
    # the lowest dependencies.
    assert len(here) + 1 == checks.jobs["tests"].printed.count(" passed")
    assert len(supported) - len(here) + 2 == len(checks.not_run())
    assert any("windows-latest" in leg for leg in checks.not_run())
    assert PULL_REQUEST.starts(place.workflow("ci"))
    assert not PULL_REQUEST.starts(place.workflow("publish"))


@pytest.mark.parametrize("name", ["click", "pytest"])
def test_locked_and_lowest_dependencies_are_tested(name: str, released: tuple[Place, Run]) -> None:
    """The tests run with the versions in uv.lock and with the lowest allowed versions."""
    place, run = released
    lock = tomllib.loads((place.project / "uv.lock").read_text(encoding="utf-8"))
    (locked,) = [each["version"] for each in lock["package"] if each["name"] == name]
    pyproject = tomllib.loads((place.project / "pyproject.toml").read_text(encoding="utf-8"))
    texts = [*pyproject["project"]["dependencies"], *pyproject["dependency-groups"]["test"]]
    (bounds,) = [each.specifier for each in map(Requirement, texts) if each.name == name]
    (lowest,) = [bound.version for bound in bounds]
    printed = checks_of(run).jobs["tests"].printed
    installed = re.findall(rf"(?m)^ \+ {name}==(.+)$", printed)
    assert {Version(locked), Version(lowest)} == set(map(Version, installed))


def test_coverage_is_in_the_job_summary(released: tuple[Place, Run]) -> None:
    """Each run of the tests adds a Markdown table with the coverage to the job's summary."""
    tests = checks_of(released[1]).jobs["tests"]
    assert tests.printed.count(" passed") == tests.summary.count("**TOTAL**")


def test_failing_job_fails_the_result(place: Place, released: tuple[Place, Run]) -> None:
    """If the lint job fails, the required check fails."""

    def failing(jobs: Jobs) -> None:
        passing(released[1].artifact("dist"))(jobs)
        jobs["lint"]["steps"] = [{"run": "exit 1"}]

    run = place.run("ci", PULL_REQUEST, failing)
    check_results(run, dict.fromkeys(CHECKS, "success") | {"lint": "failure", "result": "failure"})


STALE = "The lockfile at `uv.lock` needs to be updated"
HINT = "To update the lockfile, run `uv lock`"


def test_outdated_lock_file_fails_with_a_hint(
    tmp_path: Path, project: Path, released: tuple[Place, Run]
) -> None:
    """If uv.lock lacks a dependency, the lint and test jobs fail with uv's message."""
    changed = Path(shutil.copytree(project, tmp_path / "project"))
    pyproject = changed / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    old, new = "dependencies = [\n", 'dependencies = [\n    "idna",\n'
    assert 1 == text.count(old)
    pyproject.write_text(text.replace(old, new), encoding="utf-8")
    commit(changed)
    git(changed, "update-ref", PULL_REQUEST.ref, "HEAD")

    def built(jobs: Jobs) -> None:
        steps = jobs["lint"]["steps"], jobs["tests"]["steps"]
        passing(released[1].artifact("dist"))(jobs)
        jobs["lint"]["steps"], jobs["tests"]["steps"] = steps

    place = Place(tmp_path, changed)
    with place.network:
        run = place.run("ci", PULL_REQUEST, built)
    failed = dict.fromkeys(("lint", "tests", "result"), "failure")
    check_results(run, dict.fromkeys(CHECKS, "success") | failed)
    for job in ("lint", "tests"):
        assert STALE in run.jobs[job].failure
        assert HINT in run.jobs[job].failure


# Publishing.


def check_release(place: Place, run: Run) -> None:
    """Check that the built files were uploaded to PyPI, and then released unchanged."""
    check_results(run, dict.fromkeys(PUBLISHING, "success"))
    assert FILES == list(place.pypi.files())
    assert [TAG.short_ref] == place.releases()
    folder = place.service.releases / TAG.short_ref
    built = tree(run.artifact("dist"))
    assert built == tree(folder / "files")
    assert built == tree(place.pypi.folder)
    assert [] == place.testpypi.asked
    assert {"prerelease": False} == json.loads((folder / "release.json").read_text("utf-8"))


def check_not_published(place: Place, run: Run, failed: str, *succeeded: str) -> None:
    """Check that a job failed, later jobs were skipped, and nothing was uploaded or released."""
    results = dict.fromkeys(PUBLISHING, "skipped") | dict.fromkeys(succeeded, "success")
    check_results(run, results | {failed: "failure"})
    assert [] == place.pypi.asked
    assert [] == place.releases()


def test_tag_is_released(released: tuple[Place, Run]) -> None:
    """The built files are uploaded to PyPI and attached to the release unchanged."""
    check_release(*released)


def test_exactly_the_tested_files_are_uploaded(released: tuple[Place, Run]) -> None:
    """The tested files are identical to the uploaded files."""
    place, run = released
    tested = list(checks_of(run).folder.glob("tests-*/work/dist"))
    assert len(tested) > 1
    for folder in tested:
        assert tree(place.pypi.folder) == tree(folder)


def test_tag_outside_main_is_not_published(
    tmp_path: Path, project: Path, released: tuple[Place, Run]
) -> None:
    """A tag on a commit outside main is rejected, and nothing is uploaded."""
    side = Path(shutil.copytree(project, tmp_path / "project"))
    git(side, "switch", "--quiet", "--create", "side")
    git(side, "commit", "--quiet", "--allow-empty", "--message=Side")
    git(side, "tag", "--force", TAG.short_ref)
    place = Place(tmp_path, side)
    with place.network:
        run = place.run("publish", TAG, again=released[1].until("checks"))
    check_not_published(place, run, "tag", "checks")
    assert run.failures().startswith("tag: Reject a tag that is not on main: ")


def test_wrong_tag_is_not_published(place: Place, released: tuple[Place, Run]) -> None:
    """A tag that doesn't match the wheel's version is rejected, and nothing is uploaded."""
    run = place.run("publish", WRONG_TAG, again=released[1].until("checks"))
    check_not_published(place, run, "tag", "checks")
    assert "Reject a tag that doesn't match the wheel's version" in run.failures()
    assert "cannot access 'dist/*-0.1.1-*.whl'" in run.failures()


def test_failing_tests_stop_the_release(place: Place, released: tuple[Place, Run]) -> None:
    """If the test job fails, nothing is uploaded or released."""

    def failing(jobs: Jobs) -> None:
        passing(released[1].artifact("dist"))(jobs)
        jobs["tests"]["steps"] = [{"run": "exit 1"}]

    run = place.run("publish", TAG, checks=failing)
    check_not_published(place, run, "checks")


def test_fork_does_not_publish(tmp_path: Path, project: Path, released: tuple[Place, Run]) -> None:
    """In a fork, the jobs that upload and release are skipped, and PyPI gets no requests."""
    place = Place(tmp_path, project, is_fork=True)
    with place.network:
        run = place.run("publish", TAG, again=released[1].until("checks", "tag"))
    results = dict.fromkeys(PUBLISHING, "skipped") | {"checks": "success", "tag": "success"}
    check_results(run, results)
    assert [] == place.pypi.asked


def test_partial_upload_can_be_repeated(place: Place, released: tuple[Place, Run]) -> None:
    """After a partial upload, re-running the failed jobs uploads the missing file."""
    shutil.copy(released[1].artifact("dist") / FILES[0], place.pypi.folder)
    run = place.run("publish", TAG, again=released[1].until("checks", "tag"))
    check_release(place, run)


def test_repeated_release_changes_nothing(released: tuple[Place, Run]) -> None:
    """Publishing a release again changes nothing."""
    place, first = released
    before = place.pypi.files(), tree(place.service.releases)
    run = place.run("publish", TAG, again=first.until("checks", "tag"))
    check_release(place, run)
    assert before == (place.pypi.files(), tree(place.service.releases))


def check_refused(place: Place, run: Run, mutate: Mutation) -> None:
    """Check that PyPI keeps a different existing file, and that the release is skipped."""
    kept = place.pypi.folder / FILES[0]
    kept.write_bytes(b"older")
    refused = place.run("publish", TAG, mutate, again=run.until("checks", "tag"))
    results = dict.fromkeys(PUBLISHING, "success")
    check_results(refused, results | {"pypi": "failure", "github-release": "skipped"})
    assert "HTTPError: 400 Bad Request" in refused.failures()
    assert b"older" == kept.read_bytes()
    assert [] == place.releases()


def test_different_files_for_a_version_are_rejected(
    place: Place, released: tuple[Place, Run]
) -> None:
    """PyPI rejects different files for an existing version, and no release is created."""
    check_refused(place, released[1], unchanged)


def test_testpypi_comes_before_pypi(
    tmp_path: Path, released: tuple[Place, Run], artifacts: ArtifactCache
) -> None:
    """Missing files are uploaded to TestPyPI before all files are uploaded to PyPI."""
    answers = BASE | {"testpypi": True}
    project = repository(artifacts.copy(answers, tmp_path / "project"), TAG.short_ref)
    dist = released[1].artifact("dist")
    place = Place(tmp_path, project)
    shutil.copy(dist / FILES[0], place.testpypi.folder)
    with place.network:
        run = place.run("publish", TAG, checks=passing(dist))
    jobs = ["checks", "tag", "testpypi", "pypi", "github-release"]
    check_results(run, dict.fromkeys(jobs, "success"))
    assert tree(dist) == tree(place.testpypi.folder) == tree(place.pypi.folder)


def test_token_is_used(
    tmp_path: Path, released: tuple[Place, Run], artifacts: ArtifactCache
) -> None:
    """With `publish=token`, the upload uses the environment's secret instead of an identity."""
    answers = BASE | {"publish": "token"}
    project = repository(artifacts.copy(answers, tmp_path / "project"), TAG.short_ref)
    place = Place(tmp_path, project, secrets={"pypi": {"TWINE_PASSWORD": "secret"}})
    place.pypi.publisher = None
    place.pypi.tokens = {"secret"}
    with place.network:
        run = place.run("publish", TAG, checks=passing(released[1].artifact("dist")))
    check_release(place, run)


@pytest.mark.parametrize(
    ("existing", "result"),
    [(None, "success"), ("same", "success"), ("other", "failure")],
)
def test_private_index_gets_missing_files(
    existing: str | None,
    result: str,
    tmp_path: Path,
    released: tuple[Place, Run],
    artifacts: ArtifactCache,
) -> None:
    """Missing files are uploaded to a private index, but a different file is rejected.

    Reading from the index also requires the password.
    """
    answers = BASE | {"index_url": INDEX_URL}
    project = repository(artifacts.copy(answers, tmp_path / "project"), TAG.short_ref)
    dist = released[1].artifact("dist")
    index = tmp_path / "private"
    with plain_index(index, is_private=True) as variables:
        if existing:
            content = (dist / FILES[0]).read_bytes() if existing == "same" else b"older"
            (index / FILES[0]).write_bytes(content)
        secrets = {"TWINE_USERNAME": "ada", "TWINE_PASSWORD": variables["COURSE_TOKEN"]}

        def here(jobs: Jobs) -> None:
            (step,) = [step for step in jobs["index"]["steps"] if "run" in step]
            assert INDEX_URL in step["run"]
            step["run"] = step["run"].replace(INDEX_URL, variables["COURSE_UPLOAD"])

        place = Place(tmp_path, project, secrets={"index": secrets})
        with place.network:
            run = place.run("publish", TAG, here, passing(dist))
    assert result == run.jobs["index"].result, run.failures()
    assert ([TAG.short_ref] if result == "success" else []) == place.releases()
    if result == "success":
        assert tree(dist) == tree(index)


# Faults in workflows that the checks above must find.


def no_identity(jobs: Jobs) -> None:
    """Remove the PyPI job's permission to request an identity."""
    jobs["pypi"]["permissions"] = {}


def no_environment(jobs: Jobs) -> None:
    """Remove the PyPI job's environment."""
    del jobs["pypi"]["environment"]


def no_right_to_release(jobs: Jobs) -> None:
    """Remove the release job's write permission."""
    jobs["github-release"]["permissions"] = {"contents": "read"}


def wrong_artifact(jobs: Jobs) -> None:
    """Make the PyPI job download an artifact with a different name."""
    (step,) = [step for step in jobs["pypi"]["steps"] if "download-artifact" in step["uses"]]
    step["with"]["name"] = "distributions"


def no_needs(jobs: Jobs) -> None:
    """Remove `needs` from the PyPI job."""
    del jobs["pypi"]["needs"]


def release_first(jobs: Jobs) -> None:
    """Make the PyPI job wait for the release."""
    jobs["pypi"]["needs"] = "github-release"
    jobs["github-release"]["needs"] = "tag"


@pytest.mark.parametrize(
    ("mutate", "message"),
    [
        (no_identity, "ACTIONS_ID_TOKEN_REQUEST_TOKEN environment variable was unset"),
        (no_environment, "`invalid-publisher`: no publisher matches"),
        (no_right_to_release, "HTTP 403: Resource not accessible by integration"),
        (wrong_artifact, "no artifact of the needed jobs (checks, tag) is named distributions"),
        (no_needs, "no artifact of the needed jobs (none) is named dist"),
        (release_first, "tag: success; github-release: success; pypi: success"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_faults_in_publishing_are_found(
    mutate: Mutation, message: str, place: Place, released: tuple[Place, Run]
) -> None:
    """The check for a release finds each fault, and its message contains the reason."""
    run = place.run("publish", TAG, mutate, again=released[1].until("checks", "tag"))
    with pytest.raises(AssertionError) as failed:
        check_release(place, run)
    assert message in " ".join(str(failed.value).split())


def test_release_without_an_upload_is_found(place: Place, released: tuple[Place, Run]) -> None:
    """The check finds a release that is created even though PyPI has rejected the files."""

    def mutate(jobs: Jobs) -> None:
        jobs["github-release"]["needs"] = "tag"

    with pytest.raises(AssertionError, match="pypi: failure; github-release: success"):
        check_refused(place, released[1], mutate)


def test_check_with_too_many_permissions_is_found(place: Place) -> None:
    """GitHub rejects a run if a check requests more permissions than publish.yml grants."""

    def mutate(jobs: Jobs) -> None:
        jobs["lint"]["permissions"] = {"contents": "write"}

    with pytest.raises(ValueError, match="checks: lint requests contents: write"):
        place.run("publish", TAG, checks=mutate)


def test_skipped_result_is_found(place: Place, released: tuple[Place, Run]) -> None:
    """Without `always()`, the required check is skipped, which counts as success."""

    def mutate(jobs: Jobs) -> None:
        passing(released[1].artifact("dist"))(jobs)
        jobs["lint"]["steps"] = [{"run": "exit 1"}]
        del jobs["result"]["if"]

    run = place.run("ci", PULL_REQUEST, mutate)
    assert "skipped" == run.jobs["result"].result


# Tests of the simulator.


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
    """Expressions evaluate to the same values as on GitHub."""
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
        ("github.ref.head", "github.ref.head"),
        ("github.ref.*", "github.ref.*"),
        ("github.*.head", "github.*.head"),
        ("startsWith(github.ref)", "startsWith() with 1 argument(s)"),
        ("always('job')", "always() with 1 argument(s)"),
    ],
)
def test_unsupported_expression_is_named(text: str, unknown: str) -> None:
    """The error message contains the expression, and names the part that isn't supported."""
    with pytest.raises(ExpressionError, match=re.escape(f"{unknown} is not supported, in: {text}")):
        evaluate(text, {"github": {"ref": "refs/heads/main"}}, {"always": True})


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        ({"services": {}}, "lint: services"),
        ({"steps": [{"uses": "actions/cache@v6"}]}, "lint: uses: actions/cache"),
        ({"steps": [{"run": "true", "shell": "pwsh"}]}, "lint: shell: pwsh"),
        ({"steps": [{"run": "true", "id": "x"}]}, "lint, step 1: id"),
        ({"runs-on": "windows-latest"}, "lint: this machine can't run any of its combinations"),
        ({"needs": "lint"}, "lint: a needed job never ends"),
    ],
    ids=str,
)
def test_unsupported_parts_are_named(change: Job, unknown: str, place: Place) -> None:
    """The error message names the unsupported part of a job, or the job that can't be run."""

    def only_lint(jobs: Jobs) -> None:
        lint = jobs["lint"] | change
        jobs.clear()
        jobs["lint"] = lint

    with pytest.raises(NotImplementedError, match=re.escape(unknown)):
        place.run("ci", PULL_REQUEST, only_lint)


@pytest.mark.parametrize(
    ("overwrite", "result", "text"), [(True, "success", "new\n"), (False, "failure", "old\n")]
)
def test_artifact_is_overwritten_only_on_request(
    overwrite: bool, result: str, text: str, place: Place
) -> None:
    """Uploading an artifact twice fails unless `overwrite` is true."""

    def upload_twice(jobs: Jobs) -> None:
        (upload,) = [each for each in jobs["build"]["steps"] if "upload-artifact" in str(each)]
        lint = jobs["lint"]
        lint["steps"] = []
        for line, more in (("old", {}), ("new", {"overwrite": overwrite})):
            inputs = {"name": "notes", "path": "notes.txt", **more}
            lint["steps"] += [{"run": f"echo {line} > notes.txt"}, {**upload, "with": inputs}]
        jobs.clear()
        jobs["lint"] = lint

    run = place.run("ci", PULL_REQUEST, upload_twice)
    assert result == run.jobs["lint"].result
    assert text == (run.artifact("notes") / "notes.txt").read_text(encoding="utf-8")


def test_included_combinations_extend_a_matrix() -> None:
    """An entry of `include` extends matching combinations or adds a new one.

    The example is from GitHub's documentation:
    https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations
    """
    include = [
        {"color": "green"},
        {"color": "pink", "animal": "cat"},
        {"fruit": "apple", "shape": "circle"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]
    matrix = {"fruit": ["apple", "pear"], "animal": ["cat", "dog"], "include": include}
    expected = [
        {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
        {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
        {"fruit": "pear", "animal": "cat", "color": "pink"},
        {"fruit": "pear", "animal": "dog", "color": "green"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]
    assert expected == legs({"strategy": {"matrix": matrix}})


def test_matrix_can_consist_of_included_combinations() -> None:
    """Without other values, each entry of `include` is a combination.

    The example is from GitHub's documentation:
    https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations
    """
    include = [
        {"site": "production", "datacenter": "site-a"},
        {"site": "staging", "datacenter": "site-b"},
    ]
    assert include == legs({"strategy": {"matrix": {"include": include}}})
