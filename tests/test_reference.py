"""The page about the project's files says what is so."""

import re
from fnmatch import fnmatch
from typing import Any

import pytest
import yaml

from harness.inspect import tree
from harness.render import recorded_answers
from harness.space import covering
from harness.template import ROOT
from harness.workshop import Workshop

TEXT = (ROOT / "docs" / "reference" / "files.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(.+?)` \| (.+) \| (.+) \|$", re.MULTILINE)
CLAUSE = re.compile(r"`(\w+)` (isn't|is|has) (`\w+`(?: or `\w+`)*|given)")

# The files of each project, by the names of that of the page, with the answers.
Projects = list[tuple[set[str], dict[str, Any]]]

pytestmark = pytest.mark.xdist_group("reference")


def is_so(condition: str, answers: dict[str, Any]) -> bool:
    """Return whether a condition of the page holds for a project's answers.

    Raises:
        AssertionError: The condition is none that this reads.

    >>> is_so("`ci` is `github`; `environments` has `uv` or `pip`", {"ci": "github", "environments": []})
    False
    """
    if condition == "always":
        return True
    holds = []
    for clause in condition.split("; "):
        matched = CLAUSE.fullmatch(clause)
        assert matched, clause
        name, verb, words = matched.groups()
        values = {yaml.safe_load(word) for word in re.findall(r"`(\w+)`", words)}
        answer = answers[name]
        given = set(answer) if verb == "has" else {answer}
        holds.append(
            bool(answer) if words == "given" else (verb == "isn't") != bool(given & values)
        )
    return all(holds)


@pytest.fixture(scope="module")
def projects(workshop: Workshop) -> Projects:
    """Projects in which the choices of any three questions meet."""
    found: Projects = []
    for answers in covering():
        project = workshop.project(answers)
        recorded = recorded_answers(project)
        package = f"src/{recorded['package_name']}/"
        found.append(
            ({name.replace(package, "src/my_project/") for name in tree(project)}, recorded)
        )
    return found


def test_every_file_is_explained(projects: Projects) -> None:
    """Each file of some project is on the page, once, and no other file is."""
    explained = [name for name, _, _ in ROW.findall(TEXT)]
    assert sorted(set().union(*(files for files, _ in projects))) == sorted(explained)


def test_files_are_there_when_the_page_says_so(projects: Projects) -> None:
    """Each file is in exactly the projects whose answers fulfil the page's condition."""
    for name, _, condition in ROW.findall(TEXT):
        for files, answers in projects:
            assert is_so(condition, answers) == (name in files), (name, answers)


def test_what_is_yours_is_what_updates_leave_alone() -> None:
    """The page's first part has the starter files, the second what an update keeps current."""
    starters = yaml.safe_load((ROOT / "template/data/starters.yml").read_text(encoding="utf-8"))
    kept = {file for files in starters.values() for file in files.get("kept", [])}
    yours, current = TEXT.split("## Kept current")
    for part, is_yours in ((yours, True), (current, False)):
        for name, _, _ in ROW.findall(part):
            is_starter = name in ("README.md", "CHANGELOG.md") or name.startswith(
                ("docs/", "src/", "tests/")
            )
            # What is the user's in a script and kept current in an app stands in the first part.
            is_kept = any(fnmatch(f"/{name}", pattern) for pattern in kept)
            is_kept &= name not in ("src/my_project/__init__.py", "src/my_project/__main__.py")
            assert is_yours == (is_starter and not is_kept), name
