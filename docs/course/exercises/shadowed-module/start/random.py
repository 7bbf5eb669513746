"""Chance, for greetings."""

import random

GREETINGS = ["Hello", "Hallo", "¡Hola"]


def any_greeting():
    """Return one of the greetings, picked by chance."""
    return random.choice(GREETINGS)
