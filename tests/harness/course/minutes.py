"""Estimate how long a lesson takes.

The model includes everything that all learners read, type, and solve in class. It ignores collapsed
blocks, notes for instructors, and the section "Going deeper". This module uses only the standard
library, because Sphinx extensions import it, too.
"""

import argparse
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# The speed is low, because technical prose takes longer to read than a novel.
WORDS_A_MINUTE = 200
# This is the time to type or paste a command, wait, and compare the output.
SECONDS_A_COMMAND = 20
MINUTES_A_FILE = 1
MINUTES_A_QUESTION = 1
# The default for challenges without `:minutes:`.
MINUTES_A_CHALLENGE = 5

# The directives for collapsed blocks and for instructors' notes.
COLLAPSED = {"hint", "solution", "answer", "instructor", "dropdown"}
OPTIONAL_SECTION = "## Going deeper"

FENCE = re.compile(r"(?P<marks>`{3,}|:{3,}|~{3,})(?:\{(?P<name>[\w-]+)\})?[ ]*(?P<argument>.*)$")
OPTION = re.compile(r":(?P<name>[\w-]+):[ ]*(?P<value>.*)$")


@dataclass
class Block:
    """A fenced block on a page, or the prose of a section.

    Attributes:
        marks: The fence's characters, such as three backticks, or ":" for prose.
        name: The directive's name, the language of a code block, or "" for prose.
        argument: The text after the directive's name, or after the fence without a directive.
        options: The options of the directive, such as `minutes`.
        parents: The names of the enclosing blocks, starting with the outermost.
        section: The second-level heading above the block, or "" if there is none.
        lines: The block's own lines, except options and, outside code, empty lines.
    """

    marks: str
    name: str
    argument: str
    parents: tuple[str, ...]
    section: str
    options: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def is_code(self) -> bool:
        """Return whether the block is literal and contains neither prose nor other blocks."""
        return self.marks[0] != ":"

    @property
    def is_in_class(self) -> bool:
        """Return whether everyone reads the block in class."""
        return (
            self.section != OPTIONAL_SECTION
            and self.name not in COLLAPSED
            and COLLAPSED.isdisjoint(self.parents)
        )


def blocks(text: str) -> Iterator[Block]:
    r"""Yield the blocks of a page in order. The prose of a section is a block without a name.

    Args:
        text: A page in MyST Markdown.

    >>> text = "# A\n## B\ntwo words\n::::{challenge} C\n:minutes: 7\none\n```console\n$ ls\n```\n::::\n"
    >>> for block in blocks(text):
    ...     print([block.name, block.section, block.options, block.lines])
    ['', '', {}, ['# A']]
    ['', '## B', {}, ['## B', 'two words']]
    ['challenge', '## B', {'minutes': '7'}, ['one']]
    ['console', '## B', {}, ['$ ls']]
    """
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    found = [Block(":", "", "", (), "")]
    open_blocks = [found[0]]
    for line in text.splitlines():
        current = open_blocks[-1]
        stripped = line.strip()
        match = FENCE.match(stripped)
        is_fence = stripped and set(stripped) == {current.marks[0]}
        if len(open_blocks) > 1 and is_fence and len(stripped) >= len(current.marks):
            open_blocks.pop()
        elif match and not current.is_code:
            argument = match["argument"].strip()
            name = match["name"] or argument.partition(" ")[0]
            parents = tuple(block.name for block in open_blocks[1:])
            found.append(Block(match["marks"], name, argument, parents, open_blocks[0].section))
            open_blocks.append(found[-1])
        elif len(open_blocks) > 1 and not current.lines and (option := OPTION.match(stripped)):
            current.options[option["name"]] = option["value"]
        else:
            if len(open_blocks) == 1 and line.startswith("## "):
                found.append(Block(":", "", "", (), line))
                open_blocks = [found[-1]]
            if stripped or current.is_code:
                open_blocks[-1].lines.append(line)
    yield from found


@dataclass(frozen=True)
class Work:
    """The work that a page requires of learners in class.

    Attributes:
        words: The number of words in prose and tables outside challenges.
        commands: The number of commands outside challenges.
        files: The number of files to write outside challenges.
        questions: The number of quiz questions.
        challenges: The minutes of each challenge.
    """

    words: int
    commands: int
    files: int
    questions: int
    challenges: tuple[int, ...]

    @property
    def teach(self) -> int:
        """Return the minutes for reading or presenting, running commands, and writing files."""
        minutes = (
            self.words / WORDS_A_MINUTE
            + self.commands * SECONDS_A_COMMAND / 60
            + self.files * MINUTES_A_FILE
        )
        return math.ceil(minutes)

    @property
    def do(self) -> int:
        """Return the minutes for challenges and the quiz."""
        return sum(self.challenges) + self.questions * MINUTES_A_QUESTION

    @property
    def total(self) -> int:
        """Return the minutes for a timetable, rounded up to a multiple of five."""
        return math.ceil((self.teach + self.do) / 5) * 5


def words(block: Block) -> int:
    """Count the words in a block, except in code and headings."""
    if block.is_code:
        return 0
    return sum(len(re.findall(r"\w[\w'’.-]*", line)) for line in block.lines if line[:1] != "#")


def work(text: str) -> Work:
    """Measure the work that a page requires of learners in class.

    Args:
        text: The page in MyST Markdown.
    """
    seen = [block for block in blocks(text) if block.is_in_class]
    # A challenge's minutes include the words, commands, and files in it.
    outside = [block for block in seen if "challenge" not in (block.name, *block.parents)]
    return Work(
        words=sum(map(words, outside)),
        commands=sum(
            line.startswith("$ ")
            for block in outside
            if "console" in (block.name, block.argument)
            for line in block.lines
        ),
        files=sum(
            block.name == "code-block"
            and block.argument != "console"
            and "caption" in block.options
            for block in outside
        ),
        questions=sum(block.name == "question" for block in seen),
        challenges=tuple(
            int(block.options.get("minutes", MINUTES_A_CHALLENGE))
            for block in seen
            if block.name == "challenge"
        ),
    )


def work_of(page: Path) -> Work:
    """Measure the work that the page in a file requires; see `work`."""
    return work(page.read_text(encoding="utf-8"))


def main() -> None:
    """Print how many minutes lessons are estimated to take."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("pages", nargs="+", type=Path)
    for page in parser.parse_args().pages:
        needed = work_of(page)
        print(f"{page.name}: {needed.total} minutes ({needed.teach} + {needed.do}), {needed}")


if __name__ == "__main__":
    main()
