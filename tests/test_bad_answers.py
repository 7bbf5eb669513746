"""Bad answers: refused with one sentence that names the question, and nothing is written."""

import re
from pathlib import Path
from typing import Any

import pytest

from harness.answers import questions
from harness.render import copier_command, render, snapshot

GOOD = {"project_name": "My Project"}

# The questions that take any text or any YAML.
FREE = [
    name
    for name, question in questions().items()
    if question["type"] in ("str", "yaml")
    and "choices" not in question
    and question.get("when") is not False
]

REFUSED = [
    ("project_name", "", "it is empty"),
    ("project_name", "two\nlines", "control character"),
    ("project_name", "x" * 101, "at most 100"),
    ("project_name", "日本語", "--data distribution_name="),
    ("project_name", "...", "--data distribution_name="),
    ("project_name", " spaced", "starts or ends with a space"),
    ("project_description", "", "it is empty"),
    ("project_description", "tab\there", "control character"),
    ("project_description", "x" * 513, "at most 512"),
    ("user_name", "", "it is empty"),
    ("user_name", "Ada <ada@example.com>", "write the address in user_email"),
    ("user_name", "Ada  Lovelace", "two spaces in a row"),
    ("user_email", "ada", "is no e-mail address"),
    ("user_email", "ada@localhost", "is no e-mail address"),
    ("user_email", "ada lovelace@example.com", "is no e-mail address"),
    ("user_email", "ada@example.com\n", "control character"),
    ("github_user", "@ada", "is no GitHub account"),
    ("github_user", "github.com/ada", "is no GitHub account"),
    ("distribution_name", "", "is no distribution name"),
    ("distribution_name", "my project", "is no distribution name"),
    ("distribution_name", "-my", "is no distribution name"),
    ("distribution_name", "my-project\n", "control character"),
    ("distribution_name", "straße", "is no distribution name"),
    ("distribution_name", "My_Project", "write my-project"),
    ("distribution_name", "rich", "write one like rich-project"),
    ("distribution_name", "click", "write one like click-project"),
    ("package_name", "my-project", "is no import name"),
    ("package_name", "2048", "is no import name"),
    ("package_name", "class", "write one like class_"),
    ("package_name", "json", "write one like json_"),
    ("package_name", "typer", "write one like typer_"),
    ("repository_url", "example.com", "is no web address"),
    ("repository_url", "ftp://example.com", "is no web address"),
    ("repository_url", 'https://example.com/"quoted"', "is no web address"),
    ("repository_url", "https://example.com/a b", "is no web address"),
    ("mode", "service", "is not in ['library', 'app', 'script']"),
    ("backend", "distutils", "'distutils' is not in ["),
    ("license", "WTFPL", "'WTFPL' is not in ["),
    ("python_min", "3.8", "'3.8' is not in ["),
    ("cli_library", "fire", "is not in ['argparse', 'click', 'typer']"),
    ("copyright_year", "year", "write one like 2026"),
    ("dependencies", "rich", "is no list"),
    ("dependencies", {"rich": ">=13"}, "is no list"),
    ("dependencies", 5, "is no list"),
    ("dependencies", ["rich>>1"], "'rich>>1' is not a requirement"),
    ("dependencies", [1], "a requirement is a text"),
    ("dependencies", ["my-project"], "is the project itself"),
    ("extras", ["rich"], "is no map"),
    ("extras", {"all": ["rich"]}, '"all" is added by itself'),
    ("extras", {"ALL": ["rich"]}, '"ALL" is added by itself'),
    ("extras", {"fast_yaml": ["PyYAML"]}, "write fast-yaml"),
    ("extras", {"fast yaml": ["PyYAML"]}, "is no name of an extra"),
    ("extras", {True: ["PyYAML"]}, "is no name of an extra"),
    ("extras", {"colors": "rich"}, 'extra "colors": it is no list'),
    ("extras", {"colors": ["rich>>1"]}, "'rich>>1' is not a requirement"),
    ("command_name", "my command", "is no name of a command"),
    ("command_name", "../greet", "is no name of a command"),
    ("command_name", "python", "would hide another command"),
    ("gui_command_name", "a=b", "is no name of a command"),
    ("index_url", "packages.example.com", "is no upload address"),
    ("index_url", "http://packages.example.com/upload/", "with https"),
    ("index_url", "https://ada:secret@packages.example.com/", "without a password"),
    ("index_url", "https://packages.example.com/$HOME", "is no upload address"),
    ("ci", "jenkins", "'jenkins' is not in ["),
    ("starters", "cli", "it is no record of the starter files; restore the answers file"),
]


@pytest.mark.parametrize(("question", "answer", "sentence"), REFUSED)
def test_refuses_with_a_sentence(question: str, answer: Any, sentence: str, tmp_path: Path) -> None:
    """A bad answer is refused by a sentence that names the question, before anything is written."""
    with pytest.raises(ValueError, match=f"'{question}': .*{re.escape(sentence)}"):
        render(tmp_path / "project", GOOD | {question: answer})
    assert not (tmp_path / "project").exists()


def test_every_free_answer_is_checked() -> None:
    """Each question that takes any text or YAML has a validator, and a test of it above."""
    assert [] == [name for name in FREE if "validator" not in questions()[name]]
    assert set() == set(FREE) - {question for question, _, _ in REFUSED}


@pytest.mark.parametrize("question", [name for name in FREE if questions()[name]["type"] == "str"])
@pytest.mark.parametrize(
    "character",
    list("\0\a\n\r\x7f\x85\u200f\u2028\u202e\ufeff\udcff"),
    ids=lambda c: f"U+{ord(c):04X}",
)
def test_refuses_control_characters(question: str, character: str, tmp_path: Path) -> None:
    """No text may hold a control character."""
    with pytest.raises(ValueError, match=f"question '{question}'"):
        render(tmp_path / "project", GOOD | {question: f"a{character}b"})
    assert not (tmp_path / "project").exists()


def test_an_app_has_a_command(tmp_path: Path) -> None:
    """An app without a command is refused."""
    with pytest.raises(
        ValueError, match="'command_name': an app needs one; write a name like my-project"
    ):
        render(tmp_path / "project", GOOD | {"mode": "app", "command_name": ""})


def test_the_two_commands_differ(tmp_path: Path) -> None:
    """One name for both commands is refused, whatever its case."""
    answers = GOOD | {"command_name": "greet", "gui_command_name": "Greet"}
    with pytest.raises(ValueError, match=r"'gui_command_name': .* is the other command"):
        render(tmp_path / "project", answers)


@pytest.mark.parametrize(
    ("answers", "last_line"),
    [
        (
            GOOD | {"user_email": "ada"},
            """Validation error for question 'user_email': \
"ada" is no e-mail address; write one like ada@example.com""",
        ),
        (
            GOOD | {"mode": "service"},
            "Invalid choice for 'mode': 'service' is not in ['library', 'app', 'script']",
        ),
        ({}, 'Question "project_name" is required'),
        (
            GOOD | {"dependencies": "[rich"},
            """Validation error for question 'dependencies': \
it is no YAML; write a list like ["httpx>=0.27"]""",
        ),
        (
            GOOD | {"environments": "uv"},
            """Validation error for question 'environments': \
it is no list; write a list like [uv, pip]""",
        ),
    ],
)
def test_the_command_ends_with_the_sentence(
    answers: dict[str, str], last_line: str, tmp_path: Path
) -> None:
    """The `copier` command ends in an error whose last line is the sentence."""
    project = tmp_path / "project"
    finished = copier_command(
        "copy", "--defaults", snapshot(), project, answers=answers, exit_code=1
    )
    assert last_line == finished.stderr.strip().splitlines()[-1].partition(": ")[2]
    assert not project.exists()
