"""Print a colored greeting."""

import sys

from rich.console import Console

Console().print(f"Hello, {sys.argv[1]}!", style="bold green")
