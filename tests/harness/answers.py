"""The answers to test with: axes and choices are read from the question files."""

import functools
import itertools
from collections.abc import Iterator
from typing import Any

import yaml

from .template import ROOT, environment

Answers = dict[str, Any]

# Every option is on, and every free text holds something that a careless template breaks on.
FULL: Answers = {
    "project_name": "Straße & Friends",
    "project_description": 'Says "hello" in C:\\new\\languages: 100% {{ kind }} # </b> 🎉 שלום',
    "user_name": "Zoë O'Brien",
    "user_email": "zoe+packages@example.com",
    "distribution_name": "strasse-friends",
    "package_name": "strasse_friends",
    "github_user": "zoe",
    "repository_url": "https://example.com/~zoe/strasse?view=it's#top",
    "copyright_year": "2026",
    "dependencies": ["packaging>=24", 'tomli>=2; python_version < "3.11"'],
    "extras": {"colors": ["rich>=13"], "fast-yaml": ["PyYAML[speed]>=6,!=6.0.1"]},
    "command_name": "greet",
    "gui_command_name": "greet-window",
    "plugins": True,
    "environments": ["uv", "pip", "conda", "direnv"],
}


def question_files() -> list[str]:
    """Return the paths of the question files in the order in which copier.yml includes them."""
    lines = (ROOT / "copier.yml").read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("!include ") for line in lines if line.startswith("!include ")]


@functools.cache
def questions() -> dict[str, dict[str, Any]]:
    """Return every question by its name, in the order of asking."""
    merged: dict[str, dict[str, Any]] = {}
    for path in question_files():
        merged |= yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return merged


def choices(axis: str) -> list[Any]:
    """Return the answers that a question offers, the default first.

    Of a question with several answers, these are what each answer is made of.

    Args:
        axis: The name of a question with choices, or of a yes-or-no question.

    Raises:
        KeyError: The question has no choices.
    """
    question = questions()[axis]
    if question["type"] == "bool":
        return [question["default"], not question["default"]]
    offered = question["choices"]
    if isinstance(offered, str):
        offered = yaml.safe_load(environment().from_string(offered).render())
    values = offered.values() if isinstance(offered, dict) else offered
    return [value["value"] if isinstance(value, dict) else value for value in values]


def answers(axis: str) -> list[Any]:
    """Return the answers to an axis: its choices, or every set of them when it takes several."""
    if not questions()[axis].get("multiselect"):
        return choices(axis)
    offered = choices(axis)
    return [
        list(chosen)
        for number in range(len(offered) + 1)
        for chosen in itertools.combinations(offered, number)
    ]


def axes() -> list[str]:
    """Return the names of the questions that offer a choice."""
    return [
        name
        for name, question in questions().items()
        if question.get("when") is not False
        and ("choices" in question or question["type"] == "bool")
    ]


def combinations(*names: str) -> Iterator[Answers]:
    """Yield every combination of the answers to some axes."""
    for chosen in itertools.product(*(answers(name) for name in names)):
        yield dict(zip(names, chosen, strict=True))
