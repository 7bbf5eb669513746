"""Greet somebody in a language picked by chance."""

import sys

from random import any_greeting

print(f"{any_greeting()}, {sys.argv[1]}!")
