"""Run programs, and check their exit codes."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path


class CommandError(AssertionError):
    """A command ended with an unexpected exit code, or a request to a fork server failed."""


def run(
    *command: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    exit_code: int | None = 0,
) -> subprocess.CompletedProcess[str]:
    """Run a command without input, and return its exit code and output.

    Args:
        command: The program and its arguments.
        cwd: The folder to run in.
        env: Environment variables to add.
        exit_code: The expected exit code, or None to accept any.

    Raises:
        CommandError: The command ended with a different exit code.
        subprocess.TimeoutExpired: The command didn't end within five minutes.
    """
    finished = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | dict(env or {}),
        capture_output=True,
        check=False,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
    if exit_code is not None and finished.returncode != exit_code:
        raise CommandError(
            f"{shlex.join(map(str, command))}\n"
            f"ended with {finished.returncode}, not {exit_code}\n"
            f"{finished.stdout}\n{finished.stderr}"
        )
    return finished


def installed_browser() -> str | None:
    """Return the path of Chromium or Chrome, or None if neither is installed."""
    return next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
