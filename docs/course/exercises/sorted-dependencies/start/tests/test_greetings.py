"""Greetings."""

from greetings import greet


def test_greets_by_name() -> None:
    """The greeting contains the name."""
    assert greet("Ada") == "Hello, Ada!"
