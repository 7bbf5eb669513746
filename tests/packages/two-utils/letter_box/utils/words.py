"""The opening and closing of letters."""


def opening(name: str) -> str:
    """Return the opening of a letter."""
    return f"Dear {name},"


def closing() -> str:
    """Return the closing of a letter."""
    return "Yours ever"
