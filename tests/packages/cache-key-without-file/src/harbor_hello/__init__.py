"""Greet arriving ships."""

import argparse

from rich.console import Console


def ahoy(ship: str) -> str:
    """Return a greeting for a ship."""
    return f"Ahoy, {ship}! Welcome to the harbor."


def main() -> None:
    """Print the greeting."""
    parser = argparse.ArgumentParser(prog="harbor-hello", description=__doc__)
    parser.add_argument("ship")
    Console().print(ahoy(parser.parse_args().ship), highlight=False)
