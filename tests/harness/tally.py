"""Counts of what a test run really did, over all of its worker processes."""

import collections
import os
from pathlib import Path

VARIABLE = "PACKAGESTAN_TALLY"


def start(file: Path) -> None:
    """Count into a file from now on, in this process and in those that it starts."""
    os.environ[VARIABLE] = str(file)


def count(what: str, number: int = 1) -> None:
    """Count a deed, for instance "rendered"."""
    if VARIABLE in os.environ:
        # One short append is atomic, so that worker processes need no lock.
        with Path(os.environ[VARIABLE]).open("a", encoding="utf-8") as file:
            file.write(f"{number} {what}\n")


def totals() -> collections.Counter[str]:
    """Return how often each deed was counted."""
    file = Path(os.environ[VARIABLE])
    counted: collections.Counter[str] = collections.Counter()
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        number, what = line.split(" ", 1)
        counted[what] += int(number)
    return counted
