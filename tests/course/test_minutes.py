"""Test the estimate of a lesson's length."""

from pathlib import Path

import pytest

from harness.course.minutes import Work, main, work

COMMAND = "```console\n$ ls\na b\n```\n"
FILE = "```{code-block} python\n:caption: a.py\nA = 1\n```\n"
CHALLENGE = "::::{challenge} Title\n:minutes: 7\nTask.\n\n" + COMMAND + "::::\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one two three\n", Work(3, 0, 0, 0, ())),
        ("| one | two |\n| --- | --- |\n", Work(2, 0, 0, 0, ())),
        (COMMAND, Work(0, 1, 0, 0, ())),
        ("```{code-block} console\n:class: fails\n\n$ a\n$ b\n```\n", Work(0, 2, 0, 0, ())),
        (FILE, Work(0, 0, 1, 0, ())),
        ("```{code-block} python\nA = 1\n```\n", Work(0, 0, 0, 0, ())),
        (CHALLENGE, Work(0, 0, 0, 0, (7,))),
        (":::{challenge} Title\nTask.\n:::\n", Work(0, 0, 0, 0, (5,))),
        (":::{question} Why?\nA\n:::\n", Work(1, 0, 0, 1, ())),
        (":::{objectives}\n- two words\n:::\n", Work(2, 0, 0, 0, ())),
    ],
)
def test_work_is_counted(text: str, expected: Work) -> None:
    """Words, commands, files, questions, and the minutes of challenges are counted."""
    assert expected == work("# Title\n\n" + text)


@pytest.mark.parametrize("name", ["hint", "solution", "answer", "instructor", "dropdown"])
def test_collapsed_blocks_are_ignored(name: str) -> None:
    """Collapsed text is ignored, but the text after it is counted."""
    folded = f":::::{{{name}}}\nwords\n{COMMAND}{FILE}:::::\n"
    assert Work(1, 0, 0, 0, ()) == work(f"# Title\n\n{folded}\nafterwards\n")


def test_going_deeper_is_ignored() -> None:
    """The section for reading after class is ignored."""
    assert Work(1, 0, 0, 0, ()) == work(f"# Title\n\nword\n\n## Going deeper\n\nmore\n{COMMAND}")


def test_minutes_match_the_documentation() -> None:
    """200 words, three commands, or one file take one minute to teach, and minutes are rounded up.

    A question takes one minute, and a challenge takes its own number of minutes.
    """
    assert 1 == Work(200, 0, 0, 0, ()).teach
    assert 1 == Work(0, 3, 0, 0, ()).teach
    assert 1 == Work(0, 0, 1, 0, ()).teach
    assert 2 == Work(201, 0, 0, 0, ()).teach
    assert 15 == Work(0, 0, 0, 3, (5, 7)).do


def test_command_prints_the_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command prints the total, and the minutes to teach and to do."""
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n" + "word " * 201 + "\n\n" + CHALLENGE, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["minutes", str(page)])
    main()
    expected = f"page.md: 10 minutes (2 + 7), {Work(201, 0, 0, 0, (7,))}\n"
    assert expected == capsys.readouterr().out


def test_timetables_round_up_to_five_minutes() -> None:
    """The total is rounded up to a multiple of five minutes."""
    assert 20 == Work(200, 0, 0, 3, (5, 7)).total
    assert 15 == Work(0, 0, 0, 3, (5, 7)).total
