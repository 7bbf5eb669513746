"""An update turns an untouched project into a fresh render."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.answers import FULL, Answers
from harness.inspect import tree
from harness.releases import commit, git, past_releases
from harness.render import recorded_answers
from harness.template import ROOT
from harness.updates import render, start, status, update

# Each release has at most this many choices for a question.
ROWS = 7


def questions(version: str) -> dict[str, Any]:
    """Return the questions of a past release."""
    revision = yaml.safe_load((ROOT / "tests" / "releases.yml").read_text("utf-8"))[version]
    found: dict[str, Any] = {}
    for path in git("ls-tree", "--name-only", revision, "template/questions/", cwd=ROOT).split():
        found |= yaml.safe_load(git("show", f"{revision}:{path}", cwd=ROOT))
    return found


def choices(question: dict[str, Any]) -> list[Any]:
    """Return the choices of a question, or nothing if it has none."""
    if question["type"] == "bool":
        return [False, True]
    offered = question.get("choices", {})
    if isinstance(offered, str):  # a data file with the versions of Python
        return ["3.11", "3.13"]
    values = [value["value"] if isinstance(value, dict) else value for value in offered.values()]
    return [values, values[:1], values[1:], []] if question.get("multiselect") else values


def covering_answers(version: str) -> list[Answers]:
    """Return answers that contain each choice of a release at least once."""
    asked = {n: q for n, q in questions(version).items() if q.get("when") is not False}
    rows = []
    for row in range(ROWS):
        chosen = {name: answer for name, answer in FULL.items() if name in asked}
        for step, (name, question) in enumerate(asked.items()):
            if offered := choices(question):
                chosen[name] = offered[(row + step) % len(offered)]
        chosen["versioning"] = (
            "vcs" if chosen["backend"] in ("poetry_core", "pdm_backend") else "static"
        )
        is_published = chosen["ci"] != "none" and chosen["license"] != "Proprietary"
        chosen["publish"] = ("token", "trusted")[row % 3 % 2] if is_published else "none"
        is_on_github = chosen["ci"] == "github"
        chosen["template_updates"] = ("workflow", "renovate")[row % 2] if is_on_github else "none"
        rows.append(chosen)
    return rows


@pytest.mark.parametrize("version", past_releases())
def test_the_answers_cover_every_choice(version: str) -> None:
    """The answers contain each choice that a past release offers."""
    rows = covering_answers(version)
    for name, question in questions(version).items():
        if question.get("when") is not False:
            assert [] == [
                choice for choice in choices(question) if choice not in [row[name] for row in rows]
            ]


def is_users(name: str, mode: str) -> bool:
    """Tell whether a file belongs to the user, so that an update leaves it alone."""
    managed = "__init__" if mode == "script" else "__main__"
    is_managed = re.fullmatch(rf"docs/conf\.py|src/\w+/{managed}\.py|tests/test_locks\.py", name)
    return (
        name.startswith(("README.md", "CHANGELOG.md", "docs/", "src/", "tests/")) and not is_managed
    )


@pytest.mark.parametrize("row", range(ROWS))
@pytest.mark.parametrize("version", past_releases())
def test_an_update_is_a_fresh_render(
    version: str, row: int, releases: Path, tmp_path: Path
) -> None:
    """All files equal a fresh render with the recorded answers, except the user's unchanged ones."""
    project = start(releases, version, tmp_path / "project", covering_answers(version)[row])
    before, old = tree(project), recorded_answers(project)

    assert [] == update(project)

    after, new = tree(project), recorded_answers(project)
    answers = {name: answer for name, answer in new.items() if name != "starters"}
    fresh = tree(render(releases, None, tmp_path / "fresh", answers))
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
