"""Exercises and puzzles: the checker fails for the start state and passes for the solution."""

import os
import shutil
import sys
import tomllib
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.course.puzzles import COURSE, PACKAGES
from harness.processes.commands import run

EXERCISES = sorted(
    path.parent for kind in ("exercises", "puzzles") for path in COURSE.glob(f"{kind}/*/check.toml")
)
PUZZLES = [folder for folder in EXERCISES if folder.parent.name == "puzzles"]

each_exercise = pytest.mark.parametrize("folder", EXERCISES, ids=lambda folder: folder.name)


def told(folder: Path) -> dict[str, Any]:
    """Return the content of an exercise's check.toml."""
    return tomllib.loads((folder / "check.toml").read_text(encoding="utf-8"))


def apply(patch: Path, tree: Path) -> None:
    """Apply a patch to a folder."""
    run("git", "apply", "--whitespace=nowarn", patch, cwd=tree)


def begin(folder: Path, artifacts: ArtifactCache, destination: Path) -> Path:
    """Return a new copy of an exercise's start state."""
    exercise = told(folder)
    if "checkpoint" in exercise:
        answers = COURSE / "checkpoints" / f"{exercise['checkpoint']}.yml"
        artifacts.copy(yaml.safe_load(answers.read_text(encoding="utf-8")), destination)
    else:
        start = PACKAGES / folder.name if "puzzle" in exercise else folder / "start"
        shutil.copytree(start, destination)
    if (folder / "start.patch").exists():
        apply(folder / "start.patch", destination)
    return destination


def check(folder: Path, package: Path, exit_code: int) -> CompletedProcess[str]:
    """Check a package as an exercise specifies, with the tests' Python and uv."""
    programs = Path(sys.executable).parent
    return run(
        *(sys.executable, COURSE / "check.py", folder.name, package),
        env={"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "UV": find_uv_bin()},
        exit_code=exit_code,
    )


def hints(folder: Path) -> list[str]:
    """Return the hints of an exercise, beginning with the one for its start state."""
    checks = [check for check in told(folder)["checks"] if "hint" in check]
    return [check["hint"] for check in sorted(checks, key=lambda check: "at_start" not in check)]


def added_lines(folder: Path) -> list[str]:
    """Return the lines that the solution adds and that are long enough to give it away."""
    lines = (folder / "solution.patch").read_text(encoding="utf-8").splitlines()
    added = [line[1:].strip() for line in lines if line[:1] == "+" and line[:4] != "+++ "]
    return [line for line in added if len(line) > 6]


@each_exercise
def test_the_start_fails_with_its_hint(
    folder: Path, artifacts: ArtifactCache, tmp_path: Path
) -> None:
    """For the start state of an exercise, the checker shows the intended hint and no answer."""
    package = begin(folder, artifacts, tmp_path / "package")
    before = tree(package)
    printed = check(folder, package, exit_code=1).stdout
    assert f"Hint: {hints(folder)[0]}" in " ".join(printed.split())
    assert [] == [line for line in added_lines(folder) if line in printed]
    assert before == tree(package)


@each_exercise
def test_the_solution_passes(folder: Path, artifacts: ArtifactCache, tmp_path: Path) -> None:
    """All checks of an exercise pass for its solution."""
    package = begin(folder, artifacts, tmp_path / "package")
    apply(folder / "solution.patch", package)
    assert "All is right." in check(folder, package, exit_code=0).stdout


@each_exercise
def test_no_hint_is_the_answer(folder: Path) -> None:
    """No hint, title, or name of a check contains a line of the solution."""
    text = "\n".join([told(folder)["title"], *hints(folder)])
    assert [] == [line for line in added_lines(folder) if line in text]


def test_puzzles_are_numbered() -> None:
    """There are at least twelve puzzles, and their titles start with consecutive numbers."""
    numbers = sorted(told(folder)["puzzle"] for folder in PUZZLES)
    assert list(range(1, len(PUZZLES) + 1)) == numbers
    assert len(PUZZLES) >= 12
    for folder in PUZZLES:
        assert told(folder)["title"].startswith(f"Puzzle {told(folder)['puzzle']}: ")


@pytest.mark.parametrize(
    ("opened", "hint"),
    [
        ({"feast_day =": "feast_days ="}, "One lock is open."),
        ({"feast_day =": "feast_days =", '"*.json"': '"**/*.json"'}, "Two locks are open"),
    ],
)
def test_each_lock_has_its_hint(opened: dict[str, str], hint: str, tmp_path: Path) -> None:
    """In the puzzle with three locks, each lock that is opened leads to the hint for the next."""
    package = Path(shutil.copytree(PACKAGES / "missing-data", tmp_path / "package"))
    pyproject = package / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    for old, new in opened.items():
        text = text.replace(old, new)
    pyproject.write_text(text, encoding="utf-8")
    printed = check(COURSE / "puzzles" / "missing-data", package, exit_code=1).stdout
    assert f"Hint: {hint}" in printed
