"""Slides, made of the same pages: what is to be seen, with the prose as the speaker's notes.

https://sphinx-revealjs.readthedocs.io/
"""

import re
from collections.abc import Iterable

from docutils import nodes
from sphinx.application import Sphinx

# What is shown of a section, each on a slide of its own.
SHOWN = (nodes.literal_block, nodes.table, nodes.figure, nodes.image)

# Boxes of a lesson that are slides, and those of its first slide.
SLIDES = ("challenge", "key-points")
FIRST = ("questions", "objectives")

KEY_POINTS = "Key points"

# What learners don't see before they have tried.
UNTOLD = ("hint", "solution", "checker")


def has_class(node: nodes.Node, names: Iterable[str]) -> bool:
    """Return whether a node is of one of some classes."""
    return isinstance(node, nodes.Element) and not set(names).isdisjoint(node.get("classes", []))


def first_sentence(paragraph: nodes.paragraph) -> nodes.paragraph:
    """Return the first sentence of a paragraph, as text without links.

    >>> first_sentence(nodes.paragraph("", "See e.g. this. And that.")).astext()
    'See e.g. this.'
    """
    text = paragraph.astext().replace("\n", " ")
    end = re.search(r"(?<!\be\.g)(?<!\bi\.e)[.:?!](?= [A-Z`]|$)", text)
    return nodes.paragraph("", text[: end.end()] if end else text)


def is_shown(node: nodes.Node) -> bool:
    """Return whether a node of a section is a slide: code, a table, a picture, a challenge."""
    holds_code = isinstance(node, nodes.container) and bool(node.get("literal_block"))
    return isinstance(node, SHOWN) or holds_code or has_class(node, SLIDES)


def slide(title: nodes.Node, *shown: nodes.Node) -> nodes.section:
    """Return a slide with a title."""
    text = title.astext()
    return nodes.section("", nodes.title("", text), *shown, ids=[nodes.make_id(text)])


def add_notes(made: nodes.section, *notes: nodes.Node) -> None:
    """Add to what the speaker sees with a slide; sphinx-revealjs makes notes of comments."""
    last = made.children[-1]
    if not isinstance(last, nodes.comment):
        last = nodes.comment()
        made.append(last)
    last.extend([note.deepcopy() for note in notes])


def slide_of_box(box: nodes.Element) -> nodes.section:
    """Return the slide of a challenge or of the key points; what it must not tell is a note."""
    title, *content = box.children
    made = slide(title, *(node for node in content if not has_class(node, UNTOLD)))
    if untold := [node for node in content if has_class(node, UNTOLD)]:
        add_notes(made, *untold)
    return made


def slides_of_section(section: nodes.section) -> list[nodes.section]:
    """Return the slides of a section: what it is about, then each thing that is to be seen."""
    title, *content = section.children
    about = slide(title)
    made = [about]
    for node in content:
        if isinstance(node, nodes.section):
            made += slides_of_section(node)
        elif has_class(node, SLIDES) and isinstance(node, nodes.Element):
            made.append(slide_of_box(node))
        elif is_shown(node):
            made.append(slide(title, node))
        else:
            if isinstance(node, nodes.paragraph) and len(about.children) == 1:
                about.append(first_sentence(node))
            add_notes(made[-1], node)
    return made


def slides_of_page(page: nodes.section) -> None:
    """Make a page slides: the first, a column for each section, and what to remember."""
    title, *content = page.children
    page.children = [title, *(node for node in content if has_class(node, FIRST))]
    columns, last = [], []
    for node in content:
        if isinstance(node, nodes.section):
            about, *below = slides_of_section(node)
            # They are at the end of the page, in its last section.
            last += [made for made in below if made.children[0].astext() == KEY_POINTS]
            about.extend(made for made in below if made not in last)
            columns.append(about)
        elif not has_class(node, FIRST):
            add_notes(page, node)
    page.extend([*columns, *last])


def make_slides(app: Sphinx, document: nodes.document, _: str) -> None:
    """Make slides of the lessons where it is slides that are built."""
    if app.builder.name != "revealjs":
        return
    for page in list(document.findall(nodes.section)):
        if any(has_class(node, FIRST) for node in page.children):
            slides_of_page(page)
