"""Test which files git tracks and ignores, and which files the distributions contain."""

import hashlib
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.repository import commit, git
from harness.packagestan.answers import choices, rendered
from harness.packagestan.template import facts
from harness.processes.commands import run
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project"}
PACKAGE = "src/my_project"

IGNORED = [
    ".env",
    ".env.local",
    "tests/.env",
    ".venv/pyvenv.cfg",
    "dist/my_project-0.1.0.tar.gz",
    f"{PACKAGE}/__pycache__/greetings.cpython-311.pyc",
    ".coverage",
    ".coverage.host.123",
    # setuptools creates this folder, which remains after a switch to a different backend.
    "build/lib/my_project/__init__.py",
    f"{PACKAGE}.egg-info/PKG-INFO",
]
TRACKED = [
    ".env.example",
    ".envrc",
    ".coveragerc",
    ".python-version",
    "uv.lock",
    "pylock.toml",
    f"{PACKAGE}/build/__init__.py",
    f"{PACKAGE}/dist/__init__.py",
    f"{PACKAGE}/site/__init__.py",
    f"{PACKAGE}/htmlcov/__init__.py",
]
# For each choice, a file that its tool writes.
WRITTEN = [
    ({"type_checker": "mypy"}, ".mypy_cache/CACHEDIR.TAG"),
    ({"task_runner": "nox"}, ".nox/tests/pyvenv.cfg"),
    ({"docs_engine": "sphinx"}, "docs/_build/index.html"),
    ({"docs_engine": "zensical"}, "site/index.html"),
]


def write(project: Path, name: str, text: str = "") -> None:
    """Write a file in a project, and create its folders."""
    file = project / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")


def packed(wheel: Path) -> set[str]:
    """Return the names of the files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def digests(sdist: Path) -> dict[str, str]:
    """Return the digest of each file in an sdist, by name."""
    with tarfile.open(sdist) as archive:
        return {
            member.name: hashlib.sha256(file.read()).hexdigest()
            for member in archive
            if (file := archive.extractfile(member))
        }


def ignored(project: Path, *names: str) -> list[str]:
    """Return which of the given files git ignores. They don't have to exist."""
    git(project, "init", "--quiet")
    return git(project, "check-ignore", *names, exit_code=None).splitlines()


def test_secrets_and_build_results_are_ignored(tmp_path: Path, artifacts: ArtifactCache) -> None:
    """In a default project, git ignores secrets, environments, caches, and build results."""
    project = artifacts.copy(BASE, tmp_path / "project")
    assert IGNORED == ignored(project, *IGNORED)


@pytest.mark.slow
@pytest.mark.parametrize("backend", rendered("backend"))
@pytest.mark.parametrize("docs_engine", ["sphinx", "zensical"])
def test_projects_own_files_are_not_ignored(
    backend: str, docs_engine: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """With any backend and documentation generator, git ignores no file that users may commit."""
    answers = BASE | {"backend": backend, "docs_engine": docs_engine, "task_runner": "nox"}
    project = artifacts.copy(answers, tmp_path / "project")
    assert [] == ignored(project, *TRACKED)


@pytest.mark.parametrize(("chosen", "name"), WRITTEN)
def test_files_of_the_selected_tools_are_ignored(
    chosen: Answers, name: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """Git ignores the file that a tool writes, but only if the tool is selected."""
    selected = artifacts.copy(BASE | chosen, tmp_path / "selected")
    assert [name] == ignored(selected, name)
    ((axis, choice),) = chosen.items()
    other = next(each for each in choices(axis) if each != choice and each != "none")
    without = artifacts.copy(BASE | {axis: other}, tmp_path / "without")
    assert [] == ignored(without, name)


@pytest.mark.slow
@pytest.mark.parametrize("backend", rendered("backend"))
def test_subpackage_called_build_is_packed(
    backend: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """Git tracks a subpackage called build, and wheels from the tree and the sdist contain it."""
    project = artifacts.copy(BASE | {"backend": backend}, tmp_path / "project")
    write(project, f"{PACKAGE}/build/__init__.py", '"""Build."""\n')
    commit(project)
    assert f"{PACKAGE}/build/__init__.py" in git(project, "ls-files").splitlines()
    built = artifacts.build(project, tmp_path / "dist")
    assert "my_project/build/__init__.py" in packed(built.wheel)
    from_tree = artifacts.build_wheel(project, tmp_path / "from-tree")
    assert "my_project/build/__init__.py" in packed(from_tree)
    assert "" == git(project, "status", "--porcelain")


@pytest.mark.slow
@pytest.mark.parametrize("backend", rendered("backend"))
def test_tracked_file_missing_from_the_wheel_is_reported(
    backend: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """If a tracked file is missing from the wheel, check-wheel-contents fails and names the file.

    It passes if the backend packs the file even though .gitignore matches it.
    """
    project = artifacts.copy(BASE | {"backend": backend}, tmp_path / "project")
    write(project, f"{PACKAGE}/data/bin/m.bin", "model")
    with (project / ".gitignore").open("a", encoding="utf-8") as file:
        file.write("*.bin\n")
    commit(project)
    git(project, "add", "--force", f"{PACKAGE}/data/bin/m.bin")
    commit(project)
    wheel = artifacts.build(project, tmp_path / "dist").wheel
    is_missing = facts("backend")[backend]["honors_gitignore"]
    assert is_missing == ("my_project/data/bin/m.bin" not in packed(wheel))
    checked = run(
        *(sys.executable, "-m", "check_wheel_contents", wheel),
        cwd=project,
        exit_code=1 if is_missing else 0,
    )
    assert is_missing == ("my_project/data/bin/m.bin" in checked.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("backend", rendered("backend"))
def test_line_endings_do_not_change_the_distributions(
    backend: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A clone with core.autocrlf=true, as on Windows, builds the same wheel and sdist.

    If the backend records dates in sdists, only the files in the sdists are compared.
    """
    project = artifacts.copy(BASE | {"backend": backend}, tmp_path / "project")
    commit(project)
    built = []
    for setting in ("false", "true"):
        clone = tmp_path / setting
        git(
            tmp_path,
            "clone",
            "--quiet",
            f"--config=core.autocrlf={setting}",
            str(project),
            str(clone),
        )
        built.append(artifacts.build(clone, tmp_path / f"dist-{setting}"))
    unix, windows = built
    assert unix.wheel.read_bytes() == windows.wheel.read_bytes()
    assert digests(unix.sdist) == digests(windows.sdist)
    if not facts("backend")[backend]["dated_sdist"]:
        assert unix.sdist.read_bytes() == windows.sdist.read_bytes()
