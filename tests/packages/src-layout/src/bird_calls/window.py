"""The window."""


def show() -> int:
    """Show it."""
    return 0
