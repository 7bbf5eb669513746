"""Run the `copier` command, and read the answers that it records."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from harness.processes.commands import run
from harness.rendering import copier_program
from harness.rendering.template import Answers


def recorded_answers(project: Path) -> Answers:
    """Return the answers that a project records, without Copier's own entries."""
    text = (project / ".copier-answers.yml").read_text(encoding="utf-8")
    return {key: value for key, value in yaml.safe_load(text).items() if key[0] != "_"}


def copier_command(
    *arguments: str | Path,
    answers: Answers | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    exit_code: int | None = 0,
    plain: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run the `copier` command without a terminal and without `--trust`.

    Args:
        arguments: The subcommand and its arguments.
        answers: Answers to pass with `--data`.
        cwd: The folder to run in.
        env: Environment variables to add.
        exit_code: The expected exit code, or None to accept any.
        plain: Whether to disable the caches that the tests use.

    Raises:
        CommandError: The command ended with a different exit code.
    """
    data: list[str] = []
    for name, value in (answers or {}).items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        data += ["--data", f"{name}={text}"]
    has_cache = copier_program.VARIABLE in os.environ and not plain
    program = [copier_program.__file__] if has_cache else ["-m", "copier"]
    command = [sys.executable, *program, *arguments[:1], *data, *arguments[1:]]
    return run(*command, cwd=cwd, env=env, exit_code=exit_code)
