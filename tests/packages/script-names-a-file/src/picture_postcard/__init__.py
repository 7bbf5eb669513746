"""Draw a postcard around a greeting."""


def postcard(name: str) -> str:
    """Return a greeting in a frame."""
    greeting = f" Greetings from the seaside, {name}! "
    edge = "+" + "-" * len(greeting) + "+"
    return f"{edge}\n|{greeting}|\n{edge}"
