"""Check which questions Copier asks, and their help text, placeholders, and unavailable choices."""

import itertools
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from harness.packagestan.answers import QUESTIONNAIRE, choices, questions
from harness.packagestan.hostile_answers import FIRST
from harness.packagestan.template import environment
from harness.rendering.copier_internals import Question, question_of
from harness.rendering.template import Answers
from harness.space.hostile_answers import Form

ESSENTIAL = {"project_name", "project_description", "mode", "preset", "backend", "license"}
ESSENTIAL |= {"user_name", "user_email", "github_user"}

# When the questions apply that "custom" doesn't always ask.
APPLIES: dict[str, Callable[[Answers], bool]] = {
    "cli_library": lambda answers: answers["command_name"] != "",
    "test_matrix": lambda answers: answers["ci"] == "github",
    "release_tool": lambda answers: answers["versioning"] == "static",
    "index_url": lambda answers: answers["publish"] != "trusted",
    "testpypi": lambda answers: answers["publish"] != "none" and answers["index_url"] == "",
    "docs_hosting": lambda answers: answers["docs_engine"] != "none",
    "container": lambda answers: answers["command_name"] != "",
}
# Answers to vary: the choices, or an empty and a plain text.
VARIED = {
    "preset": ["standard", "custom"],
    "command_name": ["", "greet"],
    "ci": ["github", "gitlab", "none"],
    "versioning": ["static", "vcs"],
    "publish": ["trusted", "token", "none"],
    "index_url": ["", "https://packages.example.com/"],
    "docs_engine": ["sphinx", "none"],
}


@cache
def form() -> Form:
    """Return answered questions for a new project with the preset "custom"."""
    return Form(QUESTIONNAIRE, FIRST | {"publish": "token", "preset": "custom"})


def asked(name: str, **others: Any) -> Question:
    """Return a question that isn't answered yet, given changes to the other answers."""
    context = {key: value for key, value in form().context.items() if key != name}
    context["starters"] = {"sets": []}
    return question_of(form().worker, name, context | others)


def cases(name: str) -> Iterator[Answers]:
    """Yield all combinations of answers on which a question may depend."""
    varied = VARIED if name in APPLIES else {"preset": choices("preset")}
    for chosen in itertools.product(*varied.values()):
        yield dict(zip(varied, chosen, strict=True))


@pytest.mark.parametrize("name", QUESTIONNAIRE.asked())
def test_question_is_asked_if_it_applies(name: str) -> None:
    """Essential questions are always asked, and the others with "custom" if they apply."""
    for answers in cases(name):
        applies = name not in APPLIES or APPLIES[name](answers)
        expected = name in ESSENTIAL or (answers["preset"] == "custom" and applies)
        assert expected == asked(name, **answers).get_ask(), answers


@pytest.mark.parametrize("name", sorted({*QUESTIONNAIRE.asked()} - {"preset"}))
def test_updates_know_which_questions_are_asked(name: str) -> None:
    """The macro `is_prompted` repeats the conditions, except with `--defaults`."""
    macro = environment().from_string(
        "{% from 'template/macros/recorded.jinja' import is_prompted with context %}"
        "{{ is_prompted(name) }}"
    )
    # An update never asks for the package's name, because it can't change.
    can_change = name != "package_name"
    conf = {"dst_path": "project", "answers_file": ".copier-answers.yml", "data": {}}
    for answers in cases(name):
        for defaults in (False, True):
            context = form().context | answers | {"_copier_conf": conf | {"defaults": defaults}}
            expected = asked(name, **answers).get_ask() and not defaults and can_change
            assert expected == bool(macro.render(context, name=name)), (answers, defaults)


def test_placeholders_show_examples_or_what_replaces_an_empty_answer() -> None:
    """A placeholder is a valid example, or the text that the project has without an answer."""
    shown = {
        name: asked(name).get_placeholder()
        for name, question in questions().items()
        if "placeholder" in question
    }
    project = form().answered({"user_name": "", "repository_url": ""})["project"]
    assert shown == {
        "project_name": "for example: My Project",
        "project_description": "for example: Convert between map projections.",
        "user_name": project["author"],
        "user_email": "for example: ada@example.com",
        "github_user": "for example: octocat",
        "repository_url": project["repository"],
        "index_url": "for example: https://packages.example.com/upload/",
    }
    assert "" == asked("repository_url", github_user="").get_placeholder()
    for name, text in shown.items():
        assert "" == form().refusal(name, text.removeprefix("for example: "))


def test_help_says_whether_a_command_is_optional() -> None:
    """The help text mentions an empty command name only for libraries, which need no command."""
    texts = {
        mode: asked("command_name", mode=mode).get_message().strip() for mode in choices("mode")
    }
    assert "Command name (empty for none)" == texts.pop("library")
    assert {"app": "Command name", "script": "Command name"} == texts
