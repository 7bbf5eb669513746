"""Write a letter."""

import os
import sys

sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), "..")))

from utils.words import closing, opening


def letter(name: str) -> str:
    """Return a letter."""
    return f"{opening(name)}\n\nI hope that this finds you well.\n\n{closing()}"


def main() -> None:
    """Print a letter."""
    print(letter(sys.argv[1]))


if __name__ == "__main__":
    main()
