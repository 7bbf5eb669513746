"""Greet somebody in colour."""

import sys

from rich.console import Console

Console().print(f"Hello, {sys.argv[1]}!", style="bold green")
