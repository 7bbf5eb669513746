"""Greet guests in their own language."""

import argparse
import json
from importlib.resources import files


def greet(name: str, language: str) -> str:
    """Return a greeting."""
    words = json.loads((files("guest_book") / "words.json").read_text(encoding="utf-8"))
    return str(words[language]).format(name=name)


def main() -> None:
    """Print the greeting."""
    parser = argparse.ArgumentParser(prog="guest-book", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--language", default="en")
    given = parser.parse_args()
    print(greet(given.name, given.language))
