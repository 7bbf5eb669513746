"""The states of the running example, from lesson to lesson."""

import filecmp
from itertools import pairwise
from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.artifacts.repository import git
from harness.course import checkpoints
from harness.course.lessons import COURSE
from harness.course.pages import front_matter
from harness.packagestan.answers import questions
from harness.updates import projects
from harness.updates.releases import commit

# Files that learners write and that no update changes.
LEARNERS = ("README.md", "CHANGELOG.md", "docs/", "src/", "tests/")


def test_each_lesson_that_begins_with_a_project_has_its_answers() -> None:
    """A page begins with the checkpoint of its own number."""
    asked = {
        page.name[:2]: str(front_matter(page)["checkpoint"])
        for page in COURSE.glob("[0-9]*.md")
        if "checkpoint" in front_matter(page)
    }
    assert {number: number for number in asked} == asked
    assert set(asked) <= set(checkpoints.numbers())


@pytest.mark.parametrize("number", checkpoints.numbers())
def test_a_checkpoint_answers_questions_that_are_asked(number: str) -> None:
    """A checkpoint only contains answers to the template's questions."""
    assert set(checkpoints.answers(number)) <= set(questions())


def test_each_checkpoint_changes_something() -> None:
    """No lesson ends with the same project that it began with."""
    for before, after in pairwise(checkpoints.numbers()):
        assert checkpoints.answers(before) != checkpoints.answers(after), after


def test_a_learner_goes_from_lesson_to_lesson_by_updates(
    artifacts: ArtifactCache, releases: Path, tmp_path: Path
) -> None:
    """After each update, all files except the learner's are the same as in a new project."""
    first, *others = checkpoints.numbers()
    project = tmp_path / "greetings"
    projects.start(releases, None, project, checkpoints.answers(first))
    for number in others:
        assert [] == projects.update(project, **checkpoints.answers(number))
        commit(project, f"Lesson {number}")
        fresh = artifacts.project(checkpoints.answers(number))
        expected, actual = (
            {name for name in tree(folder) if not name.startswith((*LEARNERS, ".copier-"))}
            for folder in (fresh, project)
        )
        assert expected == {name for name in actual if not name.startswith(".git/")}, number
        assert [] == filecmp.cmpfiles(fresh, project, expected, shallow=False)[1], number


def test_a_checkpoint_is_made_by_its_number(
    tmp_path: Path, releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`nox -s checkpoint -- 5` creates the project of lesson 5, which can be updated later."""
    monkeypatch.setattr(checkpoints, "ROOT", releases)
    project = checkpoints.make("5", tmp_path / "greetings")
    recorded = (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert "mode: app\n" in recorded
    assert git(releases, "describe", "--tags") in recorded


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    """A checkpoint isn't created in a folder that already has files."""
    (tmp_path / "mine.txt").touch()
    with pytest.raises(checkpoints.CheckpointError, match="is not empty; choose another"):
        checkpoints.make("05", tmp_path)
    assert ["mine.txt"] == [path.name for path in tmp_path.iterdir()]


def test_an_unknown_checkpoint_is_named_with_those_there_are() -> None:
    """An unknown lesson number is rejected with a list of the existing ones."""
    with pytest.raises(checkpoints.CheckpointError, match="99 is not a checkpoint; use one of 03,"):
        checkpoints.make("99", Path("nowhere"))
