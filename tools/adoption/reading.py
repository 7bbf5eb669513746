"""Read an existing project: collect answers, entries for pyproject.toml, findings, and moves."""

import tomllib
from pathlib import Path

import yaml

from adoption.answers import derive_answers
from adoption.faults import find_faults
from adoption.findings import Finding, Reading
from adoption.gitignore import hidden_finding
from adoption.groups import groups_finding
from adoption.line_ends import attribute_lines
from adoption.moves import find_moves, outdated_paths, removed_starters
from adoption.not_carried import find_not_carried
from adoption.other_tables import other_tables
from adoption.overwritten import (
    changed_tables,
    folder_files,
    left_behind,
    own_tables,
    replaced_files,
)
from adoption.project_table import entries_by_hand
from adoption.projects import Project
from adoption.pytest_settings import pytest_table
from adoption.validation import Validated, validate
from adoption.version_files import find_versions, ignored_files


def examine(project: Project) -> Reading:
    """Return the results that don't require rendering the template."""
    return Reading(
        answers=derive_answers(project),
        not_carried=[*find_not_carried(project), *find_versions(project)],
        gitignore=ignored_files(project),
        faults=list(find_faults(project)),
        moves=find_moves(project),
    )


def read(project: Project) -> Reading:
    """Examine a project, validate its answers, and add what the answers don't cover.

    Raises:
        AdoptionError: Copier can't render the template with the answers.
    """
    reading = examine(project)
    validated = validate(reading.answers)
    reading.answers = validated.answers
    reading.not_carried += validated.findings
    add_uncovered(project, reading, validated)
    return reading


def read_created(project: Project, folder: Path) -> Reading:
    """Examine a project, and add what the new project in a folder doesn't cover.

    The new project's answers may differ from the answers that `read` derives.
    """
    reading = examine(project)
    text = (folder / ".copier-answers.yml").read_text(encoding="utf-8")
    reading.answers = yaml.safe_load(text)
    settings = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    files = folder_files(folder)
    add_uncovered(
        project, reading, Validated(reading.answers, reading.answers, settings, files, [])
    )
    return reading


def add_uncovered(project: Project, reading: Reading, validated: Validated) -> None:
    """Add everything that answers don't cover, and remove the moves of files that are replaced.

    Args:
        project: The existing project.
        reading: The results so far. They are changed in place.
        validated: The answers and the resulting files.
    """
    reading.by_hand = entries_by_hand(project, validated.answers, validated.table)
    reading.tables = other_tables(project, validated)
    if "dependency-groups" in reading.tables:
        rendered = validated.settings["dependency-groups"]
        reading.not_carried.append(groups_finding(reading.tables["dependency-groups"], rendered))
    if project.folder is None:
        return
    new = validated.files
    files = replaced_files(project, new)
    reading.left = left_behind(project, [*reading.moves, *dict.fromkeys(files, "").items()])
    reading.moves = [(old, target) for old, target in reading.moves if old not in files]
    # Depending on the answers, the new project lacks some starter files.
    reading.removed = [name for name in removed_starters(project, reading.moves) if name in new]
    reading.gitattributes = attribute_lines(project, reading.moves)
    if paths := list(outdated_paths(project, reading.moves, new)):
        text = "Tests name files that move or disappear"
        reading.not_carried.append(Finding(f"{text}: {', '.join(paths)}. Correct them."))
    if finding := hidden_finding(project, reading.moves, new):
        reading.not_carried.append(finding)
    reading.replaced = files | changed_tables(project, validated.settings)
    tables = own_tables(project, validated.settings)
    if entries := pytest_table(project, reading.moves):
        tables["pytest"] = entries
    if tables:
        reading.tables["tool"] = reading.tables.get("tool", {}) | tables
