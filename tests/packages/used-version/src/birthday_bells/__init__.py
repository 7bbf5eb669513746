"""Ring the bells for birthdays."""

import argparse

RINGS = 3


def ring(name: str) -> str:
    """Return the sound of the bells."""
    return f"{'Ding! ' * RINGS}Happy birthday, {name}!"


def main() -> None:
    """Print the sound."""
    parser = argparse.ArgumentParser(prog="birthday-bells", description=__doc__)
    parser.add_argument("name")
    print(ring(parser.parse_args().name))
