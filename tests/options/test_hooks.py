"""What the git hooks promise, with prek and with pre-commit."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.answers import FULL, Answers, choices
from harness.commands import run
from harness.repository import GIT
from harness.workshop import Workshop

BASE: Answers = {"project_name": "My Project"}
FILE = ".pre-commit-config.yaml"
RUNNERS = ["prek", "pre-commit"]
# What a hook must not let through: the file, its text and the hook's name.
REFUSED = {
    "reject": ("pyproject.toml.rej", "--- pyproject.toml\n", "no leftovers of an update"),
    "conflict": ("notes.md", "<<<<<<< before\na\n=======\nb\n>>>>>>> after\n", "no conflict"),
    "space": ("notes.txt", "a \n", "no spaces"),
    "newline": ("notes.md", "a", "one newline"),
    "mistake": ("src/my_project/more.py", '"""More."""\n\nimport os\n', "ruff check"),
    "format": ("src/my_project/more.py", '"""More."""\n\nMORE = [1,2]\n', "ruff format"),
    "type": ("src/my_project/more.py", '"""More."""\n\nMORE: int = ""\n', "mypy"),
}

Hooks = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def hooks(tmp_path: Path, workshop: Workshop) -> Hooks:
    """Run a program in the active environment, with an empty home and without a network."""
    script = FULL | {"mode": "script"}
    groups = ("--group", "test", "--group", "lint", "pre-commit")
    environment = workshop.environment("hooks", script, *groups)
    nowhere = "http://127.0.0.1:9"
    variables = GIT | {
        "PATH": f"{environment.bin}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PREK_HOME": str(tmp_path / "prek"),
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "PIP_INDEX_URL": nowhere,
        "UV_INDEX_URL": nowhere,
    }

    def run_active(
        *command: str, cwd: Path, exit_code: int | None = 0
    ) -> subprocess.CompletedProcess[str]:
        return run(*command, cwd=cwd, env=variables, exit_code=exit_code)

    return run_active


def committed(project: Path, hooks: Hooks) -> Path:
    """Commit a project's files and return its folder."""
    hooks("git", "init", "--quiet", cwd=project)
    hooks("git", "add", "--all", cwd=project)
    hooks("git", "commit", "--quiet", "--message=Start", cwd=project)
    return project


@pytest.mark.parametrize("mode", choices("mode"))
@pytest.mark.parametrize("runner", RUNNERS)
def test_a_new_project_passes(
    runner: str, mode: str, hooks: Hooks, tmp_path: Path, workshop: Workshop
) -> None:
    """The hooks pass on every file of a new project and change none."""
    project = committed(workshop.copy(FULL | {"mode": mode}, tmp_path / "project"), hooks)
    hooks(runner, "validate-config", FILE, cwd=project)
    hooks(runner, "run", "--all-files", cwd=project)
    assert "" == hooks("git", "status", "--porcelain", cwd=project).stdout


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_commit_with_mistakes_is_refused(
    runner: str, hooks: Hooks, tmp_path: Path, workshop: Workshop
) -> None:
    """Each hook that a runner has installed refuses what it is there for."""
    project = committed(workshop.copy(BASE, tmp_path / "project"), hooks)
    hooks(runner, "install", cwd=project)
    for name, text, hook in REFUSED.values():
        (project / name).write_text(text, encoding="utf-8")
        hooks("git", "add", "--all", cwd=project)
        refused = hooks("git", "commit", "--message=More", cwd=project, exit_code=1)
        failed = [
            line
            for line in (refused.stdout + refused.stderr).splitlines()
            if line.endswith("Failed") and line.startswith(hook)
        ]
        assert 1 == len(failed), refused
        hooks("git", "rm", "--quiet", "--force", name, cwd=project)


def test_a_line_of_equals_signs_is_no_conflict(
    hooks: Hooks, tmp_path: Path, workshop: Workshop
) -> None:
    """A heading that is underlined by seven equals signs is let through."""
    project = committed(workshop.copy(BASE, tmp_path / "project"), hooks)
    (project / "notes.md").write_text("Heading\n=======\n", encoding="utf-8")
    hooks("git", "add", "--all", cwd=project)
    hooks("prek", "run", cwd=project)


@pytest.mark.parametrize("license_", choices("license"))
def test_licences_are_left_as_they_are(
    license_: str, hooks: Hooks, tmp_path: Path, workshop: Workshop
) -> None:
    """No hook changes the text of a licence."""
    project = workshop.copy(BASE | {"license": license_}, tmp_path / "project")
    hooks("trailing-whitespace-fixer", "LICENSE", cwd=project)
    hooks("end-of-file-fixer", "LICENSE", cwd=project)


@pytest.mark.parametrize("chosen", choices("hooks"))
def test_only_on_request(chosen: bool, workshop: Workshop) -> None:
    """Without hooks, there is no configuration, no tool and no word of them."""
    project = workshop.project(BASE | {"hooks": chosen})
    assert chosen == (project / FILE).is_file()
    for name in ("pyproject.toml", "CONTRIBUTING.md"):
        text = (project / name).read_text(encoding="utf-8")
        assert [chosen] * 2 == ["prek" in text, "pre-commit" in text], name
