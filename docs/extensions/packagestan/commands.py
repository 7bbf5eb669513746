"""Count the commands on each page, and show how many of them the tests run."""

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
# The CSS classes that mark blocks of commands.
FAILS, NOT_RUN, GENERATED = "fails", "not-run", "generated"


def blocks(document: nodes.document) -> Iterator[nodes.literal_block]:
    """Yield a page's blocks of commands, excluding blocks that a directive generates."""
    for block in document.findall(nodes.literal_block):
        if block.get("language") == "console" and GENERATED not in block["classes"]:
            yield block


def count(block: nodes.literal_block) -> int:
    """Count the commands in a block. Each one starts on a line with the prompt "$ "."""
    return sum(line.startswith(PROMPT) for line in block.astext().splitlines())


def reason(block: nodes.literal_block) -> str:
    """Return the reason for not running a block, or "" if the block has no caption.

    If the caption is "Not run here: it requires a Docker engine.", the reason is "it requires a
    Docker engine".
    """
    if not isinstance(block.parent, nodes.container):
        return ""
    words = [child.astext() for child in block.parent.findall(nodes.caption)]
    return "".join(words).removeprefix("Not run here:").strip().rstrip(".")


class Code(CodeBlock):
    """A code block. A caption without spaces is a file name, so it is formatted as code."""

    def run(self) -> list[nodes.Node]:
        """Return the block with its caption."""
        caption = self.options.get("caption", "")
        if caption and " " not in caption:
            self.options["caption"] = f"`{caption}`"
        return super().run()


def is_executed(app: Sphinx, page: str) -> bool:
    """Return whether the tests run a page's commands, according to the settings or front matter."""
    if any(patmatch(page, pattern) for pattern in app.config.packagestan_executed):
        return True
    return "commands" in front_matter(Path(app.env.doc2path(page)))


def sentence(total: int, reasons: dict[str, int]) -> str:
    """Return text that says how many commands are tested and why the rest are not.

    Args:
        total: The number of commands on the page.
        reasons: The number of commands that are not tested, by reason.

    >>> sentence(1, {})
    'The command on this page is tested.'
    >>> sentence(31, {"it requires GitHub": 1, "it requires a Docker engine": 2})
    '28 of 31 commands on this page are tested. Not tested: it requires GitHub (1), it requires a
    Docker engine (2).'
    """
    missing = sum(reasons.values())
    if not missing:
        if total == 1:
            return "The command on this page is tested."
        return f"All {total} commands on this page are tested."
    why = ", ".join(f"{reason} ({number})" for reason, number in reasons.items())
    return f"{total - missing} of {total} commands on this page are tested. Not tested: {why}."


def finish_page(app: Sphinx, document: nodes.document) -> None:
    """Mark commands that fail on purpose, and add a footer if the page's commands are tested.

    If a block that isn't run has no caption, log a warning.
    """
    total = 0
    reasons: collections.Counter[str] = collections.Counter()
    for block in list(blocks(document)):
        number = count(block)
        total += number
        if NOT_RUN in block["classes"]:
            if not reason(block):
                LOGGER.warning("add a caption that says why this is not run", location=block)
            reasons[reason(block)] += number
        elif FAILS in block["classes"]:
            last = "The last of these commands" if number > 1 else "This command"
            mark = nodes.paragraph("", f"{last} fails on purpose:", classes=["on-purpose"])
            outer = block.parent if block.parent.get("literal_block") else block
            outer.parent.insert(outer.parent.index(outer), mark)
    if total and is_executed(app, app.env.docname):
        foot = nodes.paragraph("", sentence(total, reasons), classes=["commands-run"])
        sections = [child for child in document.children if isinstance(child, nodes.section)]
        (sections[-1] if sections else document).append(foot)
