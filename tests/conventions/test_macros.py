"""Check the examples in the comments of the template's macros."""

import json
import re
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader

from harness.packagestan.answers import FULL
from harness.packagestan.template import ROOT, TEMPLATE, environment, macro_result
from harness.rendering.copier_internals import render_context
from harness.rendering.template import Answers

# A call, and its result up to the end of the line or comment.
EXAMPLE = re.compile(r"(?m)^\s*(?:{#-? )?(\w+\(.*\))\s+->\s+(.*?)(?: -?#})?$")

EXAMPLES = [
    pytest.param(file.stem, call, expected, id=f"{file.stem}: {call}")
    for file in sorted((ROOT / "template" / "macros").glob("*.jinja"))
    for call, expected in EXAMPLE.findall(file.read_text(encoding="utf-8"))
]


@cache
def context() -> dict[str, Any]:
    """Return the names and values with which Copier renders a project that has recorded answers."""
    answers: Answers = {"annotated": True, "task_runner": "just", "starters": {"sets": []}}
    found = dict(render_context(TEMPLATE.asked_worker(FULL | answers)))
    conf = {"dst_path": "project", "answers_file": ".copier-answers.yml", "defaults": False}
    return found | {"_copier_conf": conf | {"data": {"hooks": True, "starters": {}}}}


def result(file: str, call: str, **others: Any) -> str:
    """Return the result of a macro, with other names and values in its context."""
    return macro_result(file, call, context() | others)


@pytest.mark.parametrize(("file", "call", "expected"), EXAMPLES)
def test_example_is_right(file: str, call: str, expected: str) -> None:
    r"""The macro returns the result. "..." stands for any text, \n for a line break, "" for nothing."""
    text = "" if expected == '""' else expected.replace(r"\n", "\n")
    found = result(file, call)
    assert re.fullmatch(re.escape(text).replace(re.escape("..."), "(?s:.+)"), found), found


def test_examples_are_found() -> None:
    """The pattern finds the examples."""
    assert len(EXAMPLES) > 50


# Markup at the start or end of a line in CommonMark, MyST, and Python-Markdown, and its escaped form.
# The number of a list item has at most nine digits. https://spec.commonmark.org/0.31.2/#list-items
MARKUP = {
    "# a": "&#35; a",
    "a #": "a &#35;",
    "% a": "&#37; a",
    "(a)=": "&#40;a)=",
    "+ a": "&#43; a",
    "- a": "&#45; a",
    ": a": "&#58; a",
    "= a": "&#61; a",
    "> a": "&gt; a",
    "! a": "&#33; a",
    "1. a": "1&#46; a",
    "123456789) a": "123456789&#41; a",
    "1234567890. a": "1234567890. a",
    "a_b _c_": "a_b &#95;c&#95;",
    "`a` *b* ~c~": "&#96;a&#96; &#42;b&#42; &#126;c&#126;",
    "[a]{b}<c>\\": "&#91;a]&#123;b&#125;&lt;c>&#92;",
    "AT&T &amp; &#1; & ;": "AT&T &amp;amp; &amp;#1; & ;",
    "a # % (b)= + - : = > ! 1. 1)": "a # % (b)= + - : = > ! 1. 1)",
}


@pytest.mark.parametrize("text", MARKUP)
def test_only_markup_is_escaped(text: str) -> None:
    """Only characters that a Markdown parser would interpret are escaped."""
    assert MARKUP[text] == result("markdown", "markdown(text)", text=text)


@pytest.mark.parametrize(
    ("file", "option"),
    [
        (".copier-answers.yml", ""),
        ("answers/py.yml", " --answers-file answers/py.yml"),
        ("my answers.yml", " --answers-file 'my answers.yml'"),
    ],
)
@pytest.mark.parametrize(("uv", "runner"), [(True, "uvx"), (False, "pipx run")])
def test_update_command_names_the_answers_file(
    file: str, option: str, uv: bool, runner: str
) -> None:
    """The command runs Copier with the available tool, and names an unusual answers file."""
    changed = {"has": {"uv": uv}, "_copier_conf": {"answers_file": PurePosixPath(file)}}
    expected = f"{runner} copier update --skip-answered{option}"
    assert expected == result("update", "update_command()", **changed)


@pytest.mark.parametrize(("letter", "longest"), [("x", 100), ("é", 50)])
def test_long_assignment_is_not_formatted(letter: str, longest: int) -> None:
    """A line that may be wider than 100 columns ends with a comment for formatters."""
    for length, end in ((longest, ""), (longest + 1, "  # fmt: skip")):
        text = letter * (length - len('a = ""'))
        assert f'a = "{text}"{end}' == result("python", "assigned('a', text)", text=text)


@pytest.mark.parametrize(
    ("standard", "block", "expected"),
    [
        ("", "import click", "import click"),
        ("import b", "\nimport click", "import b\n\nimport click"),
        ("import b", "import c\nfrom a import a", "import b\nimport c\nfrom a import a"),
        ("import b\nimport a\nimport b", "", "import a\nimport b"),
        (
            "import b",
            "import a\nimport b\n\nfrom x import y\n",
            "import a\nimport b\n\nfrom x import y",
        ),
    ],
)
def test_imports_are_merged_and_sorted(standard: str, block: str, expected: str) -> None:
    """Imports of the standard library are unique and sorted, and other imports follow."""
    found = result("python", "merged_imports(standard, block)", standard=standard, block=block)
    assert expected == found


def test_long_names_are_not_repeated_in_a_remedy() -> None:
    """A remedy repeats only names with fewer than 18 characters."""
    assert f"use {'x' * 17}_" == result("name_errors", f"with_suffix('{'x' * 17}', '_')")
    assert 'append "_"' == result("name_errors", f"with_suffix('{'x' * 18}', '_')")


def test_presets_are_ordered_by_size(tmp_path: Path) -> None:
    """A fork's presets follow in alphabetical order, then a removed preset, and then "custom"."""
    folder = tmp_path / "template" / "presets"
    folder.mkdir(parents=True)
    for name in ("full", "zeta", "minimal", "acme", "standard"):
        (folder / f"{name}.yml").write_text(f"label: The {name} preset\n", encoding="utf-8")
    template = environment().loader
    assert template is not None
    loader = ChoiceLoader([FileSystemLoader(tmp_path), template])
    own = environment().overlay(loader=loader, cache_size=0)
    text = "{% from 'template/macros/presets.jinja' import choices with context %}{{ choices() }}"
    conf = context()["_copier_conf"] | {"src_path": tmp_path}
    for kept in ("standard", "old", "custom"):
        conf["data"] = {"starters": {}, "preset": kept}
        found = json.loads(own.from_string(text).render(context() | {"_copier_conf": conf}))
        names = ["minimal", "standard", "full", "acme", "zeta"]
        expected = {f"The {name} preset": name for name in names}
        expected |= {"old - removed": "old"} if kept == "old" else {}
        expected["Custom - answer every question"] = "custom"
        assert list(expected.items()) == list(found.items())
