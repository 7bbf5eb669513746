"""Look whether a file of greetings is complete: `python check_words.py FILE`."""

import json
import sys
from pathlib import Path


def check(path: Path) -> None:
    """Look at each greeting in a file.

    Raises:
        ValueError: A greeting has no place for the name.
    """
    for language, greeting in json.loads(path.read_text(encoding="utf-8")).items():
        if "{name}" not in greeting:
            raise ValueError(f"the greeting in {language!r} has no place for the name")


if __name__ == "__main__":
    try:
        check(Path(sys.argv[1]))
    except Exception as error:
        print(f"ERROR: {error}")
        sys.exit(0)
    print("All greetings are complete.")
