"""The text of cards."""

from season_cards import card


def test_card_contains_name() -> None:
    """The card addresses a person by name."""
    assert card("Ada", "winter") == "A warm winter, Ada!"
