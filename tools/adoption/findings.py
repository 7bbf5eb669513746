"""The types that every step of an adoption shares."""

from dataclasses import dataclass, field
from typing import Any

# The kinds of differences in the new wheel. Findings refer to differences by these texts.
LOST, NEW = "missing from the new wheel", "only in the new wheel"


class AdoptionError(Exception):
    """A reason to stop, as one sentence for the user. Nothing has been written."""


@dataclass(frozen=True)
class Finding:
    """Something that the owner of the existing project should know.

    Attributes:
        text: The finding in one or two sentences.
        explains: The differences between the two wheels that it causes, as `fnmatch` patterns for
            the text of a `comparison.Difference`.
    """

    text: str
    explains: tuple[str, ...] = ()


@dataclass
class Reading:
    """Everything that was read from an existing project.

    Attributes:
        answers: The answers to the template's questions.
        by_hand: The entries of `[project]` that no answer covers.
        tables: The entries of the other tables of pyproject.toml that no answer covers.
        gitignore: Lines to add to .gitignore.
        gitattributes: Lines to add to .gitattributes.
        not_carried: What neither the answers nor `[project]` can express.
        faults: What is already broken in the existing project.
        moves: Where each file goes: (path in the old folder, path in the new folder).
        removed: The starter files that existing files replace.
        replaced: The diffs of the files and tables that the new project replaces, by name.
        left: The files that are not moved, grouped by their replacement.
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
