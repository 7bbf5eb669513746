"""Test static versions and versions from git."""

import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.metadata import parse_email
from packaging.requirements import Requirement
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.build import build_isolated
from harness.artifacts.inspect import comparable, read_wheel, sdist_files
from harness.artifacts.install import Environment
from harness.artifacts.repository import commit, git
from harness.packagestan.answers import FULL, rendered
from harness.packagestan.template import facts, render
from harness.processes.commands import CommandError, run
from harness.rendering.template import Answers

# Backends that support "vcs" require a package that reads git tags.
WITH_VCS = [name for name in rendered("backend") if facts("backend")[name]["vcs"].get("requires")]
WITHOUT_VCS = [backend for backend in rendered("backend") if backend not in WITH_VCS]

BASE: Answers = {"project_name": "My Project", "versioning": "vcs"}

# For each history, the expected version, and the git commands that follow the first commit. PEP 440
# defines the order of versions. setuptools-scm documents how "guess-next-dev" increments the tag's
# version and counts commits:
# https://setuptools-scm.readthedocs.io/en/latest/extending/#setuptools_scmversion_scheme
MORE = "commit --allow-empty --message=More"
FIX = "commit --allow-empty --message=Fix"
TAG = "tag --annotate --message=Release"
HISTORIES: dict[str, tuple[str, list[str]]] = {
    "no tag": ("0.1.dev2", [MORE]),
    "a tag": ("1.2.3", ["tag v1.2.3"]),
    "a commit after a tag": ("1.2.4.dev1", ["tag v1.2.3", MORE]),
    "a pre-release": ("1.3.0rc1", ["tag v1.2.3", MORE, "tag v1.3.0rc1"]),
    "after a pre-release": ("1.3.0rc2.dev1", ["tag v1.3.0rc1", MORE]),
    "annotated tags on one commit": ("1.3.0", [f"{TAG} v1.3.0rc1", f"{TAG} v1.3.0"]),
    "after a post-release": ("1.2.3.post2.dev1", ["tag v1.2.3.post1", MORE]),
    "after a calendar version": ("2026.11.dev1", ["tag v2026.10", MORE]),
    "a merge of an older release": (
        "1.3.1.dev2",
        [
            *("tag v1.2.3", "switch --create old", FIX, "tag v1.2.4"),
            *("switch -", MORE, "tag v1.3.0", "merge --no-ff --message=Merge old"),
        ],
    ),
    "a removed file": ("1.2.4.dev0", ["tag v1.2.3", "rm --quiet CHANGELOG.md"]),
    "a removed file after a tag": ("1.2.4.dev1", ["tag v1.2.3", MORE, "rm --quiet CHANGELOG.md"]),
}

# Tags that don't name a release of the project. They contain other words, lack the "v", aren't
# normalized (PEP 440), or contain a local version, which public indexes reject.
OTHER_TAGS = [
    *("docs-2024", "release-3", "other-v9.0.0", "9.0.0", "v-next", "vfoo", "v9.x", "v9-docs"),
    *("v9.0-docs-2", "v9docs2024", "v9.0.0-rc.1", "v9.0_1", "v9.0.0+cuda", "v9.0.0+1"),
]

# Files that git tracks but sdists don't contain.
TRACKED = [".github/workflows/ci.yml", "notes.txt", "scripts/deploy.sh", "src.json"]


@pytest.fixture
def repository(tmp_path: Path, artifacts: ArtifactCache) -> Path:
    """Return a repository that has one commit and can be used with any backend.

    `pyproject.toml` is not tracked, so replacing it isn't an uncommitted change.
    """
    project = artifacts.copy(BASE, tmp_path / "repository")
    (project / "pyproject.toml").unlink()
    commit(project)
    return project


@pytest.fixture
def version(tmp_path: Path, artifacts: ArtifactCache) -> Callable[..., str]:
    """Return a function that computes a folder's version with a backend.

    The function first writes the backend's pyproject.toml to the folder, and can replace text in
    that file.
    """

    def compute(backend: str, folder: Path, old: str = "", new: str = "", **env: str) -> str:
        pyproject = artifacts.project(BASE | {"backend": backend}) / "pyproject.toml"
        text = pyproject.read_text(encoding="utf-8")
        text = text.replace(old, new) if old else text
        (folder / "pyproject.toml").write_text(text, encoding="utf-8")
        hook = "prepare_metadata_for_build_wheel"
        out = Path(tempfile.mkdtemp(dir=tmp_path))
        info = artifacts.builder(from_git=True).build(hook, folder, out, env=env)
        return str(parse_email((info / "METADATA").read_bytes())[0]["version"])

    return compute


def clone(repository: Path, *options: str) -> Path:
    """Clone a repository with the given options. git ignores `--depth` unless the source is a URL."""
    folder = repository.with_name("clone")
    git(repository, "clone", "--quiet", *options, repository.as_uri(), str(folder))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("history", HISTORIES)
def test_all_backends_agree(history: str, repository: Path, version: Callable[..., str]) -> None:
    """All backends that read git tags compute the expected version, which has no local part."""
    expected, commands = HISTORIES[history]
    for command in commands:
        git(repository, *command.split())
    found = {backend: version(backend, repository) for backend in WITH_VCS}
    assert dict.fromkeys(WITH_VCS, expected) == found


@pytest.mark.slow
@pytest.mark.parametrize("backend", WITH_VCS)
def test_other_tags_are_ignored(
    backend: str, repository: Path, version: Callable[..., str]
) -> None:
    """Tags that don't name a release don't affect the version."""
    git(repository, "tag", "v1.2.3")
    git(repository, *MORE.split())
    for tag in OTHER_TAGS:
        git(repository, "tag", tag)
    assert "1.2.4.dev1" == version(backend, repository)


@pytest.mark.slow
@pytest.mark.parametrize("backend", WITH_VCS)
def test_only_tracked_files_count_as_changes(
    backend: str, repository: Path, version: Callable[..., str]
) -> None:
    """After a tag, a change to a tracked file changes the version, but a new file doesn't."""
    git(repository, "tag", "v1.2.3")
    (repository / "notes.txt").touch()
    assert "1.2.3" == version(backend, repository)
    (repository / "README.md").write_text("Changed\n", encoding="utf-8")
    assert "1.2.4.dev0" == version(backend, repository)


@pytest.mark.slow
@pytest.mark.parametrize("backend", WITH_VCS)
def test_shallow_clone_is_rejected(
    backend: str, repository: Path, version: Callable[..., str]
) -> None:
    """In a shallow clone, a build fails with a message that says how to fetch the history."""
    git(repository, "tag", "v1.2.3")
    git(repository, *MORE.split())
    shallow = clone(repository, "--depth=1")
    with pytest.raises(
        CommandError, match='is shallow, please correct with "git fetch --unshallow"'
    ):
        version(backend, shallow)
    git(shallow, "fetch", "--quiet", "--unshallow", "--tags")
    assert "1.2.4.dev1" == version(backend, shallow)


@pytest.mark.slow
@pytest.mark.parametrize("backend", WITH_VCS)
def test_shallow_clone_of_a_release_is_enough(
    backend: str, repository: Path, version: Callable[..., str]
) -> None:
    """A shallow clone of a tagged commit is sufficient."""
    git(repository, *MORE.split())
    git(repository, "tag", "v1.2.3")
    assert "1.2.3" == version(backend, clone(repository, "--depth=1"))


@pytest.mark.slow
@pytest.mark.parametrize("backend", WITH_VCS)
def test_project_in_a_subfolder_is_rejected(
    backend: str, repository: Path, version: Callable[..., str]
) -> None:
    """A project in a subfolder of a repository uses the tags only if pyproject.toml allows it."""
    old, new = facts("backend")[backend]["vcs"]["parents"]
    project = repository / "packages" / "project"
    shutil.copytree(repository / "src", project / "src")
    for name in ("LICENSE", "README.md"):
        shutil.copy(repository / name, project)
    commit(repository, "v1.2.3")
    with pytest.raises(CommandError, match=r"unable to detect version for .*/packages/project"):
        version(backend, project)
    assert "1.2.3" == version(backend, project, old, new)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "message", "variable"),
    [
        (
            "hatchling",
            "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_PROJECT",
            "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_PROJECT",
        ),
        (
            "setuptools",
            "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_PROJECT",
            "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_PROJECT",
        ),
        ("poetry_core", "Unable to detect version control", "POETRY_DYNAMIC_VERSIONING_BYPASS"),
    ],
)
@pytest.mark.parametrize("has_git", [True, False])
def test_folder_without_history_is_rejected(
    backend: str,
    message: str,
    variable: str,
    has_git: bool,
    tmp_path: Path,
    repository: Path,
    version: Callable[..., str],
) -> None:
    """Without history or without git, a build requires an environment variable with the version.

    setuptools-scm's message contains the variable's name. For Poetry, it is in pyproject.toml.
    """
    env = {} if has_git else {"PATH": str(tmp_path / "empty")}
    if has_git:
        shutil.rmtree(repository / ".git")
    with pytest.raises(CommandError, match=message):
        version(backend, repository, **env)
    assert "1.2.3" == version(backend, repository, **env, **{variable: "1.2.3"})
    pyproject = (repository / "pyproject.toml").read_text(encoding="utf-8")
    assert (backend == "poetry_core") == (f"fails unless {variable} is set." in pyproject)


@pytest.mark.slow
@pytest.mark.parametrize("backend", WITH_VCS)
def test_distributions_have_the_version(
    backend: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """Except for the version, the distributions are the same as with a static version.

    The build changes no tracked files.
    """
    answers = FULL | {"mode": "app", "backend": backend}
    project = artifacts.copy(answers | {"versioning": "vcs"}, tmp_path / "project")
    for name in TRACKED:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("private", encoding="utf-8")
    commit(project, "v1.2.3")
    commit(project, "docs-2024")

    dist = artifacts.build(project, tmp_path / "dist")

    static = artifacts.distributions(answers)
    wheel, static_wheel = read_wheel(dist.wheel), read_wheel(static.wheel)
    assert "1.2.4.dev1" == wheel.metadata["version"] == sdist_version(dist.sdist)
    assert comparable(static_wheel.metadata) == comparable(
        wheel.metadata | {"version": static_wheel.metadata["version"]}
    )
    assert static_wheel.files == wheel.files
    assert static_wheel.entry_points == wheel.entry_points
    assert sdist_files(static.sdist) == sdist_files(dist.sdist)
    assert "" == git(project, "status", "--porcelain", "--untracked-files=no")


def sdist_version(sdist: Path) -> str:
    """Return the version in an sdist's metadata."""
    with tarfile.open(sdist) as archive:
        (name,) = (n for n in archive.getnames() if n.count("/") == 1 and n.endswith("/PKG-INFO"))
        file = archive.extractfile(name)
        assert file
        return str(parse_email(file.read())[0]["version"])


@pytest.mark.slow
def test_uv_sync_updates_the_version(tmp_path: Path, artifacts: ArtifactCache) -> None:
    """After `git init`, a commit, or a tag, `uv sync` updates the version that the app reports."""
    project = artifacts.copy(BASE | {"mode": "app"}, tmp_path / "project")
    environment = Environment(project / ".venv")
    for expected, command in (
        ("0.1.dev0", "init --quiet"),
        ("0.1.dev1", "commit --quiet --allow-empty --message=Start"),
        ("1.2.3", "tag v1.2.3"),
        ("1.2.4.dev1", MORE),
    ):
        git(project, *command.split())
        run(find_uv_bin(), "sync", "--quiet", "--no-dev", cwd=project)
        assert f"my-project {expected}\n" == environment.run("my-project", "--version").stdout


@pytest.mark.slow
@pytest.mark.parametrize("backend", WITH_VCS)
def test_builds_with_the_lowest_versions(
    backend: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The lowest supported versions of the build requirements also read the tags."""
    answers = FULL | {"mode": "app", "backend": backend, "versioning": "vcs"}
    project = artifacts.copy(answers, tmp_path / "project")
    commit(project, "v1.2.3")
    commit(project, "docs-2024")
    dist = build_isolated(project, tmp_path / "dist", UV_RESOLUTION="lowest-direct")
    assert "1.2.4.dev1" == read_wheel(dist.wheel).metadata["version"] == sdist_version(dist.sdist)


@pytest.mark.slow
def test_pyproject_is_valid(artifacts: ArtifactCache) -> None:
    """pyproject.toml is valid with each backend's settings for versions from git."""
    projects = [
        artifacts.project(FULL | {"mode": "app", "backend": backend, "versioning": "vcs"})
        for backend in WITH_VCS
    ]
    files = [project / "pyproject.toml" for project in projects]
    run(sys.executable, "-m", "validate_pyproject", *files)


@pytest.mark.parametrize("backend", WITHOUT_VCS)
def test_other_backends_are_rejected(backend: str, tmp_path: Path) -> None:
    """With backends that can't read the version from git, "vcs" is rejected with the reason."""
    reason = facts("backend")[backend]["vcs_error"]
    assert reason, f"give {backend} a vcs_error, or packages that read git tags, in its choice.json"
    with pytest.raises(ValueError, match=f"'versioning': use static; {reason}"):
        render(tmp_path / "project", BASE | {"backend": backend})
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize("backend", rendered("backend"))
def test_static_version_is_the_default(backend: str, artifacts: ArtifactCache) -> None:
    """By default, pyproject.toml contains the version and no settings for versions from git."""
    answers: Answers = {"project_name": "My Project", "backend": backend}
    project = artifacts.project(answers)
    pyproject = (project / "pyproject.toml").read_text(encoding="utf-8")
    assert 'version = "0.1.0"\n' in pyproject
    for word in ("dynamic", "vcs", "scm", "cache-keys"):
        assert word not in pyproject


@pytest.mark.parametrize("backend", WITH_VCS)
def test_no_file_contains_a_version_from_git(backend: str, artifacts: ArtifactCache) -> None:
    """If the version comes from git, pyproject.toml doesn't contain it, and no module stores it."""
    project = artifacts.project(BASE | {"backend": backend})
    pyproject = (project / "pyproject.toml").read_text(encoding="utf-8")
    assert 'dynamic = ["version"]\n' in pyproject
    assert "0.1.0" not in pyproject
    assert [] == list(project.rglob("*_version.py"))


def test_upper_bounds_follow_the_documentation() -> None:
    """Of the packages that read git tags, only poetry-dynamic-versioning has an upper bound.

    Its documentation recommends the bound.
    """
    requirements = [
        Requirement(requirement)
        for backend in facts("backend").values()
        for requirement in backend["vcs"].get("requires", [])
    ]
    bounded = [r.name for r in requirements if any(s.operator == "<" for s in r.specifier)]
    assert ["poetry-dynamic-versioning"] == bounded
