"""Print wishes for special days."""

import argparse
import json
from pathlib import Path

DATA = Path("feast_days")


def wish(day: str, name: str) -> str:
    """Return the wish for a day."""
    days = json.loads((DATA / "days.json").read_text(encoding="utf-8"))
    words = json.loads((DATA / "words" / days[day]).read_text(encoding="utf-8"))
    return f"{words['wish']}, {name}!"


def main() -> None:
    """Print the wish."""
    parser = argparse.ArgumentParser(prog="feast-days", description=__doc__)
    parser.add_argument("day")
    parser.add_argument("name")
    given = parser.parse_args()
    print(wish(given.day, given.name))
