"""Timetables for a course, based on the estimated duration of each lesson."""

import datetime
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from harness.course.minutes import work_of


def clock(start: str, minutes: int) -> str:
    """Return the time of day at a given number of minutes after the start.

    >>> clock("09:45", 30)
    '10:15'
    """
    begin = datetime.datetime.strptime(start, "%H:%M").replace(tzinfo=datetime.UTC)
    return (begin + datetime.timedelta(minutes=minutes)).strftime("%H:%M")


class Timetable(SphinxDirective):
    """A timetable for one day.

    Each line is a lesson's number, or a break such as `Lunch 60`. A lesson gets its estimated
    minutes unless the line specifies more, as in `12 60`. The `start` option specifies when the
    day starts, such as `09:00`.
    """

    has_content = True
    option_spec: ClassVar = {"start": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return the table. Its last row shows the end of the day."""
        start = self.options["start"]
        course = Path(self.env.srcdir, "course")
        passed = taught = 0
        lines = []
        for entry in self.content:
            what, _, minutes = entry.partition(" ")
            pages = sorted(course.glob(f"{what}-*.md")) if what.isdigit() else []
            if what.isdigit() and not pages:
                raise self.error(f"there is no lesson {what}")
            for page in pages:
                self.env.note_dependency(page)
            needed = work_of(pages[0]).total if pages else 0
            length = int(minutes) if minutes else needed
            if length < needed:
                raise self.error(f"lesson {what} takes {needed} minutes, not {length}")
            shown = f"{{doc}}`/course/{pages[0].stem}`" if pages else what
            lines.append(f"| {clock(start, passed)} | {length} | {shown} |")
            passed += length
            taught += length if pages else 0
        lines.append(f"| {clock(start, passed)} |  | The end, after {taught} minutes of lessons |")
        table = ["| time | minutes | what |", "| --- | --- | --- |", *lines]
        return self.parse_text_to_nodes("\n".join(table))
