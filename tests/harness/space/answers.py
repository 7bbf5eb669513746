"""The answers to test with. Axes, choices, and defaults come from the questions and presets."""

import functools
import itertools
import re
from collections.abc import Iterator
from typing import Any

import yaml

from harness.rendering.template import ROOT, Answers, environment

# Every option is on, and every free text contains something that breaks a careless template.
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


def question_files() -> list[str]:
    """Return the paths of the question files in the order in which copier.yml includes them."""
    lines = (ROOT / "copier.yml").read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("!include ") for line in lines if line.startswith("!include ")]


def preset(name: str) -> Answers:
    """Return the answers that make up a preset, without its label."""
    text = (ROOT / "template" / "presets" / f"{name}.yml").read_text(encoding="utf-8")
    return {key: value for key, value in yaml.safe_load(text).items() if key != "label"}


@functools.cache
def questions() -> dict[str, dict[str, Any]]:
    """Return every question by its name, in the order in which they are asked."""
    merged: dict[str, dict[str, Any]] = {}
    for path in question_files():
        merged |= yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return merged


def choices(axis: str) -> list[Any]:
    """Return the choices of a question, starting with the default.

    A question that accepts several choices keeps the order in which they are offered.

    Args:
        axis: The name of a question with choices, or of a yes-or-no question.

    Raises:
        KeyError: The question has no choices.
    """
    question = questions()[axis]
    if question["type"] == "bool":
        return [default(axis), not default(axis)]
    return sorted(labels(axis), key=lambda value: value != default(axis))


def labels(axis: str) -> dict[Any, str]:
    """Return the choices that a question offers to a new project, with their labels."""
    offered = questions()[axis]["choices"]
    if isinstance(offered, str):
        text = environment().from_string(offered).render(_copier_conf={"src_path": ROOT})
        offered = yaml.safe_load(text)
    if isinstance(offered, list):
        return {value: str(value) for value in offered}
    return {
        value["value"] if isinstance(value, dict) else value: label
        for label, value in offered.items()
    }


def retired(axis: str) -> list[str]:
    """Return the choices of a question that only projects have that recorded them."""
    return re.findall(rf"is_recorded\('{axis}', '(.+?)'\)", str(questions()[axis]["choices"]))


def default(axis: str) -> Any:
    """Return the answer to an axis in a library for which nothing but its name was answered."""
    return {"preset": "standard"}.get(axis) or preset("standard").get(
        axis, questions()[axis]["default"]
    )


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
