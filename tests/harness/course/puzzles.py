"""Opens a room of the workshop's escape room: `python -m harness.course.puzzles NUMBER [FOLDER]`.

It runs before anything is installed, and so needs nothing but Python.
"""

import re
import shutil
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
WORKSHOP = ROOT / "docs" / "workshop"
PACKAGES = ROOT / "tests" / "packages"


class RoomError(Exception):
    """A room can't be opened; the message says why in one sentence."""


def rooms() -> dict[int, str]:
    """Return the defect of each room by the room's number."""
    found = {}
    for path in WORKSHOP.glob("rooms/*/check.toml"):
        found[tomllib.loads(path.read_text(encoding="utf-8"))["room"]] = path.parent.name
    return dict(sorted(found.items()))


def symptom(defect: str) -> str:
    """Return what a room's page says before its challenge, as plain text."""
    page = (WORKSHOP / "rooms" / defect / "index.md").read_text(encoding="utf-8")
    text = page.split("---\n", 2)[2].split("\n:::", 1)[0]
    lines = [line for line in text.splitlines() if not re.match(r"```|:\w+:", line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def open_room(number: str, parent: Path) -> str:
    """Copy a room's package into a new folder `room-NUMBER`.

    Args:
        number: The room's number.
        parent: Where to make the folder.

    Returns:
        What to tell who has entered.

    Raises:
        RoomError: There is no such room, or the folder is there already.
    """
    known = {str(room): defect for room, defect in rooms().items()}
    if number not in known:
        raise RoomError(f"{number!r} is no room: there are {min(rooms())} to {max(rooms())}.")
    folder = parent / f"room-{number}"
    if folder.exists():
        raise RoomError(f"{folder} is there already: move it away, or go on with what is in it.")
    shutil.copytree(PACKAGES / known[number], folder)
    # On the pages, the package is in a folder `room`.
    story = symptom(known[number]).replace("$ cd room\n", f"$ cd {folder}\n")
    check = f"uv run {WORKSHOP / 'check.py'} room-{number} {folder}"
    return f"{story}\n\nThe package is in {folder}. When you have mended it:\n\n$ {check}"


def main() -> int:
    """Open the room that the command line names, and return the exit code."""
    try:
        if len(sys.argv) not in (2, 3):
            raise RoomError("Say which room to open, by its number: `nox -s room -- 3`.")
        print(open_room(sys.argv[1], Path(*sys.argv[2:])))
    except RoomError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
