"""Greet people in several languages."""

GREETINGS = {"de": "Hallo, {name}!", "en": "Hello, {name}!", "es": "¡Hola, {name}!"}


def greet(name: str, language: str = "en") -> str:
    """Return a greeting."""
    return GREETINGS[language].format(name=name)
