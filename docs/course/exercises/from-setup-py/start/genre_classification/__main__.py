"""List musical genres."""

import json
from importlib import resources

from rich import print


def cli() -> None:
    """Print the genres."""
    file = resources.files("genre_classification") / "data" / "genres.json"
    print(", ".join(json.loads(file.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    cli()
