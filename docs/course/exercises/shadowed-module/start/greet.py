"""Print a greeting in a random language."""

import sys

from random import any_greeting

print(f"{any_greeting()}, {sys.argv[1]}!")
