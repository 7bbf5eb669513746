"""Hostile answers to Packagestan's questions."""

import functools
import html
from pathlib import Path
from typing import Any

from harness.packagestan.answers import QUESTIONNAIRE
from harness.packagestan.coverage import each_choice_once
from harness.rendering.template import Answers
from harness.space import hostile_answers
from harness.space.hostile_answers import Form, hostile_texts

# Answers to the questions without a usable default.
FIRST: Answers = {"project_name": "Plain", "command_name": "plain"}


def free_questions(*types: str) -> list[str]:
    """Return the questions of the given types that are answered with text or YAML.

    See `harness.space.hostile_answers.free_questions`.
    """
    return hostile_answers.free_questions(QUESTIONNAIRE, *types)


@functools.cache
def forms() -> list[Form]:
    """Return forms whose answers together contain every choice of every axis."""
    without: dict[tuple[str, str], Answers] = {
        # With uv_build, some names can't share an entry with the email address, so the files differ.
        ("backend", "uv_build"): {"user_email": ""},
        # Trusted publishing works only with PyPI.
        ("publish", "trusted"): {"index_url": ""},
        # A proprietary package that is published with a token requires a private index.
        ("license", "Proprietary"): {"index_url": "https://packages.example.com/upload/"},
    }
    found = []
    for chosen in each_choice_once():
        left_out: Answers = {}
        for (axis, choice), texts in without.items():
            left_out |= texts if chosen[axis] == choice else {}
        found.append(Form(QUESTIONNAIRE, chosen | left_out, FIRST, content))
    return found


@functools.cache
def refusals(name: str) -> dict[str, str]:
    """Return a question's message for each hostile string, or "" if the string is accepted."""
    return {text: forms()[0].refusal(name, text) for text in hostile_texts()}


def accepted(*names: str) -> dict[str, list[str]]:
    """Return, for each question, the nonempty hostile strings that it accepts."""
    return {
        name: [text for text, refusal in refusals(name).items() if text and not refusal]
        for name in names
    }


def content(name: str, text: str) -> Any:
    """Return the parsed contents of a file, or its text if the format is unknown.

    Expected differences between projects are removed.
    """
    value = hostile_answers.content(name, text)
    if Path(name).name == "zensical.toml":
        # Zensical doesn't escape these strings in HTML, so the file contains them in escaped form.
        for key in ("site_name", "site_description", "site_author", "repo_url"):
            value["project"][key] = html.unescape(value["project"].get(key, ""))
    elif name.endswith(".toml"):
        # Whether Ruff allows ambiguous characters depends on answers such as names.
        value.get("tool", {}).get("ruff", {}).get("lint", {}).pop("ignore", None)
    return value
