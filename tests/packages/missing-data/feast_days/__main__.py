"""Run the command with `python -m feast_days`."""

from feast_days import main

main()
