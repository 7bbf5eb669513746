"""Check that the documentation lists the changes that updates make to the user's files."""

import re
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import pytest

from harness.packagestan.template import ROOT, starter_files
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers
from harness.updates.projects import start, status, update
from harness.updates.releases import add_release, commit, first_release

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026", "preset": "full"}

# Phrases on the page, and functions that check whether the phrases apply to a project.
WHICH: dict[str, Callable[[Answers], bool]] = {
    "projects with Sphinx": lambda answers: answers["docs_engine"] == "sphinx",
    "projects with a command, except scripts": lambda answers: (
        answers["command_name"] != "" and answers["mode"] != "script"
    ),
    "scripts": lambda answers: answers["mode"] == "script",
}


def rows(heading: str) -> list[tuple[str, str]]:
    """Return the cells of each row in a section's table on the page about updates."""
    text = (ROOT / "docs" / "how-to" / "update.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"(?m)^\| (.+?) \| (.+?) \|$", section)[2:]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with the current template and a release that changes almost every file.

    The release also adds new files and deletes a test.
    """
    repository = first_release(tmp_path_factory.mktemp("releases") / "template")
    project = repository / "template" / "project"
    for file in [path for path in project.rglob("*") if path.is_file()]:
        if "answers_file" not in file.name:
            file.write_text(file.read_text(encoding="utf-8") + "# New.\n", encoding="utf-8")
    for folder in ("docs", "src/{{ package_name }}", "tests"):
        (project / folder).mkdir(exist_ok=True)
        (project / folder / "new.py").touch()
    (project / "tests" / "test_greetings.py.jinja").unlink()
    add_release(repository, "2.0.0")
    return repository


@pytest.mark.parametrize(
    "answers",
    [
        {"mode": "app", "docs_engine": "sphinx"},
        {"mode": "script", "docs_engine": "zensical"},
        {"mode": "library", "plugins": True},
        {"mode": "library", "command_name": "greet"},
        {"preset": "minimal"},
    ],
    ids=str,
)
def test_update_changes_the_listed_files(answers: Answers, template: Path, tmp_path: Path) -> None:
    """An update changes exactly the user's files that the documentation lists.

    CONTRIBUTING.md names the changed files in src/.
    """
    project = start(template, "1.0.0", tmp_path / "project", BASE | answers)
    guide = project / "CONTRIBUTING.md"
    text = guide.read_text(encoding="utf-8") if guide.exists() else ""
    recorded = recorded_answers(project)
    listed = rows("What an update changes")
    assert WHICH.keys() == {which for _, which in listed}
    expected = {name.strip("`") for name, which in listed if WHICH[which](recorded)}

    assert [] == update(project)

    changed = [line for line in status(project) if re.match(r".. (README|CHANGELOG|\w+/)", line)]
    found = {pattern for pattern in expected for line in changed if fnmatch(line[3:], pattern)}
    assert expected == found
    assert len(expected) == len(changed)
    named = re.findall(r"source code, or tests, except for `(.+?)`", text)
    assert [line[3:] for line in changed if line[3:].startswith("src/")] == named
    assert " M pyproject.toml" in status(project)


def test_starter_files_of_each_option_are_listed() -> None:
    """The page lists exactly the user's files that an update adds for each option."""
    expected = [
        sorted(name[1:] for files in each.values() for name in files)
        for each in starter_files().values()
    ]
    listed = [sorted(re.findall(r"`(.+?)`", files)) for _, files in rows("Change an answer")]
    assert sorted(expected) == sorted(listed)


def test_deselected_options_lose_their_settings(template: Path, tmp_path: Path) -> None:
    """If the site and the command are deselected, only conf.py and `__main__.py` are removed.

    They are removed even if the user has changed them. The user's other files stay unchanged.
    """
    project = start(template, None, tmp_path / "project", BASE | {"mode": "app"})
    for name in ("docs/conf.py", "src/my_project/__main__.py"):
        with (project / name).open("a", encoding="utf-8") as file:
            file.write("# Ours.\n")
    commit(project, "Work")
    assert [] == update(project, docs_engine="none", mode="library", command_name="")
    changed = [line for line in status(project) if re.match(r".. (docs|src|tests)/", line)]
    assert [" D docs/conf.py", " D src/my_project/__main__.py"] == changed
