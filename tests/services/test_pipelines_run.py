"""Run a project's GitLab pipeline with its own commands.

`harness.simulators.gitlab_pipelines` simulates GitLab.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twine.utils import DEFAULT_REPOSITORY, TEST_REPOSITORY
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.repository import commit, git
from harness.packagestan.artifacts import interpreters
from harness.processes.commands import run
from harness.rendering.template import Answers
from harness.simulators import gitlab_pipelines
from harness.simulators.gitlab_pipelines import PROJECT, Pipeline, tag
from harness.simulators.package_index import Index, Network
from harness.simulators.workflows import Job

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pipelines run")]

APP: Answers = {"project_name": "My Project", "mode": "app", "ci": "gitlab", "hooks": "none"}
URL = "https://packages.example.com/upload/"
WHEEL = "my_project-0.1.0-py3-none-any.whl"
FILES = [WHEEL, "my_project-0.1.0.tar.gz"]
RELEASE = ["build", "tag", "pypi", "release"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, artifacts: ArtifactCache) -> Path:
    """Return a locked and committed app that has two tags on main and one on another branch."""
    folder = artifacts.copy(APP | {"testpypi": True}, tmp_path_factory.mktemp("app") / "project")
    return repository(folder)


def repository(project: Path) -> Path:
    """Lock a project, commit it, and create two tags on main and one on another branch."""
    git(project, "init", "--quiet")
    run(find_uv_bin(), "lock", cwd=project)
    commit(project, "v0.1.0", "v0.1.1")
    git(project, "branch", "--move", "--force", "main")
    git(project, "checkout", "--quiet", "-b", "work")
    git(project, "commit", "--quiet", "--allow-empty", "--message=Off main")
    git(project, "tag", "v0.1.0.post1")
    git(project, "checkout", "--quiet", "main")
    return project


def index(folder: Path, url: str, name: str, **kwargs: Any) -> Index:
    """Return an index that trusts the environment with the same name."""
    publisher = {"project_path": PROJECT, "environment": name}
    return Index(url, name, folder / name, publisher, **kwargs)


@pytest.fixture
def pypi(tmp_path: Path) -> Index:
    """Return an empty index that simulates PyPI."""
    return index(tmp_path, DEFAULT_REPOSITORY, "pypi")


@pytest.fixture
def network(tmp_path: Path, pypi: Index) -> Iterator[Network]:
    """Return a network with PyPI and TestPyPI."""
    with Network(tmp_path, pypi, index(tmp_path, TEST_REPOSITORY, "testpypi")) as started:
        yield started


@pytest.fixture
def pipeline(tmp_path: Path, project: Path, network: Network) -> Pipeline:
    """Return the pipeline for the tag that matches the project's version."""
    (tmp_path / "pipeline").mkdir()
    return Pipeline(tmp_path / "pipeline", project, network, interpreters(), tag("v0.1.0"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Path:
    """Return the folder with the build job's artifacts."""
    folder = tmp_path_factory.mktemp("built")
    with Network(folder) as network:
        pipeline = Pipeline(folder, project, network, interpreters(), tag("v0.1.0"))
        pipeline.run(gitlab_pipelines.jobs(project, pipeline.event), ["build"])
    assert {"build": "success"} == pipeline.results, pipeline.printed
    return pipeline.artifacts("build")


def publish(pipeline: Pipeline, built: Path, **changes: Any) -> dict[str, str]:
    """Run the jobs after the build, and return the results.

    Args:
        pipeline: The pipeline.
        built: The folder with the build job's artifacts.
        changes: Values to set in the `pypi` job, by key.
    """
    shutil.copytree(built, pipeline.artifacts("build"))
    found = gitlab_pipelines.jobs(pipeline.origin, pipeline.event)
    for key, value in changes.items():
        found["pypi"][key] = value
    pipeline.run(found, ["tag", "testpypi", "pypi", "index", "release"])
    return pipeline.results


def test_checks_pass_in_a_new_project(pipeline: Pipeline) -> None:
    """A new project passes its checks, and the tests use the built wheel."""
    names = ["lint", "build", "tests", "lowest dependencies"]
    pipeline.run(gitlab_pipelines.jobs(pipeline.origin, gitlab_pipelines.MAIN), names)
    assert dict.fromkeys(names, "success") == pipeline.results, pipeline.printed
    assert FILES == sorted(
        file.name for file in (pipeline.artifacts("build") / "dist").glob("my_project*")
    )
    packages = pipeline.folder / "tests" / ".venv" / "lib"
    (installed,) = packages.glob("python*/site-packages/my_project")
    assert not installed.is_symlink()


def test_outdated_lock_file_stops_the_pipeline(
    tmp_path: Path, network: Network, artifacts: ArtifactCache
) -> None:
    """If a dependency isn't in uv.lock, the lint job fails with uv's message."""
    stale = repository(artifacts.copy(APP, tmp_path / "stale"))
    file = stale / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("dependencies = []", 'dependencies = ["idna"]'), "utf-8")
    git(stale, "commit", "--quiet", "--all", "--message=Forget the lock file")
    (tmp_path / "pipeline").mkdir()
    pipeline = Pipeline(
        tmp_path / "pipeline", stale, network, interpreters(), gitlab_pipelines.MAIN
    )
    pipeline.run(gitlab_pipelines.jobs(stale, gitlab_pipelines.MAIN), ["lint"])
    assert {"lint": "failed"} == pipeline.results
    assert "The lockfile at `uv.lock` needs to be updated" in pipeline.printed["lint"]


def test_tag_is_published(pipeline: Pipeline, pypi: Index, built: Path) -> None:
    """For a tag on the default branch, the built files are uploaded, and a release is created."""
    expected = dict.fromkeys(["tag", "testpypi", "pypi", "release"], "success")
    assert expected == publish(pipeline, built), pipeline.printed
    wheel = (built / "dist" / WHEEL).read_bytes()
    assert FILES == list(pypi.files())
    assert wheel == (pypi.folder / WHEEL).read_bytes()
    arguments = pipeline.glab.read_text(encoding="utf-8").splitlines()
    assert ["release", "create", "v0.1.0", "--repo", PROJECT] == arguments[:5]


def test_upload_can_be_retried(pipeline: Pipeline, pypi: Index, built: Path) -> None:
    """After a partial upload, a retry uploads the missing file."""
    shutil.copy(built / "dist" / WHEEL, pypi.folder)
    assert "success" == publish(pipeline, built)["pypi"], pipeline.printed
    assert FILES == list(pypi.files())


@pytest.mark.parametrize("name", ["v0.1.1", "v0.1.0.post1"], ids=["wrong version", "off main"])
def test_wrong_tag_is_rejected(name: str, pipeline: Pipeline, pypi: Index, built: Path) -> None:
    """For a tag with the wrong version or on the wrong branch, nothing is uploaded or released."""
    pipeline.event = tag(name)
    if name == "v0.1.0.post1":
        # Make the version match the tag, so that only the branch is wrong.
        built = renamed(built, pipeline.folder, "0.1.0.post1")
    results = publish(pipeline, built)
    assert {"tag": "failed"} == {n: r for n, r in results.items() if r != "skipped"}
    assert {} == pypi.files()
    assert not pipeline.glab.exists()


def renamed(built: Path, folder: Path, version: str) -> Path:
    """Return a copy of the artifacts with a different version in the file names."""
    copy = Path(shutil.copytree(built, folder / "renamed"))
    for file in list((copy / "dist").glob("my_project*")):
        file.rename(file.with_name(file.name.replace("0.1.0", version)))
    return copy


def test_pre_release_is_accepted(pipeline: Pipeline, built: Path) -> None:
    """A pre-release's tag is accepted if it matches the version in the file names."""
    git(pipeline.origin, "tag", "v1.0.0rc1", "main")
    pipeline.event = tag("v1.0.0rc1")
    shutil.copytree(renamed(built, pipeline.folder, "1.0.0rc1"), pipeline.artifacts("build"))
    pipeline.run(gitlab_pipelines.jobs(pipeline.origin, pipeline.event), ["tag"])
    assert {"tag": "success"} == pipeline.results, pipeline.printed


def test_without_an_identity_nothing_is_uploaded(
    pipeline: Pipeline, pypi: Index, built: Path
) -> None:
    """Without an identity token, the upload fails, and no release is created."""
    results = publish(pipeline, built, id_tokens={})
    assert {"pypi": "failed", "release": "skipped"} == {n: results[n] for n in ("pypi", "release")}
    assert {} == pypi.files()
    assert not pipeline.glab.exists()


def test_token_uploads_to_pypi(
    tmp_path: Path, built: Path, network: Network, pypi: Index, artifacts: ArtifactCache
) -> None:
    """With `publish=token`, the files are uploaded with the environment's token."""
    pypi.tokens.add("pypi-secret")
    origin = repository(artifacts.copy(APP | {"publish": "token"}, tmp_path / "project"))
    (tmp_path / "pipeline").mkdir()
    environments = {"pypi": {"UV_PUBLISH_TOKEN": "pypi-secret"}}
    pipeline = Pipeline(
        tmp_path / "pipeline", origin, network, interpreters(), tag("v0.1.0"), environments
    )
    assert "success" == publish(pipeline, built)["pypi"], pipeline.printed
    assert FILES == list(pypi.files())


def test_private_index_skips_existing_files(
    tmp_path: Path, built: Path, artifacts: ArtifactCache
) -> None:
    """With a private index, a retry uploads only the missing file."""
    private = Index(URL, "index", tmp_path / "index", tokens={"secret"})
    shutil.copy(built / "dist" / WHEEL, private.folder)
    answers = APP | {"publish": "token", "index_url": URL}
    origin = repository(artifacts.copy(answers, tmp_path / "project"))
    (tmp_path / "pipeline").mkdir()
    variables = {"UV_PUBLISH_USERNAME": "ada", "UV_PUBLISH_PASSWORD": "secret"}
    variables |= {"UV_PUBLISH_CHECK_URL": "https://packages.example.com/simple/"}
    with Network(tmp_path, private) as network:
        environments = {"index": variables}
        event = tag("v0.1.0")
        pipeline = Pipeline(
            tmp_path / "pipeline", origin, network, interpreters(), event, environments
        )
        assert "success" == publish(pipeline, built)["index"], pipeline.printed
    assert FILES == list(private.files())
    assert 1 == private.asked.count("/upload/")


def test_version_from_git_is_the_tag(
    tmp_path: Path, network: Network, artifacts: ArtifactCache
) -> None:
    """With versions from git, the build for a tag and the check of its version succeed."""
    origin = repository(artifacts.copy(APP | {"versioning": "vcs"}, tmp_path / "project"))
    git(origin, "tag", "--delete", "v0.1.1")
    (tmp_path / "pipeline").mkdir()
    pipeline = Pipeline(tmp_path / "pipeline", origin, network, interpreters(), tag("v0.1.0"))
    pipeline.run(gitlab_pipelines.jobs(origin, pipeline.event), ["build", "tag"])
    assert {"build": "success", "tag": "success"} == pipeline.results, pipeline.printed


# Tests of the simulator.


def test_artifacts_come_from_earlier_stages_by_default(pipeline: Pipeline) -> None:
    """Without `needs` and `dependencies`, a job gets the artifacts of all earlier stages.

    https://docs.gitlab.com/ci/yaml/#dependencies
    """
    with_file, without_file = ["test -f out/file"], ["test ! -e out"]
    build = {"script": ["mkdir out", "touch out/file"], "artifacts": {"paths": ["out/"]}}
    found: dict[str, Job] = {
        "build": {"stage": "build"} | build,
        "same stage": {"stage": "build", "script": without_file},
        "default": {"stage": "test", "script": with_file},
        "no needs": {"stage": "test", "script": without_file, "needs": []},
        "no dependencies": {"stage": "test", "script": without_file, "dependencies": []},
    }
    pipeline.run(found, found)
    assert dict.fromkeys(found, "success") == pipeline.results
