"""Greet the morning in color."""

import argparse

from rich.console import Console


def greet(name: str) -> str:
    """Return a morning greeting."""
    return f"Good morning, {name}!"


def main() -> None:
    """Print the greeting."""
    parser = argparse.ArgumentParser(prog="dawn-chorus", description=__doc__)
    parser.add_argument("name")
    Console().print(greet(parser.parse_args().name), style="yellow", highlight=False)
