"""Test the packaging puzzles and their pages."""

import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from harness.artifacts.inspect import tree
from harness.course.pages import front_matter
from harness.course.puzzles import (
    COURSE,
    PACKAGES,
    PuzzleError,
    open_puzzle,
    puzzles,
    symptom,
    task,
)
from harness.packagestan.template import ROOT
from harness.processes.commands import run

each_puzzle = pytest.mark.parametrize(("number", "defect"), puzzles().items())


@each_puzzle
def test_puzzle_is_opened(number: int, defect: str, tmp_path: Path) -> None:
    """Opening a puzzle copies its package, and returns its title, its task, and a command."""
    printed = open_puzzle(str(number), tmp_path)
    assert tree(PACKAGES / defect) == tree(tmp_path / f"puzzle-{number}")
    title = tomllib.loads((COURSE / "puzzles" / defect / "check.toml").read_text())["title"]
    assert printed.startswith(f"# {title}\n")
    assert f"\n\nYour task:\n\n{task(defect)}\n\n" in printed
    assert printed.endswith(f"check.py puzzle-{number} {tmp_path / f'puzzle-{number}'}")


@each_puzzle
def test_symptom_and_task_do_not_reveal_the_defect(number: int, defect: str) -> None:
    """The symptom and the task don't contain the name of the defect, a hint, or markup."""
    for text in (symptom(defect), task(defect)):
        assert text
        for mark in (defect, "```", ":::", ":class:", "Hint", "puzzle: ", "Check your work"):
            assert mark not in text


@each_puzzle
def test_page_matches_its_puzzle(number: int, defect: str) -> None:
    """A puzzle's page has the puzzle's package, the checker's command, the solution, and a link."""
    page = COURSE / "puzzles" / defect / "index.md"
    text = page.read_text(encoding="utf-8")
    assert defect == front_matter(page)["puzzle"]
    assert f"check.py puzzle-{number} ~/packagestan/puzzle-{number}`" in text
    assert "```{literalinclude} solution.patch\n:language: diff\n```" in text
    assert "https://" in text


def test_lesson_lists_all_puzzles() -> None:
    """The lesson's table has one row for each puzzle, sorted by number."""
    lesson = (COURSE / "12-packaging-puzzles.md").read_text(encoding="utf-8")
    rows = [line.split("](")[0] for line in lesson.splitlines() if line.startswith("| [")]
    assert [f"| [{number}" for number in puzzles()] == rows
    positions = [lesson.index(f"(puzzles/{defect}/index.md)") for defect in puzzles().values()]
    assert sorted(positions) == positions


def test_existing_folder_is_not_changed(tmp_path: Path) -> None:
    """A puzzle that was opened before is not overwritten."""
    (tmp_path / "puzzle-3").mkdir()
    (tmp_path / "puzzle-3" / "mine.txt").touch()
    with pytest.raises(PuzzleError, match="Move it away or continue in it"):
        open_puzzle("3", tmp_path)
    assert ["mine.txt"] == list(tree(tmp_path / "puzzle-3"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["99"], "'99' is not a puzzle. Choose a number from 1 to "),
        (["three"], "'three' is not a puzzle. Choose a number from 1 to "),
        ([], "Specify the number of a puzzle: `nox -s puzzle -- 3`."),
        (["1", "2", "3"], "Specify the number of a puzzle: `nox -s puzzle -- 3`."),
    ],
)
def test_unknown_puzzle_is_rejected(arguments: list[str], message: str) -> None:
    """A wrong, missing, or additional argument is rejected with a one-line message."""
    module = (sys.executable, "-m", "harness.course.puzzles")
    # `nox -s puzzle` also sets this variable, because the harness isn't installed.
    ended = run(*module, *arguments, env={"PYTHONPATH": str(ROOT / "tests")}, exit_code=2)
    assert ended.stderr.startswith(message)
    assert 1 == ended.stderr.count("\n")


def test_puzzle_is_opened_without_packages(tmp_path: Path) -> None:
    """A puzzle can be opened even if no packages are installed."""
    isolated = tmp_path / "harness"
    isolated.mkdir()
    command = f"import sys; sys.path.insert(0, {str(ROOT / 'tests')!r}); sys.argv[1:] = ['2']; "
    command += "from harness.course.puzzles import main; sys.exit(main())"
    # `-I` ignores PYTHONPATH, and `-S` ignores installed packages.
    printed = run(sys.executable, "-I", "-S", "-c", command, cwd=tmp_path).stdout
    assert tree(PACKAGES / puzzles()[2]) == tree(tmp_path / "puzzle-2")
    assert f"$ cd {(tmp_path / 'puzzle-2').resolve()}\n" in printed
    shutil.rmtree(tmp_path / "puzzle-2")
