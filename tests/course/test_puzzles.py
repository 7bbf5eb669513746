"""The escape room: opening a puzzle, and what its page says."""

import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from harness.artifacts.inspect import tree
from harness.course.pages import front_matter
from harness.course.puzzles import COURSE, PACKAGES, PuzzleError, open_puzzle, puzzles, symptom
from harness.packagestan.template import ROOT
from harness.processes.commands import run

each_puzzle = pytest.mark.parametrize(("number", "defect"), puzzles().items())


@each_puzzle
def test_a_puzzle_is_opened(number: int, defect: str, tmp_path: Path) -> None:
    """Opening a puzzle creates its package, and prints the symptoms and how to check it."""
    told = open_puzzle(str(number), tmp_path)
    assert tree(PACKAGES / defect) == tree(tmp_path / f"puzzle-{number}")
    title = tomllib.loads((COURSE / "puzzles" / defect / "check.toml").read_text())["title"]
    assert told.startswith(f"# {title}\n")
    assert told.endswith(f"check.py puzzle-{number} {tmp_path / f'puzzle-{number}'}")


@each_puzzle
def test_a_symptom_does_not_name_the_defect(number: int, defect: str) -> None:
    """The description of a puzzle contains no markup, no hint, and no name of the defect."""
    assert defect not in symptom(defect)
    for mark in ("```", ":::", ":class:", "Hint", "puzzle: "):
        assert mark not in symptom(defect)


@each_puzzle
def test_a_page_belongs_to_its_puzzle(number: int, defect: str) -> None:
    """A puzzle's page runs in its package, names its check, and shows its solution."""
    page = COURSE / "puzzles" / defect / "index.md"
    text = page.read_text(encoding="utf-8")
    assert defect == front_matter(page)["puzzle"]
    assert f"check.py puzzle-{number} puzzle-{number}`" in text
    assert "```{literalinclude} solution.patch\n:language: diff\n```" in text
    assert "https://" in text


def test_the_lesson_lists_all_puzzles_in_their_order() -> None:
    """The lesson's table has a row for each puzzle, in the order of the numbers."""
    lesson = (COURSE / "12-packaging-puzzles.md").read_text(encoding="utf-8")
    rows = [line.split("](")[0] for line in lesson.splitlines() if line.startswith("| [")]
    assert [f"| [{number}" for number in puzzles()] == rows
    positions = [lesson.index(f"(puzzles/{defect}/index.md)") for defect in puzzles().values()]
    assert sorted(positions) == positions


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    """Opening a puzzle again doesn't overwrite its folder."""
    (tmp_path / "puzzle-3").mkdir()
    (tmp_path / "puzzle-3" / "mine.txt").touch()
    with pytest.raises(
        PuzzleError, match="puzzle-3 already exists; move it away, or continue in it"
    ):
        open_puzzle("3", tmp_path)
    assert ["mine.txt"] == list(tree(tmp_path / "puzzle-3"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["99"], "'99' is not a puzzle; choose one from 1 to "),
        (["three"], "'three' is not a puzzle; choose one from 1 to "),
        ([], "Say which puzzle to open, by its number: `nox -s puzzle -- 3`."),
        (["1", "2", "3"], "Say which puzzle to open, by its number: `nox -s puzzle -- 3`."),
    ],
)
def test_a_puzzle_that_is_not_there_is_refused(arguments: list[str], sentence: str) -> None:
    """An unknown or missing puzzle number leads to one sentence, and nothing is written."""
    module = (sys.executable, "-m", "harness.course.puzzles")
    # The tool requires no packages, because `nox -s puzzle` installs none.
    ended = run(*module, *arguments, env={"PYTHONPATH": str(ROOT / "tests")}, exit_code=2)
    assert ended.stderr.startswith(sentence)
    assert 1 == ended.stderr.count("\n")


def test_a_puzzle_is_opened_without_anything_installed(tmp_path: Path) -> None:
    """The command that nox runs only needs Python, and opens a puzzle in the current folder."""
    isolated = tmp_path / "harness"
    isolated.mkdir()
    command = f"import sys; sys.path.insert(0, {str(ROOT / 'tests')!r}); sys.argv[1:] = ['2']; "
    command += "from harness.course.puzzles import main; sys.exit(main())"
    # -S: without site-packages
    printed = run(sys.executable, "-I", "-S", "-c", command, cwd=tmp_path).stdout
    assert tree(PACKAGES / puzzles()[2]) == tree(tmp_path / "puzzle-2")
    assert "$ cd puzzle-2\n" in printed
    shutil.rmtree(tmp_path / "puzzle-2")
