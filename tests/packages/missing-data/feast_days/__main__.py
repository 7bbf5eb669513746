"""`python -m feast_days` does what the command does."""

from feast_days import main

main()
