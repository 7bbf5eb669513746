"""Another answer to a question brings the new choice's files and keeps the user's work."""

import itertools
import re
from pathlib import Path

import pytest

from harness.answers import Answers, axes, choices, questions
from harness.build import build_wheel
from harness.edits import Work, a_year_of_work
from harness.inspect import read_wheel, tree
from harness.install import Environment
from harness.releases import commit, git
from harness.render import recorded_answers
from harness.updates import render, start, status, update
from harness.workshop import Workshop

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026", "mode": "app"}


def changes() -> list[tuple[Answers, Answers]]:
    """Return answers before and after: each backend, each axis to its last choice and back."""
    pairs: list[tuple[Answers, Answers]] = []
    for axis in axes():
        if axis in ("customize", "mode", "docs_engine"):
            continue  # The first changes no file; the others have tests of their own.
        first, *others = choices(axis)
        if questions()[axis].get("multiselect"):
            first, others = [first], [[other] for other in others]
        reached = others if axis == "backend" else others[-1:]
        pairs += [({axis: first}, {axis: choice}) for choice in reached]
        pairs.append(({axis: others[-1]}, {axis: first}))
    return pairs


def worked_on(releases: Path, folder: Path, answers: Answers) -> Work:
    """Return a project of the newest release with a year of work in it."""
    project = start(releases, None, folder, BASE | answers)
    work = a_year_of_work(project)
    commit(project, "A year of work")
    return work


# Where the year's work and the other choice change the same lines, both stay, between markers:
# the copyright's years, the version, the list of dependencies, what a comment stands above.
SAME_LINES = {
    "license": ["LICENSE"],
    "versioning": ["pyproject.toml"],
    "cli_library": ["pyproject.toml"],
    "annotated": ["pyproject.toml"],
}

# What an update does not bring: a test that only the untouched starter program passes.
NOT_BROUGHT = {"tests/test_plugins.py"}


def files(workshop: Workshop, answers: Answers) -> set[str]:
    """Return the files of a new project."""
    return set(tree(workshop.project(BASE | answers)))


@pytest.mark.parametrize(("before", "changed"), changes(), ids=str)
def test_another_choice_keeps_the_work(
    before: Answers, changed: Answers, releases: Path, tmp_path: Path, workshop: Workshop
) -> None:
    """Another choice's files come, those of the old one go, and the user's work stays."""
    work = worked_on(releases, tmp_path / "project", before)

    (axis,) = changed
    assert set(SAME_LINES.get(axis, [])) >= set(update(work.project, **changed))

    old = files(workshop, before)
    # Their defaults follow from other answers; what was recorded stays.
    recorded = recorded_answers(work.project)
    kept = {name: recorded[name] for name in ("publish", "template_updates")}
    new = files(workshop, before | kept | changed)
    present = set(tree(work.project))
    users = re.compile(r"README|CHANGELOG|docs/|src/|tests/")
    assert set() == {name for name in (old - new) & present if not users.match(name)}
    assert NOT_BROUGHT >= new - old - present - set(work.deleted)
    for name in old - new:  # What was added to a file of the old choice goes with it.
        work.added.pop(name, None)
    assert [] == work.lost()
    assert changed.items() <= recorded_answers(work.project).items()


def pairs(axis: str) -> list[tuple[str, str]]:
    """Return every two different choices of an axis, in both orders."""
    return list(itertools.permutations(choices(axis), 2))


@pytest.mark.parametrize(("old", "new"), pairs("mode"))
def test_another_mode_works_at_once(
    old: str, new: str, releases: Path, tmp_path: Path, workshop: Workshop
) -> None:
    """A project whose starter program is still there passes its tests, old and new, in any mode."""
    answers = BASE | {"mode": old, "backend": "flit_core", "command_name": "greet"}
    project = start(releases, None, tmp_path / "project", answers)
    work = Work(project)
    work.append("README.md", "Ours.\n")
    work.write("src/my_project/more.py", '"""More."""\n')
    commit(project, "Work")

    assert [] == update(project, mode=new)

    assert [] == work.lost()
    brought = files(workshop, answers | {"mode": new})
    assert set() == brought - set(tree(project))
    wheel = build_wheel(project, tmp_path / "dist")
    assert {("console_scripts", "greet")} == set(read_wheel(wheel).entry_points)
    environment = Environment.make(tmp_path / "environment")
    environment.install(wheel, "packaging", "pytest", "rich")
    environment.run("python", "-m", "pytest", "-q", cwd=project)
    assert "Hello, Ada!\n" == environment.run("greet", "Ada").stdout


@pytest.mark.parametrize(
    ("old", "new"), [("library", "script"), ("script", "app"), ("app", "library")]
)
def test_another_mode_keeps_the_work(old: str, new: str, releases: Path, tmp_path: Path) -> None:
    """In another mode, a year's work is all there, and so is the new mode's starter program."""
    work = worked_on(releases, tmp_path / "project", {"mode": old})
    # The classifier and the command stand next to lines that were changed in the year.
    same_lines = {"pyproject.toml", "src/my_project/__init__.py"}
    both = update(work.project, mode=new, command_name="my-project")
    assert same_lines >= set(both)
    assert [] == work.lost()
    program = {"library": "py.typed", "app": "cli.py", "script": "__main__.py"}[new]
    assert (work.project / "src" / "my_project" / program).is_file()
    if both:
        git("checkout", "--ours", *both, cwd=work.project)
    assert "1.4.0" == read_wheel(build_wheel(work.project, tmp_path / "dist")).metadata["version"]


def test_starter_files_come_once(releases: Path, tmp_path: Path) -> None:
    """What a new choice has brought is the user's: changed or deleted, it stays so."""
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
    commit(project, "Another licence")
    assert [] == update(project, mode="library", command_name="")
    commit(project, "A library again")
    assert [] == update(project, mode="app", command_name="greet")
    assert '"""Ours."""\n' == (project / "src/my_project/cli.py").read_text("utf-8")


@pytest.mark.parametrize("engine", [e for e in choices("docs_engine") if e != "none"])
def test_a_documentation_tool_brings_its_pages(engine: str, releases: Path, tmp_path: Path) -> None:
    """Who wants web pages later gets the pages that a new project has."""
    answers = BASE | {"docs_engine": "none"}
    project = start(releases, None, tmp_path / "project", answers)
    assert [] == update(project, docs_engine=engine)
    fresh = render(releases, None, tmp_path / "fresh", answers | {"docs_engine": engine})
    assert tree(fresh) == tree(project)


def test_without_a_documentation_tool_the_pages_stay(releases: Path, tmp_path: Path) -> None:
    """Who wants no web pages any more keeps what was written, without the tool's own files."""
    work = worked_on(releases, tmp_path / "project", {})
    assert [] == update(work.project, docs_engine="none")
    assert [] == work.lost()
    pages = {path.name for path in (work.project / "docs").iterdir()}
    assert {"how-to-pack.md", "index.md"} == pages


@pytest.mark.parametrize(
    ("old", "new"), [pair for pair in pairs("docs_engine") if "none" not in pair]
)
def test_another_documentation_tool_asks_for_a_start_page(
    old: str, new: str, releases: Path, tmp_path: Path
) -> None:
    """Another tool's pages replace the old one's; its start page stands beside the user's."""
    work = worked_on(releases, tmp_path / "project", {"docs_engine": old})
    assert ["docs/index.md"] == update(work.project, docs_engine=new)
    assert [] == work.lost()
    fresh = render(releases, None, tmp_path / "fresh", BASE | {"docs_engine": new})
    git("checkout", "--theirs", "docs/index.md", cwd=work.project)
    pages = {name: page for name, page in tree(fresh).items() if name.startswith("docs/")}
    present = {name: page for name, page in tree(work.project).items() if name in pages}
    del pages["docs/add-a-language.md"]  # deleted in the year
    assert pages == present


def test_the_package_keeps_its_name(releases: Path, tmp_path: Path) -> None:
    """Another name of the import package is refused with a sentence, and nothing is touched."""
    project = start(releases, None, tmp_path / "project", BASE)
    with pytest.raises(ValueError, match="an update does not rename the package; write my_project"):
        update(project, package_name="other")
    assert [] == status(project)


def test_a_package_that_was_renamed_by_hand_is_updated(releases: Path, tmp_path: Path) -> None:
    """Renamed as the how-to page says, a project is what a new one of that name would be."""
    project = start(releases, None, tmp_path / "project", BASE)
    (project / "src" / "my_project").rename(project / "src" / "other")
    for name in tree(project):
        text = (project / name).read_text(encoding="utf-8")
        (project / name).write_text(text.replace("my_project", "other"), encoding="utf-8")
    commit(project, "Rename the package")
    assert [] == update(project, license="Unlicense")
    answers = BASE | {"package_name": "other", "license": "Unlicense"}
    settled = {"pyproject.toml", "LICENSE", ".copier-answers.yml", "docs/api.md"}
    fresh = tree(render(releases, None, tmp_path / "fresh", answers))
    after = tree(project)
    assert {name: fresh[name] for name in settled} == {name: after[name] for name in settled}
    assert fresh.keys() == after.keys()
