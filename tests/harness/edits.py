"""What people do to a project between two updates."""

from pathlib import Path
from random import Random

PACKAGE = "my_project"


class Work:
    """A project that is worked on, and what must be left of that work.

    Attributes:
        added: The lines that were added to each file, by its path.
        deleted: The files that were deleted.
    """

    def __init__(self, project: Path) -> None:
        """Start to work on a project, whose import package is `my_project`."""
        self.project = project
        self.added: dict[str, list[str]] = {}
        self.deleted: list[str] = []

    def write(self, name: str, text: str) -> None:
        """Write a file anew."""
        file = self.project / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        self.added[name] = [line for line in text.splitlines() if line]

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands once in a file.

        Raises:
            AssertionError: The text doesn't stand there, or not once.
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
        """Append to a file."""
        with (self.project / name).open("a", encoding="utf-8") as file:
            file.write(text)
        self.added.setdefault(name, []).extend(line for line in text.splitlines() if line)

    def delete(self, name: str) -> None:
        """Delete a file."""
        (self.project / name).unlink()
        self.deleted.append(name)

    def lost(self) -> list[str]:
        """Return what is not left: lines as `path: line`, files that came back as `path`."""
        lost = [name for name in self.deleted if (self.project / name).exists()]
        for name, lines in self.added.items():
            file = self.project / name
            present = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
            lost += [f"{name}: {line}" for line in lines if line not in present]
        return lost


class SomeWork(Work):
    """Work of which each piece is done or not, and none where the project doesn't allow it."""

    def __init__(self, project: Path, random: Random) -> None:
        """Start to work on a project; the same state of `random` leads to the same work."""
        super().__init__(project)
        self.random = random

    def write(self, name: str, text: str) -> None:
        """Write a file anew, or leave it."""
        if self.random.random() < 0.5:
            super().write(name, text)

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands once in a file, or leave it."""
        file = self.project / name
        present = file.exists() and 1 == file.read_text(encoding="utf-8").count(old)
        if present and self.random.random() < 0.5:
            super().replace(name, old, new)

    def append(self, name: str, text: str) -> None:
        """Append to a file, or leave it."""
        if (self.project / name).exists() and self.random.random() < 0.5:
            super().append(name, text)

    def delete(self, name: str) -> None:
        """Delete a file, or leave it."""
        if (self.project / name).exists() and self.random.random() < 0.5:
            super().delete(name)

    def comment(self, name: str) -> None:
        """Write a comment somewhere into a file, after its first line."""
        file = self.project / name
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        added = f"# ours {self.random.randrange(10**9)}"
        lines.insert(self.random.randint(1, max(1, len(lines))), f"{added}\n")
        file.write_text("".join(lines), encoding="utf-8")
        self.added.setdefault(name, []).append(added)


def a_year_of_work(project: Path, work: Work | None = None) -> Work:
    """Work on a project as people do: the starter program goes, another one comes.

    Args:
        project: The project's folder.
        work: What does it, if not all of it is to be done.
    """
    work = work or Work(project)
    work.write("README.md", "# My Project\n\nPacks suitcases.\n\n## Why\n\nThey are full.\n")
    work.append("CHANGELOG.md", "- Suitcases.\n\n## [1.4.0] - 2026-08-01\n\n- Wheels.\n")
    source, tests = f"src/{PACKAGE}", "tests"
    for name in (f"{source}/greetings.py", f"{source}/data/greetings.json"):
        if (project / name).exists():
            work.delete(name)
    for name in ("test_greetings.py", "test_colors.py", "conftest.py"):
        if (project / tests / name).exists():
            work.delete(f"{tests}/{name}")
    work.write(
        f"{source}/suitcase.py",
        '"""Suitcases."""\n\n\ndef pack(*things: str) -> list[str]:\n'
        '    """Return what is packed, in order."""\n    return sorted(things)\n',
    )
    work.write(f"{source}/__init__.py", '"""Packs suitcases."""\n\nfrom .suitcase import pack\n')
    work.append(f"{source}/__init__.py", '\n__all__ = ["pack"]\n__version__ = "1.4.0"\n')
    work.write(
        f"{tests}/test_suitcase.py",
        '"""Suitcases."""\n\nfrom my_project import pack\n\n\ndef test_packs() -> None:\n'
        '    """What is packed is in order."""\n    assert pack("b", "a") == ["a", "b"]\n',
    )
    if (project / source / "cli.py").exists():
        work.write(
            f"{source}/cli.py",
            '"""The command."""\n\nimport sys\n\nfrom . import pack\n\n\ndef main() -> int:\n'
            '    """Pack the arguments."""\n    print(*pack(*sys.argv[1:]))\n    return 0\n',
        )
        work.delete(f"{tests}/test_cli.py")
    settings_edits(work)
    work.append(".gitignore", "\n# Ours\n/scratch/\n*.log\n")
    work.replace(".gitignore", "# Builds\n", "# Builds\n/wheels/\n")
    work.append("CONTRIBUTING.md", "\n## Style\n\nWe write short sentences.\n")
    work.replace("LICENSE", "Copyright (c) 2026 ", "Copyright (c) 2024-2026 ")
    work.write(".github/workflows/pages.yml", "name: Pages\non: push\njobs: {}\n")
    work.delete("docs/add-a-language.md")
    if (project / "docs/index.md").exists():
        work.write("docs/index.md", "# My Project\n\n[How to pack](how-to-pack.md)\n")
    work.write("docs/how-to-pack.md", "# How to pack\n\nHeavy things first.\n")
    if (project / "justfile").exists():
        work.append("justfile", "\n# Pack it all\npack:\n    python -m my_project\n")
    return work


def settings_edits(work: Work) -> None:
    """Change pyproject.toml in every part that people change."""
    name = "pyproject.toml"
    text = (work.project / name).read_text(encoding="utf-8")
    if 'version = "0.1.0"' in text:  # It isn't there where it comes from git.
        work.replace(name, 'version = "0.1.0"', 'version = "1.4.0"')
    work.replace(name, 'keywords = ["greetings"]', 'keywords = ["suitcases", "travel"]')
    work.replace(
        name,
        '    "Development Status :: 3 - Alpha",\n',
        '    "Development Status :: 5 - Production/Stable",\n    "Framework :: Pytest",\n',
    )
    if "\ndependencies = []\n" in text:
        work.replace(name, "\ndependencies = []\n", '\ndependencies = [\n    "packaging>=24",\n]\n')
    work.replace(name, "\nall = [", '\nyaml = [\n    "pyyaml>=6",\n]\nall = [')
    if "\n[project.scripts]\n" in text:
        added = 'pack = "my_project.cli:main"\n'
        work.replace(name, "\n[project.scripts]\n", f"\n[project.scripts]\n{added}")
    work.replace(name, '    "pytest>=8.3",\n', '    "pytest>=8.3",\n    "pytest-cov>=6",\n')
    work.replace(name, '    "ruff>=0.9",\n', '    "ruff>=0.9",\n    "typos>=1.30",\n')
    work.replace(
        name,
        "\ndev = [\n",
        '\nbench = ["pytest-benchmark>=5"]\ndev = [\n    { include-group = "bench" },\n',
    )
    work.replace(name, '\nlog_level = "INFO"\n', '\nlog_level = "DEBUG"\nmarkers = ["slow"]\n')
    work.replace(name, "\nbranch = true\n", "\nbranch = true\nparallel = true\n")
    work.replace(name, "\nskip_covered = true\n", "\nskip_covered = false\nfail_under = 90\n")
    work.replace(name, "\nline-length = 100\n", "\nline-length = 88\n")
    work.replace(name, '    "I",   #', '    "C4",  # comprehensions\n    "I",   #')
    work.append(
        name,
        '\n[tool.ruff.lint.per-file-ignores]\n"tests/*" = ["D1"]\n\n[tool.codespell]\nskip = "*.log"\n',
    )
