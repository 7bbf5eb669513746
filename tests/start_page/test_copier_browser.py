"""Check that sessions produce the same questions and files as the `copier` command."""

import hashlib
import json
import random
import re
import runpy
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateError

import copier_browser
from copier_browser import ADVICE, TESTED, File, RejectedError, Session, Source, as_text
from harness.artifacts.inspect import tree
from harness.packagestan.answers import FULL, questions
from harness.packagestan.bad_answers import REJECTED
from harness.packagestan.coverage import covering, each_level_once
from harness.packagestan.template import refusal
from harness.rendering import copier_internals
from harness.rendering.render import copier_command
from harness.rendering.template import Answers

# A second template. It has a choice that can be unavailable, a question that depends on another
# question, a file for each item of a list, and an excluded file.
TINY = {
    "copier.yml": """\
_subdirectory: files
_exclude: ["*.skip"]
name:
  type: str
  validator: "{% if name | length > 9 %}use a shorter name{% endif %}"
shell:
  type: str
  default: sh
  choices:
    The Bourne shell: sh
    A modern one:
      value: fish
      validator: "{% if name == 'old' %}use sh; this machine has no fish{% endif %}"
parts:
  type: yaml
  default: [one, two]
port:
  type: int
  default: 80
secure:
  type: bool
  default: false
certificate:
  type: str
  when: "{{ secure }}"
  default: "{{ name }}.pem"
""",
    "files/run.sh.jinja": "#!/bin/{{ shell }}\necho {{ name }} {{ port + 1 }}\n",
    "files/{% yield part from parts %}{{ part }}{% endyield %}.txt.jinja": "{{ part }} of {{ name }}\n",
    "files/{% if secure %}{{ certificate }}{% endif %}.jinja": "{{ _copier_conf.answers_file }}\n",
    "files/left-out.skip": "",
    "files/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Return the second template as a repository with a binary file.

    Only git's index records that `run.sh.jinja` is executable.
    """
    folder = tmp_path_factory.mktemp("tiny")
    for path, text in TINY.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    (folder / "files" / "image.png").write_bytes(b"\x89PNG\r\n\xff")
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    for command in (
        ("init", "--quiet"),
        ("config", "core.fileMode", "false"),
        ("add", "--all"),
        ("update-index", "--chmod=+x", "files/run.sh.jinja"),
        (*identity, "commit", "--quiet", "--message=One"),
        ("tag", "v1.2.0"),
    ):
        subprocess.run(("git", *command), cwd=folder, check=True)
    return Source(folder, str(folder), "v1.2.0", {"files/run.sh.jinja": 0o100755})


def of_command(template: Path, project: Path, answers: Answers) -> dict[str, tuple[str, bool]]:
    """Return the hash and the executable bit of each file that `copier copy` writes."""
    copier_command("copy", "--defaults", "--quiet", template, project, answers=answers)
    return tree(project)


def of_session(files: Mapping[str, File]) -> dict[str, tuple[str, bool]]:
    """Return the hash and the executable bit of each file that a session renders."""
    return {
        path: (hashlib.sha256(file.content).hexdigest(), bool(file.mode & 0o100))
        for path, file in files.items()
    }


def texts(answers: Answers) -> dict[str, str]:
    """Return answers in the form used after `--data`."""
    return {name: as_text(answer) for name, answer in answers.items()}


def json_keeps(answer: Any) -> bool:
    """Return whether JSON, and therefore the page, can represent an answer."""
    return bool(json.loads(json.dumps(answer)) == answer)


def message(answers: Answers) -> str:
    """Return Copier's message about rejected answers."""
    try:
        return refusal(texts(answers))
    except TemplateError as error:  # A question's condition raised it.
        return str(error)


def test_command_writes_the_same_files(template: Path, session: Session, tmp_path: Path) -> None:
    """For FULL and random answers, a session renders the same files as `copier copy`."""
    chosen = random.SystemRandom().sample(covering(), 2)
    for number, answers in enumerate([FULL, *chosen]):
        expected = of_command(template, tmp_path / str(number), answers)
        assert expected == of_session(session.render(texts(answers))), answers


def test_reused_results_never_differ(source: Source, session: Session, tmp_path: Path) -> None:
    """After rendering other projects, a session renders the same files as a new session."""
    several = [texts(answers) for answers in each_level_once()[:3]]
    for answers in several:
        session.render(answers)
        session.ask(answers)
    for number, answers in enumerate(several):
        expected = Session(source, tmp_path / str(number)).render(answers)
        assert expected == session.render(answers), answers


def test_equal_values_of_different_types_are_distinguished(
    tmp_path: Path,
) -> None:
    """The values 1, true, and 1.0, which are equal in Python, are rendered differently."""
    (tmp_path / "template").mkdir()
    (tmp_path / "template" / "copier.yml").write_text("value: {type: yaml, default: 0}\n")
    (tmp_path / "template" / "file.jinja").write_text("{{ value }}")
    session = Session(Source(tmp_path / "template", "tiny"), tmp_path / "work")
    written = [session.render({"value": text})["file"].content for text in ("1", "true", "1.0")]
    assert [b"1", b"True", b"1.0"] == written


@pytest.mark.parametrize("name", sorted({name for name, *_ in REJECTED} - {"starters"}))
def test_rejected_answer_has_the_same_message(name: str, session: Session) -> None:
    """A rejected answer gets the same message as with the `copier` command."""
    rejected = [answer for question, answer, *_ in REJECTED if question == name]
    for answer in filter(json_keeps, rejected):
        answers = {"project_name": "My Project"} | {name: answer}
        expected = message(answers)
        shown = {q.name: q.error for q in session.ask(texts(answers)) if q.error}
        assert expected == next(iter(shown.values())), answer
        with pytest.raises(RejectedError, match=re.escape(expected)):
            session.render(texts(answers))


def test_form_continues_after_a_rejected_answer(session: Session) -> None:
    """The questions after a rejected answer are still shown, with their own messages."""
    asked = session.ask({"project_name": "", "user_email": "ada", "copyright_year": "now"})
    errors = {question.name: question.error for question in asked if question.error}
    assert {"project_name", "user_email", "copyright_year"} == errors.keys()
    assert "template_updates" in {question.name for question in asked}


def test_form_has_the_questions_of_the_template(session: Session) -> None:
    """The form contains all of the template's questions for a library, in order."""
    asked = [question.name for question in session.ask({"project_name": "Demo"})]
    # These questions depend on answers that differ from a library's defaults.
    conditional = {"cli_library", "container", "docs_hosting", "index_url"}
    hidden = {n for n, q in questions().items() if False in (q.get("when"), q.get("ask"))}
    assert [name for name in questions() if name not in conditional | hidden] == asked


def test_questions_follow_earlier_answers(session: Session) -> None:
    """Defaults, conditions, and unavailable choices depend on earlier answers."""
    asked = {q.name: q for q in session.ask({"project_name": "Sea Map", "mode": "app"})}
    assert ("sea-map", False) == (asked["command_name"].answer, asked["command_name"].given)
    assert "cli_library" in asked
    asked = {q.name: q for q in session.ask({"project_name": "Demo", "ci": "none"})}
    reasons = {value: reason for value, _, reason in asked["publish"].choices}
    assert {"trusted": "use none; only a CI service can publish", "none": ""} == {
        value: reasons[value] for value in ("trusted", "none")
    }


def test_answer_that_equals_the_default_is_not_given(session: Session) -> None:
    """An answer that equals the default doesn't count as given."""
    answers = {"project_name": "Demo", "backend": "hatchling", "environments": "[pip]"}
    given = {question.name for question in session.ask(answers) if question.given}
    assert {"project_name", "environments"} == given


@pytest.mark.parametrize(
    "answers",
    [
        {"name": "web"},
        {"name": "web", "secure": True, "port": 8080, "parts": ["a", "b", "c"]},
        {"name": "old", "shell": "sh", "parts": []},
    ],
)
def test_second_template_renders_the_same_files(
    answers: Answers, tiny: Source, tmp_path: Path
) -> None:
    """For another template, a session also renders the same files as `copier copy`."""
    expected = of_command(tiny.folder, tmp_path / "command", answers)
    session = Session(tiny, tmp_path / "work")
    session.render({"name": "before"})
    assert expected == of_session(session.render(texts(answers)))
    assert expected["run.sh"][1]


@pytest.mark.parametrize(
    ("answers", "name", "error"),
    [
        ({}, "name", 'Question "name" is required'),
        ({"name": "much too long"}, "name", "use a shorter name"),
        ({"name": "old", "shell": "fish"}, "shell", "use sh; this machine has no fish"),
        ({"name": "web", "port": "high"}, "port", "invalid literal for int()"),
    ],
)
def test_another_template_rejects_answers(
    answers: dict[str, str], name: str, error: str, tiny: Source, tmp_path: Path
) -> None:
    """The message about a missing or rejected answer belongs to its question."""
    asked = {q.name: q for q in Session(tiny, tmp_path / "work").ask(answers)}
    assert error in asked[name].error


def test_template_that_requires_trust_is_rejected(tmp_path: Path) -> None:
    """A template that requires --trust is rejected, because a browser can't run tasks."""
    (tmp_path / "copier.yml").write_text("_tasks: [id]\n", encoding="utf-8")
    with pytest.raises(ValueError, match="requires --trust"):
        Session(Source(tmp_path, "gh:ada/template"), tmp_path / "work")


def test_posix_modules_can_be_imported_but_not_used() -> None:
    """Functions of a missing POSIX module can be imported, but calling one raises an error."""
    module: Any = copier_browser.MissingModule("grp")
    with pytest.raises(OSError, match=r"grp\.getgrgid doesn't exist in a browser"):
        module.getgrgid(0)


def test_copier_version_is_supported() -> None:
    """The installed version of Copier is supported. If it isn't, the message says what to do."""
    assert TESTED.contains(version("copier")), ADVICE


def test_missing_part_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """If Copier lacks a private part, importing fails with a message that says what to do."""
    monkeypatch.delattr(copier_internals.Worker, "_ask")
    with pytest.raises(ImportError, match=re.escape(ADVICE)):
        runpy.run_path(copier_browser.__file__)
