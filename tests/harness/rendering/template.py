"""Render a Copier template under test in this process."""

import contextlib
import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plumbum
from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment

from harness.rendering import copier_internals
from harness.rendering.copier_cache import cached_answers, compile_once
from harness.rendering.copier_internals import Worker, ask_questions, share

Answers = dict[str, Any]


class Template:
    """A Copier template.

    Attributes:
        root: The folder with `copier.yml`.
        parts: The files and folders in `root` that Copier reads.
    """

    def __init__(self, root: Path, *parts: str) -> None:
        """Use the template in a folder. The folder may be a repository with other files."""
        self.root = root
        self.parts = parts
        self.copies: list[tempfile.TemporaryDirectory[str]] = []

    def files(self) -> list[Path]:
        """Return the sorted paths of all files that Copier reads."""
        found = [
            path
            for part in self.parts
            for path in [self.root / part, *(self.root / part).rglob("*")]
        ]
        return sorted(path for path in found if path.is_file() and path.suffix != ".pyc")

    @functools.cache  # noqa: B019 the cache lives as long as the tests
    def questions(self) -> dict[str, dict[str, Any]]:
        """Return all questions by name, in the order in which Copier processes them."""
        return copier_internals.read_questions(self.root / "copier.yml")

    @functools.cache  # noqa: B019
    def environment(self) -> SandboxedEnvironment:
        """Return a sandboxed Jinja environment with the extra filters that Copier uses."""
        return SandboxedEnvironment(
            loader=FileSystemLoader(self.root),
            extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
            keep_trailing_newline=True,
        )

    @functools.cache  # noqa: B019
    def snapshot(self) -> Path:
        """Return a folder that contains the template but isn't a repository.

        Copier uses a plain folder as is, but clones a repository at its newest tag. If the template
        is in a repository, return a copy, which is deleted when the process ends.
        """
        if not (self.root / ".git").exists():
            return self.root
        self.copies.append(tempfile.TemporaryDirectory(prefix="template-"))
        folder = Path(self.copies[-1].name)
        for file in self.files():
            copy = folder / file.relative_to(self.root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
        return folder

    @functools.cache  # noqa: B019
    def shared_parts(self) -> tuple[copier_internals.Template, SandboxedEnvironment]:
        """Return Copier's template object and a Jinja environment that projects can share.

        Copier would create both for each project. The environment compiles each template only once.
        `test_rendering.py` checks that the projects are the same as with the `copier` command.
        """
        worker = Worker(src_path=str(self.snapshot()))
        return worker.template, compile_once(worker.jinja_env)

    @contextlib.contextmanager
    def prepared_worker(self, destination: Path, answers: Answers) -> Iterator[Worker]:
        """Yield a Copier worker that uses the shared parts to render a project."""
        template, environment = self.shared_parts()
        with (
            # Hide git from Copier, which would otherwise run it unnecessarily for a plain folder.
            plumbum.local.env(PATH=os.devnull),
            cached_answers(),
            Worker(
                src_path=str(self.snapshot()),
                dst_path=destination,
                data=answers,
                defaults=True,
                quiet=True,
                overwrite=True,
            ) as worker,
        ):
            share(worker, template, environment)
            yield worker

    def render(self, destination: Path, answers: Answers) -> Path:
        """Render a project in this process, and return its folder.

        Args:
            destination: The folder to write to. It must be empty or not exist yet.
            answers: Answers by question. Other questions get their default answers.

        Raises:
            ValueError: Copier rejected an answer.
        """
        with self.prepared_worker(destination, answers) as worker:
            worker.run_copy()
        return destination

    def refusal(self, answers: Answers) -> str:
        """Return Copier's message if it rejects answers, or "" if it accepts them."""
        with self.prepared_worker(Path(os.devnull), answers) as worker:
            try:
                ask_questions(worker)
            except ValueError as error:
                return str(error)
        return ""

    def asked_worker(self, answers: Answers) -> Worker:
        """Return a worker that has processed the questions but hasn't written any files.

        Raises:
            ValueError: Copier rejected an answer.
        """
        worker = Worker(
            src_path=str(self.snapshot()), dst_path=Path("project"), data=answers, defaults=True
        )
        share(worker, *self.shared_parts())
        ask_questions(worker)
        return worker
