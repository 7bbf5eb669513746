"""Find existing files and tables that the new project replaces, and compare them."""

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomli_w

from adoption.files import find_roles
from adoption.moves import namespace_modules, role_moves, superseded
from adoption.projects import Project

# Alternative names and locations of files with the same purpose.
PURPOSE = re.compile(
    r"(?i)(?:\.github/|docs/)?\.?(contributing|dependabot|readthedocs|releasing|renovate"
    r"|pre-commit-config)(?:rc)?(?:\.\w+)?"
)
# Names of tables under [tool] that describe the old build or configure tools that the new project
# replaces. pytest's table is converted separately.
SUPERSEDED_TABLES = {"black", "bumpversion", "flake8", "flit", "flit_scm", "hatch", "isort", "nox"}
SUPERSEDED_TABLES |= {"poetry-dynamic-versioning", "setuptools-git-versioning", "setuptools-scm"}
SUPERSEDED_TABLES |= {"uv-dynamic-versioning", "versioneer", "versioningit"}
SUPERSEDED_TABLES |= {"pbr", "pdm", "poetry", "pytest", "setuptools", "setuptools_scm", "tox", "uv"}


def folder_files(folder: Path) -> dict[str, bytes]:
    """Return the contents of a new project's files by path."""
    names = find_roles(folder).files
    return {name: (folder / name).read_bytes() for name in names}


def replaced_files(project: Project, new: Mapping[str, bytes]) -> dict[str, str]:
    """Return the diffs of the old files that the new project replaces, by path.

    The diff of equal files is empty.

    Args:
        project: The existing project.
        new: The contents of the new project's files by path.
    """
    assert project.folder is not None
    roles = find_roles(project.folder)
    moved = role_moves(project, roles)
    replaced = {}
    for name in roles.files:
        other = counterpart(name, new)
        if name in moved or name == "pyproject.toml" or not other:
            continue
        replaced[name] = difference((project.folder / name).read_bytes(), new[other], name, other)
    return replaced


def counterpart(name: str, new: Iterable[str]) -> str:
    """Return the new file that has an old file's path or purpose, or ""."""
    found = PURPOSE.fullmatch(name)
    for other in new:
        if other.lower() == name.lower():
            return other
        others = PURPOSE.fullmatch(other)
        if found and others and found[1].lower() == others[1].lower():
            return other
    return ""


def difference(old: bytes, new: bytes, name: str, other: str) -> str:
    """Return the unified diff of two files, or "" if they are equal.

    If either file is binary, a sentence replaces the diff.

    Args:
        old: The contents of the old file.
        new: The contents of the new file.
        name: The name of the old file.
        other: The name of the new file.
    """
    try:
        before, after = old.decode().splitlines(), new.decode().splitlines()
    except UnicodeDecodeError:
        return "" if old == new else f"Binary files a/{name} and b/{other} differ"
    return "\n".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{other}", lineterm=""))


def changed_tables(project: Project, settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the diffs of the tables for tools that both projects configure, by table header.

    Equal and superseded tables are left out.

    Args:
        project: The existing project.
        settings: The contents of the new project's pyproject.toml.
    """
    old, rendered = project.settings.get("tool", {}), settings.get("tool", {})
    changed = {}
    for name in sorted({*old} & {*rendered} - SUPERSEDED_TABLES):
        before, after = (
            tomli_w.dumps({"tool": {name: tables[name]}}).encode() for tables in (old, rendered)
        )
        if before != after:
            changed[f"[tool.{name}]"] = difference(before, after, *["pyproject.toml"] * 2)
    return changed


def own_tables(project: Project, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables for tools that only the existing project configures, by tool.

    Superseded tables are left out.

    Args:
        project: The existing project.
        settings: The contents of the new project's pyproject.toml.
    """
    known = {*settings.get("tool", {}), *SUPERSEDED_TABLES}
    tables = project.settings.get("tool", {})
    return {name: table for name, table in tables.items() if name not in known}


def left_behind(project: Project, moves: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the paths of the files that are not moved, by the description of their replacement.

    Args:
        project: The existing project.
        moves: The old path and the new path of each moved file.
    """
    moved = {old for old, _ in moves}
    groups: dict[str, list[str]] = {}
    for name in find_roles(project.folder).files:
        if name not in moved and name != "pyproject.toml":
            is_namespace = name in namespace_modules(project)
            reason = "a namespace package" if is_namespace else superseded(name)
            groups.setdefault(reason, []).append(name)
    return groups
