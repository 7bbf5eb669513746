"""Check how updates compare the new answers with the recorded ones."""

from pathlib import Path
from typing import Any

import pytest
from jinja2.exceptions import FilterArgumentError

from harness.packagestan.template import macro_result


def called(call: str, project: Path, recorded: dict[str, Any], **others: Any) -> str:
    """Return the result of a macro in recorded.jinja.

    Args:
        call: The call of the macro.
        project: The project's folder, which contains an answers file if the project exists.
        recorded: The contents of the answers file.
        others: Other names and values in the context, or settings of Copier.
    """
    conf = {"dst_path": project, "answers_file": "answers.yml", "data": {}, "defaults": True}
    conf |= {name: others.pop(name) for name in conf.keys() & others.keys()}
    context = {"_copier_conf": conf, "_external_data": {"recorded": recorded}} | others
    return macro_result("recorded", call, context)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project's folder, whose name has special characters of globs."""
    folder = tmp_path / "my [x]*?"
    folder.mkdir()
    (folder / "answers.yml").touch()
    return folder


SAME: list[tuple[str, Any, Any, bool]] = [
    ("hooks", True, "local", True),
    ("hooks", "TRUE", "local", True),
    ("hooks", False, "none", True),
    ("hooks", True, "none", False),
    ("plugins", True, "local", False),
    ("python_min", 3.11, "3.11", True),
    ("python_min", 3.1, "3.11", False),
    ("environments", ["uv", "pip"], ["pip", "uv"], True),
    ("environments", ["uv"], ["pip", "uv"], False),
    ("environments", "[uv, pip]", ["pip", "uv"], True),
    ("environments", None, [], False),
    ("extras", "{a: [b]}", {"a": ["b"]}, True),
    ("extras", {"a": ["b"]}, {"a": ["c"]}, False),
    ("extras", ["a"], {"a": ["c"]}, False),
    ("plugins", "yes", True, True),
    ("plugins", "no", True, False),
    ("plugins", True, False, False),
    ("mode", "app", "library", False),
]


@pytest.mark.parametrize(("question", "old", "new", "same"), SAME)
def test_spellings_of_an_answer_are_the_same(
    question: str, old: Any, new: Any, same: bool, project: Path
) -> None:
    """Only an answer with another meaning stops the update."""
    values = {"question": question, "old": old, "new": new}
    assert same == bool(called("is_same(question, old, new)", project, {}, **values))
    given = {"_copier_answers": {question: new}, "preset": "standard"}
    if same:
        assert "" == called("refuse_changed_answers()", project, {question: old}, **given)
    else:
        with pytest.raises(FilterArgumentError, match=r"^Add --data .* change the recorded \S"):
            called("refuse_changed_answers()", project, {question: old}, **given)


ANSWERS = {"ci": "github", "extras": {}, "license": "MIT", "mode": "app", "user_name": "Zoë O"}


def refuse(project: Path, recorded: dict[str, Any], **others: Any) -> str:
    """Return the message that stops an update, or "" if the update continues."""
    names = {"command_name": "", "versioning": "vcs", "publish": "none", "docs_engine": "none"}
    others = {"preset": "standard", "_copier_answers": ANSWERS} | names | others
    try:
        return called("refuse_changed_answers()", project, recorded, **others)
    except FilterArgumentError as error:
        return str(error)


def test_all_changed_answers_are_listed(project: Path) -> None:
    """The message lists the changed answers of existing questions that weren't given."""
    recorded = {"_commit": "1.0.0", "starters": {}, "customize": True, "license": "MIT"}
    recorded |= {"ci": "gitlab", "extras": {"a": []}, "user_name": "Ada", "mode": "app"}
    message = (
        "Add --data ci=github --data 'extras={}' --data 'user_name=Zoë O', or choose other values, "
        "because the update would change the recorded ci=gitlab, 'extras={\"a\": []}', user_name=Ada"
    )
    assert message == refuse(project, recorded)
    given = {"extras": {}, "user_name": "Zoë O"}
    message = "Add --data ci=github, or choose other values, because the update would change the recorded ci=gitlab"
    assert message == refuse(project, recorded, data=given)
    # Copier asks for the name.
    assert message == refuse(project, recorded, data={"extras": {}}, defaults=False)
    assert "" == refuse(project, recorded, defaults=False, preset="custom")
    assert "" == refuse(project, recorded | ANSWERS)
    (project / "answers.yml").unlink()
    assert "" == refuse(project, recorded)


def test_recorded_answers_come_from_the_answers_file_or_data(project: Path) -> None:
    """In a project, answers come from its answers file. For updates, Copier passes them as data."""
    recorded = {"hooks": "local", "environments": ["uv", "pip"], "python_min": 3.11}
    data = {"starters": {}, "hooks": "none"}
    for question, choice, found in (
        ("hooks", "local", "true"),
        ("hooks", "loca", ""),
        ("environments", "uv", "true"),
        ("environments", "conda", ""),
        ("python_min", "3.11", "true"),
        ("mode", "", ""),
    ):
        call = f"is_recorded({question!r}, {choice!r})"
        assert found == called(call, project, recorded, data=data), call
    assert "local" == called("recorded_text('hooks')", project, recorded, data=data)
    new = project.with_name("new")
    assert "none" == called("recorded_text('hooks')", new, {}, data=data)
    assert "" == called("recorded_text('hooks')", new, {}, data={"hooks": "none"})
    assert "" == called("recorded_text('mode')", project, recorded)


def test_renamed_choice_has_a_new_name(project: Path) -> None:
    """A macro finds the new name of a recorded choice if the choice has been renamed."""
    assert "local" == called("renamed_choice('hooks')", project, {"hooks": True})
    assert "none" == called("renamed_choice('hooks')", project, {"hooks": "False"})
    assert "" == called("renamed_choice('hooks')", project, {"hooks": "local"})
    assert "" == called("renamed_choice('mode')", project, {"mode": True})
