"""What an invitation is written on."""


def frame(text):
    """Put a line above and below a text."""
    line = "-" * len(text)
    return f"{line}\n{text}\n{line}"
