"""Print greetings in a frame."""


def postcard(name: str) -> str:
    """Return a greeting in a frame."""
    greeting = f" Greetings from the seaside, {name}! "
    edge = "+" + "-" * len(greeting) + "+"
    return f"{edge}\n|{greeting}|\n{edge}"
