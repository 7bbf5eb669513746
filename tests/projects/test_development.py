"""Test the message after copying, and the environments of new projects."""

import re
import shutil
from pathlib import Path

import pytest
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.install import Environment
from harness.artifacts.repository import GIT
from harness.packagestan.answers import FULL, choices
from harness.packagestan.template import ROOT
from harness.processes.commands import run
from harness.rendering.render import copier_command, recorded_answers
from harness.rendering.template import Answers

pytestmark = pytest.mark.slow

DEFAULTS: Answers = {"project_name": "My Project"}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Return a plain folder with the current template."""
    folder = tmp_path / "template"
    folder.mkdir()
    shutil.copy(ROOT / "copier.yml", folder)
    shutil.copytree(ROOT / "template", folder / "template")
    return folder


def commit(template: Path) -> None:
    """Convert a template folder to a repository with a release."""
    run("git", "init", "--quiet", cwd=template)
    run("git", "add", "--all", cwd=template)
    run("git", "commit", "--quiet", "--message=Release", cwd=template, env=GIT)
    run("git", "tag", "1.0.0", cwd=template)


@pytest.mark.parametrize("environments", [["uv"], ["uv", "pip"], ["pip"], []], ids=str)
def test_message_fits_in_80_columns(
    environments: list[str], template: Path, tmp_path: Path
) -> None:
    """The message's lines have at most 80 characters, not counting the parent folder's path."""
    project = tmp_path / "project"
    answers = DEFAULTS | {"environments": environments, "github_user": "ada"}
    message = copier_command("copy", "--defaults", template, project, answers=answers).stderr
    message = message[message.index("My Project is ready") :]
    assert not [line for line in message.replace(str(tmp_path), "").splitlines() if len(line) > 80]


def test_message_explains_a_copy_from_a_plain_folder(template: Path, tmp_path: Path) -> None:
    """After a copy from a plain folder, the message says to copy from a repository instead."""
    project = tmp_path / "project"
    message = copier_command("copy", "--defaults", template, project, answers=DEFAULTS).stderr
    assert "copy it again from a git\nrepository, not from a downloaded archive" in message


def test_message_explains_dubious_ownership(template: Path, tmp_path: Path) -> None:
    """If git doesn't trust the template's owner, the message contains a working remedy."""
    commit(template)
    project = tmp_path / "project"
    # Git provides this variable for tests.
    settings = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "GIT_CONFIG_GLOBAL": f"{tmp_path}/settings"}
    copied = copier_command("copy", "--defaults", template, project, answers=DEFAULTS, env=settings)
    assert "_commit" not in recorded_answers(project)
    remedy = re.search(r"git config --global --add safe.directory \S+", copied.stderr)
    assert remedy
    run(*remedy[0].split(), env=settings)
    run("git", "rev-parse", "HEAD", cwd=template, env=settings)


def check(environment: Environment, project: Path) -> None:
    """Run the tests, the linter, the formatter's check, and the type checker in a project."""
    environment.run("pytest", "--cov", cwd=project)
    environment.run("ruff", "check", cwd=project)
    environment.run("ruff", "format", "--check", cwd=project)
    environment.run("mypy", cwd=project)


# Test each mode once, because the tools check the mode's code. Use backends that the next test
# doesn't use.
CHOSEN: list[Answers] = [
    {"mode": mode, "backend": backend}
    for mode, backend in zip(choices("mode"), choices("backend")[1::2], strict=True)
]


@pytest.mark.parametrize("chosen", CHOSEN, ids=lambda chosen: "-".join(chosen.values()))
def test_uv_sync_creates_a_working_environment(
    chosen: Answers, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """After `uv sync`, the tests and the checks by Ruff and mypy pass."""
    project = artifacts.copy(FULL | chosen, tmp_path / "project")
    run(find_uv_bin(), "sync", "--quiet", cwd=project)
    check(Environment(project / ".venv"), project)


@pytest.mark.parametrize(
    ("mode", "backend"), list(zip(choices("mode"), choices("backend")[::2], strict=True))
)
def test_editable_installation_follows_the_source(
    mode: str, backend: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A change to package data in src/ takes effect without reinstalling the project."""
    chosen = {"mode": mode, "backend": backend, "package_data": True}
    project = artifacts.copy(DEFAULTS | chosen, tmp_path / "project")
    environment = Environment.make(tmp_path / "environment")
    environment.install("--editable", project)
    data = project / "src" / "my_project" / "data" / "greetings.json"
    data.write_text('{"en": "Good morning, {name}!"}\n', encoding="utf-8")
    module = "my_project.__main__" if mode == "script" else "my_project"
    code = f"from {module} import greet; print(greet('Ada'))"
    assert "Good morning, Ada!\n" == environment.run("python", "-c", code).stdout


def test_poetry_locks_a_project_with_extras(tmp_path: Path, artifacts: ArtifactCache) -> None:
    """Poetry can lock a project with poetry_core and an "all" extra that combines the others."""
    # Without dependencies, Poetry downloads nothing.
    chosen: Answers = {"backend": "poetry_core", "extras": {"colors": []}}
    project = artifacts.copy(DEFAULTS | chosen, tmp_path / "project")
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^\[dependency-groups\]\n.*?^(?=\[)", "", text)
    pyproject.write_text(text, encoding="utf-8")
    poetry = Environment.make(tmp_path / "environment")
    poetry.install("poetry>=2.2")
    settings = {"POETRY_CACHE_DIR": f"{tmp_path}/cache", "POETRY_VIRTUALENVS_CREATE": "false"}
    poetry.run("poetry", "lock", "--no-interaction", cwd=project, env=settings)
    assert "[extras]\nall = []\ncolors = []" in (project / "poetry.lock").read_text(
        encoding="utf-8"
    )
