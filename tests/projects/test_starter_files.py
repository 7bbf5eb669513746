"""Check which starter files updates add, and which files they leave to the user."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from pathspec import PathSpec

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.packagestan.answers import choices, questions
from harness.packagestan.template import TEMPLATE, environment, starter_files
from harness.rendering.copier_internals import render_context
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers

FULL: Answers = {"preset": "full", "plugins": True}
FULL |= {"command_name": "greet", "gui_command_name": "greet-window"}
# Together, these answers select each set of starter files.
CASES: list[Answers] = [
    {"project_name": "My Project", "mode": mode} | others
    for mode in choices("mode")
    for others in ({"preset": "minimal"}, FULL, {"docs_engine": "zensical"})
]

# Files that the template's folder may contain, but projects must not.
UNWANTED = {"src/.DS_Store", "src/my_project/__pycache__/cli.txt", "tests/cli.pyc", "tests/cli.pyo"}


def files_in(sets: list[str], *kinds: str) -> list[str]:
    """Return the patterns of the starter files in sets, without the leading slash."""
    known = starter_files()
    return [file[1:] for name in sets for kind in kinds for file in known[name].get(kind, [])]


def matching(files: set[str], patterns: list[str]) -> set[str]:
    """Return the files that match any of the patterns."""
    return {file for file in files if any(fnmatch(file, pattern) for pattern in patterns)}


@pytest.mark.parametrize("answers", CASES, ids=str)
def test_sets_list_the_starter_files(answers: Answers, artifacts: ArtifactCache) -> None:
    """A project records exactly the sets of starter files that it contains."""
    project = artifacts.project(answers)
    files = set(tree(project))
    sets = recorded_answers(project)["starters"]["sets"]
    assert sorted(set(sets)) == sets
    recorded = files_in(sets, "once", "kept")
    assert [] == [pattern for pattern in recorded if not matching(files, [pattern])]
    assert matching(files, files_in([*starter_files()], "once")) <= matching(files, recorded)


def test_each_set_is_selected(artifacts: ArtifactCache) -> None:
    """Together, the tested projects have each set of starter files."""
    projects = (artifacts.project(answers) for answers in CASES)
    found = {name for each in projects for name in recorded_answers(each)["starters"]["sets"]}
    assert starter_files().keys() == found


def users(files: set[str]) -> set[str]:
    """Return the files in the folders that belong to the user, and the README and changelog."""
    return {file for file in files if re.match(r"README|CHANGELOG|docs/|src/|tests/", file)}


def context_of(answers: Answers) -> dict[str, Any]:
    """Return the names and values with which Copier renders a project's files."""
    return dict(render_context(TEMPLATE.asked_worker(answers)))


def value(name: str, context: dict[str, Any]) -> Any:
    """Return the value of a question's default."""
    text = environment().from_string(questions()[name]["default"]).render(context)
    return json.loads(text)


def matched(setting: str, files: set[str], **context: Any) -> set[str]:
    """Return the files that match a setting with patterns, such as `exclude`."""
    patterns = getattr(TEMPLATE.shared_parts()[0], setting)
    lines = "\n".join(environment().from_string(each).render(context) for each in patterns)
    return {*PathSpec.from_lines("gitignore", lines.splitlines()).match_files(files)}


@pytest.mark.parametrize("answers", CASES, ids=str)
def test_updates_leave_files_to_the_user(answers: Answers, artifacts: ArtifactCache) -> None:
    """An update changes the user's files only if they are new or have always been merged."""
    context = context_of(answers)
    sets = context["given_starters"]["sets"]
    assert {"sets": sets} == value("starters", context)
    files = set(tree(artifacts.project(answers))) | UNWANTED
    own = users(files)
    once, kept = (matching(files, files_in(sets, kind)) for kind in ("once", "kept"))

    def excluded(*received: str, **others: Any) -> set[str]:
        starters = {"sets": list(received), "package": "my_project"}
        known = context | {"starters": starters} | others
        known |= {"users_files": value("users_files", known), "_copier_operation": "update"}
        return matched("exclude", files, **known)

    assert own - kept == excluded(*sets)
    assert own - kept - once | UNWANTED == excluded()
    # Releases before 0.4 didn't record the package's name, and updates from them merge nothing.
    assert own == excluded(starters={"sets": sets})
    # 0.3 gave every project a changelog.
    assert own - kept - once | {"CHANGELOG.md"} & own | UNWANTED == excluded(customize=False)
    # The program of a script belongs to the user, even if the project becomes an app.
    if answers["mode"] != "script":
        program = {file for file in files if file.endswith("/__main__.py")}
        assert own - kept - once | program | UNWANTED == excluded("script")


@pytest.mark.parametrize("answers", CASES, ids=str)
def test_only_updates_exclude_the_users_files(answers: Answers, artifacts: ArtifactCache) -> None:
    """Only updates to the current release exclude the user's files.

    When an update renders the files of 0.3, it excludes only the pages that 0.3 managed.
    """
    context = context_of(answers)
    files = set(tree(artifacts.project(answers)))
    pages = {"docs/api.md", "docs/changelog.md"} & files
    for operation in ("copy", "update"):
        known: dict[str, Any] = {"_copier_operation": operation, "api_functions": []}
        assert pages | UNWANTED == matched("exclude", files | UNWANTED, **known)
    known = context | {"_copier_operation": "copy"}
    assert UNWANTED == matched("exclude", files | UNWANTED, **known)


@pytest.mark.parametrize("answers", CASES, ids=str)
def test_existing_files_are_kept(answers: Answers, artifacts: ArtifactCache) -> None:
    """New starter files don't replace existing files, except files that the template manages."""
    files = set(tree(artifacts.project(answers)))
    own = users(files)
    managed = {file for file in own if Path(file).name in ("conf.py", "__main__.py")}
    init = {file for file in own if file.endswith("/__init__.py")}
    mode = answers["mode"]
    known: dict[str, Any] = {"starters": {"sets": []}}
    expected = own - managed - (init if mode == "script" else set())
    assert expected == matched("skip_if_exists", files, mode=mode, **known)
    for others in (known, {"mode": mode, "starters": {"sets": ["cli", "script"]}}):
        assert own - managed - init == matched("skip_if_exists", files, **others)
