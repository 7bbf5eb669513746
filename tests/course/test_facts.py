"""Facts that become outdated."""

import datetime
import re
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from harness.course.lessons import pages
from harness.packagestan import reviews, template
from harness.packagestan.template import ROOT

# The axes whose choices have versions.
VERSIONED = ("backend", "docs_engine", "task_runner", "type_checker")

# Data that doesn't become outdated when others publish releases.
LASTING = {
    "environments.yml",
    "flags.jinja",
    "notes.yml",
    "project.jinja",
    "renamed_choices.yml",
    "reserved_names.yml",
    "starters.yml",
    "tasks.json",
}


def test_data_that_ages_says_when_it_was_reviewed() -> None:
    """Each data file that can become outdated, and each choice with versions, has a review date."""
    aging = {path for path in (ROOT / "template" / "data").iterdir() if path.name not in LASTING}
    aging |= {
        path
        for path in (ROOT / "template" / "options").glob("*/*/choice.json")
        if ">=" in path.read_text(encoding="utf-8")
    }
    reviewed = {path for path in reviews.reviews() if path.startswith("template/")}
    assert {path.relative_to(ROOT).as_posix() for path in aging} == reviewed


def test_facts_want_a_review_after_half_a_year() -> None:
    """Only files whose review is more than half a year old are listed, with the date."""
    days = reviews.reviews()
    assert [] == reviews.overdue(min(days.values()) + datetime.timedelta(reviews.DAYS))
    listed = reviews.overdue(max(days.values()) + datetime.timedelta(reviews.DAYS + 1))
    expected = {f"{path}: last reviewed on {day}" for path, day in days.items()}
    assert expected == set(listed)


def names() -> set[str]:
    """Return the names of everything whose version is in the template's data files."""
    data = ROOT / "template" / "data"
    files = [data / f"{name}.yml" for name in ("actions", "tools")]
    listed = {name for file in files for name in yaml.safe_load(file.read_text(encoding="utf-8"))}
    return listed.union(*(template.facts(axis).keys() - {"none"} for axis in VERSIONED))


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_version_is_typed_into_prose(page: Path) -> None:
    """Pages take the versions of tools from the data files and never spell them out."""
    text = page.read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").parse(text)
    prose = " ".join(token.content for token in tokens if token.type == "inline")
    typed = rf"(?i)\b(?:{'|'.join(map(re.escape, sorted(names())))})`?,? v?\d+\.\d+"
    assert [] == re.findall(typed, prose)
