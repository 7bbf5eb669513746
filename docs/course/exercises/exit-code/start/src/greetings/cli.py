"""The command-line interface."""

import argparse

from . import GREETINGS, greet


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(prog="greetings")
    parser.add_argument("name")
    parser.add_argument("--language", default="en")
    arguments = parser.parse_args()
    if arguments.language not in GREETINGS:
        return print(f"greetings: error: unknown language {arguments.language!r}")
    return print(greet(arguments.name, arguments.language))
