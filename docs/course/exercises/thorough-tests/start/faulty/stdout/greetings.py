"""Greetings in several languages."""

from collections.abc import Sequence

GREETINGS = {"de": "Hallo", "en": "Hello", "es": "¡Hola"}


def greet(name: str, language: str = "en") -> str:
    """Return a greeting.

    Raises:
        ValueError: If the language is unknown.
    """
    if language not in GREETINGS:
        raise ValueError(f"unknown language {language!r}")
    return f"{GREETINGS[language]}, {name}!"


def main(arguments: Sequence[str]) -> int:
    """Print the greeting for a name and a language, and return the exit code."""
    try:
        print(greet(*arguments))
    except ValueError as error:
        print(f"error: {error}")
        return 2
    return 0
