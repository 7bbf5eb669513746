"""What a lesson is made of."""

import re
from pathlib import Path

import pytest

from harness.course.lessons import COURSE
from harness.course.pages import front_matter

LESSONS = sorted(COURSE.glob("[0-9]*.md"))
BOXES = ("questions", "objectives", "prerequisites", "key-points", "instructor")
SOURCES = ("packaging.python.org", "peps.python.org", "docs.pytest.org", "docs.docker.com")


def boxes(page: Path) -> list[str]:
    """Return the names of a page's boxes, in their order."""
    return re.findall(r"^:{3,}\{([\w-]+)\}", page.read_text(encoding="utf-8"), re.MULTILINE)


def each(*pages: Path) -> pytest.MarkDecorator:
    """Return the parameters of a test that looks at pages."""
    return pytest.mark.parametrize("page", pages, ids=lambda page: page.stem)


def test_there_are_eleven_lessons_and_what_goes_with_them() -> None:
    """A preflight, eleven lessons, an packaging puzzles and further topics have the numbers from 0 on."""
    assert [f"{number:02}" for number in range(14)] == [page.name[:2] for page in LESSONS]


@each(*LESSONS)
def test_a_lesson_begins_with_questions_and_ends_with_what_to_remember(page: Path) -> None:
    """Each page has questions, objectives, prerequisites, key points and notes, in this order."""
    assert list(BOXES) == [box for box in boxes(page) if box in BOXES]


@each(*LESSONS[1:12])
def test_a_lesson_has_two_challenges_with_hint_and_solution(page: Path) -> None:
    """Each lesson has two challenges or more, each with a hint before its solution."""
    parts = [box for box in boxes(page) if box in ("challenge", "hint", "solution")]
    challenges = " ".join(parts).split("challenge")[1:]
    assert 2 <= len(challenges)
    for challenge in challenges:
        assert re.fullmatch(r"( hint)+ solution ?", challenge)


@each(*LESSONS[1:12])
def test_a_lesson_has_an_exercise_that_checks_itself(page: Path) -> None:
    """Each lesson has a challenge with a checker."""
    assert ":check: " in page.read_text(encoding="utf-8")


@each(*LESSONS[1:12])
def test_a_lesson_says_where_its_rules_are_written(page: Path) -> None:
    """Each page links a specification, a PEP or the documentation that a rule comes from."""
    text = page.read_text(encoding="utf-8")
    assert any(f"https://{host}/" in text for host in SOURCES)


@each(*LESSONS)
def test_a_lesson_says_how_long_it_takes(page: Path) -> None:
    """Each page has the minutes to teach it and to do it, for teachers."""
    assert {"teach", "do"} == set(front_matter(page)["minutes"])


def test_each_exercise_has_its_challenge() -> None:
    """Each exercise is named by a challenge of a lesson."""
    texts = "".join(page.read_text(encoding="utf-8") for page in LESSONS)
    exercises = {check.parent.name for check in COURSE.glob("exercises/*/check.toml")}
    assert exercises == set(re.findall(r"^:check: (.+)$", texts, re.MULTILINE))
