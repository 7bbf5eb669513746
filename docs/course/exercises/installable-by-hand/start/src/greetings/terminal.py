"""The command-line interface."""

import argparse

from . import GREETINGS, greet


def run() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="greetings")
    parser.add_argument("name")
    parser.add_argument("--language", default="en", choices=sorted(GREETINGS))
    arguments = parser.parse_args()
    print(greet(arguments.name, arguments.language))
    return 0
