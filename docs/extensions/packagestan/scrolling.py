"""Make scrollable content accessible by keyboard.

https://www.w3.org/WAI/WCAG22/Understanding/keyboard.html
"""

import re
from typing import Any

from sphinx.application import Sphinx

# Code blocks, and the wrappers that Furo puts around tables.
SCROLLED = re.compile(r'<pre(?=>)|<div class="table-wrapper[^"]*"')


def make_focusable(
    app: Sphinx, page: str, template: str, context: dict[str, Any], document: object
) -> None:
    """Let the Tab key reach content that may be wider than the screen."""
    if "body" in context:
        context["body"] = SCROLLED.sub(r'\g<0> tabindex="0"', context["body"])
