"""Test the rendering of templates in this process."""

import sys
from pathlib import Path

import pytest

from engine.tiny import CARDS, PACKAGE
from harness.artifacts.inspect import tree
from harness.processes.commands import run
from harness.rendering.render import copier_command, recorded_answers
from harness.rendering.template import Answers, Template

FOLDED: Answers = {"recipient": "Zoë {{ 1 }}", "format": "folded", "decorations": ["glitter"]}


@pytest.mark.parametrize(
    ("template", "answers"),
    [(CARDS, FOLDED), (CARDS, FOLDED | {"envelope": False}), (PACKAGE, {"numbers": [3, 4]})],
    ids=["cards", "condition", "package"],
)
def test_files_equal_those_of_the_command(
    template: Template, answers: Answers, tmp_path: Path
) -> None:
    """The rendered files equal the files that the `copier` command writes."""
    # Render with other answers first to fill the caches.
    template.render(tmp_path / "before", {"recipient": "Ada"})
    rendered = template.render(tmp_path / "rendered", answers)
    copying = ("copy", "--defaults", template.snapshot(), tmp_path / "copy")
    copier_command(*copying, answers=answers, plain=True)
    assert tree(tmp_path / "copy") == tree(rendered)


def test_file_without_a_name_is_not_written(tmp_path: Path) -> None:
    """A file is not written if a condition makes its name empty."""
    rendered = CARDS.render(tmp_path / "folded", FOLDED)
    expected = {".copier-answers.yml", "card.json", "card.md", "envelope.txt"}
    assert expected == set(tree(rendered))
    rendered = CARDS.render(tmp_path / "postcard", {"recipient": "Ada"})
    assert expected - {"envelope.txt"} == set(tree(rendered))


def test_question_that_is_not_asked_is_not_recorded(tmp_path: Path) -> None:
    """The answers file contains neither computed values nor answers to skipped questions."""
    recorded = recorded_answers(CARDS.render(tmp_path / "card", {"recipient": "Ada"}))
    assert ["decorations", "format", "motto", "occasion", "recipient", "stamp"] == sorted(recorded)


def test_rejected_answer_is_reported(tmp_path: Path) -> None:
    """`refusal` returns the message of the error that rendering raises, or an empty string."""
    answers = FOLDED | {"envelope": False, "stamp": True}
    message = "Validation error for question 'stamp': add an envelope"
    assert message == CARDS.refusal(answers)
    with pytest.raises(ValueError, match=message):
        CARDS.render(tmp_path / "card", answers)
    assert "" == CARDS.refusal(FOLDED)


def test_snapshot_contains_only_the_template(tmp_path: Path) -> None:
    """A snapshot contains only the template's files, not the repository's other files."""
    for name in ("copier.yml", "card/card.md", ".git/config", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    snapshot = Template(tmp_path, "copier.yml", "card").snapshot()
    assert {"copier.yml", "card/card.md"} == set(tree(snapshot))


def test_snapshot_is_deleted_when_the_process_ends(tmp_path: Path) -> None:
    """The snapshot of a repository exists in the temporary folder until the process ends."""
    for name in ("repository/copier.yml", "repository/.git/config", "temporary/other"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    code = (
        "from pathlib import Path; from harness.rendering.template import Template; "
        "print(*Template(Path('repository'), 'copier.yml').snapshot().iterdir())"
    )
    tests = str(Path(__file__).parents[1])
    env = {"PYTHONPATH": tests, "TMPDIR": str(tmp_path / "temporary")}
    printed = run(sys.executable, "-c", code, cwd=tmp_path, env=env).stdout
    assert printed.startswith(str(tmp_path / "temporary" / "template-"))
    assert {"other"} == set(tree(tmp_path / "temporary"))
