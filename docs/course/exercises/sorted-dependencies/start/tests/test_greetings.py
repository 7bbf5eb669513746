"""The greetings."""

from greetings import greet


def test_greets_by_name() -> None:
    """The name stands in the greeting."""
    assert greet("Ada") == "Hello, Ada!"
