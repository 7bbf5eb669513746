"""Test updates of untouched projects."""

import re
from pathlib import Path

import pytest

from harness.artifacts.inspect import tree
from harness.rendering.render import recorded_answers
from harness.rendering.template import Template
from harness.space.questionnaire import Questionnaire
from harness.updates.projects import render, start, status, update
from harness.updates.releases import (
    commit,
    covering_answers,
    extract,
    missing_history,
    past_releases,
)

READABLE = [] if missing_history() else past_releases()


@pytest.mark.parametrize("version", READABLE)
def test_answers_cover_every_choice(version: str, tmp_path: Path) -> None:
    """For each question, the covering answers contain every choice that the release offers.

    A question that allows several choices is answered with all of them, and with none of them.
    """
    extract(version, tmp_path)
    questionnaire = Questionnaire(Template(tmp_path))
    rows = covering_answers(version)
    for axis in questionnaire.axes():
        given = [row[axis] for row in rows]
        if questionnaire.questions()[axis].get("multiselect"):
            assert questionnaire.choices(axis) in given, axis
            assert [] in given, axis
        else:
            assert set(questionnaire.choices(axis)) == set(given), axis


def is_users(name: str, mode: str) -> bool:
    """Return whether a file belongs to the user, which means that updates don't change it."""
    managed = "__init__" if mode == "script" else "__main__"
    is_managed = re.fullmatch(rf"docs/conf\.py|src/\w+/{managed}\.py|tests/test_locks\.py", name)
    return (
        name.startswith(("README.md", "CHANGELOG.md", "docs/", "src/", "tests/")) and not is_managed
    )


@pytest.mark.parametrize(
    ("version", "row"),
    [(version, row) for version in READABLE for row in range(len(covering_answers(version)))],
)
def test_update_equals_a_fresh_render(
    version: str, row: int, releases: Path, tmp_path: Path
) -> None:
    """After an update, the user's files are unchanged, and all others match a fresh render.

    Only the answers `customize`, `hooks`, and `starters` may change. A second update changes
    nothing.
    """
    project = start(releases, version, tmp_path / "project", covering_answers(version)[row])
    before, old = tree(project), recorded_answers(project)

    assert [] == update(project)

    after, new = tree(project), recorded_answers(project)
    # The answers include the record of starter files, so retired choices are accepted.
    fresh = tree(render(releases, None, tmp_path / "fresh", new))
    mode = old["mode"]
    users = {name: file for name, file in before.items() if is_users(name, mode)}
    assert users == {name: file for name, file in after.items() if is_users(name, mode)}
    assert {name: file for name, file in fresh.items() if not is_users(name, mode)} == {
        name: file for name, file in after.items() if name not in users
    }
    changed = {name for name in old if old[name] != new.get(name)}
    assert {"customize", "hooks", "starters"} >= changed
    assert {True: "local", False: "none"}[old["hooks"]] == new["hooks"]
    assert {True: "custom", False: "standard"}[old["customize"]] == new["preset"]
    commit(project, "Update")
    assert [] == update(project)
    assert [] == status(project)
