"""Render and update projects with Copier in this process.

For each update, Copier clones the template several times, reads its questions, and compiles its
files. Here, this happens only once for each release. `test_update_command.py` checks that the
projects are the same as with the `copier` command.
"""

import atexit
import functools
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any
from unittest import mock

import copier
import plumbum
from jinja2.sandbox import SandboxedEnvironment

from harness.rendering import copier_internals
from harness.rendering.copier_cache import cached_answers, compile_once
from harness.rendering.copier_internals import Template, Worker
from harness.rendering.template import Answers
from harness.updates.releases import IDENTITY, commit, git

MARKER = re.compile(r"^(?:<{7}|>{7}) (?:before|after) updating$", re.MULTILINE)


class SharedTemplate(Template):
    """A release of the template that is cloned only once in this process."""

    def _cleanup(self) -> None:
        """Keep the clone until the process ends."""


@functools.cache
def cloned_template(url: str, ref: str | None, use_prereleases: bool, _refs: str) -> Template:
    """Return the template of a release, cached until the repository's refs change."""
    template = SharedTemplate(url=url, ref=ref, use_prereleases=use_prereleases)
    atexit.register(copier_internals.cleanup, template)
    return template


def shared_template(url: str, ref: str | None = None, use_prereleases: bool = False) -> Template:
    """Return the template of a release. If the repository's refs have changed, clone it again."""
    return cloned_template(url, ref, use_prereleases, git("for-each-ref", cwd=Path(url)))


def clone(url: str, ref: str, location: str) -> str:
    """Clone a release without looking for submodules, for which git runs many processes."""
    git("clone", "--quiet", "--shared", "--no-checkout", url, location, cwd=Path(url))
    git("checkout", "--quiet", ref, cwd=Path(location))
    return location


environments: dict[Path, SandboxedEnvironment] = {}


def shared_environment(worker: Worker) -> SandboxedEnvironment:
    """Return a clone's Jinja environment, which compiles each template only once."""
    folder = worker.template.local_abspath
    if folder not in environments:
        environments[folder] = compile_once(copier_internals.make_environment(worker))
    return environments[folder]


@contextmanager
def sharing() -> Iterator[None]:
    """Make runs of Copier share values that don't change, and hide personal git settings."""
    with (
        copier_internals.replaced(
            template=shared_template,
            clone=clone,
            environment=property(shared_environment),
            # Skip setting executable bits in git's index, because Copier runs git for each file.
            sync_executable_bits=mock.Mock(),
        ),
        cached_answers(),
        plumbum.local.env(**IDENTITY),
    ):
        yield


def start(repository: Path, version: str | None, project: Path, answers: Answers) -> Path:
    """Render a project from a release, commit it, and return its folder.

    Args:
        repository: The repository with the template's releases.
        version: The release, or None for the newest one.
        project: The folder to create.
        answers: Answers by question. Other questions get the default answers.

    Raises:
        ValueError: Copier rejected an answer.
    """
    render(repository, version, project, answers)
    git("init", "--quiet", "--initial-branch=main", cwd=project)
    commit(project, "Start")
    return project


def render(repository: Path, version: str | None, project: Path, answers: Answers) -> Path:
    """Render a project from a release without committing it; see `start`."""
    with sharing():
        copier.run_copy(
            str(repository), project, answers, vcs_ref=version, defaults=True, quiet=True
        )
    return project


def update(project: Path, version: str | None = None, **changed: Any) -> list[str]:
    """Update a project, and return the files with conflicts.

    Args:
        project: The project's folder, without uncommitted changes.
        version: The release to update to, or None for the newest one.
        changed: The answers to change.

    Raises:
        ValueError: Copier rejected an answer.
        copier.errors.UserMessageError: Copier rejected the update.
    """
    operate("update", project, changed, vcs_ref=version)
    return conflicts(project)


def operate(operation: str, project: Path, answers: Answers, **options: Any) -> str:
    """Update or recopy a project as `copier OPERATION --defaults --skip-answered` would.

    Args:
        operation: "update" or "recopy".
        project: The project's folder.
        answers: The answers from `--data` and `--data-file`.
        options: Arguments for `copier.run_update` or `copier.run_recopy`.

    Returns:
        Copier's output on stderr.

    Raises:
        ValueError: Copier rejected an answer.
        copier.errors.UserMessageError: Copier rejected the operation.
    """
    run = {"update": copier.run_update, "recopy": copier.run_recopy}[operation]
    with sharing(), redirect_stderr(io.StringIO()) as said:
        run(project, answers, defaults=True, skip_answered=True, overwrite=True, **options)
    return said.getvalue()


def conflicts(project: Path) -> list[str]:
    """Return the files with conflict markers, and the `.rej` files with rejected changes."""
    listed = git("ls-files", "-z", "--cached", "--others", cwd=project).split("\0")
    return sorted(
        {
            name
            for name in listed
            if name
            and (project / name).is_file()
            and (name.endswith(".rej") or MARKER.search((project / name).read_text("utf-8")))
        }
    )


def resolve(project: Path, side: str) -> None:
    """Resolve all conflicts in favor of a side: "ours" (the user) or "theirs" (the template)."""
    if names := conflicts(project):
        git("checkout", f"--{side}", "--", *names, cwd=project)


def status(project: Path) -> list[str]:
    """Return the lines that `git status --porcelain` prints, one for each uncommitted change."""
    return git("status", "--porcelain", "--untracked-files=all", cwd=project).splitlines()
