"""The words that a letter begins and ends with."""


def opening(name: str) -> str:
    """Return how a letter begins."""
    return f"Dear {name},"


def closing() -> str:
    """Return how a letter ends."""
    return "Yours ever"
