"""What the short and the long questionnaire promise."""

import os
import re
import sys
from pathlib import Path

import pexpect
import pytest

from harness.answers import questions
from harness.render import recorded_answers, snapshot
from harness.tables import shown_help

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="pexpect.spawn needs a Unix terminal"
)

ESSENTIAL = [
    "project_name",
    "project_description",
    "mode",
    "backend",
    "license",
    "user_name",
    "user_email",
    "customize",
]


# The key "down": the choice after the default mode, which has a command.
APP = "\x1b[B"

# What can be asked, in order: neither derived nor with one choice only.
ASKABLE = [
    name
    for name, question in questions().items()
    if question.get("when") is not False and question.get("ask") is not False
]


def answer(project: Path, *keys: str) -> list[str]:
    """Answer Copier's questions in a terminal and return the questions that it asked."""
    command = ["-m", "copier", "copy", str(snapshot()), str(project)]
    # Copier's prompts would wait for an answer that only a real terminal gives.
    env = os.environ | {"PROMPT_TOOLKIT_NO_CPR": "1"}
    terminal = pexpect.spawn(
        sys.executable, command, encoding="utf-8", dimensions=(50, 200), env=env
    )
    asked: list[str] = []
    while True:
        helps = {shown_help(name): name for name in ASKABLE if name not in asked}
        found = terminal.expect([*map(re.escape, helps), pexpect.EOF], timeout=30)
        if found == len(helps):
            terminal.close()
            return asked
        asked.append(list(helps.values())[found])
        terminal.send((keys[len(asked) - 1] if len(asked) <= len(keys) else "") + "\r")


def test_the_essentials_are_asked(tmp_path: Path) -> None:
    """Enter after Enter gives a project after the essential questions."""
    assert ESSENTIAL == answer(tmp_path / "project", "My Project")
    assert "my-project" == recorded_answers(tmp_path / "project")["distribution_name"]


def test_a_name_that_cannot_be_guessed_is_asked(tmp_path: Path) -> None:
    """A name without Latin letters is followed by the question for the distribution name."""
    keys = ["日本語", *[""] * 7, "nihongo"]
    assert [*ESSENTIAL, "distribution_name"] == answer(tmp_path / "project", *keys)
    assert "nihongo" == recorded_answers(tmp_path / "project")["package_name"]


def test_everything_is_asked_on_request(tmp_path: Path) -> None:
    """With `customize`, every question is asked, in the order of the question files.

    The one for a private index is not: trusted publishing, the default, has no use for one.
    """
    keys = ["My Project", "", APP, *[""] * 4, "y"]
    expected = [name for name in ASKABLE if name != "index_url"]
    assert expected == answer(tmp_path / "project", *keys)


def test_a_library_without_command_is_not_asked_about_it(tmp_path: Path) -> None:
    """Without a command, there is no question about the library that reads its arguments."""
    asked = answer(tmp_path / "project", "My Project", *[""] * 6, "y")
    assert "command_name" in asked
    assert "cli_library" not in asked
