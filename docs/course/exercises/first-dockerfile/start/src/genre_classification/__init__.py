"""Classify music."""


def main() -> None:
    """Ask for a song."""
    print("Which song?")
