"""Read an existing project: combine answers, entries by hand, findings, and moves."""

from adoption.answers import derive_answers
from adoption.faults import find_faults
from adoption.findings import Reading
from adoption.groups import groups_finding
from adoption.moves import find_moves, removed_starters
from adoption.not_carried import find_not_carried
from adoption.other_tables import other_tables
from adoption.overwritten import (
    changed_tables,
    left_behind,
    own_tables,
    rendered_files,
    replaced_files,
)
from adoption.project_table import entries_by_hand
from adoption.projects import Project
from adoption.pytest_settings import pytest_table
from adoption.validation import validate
from adoption.version_files import find_versions, ignored_files


def examine(project: Project) -> Reading:
    """Return what can be read from a project without rendering the template."""
    return Reading(
        answers=derive_answers(project),
        not_carried=[*find_not_carried(project), *find_versions(project)],
        gitignore=ignored_files(project),
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
    reading.tables = other_tables(project, validated)
    if "dependency-groups" in reading.tables:
        rendered = validated.settings["dependency-groups"]
        reading.not_carried.append(groups_finding(reading.tables["dependency-groups"], rendered))
    if project.folder is not None:
        read_files(project, reading)
    return reading


def read_files(project: Project, reading: Reading) -> None:
    """Add what happens to a project's files, and to the tables of its tools."""
    new = rendered_files(reading.answers)
    files = replaced_files(project, new)
    reading.left = left_behind(project, [*reading.moves, *dict.fromkeys(files, "").items()])
    reading.moves = [(old, target) for old, target in reading.moves if old not in files]
    # Without the answer `changelog`, there is no starter to remove.
    reading.removed = [name for name in removed_starters(project, reading.moves) if name in new]
    reading.replaced = files | changed_tables(project, new)
    tables = own_tables(project, new)
    if entries := pytest_table(project, reading.moves):
        tables["pytest"] = entries
    if tables:
        reading.tables["tool"] = reading.tables.get("tool", {}) | tables
