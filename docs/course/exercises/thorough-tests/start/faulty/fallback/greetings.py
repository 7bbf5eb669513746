"""Greetings in several languages."""

import sys
from collections.abc import Sequence

GREETINGS = {"de": "Hallo", "en": "Hello", "es": "¡Hola"}


def greet(name: str, language: str = "en") -> str:
    """Return a greeting. The default for unknown languages is English."""
    return f"{GREETINGS.get(language, 'Hello')}, {name}!"


def main(arguments: Sequence[str]) -> int:
    """Print the greeting for a name and a language, and return the exit code."""
    try:
        print(greet(*arguments))
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0
