"""What each version source promises."""

import re
import sys
import tarfile
from pathlib import Path

import pytest
import yaml
from packaging.metadata import parse_email
from packaging.requirements import Requirement
from packaging.version import Version
from uv import find_uv_bin

from harness import tally
from harness.answers import FULL, Answers, choices
from harness.build import build_isolated
from harness.commands import CommandError, run
from harness.inspect import comparable, read_wheel, sdist_files
from harness.install import Environment
from harness.render import render
from harness.repository import GIT
from harness.template import ROOT
from harness.workshop import Workshop

WITHOUT_VCS = ["uv_build", "flit_core"]
WITH_VCS = [backend for backend in choices("backend") if backend not in WITHOUT_VCS]

# The steps that follow each other in a new project, and the version after each of them.
STEPS = {
    "no-repository": ("0.1.dev0", []),
    "no-commit": ("0.1.dev0", ["init --quiet"]),
    "no-tag": ("0.1.dev1", ["add --all", "commit --quiet --message=Start"]),
    "tag": ("1.2.3", ["tag v1.2.3"]),
    "after-tag": ("1.2.4.dev1", ["commit --quiet --allow-empty --message=More"]),
    "another-tag": ("1.2.4.dev1", ["tag docs-2024"]),
}
# Until there is a tag, poetry-dynamic-versioning counts from 0.0.0.
EXCEPTIONS = {("poetry_core", "no-commit"): "0.0.0", ("poetry_core", "no-tag"): "0.0.1.dev1"}

# Files that git tracks and that no sdist contains.
TRACKED = [".github/workflows/ci.yml", "notes.txt", "scripts/deploy.sh", "src.json"]


def take(project: Path, step: str) -> None:
    """Take one step in a project."""
    for command in STEPS[step][1]:
        run("git", *command.split(), cwd=project, env=GIT)


def take_until(project: Path, last: str) -> None:
    """Take all steps up to and including one."""
    for step in list(STEPS)[: list(STEPS).index(last) + 1]:
        take(project, step)


def assert_version(backend: str, step: str, text: str) -> None:
    """Fail if a version is not the one that a backend computes after a step."""
    version = Version(text)
    assert EXCEPTIONS.get((backend, step), STEPS[step][0]) == version.public
    if backend == "pdm_backend" and step in ("no-tag", "after-tag", "another-tag"):
        assert re.fullmatch("g[0-9a-f]{7,}", version.local or "")
    else:
        assert version.local is None


def sdist_version(sdist: Path) -> str:
    """Return the version in the metadata of an sdist."""
    with tarfile.open(sdist) as archive:
        (name,) = (n for n in archive.getnames() if n.count("/") == 1 and n.endswith("/PKG-INFO"))
        file = archive.extractfile(name)
        assert file
        return str(parse_email(file.read())[0]["version"])


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("backend", WITH_VCS)
def test_builds_after_every_step(
    backend: str, step: str, tmp_path: Path, workshop: Workshop
) -> None:
    """Sdist and wheel have git's version. Otherwise, they equal those of a static version."""
    answers = FULL | {"mode": "app", "backend": backend}
    project = workshop.copy(answers | {"versioning": "vcs"}, tmp_path / "project")
    for name in TRACKED:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("private", encoding="utf-8")
    take_until(project, step)
    pyproject = (project / "pyproject.toml").read_bytes()

    dist = workshop.build(project, tmp_path / "dist")

    static = workshop.distributions(answers)
    wheel, static_wheel = read_wheel(dist.wheel), read_wheel(static.wheel)
    assert_version(backend, step, wheel.metadata["version"])
    assert wheel.metadata["version"] == sdist_version(dist.sdist)
    assert comparable(static_wheel.metadata) == comparable(
        wheel.metadata | {"version": static_wheel.metadata["version"]}
    )
    assert static_wheel.files == wheel.files
    assert static_wheel.entry_points == wheel.entry_points
    assert sdist_files(static.sdist) == sdist_files(dist.sdist)
    assert pyproject == (project / "pyproject.toml").read_bytes()


@pytest.mark.parametrize("backend", ["hatchling", "pdm_backend"])
def test_uv_sync_follows_git(backend: str, tmp_path: Path, workshop: Workshop) -> None:
    """After every step, `uv sync` succeeds and the command reports the current version."""
    answers: Answers = {"project_name": "My Project", "mode": "app", "versioning": "vcs"}
    project = workshop.copy(answers | {"backend": backend}, tmp_path / "project")
    environment = Environment(project / ".venv")
    for step in STEPS:
        take(project, step)
        run(find_uv_bin(), "sync", "--quiet", "--no-dev", cwd=project)
        tally.count("uv sync")
        printed = environment.run("my-project", "--version").stdout
        assert_version(backend, step, printed.removeprefix("my-project "))


def test_builds_where_git_is_not_installed(tmp_path: Path, workshop: Workshop) -> None:
    """Without git, a repository is built like a folder without one."""
    answers: Answers = {"project_name": "My Project", "versioning": "vcs", "backend": "setuptools"}
    project = workshop.copy(answers, tmp_path / "project")
    take_until(project, "tag")
    options = ("--wheel", "--installer=uv", "--outdir", tmp_path / "dist")
    run(sys.executable, "-m", "build", *options, project, env={"PATH": str(tmp_path / "empty")})
    (wheel,) = (tmp_path / "dist").iterdir()
    assert "0.1.dev0" == read_wheel(wheel).metadata["version"]


def test_poetry_needs_a_repository_or_a_version(tmp_path: Path, workshop: Workshop) -> None:
    """Without a repository, poetry-dynamic-versioning needs the variable that pyproject names."""
    answers: Answers = {"project_name": "My Project", "versioning": "vcs", "backend": "poetry_core"}
    project = workshop.copy(answers, tmp_path / "project")
    variable = "POETRY_DYNAMIC_VERSIONING_BYPASS"
    assert f"fails unless {variable} is set." in (project / "pyproject.toml").read_text("utf-8")
    with pytest.raises(CommandError, match="Unable to detect version control system"):
        build_isolated(project, tmp_path / "failed")
    dist = build_isolated(project, tmp_path / "dist", **{variable: "1.2.3"})
    assert "1.2.3" == read_wheel(dist.wheel).metadata["version"]


@pytest.mark.parametrize("backend", [b for b in WITH_VCS if b != "pdm_backend"])
def test_builds_with_the_lowest_versions(backend: str, tmp_path: Path, workshop: Workshop) -> None:
    """The lowest versions of the build requirements read the tag, too."""
    answers = FULL | {"mode": "app", "backend": backend, "versioning": "vcs"}
    project = workshop.copy(answers, tmp_path / "project")
    take_until(project, "tag")
    dist = build_isolated(project, tmp_path / "dist", UV_RESOLUTION="lowest-direct")
    assert "1.2.3" == read_wheel(dist.wheel).metadata["version"] == sdist_version(dist.sdist)


@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
def test_a_repository_around_it_gives_no_version(
    backend: str, tmp_path: Path, workshop: Workshop
) -> None:
    """Tags of a repository that contains the project's folder are ignored."""
    answers: Answers = {"project_name": "My Project", "versioning": "vcs", "backend": backend}
    project = workshop.copy(answers, tmp_path / "around" / "project")
    take_until(project.parent, "tag")
    wheel = workshop.build_wheel(project, tmp_path / "dist")
    assert "0.1.dev0" == read_wheel(wheel).metadata["version"]


def test_pyproject_is_valid(workshop: Workshop) -> None:
    """pyproject.toml is valid with the settings that read the version from git."""
    projects = [
        workshop.project(FULL | {"mode": "app", "backend": backend, "versioning": "vcs"})
        for backend in WITH_VCS
    ]
    files = [project / "pyproject.toml" for project in projects]
    run(sys.executable, "-m", "validate_pyproject", *files)


@pytest.mark.parametrize("backend", WITHOUT_VCS)
def test_backends_that_cannot_read_git_tags_are_rejected(backend: str, tmp_path: Path) -> None:
    """With a backend that can't read git tags, "vcs" is rejected with one message."""
    answers: Answers = {"project_name": "My Project", "backend": backend, "versioning": "vcs"}
    message = f"'versioning': use static; {backend} can't read git tags"
    with pytest.raises(ValueError, match=message):
        render(tmp_path / "project", answers)
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize("backend", choices("backend"))
def test_a_static_version_is_the_default(backend: str, workshop: Workshop) -> None:
    """A static version is in pyproject.toml, and nothing there mentions git."""
    answers: Answers = {"project_name": "My Project", "backend": backend}
    project = workshop.project(answers)
    pyproject = (project / "pyproject.toml").read_text(encoding="utf-8")
    assert 'version = "0.1.0"\n' in pyproject
    for word in ("dynamic", "vcs", "scm", "cache-keys"):
        assert word not in pyproject


@pytest.mark.parametrize("backend", WITH_VCS)
def test_no_file_has_the_version(backend: str, workshop: Workshop) -> None:
    """If the version comes from git, no file contains it."""
    answers: Answers = {"project_name": "My Project", "backend": backend, "versioning": "vcs"}
    project = workshop.project(answers)
    pyproject = (project / "pyproject.toml").read_text(encoding="utf-8")
    assert 'dynamic = ["version"]\n' in pyproject
    assert "0.1.0" not in pyproject
    assert [] == list(project.rglob("*_version.py"))
    assert "The tag is the version" in (project / "RELEASING.md").read_text(encoding="utf-8")


def test_upper_bounds_are_those_that_documentations_ask_for() -> None:
    """Only poetry-dynamic-versioning has an upper bound, because its documentation asks for it."""
    text = (ROOT / "template" / "data" / "build_backends.yml").read_text(encoding="utf-8")
    requirements = [
        Requirement(requirement)
        for backend in yaml.safe_load(text).values()
        for requirement in backend.get("vcs", {}).get("requires", [])
    ]
    bounded = [r.name for r in requirements if any(s.operator == "<" for s in r.specifier)]
    assert ["poetry-dynamic-versioning"] == bounded
