"""What the course covers."""

import re
from pathlib import Path

import pytest
import yaml

from harness.course.lessons import COURSE
from harness.course.pages import front_matter

LESSONS = sorted(COURSE.glob("[0-9]*.md"))


def topics() -> dict[int, str]:
    """Return the topics that the course covers, by their numbers."""
    text = (COURSE / "topics.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def slugs(page: Path) -> set[str]:
    """Return the anchors of a page's sections, in GitHub's spelling."""
    text = re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("number", topics())
def test_each_topic_has_a_section(number: int) -> None:
    """A page names the section in which it teaches the topic."""
    assert any(number in front_matter(page).get("topics", {}) for page in LESSONS), topics()[number]


@pytest.mark.parametrize("page", LESSONS, ids=lambda page: page.stem)
def test_a_page_teaches_what_it_says(page: Path) -> None:
    """The topics and sections that a page names exist."""
    said = front_matter(page).get("topics", {})
    assert set(said) <= set(topics())
    assert set(said.values()) <= slugs(page)
