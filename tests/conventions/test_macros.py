"""Check the examples in the comments of the template's macros."""

import re
from functools import cache
from typing import Any

import pytest

from harness.packagestan.answers import FULL
from harness.packagestan.template import ROOT, TEMPLATE, environment
from harness.rendering.copier_internals import render_context
from harness.rendering.template import Answers

# A call, and its result up to the end of the line or comment.
EXAMPLE = re.compile(r"(?m)^\s*(?:{#-? )?((\w+)\(.*\))\s+->\s+(.*?)(?: -?#})?$")

EXAMPLES = [
    pytest.param(file.relative_to(ROOT).as_posix(), *groups, id=f"{file.stem}: {groups[0]}")
    for file in sorted((ROOT / "template" / "macros").glob("*.jinja"))
    for groups in EXAMPLE.findall(file.read_text(encoding="utf-8"))
]


@cache
def context() -> dict[str, Any]:
    """Return the names and values with which Copier renders a project that has recorded answers."""
    answers: Answers = {"annotated": True, "task_runner": "just", "starters": {"sets": []}}
    found = dict(render_context(TEMPLATE.asked_worker(FULL | answers)))
    conf = {"dst_path": "project", "answers_file": ".copier-answers.yml", "defaults": False}
    return found | {"_copier_conf": conf | {"data": {"hooks": True, "starters": {}}}}


@pytest.mark.parametrize(("file", "call", "name", "result"), EXAMPLES)
def test_example_is_right(file: str, call: str, name: str, result: str) -> None:
    r"""The macro returns the result. "..." stands for any text, \n for a line break, "" for nothing."""
    text = f"{{% from '{file}' import {name} with context %}}{{{{ {call} }}}}"
    found = environment().from_string(text).render(context())
    expected = "" if result == '""' else result.replace(r"\n", "\n")
    assert re.fullmatch(re.escape(expected).replace(re.escape("..."), "(?s:.+)"), found), found


def test_examples_are_found() -> None:
    """The pattern finds the examples."""
    assert len(EXAMPLES) > 50
