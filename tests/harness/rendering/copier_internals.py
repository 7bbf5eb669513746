"""All private parts of Copier that the tests use. No other test module imports private parts.

The `copier` command takes about a second for each project. The tests render thousands of projects,
so they call Copier in this process and replace parts that would repeat the same computations. Any
release can change private parts incompatibly. `tests/engine/test_copier_internals.py` checks the
installed version, and `ADVICE` says how to support a new one.
"""

import functools
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

from jinja2.sandbox import SandboxedEnvironment
from packaging.specifiers import SpecifierSet

# The Copier releases that the tests support.
TESTED = SpecifierSet("~=9.19.0")

ADVICE = (
    f"The tests use private parts of Copier and support {TESTED}, but Copier {version('copier')} is "
    "installed. Adapt tests/harness/rendering/copier_internals.py. Then run "
    "tests/matrix/test_rendering.py, tests/updates/test_update_command.py, "
    "tests/engine/test_copier_program.py, and tests/questions/test_input.py, which compare the results with those of the `copier` command. "
    "When they pass, change TESTED. Until then, add an upper bound for Copier to pyproject.toml."
)

try:
    from copier import _main, _subproject, _template, _user_data
    from copier._cli import CopierApp
    from copier._main import Worker
    from copier._template import Template, filter_config, load_template_config
    from copier._user_data import CAST_STR_TO_NATIVE, DEFAULT_DATA, AnswersMap, Question

    ask_questions = Worker._ask
    cleanup = Template._cleanup
    make_environment = vars(Worker)["jinja_env"].func
    parse_yaml = _user_data.parse_yaml_string
    render_context = Worker._render_context
    render_path = Worker._render_path
    render_template = Worker._render_template
    answers_path = vars(Worker)["answers_relpath"].fget

    # The parts that `replaced` can replace, by parameter name.
    REPLACEABLE: dict[str, list[tuple[Any, str]]] = {
        "answers_path": [(Worker, "answers_relpath")],
        "clone": [(_template, "clone")],
        "environment": [(Worker, "jinja_env")],
        "merged_answers": [(AnswersMap, "combined")],
        "parse_yaml": [(_user_data, "parse_yaml_string")],
        "render_context": [(Worker, "_render_context")],
        "render_template": [(Worker, "_render_template")],
        "sync_executable_bits": [(Worker, "_sync_git_index_executable_bit")],
        "template": [(_main, "Template"), (_subproject, "Template")],
    }
    for places in REPLACEABLE.values():
        for owner, name in places:
            getattr(owner, name)
except (AttributeError, ImportError, KeyError) as error:
    raise ImportError(ADVICE) from error

__all__ = ["AnswersMap", "CopierApp", "Question", "Template", "Worker", "parse_yaml"]


@contextmanager
def replaced(**replacements: Any) -> Iterator[None]:
    """Replace parts of Copier temporarily.

    Args:
        replacements: The new values, by name in `REPLACEABLE`.
    """
    with ExitStack() as stack:
        for name, replacement in replacements.items():
            for owner, attribute in REPLACEABLE[name]:
                stack.enter_context(mock.patch.object(owner, attribute, replacement))
        yield


def read_questions(file: Path) -> dict[str, dict[str, Any]]:
    """Return the questions in a `copier.yml` and its included files, by name."""
    return dict(filter_config(load_template_config(file))[1])


def share(worker: Worker, template: Template, environment: SandboxedEnvironment) -> None:
    """Make a worker use an existing template and Jinja environment."""
    vars(worker).update(template=template, jinja_env=environment)


def question_of(worker: Worker, name: str, context: Mapping[str, Any]) -> Question:
    """Return a question from a worker's template, with the given context."""
    return Question(
        answers=worker.answers,
        context=context,
        jinja_env=worker.jinja_env,
        var_name=name,
        **worker.template.questions_data[name],
    )


def checked_answer(question: Question, *answer: Any) -> Any:
    """Parse and validate an answer as Copier does, and return the parsed answer.

    Args:
        question: The question.
        answer: An answer from `--data`. If omitted, the default is used.

    Raises:
        ValueError: Copier rejects the answer. Rendering the question or casting the answer may
            raise `TypeError`, `TemplateError`, or `YAMLError` instead.
    """
    question.get_ask()
    if not answer:
        return question.get_default()
    parsed = question.parse_answer(*answer)
    question.validate_answer(parsed)
    return parsed


def merge_answers(answers: AnswersMap) -> dict[str, Any]:
    """Return all answers in one map, like `AnswersMap.combined`, but faster."""
    return {
        **DEFAULT_DATA,
        "_external_data": answers.external,
        **answers.user_defaults,
        **answers.last,
        **answers.metadata,
        **answers.init,
        **answers.user,
    }


def rendered_names(worker: Worker) -> dict[str, str]:
    """Return the path of each file that a worker renders, by source path."""
    root = worker.template_copy_root
    return {
        source.relative_to(worker.template.local_abspath).as_posix(): str(rendered)
        for source in root.rglob("*")
        if source.is_file()
        for rendered, _ in render_path(worker, source.relative_to(root))
    }


@functools.cache
def native(kind: str, text: str) -> Any:
    """Cast a computed value as Copier does. Callers share the result and must not change it."""
    return CAST_STR_TO_NATIVE[kind](text)


def run_command(*arguments: str | Path) -> None:
    """Run the `copier` command in this process. Rejected answers raise an exception."""
    CopierApp.run(["copier", *map(str, arguments)], exit=False)
