"""Find tracked files that the new project's .gitignore files hide from `git add --all`."""

import os
import shlex
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from adoption.files import git
from adoption.findings import Finding
from adoption.projects import Project


def hidden_finding(
    project: Project, moves: Sequence[tuple[str, str]], new: Mapping[str, bytes]
) -> Finding | None:
    """Return a finding about hidden files, or None if there are none.

    Args:
        project: The existing project.
        moves: The old path and the new path of each moved file.
        new: The contents of the new project's files by path.
    """
    folder = project.folder
    assert folder is not None
    if not git(folder, "ls-files"):
        return None
    patterns = {name: text for name, text in new.items() if is_gitignore(name)}
    patterns |= {name: (folder / old).read_bytes() for old, name in moves if is_gitignore(name)}
    hidden = ignored_paths(patterns, [name for _, name in moves])
    if not hidden:
        return None
    return Finding(
        f"Git tracks {', '.join(f'`{name}`' for name in hidden)}, but the new .gitignore matches"
        f" {'it' if len(hidden) == 1 else 'them'}. Before the commit, run"
        f" `git --work-tree=../my-project-adopted add --force {shlex.join(hidden)}"
        " && git restore .`."
    )


def is_gitignore(name: str) -> bool:
    """Return whether a path refers to a .gitignore file."""
    return PurePosixPath(name).name == ".gitignore"


def ignored_paths(patterns: Mapping[str, bytes], paths: Iterable[str]) -> list[str]:
    """Return the paths that .gitignore files hide.

    Args:
        patterns: The contents of the .gitignore files by path.
        paths: The paths to check. They don't have to exist.
    """
    with tempfile.TemporaryDirectory() as temporary:
        repository = Path(temporary)
        git(repository, "init", "--quiet")
        for name, content in patterns.items():
            file = repository / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        found = git(repository, "check-ignore", "--stdin", "-z", text=os.fsencode("\0".join(paths)))
    return [name for name in found.split("\0") if name]
