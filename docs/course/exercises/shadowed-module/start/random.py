"""Random greetings."""

import random

GREETINGS = ["Hello", "Hallo", "¡Hola"]


def any_greeting():
    """Return a random greeting."""
    return random.choice(GREETINGS)
