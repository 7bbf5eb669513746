"""Working on a fresh project: what CONTRIBUTING says succeeds at once."""

import itertools
from pathlib import Path

import pytest
from uv import find_uv_bin

from harness import tally
from harness.answers import FULL, Answers, choices
from harness.commands import run
from harness.install import Environment
from harness.workshop import Workshop

DEFAULTS: Answers = {"project_name": "My Project"}


def check(environment: Environment, project: Path) -> None:
    """Run the tools of CONTRIBUTING's table."""
    environment.run("coverage", "run", "-m", "pytest", cwd=project)
    environment.run("coverage", "report", cwd=project)
    environment.run("ruff", "check", cwd=project)
    environment.run("ruff", "format", "--check", cwd=project)
    environment.run("mypy", cwd=project)


# Each backend once and each mode twice: what an editable installation does differently is the
# backend's, and the tools read the code of the mode.
CHOSEN: list[Answers] = [
    {"mode": mode, "backend": backend}
    for mode, backend in zip(itertools.cycle(choices("mode")), choices("backend"), strict=False)
]


@pytest.mark.parametrize("chosen", CHOSEN, ids=lambda chosen: "-".join(chosen.values()))
def test_uv_sync_gives_a_working_environment(
    chosen: Answers, tmp_path: Path, workshop: Workshop
) -> None:
    """After `uv sync`, the tests, the formatter, the linter and the type checker pass."""
    project = workshop.copy(FULL | chosen, tmp_path / "project")
    run(find_uv_bin(), "sync", "--quiet", cwd=project)
    tally.count("uv sync")
    check(Environment(project / ".venv"), project)


def test_pip_gives_a_working_environment(tmp_path: Path, workshop: Workshop) -> None:
    """After `pip install --editable . --group dev`, the same passes, and a build succeeds."""
    project = workshop.copy(DEFAULTS | {"mode": "app"}, tmp_path / "project")
    environment = Environment.make(project / ".venv")
    environment.install("pip>=25.1")
    pip_install = ("python", "-m", "pip", "install", "--quiet")
    environment.run(*pip_install, "--editable", ".", "--group", "dev", cwd=project)
    tally.count("pip install --editable")
    check(environment, project)
    environment.run("python", "-m", "build", cwd=project)
    files = sorted((project / "dist").iterdir())
    environment.run("twine", "check", "--strict", *files, cwd=project)


@pytest.mark.parametrize("mode", choices("mode"))
def test_editable_installation_follows_the_source(
    mode: str, tmp_path: Path, workshop: Workshop
) -> None:
    """A change in src/ is seen without another installation."""
    project = workshop.copy(DEFAULTS | {"mode": mode}, tmp_path / "project")
    environment = Environment.make(tmp_path / "environment")
    environment.install("--editable", project)
    data = project / "src" / "my_project" / "data" / "greetings.json"
    data.write_text('{"en": "Good morning, {name}!"}\n', encoding="utf-8")
    module = "my_project.__main__" if mode == "script" else "my_project"
    code = f"from {module} import greet; print(greet('Ada'))"
    assert "Good morning, Ada!\n" == environment.run("python", "-c", code).stdout
