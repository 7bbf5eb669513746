"""Test the course's checkpoints."""

import filecmp
from itertools import pairwise
from pathlib import Path
from typing import Any

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

# Files of the first checkpoint's script that belong to the learner. Updates don't change them, even
# when the script becomes an app.
LEARNERS = ("README.md", "src/greetings/__main__.py", "tests/")


def test_lessons_use_their_own_checkpoints() -> None:
    """A lesson's checkpoint has the lesson's number and exists."""
    asked = {
        page.name[:2]: str(front_matter(page)["checkpoint"])
        for page in COURSE.glob("[0-9]*.md")
        if "checkpoint" in front_matter(page)
    }
    assert {number: number for number in asked} == asked
    assert set(asked) <= set(checkpoints.numbers())


@pytest.mark.parametrize("number", checkpoints.numbers())
def test_checkpoints_answer_the_same_questions(number: str) -> None:
    """All checkpoints answer the same questions, and these questions exist."""
    answered = {name for each in checkpoints.numbers() for name in checkpoints.answers(each)}
    assert answered == set(checkpoints.answers(number))
    assert answered <= set(questions())


# The answers that each checkpoint changes, because the previous lesson is about them.
CHANGES: dict[str, dict[str, Any]] = {
    "04": {"environments": ["uv", "pip"]},
    "05": {"mode": "app", "extras": {"colors": ["rich>=13"]}, "package_data": True},
    "06": {"annotated": True},
    "07": {"backend": "hatchling"},
    "08": {"environments": ["uv", "pip", "conda", "direnv"]},
    "09": {"task_runner": "just", "type_checker": "mypy", "hooks": "local"},
    "10": {"versioning": "vcs"},
    "11": {"ci": "github", "publish": "trusted", "template_updates": "renovate"},
    "12": {"container": True, "docs_engine": "sphinx"},
}


def test_checkpoints_change_only_some_answers() -> None:
    """Each checkpoint only changes the listed answers of the previous one."""
    for before, after in pairwise(checkpoints.numbers()):
        changed = checkpoints.answers(before) | CHANGES[after]
        assert changed == checkpoints.answers(after), after
    assert list(CHANGES) == checkpoints.numbers()[1:]


def test_updates_lead_from_checkpoint_to_checkpoint(
    artifacts: ArtifactCache, releases: Path, tmp_path: Path
) -> None:
    """Updates from one checkpoint to the next cause no conflicts and produce a new project's files.

    The learner's tests, README, and script aren't compared, and neither is Copier's answers file.
    """
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
        assert expected == actual, number
        assert [] == filecmp.cmpfiles(fresh, project, expected, shallow=False)[1], number


def test_checkpoint_is_created(
    tmp_path: Path, releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint's project records the answers and the template's version for later updates."""
    monkeypatch.setattr(checkpoints, "ROOT", releases)
    project = checkpoints.make("5", tmp_path / "greetings")
    recorded = (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert "mode: app\n" in recorded
    assert git(releases, "describe", "--tags") in recorded


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["5"], "Wrote greetings, the start of lesson 5.\n"),
        (["05", "here"], "Wrote here, the start of lesson 05.\n"),
    ],
)
def test_command_creates_a_checkpoint(
    arguments: list[str],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The command reports the new project's folder, which is `greetings` by default."""
    monkeypatch.setattr(checkpoints, "make", lambda number, folder: folder)
    monkeypatch.setattr("sys.argv", ["checkpoints", *arguments])
    checkpoints.main()
    assert expected == capsys.readouterr().out


def test_command_reports_errors(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends with exit code 2 and the error message."""
    monkeypatch.setattr("sys.argv", ["checkpoints", "99"])
    with pytest.raises(SystemExit, match="2"):
        checkpoints.main()
    listed = ", ".join(checkpoints.numbers())
    message = f"nox -s checkpoint --: error: 99 is not a checkpoint; use one of {listed}\n"
    assert capsys.readouterr().err.endswith(message)


def test_existing_files_are_not_changed(tmp_path: Path) -> None:
    """A checkpoint is not created in a folder that contains files."""
    (tmp_path / "mine.txt").touch()
    with pytest.raises(checkpoints.CheckpointError, match="is not empty; choose another"):
        checkpoints.make("05", tmp_path)
    assert ["mine.txt"] == [path.name for path in tmp_path.iterdir()]


def test_unknown_checkpoint_is_rejected() -> None:
    """For an unknown number, the message lists the existing checkpoints."""
    with pytest.raises(checkpoints.CheckpointError, match="99 is not a checkpoint; use one of 03,"):
        checkpoints.make("99", Path("nowhere"))
