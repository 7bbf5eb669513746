"""Copier's own code without what it works out again though it can't have changed.

Copier puts the answers together for every path and every text that it renders. While it asks, they
grow; while it writes the files, they stand still. What a YAML text says never changes.
`test_rendering.py` and `test_update_command.py`
show that the projects are the same as those of the command.
"""

import functools
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from copier import _user_data
from copier._main import Worker
from copier._user_data import DEFAULT_DATA, AnswersMap
from jinja2.sandbox import SandboxedEnvironment

render_template = Worker._render_template
render_context = Worker._render_context
answers_path = vars(Worker)["answers_relpath"].fget


def combined(answers: AnswersMap) -> dict[str, Any]:
    """Return what `dict(ChainMap(...))` of all answers is, which takes ten times as long."""
    return {
        **DEFAULT_DATA,
        "_external_data": answers.external,
        **answers.user_defaults,
        **answers.last,
        **answers.metadata,
        **answers.init,
        **answers.user,
    }


def render_template_steadily(worker: Worker) -> None:
    """Write the files of a project, for which the context is put together once."""
    vars(worker)["steady"] = (answers_path(worker), render_context(worker))
    try:
        render_template(worker)
    finally:
        del vars(worker)["steady"]


def steady_context(worker: Worker) -> dict[str, Any]:
    """Return the context in which a text is rendered, for the text alone."""
    steady = vars(worker).get("steady")
    return dict(steady[1] if steady else render_context(worker))


def steady_answers_path(worker: Worker) -> Path:
    """Return where the answers file is."""
    steady = vars(worker).get("steady")
    return Path(steady[0] if steady else answers_path(worker))


@functools.cache
def parsed(text: str) -> bytes:
    """Return what a YAML text says, pickled, so that nobody changes it for others."""
    return pickle.dumps(parse_yaml(text))


parse_yaml = _user_data.parse_yaml_string


def parse_once(text: str) -> Any:
    """Parse a YAML text; the same text is parsed once."""
    return pickle.loads(parsed(text))


def compile_once(environment: SandboxedEnvironment) -> SandboxedEnvironment:
    """Let an environment compile each text once, and not look again whether a file has changed."""
    vars(environment)["from_string"] = functools.cache(environment.from_string)
    environment.auto_reload = False
    return environment


@contextmanager
def steady() -> Iterator[None]:
    """Let Copier put the answers of a project together once for all of its files."""
    with (
        mock.patch.object(AnswersMap, "combined", property(combined)),
        mock.patch.object(Worker, "_render_template", render_template_steadily),
        mock.patch.object(Worker, "_render_context", steady_context),
        mock.patch.object(Worker, "answers_relpath", property(steady_answers_path)),
        mock.patch.object(_user_data, "parse_yaml_string", parse_once),
    ):
        yield
