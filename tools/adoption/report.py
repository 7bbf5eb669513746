"""The files that describe an adoption: the answers for Copier and the report."""

import shlex
from collections.abc import Sequence
from pathlib import PurePosixPath

import tomli_w
import yaml

from adoption.findings import Finding, Reading
from adoption.projects import Project


def answers_file(project: Project, reading: Reading) -> str:
    """Return the answers as a data file for Copier."""
    answers = yaml.safe_dump(reading.answers, allow_unicode=True, sort_keys=False)
    return f"# Answers from {project.wheel.metadata['name']}.\n{answers}"


def report(project: Project, reading: Reading) -> str:
    """Return the report as Markdown."""
    lines = [
        *(f"# Adopting {project.wheel.metadata['name']}", ""),
        *("## Already broken", "", *bullets(reading.faults), ""),
        *("## Not carried over", "", *bullets(reading.not_carried), ""),
        *("## Edit pyproject.toml", "", *by_hand(reading), ""),
        *("## Move the files", "", *move_commands(reading), ""),
    ]
    return "\n".join(lines)


def bullets(findings: Sequence[Finding]) -> list[str]:
    """Return the lines of a list of findings."""
    return [f"- {finding.text}" for finding in findings] or ["Nothing was found."]


def by_hand(reading: Reading) -> list[str]:
    """Return the lines on the entries of pyproject.toml that no answer covers."""
    project = {"project": reading.by_hand} if reading.by_hand else {}
    tables = project | reading.tables
    if not tables:
        return ["No changes are necessary."]
    text = tomli_w.dumps(tables).strip()
    return ["Replace these entries, and add those that are missing:", "", "```toml", text, "```"]


def move_commands(reading: Reading) -> list[str]:
    """Return the lines on the shell commands that copy the files."""
    targets = {str(PurePosixPath(new).parent) for _, new in reading.moves if "__init__" in new}
    commands = [f'mkdir -p "$NEW"/{shlex.quote(folder)}' for folder in ["src", *sorted(targets)]]
    for old, new in reading.moves:
        target = shlex.quote(new) if new else ""
        commands.append(f'cp -R "$OLD"/{shlex.quote(old)} "$NEW"/{target}')
    if reading.by_hand.get("readme"):
        commands.append('rm "$NEW"/README.md')
    for line in reading.gitignore:
        commands.append(f'echo {shlex.quote(line)} >> "$NEW"/.gitignore')
    introduction = "Set `OLD` to the old project's folder and `NEW` to the new one's. Then run:"
    return [introduction, "", "```sh", *commands, "```"]
