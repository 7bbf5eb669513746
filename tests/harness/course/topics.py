"""Show where the course teaches each of its topics, and how thoroughly.

`docs/course/topics.yml` lists the topics. A lesson's front matter maps topic numbers to the anchors
of sections.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from harness.course.lessons import COURSE
from harness.course.minutes import blocks, words
from harness.course.pages import front_matter

# A topic with fewer words is thin, unless learners run a command or see a picture.
ENOUGH_WORDS = 80


@dataclass(frozen=True)
class Section:
    """A section of a lesson, with its subsections.

    Attributes:
        words: The number of words in prose, including collapsed blocks.
        commands: The number of commands.
        pictures: The number of diagrams.
    """

    words: int
    commands: int
    pictures: int


@dataclass(frozen=True)
class Topic:
    """A topic of the course.

    Attributes:
        number: The topic's number in `topics.yml`.
        title: The topic's title.
        sections: The sections that teach the topic, by the lesson's name and the section's anchor.
    """

    number: int
    title: str
    sections: dict[tuple[str, str], Section]

    @property
    def total(self) -> Section:
        """Return the totals for all sections."""
        found = self.sections.values()
        return Section(
            sum(section.words for section in found),
            sum(section.commands for section in found),
            sum(section.pictures for section in found),
        )

    @property
    def is_thin(self) -> bool:
        """Return whether the course barely covers the topic."""
        return self.total.words < ENOUGH_WORDS and not self.total.commands + self.total.pictures


def lessons() -> list[Path]:
    """Return the pages of all lessons."""
    return sorted(COURSE.glob("[0-9]*.md"))


def headings(page: Path) -> dict[int, list[str]]:
    """Return the anchors in a lesson's front matter by topic number."""
    named = front_matter(page).get("topics", {})
    return {number: [each] if isinstance(each, str) else each for number, each in named.items()}


def sections(text: str) -> dict[str, Section]:
    r"""Return the sections of a page by anchor. The anchors are the same as on GitHub.

    >>> sections("# A\none\n## B `c`\ntwo words\n```console\n# no heading\n$ ls\n```\n")
    {'a': Section(words=3, commands=1, pictures=0), 'b-c': Section(words=2, commands=1, pictures=0)}
    """
    # In code blocks, remove "#" at the start of lines, because comments look like headings.
    text = re.sub(r"(?ms)^(`{3,}).*?^\1$", lambda code: re.sub(r"(?m)^#", "", code[0]), text)
    parts = re.split(r"(?m)^(#+) (.+)$", text)
    levels = [len(marks) for marks in parts[1::3]]
    found = {}
    for number, (heading, level) in enumerate(zip(parts[2::3], levels, strict=True)):
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        end = next((n for n in range(number + 1, len(levels)) if levels[n] <= level), len(levels))
        found[anchor] = _count("\n".join(parts[3::3][number:end]))
    return found


def _count(text: str) -> Section:
    found = list(blocks(text))
    consoles = [block for block in found if "console" in (block.name, block.argument)]
    return Section(
        sum(map(words, found)),
        sum(line.startswith("$ ") for block in consoles for line in block.lines),
        sum(block.name == "diagram" for block in found),
    )


def topics() -> list[Topic]:
    """Return the topics of the course with the sections that teach them."""
    titles = yaml.safe_load((COURSE / "topics.yml").read_text(encoding="utf-8"))
    found = {page: sections(page.read_text(encoding="utf-8")) for page in lessons()}
    named = {page: headings(page) for page in lessons()}
    return [
        Topic(
            number,
            title,
            {
                (page.stem, anchor): found[page][anchor]
                for page in lessons()
                for anchor in named[page].get(number, [])
            },
        )
        for number, title in titles.items()
    ]


def main() -> None:
    """Print a Markdown table of all topics."""
    print("| number | topic | sections | words | commands | pictures | thin |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for topic in topics():
        where = ", ".join(f"{lesson[:2]}: {anchor}" for lesson, anchor in topic.sections)
        total = topic.total
        numbers = f"{total.words} | {total.commands} | {total.pictures}"
        thin = "yes" if topic.is_thin else "no"
        print(f"| {topic.number} | {topic.title} | {where} | {numbers} | {thin} |")


if __name__ == "__main__":
    main()
