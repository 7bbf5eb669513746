"""Test that releases that accept fewer answers never change recorded answers silently."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2.exceptions import FilterArgumentError

from harness.packagestan.answers import (
    FULL,
    LISTED_CHOICES,
    axes,
    choices,
    question_files,
    questions,
    written_choices,
)
from harness.packagestan.coverage import each_level_once
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers
from harness.updates.projects import start, status, update
from harness.updates.releases import add_release, commit, first_release, git

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}

# The choices that a test removes. Projects keep their preset and Python version, as tested below.
# Without "none", `publish` would have no valid answer in some projects.
REMOVABLE = [
    (axis, choice)
    for axis in axes()
    if questions()[axis]["type"] == "str" and axis not in ("preset", "python_min")
    for choice in choices(axis)
    if (axis, choice) != ("publish", "none")
]
CHECKED = [name for name, asked in questions().items() if "validator" in asked]

# Use answers other than the defaults. Otherwise, the message would suggest the rejected answer.
NOT_THE_DEFAULT: Answers = {
    "distribution_name": "our-friends",
    "copyright_year": "2020",
    "index_url": "https://packages.example.com/upload/",
    "container": True,
}

Questions = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository whose first release is the current template. Each test adds releases."""
    return first_release(tmp_path_factory.mktemp("next") / "template")


@pytest.fixture(scope="module")
def project_of(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that returns a project from the first release for given answers."""
    projects: dict[str, Path] = {}

    def find(answers: Answers) -> Path:
        key = repr(answers)
        if key not in projects:
            folder = tmp_path_factory.mktemp("next") / "project"
            projects[key] = start(template, "1.0.0", folder, BASE | answers)
        git("reset", "--quiet", "--hard", cwd=projects[key])
        git("clean", "--quiet", "--force", "-d", cwd=projects[key])
        return projects[key]

    return find


def next_release(template: Path, change: Callable[[Questions], None]) -> str:
    """Add a release with changed questions, and return its version."""
    git("checkout", "--quiet", "1.0.0", "--", ".", cwd=template)
    for path in question_files():
        file = template / path
        asked = yaml.safe_load(file.read_text(encoding="utf-8"))
        change(asked)
        file.write_text(yaml.safe_dump(asked, sort_keys=False, width=1000), encoding="utf-8")
    version = f"{len(git('tag', cwd=template).split()) + 1}.0.0"
    add_release(template, version)
    return version


def value_of(choice: Any) -> Any:
    """Return the value of a choice, which may have a validator."""
    return choice["value"] if isinstance(choice, dict) else choice


def remove(template: Path, axis: str, removed: str) -> Callable[[Questions], None]:
    """Return a function that removes a choice from its question."""

    def change(asked: Questions) -> None:
        if axis not in asked:
            return
        question = asked[axis]
        if axis == "environments":
            data = template / "template" / "data" / "environments.yml"
            offered = yaml.safe_load(data.read_text(encoding="utf-8"))
            kept = {label: value for label, value in offered.items() if value != removed}
            data.write_text(yaml.safe_dump(kept), encoding="utf-8")
            return
        kept = {k: v for k, v in written_choices(question).items() if value_of(v) != removed}
        if isinstance(question["choices"], str):
            # Write JSON, because YAML would double the quotes in a validator, and Jinja would
            # render the doubled quotes before the YAML is parsed.
            listed = f"{json.dumps(kept)}\n"
            question["choices"] = LISTED_CHOICES.sub(lambda _: listed, question["choices"])
        else:
            question["choices"] = kept
        values = [value_of(choice) for choice in kept.values()]
        if question["default"] not in values:
            question["default"] = values[-1]

    return change


def rejection(project: Path, version: str, **changed: Any) -> str:
    """Update a project, and return the message if the update is rejected, or "".

    A rejected update must not write anything.
    """
    try:
        update(project, version, **changed)
    except (FilterArgumentError, ValueError) as error:
        assert [] == status(project)
        return str(error)
    return ""


def suggested(message: str) -> Answers:
    """Return the answers that a message suggests, as `--data` options or as environment tools."""
    options = re.findall(r"--data ('[^']*'|[^\s,;]+)", message)
    answers: Answers = dict(shlex.split(option)[0].split("=", 1) for option in options)
    if found := re.search(r"'environments': remove \"(.*?)\"; choose from (.*)", message):
        answers["environments"] = f"[{found[2]}]"
    return answers


def recording(axis: str, choice: str) -> Answers:
    """Return valid answers that include a choice."""
    for answers in each_level_once():
        if choice in (answers[axis] if axis == "environments" else [answers[axis]]):
            return answers
    raise AssertionError(f"no answers with {axis}={choice}")


@pytest.mark.parametrize(("axis", "choice"), REMOVABLE)
def test_removed_choice_stops_the_update(
    axis: str, choice: str, template: Path, project_of: Callable[..., Path]
) -> None:
    """If a choice is removed, the message suggests answers with which the update succeeds."""
    project = project_of(recording(axis, choice))
    version = next_release(template, remove(template, axis, choice))

    message = rejection(project, version)

    assert axis in message
    answers: Answers = {}
    while message:
        assert set() < set(suggested(message)) - set(answers)
        answers |= suggested(message)
        message = rejection(project, version, **answers)
    # Copier parses values of `--data` as YAML.
    expected = {name: yaml.safe_load(answer) for name, answer in answers.items()}
    assert expected == {name: recorded_answers(project)[name] for name in answers}


def test_stricter_validators_stop_the_update(
    template: Path, project_of: Callable[..., Path]
) -> None:
    """The message suggests a new answer for each question whose validator rejects the recorded one.

    The names of the project and its package are not tested.
    """
    # The project's name has no default, and the package's name can't change.
    given: Answers = {
        name: answer
        for name, answer in (FULL | NOT_THE_DEFAULT).items()
        if name in CHECKED and name not in ("project_name", "package_name")
    }
    assert set(CHECKED) - {"project_name", "package_name", "starters"} == given.keys()
    project = project_of(given | {"publish": "token"})

    def change(asked: Questions) -> None:
        for name in asked.keys() & given.keys():
            validator = asked[name]["validator"]
            condition = f"{{% if {name} == {given[name]!r} %}}use another{{% endif %}}"
            asked[name]["validator"] = condition + validator

    message = rejection(project, next_release(template, change))
    assert given.keys() == suggested(message).keys()


def test_new_reserved_names_are_kept(template: Path, project_of: Callable[..., Path]) -> None:
    """A project keeps its names even if later releases reserve them."""
    answers = {
        "project_name": "Furo Theme Kit",
        "mode": "app",
        "command_name": "furo-theme",
        "gui_command_name": "furo-window",
    }
    project = project_of(answers)
    recorded = recorded_answers(project)
    file = template / "template" / "data" / "reserved_names.yml"

    def change(asked: Questions) -> None:
        text = file.read_text(encoding="utf-8")
        if "furo" not in text:
            text += "\nimport_packages: [furo_theme_kit]\nscripts: [furo-theme, furo-window]\n"
            text += "distributions: [furo-theme-kit, furo-theme-kit-project]\n"
            # If a list is defined twice, the last definition counts, and locked_names.yml is read
            # last.
            (file.parent / "locked_names.yml").write_text(text, encoding="utf-8")

    for _ in range(2):
        version = next_release(template, change)
        assert "" == rejection(project, version)
        assert recorded | {"_commit": version} == recorded_answers(project) | {"_commit": version}
        commit(project, "Update")


def test_dropped_python_version_is_kept(template: Path, project_of: Callable[..., Path]) -> None:
    """A project keeps a Python version that new projects can't select anymore.

    The update changes only the answers file.
    """
    project = project_of({"python_min": "3.11"})

    def change(asked: Questions) -> None:
        data = template / "template" / "data" / "python_versions.yml"
        data.write_text('["3.13", "3.14", "3.15"]\n', encoding="utf-8")

    version = next_release(template, change)
    assert "" == rejection(project, version)
    assert [" M .copier-answers.yml"] == status(project)
    assert "3.11" == recorded_answers(project)["python_min"]
    with pytest.raises(ValueError, match=r"'3\.11' is not in"):
        start(template, version, project.with_name("new"), BASE | {"python_min": "3.11"})


def test_removed_preset_is_kept(template: Path, project_of: Callable[..., Path]) -> None:
    """A project keeps a preset that new projects can't select anymore.

    The update changes only the answers file.
    """
    project = project_of({"preset": "minimal"})

    def change(asked: Questions) -> None:
        (template / "template" / "presets" / "minimal.yml").unlink(missing_ok=True)

    version = next_release(template, change)
    assert "" == rejection(project, version)
    assert [" M .copier-answers.yml"] == status(project)
    assert "minimal" == recorded_answers(project)["preset"]
    with pytest.raises(ValueError, match="'minimal' is not in"):
        start(template, version, project.with_name("new"), BASE | {"preset": "minimal"})
