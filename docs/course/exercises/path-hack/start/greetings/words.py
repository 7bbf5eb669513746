"""The words."""

GREETINGS = {"en": "Hello, {}!", "es": "¡Hola, {}!", "de": "Hallo, {}!"}


def greet(name, language="en"):
    """Greet somebody."""
    return GREETINGS[language].format(name)
