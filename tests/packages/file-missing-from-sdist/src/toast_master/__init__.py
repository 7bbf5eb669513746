"""Propose a toast."""

import argparse

from rich.console import Console


def toast(name: str) -> str:
    """Return a toast."""
    return f"Ladies and gentlemen: to {name}!"


def main() -> None:
    """Print the toast."""
    parser = argparse.ArgumentParser(prog="toast", description=__doc__)
    parser.add_argument("name")
    Console().print(toast(parser.parse_args().name), style="bold", highlight=False)
