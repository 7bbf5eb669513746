"""Facts that age: versions, bounds, what other services do. Each says when it was last reviewed.

A data file of the template says it in a comment, `(reviewed 2026-11-21)`, a page of the
documentation in its front matter, `reviewed: 2026-11-21`.
"""

import datetime
import re

from .pages import front_matter
from .template import ROOT

# Half a year, in which every tool that the template names has had a release.
DAYS = 183

IN_DATA = re.compile(r"\(reviewed (\d{4}-\d{2}-\d{2})\)")


def reviews() -> dict[str, datetime.date]:
    """Return when each file that holds such facts was last reviewed, by its path."""
    found = {}
    for file in sorted((ROOT / "template" / "data").iterdir()):
        if match := IN_DATA.search(file.read_text(encoding="utf-8")):
            found[file.relative_to(ROOT).as_posix()] = datetime.date.fromisoformat(match[1])
    for page in sorted((ROOT / "docs").rglob("*.md")):
        if day := front_matter(page).get("reviewed"):
            found[page.relative_to(ROOT).as_posix()] = day
    return found


def overdue(today: datetime.date) -> list[str]:
    """Return the files whose facts want a review, the oldest review first.

    Args:
        today: The day on which somebody asks.
    """
    latest = today - datetime.timedelta(days=DAYS)
    old = [(day, path) for path, day in reviews().items() if day < latest]
    return [f"{path}: last reviewed on {day}" for day, path in sorted(old)]
