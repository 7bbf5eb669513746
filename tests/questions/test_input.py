"""Check that the template rejects invalid input that Copier accepts silently."""

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from jinja2.exceptions import FilterArgumentError

from harness.artifacts.inspect import tree
from harness.packagestan.answers import questions
from harness.packagestan.template import ROOT, environment, snapshot
from harness.rendering.copier_internals import run_command
from harness.updates.projects import start
from harness.updates.releases import commit

COMPUTED = [name for name, question in questions().items() if question.get("when") is False]
TEXTS = [
    name
    for name, question in questions().items()
    if question["type"] == "str"
    and question.get("when") is not False
    and not question.get("multiselect")
]
SWITCHES = [name for name, question in questions().items() if question["type"] == "bool"]
STRUCTURED = [
    name
    for name, question in questions().items()
    if name != "starters"
    and (question["type"] == "yaml" or question.get("multiselect"))
    and question.get("when") is not False
]


def copy(project: Path, *options: str | Path) -> None:
    """Create a project with `copier copy` and the given options."""
    name = "--data=project_name=My Project"
    run_command("copy", "--defaults", "--quiet", name, *options, snapshot(), project)


def write_yaml(file: Path, value: Any) -> Path:
    """Write a YAML file, and return its path."""
    file.write_text(yaml.safe_dump(value), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def recorded(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project in a repository. Tests change only its answers file."""
    folder = tmp_path_factory.mktemp("recorded") / "project"
    return start(releases, None, folder, {"project_name": "My Project", "copyright_year": "2026"})


@pytest.fixture
def edit(recorded: Path) -> Any:
    """Yield a function that changes and commits recorded answers. Restore the answers afterward."""

    def write(**changed: Any) -> Path:
        file = recorded / ".copier-answers.yml"
        answers = yaml.safe_load(file.read_text(encoding="utf-8"))
        write_yaml(file, answers | changed)
        commit(recorded, "Edit the answers")
        return recorded

    before = (recorded / ".copier-answers.yml").read_text(encoding="utf-8")
    yield write
    (recorded / ".copier-answers.yml").write_text(before, encoding="utf-8")
    commit(recorded, "Restore the answers")


def computed_message(name: str) -> str:
    """Return a regular expression for the message about a computed value."""
    return f'^Remove "{name}" from --data, the data file, the answers file, or the Copier settings'


@pytest.mark.parametrize("name", COMPUTED)
def test_data_cannot_set_a_computed_value(name: str, tmp_path: Path) -> None:
    """A computed value in --data is rejected, and nothing is written."""
    with pytest.raises(FilterArgumentError, match=computed_message(name)):
        copy(tmp_path / "project", f"--data={name}=x")
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize("name", COMPUTED)
def test_data_file_cannot_set_a_computed_value(name: str, tmp_path: Path) -> None:
    """A computed value in a data file is rejected, and nothing is written."""
    file = write_yaml(tmp_path / "data.yml", {name: {"script": True}})
    with pytest.raises(FilterArgumentError, match=computed_message(name)):
        copy(tmp_path / "project", f"--data-file={file}")
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize("name", [*COMPUTED, "starters"])
def test_settings_cannot_set_a_computed_value(name: str, tmp_path: Path) -> None:
    """A computed value in the user's Copier settings is rejected, and nothing is written."""
    file = write_yaml(tmp_path / "settings.yml", {"defaults": {name: {"script": True}}})
    with (
        mock.patch.dict("os.environ", COPIER_SETTINGS_PATH=str(file)),
        pytest.raises(FilterArgumentError, match=computed_message(name)),
    ):
        copy(tmp_path / "project")
    assert not (tmp_path / "project").exists()


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["update", "recopy"])
@pytest.mark.parametrize("name", COMPUTED)
def test_answers_file_cannot_set_a_computed_value(name: str, operation: str, edit: Any) -> None:
    """A computed value in an edited answers file is rejected, and no file changes."""
    project = edit(**{name: {"script": True}})
    before = tree(project)
    options = ["--overwrite"] if operation == "recopy" else []
    with pytest.raises(FilterArgumentError, match=computed_message(name)):
        run_command(operation, "--defaults", "--quiet", *options, project)
    assert before == tree(project)


def type_error(name: str, value: Any, *, recorded: bool = False) -> str:
    """Return the message about an answer of the wrong type, or "" if the type is right.

    Args:
        name: The name of the question.
        value: The answer.
        recorded: Whether the answer is from the answers file.
    """
    macros = environment().get_template("template/macros/input.jinja").module
    return str(macros.type_error(name, value, recorded))  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", [["MIT"], {"MIT": True}, None, True], ids=repr)
def test_text_question_requires_text(value: Any, tmp_path: Path) -> None:
    """A value other than text in a data file is rejected, and the message names the question."""
    file = write_yaml(tmp_path / "data.yml", {"docs_engine": value})
    with pytest.raises(FilterArgumentError, match="question 'docs_engine': use text in quotes"):
        copy(tmp_path / "project", f"--data-file={file}")
    assert not (tmp_path / "project").exists()


# A value of each type, with the type's name in messages.
KINDS: list[tuple[Any, str]] = [
    (["MIT"], "a list"),
    ({"MIT": True}, "a map"),
    (None, "null"),
    (True, "a boolean"),
    (date(2026, 1, 1), "a date"),
    (datetime(2026, 1, 1, tzinfo=UTC), "a date"),
    (3, "a number"),
    (0.5, "a number"),
    ("text", "text"),
]


@pytest.mark.parametrize(("value", "kind"), KINDS)
@pytest.mark.parametrize("recorded", [False, True], ids=["given", "recorded"])
def test_message_names_the_type(value: Any, kind: str, recorded: bool) -> None:
    """Each question rejects values of other types, and the message says what to use instead.

    A given number is converted to text, and given text is parsed. `hooks` has its own message for
    booleans. A recorded version or year can be a number.
    """
    for name in TEXTS:
        is_number = kind == "a number" and (
            not recorded or name in ("python_min", "copyright_year")
        )
        is_accepted = kind == "text" or is_number or (kind == "a boolean" and name == "hooks")
        error = f"use text in quotes, or remove the line; the answer is {kind}"
        assert ("" if is_accepted else error) == type_error(name, value, recorded=recorded), name
    for name in SWITCHES:
        remedy = "use true or false, or remove the line"
        if kind == "text":
            remedy = "use true or false" + " without quotes" * recorded
        error = "" if kind == "a boolean" else f"{remedy}; the answer is {kind}"
        assert error == type_error(name, value, recorded=recorded), name
    for name in STRUCTURED:  # Other types are rejected by the question itself.
        remedy = f"use a {'map' if name == 'extras' else 'list'} without quotes"
        error = f"{remedy}; the answer is text" if recorded and kind == "text" else ""
        assert error == type_error(name, value, recorded=recorded), name


@pytest.mark.parametrize("name", SWITCHES)
def test_words_for_yes_and_no_are_accepted(name: str) -> None:
    """A yes-or-no question accepts 0, 1, and Copier's words for yes and no in any case."""
    right: list[Any] = ["y", "Yes", "t", "TRUE", "on", "1", "n", "No", "f", "False", "OFF", "0", ""]
    assert {""} == {type_error(name, value) for value in [*right, " yes ", 0, 1, 1.0]}
    assert "" not in {type_error(name, value) for value in ("3", "maybe", -1, 2, float("nan"))}


@pytest.mark.slow
def test_other_number_is_not_yes(edit: Any, tmp_path: Path) -> None:
    """The answer `plugins: 3` is rejected in a data file and in the answers file.

    Copier would treat it as yes. Nothing is written.
    """
    file = write_yaml(tmp_path / "data.yml", {"plugins": 3})
    message = "question 'plugins': use true or false, or remove the line; the answer is a number"
    with pytest.raises(FilterArgumentError, match=message):
        copy(tmp_path / "project", f"--data-file={file}")
    assert not (tmp_path / "project").exists()
    project = edit(plugins=3)
    before = tree(project)
    with pytest.raises(FilterArgumentError, match=message):
        run_command("recopy", "--defaults", "--quiet", "--overwrite", project)
    assert before == tree(project)


def test_settings_of_the_wrong_type_are_rejected(tmp_path: Path) -> None:
    """A list in the settings is rejected for a text question, and the message names the question."""
    file = write_yaml(tmp_path / "settings.yml", {"defaults": {"license": ["MIT"]}})
    with (
        mock.patch.dict("os.environ", COPIER_SETTINGS_PATH=str(file)),
        pytest.raises(FilterArgumentError, match="question 'license': use text in quotes"),
    ):
        copy(tmp_path / "project")


@pytest.mark.slow
@pytest.mark.parametrize("value", [2048, None, False, ["x"]], ids=repr)
def test_recorded_answer_of_the_wrong_type_is_rejected(value: Any, edit: Any) -> None:
    """If a recorded answer isn't text, the message names the question, and no files change."""
    project = edit(project_name=value)
    before = tree(project)
    with pytest.raises(FilterArgumentError, match="question 'project_name': use text in quotes"):
        run_command("update", "--defaults", "--quiet", project)
    assert before == tree(project)


@pytest.mark.slow
def test_quoted_boolean_is_rejected(edit: Any) -> None:
    """The recorded answer `plugins: "false"` is rejected instead of enabling plugins.

    No file changes.
    """
    project = edit(plugins="false")
    before = tree(project)
    with pytest.raises(FilterArgumentError, match="question 'plugins': use true or false"):
        run_command("recopy", "--defaults", "--quiet", "--overwrite", project)
    assert before == tree(project)


@pytest.mark.slow
def test_version_without_its_trailing_zero_is_rejected(edit: Any) -> None:
    """`python_min: 3.10` without quotes, which YAML reads as 3.1, is rejected. No file changes."""
    project = edit(python_min=3.1)
    before = tree(project)
    with pytest.raises(FilterArgumentError, match=r"change the recorded python_min=3\.1$"):
        run_command("recopy", "--defaults", "--quiet", "--overwrite", project)
    assert before == tree(project)


@pytest.mark.slow
def test_preset_cannot_change_in_a_folder_with_brackets(recorded: Path, tmp_path: Path) -> None:
    """A changed preset is rejected even if the project's path has brackets, which globs interpret."""
    project = shutil.copytree(recorded, tmp_path / "my [x]")
    before = tree(project)
    with pytest.raises(FilterArgumentError, match="question 'preset': change individual answers"):
        run_command("recopy", "--defaults", "--quiet", "--overwrite", "--data=preset=full", project)
    assert before == tree(project)


@pytest.mark.slow
def test_versions_and_years_need_no_quotes(edit: Any) -> None:
    """The recorded Python version and year can be numbers. An update doesn't change other files."""
    project = edit(python_min=3.11, copyright_year=2026)
    before = tree(project)
    run_command("update", "--defaults", "--quiet", project)
    after = tree(project)
    del before[".copier-answers.yml"], after[".copier-answers.yml"]
    assert before == after


def test_lists_of_questions_are_complete() -> None:
    """The lists in input.jinja contain exactly the questions of each kind, in order."""
    text = (ROOT / "template" / "macros" / "input.jinja").read_text(encoding="utf-8")
    lists = dict(re.findall(r"(?s)set (computed|texts|switches|structured) = \[(.*?)\]", text))
    expected = {
        "computed": COMPUTED,
        "texts": TEXTS,
        "switches": SWITCHES,
        "structured": STRUCTURED,
    }
    assert expected == {name: re.findall(r"'(\w+)'", names) for name, names in lists.items()}
