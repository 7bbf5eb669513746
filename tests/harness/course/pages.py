"""The front matter of documentation pages."""

from pathlib import Path
from typing import Any

import yaml


def front_matter(page: Path) -> dict[str, Any]:
    """Return the YAML front matter of a MyST page, or an empty dictionary if it has none.

    https://myst-parser.readthedocs.io/en/latest/syntax/syntax.html#syntax-frontmatter
    """
    text = page.read_text(encoding="utf-8")
    if not text.startswith("---\n"):
        return {}
    return dict(yaml.safe_load(text.removeprefix("---\n").partition("\n---\n")[0]) or {})
