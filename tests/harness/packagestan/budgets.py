"""Limits for the files and lines that each preset generates, and the current numbers."""

import itertools
from dataclasses import dataclass
from pathlib import Path

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.packagestan.answers import choices

PRESETS = ("minimal", "standard", "full")

# The limits for a library's files and lines. The license and the answers file don't count.
BUDGETS = {"minimal": (9, 220), "standard": (22, 850), "full": (36, 1500)}
NOT_COUNTED = {".copier-answers.yml", "LICENSE"}


@dataclass(frozen=True)
class Size:
    """The size of a project with only a preset and a project type selected.

    Attributes:
        preset: The preset.
        mode: The project type.
        files: The number of files, excluding the license and the answers file.
        lines: The number of lines in these files.
    """

    preset: str
    mode: str
    files: int
    lines: int

    @property
    def budget(self) -> tuple[int, int] | None:
        """Return the maximum numbers of files and lines, or None if there is no limit."""
        return BUDGETS[self.preset] if self.mode == "library" else None

    @property
    def is_within_budget(self) -> bool:
        """Return whether both numbers are within the budget, or True without a budget."""
        return self.budget is None or (
            self.files <= self.budget[0] and self.lines <= self.budget[1]
        )

    def __str__(self) -> str:
        """Return the size as a row of a table."""
        limit = "{:5} /{:6}".format(*self.budget) if self.budget else "      -"
        return f"{self.preset:9} {self.mode:8} {self.files:5} /{self.lines:6}   {limit}"


HEADER = "preset    type     files / lines    budget"


def measure(project: Path) -> tuple[int, int]:
    """Count a project's files and their lines, excluding the license and the answers file."""
    files = [project / name for name in tree(project) if name not in NOT_COUNTED]
    return len(files), sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def sizes(artifacts: ArtifactCache) -> list[Size]:
    """Return the size of a project for each combination of a preset and a project type."""
    return [
        Size(
            preset,
            mode,
            *measure(
                artifacts.project({"project_name": "My Project", "preset": preset, "mode": mode})
            ),
        )
        for preset, mode in itertools.product(PRESETS, choices("mode"))
    ]
