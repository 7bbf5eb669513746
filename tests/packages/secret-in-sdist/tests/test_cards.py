"""Cards are written."""

from season_cards import card


def test_a_card_has_the_name() -> None:
    """A card is written to somebody."""
    assert card("Ada", "winter") == "A warm winter, Ada!"
