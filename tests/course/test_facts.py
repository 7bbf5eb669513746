"""Test that facts about other projects have review dates, and that prose contains no versions."""

import datetime
import re
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from harness.course.lessons import pages
from harness.packagestan import reviews, template
from harness.packagestan.template import ROOT

# Axes whose choices have version numbers in `choice.json`.
VERSIONED = ("backend", "docs_engine", "task_runner", "type_checker")

# New releases of other projects don't affect these files.
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


def test_data_has_review_dates() -> None:
    """Exactly the data files outside LASTING and the choices with versions have review dates."""
    aging = {path for path in (ROOT / "template" / "data").iterdir() if path.name not in LASTING}
    aging |= {
        path
        for path in (ROOT / "template" / "options").glob("*/*/choice.json")
        if ">=" in path.read_text(encoding="utf-8")
    }
    reviewed = {path for path in reviews.reviews() if path.startswith("template/")}
    assert {path.relative_to(ROOT).as_posix() for path in aging} == reviewed


def test_review_is_due_after_half_a_year() -> None:
    """A file is listed if its last review was more than half a year ago."""
    days = reviews.reviews()
    assert [] == reviews.overdue(min(days.values()) + datetime.timedelta(reviews.DAYS))
    listed = reviews.overdue(max(days.values()) + datetime.timedelta(reviews.DAYS + 1))
    expected = {f"{path}: last reviewed on {day}" for path, day in days.items()}
    assert expected == set(listed)


def names() -> set[str]:
    """Return the names of the template's actions and tools, and of the VERSIONED axes' choices."""
    data = ROOT / "template" / "data"
    files = [data / f"{name}.yml" for name in ("actions", "tools")]
    listed = {name for file in files for name in yaml.safe_load(file.read_text(encoding="utf-8"))}
    return listed.union(*(template.facts(axis).keys() - {"none"} for axis in VERSIONED))


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_prose_does_not_contain_versions(page: Path) -> None:
    """A page's prose doesn't contain the version of an action, a tool, or a choice."""
    text = page.read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").parse(text)
    prose = " ".join(token.content for token in tokens if token.type == "inline")
    typed = rf"(?i)\b(?:{'|'.join(map(re.escape, sorted(names())))})`?,? v?\d+\.\d+"
    assert [] == re.findall(typed, prose)
