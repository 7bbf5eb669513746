"""Counts the words of a text"""

__version__ = "1.2"


def count(text: str) -> int:
    return len(text.split())
