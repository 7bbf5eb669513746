"""Send a card for each season."""

import argparse
import os

WISHES = {"spring": "Happy spring", "winter": "A warm winter"}


def card(name: str, season: str) -> str:
    """Return the text of a card."""
    return f"{WISHES[season]}, {name}!"


def main() -> None:
    """Print a card and report whether it can be sent."""
    parser = argparse.ArgumentParser(prog="season-cards", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("season", choices=WISHES)
    given = parser.parse_args()
    print(card(given.name, given.season))
    if "CARD_SERVICE_TOKEN" not in os.environ:
        print("(not sent: CARD_SERVICE_TOKEN is not set)")
