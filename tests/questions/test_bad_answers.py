"""Check that bad answers are rejected with a clear message."""

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2.exceptions import FilterArgumentError

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.repository import GIT, commit
from harness.packagestan.answers import QUESTIONNAIRE, axes, questions
from harness.packagestan.bad_answers import FREE, REJECTED, first_rejected
from harness.packagestan.template import render, snapshot
from harness.rendering.render import copier_command
from harness.simulators.terminal import COLUMNS, Terminal

GOOD = {"project_name": "My Project"}
DIRECT_REFERENCE = "idna @ git+https://github.com/kjd/idna@v3.7"

# The prefix that Copier adds to a message.
PREFIX = "Validation error for question '{}': "

# The keys that clear a prompt: Ctrl+E and Ctrl+U.
CLEAR = "\x05\x15"


@pytest.mark.parametrize(("question", "answer", "remedy", "problem"), REJECTED)
def test_rejects_with_remedy_and_problem(
    question: str, answer: Any, remedy: str, problem: str, tmp_path: Path
) -> None:
    """The message names the question, the remedy, and the problem, and nothing is written."""
    message = f"{PREFIX.format(question)}{remedy}; {problem.replace('{}', str(answer))}"
    with pytest.raises(Exception, match=f"^{re.escape(message)}$"):
        render(tmp_path / "project", GOOD | {question: answer})
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize(
    "axis",
    [axis for axis in axes() if questions()[axis]["type"] == "str" and axis != "environments"],
)
def test_rejects_an_unknown_choice(axis: str, tmp_path: Path) -> None:
    """An unknown choice is rejected, the message names the question, and nothing is written."""
    with pytest.raises(ValueError, match=f"Invalid choice for '{axis}': 'x' is not in "):
        render(tmp_path / "project", GOOD | {axis: "x"})
    assert not (tmp_path / "project").exists()


def test_rejects_an_unknown_item_of_a_list(tmp_path: Path) -> None:
    """An unknown environment tool in a list is rejected, and the message lists all tools."""
    message = "'environments': remove \"x\"; choose from uv, pip, conda, direnv"
    with pytest.raises(FilterArgumentError, match=message):
        render(tmp_path / "project", GOOD | {"environments": ["uv", "x"]})
    assert not (tmp_path / "project").exists()


def test_every_free_answer_is_checked() -> None:
    """Each question that accepts any text or YAML has a validator and a test for a bad answer."""
    assert [] == [name for name in FREE if "validator" not in questions()[name]]
    assert set(FREE) == {question for question, *_ in REJECTED}


def test_app_requires_a_command(tmp_path: Path) -> None:
    """An empty command name is rejected for an app."""
    message = "'command_name': use a name like my-project; an app needs a command"
    with pytest.raises(ValueError, match=message):
        render(tmp_path / "project", GOOD | {"mode": "app", "command_name": ""})


def test_equal_command_names_are_rejected(tmp_path: Path) -> None:
    """The same name for both commands is rejected, even if the case differs."""
    answers = GOOD | {"command_name": "greet", "gui_command_name": "Greet"}
    message = "'gui_command_name': use Greet-gui; both commands have the same name"
    with pytest.raises(ValueError, match=message):
        render(tmp_path / "project", answers)


@pytest.mark.parametrize("place", ["dependencies", "extras"])
@pytest.mark.parametrize("publish", ["trusted", "token", None])
def test_direct_references_are_not_published(
    place: str, publish: str | None, tmp_path: Path
) -> None:
    """A project with a URL dependency can't publish to PyPI, which rejects such dependencies.

    It can publish to a private index, or not publish at all.
    """
    answer = [DIRECT_REFERENCE] if place == "dependencies" else {"idna": [DIRECT_REFERENCE]}
    answers = GOOD | {place: answer} | ({"publish": publish} if publish else {})
    message = "'publish': use none; PyPI rejects URL dependencies"
    with pytest.raises(ValueError, match=message):
        render(tmp_path / "project", answers)
    render(tmp_path / "private", answers | {"publish": "none"})
    index = {"publish": "token", "index_url": "https://packages.example.com/upload/"}
    render(tmp_path / "index", answers | index)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answers", "last_line"),
    [
        (
            GOOD | {"user_email": "ada"},
            """Validation error for question 'user_email': \
use a form like ada@example.com; "ada" is not a valid email address""",
        ),
        (
            GOOD | {"mode": "service"},
            "Invalid choice for 'mode': 'service' is not in ['library', 'app', 'script']",
        ),
        ({}, 'Question "project_name" is required'),
        (
            GOOD | {"dependencies": "[rich"},
            """Validation error for question 'dependencies': \
use a list like ["httpx>=0.27"]; the answer is not valid YAML""",
        ),
        (
            GOOD | {"environments": "uv"},
            """Validation error for question 'environments': \
use a list like [uv, pip]; the answer is not a list""",
        ),
        (
            GOOD | {"keywords": "maps"},
            """Validation error for question 'keywords': \
use a list like [maps, geography]; the answer is not a list""",
        ),
    ],
)
def test_command_output_ends_with_the_message(
    answers: dict[str, str], last_line: str, tmp_path: Path
) -> None:
    """The `copier` command fails, writes nothing, and prints the message as its last line."""
    project = tmp_path / "project"
    finished = copier_command(
        "copy", "--defaults", snapshot(), project, answers=answers, exit_code=1
    )
    assert last_line == finished.stderr.strip().splitlines()[-1].partition(": ")[2]
    assert not project.exists()


@pytest.fixture
def good_project(artifacts: ArtifactCache, releases: Path) -> Path:
    """Return a project that records valid answers."""

    def make(folder: Path) -> None:
        copier_command("copy", "--defaults", "--vcs-ref=HEAD", releases, folder, answers=GOOD)

    return artifacts.once("good-answers", make)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "recorded"),
    [
        ("dependencies", "rich"),
        ("dependencies", None),
        ("dependencies", ["rich>>1"]),
        ("extras", ["rich"]),
        ("keywords", "maps"),
        ("keywords", [1]),
        ("environments", "uv"),
        ("environments", None),
    ],
)
def test_invalid_recorded_answer_is_rejected(
    question: str, recorded: Any, good_project: Path, tmp_path: Path
) -> None:
    """An invalid recorded answer stops an update with a message that names the question."""
    project = tmp_path / "project"
    shutil.copytree(good_project, project)
    file = project / ".copier-answers.yml"
    answers = yaml.safe_load(file.read_text(encoding="utf-8")) | {question: recorded}
    file.write_text(yaml.safe_dump(answers), encoding="utf-8")
    commit(project)
    finished = copier_command(
        *("update", "--defaults", "--vcs-ref=HEAD"), cwd=project, env=GIT, exit_code=1
    )
    assert PREFIX.format(question) in finished.stderr.strip().splitlines()[-1]


def test_remedies_fit_into_a_terminal() -> None:
    """Each remedy that a prompt can show fits in 80 columns, including Copier's prefix."""
    shown = [
        PREFIX.format(question) + remedy
        for question, _, remedy, _ in REJECTED
        if "--data" not in remedy and questions()[question].get("ask") is not False
    ]
    assert [] == [message for message in shown if len(message) > COLUMNS]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="pexpect.spawn requires a Unix terminal")
def test_terminal_shows_each_remedy(tmp_path: Path) -> None:
    """In a terminal with 80 columns, each free-form question shows the remedy for a bad answer."""
    # With these answers, Copier asks all free-form questions.
    data = ("--data=preset=custom", "--data=mode=app", "--data=publish=token")
    good = {"project_name": "My Project", "keywords": "[]", "dependencies": "[]", "extras": "{}"}
    names = {"distribution_name": "my-project", "package_name": "my_project"}
    names |= {"default_branch": "main", "copyright_year": "2026", "command_name": "greet"}
    shown = []
    with Terminal(QUESTIONNAIRE, tmp_path / "project", *data) as terminal:
        while name := terminal.next_question():
            if name in FREE:
                answer, remedy = first_rejected(name)
                text = answer if isinstance(answer, str) else yaml.safe_dump(answer).strip()
                if not isinstance(answer, str):
                    text = yaml.safe_dump(answer, default_flow_style=True, width=500).strip()
                terminal.send(f"{CLEAR}{text}\r")
                terminal.wait_for(f"{PREFIX.format(name)}{remedy}")
                terminal.send(CLEAR + (good | names).get(name, ""))
                shown.append(name)
            terminal.send("\r")
    assert [name for name in FREE if questions()[name].get("ask") is not False] == shown
