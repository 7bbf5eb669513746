"""Speed up Copier by caching values that cannot change within a run.

Copier merges the answers for every path and every text that it renders. They only change while it
asks, not while it writes the files. A YAML string always parses to the same value. `test_rendering.py` and
`test_update_command.py` show that the results equal those of the `copier` command.
"""

import functools
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2.sandbox import SandboxedEnvironment

from harness.rendering import copier_internals
from harness.rendering.copier_internals import Worker


def render_template(worker: Worker) -> None:
    """Write the files of a project, and merge the context only once."""
    context = copier_internals.render_context(worker)
    vars(worker)["cached"] = (copier_internals.answers_path(worker), context)
    try:
        copier_internals.render_template(worker)
    finally:
        del vars(worker)["cached"]


def render_context(worker: Worker) -> dict[str, Any]:
    """Return a copy of the context for rendering a text."""
    cached = vars(worker).get("cached")
    return dict(cached[1] if cached else copier_internals.render_context(worker))


def answers_path(worker: Worker) -> Path:
    """Return the path of the answers file."""
    cached = vars(worker).get("cached")
    return Path(cached[0] if cached else copier_internals.answers_path(worker))


@functools.cache
def pickled_value(text: str) -> bytes:
    """Return the pickled value of a YAML text. Each caller gets its own copy."""
    return pickle.dumps(copier_internals.parse_yaml(text))


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML text. The same text is only parsed once."""
    return pickle.loads(pickled_value(text))


# The compiled code of each text, by the settings of the environments that compiled it.
compiled: dict[tuple[object, ...], CodeType] = {}


def compile_once(environment: SandboxedEnvironment) -> SandboxedEnvironment:
    """Let an environment compile each text and parse each YAML text once.

    Environments with the same settings share the code, because releases have most texts in common.
    The environment doesn't check whether files have changed.
    """
    compile_text = environment.compile
    settings = (environment.lexer, environment.optimized, *environment.extensions)

    def compile_shared(
        source: str, name: str | None = None, filename: str | None = None
    ) -> CodeType:
        key = (*settings, source, name)
        if key not in compiled:
            compiled[key] = compile_text(source, name, filename)
        return compiled[key]

    from_yaml = environment.filters["from_yaml"]
    environment.filters["from_yaml"] = lambda data: (
        parse_yaml(data) if isinstance(data, str) else from_yaml(data)
    )
    vars(environment)["compile"] = compile_shared
    vars(environment)["from_string"] = functools.cache(environment.from_string)
    environment.auto_reload = False
    return environment


@contextmanager
def cached_answers() -> Iterator[None]:
    """Let Copier merge the answers of a project once for all of its files."""
    with copier_internals.replaced(
        merged_answers=property(copier_internals.merge_answers),
        render_template=render_template,
        render_context=render_context,
        answers_path=property(answers_path),
        parse_yaml=parse_yaml,
    ):
        yield
