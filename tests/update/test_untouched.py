"""A project that nobody has touched is, after an update, what a new one would be."""

from pathlib import Path

import pytest
import yaml

from harness.answers import FULL, Answers, answers, axes, choices, questions
from harness.inspect import tree
from harness.releases import commit, git, past_releases
from harness.updates import render, start, status, update

# What an update leaves alone, whatever is new in the template.
USERS = ("README.md", "CHANGELOG.md", "docs/", "src/", "tests/")


def covering_answers() -> list[Answers]:
    """Return answers that hold every choice of every axis at least once, each with others."""
    rows = []
    for row in range(max(len(choices(axis)) for axis in axes())):
        chosen: Answers = {}
        for step, axis in enumerate(axes()):
            # Of a question with several answers, every second set: in these, each choice occurs.
            offered = answers(axis)[:: 2 if questions()[axis].get("multiselect") else 1]
            chosen[axis] = offered[(row + row // len(offered) * (step % 3)) % len(offered)]
        if chosen["backend"] in ("uv_build", "flit_core"):
            chosen["versioning"] = "static"
        rows.append(FULL | chosen)
    return rows


def known(repository: Path, version: str, chosen: Answers) -> Answers:
    """Return those answers that a release asks for."""
    names: set[str] = set()
    for path in git("ls-tree", "-r", "--name-only", version, cwd=repository).splitlines():
        if path.startswith("template/questions/"):
            names |= set(yaml.safe_load(git("show", f"{version}:{path}", cwd=repository)))
    return {name: answer for name, answer in chosen.items() if name in names}


def test_the_covering_answers_cover_every_choice() -> None:
    """Every choice of every axis is among the answers that updates are tested with."""
    for axis in axes():
        given = [row[axis] for row in covering_answers()]
        if questions()[axis].get("multiselect"):
            given = [choice for several in given for choice in several]
        assert [] == [choice for choice in choices(axis) if choice not in given]


@pytest.mark.parametrize("row", range(len(covering_answers())))
@pytest.mark.parametrize("version", past_releases())
def test_an_update_is_a_fresh_render(
    version: str, row: int, releases: Path, tmp_path: Path
) -> None:
    """An update gives what a fresh render gives, byte for byte, and leaves starter files alone."""
    chosen = known(releases, version, covering_answers()[row])
    project = start(releases, version, tmp_path / "project", chosen)
    before = tree(project)

    assert [] == update(project)

    fresh = tree(render(releases, None, tmp_path / "fresh", chosen))
    after = tree(project)
    starters = {name for name in before if name.startswith(USERS)}
    assert {name: before[name] for name in starters} == {name: after[name] for name in starters}
    assert {name: fresh[name] for name in fresh.keys() - starters} == {
        name: after[name] for name in after.keys() - starters
    }
    commit(project, "Update")
    assert [] == update(project)
    assert [] == status(project)
