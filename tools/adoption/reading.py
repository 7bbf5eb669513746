"""Read an existing project: combine answers, entries by hand, findings, and moves."""

from adoption.answers import derive_answers
from adoption.faults import find_faults
from adoption.findings import Reading
from adoption.moves import find_moves
from adoption.not_carried import find_not_carried
from adoption.project_table import entries_by_hand
from adoption.projects import Project
from adoption.validation import validate


def examine(project: Project) -> Reading:
    """Return what can be read from a project without rendering the template."""
    return Reading(
        answers=derive_answers(project),
        not_carried=list(find_not_carried(project)),
        faults=list(find_faults(project)),
        moves=find_moves(project),
    )


def read(project: Project) -> Reading:
    """Examine a project, validate the answers, and add the entries that they don't cover.

    Raises:
        AdoptionError: The template and this program don't match.
    """
    reading = examine(project)
    validated = validate(reading.answers)
    reading.answers = validated.answers
    reading.not_carried += validated.findings
    reading.by_hand = entries_by_hand(project, validated.answers, validated.table)
    return reading
