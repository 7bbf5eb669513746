"""How long a lesson takes: a model of what learners read, type, and solve.

The model counts what everyone does in class. Folded blocks and the section "Going deeper" are only
for some readers and don't count. It only needs the standard library, because the documentation uses
it, too.
"""

import argparse
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# The speed of reading technical prose silently, which is slower than reading a novel.
WORDS_A_MINUTE = 200
# The time to type or paste a command, wait, and compare the output.
SECONDS_A_COMMAND = 20
MINUTES_A_FILE = 1
MINUTES_A_QUESTION = 1
# A challenge without `:minutes:`.
MINUTES_A_CHALLENGE = 5

# Blocks that are folded, or only for instructors.
FOLDED = {"hint", "solution", "answer", "instructor", "dropdown"}
OPTIONAL_SECTION = "## Going deeper"

FENCE = re.compile(r"(?P<marks>`{3,}|:{3,}|~{3,})(?:\{(?P<name>[\w-]+)\})?[ ]*(?P<argument>.*)$")
OPTION = re.compile(r":(?P<name>[\w-]+):[ ]*(?P<value>.*)$")


@dataclass
class Block:
    """A fenced block of a page.

    Attributes:
        marks: The fence, such as three backticks.
        name: The directive's name, or the language of plain code.
        argument: The text after the name, such as a challenge's title.
        options: The directive's options, such as `minutes`.
        parents: The names of the enclosing blocks, the outermost first.
        section: The second-level heading above it, or "".
        lines: Its lines, without options and nested blocks.
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
        """Whether the text is literal, so nothing in it is a block or prose."""
        return self.marks[0] != ":"

    @property
    def is_in_class(self) -> bool:
        """Whether everyone sees the block in class."""
        return (
            self.section != OPTIONAL_SECTION
            and self.name not in FOLDED
            and FOLDED.isdisjoint(self.parents)
        )


def blocks(text: str) -> Iterator[Block]:
    r"""Yield the blocks of a page in the order in which they begin.

    Args:
        text: A page in MyST Markdown.

    The text of a section outside of its fenced blocks is a block without a name.

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
    """What a page asks of learners in class.

    Attributes:
        words: Words of prose and tables.
        commands: Commands to run, without those of challenges.
        files: Files to write.
        questions: Questions of the quiz.
        challenges: The minutes of each challenge.
    """

    words: int
    commands: int
    files: int
    questions: int
    challenges: tuple[int, ...]

    @property
    def teach(self) -> int:
        """Minutes to read or present the page, and to follow its commands."""
        minutes = (
            self.words / WORDS_A_MINUTE
            + self.commands * SECONDS_A_COMMAND / 60
            + self.files * MINUTES_A_FILE
        )
        return math.ceil(minutes)

    @property
    def do(self) -> int:
        """Minutes of the challenges and the quiz."""
        return sum(self.challenges) + self.questions * MINUTES_A_QUESTION

    @property
    def total(self) -> int:
        """Minutes of the page in a timetable, which has steps of five minutes."""
        return math.ceil((self.teach + self.do) / 5) * 5


def words(block: Block) -> int:
    """Return how many words of prose a block has; code and headings have none."""
    if block.is_code:
        return 0
    return sum(len(re.findall(r"\w[\w'’.-]*", line)) for line in block.lines if line[:1] != "#")


def work(text: str) -> Work:
    """Return what a page asks of learners in class.

    Args:
        text: The page in MyST Markdown.
    """
    seen = [block for block in blocks(text) if block.is_in_class]
    # A challenge's minutes include everything in it.
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
    """Return what a page asks of learners in class; see `work`."""
    return work(page.read_text(encoding="utf-8"))


def main() -> None:
    """Print the minutes of lessons, and what they consist of."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("pages", nargs="+", type=Path)
    for page in parser.parse_args().pages:
        needed = work_of(page)
        print(f"{page.name}: {needed.total} minutes ({needed.teach} + {needed.do}), {needed}")


if __name__ == "__main__":
    main()
