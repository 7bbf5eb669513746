"""Test updates with changed answers."""

import re
from pathlib import Path
from typing import Any

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import read_wheel, tree
from harness.artifacts.install import Environment
from harness.packagestan.answers import axes, choices, questions
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers
from harness.updates.edits import Work, a_year_of_work
from harness.updates.projects import render, resolve, start, update
from harness.updates.releases import commit, git

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026", "mode": "app"}


def changes() -> list[tuple[str, Any, Any]]:
    """Return the changes to test: a question, its first choice, and another choice.

    The other choice is the question's last choice or, for the backend, each of the other backends.
    """
    found: list[tuple[str, Any, Any]] = []
    for axis in axes():
        if axis in ("preset", "mode", "docs_engine"):
            continue  # The preset can't be changed, and the other two have their own tests.
        first, *others = choices(axis)
        if questions()[axis].get("multiselect"):
            first, others = [first], [[other] for other in others]
        reached = others if axis == "backend" else others[-1:]
        found += [(axis, first, choice) for choice in reached]
    return found


def worked_on(releases: Path, folder: Path, answers: Answers) -> Work:
    """Create a project from the current template with a year of work, and return the work."""
    project = start(releases, None, folder, BASE | answers)
    work = a_year_of_work(project)
    commit(project, "A year of work")
    return work


# The user's work and the new choice can change the same lines: the copyright, the version, Poetry's
# extras, dependencies, and lines next to comments. Both versions are kept between conflict markers.
SAME_LINES = {
    "backend": ["pyproject.toml"],
    "license": ["LICENSE"],
    "versioning": ["pyproject.toml"],
    "cli_library": ["pyproject.toml"],
    "annotated": ["pyproject.toml"],
}

# A project without CI or with a proprietary license can't publish to PyPI, so `publish` must change,
# too.
NEEDS: dict[str, Answers] = {"ci": {"publish": "none"}, "license": {"publish": "none"}}

# A deleted starter file is restored if its option is selected again.
ADDED_AGAIN = {"package_data": ["src/my_project/data/greetings.json"]}

# Updates don't add tests that pass only with the original starter code.
NOT_ADDED = {"tests/test_plugins.py"}


def files(artifacts: ArtifactCache, answers: Answers) -> set[str]:
    """Return the names of the files in a new project."""
    return set(tree(artifacts.project(BASE | answers)))


@pytest.mark.parametrize(("axis", "first", "other"), changes(), ids=str)
def test_changing_a_choice_and_back_keeps_the_work(
    axis: str, first: Any, other: Any, releases: Path, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """Changing a choice and changing it back adds and removes the right files, and keeps the work.

    Only the given answers and the record of starter files change.
    """
    project = start(releases, None, tmp_path / "project", BASE | {axis: first})
    started = set(tree(project))
    work = a_year_of_work(project)
    commit(project, "A year of work")
    users = re.compile(r"README|CHANGELOG|docs/|src/|tests/")
    for choice in (other, first):
        before, recorded = set(tree(project)), recorded_answers(project)

        assert set(SAME_LINES.get(axis, [])) >= set(
            update(project, **{axis: choice}, **NEEDS.get(axis, {}))
        )

        answers = recorded_answers(project)
        for record in (answers, recorded):
            del record["starters"]
        assert recorded | NEEDS.get(axis, {}) | {axis: choice} == answers
        after = set(tree(project))
        is_back = choice == first and axis not in NEEDS
        new = started if is_back else files(artifacts, answers)
        # Only an option's files disappear, along with the lines in them.
        gone = before - after
        assert set() == {name for name in gone if name in new or users.match(name)}
        for name in gone:
            work.added.pop(name, None)
        assert NOT_ADDED >= new - after - set(work.deleted)
        assert set(ADDED_AGAIN.get(axis, [])) >= set(work.lost())
        resolve(project, "ours")
        commit(project, "Another choice")


@pytest.mark.parametrize(
    ("old", "new"), [("library", "app"), ("app", "script"), ("script", "library")]
)
def test_changed_mode_works_immediately(
    old: str, new: str, releases: Path, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """After a change of mode, a project that still has its starter code passes all its tests."""
    answers = BASE | {"mode": old, "backend": "flit_core", "command_name": "greet"}
    project = start(releases, None, tmp_path / "project", answers)
    work = Work(project)
    work.append("README.md", "Ours.\n")
    work.write("src/my_project/more.py", '"""More."""\n')
    commit(project, "Work")

    assert [] == update(project, mode=new)

    assert [] == work.lost()
    recorded = recorded_answers(project)
    expected = files(artifacts, {name: recorded[name] for name in recorded.keys() - {"starters"}})
    assert set() == expected - set(tree(project))
    wheel = artifacts.build_wheel(project, tmp_path / "dist")
    assert {("console_scripts", "greet")} == set(read_wheel(wheel).entry_points)
    environment = Environment.make(tmp_path / "environment")
    environment.install(wheel, "packaging", "pytest", "rich")
    environment.run("python", "-m", "pytest", "-q", cwd=project)
    assert "Hello, Ada!\n" == environment.run("greet", "Ada").stdout


@pytest.mark.parametrize(
    ("old", "new"), [("library", "script"), ("script", "app"), ("app", "library")]
)
def test_changing_the_mode_keeps_the_work(
    old: str, new: str, releases: Path, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A change of mode keeps all work, and adds the new mode's starter code.

    After any conflicts are resolved, the project can be built.
    """
    work = worked_on(releases, tmp_path / "project", {"mode": old})
    # These files may have conflicts, because the update changes lines that the user has changed, or
    # lines next to them.
    same_lines = {"pyproject.toml", "src/my_project/__init__.py"}
    both = update(work.project, mode=new, command_name="my-project")
    assert same_lines >= set(both)
    assert [] == work.lost()
    program = {"library": "py.typed", "app": "cli.py", "script": "__main__.py"}[new]
    assert (work.project / "src" / "my_project" / program).is_file()
    if both:
        git("checkout", "--ours", *both, cwd=work.project)
    wheel = artifacts.build_wheel(work.project, tmp_path / "dist")
    assert "1.4.0" == read_wheel(wheel).metadata["version"]


def test_starter_files_are_added_once(releases: Path, tmp_path: Path) -> None:
    """The starter files of a new choice are added only once, and changes and deletions are kept."""
    project = start(releases, None, tmp_path / "project", BASE | {"mode": "library"})
    assert [] == update(project, mode="app", command_name="greet")
    commit(project, "An app")
    work = Work(project)
    work.write("src/my_project/cli.py", '"""Ours."""\n')
    work.delete("tests/test_cli.py")
    work.delete("src/my_project/__main__.py")
    commit(project, "Work")
    assert [] == update(project, license="Unlicense")
    assert [] == work.lost()
    commit(project, "Another license")
    assert [] == update(project, mode="library", command_name="")
    commit(project, "A library again")
    assert [] == update(project, mode="app", command_name="greet")
    assert '"""Ours."""\n' == (project / "src/my_project/cli.py").read_text("utf-8")


def test_removing_the_site_keeps_the_pages(releases: Path, tmp_path: Path) -> None:
    """If the documentation site is removed, all pages are kept."""
    work = worked_on(releases, tmp_path / "project", {"docs_engine": "sphinx"})
    assert [] == update(work.project, docs_engine="none")
    assert [] == work.lost()
    pages = {path.name for path in (work.project / "docs").iterdir()}
    assert {"api.md", "how-to-pack.md", "index.md"} == pages


@pytest.mark.parametrize(("old", "new"), [("sphinx", "zensical"), ("zensical", "sphinx")])
def test_changing_the_generator_keeps_the_pages(
    old: str, new: str, releases: Path, tmp_path: Path
) -> None:
    """A change of the generator keeps the user's pages, and restores deleted starter pages."""
    work = worked_on(releases, tmp_path / "project", {"docs_engine": old})
    (work.project / "docs" / "api.md").unlink()
    del work.added["docs/api.md"]
    work.deleted.remove("docs/changelog.md")
    commit(work.project, "Delete a page")
    assert [] == update(work.project, docs_engine=new)
    assert [] == work.lost()
    fresh = render(releases, None, tmp_path / "fresh", BASE | {"docs_engine": new})
    for page in ("docs/api.md", "docs/changelog.md"):
        assert tree(fresh)[page] == tree(work.project)[page]
