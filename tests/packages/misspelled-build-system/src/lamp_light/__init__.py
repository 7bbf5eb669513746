"""Put words into the light of a lamp."""


def glow(words: str) -> str:
    """Return words in a light."""
    return f"* {words} *"
