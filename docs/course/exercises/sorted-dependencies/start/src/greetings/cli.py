"""The command."""

import sys

from rich.console import Console

from . import greet


def main() -> int:
    """Greet whom the command line names, in colour."""
    message = greet(" ".join(sys.argv[1:]))
    Console().print(message, style="bold green")
    return 0
