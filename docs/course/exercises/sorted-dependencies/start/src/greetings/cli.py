"""The command-line interface."""

import sys

from rich.console import Console

from . import greet


def main() -> int:
    """Print a colored greeting."""
    message = greet(" ".join(sys.argv[1:]))
    Console().print(message, style="bold green")
    return 0
