"""Adopt the packages in tests/packages/ as described in docs/how-to/adopt.md."""

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import tomli_w
import yaml

from adoption.building import build_wheel
from adoption.comparison import compare
from adoption.findings import Reading
from adoption.projects import Project, find_packages, open_project, read_settings
from adoption.reading import examine, read
from adoption.report import report
from adoption.wheels import Wheel, read_wheel
from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.template import ROOT, snapshot
from harness.processes.commands import run
from harness.rendering.render import copier_command

PACKAGES = ROOT / "tests" / "packages"
PAGE = (ROOT / "docs" / "how-to" / "adopt.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)


def existing_project(artifacts: ArtifactCache, name: str) -> Project:
    """Return a project from tests/packages/, including its wheel, which is built only once."""

    def make(folder: Path) -> None:
        copied = shutil.copytree(PACKAGES / name, folder / "tree")
        build_wheel(copied, folder / "wheel")

    (file,) = artifacts.once(f"legacy-{name}", make).glob("wheel/*.whl")
    folder, wheel = PACKAGES / name, read_wheel(file)
    return Project(wheel, folder, read_settings(folder), find_packages(wheel, folder))


def adopted_project(artifacts: ArtifactCache, name: str) -> Path:
    """Adopt a package once, and return a folder with the results.

    The folder contains the new project in `new/`, its answers in `answers.yml`, and its wheel in
    `wheel/`.
    """
    old = existing_project(artifacts, name)

    def make(folder: Path) -> None:
        folder.mkdir()
        reading = read(old)
        answers = folder / "answers.yml"
        answers.write_text(yaml.safe_dump(reading.answers), encoding="utf-8")
        excluded = re.findall(r"--exclude ('.*?'|\S+)", COMMANDS[1])
        options = [option for text in excluded for option in ("--exclude", text.strip("'"))]
        new = folder / "new"
        defaults = ("copy", "--defaults", "--quiet", "--data-file", answers)
        copier_command(*defaults, *options, snapshot(), new)
        follow(report(old, reading), PACKAGES / name, new)
        artifacts.build_wheel(shutil.copytree(new, folder / "tree"), folder / "wheel")

    return artifacts.once(f"adopted-{name}", make)


def block(text: str, language: str) -> str:
    """Return the contents of a report's code block in a language, or "" if there is none.

    Raises:
        AssertionError: The report has several code blocks in this language.
    """
    found = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert len(found) <= 1
    return found[0] if found else ""


def follow(text: str, old: Path, new: Path) -> None:
    """Follow a report: copy its entries into pyproject.toml, and run its commands.

    Args:
        text: The report.
        old: The folder of the existing project.
        new: The folder of the new project.

    Raises:
        CommandError: A command failed.
    """
    file = new / "pyproject.toml"
    settings: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    tables = tomllib.loads(block(text, "toml"))
    settings["project"] |= tables.pop("project", {})
    merge(tables, settings)
    file.write_text(tomli_w.dumps(settings), encoding="utf-8")
    run("sh", "-eu", "-c", block(text, "sh"), env={"OLD": str(old), "NEW": str(new)})


def merge(entries: dict[str, Any], settings: dict[str, Any]) -> None:
    """Copy entries into settings: merge tables, and replace all other values."""
    for name, value in entries.items():
        if isinstance(value, dict) and isinstance(settings.get(name), dict):
            merge(value, settings[name])
        else:
            settings[name] = value


def wheel_in(folder: Path) -> Project:
    """Read the only wheel in a folder's `wheel/` subfolder as a project."""
    (wheel,) = folder.glob("wheel/*.whl")
    return open_project(wheel)


def unexplained(old: Project, new: Project) -> list[str]:
    """Return the unexplained differences between the wheels of two projects."""
    return [str(found) for found in compare(old, new) if not found.reason]


def faults(project: Project) -> str:
    """Return the faults of an existing project, one per line."""
    return "\n".join(finding.text for finding in examine(project).faults)


def not_carried(reading: Reading) -> str:
    """Return the findings about properties that are not carried over, one per line."""
    return "\n".join(finding.text for finding in reading.not_carried)


def unbuilt_project(folder: Path, files: dict[str, str], **metadata: Any) -> Project:
    """Write a project with the package "tide", and return it with a simulated wheel.

    The wheel isn't built, because building takes seconds and only the wheel's contents matter.

    Args:
        folder: The folder to write to.
        files: The text of each file by path. Files in the package's folder are also in the wheel.
        metadata: The wheel's metadata. The default name is "tide", and the default version is 1.0.
    """
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    start = next(
        (name for name in ("src/tide/", "lib/tide/", "tide/") if (folder / name).is_dir()), ""
    )
    packed = {
        f"tide/{name.removeprefix(start)}": text.encode()
        for name, text in files.items()
        if start and name.startswith(start)
    }
    known: Any = {"name": "tide", "version": "1.0"} | metadata
    wheel = Wheel(packed, {}, ["py3-none-any"], {}, known)
    settings = read_settings(folder) if "pyproject.toml" in files else {}
    return Project(wheel, folder, settings, find_packages(wheel, folder))
