"""Classifies music."""


def main() -> None:
    """Say what could be done."""
    print("Which song?")
