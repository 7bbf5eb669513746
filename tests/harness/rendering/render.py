"""Rendering with Copier, in this process and with its command."""

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import plumbum
import yaml
from jinja2.sandbox import SandboxedEnvironment

from harness.processes.commands import run
from harness.rendering.copier_cache import cached_answers, compile_once
from harness.rendering.copier_internals import Template, Worker, ask_questions, share
from harness.rendering.template import ROOT, Answers


@functools.cache
def snapshot() -> Path:
    """Return a copy of the current template without its repository.

    Copier copies a plain folder unchanged, but clones a repository at its newest tag.
    """
    folder = Path(tempfile.mkdtemp(prefix="packagestan-template-"))
    shutil.copy(ROOT / "copier.yml", folder)
    shutil.copytree(ROOT / "template", folder / "template")
    return folder


@functools.cache
def shared_parts() -> tuple[Template, SandboxedEnvironment]:
    """Return the template and Jinja's environment, which Copier creates for each project.

    The environment compiles each text once. `test_rendering.py` shows that the projects equal
    those of the `copier` command.
    """
    worker = Worker(src_path=str(snapshot()))
    return worker.template, compile_once(worker.jinja_env)


@contextlib.contextmanager
def prepared_worker(destination: Path, answers: Answers) -> Iterator[Worker]:
    """Yield a Copier worker for a project that uses the shared parts."""
    template, environment = shared_parts()
    with (
        # With an empty PATH, Copier doesn't run git, which a plain folder doesn't need.
        plumbum.local.env(PATH=os.devnull),
        cached_answers(),
        Worker(
            src_path=str(snapshot()),
            dst_path=destination,
            data=answers,
            defaults=True,
            quiet=True,
            overwrite=True,
        ) as worker,
    ):
        share(worker, template, environment)
        yield worker


def render(destination: Path, answers: Answers) -> Path:
    """Render a project in this process and return its folder.

    Args:
        destination: The folder to write to. It must be empty or not exist.
        answers: Answers by question. Other questions get their defaults.

    Raises:
        ValueError: Copier rejected an answer.
    """
    with prepared_worker(destination, answers) as worker:
        worker.run_copy()
    return destination


def refusal(answers: Answers) -> str:
    """Return the message with which Copier rejects answers, or "" if it accepts them."""
    with prepared_worker(Path(os.devnull), answers) as worker:
        try:
            ask_questions(worker)
        except ValueError as error:
            return str(error)
    return ""


def asked_worker(answers: Answers) -> Worker:
    """Return a worker that has asked the questions, and writes nothing.

    Raises:
        ValueError: Copier rejected an answer.
    """
    worker = Worker(src_path=str(snapshot()), dst_path=Path("project"), data=answers, defaults=True)
    share(worker, *shared_parts())
    ask_questions(worker)
    return worker


def recorded_answers(project: Path) -> Answers:
    """Return the recorded answers of a project."""
    text = (project / ".copier-answers.yml").read_text(encoding="utf-8")
    return {key: value for key, value in yaml.safe_load(text).items() if key[0] != "_"}


def copier_command(
    *arguments: str | Path,
    answers: Answers | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    exit_code: int | None = 0,
) -> subprocess.CompletedProcess[str]:
    """Run the `copier` command without a terminal and without `--trust`.

    Args:
        arguments: The subcommand and its arguments.
        answers: Answers to pass with `--data`.
        cwd: The folder to run in.
        env: Environment variables to add.
        exit_code: The expected exit code, or None for any.

    Raises:
        CommandError: The command had another exit code.
    """
    data: list[str] = []
    for name, value in (answers or {}).items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        data += ["--data", f"{name}={text}"]
    command = [sys.executable, "-m", "copier", *arguments[:1], *data, *arguments[1:]]
    return run(*command, cwd=cwd, env=env, exit_code=exit_code)
