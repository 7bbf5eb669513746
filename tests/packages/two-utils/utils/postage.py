"""The postage of letters."""


def postage(pages: int) -> int:
    """Return the postage for a letter in cents."""
    return 95 + 15 * (pages - 1)
