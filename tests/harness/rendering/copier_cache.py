"""Speed up Copier by caching values that cannot change within a run.

Copier merges the answers for every path and every text that it renders. They only change while it
asks, not while it writes the files. The value of a YAML text never changes. `test_rendering.py` and
`test_update_command.py` show that the projects equal those of the command.
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
    """Return all answers, merged ten times as fast as by `dict(ChainMap(...))`."""
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
    """Write the files of a project with a context that is merged once."""
    vars(worker)["steady"] = (answers_path(worker), render_context(worker))
    try:
        render_template(worker)
    finally:
        del vars(worker)["steady"]


def steady_context(worker: Worker) -> dict[str, Any]:
    """Return a copy of the context in which a text is rendered."""
    steady = vars(worker).get("steady")
    return dict(steady[1] if steady else render_context(worker))


def steady_answers_path(worker: Worker) -> Path:
    """Return the path of the answers file."""
    steady = vars(worker).get("steady")
    return Path(steady[0] if steady else answers_path(worker))


@functools.cache
def parsed(text: str) -> bytes:
    """Return the pickled value of a YAML text. Each caller gets its own copy."""
    return pickle.dumps(parse_yaml(text))


parse_yaml = _user_data.parse_yaml_string


def parse_once(text: str) -> Any:
    """Return the value of a YAML text. The same text is only parsed once."""
    return pickle.loads(parsed(text))


def compile_once(environment: SandboxedEnvironment) -> SandboxedEnvironment:
    """Let an environment compile each text once and not check whether files have changed."""
    vars(environment)["from_string"] = functools.cache(environment.from_string)
    environment.auto_reload = False
    return environment


@contextmanager
def steady() -> Iterator[None]:
    """Let Copier merge the answers of a project once for all of its files."""
    with (
        mock.patch.object(AnswersMap, "combined", property(combined)),
        mock.patch.object(Worker, "_render_template", render_template_steadily),
        mock.patch.object(Worker, "_render_context", steady_context),
        mock.patch.object(Worker, "answers_relpath", property(steady_answers_path)),
        mock.patch.object(_user_data, "parse_yaml_string", parse_once),
    ):
        yield
