"""Test the parts and the length of each lesson.

docs/course/maintainers.md describes the parts, and contains a template for new lessons.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.course import lessons
from harness.course.lessons import COURSE
from harness.course.minutes import OPTIONAL_SECTION, Block, blocks, work

PAGES = sorted(COURSE.glob("[0-9]*.md"))
# Learners do lesson 0 at home. Lesson 12 consists of puzzles, and lesson 13 is for reading.
LESSONS = PAGES[1:12]

SOURCES = ("packaging.python.org", "peps.python.org", "docs.pytest.org", "docs.docker.com")

# Four lessons of this length fit into half a day.
MINUTES = 45
COMMANDS = range(20, 31)
CHALLENGES = (2, 3)
QUESTIONS = 3
SLIDES = range(8, 13)
# The diagram should be on the first screen.
INTRODUCTION_WORDS = 120


def each(*pages: Path) -> pytest.MarkDecorator:
    """Return a mark that runs a test for each page."""
    return pytest.mark.parametrize("page", pages, ids=lambda page: page.stem)


def introduction_problems(text: str) -> Iterator[str]:
    """Yield the problems with the text above the first section, and with question boxes."""
    start = re.split(r"^## ", text, maxsplit=1, flags=re.MULTILINE)[0]
    body = f"\n{start}".partition("\n# ")[2].partition("\n")[2]
    problem, picture, rest = body.partition("```{diagram}")
    if not picture:
        yield "has no diagram before the first section"
    if not problem.strip() or ":::" in problem:
        yield "does not begin with the problem in plain text, followed by a diagram"
    if len(problem.split()) > INTRODUCTION_WORDS:
        yield f"has more than {INTRODUCTION_WORDS} words before the diagram"
    if ":::{objectives}" not in rest:
        yield "has no objectives after the diagram"
    if ":::{questions}" in text:
        yield "has a box of questions, which repeats the objectives"


def challenge_problems(challenge: Block, found: list[Block]) -> Iterator[str]:
    """Yield the problems with a challenge.

    Args:
        challenge: The challenge.
        found: All blocks of the page.
    """
    inside = found[found.index(challenge) + 1 :]
    names = []
    for block in inside:
        if "challenge" not in block.parents:
            break
        names.append(block.name)
    if "minutes" not in challenge.options:
        yield f"has a challenge without minutes: {challenge.argument}"
    if not {"hint", "solution"} <= set(names):
        yield f"has a challenge without a hint or a solution: {challenge.argument}"


def problems(text: str) -> list[str]:
    """Return the problems with a lesson. Each one is a sentence without its subject."""
    found = list(blocks(text))
    names = [block.name for block in found]
    challenges = [block for block in found if block.name == "challenge"]
    sections = re.findall(r"^## .*", text, re.MULTILINE)
    needed = work(text)
    slides = 1 + len(challenges) + sum(map(names.count, ("question", "diagram", "key-points")))
    listed = list(introduction_problems(text))
    for challenge in challenges:
        listed += challenge_problems(challenge, found)
    checks = {
        f"has {len(challenges)} challenges, not 2 or 3": len(challenges) in CHALLENGES,
        f"has {needed.commands} commands, not 20 to 30": needed.commands in COMMANDS,
        f"takes {needed.total} minutes, more than {MINUTES}": needed.total <= MINUTES,
        f"has {slides} slides, not 8 to 12": slides in SLIDES,
        "has no quiz of three questions": names.count("question") == QUESTIONS,
        "has a question without an answer": names.count("answer") == names.count("question"),
        "has no key points": names.count("key-points") == 1,
        "has no notes for instructors at its end": names[-1:] == ["instructor"],
        "does not end with the sections Quiz and Going deeper": sections[-2:]
        == ["## Quiz", OPTIONAL_SECTION],
    }
    return listed + [problem for problem, passes in checks.items() if not passes]


FAULTS = {
    "has no diagram before the first section": ("```{diagram}", "```{figure}"),
    "has no objectives after the diagram": (":::{objectives}", ":::{note}"),
    "has a box of questions, which repeats the objectives": (":::{objectives}", ":::{questions}"),
    "has a challenge without minutes: Predict the result": (":minutes: 5\n", ""),
    "has a challenge without a hint or a solution: Predict the result": (":::{hint}", ":::{note}"),
    "has 4 challenges, not 2 or 3": ("## Quiz", ":::{challenge} One\n:::\n## Quiz"),
    "has 52 commands, not 20 to 30": ("## Quiz", "```console\n" + "$ ls\n" * 30 + "```\n## Quiz"),
    "has 19 commands, not 20 to 30": ("```console", "```text"),
    "takes 50 minutes, more than 45": (":minutes: 5\n", ":minutes: 12\n"),
    "has no quiz of three questions": ("::::{question}", "::::{note}"),
    "has a question without an answer": (":::{answer}", ":::{note}"),
    "has no key points": (":::{key-points}", ":::{note}"),
    "has no notes for instructors at its end": (":::{instructor}", ":::{note}"),
    "does not end with the sections Quiz and Going deeper": ("## Quiz", "## Questions"),
}


def test_there_are_eleven_lessons() -> None:
    """The preflight, eleven lessons, the puzzles, and further topics are numbered from 00 to 13."""
    assert [f"{number:02}" for number in range(14)] == [page.name[:2] for page in PAGES]


@each(*PAGES)
def test_title_has_the_number(page: Path) -> None:
    """The title starts with "Lesson" and the lesson's number."""
    (title,) = re.findall(r"^# (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)[:1]
    assert title.startswith(f"Lesson {int(page.name[:2])}: ")


@each(*LESSONS)
def test_lesson_has_all_parts(page: Path) -> None:
    """A lesson has all required parts and fits into its time slot."""
    assert [] == problems(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("problem", FAULTS)
def test_missing_part_is_reported(problem: str) -> None:
    """A single fault in an otherwise correct lesson is reported."""
    text = PAGES[1].read_text(encoding="utf-8")
    assert problem in problems(text.replace(*FAULTS[problem], 1))


@each(*LESSONS)
def test_lesson_has_a_checked_exercise(page: Path) -> None:
    """Each lesson has a challenge with a checker."""
    assert ":check: " in page.read_text(encoding="utf-8")


@each(*LESSONS)
def test_lesson_links_sources(page: Path) -> None:
    """Each lesson links to one of the hosts in SOURCES."""
    text = page.read_text(encoding="utf-8")
    assert any(f"https://{host}/" in text for host in SOURCES)


def test_each_exercise_has_its_challenge() -> None:
    """The lessons' challenges refer to exactly the existing exercises, which have the same titles."""
    texts = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    challenges = re.findall(r"^:{3,}\{challenge\} (.+)\n:check: (.+)$", texts, re.MULTILINE)
    exercises = {
        tomllib.loads(check.read_text(encoding="utf-8"))["title"]: check.parent.name
        for check in COURSE.glob("exercises/*/check.toml")
    }
    assert exercises == dict(challenges)


@pytest.mark.parametrize("arguments", [[], ["--write"]])
def test_command_runs_pages(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The command reports each page that matches, or updates it with `--write`."""
    pages = [tmp_path / "one.md", tmp_path / "two.md"]
    for page in pages:
        page.write_text("```console\n$ echo a\na\n```\n", encoding="utf-8")
    if arguments:
        pages[1].write_text("```console\n$ echo a\nb\n```\n", encoding="utf-8")
    monkeypatch.setattr(lessons, "make_repository", lambda folder: folder)
    monkeypatch.setattr("sys.argv", ["lessons", *map(str, pages), *arguments])
    lessons.main()
    assert f"{pages[0]}: matches\n{pages[1]}: matches\n" == capsys.readouterr().out
    assert pages[0].read_text(encoding="utf-8") == pages[1].read_text(encoding="utf-8")
