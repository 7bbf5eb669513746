"""Check that the reference page lists error messages and their remedies."""

import doctest
import re

import pytest

import messages
from harness.packagestan.bad_answers import REJECTED
from harness.packagestan.template import ROOT

PAGE = (ROOT / "docs" / "reference" / "messages.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[tuple[str, str]]:
    """Return the problems and remedies in a section as regular expressions."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"(?m)^\| (.+?) \| (.+?) \|$", section)[2:]
    return [(pattern(problem), pattern(remedy)) for problem, remedy in found]


def pattern(cell: str) -> str:
    """Return a regular expression for a table cell, in which "..." matches any text."""
    text = re.sub(r"\\([|*<\[])", r"\1", cell)
    return re.escape(text).replace(re.escape("..."), ".*")


def test_doctests_pass() -> None:
    """The doctests of the module that generates the page pass."""
    assert 0 == doctest.testmod(messages).failed


@pytest.mark.parametrize("remedy", sorted({remedy for _, _, remedy, _ in REJECTED}))
def test_remedies_are_listed(remedy: str) -> None:
    """The page lists the remedy for each rejected answer in the tests."""
    listed = [each for _, each in rows("Messages of the template")]
    assert any(re.fullmatch(each, remedy) for each in listed)


@pytest.mark.parametrize(
    "message",
    [
        "/home/ada/my-project is not a folder; specify the project's folder or a wheel",
        "the build of tide didn't finish within 600 seconds; if it doesn't hang, use a longer --timeout",
        "/home/ada/new has no .copier-answers.yml; create the project with Copier first",
    ],
)
def test_adoption_messages_are_listed(message: str) -> None:
    """The page lists the problems and remedies in these messages from `tools/adopt.py`."""
    problem, _, remedy = message.partition("; ")
    listed = rows("Messages of adopt.py")
    assert any(re.fullmatch(p, problem) and re.fullmatch(r, remedy) for p, r in listed)
