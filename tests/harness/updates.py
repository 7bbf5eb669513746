"""Projects under git that are rendered from releases and updated, by Copier in this process.

Copier would clone the template several times for each update, read its questions anew and compile
each of its texts anew; here that happens once for each release. `test_update_command.py` shows
that the projects are the same as those of the command.
"""

import atexit
import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import copier
import plumbum
from copier import _main, _subproject
from copier._template import Template
from jinja2.sandbox import SandboxedEnvironment

from . import tally
from .answers import Answers
from .releases import IDENTITY, commit, git
from .steady import compile_once, steady

MARKER = re.compile(r"^(?:<{7}|>{7}) (?:before|after) updating$", re.MULTILINE)


class SharedTemplate(Template):
    """A release's template, of which one clone serves all of this process."""

    def _cleanup(self) -> None:
        """Keep the clone until the process ends."""


@functools.cache
def shared_template(url: str, ref: str | None = None, use_prereleases: bool = False) -> Template:
    """Return the template of a release; releases don't change."""
    template = SharedTemplate(url=url, ref=ref, use_prereleases=use_prereleases)
    atexit.register(Template._cleanup, template)
    return template


environments: dict[Path, SandboxedEnvironment] = {}
make_environment = vars(_main.Worker)["jinja_env"].func


def shared_environment(worker: _main.Worker) -> SandboxedEnvironment:
    """Return the Jinja environment of a clone, which compiles each text once."""
    folder = worker.template.local_abspath
    if folder not in environments:
        environments[folder] = compile_once(make_environment(worker))
    return environments[folder]


@contextmanager
def sharing() -> Iterator[None]:
    """Share between Copier's runs what is the same in all of them."""
    with (
        mock.patch.object(_main, "Template", shared_template),
        mock.patch.object(_subproject, "Template", shared_template),
        mock.patch.object(_main.Worker, "jinja_env", property(shared_environment)),
        # It asks git once for each file whether the file system knows permissions.
        mock.patch.object(_main.Worker, "_sync_git_index_executable_bit"),
        steady(),
        plumbum.local.env(**IDENTITY),
    ):
        yield


def start(repository: Path, version: str | None, project: Path, answers: Answers) -> Path:
    """Render a project from a release and commit it.

    Args:
        repository: The template's releases, which don't change.
        version: The release; None for the newest.
        project: The folder to write.
        answers: Answers by question; the others take their defaults.

    Raises:
        ValueError: Copier refused an answer.
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
    tally.count("rendered")
    return project


def update(project: Path, version: str | None = None, **changed: Any) -> list[str]:
    """Update a project and return the files that hold a conflict.

    Args:
        project: The project's folder, all of it committed.
        version: The release to update to; None for the newest.
        changed: The answers to change.

    Raises:
        ValueError: Copier refused an answer.
        copier.errors.UserMessageError: Copier refused to update.
    """
    with sharing():
        copier.run_update(
            project,
            changed,
            vcs_ref=version,
            defaults=True,
            skip_answered=True,
            overwrite=True,
            quiet=True,
        )
    tally.count("updates")
    return conflicts(project)


def conflicts(project: Path) -> list[str]:
    """Return the files that hold conflict markers, and those that hold rejected changes."""
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


def status(project: Path) -> list[str]:
    """Return what git says has changed since the last commit, one line a file."""
    return git("status", "--porcelain", "--untracked-files=all", cwd=project).splitlines()
