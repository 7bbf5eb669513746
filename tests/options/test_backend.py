"""Test the build backends."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.build import build_isolated
from harness.artifacts.inspect import comparable, read_wheel, sdist_files
from harness.packagestan.answers import FULL, rendered
from harness.packagestan.template import facts
from harness.processes.commands import run
from harness.rendering.template import Answers

BACKENDS = rendered("backend")

PRIVATE = [
    ".env",
    ".env.local",
    ".coverage",
    ".git-credentials",
    ".idea/workspace.xml",
    ".mypy_cache/cache.json",
    ".pytest_cache/README.md",
    ".ruff_cache/content",
    ".venv/pyvenv.cfg",
    "build/lib/old.py",
    "dist/old.whl",
    "docs/.DS_Store",
    "docs/.env",
    "docs/_build/html/index.html",
    "docs/_build/.doctrees/index.doctree",
    "htmlcov/index.html",
    "site/index.html",
    "src/strasse_friends/.DS_Store",
    "src/strasse_friends/.env",
    "src/strasse_friends/__pycache__/cli.cpython-311.pyc",
    "tests/.env",
    "tests/.pytest_cache/README.md",
    "tests/__pycache__/test_cli.cpython-311.pyc",
]


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_lowest_version_builds_the_same_distributions(
    backend: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A backend's lowest and newest versions build the same wheel, and sdists with the same files."""
    answers = FULL | {"mode": "app", "backend": backend}
    project = artifacts.copy(answers, tmp_path / "project")
    oldest = build_isolated(project, tmp_path / "dist", UV_RESOLUTION="lowest-direct")
    newest = artifacts.distributions(answers)
    assert comparable(read_wheel(newest.wheel).metadata) == comparable(
        read_wheel(oldest.wheel).metadata
    )
    assert read_wheel(newest.wheel).files == read_wheel(oldest.wheel).files
    # Newer versions of uv_build add a copy of the original pyproject.toml.
    files = sdist_files(newest.sdist) - {"pyproject.toml.orig"}
    assert files == sdist_files(oldest.sdist)


def test_upper_bounds_follow_the_documentation() -> None:
    """A backend has an upper bound if, and only if, its choice.json links to the reason."""
    for backend, data in facts("backend").items():
        bounds = [s for s in Requirement(data["requires"]).specifier if s.operator == "<"]
        assert bool(data["upper_bound"]) == bool(bounds), backend


@pytest.mark.slow
@pytest.mark.parametrize("in_git", [False, True], ids=["without-git", "with-git"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_private_files_are_not_packed(
    backend: str, in_git: bool, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """With or without git, distributions contain no secrets, caches, or earlier builds."""
    answers = FULL | {"mode": "app", "backend": backend}
    project = artifacts.copy(answers, tmp_path / "project")
    for name in PRIVATE:
        file = project / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("private", encoding="utf-8")
    if in_git:
        run("git", "init", "--quiet", cwd=project)
        run("git", "add", "--all", cwd=project)
    dist = artifacts.build(project, tmp_path / "dist")
    clean = artifacts.distributions(answers)
    assert sdist_files(clean.sdist) == sdist_files(dist.sdist)
    assert read_wheel(clean.wheel).files == read_wheel(dist.wheel).files


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_surrounding_repository_is_ignored(
    backend: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A surrounding repository's .gitignore doesn't change the files in the wheel."""
    answers = FULL | {"mode": "app", "backend": backend}
    run("git", "init", "--quiet", cwd=tmp_path)
    (tmp_path / ".gitignore").write_text("*.json\nproject/\n", encoding="utf-8")
    project = artifacts.copy(answers, tmp_path / "project")
    wheel = artifacts.build_wheel(project, tmp_path / "dist")
    expected = read_wheel(artifacts.distributions(answers).wheel)
    assert expected.files == read_wheel(wheel).files


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_import_and_distribution_names_may_differ(
    backend: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The wheel contains the package even if its name differs from the distribution name."""
    answers: Answers = {"project_name": "2048-game", "package_name": "game", "backend": backend}
    files = set(read_wheel(artifacts.wheel_from_tree(answers)).files)
    assert "game/__init__.py" in files


@pytest.mark.parametrize("backend", BACKENDS)
def test_direct_references_can_be_built(backend: str, artifacts: ArtifactCache) -> None:
    """A project with a URL dependency can be built, and the wheel's metadata contains the URL."""
    link = "demo @ https://example.com/demo-1.0-py3-none-any.whl"
    answers: Answers = {"project_name": "My Project", "publish": "none"}
    answers |= {"dependencies": [link], "backend": backend}
    requires = read_wheel(artifacts.wheel_from_tree(answers)).metadata["requires_dist"]
    assert "demo" in requires[0]
    assert "https://example.com/demo-1.0-py3-none-any.whl" in requires[0]
