"""Greetings by language."""

GREETINGS = {"en": "Hello, {}!", "es": "¡Hola, {}!", "de": "Hallo, {}!"}


def greet(name, language="en"):
    """Return a greeting."""
    return GREETINGS[language].format(name)
