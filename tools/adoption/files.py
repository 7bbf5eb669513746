"""Group a project's files by role.

A file's role determines its path in the new project. The patterns match common names of README files,
changelogs, licenses, and tests.
"""

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from adoption.projects import ignored

# The optional suffix of a text file.
TEXT = r"(?:\.(?:md|markdown|rst|txt|adoc))?"
README = re.compile(rf"(?i)readme{TEXT}")
CHANGELOG = re.compile(
    rf"(?i)(?:changes|change[-_ ]?log|history|news|release[-_ ]?notes|releases|whats[-_ ]?new){TEXT}"
)
LICENSE = re.compile(r"(?i)(?:un)?licen[cs]e(?:[-_.].*)?|copying(?:[-_.].*)?")
TEST_MODULE = re.compile(r"test_.*\.py|.*_test\.py|tests?\.py")
TEST_FOLDERS = ("tests", "test", "testing")
HAS_TESTS = re.compile(r"(?m)^\s*(?:async\s+)?def test|^\s*class \w*Test|TestCase\b|>>> ")

# Generated files, such as the metadata in an unpacked sdist.
GENERATED = re.compile(r"PKG-INFO|(?:.*/)?[^/]+\.egg-info/.*|.*\.py[co]|(?:.*/)?__pycache__/.*")


@dataclass
class Roles:
    """The paths of a project's files, relative to its folder.

    Attributes:
        files: All files.
        readmes: The README files in the project's root folder.
        changelogs: The changelogs in the project's root folder.
        licenses: The license files in the project's root folder.
        tests: The test modules in any folder.
    """

    files: list[str] = field(default_factory=list)
    readmes: list[str] = field(default_factory=list)
    changelogs: list[str] = field(default_factory=list)
    licenses: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)


def find_roles(folder: Path | None) -> Roles:
    """Return a project's files by role, or no files if only its wheel is available."""
    if folder is None:
        return Roles()
    files = project_files(folder)
    top = [name for name in files if "/" not in name]
    return Roles(
        files,
        readmes=[name for name in top if README.fullmatch(name)],
        changelogs=[name for name in top if CHANGELOG.fullmatch(name)],
        licenses=[name for name in top if LICENSE.fullmatch(name) and not name.endswith(".py")],
        tests=[name for name in files if is_test_module(folder, name)],
    )


def project_files(folder: Path) -> list[str]:
    """Return the sorted paths of the files that git tracks, or else the files from `walked_files`.

    Generated files and entries that aren't files, such as broken links, are left out.
    """
    tracked = git(folder, "ls-files", "-z")
    names = tracked.strip("\0").split("\0") if tracked else walked_files(folder)
    return sorted(
        name for name in names if (folder / name).is_file() and not GENERATED.fullmatch(name)
    )


def walked_files(folder: Path) -> Iterable[str]:
    """Yield the paths of all files in a folder that are outside ignored subfolders and .git."""
    for path, folders, names in os.walk(folder):
        skipped = ignored(path, [*folders, *names]) | {".git"}
        folders[:] = [name for name in folders if name not in skipped]
        for name in names:
            yield (Path(path) / name).relative_to(folder).as_posix()


def git(folder: Path, *arguments: str, text: bytes = b"") -> str:
    """Return the output of a git command, or "" if it fails or git isn't installed.

    Args:
        folder: The folder in which the command runs.
        arguments: The arguments for git.
        text: The command's stdin.
    """
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, input=text, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.decode(errors="surrogateescape").strip("\n")


def is_test_module(folder: Path, name: str) -> bool:
    """Return whether a file has the name of a test module and contains tests."""
    if not TEST_MODULE.fullmatch(PurePosixPath(name).name):
        return False
    return HAS_TESTS.search((folder / name).read_text("utf-8", errors="replace")) is not None


def is_test_file(name: str) -> bool:
    """Return whether a file has the name of a test module or is in a test folder."""
    path = PurePosixPath(name)
    return bool(TEST_MODULE.fullmatch(path.name) or {*TEST_FOLDERS} & {*path.parts[:-1]})


def default_branch(folder: Path | None) -> str | None:
    """Return the default branch of a project's repository, or None if it is unknown.

    If the remote repository's default branch is unknown, this is main, master, or the current
    branch.
    """
    if folder is None:
        return None
    remote = git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    if remote:
        return remote.removeprefix("origin/")
    branches = git(folder, "branch", "--format=%(refname:short)").splitlines()
    usual = [name for name in ("main", "master") if name in branches]
    return usual[0] if usual else git(folder, "symbolic-ref", "--short", "HEAD") or None
