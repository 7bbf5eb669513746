"""Test the course's topics."""

import doctest
from pathlib import Path

import pytest

from harness.course import topics

TOPICS = {topic.number: topic for topic in topics.topics()}

each_topic = pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS)


@each_topic
def test_each_topic_has_a_section(topic: topics.Topic) -> None:
    """A lesson's front matter names a section for the topic."""
    assert topic.sections, topic.title


@each_topic
def test_no_topic_is_thin(topic: topics.Topic) -> None:
    """The sections of each topic have enough words, a command, or a picture."""
    assert not topic.is_thin, topic


@pytest.mark.parametrize("page", topics.lessons(), ids=lambda page: page.stem)
def test_front_matter_is_correct(page: Path) -> None:
    """The topics and sections in the front matter exist."""
    named = topics.headings(page)
    assert named.keys() <= TOPICS.keys()
    anchors = {anchor for each in named.values() for anchor in each}
    assert anchors <= topics.sections(page.read_text(encoding="utf-8")).keys()


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (topics.Section(topics.ENOUGH_WORDS - 1, 0, 0), True),
        (topics.Section(topics.ENOUGH_WORDS, 0, 0), False),
        (topics.Section(1, 1, 0), False),
        (topics.Section(1, 0, 1), False),
    ],
)
def test_short_section_without_commands_and_pictures_is_thin(
    section: topics.Section, expected: bool
) -> None:
    """A topic with few words is thin unless its sections contain a command or a picture."""
    assert expected == topics.Topic(1, "One", {("lesson", "anchor"): section}).is_thin


def test_sections_of_a_topic_are_added() -> None:
    """A topic's words, commands, and pictures are the totals for all of its sections."""
    found = {("a", "b"): topics.Section(1, 2, 3), ("c", "d"): topics.Section(10, 20, 30)}
    assert topics.Section(11, 22, 33) == topics.Topic(1, "One", found).total


def test_table_shows_all_topics(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints a table with one row for each topic, and the totals of its sections."""
    topics.main()
    header, line, *rows = capsys.readouterr().out.splitlines()
    assert "| number | topic | sections | words | commands | pictures | thin |" == header
    assert "| --- | --- | --- | --- | --- | --- | --- |" == line
    for row, topic in zip(rows, TOPICS.values(), strict=True):
        number, title, where, *totals = row.removeprefix("| ").removesuffix(" |").split(" | ")
        assert (str(topic.number), topic.title) == (number, title)
        sections = [f"{lesson[:2]}: {anchor}" for lesson, anchor in topic.sections]
        assert sections == where.split(", ")
        total = topic.total
        assert [str(total.words), str(total.commands), str(total.pictures), "no"] == totals


def test_docstring_examples_are_correct() -> None:
    """The examples in the docstrings are correct."""
    failed, tested = doctest.testmod(topics)
    assert (0, True) == (failed, tested > 0)
