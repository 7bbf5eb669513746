"""Wish someone a good night."""

import argparse

from lamp_light import glow


def good_night(name: str) -> str:
    """Return a good-night wish."""
    return glow(f"Good night, {name}. Sleep well!")


def main() -> None:
    """Print the wish."""
    parser = argparse.ArgumentParser(prog="night-lantern", description=__doc__)
    parser.add_argument("name")
    print(good_night(parser.parse_args().name))
