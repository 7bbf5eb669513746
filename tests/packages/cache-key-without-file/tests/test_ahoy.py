"""Ships are greeted."""

from harbour_hello import ahoy


def test_a_ship_is_called_by_its_name() -> None:
    """The greeting has the name of the ship."""
    assert "Ahoy, Vasa!" in ahoy("Vasa")
