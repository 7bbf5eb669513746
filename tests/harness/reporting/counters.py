"""Counts and tables of a test run, collected from all of its worker processes."""

import collections
import os
from pathlib import Path

VARIABLE = "PACKAGESTAN_TALLY"


def start(file: Path) -> None:
    """Count into a file from now on, in this process and in the processes that it starts."""
    os.environ[VARIABLE] = str(file)


def count(what: str, number: int = 1) -> None:
    """Count an event, such as "rendered"."""
    if VARIABLE in os.environ:
        # A short append is atomic, so worker processes don't need a lock.
        with Path(os.environ[VARIABLE]).open("a", encoding="utf-8") as file:
            file.write(f"{number} {what}\n")


def totals() -> collections.Counter[str]:
    """Return how often each event was counted."""
    file = Path(os.environ[VARIABLE])
    counted: collections.Counter[str] = collections.Counter()
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        number, what = line.split(" ", 1)
        counted[what] += int(number)
    return counted


def report(title: str, lines: list[str]) -> None:
    """Keep a table for the end of the test run."""
    if VARIABLE in os.environ:
        file = Path(os.environ[VARIABLE]).with_name(f"{title}.report")
        file.write_text("\n".join(lines), encoding="utf-8")


def reports() -> dict[str, list[str]]:
    """Return the tables by their titles."""
    files = sorted(Path(os.environ[VARIABLE]).parent.glob("*.report"))
    return {file.stem: file.read_text(encoding="utf-8").splitlines() for file in files}
