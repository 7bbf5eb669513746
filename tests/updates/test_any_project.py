"""Test that updates never lose randomly generated work.

`nox -s updates` tests many more projects than the normal tests.
"""

import os
import re
import shutil
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.packagestan.answers import answers, axes
from harness.packagestan.template import facts
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers
from harness.updates.projects import resolve, start, status, update
from harness.updates.releases import commit, git, next_release, past_releases

# The number of projects. Each goes through up to 12 steps, or up to 20 in `nox -s updates`.
EXAMPLES = int(os.environ.get("PACKAGESTAN_UPDATE_EXAMPLES", "2"))
LONG = "PACKAGESTAN_UPDATE_EXAMPLES" in os.environ

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}

# Files that users create. The template uses some of these names with other answers.
NEW_FILES = [
    "docs/conf.py",
    "docs/index.md",
    "justfile",
    "noxfile.py",
    "src/my_project/cli.py",
    "src/my_project/ours.py",
    "src/my_project/plugins.py",
    "tests/test_cli.py",
    "tests/test_ours.py",
    "zensical.toml",
]

# Files that are never deleted, because building or updating may fail without them.
NEEDED = {"pyproject.toml", ".copier-answers.yml", "README.md", "LICENSE", "MANIFEST.in"}

STARTERS = ("README.md", "CHANGELOG.md", "docs/", "src/", "tests/")

# An update removes only these files from the user's folders, if their option is no longer selected
# or if they belong to release 0.3's scripts.
MANAGED = re.compile(r"docs/conf\.py|src/\w+/__(main|init)__\.py|tests/test_locks\.py")


class Project(RuleBasedStateMachine):
    """A project that is developed and updated.

    Attributes:
        folder: The temporary folder that contains the project.
        project: The project's folder.
        lines: The lines that the user has added or changed, by file.
        made: The files that the user has created.
        deleted: The starter files that the user has deleted.
        given: The answers that the user has given.
        number: The number of the last unique comment or renamed file.
        current: Whether the project has been updated to the newest release.
    """

    releases: Path
    artifacts: ArtifactCache

    def __init__(self) -> None:
        """Create a temporary folder for the project."""
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="packagestan-update-"))
        self.project = self.folder / "project"
        self.lines: dict[str, list[str]] = {}
        self.made: set[str] = set()
        self.deleted: set[str] = set()
        self.given: Answers = {}
        self.number = 0
        self.current = False

    @initialize(
        version=st.sampled_from(past_releases()),
        mode=st.sampled_from(answers("mode")),
        backend=st.sampled_from(answers("backend")),
    )
    def start(self, version: str, mode: str, backend: str) -> None:
        """Start a project from a past release."""
        self.given = {"mode": mode, "backend": backend}
        start(self.releases, version, self.project, BASE | self.given)

    def line(self) -> str:
        """Return a unique comment."""
        self.number += 1
        return f"# ours {self.number}"

    def pick(self, data: st.DataObject, suffixes: tuple[str, ...] = ("",)) -> str | None:
        """Choose a file that has one of the suffixes and can contain comments, or return None."""
        files = sorted(
            name
            for name in tree(self.project)
            if name.endswith(suffixes) and not name.endswith((".json", ".yml", "py.typed"))
        )
        return data.draw(st.sampled_from(files)) if files else None

    @rule(data=st.data())
    def add_a_line(self, data: st.DataObject) -> None:
        """Insert a comment line into a file."""
        if name := self.pick(data):
            lines = (self.project / name).read_text(encoding="utf-8").splitlines(keepends=True)
            at = data.draw(st.integers(1, max(1, len(lines))))
            self.save(name, [*lines[:at], added := self.line() + "\n", *lines[at:]], added)

    @rule(data=st.data())
    def change_a_line(self, data: st.DataObject) -> None:
        """Append a comment to an existing line."""
        if name := self.pick(data):
            lines = (self.project / name).read_text(encoding="utf-8").splitlines(keepends=True)
            at = data.draw(st.integers(0, max(0, len(lines) - 1)))
            old = lines[at].rstrip("\n") if lines else ""
            if "# ours" not in old and not old.endswith("\\"):
                changed = f"{old}  {self.line()}\n"
                self.save(name, [*lines[:at], changed, *lines[at + 1 :]], changed)

    def save(self, name: str, lines: list[str], line: str) -> None:
        """Write a file, and record the user's line."""
        (self.project / name).write_text("".join(lines), encoding="utf-8")
        self.lines.setdefault(name, []).append(line.rstrip("\n"))

    @rule(name=st.sampled_from(NEW_FILES))
    def make_a_file(self, name: str) -> None:
        """Create a file unless it exists."""
        file = self.project / name
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            self.save(name, [line := self.line() + "\n"], line)
            self.made.add(name)
            self.deleted.discard(name)

    @rule(data=st.data())
    def delete_a_file(self, data: st.DataObject) -> None:
        """Delete a page, a module, a test, or a task runner's file."""
        name = self.pick(data, (".md", ".py", "justfile", "noxfile.py"))
        if name and name not in NEEDED and not name.endswith(("__init__.py", "__main__.py")):
            (self.project / name).unlink()
            self.forget(name)

    def forget(self, name: str) -> None:
        """Record that the user deleted or renamed a file."""
        self.lines.pop(name, None)
        if name not in self.made and name.startswith(STARTERS):
            self.deleted.add(name)
        self.made.discard(name)

    @rule(data=st.data())
    def rename_a_file(self, data: st.DataObject) -> None:
        """Rename a module, a test, or a page."""
        name = self.pick(data, (".md", ".py"))
        if name and name.startswith(STARTERS) and name not in NEEDED and "__" not in name:
            self.number += 1
            new = f"{name.rpartition('/')[0]}/test_{self.number}{Path(name).suffix}".lstrip("/")
            (self.project / name).rename(self.project / new)
            lines = self.lines.get(name, [])
            self.forget(name)
            self.lines[new] = lines
            self.made.add(new)

    @rule()
    def update(self) -> None:
        """Update to the newest release."""
        self.updated({})

    @rule(data=st.data(), axis=st.sampled_from([axis for axis in axes() if axis != "preset"]))
    def change_an_answer(self, data: st.DataObject, axis: str) -> None:
        """Update with a changed answer if the project has the newest release."""
        if self.current:
            choice = data.draw(st.sampled_from(answers(axis)))
            changed = {axis: choice}
            chosen = BASE | self.given | changed
            if facts("backend")[chosen["backend"]]["vcs_error"]:
                changed["versioning"] = "static"
            if chosen["mode"] != "library":
                changed["command_name"] = "my-project"
            self.updated(changed)

    def updated(self, changed: Answers) -> None:
        """Update, and check that nothing is lost or that a rejected answer changes nothing."""
        commit(self.project, "Work")
        before = tree(self.project)
        try:
            found = update(self.project, **changed)
        except ValueError:
            assert changed
            assert [] == status(self.project)
            return

        self.given |= changed
        assert self.given.items() <= recorded_answers(self.project).items()
        text = (self.project / ".copier-answers.yml").read_text(encoding="utf-8")
        assert f"_commit: {next_release()}\n" in text
        self.forget_removed_files()
        for name, lines in self.lines.items():
            present = (self.project / name).read_text(encoding="utf-8").splitlines()
            assert [] == [line for line in lines if line not in present], name
        assert set() == {name for name in self.made if not (self.project / name).exists()}
        if changed:
            self.deleted = {name for name in self.deleted if not (self.project / name).exists()}
        assert set() == {name for name in self.deleted if (self.project / name).exists()}
        self.can_be_undone(before)
        if not found:
            tomllib.loads((self.project / "pyproject.toml").read_text(encoding="utf-8"))
        resolve(self.project, "ours")
        commit(self.project, "Update")
        self.current = True

    def forget_removed_files(self) -> None:
        """Forget files that an update removed, and check that it was allowed to remove them."""
        names = self.lines.keys() | self.made
        for name in {name for name in names if not (self.project / name).exists()}:
            assert MANAGED.fullmatch(name) or not name.startswith(STARTERS), name
            self.lines.pop(name, None)
            self.made.discard(name)

    def can_be_undone(self, before: dict[str, Any]) -> None:
        """Check that git can restore the files from before the update."""
        copy = shutil.copytree(self.project, self.folder / "copy", symlinks=True)
        git("reset", "--quiet", "--hard", cwd=copy)
        git("clean", "--quiet", "--force", "-d", cwd=copy)
        assert before == tree(copy)
        shutil.rmtree(copy)

    def teardown(self) -> None:
        """Check that the project builds if it has been updated, and delete the folder."""
        if self.current:
            self.artifacts.build_wheel(self.project, self.folder / "dist")
        shutil.rmtree(self.folder)


def test_nothing_is_lost(releases: Path, artifacts: ArtifactCache) -> None:
    """After random work, updates, and changed answers, no line, file, or answer is lost."""
    Project.releases, Project.artifacts = releases, artifacts
    run_state_machine_as_test(
        Project,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=20 if LONG else 12,
            deadline=None,
            derandomize=not LONG,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
