"""Run the command by `python -m greetings`."""

from .cli import main

main()
