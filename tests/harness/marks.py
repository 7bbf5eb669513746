"""Parts of pages that a nox session makes, between two marks."""

from pathlib import Path

END = "\n<!-- end of what is made -->"


def start(part: str, session: str = "tables") -> str:
    """Return the mark before a part that a nox session makes."""
    return f"<!-- {part}: made by `nox -s {session}` -->\n\n"


def made_text(file: Path, mark: str) -> str:
    """Return what stands after a mark, up to the end of its part.

    Raises:
        ValueError: The file lacks the mark.
    """
    _, found, rest = file.read_text(encoding="utf-8").partition(mark)
    if not found:
        raise ValueError(f"{file.name} lacks the line {mark.strip()}")
    return rest.split(END)[0]


def write(file: Path, mark: str, text: str) -> None:
    """Write a part anew; see `made_text` for the errors."""
    old = mark + made_text(file, mark) + END
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace(old, mark + text + END), encoding="utf-8")
