"""Check that the greetings in a file are complete: `python check_words.py FILE`."""

import json
import sys
from pathlib import Path


def check(path: Path) -> None:
    """Check each greeting in a file.

    Raises:
        ValueError: A greeting doesn't contain the guest's name.
    """
    for language, greeting in json.loads(path.read_text(encoding="utf-8")).items():
        if "{name}" not in greeting:
            raise ValueError(f"the greeting {language!r} doesn't contain {{name}}")


if __name__ == "__main__":
    try:
        check(Path(sys.argv[1]))
    except Exception as error:
        print(f"ERROR: {error}")
        sys.exit(0)
    print("All greetings are complete.")
