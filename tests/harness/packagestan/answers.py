"""Packagestan's questions and presets, and answers for tests."""

import re
from typing import Any

import yaml

from harness.packagestan.template import ROOT, TEMPLATE, facts
from harness.rendering.template import Answers
from harness.space.questionnaire import Questionnaire

# Many options are selected, and many text answers contain characters that could break a template.
FULL: Answers = {
    "project_name": "Straße & Friends",
    "project_description": 'Says "hello" in C:\\new\\languages: 100% {{ kind }} # </b> 🎉 שלום',
    "user_name": "Zoë O'Brien",
    "user_email": "zoe+packages@example.com",
    "distribution_name": "strasse-friends",
    "package_name": "strasse_friends",
    "github_user": "zoe",
    "repository_url": "https://example.com/~zoe/strasse?view=it's#top",
    "default_branch": "release/2.x",
    "keywords": ["grüße", "it's", "two words"],
    "copyright_year": "2026",
    "dependencies": ["packaging>=24", 'tomli>=2; python_version < "3.11"'],
    "extras": {"colors": ["rich>=13"], "fast-yaml": ["PyYAML[speed]>=6,!=6.0.1"]},
    "command_name": "greet",
    "gui_command_name": "greet-window",
    "plugins": True,
    "environments": ["uv", "pip", "conda", "direnv"],
    "docs_engine": "sphinx",
}

# Some options have an effect only with these additional answers. The reference pages use them to
# show the effect.
SHOWN_WITH: dict[str, Answers] = {"docs_hosting": {"docs_engine": "sphinx"}}

# Matches the choices in a question that passes them to the `offer` macro.
LISTED_CHOICES = re.compile(r"(?s)(?<=\) %}\n).*(?={%- endcall)")


def preset(name: str) -> Answers:
    """Return the answers in a preset, without its label."""
    text = (ROOT / "template" / "presets" / f"{name}.yml").read_text(encoding="utf-8")
    return {key: value for key, value in yaml.safe_load(text).items() if key != "label"}


# The questions, with the answers from the standard preset as defaults.
QUESTIONNAIRE = Questionnaire(TEMPLATE, {"preset": "standard"} | preset("standard"))

questions = QUESTIONNAIRE.questions
axes = QUESTIONNAIRE.axes
choices = QUESTIONNAIRE.choices
labels = QUESTIONNAIRE.labels
default = QUESTIONNAIRE.default
answers = QUESTIONNAIRE.answers
combinations = QUESTIONNAIRE.combinations


def question_files() -> list[str]:
    """Return the paths of the question files, in the order of the includes in copier.yml."""
    lines = (ROOT / "copier.yml").read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("!include ") for line in lines if line.startswith("!include ")]


def retired(axis: str) -> list[str]:
    """Return the retired choices of a question. Only existing projects can have them."""
    return [choice for choice, data in facts(axis).items() if "retired" in data]


def rendered(axis: str) -> list[Any]:
    """Return all choices of a question that a project can have, including retired choices."""
    return choices(axis) + retired(axis)


def written_choices(question: dict[str, Any]) -> dict[str, Any]:
    """Return the choices that a question contains, by label.

    Args:
        question: A question whose choices are a map or a template that passes a map to `offer`.
    """
    offered = question["choices"]
    if isinstance(offered, str):
        offered = yaml.safe_load(LISTED_CHOICES.findall(offered)[0])
    return dict(offered)
