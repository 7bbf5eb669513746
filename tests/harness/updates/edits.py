"""Changes that users make to a project between two updates."""

from pathlib import Path
from random import Random

PACKAGE = "my_project"

SUITCASE = '''"""Suitcases."""


def pack(*things: str) -> list[str]:
    """Return the things in packing order."""
    return sorted(things)
'''

PACKAGE_INIT = '''"""Pack suitcases."""

from .suitcase import pack

__all__ = ["pack"]
__version__ = "1.4.0"
'''

TEST_SUITCASE = '''"""Suitcases."""

from my_project import pack


def test_packs_in_order() -> None:
    """Things are packed in alphabetical order."""
    assert pack("b", "a") == ["a", "b"]
'''

CLI = '''"""The command."""

import sys

from . import pack


def main() -> int:
    """Pack the arguments."""
    print(*pack(*sys.argv[1:]))
    return 0
'''

TEST_CLI = '''"""The command."""

import runpy
import sys

import pytest


def test_prints_what_is_packed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command prints the packed arguments."""
    monkeypatch.setattr(sys, "argv", ["pack", "b", "a"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_module("my_project", run_name="__main__")
    assert capsys.readouterr().out == "a b\\n"
'''

OWN_WORKFLOW = """\
name: Pages
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: python tools/build.py distributions
"""

RECIPE = """\
# Pack everything
pack:
    python -m my_project
"""


class Work:
    """The user's work on a project, which an update must preserve.

    Attributes:
        project: The project's folder.
        added: The lines added to each file, by path.
        deleted: The paths of the deleted files.
    """

    def __init__(self, project: Path) -> None:
        """Start working on a project with the import package `my_project`."""
        self.project = project
        self.added: dict[str, list[str]] = {}
        self.deleted: list[str] = []

    def write(self, name: str, text: str) -> None:
        """Create or replace a file."""
        file = self.project / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        self.added[name] = [line for line in text.splitlines() if line]

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a string that occurs once in a file.

        Raises:
            AssertionError: The string doesn't occur exactly once.
        """
        file = self.project / name
        text = file.read_text(encoding="utf-8")
        assert 1 == text.count(old), f"{old!r} in {name}"
        changed = text.replace(old, new)
        file.write_text(changed, encoding="utf-8")
        before = text.splitlines()
        self.added.setdefault(name, []).extend(
            line for line in changed.splitlines() if line and line not in before
        )

    def append(self, name: str, text: str) -> None:
        """Append text to a file."""
        with (self.project / name).open("a", encoding="utf-8") as file:
            file.write(text)
        self.added.setdefault(name, []).extend(line for line in text.splitlines() if line)

    def delete(self, name: str) -> None:
        """Delete a file."""
        (self.project / name).unlink()
        self.deleted.append(name)

    def lost(self) -> list[str]:
        """Return the lost work: missing lines as `path: line`, and restored files as `path`."""
        lost = [name for name in self.deleted if (self.project / name).exists()]
        for name, lines in self.added.items():
            file = self.project / name
            present = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
            lost += [f"{name}: {line}" for line in lines if line not in present]
        return lost


class SomeWork(Work):
    """Work that applies a random selection of the possible edits."""

    def __init__(self, project: Path, random: Random) -> None:
        """Start working on a project. The same state of `random` results in the same edits."""
        super().__init__(project)
        self.random = random

    def write(self, name: str, text: str) -> None:
        """Create or replace a file with a probability of 50%."""
        if self.random.random() < 0.5:
            super().write(name, text)

    def replace(self, name: str, old: str, new: str) -> None:
        """If a string occurs exactly once in a file, replace it with a probability of 50%."""
        file = self.project / name
        present = file.exists() and 1 == file.read_text(encoding="utf-8").count(old)
        if present and self.random.random() < 0.5:
            super().replace(name, old, new)

    def append(self, name: str, text: str) -> None:
        """If a file exists, append text to it with a probability of 50%."""
        if (self.project / name).exists() and self.random.random() < 0.5:
            super().append(name, text)

    def delete(self, name: str) -> None:
        """If a file exists, delete it with a probability of 50%."""
        if (self.project / name).exists() and self.random.random() < 0.5:
            super().delete(name)

    def comment(self, name: str) -> None:
        """Insert a comment at a random position after the first line of a file."""
        file = self.project / name
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        added = f"# ours {self.random.randrange(10**9)}"
        lines.insert(self.random.randint(1, max(1, len(lines))), f"{added}\n")
        file.write_text("".join(lines), encoding="utf-8")
        self.added.setdefault(name, []).append(added)


def a_year_of_work(project: Path, work: Work | None = None) -> Work:
    """Develop a project as a user would: replace the starter code, and edit many other files.

    The edits avoid lines that the update from release 0.3 rewrites; see
    `edits_of_rewritten_lines`.

    Args:
        project: The project's folder.
        work: The object that applies the edits. By default, all edits are applied.

    Returns:
        The object that has applied the edits.
    """
    work = work or Work(project)
    source, tests = f"src/{PACKAGE}", "tests"
    work.write("README.md", "# My Project\n\nPacks suitcases.\n\n## Why\n\nThey are full.\n")
    work.append("CHANGELOG.md", "- Suitcases.\n\n## [1.4.0] - 2026-08-01\n\n- Wheels.\n")
    for name in (
        f"{source}/greetings.py",
        f"{source}/data/greetings.json",
        f"{tests}/conftest.py",
        f"{tests}/test_colors.py",
        f"{tests}/test_greetings.py",
    ):
        if (project / name).exists():
            work.delete(name)
    work.write(f"{source}/suitcase.py", SUITCASE)
    work.write(f"{source}/__init__.py", PACKAGE_INIT)
    work.write(f"{tests}/test_suitcase.py", TEST_SUITCASE)
    if (project / source / "cli.py").exists():
        work.write(f"{source}/cli.py", CLI)
        work.delete(f"{tests}/test_cli.py")
        work.write(f"{tests}/test_pack.py", TEST_CLI)
    settings_edits(work)
    work.append(".gitignore", "\n# Ours\n/scratch/\n*.log\n")
    work.replace(".gitignore", "# Secrets\n", "# Secrets\n/keys/\n")
    work.replace("LICENSE", "Copyright (c) 2026 ", "Copyright (c) 2024-2026 ")
    work.write(".github/workflows/pages.yml", OWN_WORKFLOW)
    for name in ("docs/add-a-language.md", "docs/changelog.md"):
        if (project / name).exists():
            work.delete(name)
    for name in ("docs/api.md", "docs/index.md"):
        if (project / name).exists():
            work.write(name, f"# My Project\n\n[How to pack](how-to-pack.md), {name}\n")
    work.write("docs/how-to-pack.md", "# How to pack\n\nHeavy things first.\n")
    if (project / "justfile").exists():
        work.replace("justfile", " --exit-zero\n", " --exit-zero --show-fixes\n")
    return work


def settings_edits(work: Work) -> None:
    """Edit the parts of pyproject.toml that users edit most often."""
    name = "pyproject.toml"
    text = (work.project / name).read_text(encoding="utf-8")
    if '\nversion = "0.1.0"' in text:  # A version from git isn't in the file.
        work.replace(name, '\nversion = "0.1.0"', '\nversion = "1.4.0"')
    if "\nkeywords = [" in text:
        work.replace(name, 'keywords = ["greetings"]', 'keywords = ["suitcases", "travel"]')
    work.replace(
        name,
        '    "Development Status :: 3 - Alpha",\n',
        '    "Development Status :: 5 - Production/Stable",\n    "Framework :: Pytest",\n',
    )
    if "\ndependencies = []\n" in text:
        work.replace(name, "\ndependencies = []\n", '\ndependencies = [\n    "packaging>=24",\n]\n')
    if "\nall = [" in text:
        work.replace(name, "\nall = [", '\nyaml = [\n    "pyyaml>=6",\n]\nall = [')
    if "\n[project.scripts]\n" in text:
        added = 'pack = "my_project.cli:main"\n'
        work.replace(name, "\n[project.scripts]\n", f"\n[project.scripts]\n{added}")
    work.replace(
        name,
        "\n[dependency-groups]\n",
        '\n[dependency-groups]\nbench = ["pytest-benchmark>=5"]\n',
    )
    work.replace(
        name,
        "\nline-length = 100\n",
        '\nline-length = 99\n\n# https://github.com/codespell-project/codespell\n[tool.codespell]\nskip = "*.log"\n',
    )


def edits_of_rewritten_lines(work: Work) -> None:
    """In a project from release 0.3, edit text that the next update rewrites or removes."""
    name = "pyproject.toml"
    work.replace(name, '    "pytest>=8.3",\n', '    "pytest>=8.3",\n    "pytest-xdist>=3",\n')
    work.replace(name, "\nskip_covered = true\n", "\nskip_covered = false\nfail_under = 80\n")
    work.append(name, "\n[tool.interrogate]\nfail-under = 95\n")
    work.append("CONTRIBUTING.md", "\n## Style\n\nWe write short sentences.\n")
    work.append("justfile", f"\n{RECIPE}")
