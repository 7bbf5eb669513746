"""Create the texts of the files that `adopt.py read` writes: the answers and the report."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import tomli_w
import yaml

from adoption.files import GENERATED, walked_files
from adoption.findings import Finding, Reading
from adoption.projects import Project


def answers_file(project: Project, reading: Reading) -> str:
    """Return the text of a data file with the answers for Copier."""
    answers = yaml.safe_dump(reading.answers, allow_unicode=True, sort_keys=False)
    return f"# Answers from {project.wheel.metadata['name']}.\n{answers}"


def report(project: Project, reading: Reading) -> str:
    """Return the report as Markdown."""
    lines = [
        *(f"# Adopting {project.wheel.metadata['name']}", ""),
        *("## Existing problems", "", *bullets(reading.faults), ""),
        *("## Not carried over", "", *bullets(reading.not_carried), ""),
        *("## Edit pyproject.toml", "", *by_hand(reading), ""),
        *("## Move the files", "", *move_commands(project, reading), ""),
        *("## Files that are not moved", "", *left_files(reading), ""),
        *("## Files that the template replaces", "", *replaced_files(reading), ""),
    ]
    return "\n".join(lines)


def bullets(findings: Sequence[Finding]) -> list[str]:
    """Return the lines of a list of findings, or a sentence if there are none."""
    return [f"- {finding.text}" for finding in findings] or ["Nothing was found."]


def by_hand(reading: Reading) -> list[str]:
    """Return the lines about entries in pyproject.toml that answers don't cover."""
    project = {"project": reading.by_hand} if reading.by_hand else {}
    tables = project | reading.tables
    if not tables:
        return ["No changes are necessary."]
    text = tomli_w.dumps(tables).strip()
    introduction = (
        "`adopt.py move` writes these entries. To write them yourself, replace the existing"
        " entries and add the missing ones."
    )
    if "pytest" in tables.get("tool", {}):
        introduction += " Replace `[tool.pytest]` as a whole."
    return [introduction, "", "```toml", text, "```"]


def move_commands(project: Project, reading: Reading) -> list[str]:
    """Return the lines with shell commands that remove, copy, and extend files.

    Unlike `adopt.py move`, these commands don't change pyproject.toml.
    """
    copies = list(copy_commands(project, reading.moves))
    folders = sorted({new.rpartition("/")[0] for _, new in copies} - {""})
    commands = [f'rm "$NEW"/{shlex.quote(name)}' for name in reading.removed]
    commands += [f'mkdir -p "$NEW"/{shlex.quote(folder)}' for folder in folders]
    for old, new in copies:
        target = shlex.quote(new) if new else ""
        commands.append(f'cp -R "$OLD"/{shlex.quote(old)} "$NEW"/{target}')
    for name in ("gitignore", "gitattributes"):
        for line in getattr(reading, name):
            commands.append(f'echo {shlex.quote(line)} >> "$NEW"/.{name}')
    introduction = (
        "`adopt.py move` copies the files. To copy them yourself, set `OLD` to the old project's folder"
        " and `NEW` to the new one's. Then run:"
    )
    return [introduction, "", "```sh", *commands, "```"]


def copy_commands(project: Project, moves: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the sources and targets for `cp -R`: whole folders if possible, or else files."""
    assert project.folder is not None
    targets = dict(moves)
    covered: set[str] = set()
    for old, new in moves:
        if old in covered:
            continue
        for folder in reversed(PurePosixPath(old).parents[:-1]):
            target = whole_folder(project.folder, str(folder), targets)
            if target:
                covered |= {name for name in targets if name.startswith(f"{folder}/")}
                yield str(folder), f"{PurePosixPath(target).parent}/".removeprefix("./")
                break
        else:
            yield old, new


def whole_folder(project: Path, folder: str, targets: Mapping[str, str]) -> str:
    """Return the new path of a folder that can be copied as a whole, or "".

    A folder can't be copied as a whole if it is renamed or if some of its files are not moved with
    it. Generated files don't count.

    Args:
        project: The folder of the existing project.
        folder: The old path of the folder.
        targets: The new path of each moved file by old path.
    """
    names = [f"{folder}/{name}" for name in walked_files(project / folder)]
    names = [name for name in names if not GENERATED.fullmatch(name)]
    found = {
        targets[name].removesuffix(name.removeprefix(folder)) if name in targets else ""
        for name in names
    }
    target = found.pop() if len(found) == 1 else ""
    is_moved = target and all(targets[name] == target + name.removeprefix(folder) for name in names)
    return target if is_moved and PurePosixPath(target).name == PurePosixPath(folder).name else ""


def left_files(reading: Reading) -> list[str]:
    """Return the lines about files that are not moved."""
    if not reading.left:
        return ["All files are moved."]
    lines = []
    for replacement, names in reading.left.items():
        reason = (
            f"replaced by {replacement}"
            if replacement
            else "the new project already has files with these names"
        )
        lines.append(f"- {', '.join(f'`{name}`' for name in names)}: {reason}")
    return lines


def replaced_files(reading: Reading) -> list[str]:
    """Return the lines about files that the new project replaces, including diffs."""
    lines = [] if reading.replaced else ["No files are replaced."]
    for name, text in reading.replaced.items():
        # The fence must be longer than any fence in the text.
        fence = "`" * max([3, *(len(found) + 1 for found in re.findall(r"`{3,}", text))])
        lines += [f"### `{name}`", "", *([f"{fence}diff", text, fence] if text else ["Unchanged."])]
        lines.append("")
    return lines
