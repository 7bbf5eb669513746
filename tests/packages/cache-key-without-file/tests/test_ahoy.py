"""The greeting of ships."""

from harbor_hello import ahoy


def test_greeting_contains_name() -> None:
    """The greeting contains the ship's name."""
    assert "Ahoy, Vasa!" in ahoy("Vasa")
