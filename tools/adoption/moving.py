"""Copy an existing project's files and settings into the new project."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Item, Table

from adoption.files import project_files
from adoption.findings import AdoptionError, Reading
from adoption.overwritten import difference
from adoption.projects import Project

# Names of tables that replace the template's tables completely.
WHOLE_TABLES = ("pytest",)


def check_created(folder: Path) -> None:
    """Check that Copier has created a project without src/ in a folder.

    Raises:
        AdoptionError: The folder doesn't contain a new project, or it contains src/.
    """
    for name in (".copier-answers.yml", "pyproject.toml"):
        if not (folder / name).is_file():
            raise AdoptionError(f"{folder} has no {name}; create the project with Copier first")
    if (folder / "src").exists():
        raise AdoptionError(
            f"{folder} already has a src folder; create the project again with --exclude /src"
        )


def overwritten_files(project: Project, reading: Reading, folder: Path) -> dict[str, str]:
    """Return the diffs of the new project's files that are replaced or removed, by path.

    Files that stay the same are left out.
    """
    assert project.folder is not None
    found = {}
    for old, new in reading.moves:
        if (folder / new).is_file():
            before, after = (folder / new).read_bytes(), (project.folder / old).read_bytes()
            found[new] = difference(before, after, new, old)
    removed = [name for name in reading.removed if name in project_files(folder)]
    found |= {
        name: difference((folder / name).read_bytes(), b"", name, "/dev/null") for name in removed
    }
    return {name: text for name, text in found.items() if text}


def move(project: Project, reading: Reading, folder: Path) -> None:
    """Copy a project's files into the new project, and write the reading's entries.

    The starter files in `reading.removed` are deleted.

    Args:
        project: The existing project.
        reading: The results of reading the existing project.
        folder: The new project's folder.
    """
    assert project.folder is not None
    for name in reading.removed:
        (folder / name).unlink(missing_ok=True)
    for old, new in reading.moves:
        target = folder / new
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(project.folder / old, target)
    write_entries(folder / "pyproject.toml", reading)
    for name in ("gitignore", "gitattributes"):
        if lines := getattr(reading, name):
            with (folder / f".{name}").open("a", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in lines)


def write_entries(file: Path, reading: Reading) -> None:
    """Write a reading's entries into pyproject.toml without changing other lines."""
    document = tomlkit.parse(file.read_text(encoding="utf-8"))
    project = document["project"]
    assert isinstance(project, Table)
    comments = pop_trailing(project)
    for name, value in reading.by_hand.items():
        write_entry(project, name, value)
    last_table(project).value.body.extend(comments)
    merge(document, reading.tables)
    file.write_text(tomlkit.dumps(document), encoding="utf-8")


def pop_trailing(table: Table) -> list[Any]:
    """Remove the comments and blank lines at the end of a table, and return them.

    They belong to the next table, so new entries must be inserted before them.
    """
    body = last_table(table).value.body
    number = next(n for n in range(len(body) + 1) if n == len(body) or body[-n - 1][0] is not None)
    trailing = body[len(body) - number :]
    del body[len(body) - number :]
    return trailing


def last_table(table: Table) -> Table:
    """Return the innermost table at the end of a table, or the table itself."""
    _, last = table.value.body[-1]
    return last_table(last) if isinstance(last, Table) else table


def merge(table: Any, entries: Mapping[str, Any]) -> None:
    """Write entries into a table. Tables are merged unless `WHOLE_TABLES` contains their name."""
    for name, value in entries.items():
        if isinstance(value, Mapping) and isinstance(table.get(name), Mapping):
            if name in WHOLE_TABLES:
                replace(table[name], value)
            else:
                merge(table[name], value)
        else:
            write_entry(table, name, value)


def replace(table: Table, entries: Mapping[str, Any]) -> None:
    """Replace all entries of a table, but keep the comments at its end."""
    comments = pop_trailing(table)
    for name in [name for name in table if name not in entries]:
        table.remove(name)
    for name, value in entries.items():
        table[name] = item(value)
    last_table(table).value.body.extend(comments)


def write_entry(table: Any, name: str, value: Any) -> None:
    """Write an entry into a table, or remove it if the value is an empty table."""
    if value == {}:
        table.pop(name, None)
    elif isinstance(table, Table) and "classifiers" in table and not isinstance(value, dict):
        # A new entry must not follow the next table's comment.
        insert_entry(table, name, item(value))
    else:
        table[name] = item(value)


def insert_entry(table: Table, name: str, value: Item) -> None:
    """Insert or replace an entry in `[project]`."""
    if name in table:
        table[name] = value
    else:
        table.value._insert_after("classifiers", name, value)


def item(value: Any) -> Item:
    """Convert a value to TOML. In longer lists, each element is on a separate line.

    Tables in lists become inline tables, except for bump-my-version's files.
    """
    if not isinstance(value, list) or any(
        isinstance(each, dict) and "filename" in each for each in value
    ):
        return tomlkit.item(value)  # type: ignore[no-any-return]
    array = tomlkit.array().multiline(len(str(value)) > 60)
    for each in value:
        element = tomlkit.inline_table() if isinstance(each, dict) else each
        if isinstance(each, dict):
            element.update(each)
        array.append(element)
    return array
