"""Working on a fresh project: what CONTRIBUTING says succeeds at once."""

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


# Each mode once, for the tools read its code, with a backend that the next test has not.
CHOSEN: list[Answers] = [
    {"mode": mode, "backend": backend}
    for mode, backend in zip(choices("mode"), choices("backend")[1::2], strict=True)
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


@pytest.mark.parametrize(
    ("mode", "backend"), list(zip(choices("mode"), choices("backend")[::2], strict=True))
)
def test_editable_installation_follows_the_source(
    mode: str, backend: str, tmp_path: Path, workshop: Workshop
) -> None:
    """A change in src/ is seen without another installation."""
    chosen = {"mode": mode, "backend": backend}
    project = workshop.copy(DEFAULTS | chosen, tmp_path / "project")
    environment = Environment.make(tmp_path / "environment")
    environment.install("--editable", project)
    data = project / "src" / "my_project" / "data" / "greetings.json"
    data.write_text('{"en": "Good morning, {name}!"}\n', encoding="utf-8")
    module = "my_project.__main__" if mode == "script" else "my_project"
    code = f"from {module} import greet; print(greet('Ada'))"
    assert "Good morning, Ada!\n" == environment.run("python", "-c", code).stdout
