"""Render the Graphviz files in `docs/diagrams/` as inline SVG.

Inline SVG can use the page's style sheet, so its colors follow the light or dark scheme. The
pygraphviz wheel includes Graphviz. https://graphviz.org/doc/info/lang.html
"""

import contextlib
import html
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pygraphviz
from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

LOGGER = logging.getLogger(__name__)

# Default attributes for all diagrams. The style sheet replaces the colors.
DEFAULTS = """
graph [bgcolor=transparent, fontname=Helvetica, fontsize=14, nodesep=0.25, ranksep=0.35]
node [shape=box, style="rounded,filled", fillcolor=white, fontname=Helvetica, fontsize=14,
      height=0.4, margin="0.15,0.08"]
edge [fontname=Helvetica, fontsize=13, arrowsize=0.8]
"""

# The maximum width in CSS pixels. On a phone, a diagram that is 480 pixels wide shrinks to three
# quarters of its size, which makes its text as small as a footnote. The limit is 40 pixels higher,
# because fonts are wider on some machines.
WIDEST = 520


@contextlib.contextmanager
def warnings_of_graphviz() -> Iterator[list[str]]:
    """Yield a list, and add warnings from Graphviz to it at the end of the `with` block.

    Graphviz doesn't use `sys.stderr`, so file descriptor 2 is redirected.
    """
    warnings: list[str] = []
    with tempfile.TemporaryFile() as file:
        stderr = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield warnings
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            file.seek(0)
            lines = file.read().decode("utf-8", "replace").splitlines()
            # Ignore warnings from the wheel's fontconfig, which can't read newer settings files.
            warnings += [line for line in lines if not line.startswith("Fontconfig")]


def render(source: str) -> tuple[str, list[str]]:
    """Return the SVG element of a Graphviz graph, and the warnings from Graphviz.

    Args:
        source: A complete graph in the DOT language. Its attributes override the defaults.

    Raises:
        ValueError: The graph cannot be parsed or laid out.
    """
    with warnings_of_graphviz() as warnings:
        graph = pygraphviz.AGraph(string=source.replace("{", "{" + DEFAULTS, 1))
        svg = graph.draw(format="svg", prog="dot").decode("utf-8")
    svg = svg[svg.index("<svg") :]
    # Remove comments, tooltips that only repeat names, and IDs, which may not be unique.
    svg = re.sub(r"<!--.*?-->\n?|<title>.*?</title>\n?| id=\"[^\"]*\"", "", svg, flags=re.DOTALL)
    # Use pixels instead of points so that the graph's font size is the font size on the page.
    return re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', svg), warnings


def width(svg: str) -> int:
    """Return the width of an SVG element in pixels, rounded down.

    >>> width('<svg width="193" height="20">')
    193
    """
    match = re.search(r'<svg width="(\d+)', svg)
    assert match
    return int(match.group(1))


class Picture(nodes.General, nodes.Element, addnodes.translatable):
    """An inline SVG with alt text that can be translated."""

    def preserve_original_messages(self) -> None:
        """Remember the original alt text."""
        self.setdefault("original_alt", self["alt"])

    def apply_translated_message(self, original: str, translated: str) -> None:
        """Use a message's translation if the message is the original alt text."""
        if self["original_alt"] == original:
            self["alt"] = translated

    def extract_original_messages(self) -> Sequence[str]:
        """Return a list that contains the original alt text."""
        return [self.get("original_alt", self["alt"])]


def visit_picture(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write the SVG with its alt text.

    Raises:
        nodes.SkipNode: Always, because the node has no other output.
    """
    label = html.escape(node["alt"])
    translator.body.append(node["svg"].replace("<svg", f'<svg role="img" aria-label="{label}"', 1))
    raise nodes.SkipNode


class Diagram(SphinxDirective):
    """A diagram from `docs/diagrams/`, specified by its file name without the suffix.

    The first paragraph of the content is the caption, and the rest is the alt text.
    """

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the figure with the diagram and its caption, and log warnings."""
        (name,) = self.arguments
        file = Path(self.env.srcdir, "diagrams", f"{name}.dot")
        self.env.note_dependency(file)
        caption, _, alt = "\n".join(self.content).strip().partition("\n\n")
        if not alt.strip():
            raise self.error(f"the diagram {name} has no alternative text")
        try:
            svg, warnings = render(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self.error(f"the diagram {name} cannot be drawn: {error}") from error
        if width(svg) > WIDEST:
            warnings.append(f"it is {width(svg)} pixels wide; the limit is {WIDEST}")
        for warning in warnings:
            LOGGER.warning("the diagram %s: %s", name, warning, location=self.get_location())
        picture = Picture(svg=svg, alt=" ".join(alt.split()))
        figure = nodes.figure("", picture, classes=["diagram"])
        self.set_source_info(picture)
        self.set_source_info(figure)
        text = " ".join(caption.split())
        words, messages = self.parse_inline(text)
        # Sphinx translates only nodes that have a source.
        figure += [nodes.caption(text, "", *words), *messages]
        self.set_source_info(figure[1])
        return [figure]
