"""The commands that a page shows, and how many of them the tests run."""

import collections
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.directives.code import CodeBlock
from sphinx.util import logging
from sphinx.util.matching import patmatch

from harness.course.pages import front_matter

LOGGER = logging.getLogger(__name__)

PROMPT = "$ "
# What `:class:` says of a block of commands.
FAILS, NOT_RUN, GENERATED = "fails", "not-run", "generated"


def blocks(document: nodes.document) -> Iterator[nodes.literal_block]:
    """Yield the blocks of commands that are the page's own, not made by a directive."""
    for block in document.findall(nodes.literal_block):
        if block.get("language") == "console" and GENERATED not in block["classes"]:
            yield block


def count(block: nodes.literal_block) -> int:
    """Return how many commands a block has; those are what follows a prompt."""
    return sum(line.startswith(PROMPT) for line in block.astext().splitlines())


def reason(block: nodes.literal_block) -> str:
    """Return why a block is not run, as its caption says it; an empty text if it has none.

    Of "Not run here: it needs a Docker engine." this is "it needs a Docker engine".
    """
    if not isinstance(block.parent, nodes.container):
        return ""
    words = [child.astext() for child in block.parent.findall(nodes.caption)]
    return "".join(words).removeprefix("Not run here:").strip().rstrip(".")


class Code(CodeBlock):
    """A block of code; where its caption is a file's name, no letter of it is markup."""

    def run(self) -> list[nodes.Node]:
        """Return the block."""
        caption = self.options.get("caption", "")
        if caption and " " not in caption:
            self.options["caption"] = f"`{caption}`"
        return super().run()


def is_executed(app: Sphinx, page: str) -> bool:
    """Return whether the tests run a page's commands: by its name, or as it says `commands: run`."""
    if any(patmatch(page, pattern) for pattern in app.config.packagestan_executed):
        return True
    return front_matter(Path(app.env.doc2path(page))).get("commands") == "run"


def sentence(total: int, reasons: dict[str, int]) -> str:
    """Return how many commands of a page are run, and why others are not.

    >>> sentence(1, {})
    'The one command on this page is run by the tests.'
    >>> sentence(31, {"it needs GitHub": 1, "it needs a Docker engine": 2})
    '28 of 31 commands on this page are run by the tests; 3 are not: it needs GitHub (1), it needs a
    Docker engine (2).'
    """
    missing = sum(reasons.values())
    if not missing:
        if total == 1:
            return "The one command on this page is run by the tests."
        return f"All {total} commands on this page are run by the tests."
    why = ", ".join(f"{reason} ({number})" for reason, number in reasons.items())
    return (
        f"{total - missing} of {total} commands on this page are run by the tests; "
        f"{missing} {'is' if missing == 1 else 'are'} not: {why}."
    )


def finish_page(app: Sphinx, document: nodes.document) -> None:
    """Mark the commands that fail on purpose, and say at the foot how many commands are run."""
    total = 0
    reasons: collections.Counter[str] = collections.Counter()
    for block in list(blocks(document)):
        number = count(block)
        total += number
        if NOT_RUN in block["classes"]:
            if not reason(block):
                LOGGER.warning("no caption says why this is not run", location=block)
            reasons[reason(block)] += number
        elif FAILS in block["classes"]:
            last = "The last of these commands" if number > 1 else "This command"
            mark = nodes.paragraph("", f"{last} fails, on purpose:", classes=["on-purpose"])
            outer = block.parent if block.parent.get("literal_block") else block
            outer.parent.insert(outer.parent.index(outer), mark)
    if total and is_executed(app, app.env.docname):
        foot = nodes.paragraph("", sentence(total, reasons), classes=["commands-run"])
        sections = [child for child in document.children if isinstance(child, nodes.section)]
        (sections[-1] if sections else document).append(foot)
