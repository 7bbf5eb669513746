"""Open one of the packaging puzzles: `python -m harness.course.puzzles NUMBER [FOLDER]`.

This module uses only the standard library, because `nox -s puzzle` installs nothing.
"""

import re
import shutil
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
COURSE = ROOT / "docs" / "course"
PACKAGES = ROOT / "tests" / "packages"


class PuzzleError(Exception):
    """A puzzle can't be opened. The message says what to do."""


def puzzles() -> dict[int, str]:
    """Return the name of each puzzle's defect by puzzle number."""
    found = {}
    for path in COURSE.glob("puzzles/*/check.toml"):
        found[tomllib.loads(path.read_text(encoding="utf-8"))["puzzle"]] = path.parent.name
    return dict(sorted(found.items()))


def symptom(defect: str) -> str:
    """Return the text before the challenge on a puzzle's page, without fences and options."""
    page = (COURSE / "puzzles" / defect / "index.md").read_text(encoding="utf-8")
    text = page.split("---\n", 2)[2].split("\n:::", 1)[0]
    lines = [line for line in text.splitlines() if not re.match(r"```|:\w+:", line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def task(defect: str) -> str:
    """Return a puzzle's task, which precedes the checker's command on the page."""
    page = (COURSE / "puzzles" / defect / "index.md").read_text(encoding="utf-8")
    challenge = page.split("\n::::{challenge}", 1)[1].split("\nCheck your work", 1)[0]
    return challenge.split("\n", 1)[1].strip()


def open_puzzle(number: str, parent: Path) -> str:
    """Copy a puzzle's package into a new `puzzle-NUMBER` folder.

    Args:
        number: The puzzle's number.
        parent: The parent of the new folder.

    Returns:
        The symptom, the task, and the command that checks the solution.

    Raises:
        PuzzleError: The puzzle doesn't exist, or the folder already exists.
    """
    known = {str(puzzle): defect for puzzle, defect in puzzles().items()}
    if number not in known:
        raise PuzzleError(
            f"{number!r} is not a puzzle. Choose a number from {min(puzzles())} to {max(puzzles())}."
        )
    # Use an absolute path, because a command in the symptom changes the current folder.
    folder = parent.resolve() / f"puzzle-{number}"
    if folder.exists():
        raise PuzzleError(f"{folder} already exists. Move it away or continue in it.")
    shutil.copytree(PACKAGES / known[number], folder)
    # On the pages, the folder is called `puzzle`.
    story = symptom(known[number]).replace("$ cd puzzle\n", f"$ cd {folder}\n")
    check = f"uv run {COURSE / 'check.py'} puzzle-{number} {folder}"
    return f"""\
{story}

Your task:

{task(known[number])}

The package is in {folder}. Check your solution:

$ {check}"""


def main() -> int:
    """Open the puzzle that the command line selects, and return the exit code."""
    try:
        if len(sys.argv) not in (2, 3):
            raise PuzzleError("Specify the number of a puzzle: `nox -s puzzle -- 3`.")
        print(open_puzzle(sys.argv[1], Path(*sys.argv[2:])))
    except PuzzleError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
