"""Speed up Copier by caching values that it would compute repeatedly.

Copier merges the answers for every path and text that it renders, although they change only while
it asks questions. It also parses the same YAML strings repeatedly. `test_rendering.py` and
`test_update_command.py` check that the results are the same as with the `copier` command.
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
    """Write a project's files, and merge the answers only once."""
    context = copier_internals.render_context(worker)
    vars(worker)["cached"] = (copier_internals.answers_path(worker), context)
    try:
        copier_internals.render_template(worker)
    finally:
        del vars(worker)["cached"]


def render_context(worker: Worker) -> dict[str, Any]:
    """Return a copy of the render context. The context is cached while files are written."""
    cached = vars(worker).get("cached")
    return dict(cached[1] if cached else copier_internals.render_context(worker))


def answers_path(worker: Worker) -> Path:
    """Return the answers file's path. The path is cached while files are written."""
    cached = vars(worker).get("cached")
    if cached:
        # Rendering the path would also reset the state that Jinja's extensions keep from the
        # previous template. Reset that state here instead.
        worker.jinja_env.preprocess("")
    return Path(cached[0] if cached else copier_internals.answers_path(worker))


@functools.cache
def pickled_value(text: str) -> bytes:
    """Return the pickled value of a YAML string so that each caller can unpickle a copy."""
    return pickle.dumps(copier_internals.parse_yaml(text))


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML string. Equal strings are parsed only once."""
    return pickle.loads(pickled_value(text))


# The compiled code of each template, by environment settings, source, and name.
compiled: dict[tuple[object, ...], CodeType] = {}


def compile_once(environment: SandboxedEnvironment) -> SandboxedEnvironment:
    """Cache the templates that an environment compiles and the YAML strings that it parses.

    Environments with the same settings share compiled code, because releases have most templates in
    common. The environment doesn't check whether files have changed.

    Returns:
        The changed environment.
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
    """Make Copier merge a project's answers only once, and parse each YAML string only once."""
    with copier_internals.replaced(
        merged_answers=property(copier_internals.merge_answers),
        render_template=render_template,
        render_context=render_context,
        answers_path=property(answers_path),
        parse_yaml=parse_yaml,
    ):
        yield
