"""What a letter costs."""


def postage(pages: int) -> int:
    """Return the postage in cents."""
    return 95 + 15 * (pages - 1)
