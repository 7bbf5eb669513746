"""Keep git from changing line endings in the new project.

The template's .gitattributes makes git store all text files with LF.
https://git-scm.com/docs/gitattributes#_text
"""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from adoption.files import git, project_files
from adoption.projects import Project


def attribute_lines(project: Project, moves: Iterable[tuple[str, str]]) -> list[str]:
    """Return the lines to add to .gitattributes: the old lines, and patterns for files with CRLF.

    Comments and blank lines are left out. Files that have the same folder and suffix share a
    pattern.

    Args:
        project: The existing project.
        moves: The old path and the new path of each moved file.
    """
    folder = project.folder
    assert folder is not None
    old = folder / ".gitattributes"
    lines = old.read_text(encoding="utf-8").splitlines() if old.is_file() else []
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    kept = with_crlf(folder)
    groups: dict[str, list[str]] = {}
    for source, target in moves:
        if source in kept:
            path = PurePosixPath(target)
            groups.setdefault(f"{path.parent}/*{path.suffix}", []).append(target)
    for pattern, names in groups.items():
        name = names[0] if len(names) == 1 else pattern.removeprefix("./")
        # Without the leading slash, a pattern such as *.txt would match files in all folders.
        lines.append(f'"/{name}" -text' if " " in name else f"/{name} -text")
    return lines


def with_crlf(folder: Path) -> set[str]:
    """Return the text files in which git stores CRLF line endings.

    If git tracks nothing, return the text files that contain them.
    """
    tracked = git(folder, "ls-files", "--eol", "-z").strip("\0")
    if tracked:
        entries = [entry.partition("\t") for entry in tracked.split("\0")]
        return {name for state, _, name in entries if state.startswith(("i/crlf", "i/mixed"))}
    contents = {name: (folder / name).read_bytes() for name in project_files(folder)}
    return {name for name, text in contents.items() if b"\r\n" in text and b"\0" not in text}
