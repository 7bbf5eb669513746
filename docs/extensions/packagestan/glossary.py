"""Link the first use of each glossary term on a page."""

import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

PAGE = "reference/glossary"

# Terms in headings, code, and existing links are not linked.
SKIPPED = (
    nodes.title,
    nodes.literal,
    nodes.reference,
    addnodes.pending_xref,
    nodes.FixedTextElement,
)


def terms(text: str) -> list[str]:
    r"""Return the terms in the Markdown source of a glossary.

    Longer terms come first, so that a term isn't linked inside a longer one.

    >>> terms("```{glossary}\nsdist\n  An archive.\n\nwheel\n  A file.\n```\n")
    ['sdist', 'wheel']
    """
    found = [
        line
        for block in re.findall(r"^```\{glossary\}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        for line in re.findall(r"^\w.*$", block, re.MULTILINE)
    ]
    return sorted(found, key=lambda term: (-len(term), term))


def prose(document: nodes.document) -> Iterator[nodes.Text]:
    """Yield a page's text nodes in which terms can be linked."""
    for text in document.findall(nodes.Text):
        parent: nodes.Node | None = text.parent
        while parent and not isinstance(parent, SKIPPED):
            parent = parent.parent
        if parent is None:
            yield text


def link_terms(app: Sphinx, document: nodes.document) -> None:
    """Link the first use of each term on a page to the glossary."""
    # Slides and handouts have no glossary to link to, and the home page is only an overview.
    if PAGE not in app.env.found_docs or app.env.docname in (PAGE, app.config.root_doc):
        return
    source = Path(app.env.doc2path(PAGE))
    app.env.note_dependency(str(source))
    for term in terms(source.read_text(encoding="utf-8")):
        pattern = re.compile(rf"\b{re.escape(term)}s?\b", re.IGNORECASE)
        for text in prose(document):
            if found := pattern.search(text.astext()):
                replace(text, found, term, app.env.docname)
                break


def replace(text: nodes.Text, found: re.Match[str], term: str, page: str) -> None:
    """Replace a match in a text node with a link to a term."""
    whole = text.astext()
    link = addnodes.pending_xref(
        "",
        nodes.inline("", found.group()),
        refdomain="std",
        reftype="term",
        reftarget=term,
        refdoc=page,
        refexplicit=True,
        refwarn=True,
    )
    parts = [nodes.Text(whole[: found.start()]), link, nodes.Text(whole[found.end() :])]
    text.parent.replace(text, [part for part in parts if part.astext()])
