"""Run the command with `python -m greetings`."""

from .cli import main

main()
