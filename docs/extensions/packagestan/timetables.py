"""Timetables of a course, made of what the lessons say of their minutes."""

import datetime
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from harness.course.pages import front_matter


def clock(start: str, minutes: int) -> str:
    """Return what the clock shows some minutes after a time of day.

    >>> clock("09:45", 30)
    '10:15'
    """
    begin = datetime.datetime.strptime(start, "%H:%M").replace(tzinfo=datetime.UTC)
    return (begin + datetime.timedelta(minutes=minutes)).strftime("%H:%M")


def minutes_of(page: Path) -> int:
    """Return the minutes of a lesson: to teach and to do."""
    said = front_matter(page)["minutes"]
    return int(said["teach"]) + int(said["do"])


class Timetable(SphinxDirective):
    """A day's table: a line of the content is a lesson's number, or a break with its minutes.

    A lesson's own minutes count, unless the line names others: `07 25`. Another line is a break:
    `Lunch 60`.
    """

    has_content = True
    option_spec: ClassVar = {"start": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return the table, which ends with the day."""
        start = self.options["start"]
        course = Path(self.env.srcdir, "course")
        passed = taught = 0
        lines = []
        for entry in self.content:
            what, _, minutes = entry.partition(" ")
            pages = sorted(course.glob(f"{what}-*.md")) if what.isdigit() else []
            if what.isdigit() and not pages:
                raise self.error(f"there is no lesson {what}")
            length = int(minutes) if minutes else minutes_of(pages[0])
            shown = f"{{doc}}`/course/{pages[0].stem}`" if pages else what
            lines.append(f"| {clock(start, passed)} | {length} | {shown} |")
            passed += length
            taught += length if pages else 0
        lines.append(f"| {clock(start, passed)} |  | The end, after {taught} minutes of lessons |")
        table = ["| time | minutes | what |", "| --- | --- | --- |", *lines]
        return self.parse_text_to_nodes("\n".join(table))
