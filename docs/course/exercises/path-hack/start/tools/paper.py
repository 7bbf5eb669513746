"""The frame of an invitation."""


def frame(text):
    """Return a text between two lines."""
    line = "-" * len(text)
    return f"{line}\n{text}\n{line}"
