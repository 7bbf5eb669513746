"""Handouts for printing: the lessons without solutions, answers, or notes for instructors."""

from docutils import nodes
from sphinx.application import Sphinx

from .slides import has_class

LEFT_OUT = ("solution", "answer", "instructor", "commands-run")


def leave_out_solutions(app: Sphinx, document: nodes.document, _: str) -> None:
    """If handouts are built, remove elements with a class in `LEFT_OUT`, and open hints."""
    if not app.tags.has("handouts"):
        return
    for node in list(document.findall(lambda node: has_class(node, LEFT_OUT))):
        assert node.parent is not None
        node.parent.remove(node)
    # Readers can't open collapsed content on paper.
    for fold in list(document.findall(lambda node: has_class(node, ("hint",)))):
        assert isinstance(fold, nodes.Element)
        fold["opened"] = True
