"""Test updates that fail or are undone."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.rendering.template import Answers
from harness.updates.projects import operate, render, start, status, update
from harness.updates.releases import commit, git, next_release, past_releases

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}


@pytest.fixture
def project(releases: Path, tmp_path: Path) -> Path:
    """Return a project created from the newest past release."""
    return start(releases, past_releases()[-1], tmp_path / "project", BASE)


def remove_git(project: Path) -> None:
    """Delete the git repository, but not the project."""
    shutil.rmtree(project / ".git")


def leave_work(project: Path) -> None:
    """Edit a file without committing it."""
    (project / "README.md").write_text("Mine.\n", encoding="utf-8")


def replace_in_answers(old: str, new: str) -> Callable[[Path], None]:
    """Return a function that replaces a pattern in the answers file, and commits the change."""

    def edit(project: Path) -> None:
        file = project / ".copier-answers.yml"
        text = file.read_text(encoding="utf-8")
        assert re.search(old, text)
        file.write_text(re.sub(old, new, text), encoding="utf-8")
        commit(project, "Edit the answers")

    return edit


@pytest.mark.parametrize(
    ("disturb", "sentence"),
    [
        pytest.param(remove_git, "only supported in git-tracked subprojects", id="no git"),
        pytest.param(leave_work, "Please commit or stash your local changes", id="dirty tree"),
        pytest.param(
            replace_in_answers("_commit: .*", "_commit: 0.1.9"), "0.1.9", id="unknown release"
        ),
        pytest.param(
            replace_in_answers("_commit: .*", "_commit: 99.0.0"), "99.0.0", id="later release"
        ),
        pytest.param(
            replace_in_answers("mode: .*", "mode: lib"),
            "Invalid choice for 'mode': 'lib' is not in ['library', 'app', 'script']",
            id="no such answer",
        ),
        pytest.param(
            replace_in_answers("(?m)^_commit: .*\n|^_src_path: .*\n", ""),
            "Template not found",
            id="no record",
        ),
        pytest.param(
            replace_in_answers("mode: .*", "mode: [app"), "expected ',' or ']'", id="YAML"
        ),
    ],
)
def test_impossible_update_is_rejected(
    disturb: Callable[[Path], None], sentence: str, project: Path
) -> None:
    """An impossible update fails with the expected message, and changes no file."""
    disturb(project)
    before = tree(project)
    with pytest.raises(Exception, match=re.escape(sentence)):  # The types differ.
        operate("update", project, {})
    assert before == tree(project)


def test_update_can_be_undone(project: Path) -> None:
    """The commands in the message find a conflict and undo the update."""
    contributing = project / "CONTRIBUTING.md"
    lines = contributing.read_text(encoding="utf-8").splitlines(keepends=True)
    contributing.write_text("".join(f"Mine: {line}" for line in lines), encoding="utf-8")
    commit(project, "Other instructions")
    edited = tree(project)

    said = operate("update", project, {})

    (check,) = re.findall(r"(?m)^    git (diff --check)\b", said)
    found = git(*check.split(), cwd=project, exit_code=2)
    assert {"CONTRIBUTING.md"} == {line.split(":")[0] for line in found.splitlines() if ":" in line}
    (undo,) = re.findall(r"(?m)^To undo the update: (.*)$", said)
    for command in undo.split(" && "):
        git(*command.split()[1:], cwd=project)
    assert edited == tree(project)


def test_update_without_changes_is_not_announced(releases: Path, tmp_path: Path) -> None:
    """If nothing has changed, the message doesn't say that the project was updated."""
    project = start(releases, None, tmp_path / "project", BASE)
    said = operate("update", project, {})
    assert [] == status(project)
    assert '"git status" lists what the update changed, if anything.' in said
    assert "updated" not in said


def test_project_from_a_plain_folder_can_be_linked_to_a_release(
    releases: Path, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A project from a plain folder can be updated after a release is added to its answers file."""
    project = artifacts.copy(BASE, tmp_path / "project")
    git("init", "--quiet", "--initial-branch=main", cwd=project)
    commit(project, "Start")
    record = f"_commit: {next_release()}\n_src_path: {releases}"
    replace_in_answers("(?m)^_src_path: .*", record)(project)
    assert [] == update(project, project_description="Another one")
    assert " M pyproject.toml" in status(project)


def test_missing_list_of_starter_files_is_harmless(releases: Path, tmp_path: Path) -> None:
    """Without a record of starter files, an update restores the record but no deleted files."""
    project = start(releases, None, tmp_path / "project", BASE)
    for name in ("CHANGELOG.md", "src/my_project/greetings.py"):
        (project / name).unlink()
    replace_in_answers("starters:\n(?: .*\n)+", "")(project)
    before = tree(project)
    assert [] == update(project)
    fresh = tree(render(releases, None, tmp_path / "fresh", BASE))
    record = {".copier-answers.yml": fresh[".copier-answers.yml"]}
    assert before | record == tree(project)
