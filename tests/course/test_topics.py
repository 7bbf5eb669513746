"""Test the topics of the course."""

import re
from pathlib import Path

import pytest
import yaml

from harness.course.lessons import COURSE
from harness.course.pages import front_matter

LESSONS = sorted(COURSE.glob("[0-9]*.md"))


def topics() -> dict[int, str]:
    """Return the topics of the course by their numbers."""
    text = (COURSE / "topics.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def slugs(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as on GitHub."""
    text = re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("number", topics())
def test_each_topic_has_a_section(number: int) -> None:
    """The front matter of a lesson names a section for the topic."""
    assert any(number in front_matter(page).get("topics", {}) for page in LESSONS), topics()[number]


@pytest.mark.parametrize("page", LESSONS, ids=lambda page: page.stem)
def test_front_matter_is_correct(page: Path) -> None:
    """The topics and sections in the front matter exist."""
    named = front_matter(page).get("topics", {})
    assert set(named) <= set(topics())
    assert set(named.values()) <= slugs(page)
