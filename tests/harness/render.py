"""Rendering by Copier, in this process and by its command."""

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
from copier._main import Worker
from copier._template import Template
from jinja2.sandbox import SandboxedEnvironment

from . import tally
from .answers import Answers
from .commands import run
from .steady import compile_once, steady
from .template import ROOT


@functools.cache
def snapshot() -> Path:
    """Return a copy of the template as it is now, without its repository.

    Copier copies a plain folder as it stands, and clones a repository at its newest tag.
    """
    folder = Path(tempfile.mkdtemp(prefix="packagestan-template-"))
    shutil.copy(ROOT / "copier.yml", folder)
    shutil.copytree(ROOT / "template", folder / "template")
    return folder


@functools.cache
def shared_parts() -> tuple[Template, SandboxedEnvironment]:
    """Return what Copier would make anew for each project: the template and Jinja's environment.

    The environment compiles each text once. `test_copier_command.py` shows that the projects are
    the same as those of the command.
    """
    worker = Worker(src_path=str(snapshot()))
    return worker.template, compile_once(worker.jinja_env)


@contextlib.contextmanager
def prepared_worker(destination: Path, answers: Answers) -> Iterator[Worker]:
    """Yield Copier's worker for a project, with the shared parts."""
    template, environment = shared_parts()
    with (
        # Without git, Copier asks it nothing; a plain folder has no use for it.
        plumbum.local.env(PATH=os.devnull),
        steady(),
        Worker(
            src_path=str(snapshot()),
            dst_path=destination,
            data=answers,
            defaults=True,
            quiet=True,
            overwrite=True,
        ) as worker,
    ):
        worker.__dict__ |= {"template": template, "jinja_env": environment}
        yield worker


def render(destination: Path, answers: Answers) -> Path:
    """Render a project in this process and return its folder.

    Args:
        destination: The folder to write; it must not exist or be empty.
        answers: Answers by question; the others take their defaults.

    Raises:
        ValueError: Copier refused an answer.
    """
    with prepared_worker(destination, answers) as worker:
        worker.run_copy()
    tally.count("rendered")
    return destination


def refusal(answers: Answers) -> str:
    """Return why Copier refuses some answers; an empty text if it takes them."""
    with prepared_worker(Path(os.devnull), answers) as worker:
        try:
            worker._ask()
        except ValueError as error:
            return str(error)
    return ""


def recorded_answers(project: Path) -> Answers:
    """Read the answers that a project was rendered with."""
    text = (project / ".copier-answers.yml").read_text(encoding="utf-8")
    return {key: value for key, value in yaml.safe_load(text).items() if key[0] != "_"}


def copier_command(
    *arguments: str | Path,
    answers: Answers | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    exit_code: int | None = 0,
) -> subprocess.CompletedProcess[str]:
    """Run the `copier` command, without terminal and without `--trust`.

    Args:
        arguments: The subcommand and its arguments.
        answers: Answers to hand over by `--data`.
        cwd: The folder to run in.
        env: Variables to add to those of this process.
        exit_code: What the command must end with; None for anything.

    Raises:
        CommandError: The command ended with another exit code.
    """
    data: list[str] = []
    for name, value in (answers or {}).items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        data += ["--data", f"{name}={text}"]
    command = [sys.executable, "-m", "copier", *arguments[:1], *data, *arguments[1:]]
    return run(*command, cwd=cwd, env=env, exit_code=exit_code)
