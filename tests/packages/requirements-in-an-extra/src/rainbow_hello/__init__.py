"""Say hello in all colours."""

from rich.text import Text

COLOURS = ["red", "yellow", "green", "cyan", "blue", "magenta"]


def rainbow(name: str) -> Text:
    """Return a greeting, each letter in the next colour."""
    greeting = Text()
    for number, letter in enumerate(f"Hello, {name}!"):
        greeting.append(letter, style=COLOURS[number % len(COLOURS)])
    return greeting
