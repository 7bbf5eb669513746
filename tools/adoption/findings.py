"""Definitions that the steps of an adoption share."""

from dataclasses import dataclass, field
from typing import Any

# Descriptions of differences between wheels, which the patterns of findings also contain.
LOST, NEW = "missing from the new wheel", "only in the new wheel"


class AdoptionError(Exception):
    """An error whose message is shown to the user."""


@dataclass(frozen=True)
class Finding:
    """A fact that the existing project's owner should know.

    Attributes:
        text: A description of the fact.
        explains: `fnmatch` patterns for the text of each `comparison.Difference` that the fact
            causes.
    """

    text: str
    explains: tuple[str, ...] = ()


@dataclass
class Reading:
    """All results of reading an existing project.

    Attributes:
        answers: The answers to the template's questions.
        by_hand: The entries for `[project]` that no answer covers.
        tables: The entries for other tables in pyproject.toml that no answer covers.
        gitignore: Lines to add to .gitignore.
        gitattributes: Lines to add to .gitattributes.
        not_carried: Findings about properties that change or must be carried over by hand.
        faults: Findings about faults that the existing project already has.
        moves: The old path and the new path of each moved file.
        removed: The starter files to remove from the new project.
        replaced: The diffs of the files and tables that the new project replaces, by name.
        left: The files that are not moved, grouped by the description of their replacement.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    by_hand: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Any] = field(default_factory=dict)
    gitignore: list[str] = field(default_factory=list)
    gitattributes: list[str] = field(default_factory=list)
    not_carried: list[Finding] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    replaced: dict[str, str] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)


def counted(number: int, noun: str) -> str:
    """Return a number followed by a singular or plural noun.

    >>> counted(1, "file"), counted(2, "file")
    ('1 file', '2 files')
    """
    return f"{number} {noun}{'s' * (number != 1)}"
