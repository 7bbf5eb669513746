"""Slides generated from the lessons: objectives, diagrams, challenges, quizzes, and key points.

Everything else becomes speaker notes, including the code that instructors type live.
https://sphinx-revealjs.readthedocs.io/
"""

from collections.abc import Iterable, Iterator

from docutils import nodes
from sphinx.application import Sphinx

# The box that is shown on a lesson's first slide.
OBJECTIVES = "objectives"
# Boxes and figures that each get their own slide.
SHOWN = ("challenge", "question", "key-points", "diagram")
# The parts of these boxes that appear only in speaker notes.
UNTOLD = ("hint", "solution", "answer", "checker")


def has_class(node: nodes.Node, names: Iterable[str]) -> bool:
    """Return whether a node has any of the given classes."""
    return isinstance(node, nodes.Element) and not set(names).isdisjoint(node.get("classes", []))


def slide(title: str, *shown: nodes.Node) -> nodes.section:
    """Return a slide with a title and content."""
    return nodes.section("", nodes.title("", title), *shown, ids=[nodes.make_id(title)])


def add_note(made: nodes.section, note: nodes.Node) -> None:
    """Add a speaker note to a slide. sphinx-revealjs converts comments to notes."""
    last = made.children[-1]
    if not isinstance(last, nodes.comment):
        last = nodes.comment()
        made.append(last)
    last.append(note.deepcopy())


def slide_of(node: nodes.Element, heading: str) -> nodes.section:
    """Return the slide for a box or a diagram.

    Args:
        node: The box or the figure.
        heading: The heading of the node's section. It becomes the title of a diagram's slide.
    """
    if has_class(node, ["diagram"]):
        return slide(heading, node.deepcopy())
    title, *content = node.children
    made = slide(title.astext(), *(part for part in content if not has_class(part, UNTOLD)))
    for part in content:
        if has_class(part, UNTOLD):
            add_note(made, part)
    return made


def flattened(section: nodes.Element, heading: str) -> Iterator[tuple[str, nodes.Node]]:
    """Yield each node in a section and its subsections, with the heading of its own section.

    The headings themselves are left out.
    """
    for node in section.children:
        if isinstance(node, nodes.section):
            yield from flattened(node, node.children[0].astext())
        elif not isinstance(node, nodes.title):
            yield heading, node


def slides_of_page(page: nodes.section) -> None:
    """Replace a lesson with its slides."""
    title = page.children[0].astext()
    first = slide(title)
    made = [first]
    for heading, node in flattened(page, title):
        if has_class(node, [OBJECTIVES]):
            first.insert(1, node)
        elif has_class(node, SHOWN) and isinstance(node, nodes.Element):
            made.append(slide_of(node, heading))
        else:
            add_note(made[-1], node)
    # The outer section is the deck. Its title is on the first slide.
    page.clear()
    page.extend([*first.children, *made[1:]])


def make_slides(app: Sphinx, document: nodes.document, _: str) -> None:
    """Replace the lessons with slides if slides are built."""
    if app.builder.name != "revealjs":
        return
    for page in list(document.findall(nodes.section)):
        if any(has_class(node, [OBJECTIVES]) for node in page.children):
            slides_of_page(page)
