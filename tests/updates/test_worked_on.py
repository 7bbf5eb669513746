"""Test updates of projects that users have worked on for a year."""

import re
import tomllib
from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import read_wheel, tree
from harness.artifacts.repository import call
from harness.packagestan.answers import choices
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers
from harness.updates.edits import Work, a_year_of_work, edits_of_rewritten_lines
from harness.updates.projects import operate, render, start, status, update
from harness.updates.releases import commit, git, past_releases

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}

SCRIPTS = ["build", "check_release", "rehearse", "release", "template"]
REMOVED = {*(f"tools/{name}.py" for name in SCRIPTS), "tests/test_locks.py"}


@pytest.mark.parametrize("mode", choices("mode"))
@pytest.mark.parametrize("version", past_releases())
def test_year_of_work_is_kept(version: str, mode: str, releases: Path, tmp_path: Path) -> None:
    """An update keeps all of the user's lines, deletions, and version without conflicts.

    It removes only the template's scripts and their test.
    """
    project = start(releases, version, tmp_path / "project", BASE | {"mode": mode})
    work = a_year_of_work(project)
    commit(project, "A year of work")
    before = tree(project)

    assert [] == update(project)

    assert [] == work.lost()
    assert REMOVED == before.keys() - tree(project).keys()
    pyproject = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert "1.4.0" == pyproject["project"]["version"]


def test_both_versions_of_rewritten_lines_are_kept(releases: Path, tmp_path: Path) -> None:
    """If both sides changed the same lines, conflicts are marked, and neither side's lines are lost."""
    project = start(releases, "0.3.0", tmp_path / "project", BASE)
    work = Work(project)
    edits_of_rewritten_lines(work)
    commit(project, "Edit")

    assert ["CONTRIBUTING.md", "justfile", "pyproject.toml"] == update(project)

    assert [] == work.lost()
    fresh = render(releases, None, tmp_path / "fresh", recorded_answers(project))
    for name in ("CONTRIBUTING.md", "justfile", "pyproject.toml"):
        expected, present = (
            (folder / name).read_text(encoding="utf-8").splitlines() for folder in (fresh, project)
        )
        assert [] == [line for line in expected if line not in present], name
    said = git("diff", "--check", cwd=project, exit_code=2)
    found = {line.split(":")[0] for line in said.splitlines() if "leftover conflict marker" in line}
    assert {"CONTRIBUTING.md", "justfile", "pyproject.toml"} == found


@pytest.mark.parametrize("mode", choices("mode"))
def test_edits_are_kept_if_a_file_was_deleted(mode: str, releases: Path, tmp_path: Path) -> None:
    """An update keeps a deleted file deleted, and each Python file as the user has rewritten it.

    If a file has been deleted, Copier renders `_skip_if_exists` before it reads the answers.
    """
    answers = BASE | {"mode": mode, "command_name": "greet"}
    project = start(releases, None, tmp_path / "project", answers)
    (project / "CONTRIBUTING.md").unlink()
    for file in project.glob("src/*/*.py"):
        file.write_text("# Ours.\n", encoding="utf-8")
    commit(project, "Work")
    assert [] == update(project)
    assert [] == status(project)


def test_message_names_the_removed_scripts(releases: Path, tmp_path: Path) -> None:
    """Only the first update names the removed scripts, and an edited script can be restored."""
    answers = BASE | {"backend": "poetry_core", "versioning": "vcs", "environments": ["pip"]}
    project = start(releases, "0.3.0", tmp_path / "project", answers)
    work = Work(project)
    work.append("tools/release.py", "# ours\n")
    work.write("requirements/dev.txt", "packaging==25.0\n")
    commit(project, "Edit a script, and lock")
    before = tree(project)

    said = operate("update", project, {})

    removed = before.keys() - tree(project).keys()
    assert REMOVED | {"build_backend.py"} == removed
    assert removed <= set(said.split())
    assert "    requirements/dev.txt\n" in said
    (restore,) = re.findall(r"(?m)^    git (restore .*)$", said)
    git(*restore.split(), cwd=project)
    assert [] == work.lost()

    commit(project, "Update")
    again = operate("update", project, {})
    assert "tools/release.py" not in again
    assert "requirements/dev.txt" not in again.split("commit --message")[1]
    assert [] == [line for line in (said + again).splitlines() if len(line) > 80]


def test_worked_on_project_passes_its_checks(
    releases: Path, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """After an update, a project's tasks pass, and its wheel has the user's changes to metadata."""
    answers = BASE | {"mode": "app", "docs_engine": "none", "environments": ["uv"]}
    project = start(releases, "0.3.0", tmp_path / "project", answers)
    work = a_year_of_work(project)
    commit(project, "A year of work")

    assert [] == update(project)

    assert [] == work.lost()
    wheel = read_wheel(artifacts.build_wheel(project, tmp_path / "dist"))
    assert "1.4.0" == wheel.metadata["version"]
    assert "yaml" in wheel.metadata["provides_extra"]
    commands = {("console_scripts", "pack"), ("console_scripts", "my-project")}
    assert commands == set(wheel.entry_points)
    environment = artifacts.environment("updated", answers, "--group", "dev", "packaging")
    for task in ("lint", "typecheck", "test"):
        source = {"PYTHONPATH": str(project / "src")}
        call(environment, project, "just", task, env=source)
