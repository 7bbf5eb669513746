"""Reviews of facts that become outdated, such as versions and the behavior of services.

The date of a review is in a data file's comment, such as `(reviewed 2026-11-21)`, in a choice's
`choice.json`, or in a page's front matter.
"""

import datetime
import re

from harness.course.pages import front_matter
from harness.packagestan.template import ROOT

# Half a year.
DAYS = 183

IN_DATA = re.compile(r"\(reviewed (\d{4}-\d{2}-\d{2})\)|\"reviewed\": \"(\d{4}-\d{2}-\d{2})\"")


def reviews() -> dict[str, datetime.date]:
    """Return the date of the last review of each reviewed file, by path."""
    found = {}
    template = ROOT / "template"
    for file in sorted([*template.glob("data/*"), *template.glob("options/*/*/choice.json")]):
        if match := IN_DATA.search(file.read_text(encoding="utf-8")):
            found[file.relative_to(ROOT).as_posix()] = datetime.date.fromisoformat(
                match[1] or match[2]
            )
    for page in sorted((ROOT / "docs").rglob("*.md")):
        if day := front_matter(page).get("reviewed"):
            found[page.relative_to(ROOT).as_posix()] = day
    return found


def overdue(today: datetime.date) -> list[str]:
    """Return one line for each file with an overdue review, starting with the oldest review.

    Args:
        today: The current date.
    """
    latest = today - datetime.timedelta(days=DAYS)
    old = [(day, path) for path, day in reviews().items() if day < latest]
    return [f"{path}: last reviewed on {day}" for day, path in sorted(old)]
