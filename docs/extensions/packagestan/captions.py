"""Add the heading level, which ARIA requires and Sphinx omits, to the sidebar's captions."""

from typing import Any

from sphinx.application import Sphinx

ROLE = 'role="heading"'
# With this priority, the handler runs after Furo's, which creates the tree.
AFTER_FURO = 900


def add_level(
    app: Sphinx, page: str, template: str, context: dict[str, Any], document: object
) -> None:
    """Add the heading level to the captions in the navigation tree."""
    if tree := context.get("furo_navigation_tree"):
        context["furo_navigation_tree"] = tree.replace(ROLE, f'{ROLE} aria-level="2"')
