"""Decorate text."""


def glow(text: str) -> str:
    """Return a text between stars."""
    return f"* {text} *"
