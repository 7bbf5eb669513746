"""Run git in projects, and run other commands with an active environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess

from harness.artifacts.install import Environment
from harness.processes.commands import run

# Environment variables that set the commit author and hide personal git settings.
GIT = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(project: Path, *arguments: str, exit_code: int | None = 0) -> str:
    """Run git in a project, and return its output without the last newline.

    Args:
        project: The folder to run in.
        arguments: The subcommand and its arguments.
        exit_code: The expected exit code, or None to accept any.

    Raises:
        CommandError: git ended with a different exit code.
    """
    finished = run("git", *arguments, cwd=project, env=GIT, exit_code=exit_code)
    return finished.stdout.removesuffix("\n")


def commit(project: Path, *tags: str) -> None:
    """Commit all of a project's files, and tag the commit. Create the repository if necessary."""
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message=Work")
    for tag in tags:
        git(project, "tag", tag)


def active(environment: Environment) -> dict[str, str]:
    """Return variables that activate an environment and hide personal git settings."""
    return GIT | {
        "PATH": f"{environment.bin}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(environment.bin.parent),
        "NO_COLOR": "1",
    }


def call(
    environment: Environment,
    project: Path,
    *command: str,
    typed: str = "",
    env: Mapping[str, str] | None = None,
    exit_code: int | None = 0,
) -> CompletedProcess[str]:
    """Activate an environment, and run a command in a project.

    Args:
        environment: The environment.
        project: The folder to run in.
        command: The program and its arguments.
        typed: The command's stdin.
        env: Environment variables to add.
        exit_code: The expected exit code, or None to accept any.

    Raises:
        CommandError: The command ended with a different exit code.
    """
    script = 'typed=$1; shift; printf "%s" "$typed" | "$@"'
    return run(
        *("bash", "-c", script, "bash", typed, *command),
        cwd=project,
        env=active(environment) | dict(env or {}),
        exit_code=exit_code,
    )
