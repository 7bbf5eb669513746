"""Handouts for printing: the lessons without solutions, answers, and notes for instructors."""

from docutils import nodes
from sphinx.application import Sphinx

from .slides import has_class

LEFT_OUT = ("solution", "answer", "instructor", "commands-run")


def leave_out_solutions(app: Sphinx, document: nodes.document, _: str) -> None:
    """Remove the elements in `LEFT_OUT`, and open the hints, if handouts are built."""
    if not app.tags.has("handouts"):
        return
    for node in list(document.findall(lambda node: has_class(node, LEFT_OUT))):
        assert node.parent is not None
        node.parent.remove(node)
    # Content can't be collapsed on paper.
    for fold in list(document.findall(lambda node: has_class(node, ("hint",)))):
        assert isinstance(fold, nodes.Element)
        fold["opened"] = True
