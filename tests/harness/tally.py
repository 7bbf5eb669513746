"""Counts of what a test run really did, over all of its worker processes."""

import collections
import os
from pathlib import Path

VARIABLE = "PACKAGESTAN_TALLY"


def start(file: Path) -> None:
    """Count into a file from now on, in this process and in those that it starts."""
    os.environ[VARIABLE] = str(file)


def count(what: str) -> None:
    """Count one deed, for instance "rendered"."""
    if VARIABLE in os.environ:
        # One short append is atomic, so that worker processes need no lock.
        with Path(os.environ[VARIABLE]).open("a", encoding="utf-8") as file:
            file.write(what + "\n")


def totals() -> collections.Counter[str]:
    """Return how often each deed was counted."""
    file = Path(os.environ[VARIABLE])
    return collections.Counter(
        file.read_text(encoding="utf-8").split("\n")[:-1] if file.exists() else []
    )
