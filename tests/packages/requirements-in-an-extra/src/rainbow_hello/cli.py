"""The command-line interface."""

import argparse

from rich.console import Console

from rainbow_hello import rainbow


def main() -> None:
    """Print the greeting."""
    parser = argparse.ArgumentParser(prog="rainbow-hello")
    parser.add_argument("name")
    Console().print(rainbow(parser.parse_args().name))
