"""Test updates of untouched projects."""

import re
from pathlib import Path

import pytest

from harness.artifacts.inspect import tree
from harness.rendering.render import recorded_answers
from harness.updates.projects import render, start, status, update
from harness.updates.releases import (
    commit,
    covering_answers,
    missing_history,
    past_releases,
    release_choices,
    release_questions,
)

READABLE = [] if missing_history() else past_releases()


@pytest.mark.parametrize("version", READABLE)
def test_answers_cover_every_choice(version: str) -> None:
    """The covering answers contain each answer from `release_choices`."""
    rows = covering_answers(version)
    for name, question in release_questions(version).items():
        given = [row[name] for row in rows if name in row]
        assert [] == [choice for choice in release_choices(question) if choice not in given]


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
