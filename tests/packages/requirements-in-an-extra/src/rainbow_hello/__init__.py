"""Say hello in all colors."""

from rich.text import Text

COLORS = ["red", "yellow", "green", "cyan", "blue", "magenta"]


def rainbow(name: str) -> Text:
    """Return a greeting in which each letter has a different color."""
    greeting = Text()
    for number, letter in enumerate(f"Hello, {name}!"):
        greeting.append(letter, style=COLORS[number % len(COLORS)])
    return greeting
