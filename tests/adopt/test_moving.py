"""Test the `move` command, which applies the changes from the report to the new project."""

import io
import tomllib
from pathlib import Path
from typing import Any

import pytest

from adoption.command_line import main
from adoption.findings import Reading
from adoption.moving import move, overwritten_files, write_entries
from harness.adoption.adopted_packages import unbuilt_project
from harness.artifacts.inspect import tree

PROJECT = """\
# The project's metadata.
[project]
name = "tide"
# A comment on the license.
license = "MIT"
classifiers = ["Typing :: Typed"]

[project.scripts]
tide = "tide:main"

# A comment on the tests.
[tool.pytest]
strict = true
log_level = "INFO"

# A comment on ruff.
[tool.ruff]
"""


def test_existing_files_replace_starters(tmp_path: Path) -> None:
    """Existing files replace starter files, and the diffs are available before the move."""
    project = unbuilt_project(tmp_path / "old", {"README.rst": "Tide", "COPYING": "Ask.\n"})
    new = tmp_path / "new"
    files = {"README.md": "# Starter\n", "LICENSE": "MIT License\n", "pyproject.toml": PROJECT}
    unbuilt_project(new, files | {".gitignore": "/dist/\n"})
    moves = [("README.rst", "README.rst"), ("COPYING", "LICENSE")]
    reading = Reading(moves=moves, removed=["README.md"], gitignore=["/tide.db"])
    before = tree(tmp_path / "old")
    shown = overwritten_files(project, reading, new)
    assert {"LICENSE", "README.md"} == {*shown}
    assert "-MIT License\n+Ask." in shown["LICENSE"]
    move(project, reading, new)
    assert {"README.rst", "LICENSE", "pyproject.toml", ".gitignore"} == {*tree(new)}
    assert "Ask.\n" == (new / "LICENSE").read_text(encoding="utf-8")
    assert "/dist/\n/tide.db\n" == (new / ".gitignore").read_text(encoding="utf-8")
    assert before == tree(tmp_path / "old")


def test_entries_are_written_into_pyproject(tmp_path: Path) -> None:
    """Entries in pyproject.toml are added, replaced, or removed, and comments are kept."""
    file = tmp_path / "pyproject.toml"
    file.write_text(PROJECT, encoding="utf-8")
    authors = [{"name": "Maren"}, {"name": "Ada", "email": "ada@example.com"}]
    by_hand: dict[str, Any] = {"license": "ISC", "authors": authors, "scripts": {}}
    by_hand["urls"] = {"Home": "https://a"}
    files = [{"filename": "src/tide/__init__.py", "search": "1", "replace": "2"}]
    tables = {"tool": {"pytest": {"strict": False}, "bumpversion": {"files": files}, "black": {}}}
    write_entries(file, Reading(by_hand=by_hand, tables=tables))
    text = file.read_text(encoding="utf-8")
    settings = tomllib.loads(text)
    assert {
        "name": "tide",
        "license": "ISC",
        "classifiers": ["Typing :: Typed"],
        "authors": authors,
        "urls": {"Home": "https://a"},
    } == settings["project"]
    assert {"strict": False} == settings["tool"]["pytest"]
    assert {"files": files} == settings["tool"]["bumpversion"]
    assert "black" not in settings["tool"]
    assert '# A comment on the license.\nlicense = "ISC"\n' in text
    assert '[[tool.bumpversion.files]]\nfilename = "src/tide/__init__.py"\n' in text
    assert "# A comment on the tests.\n[tool.pytest]\nstrict = false\n" in text
    assert "\n\n# A comment on ruff.\n[tool.ruff]\n" in text


def test_comment_on_the_next_table_is_moved(tmp_path: Path) -> None:
    """New entries in `[project]` are inserted before a comment on the next table."""
    file = tmp_path / "pyproject.toml"
    file.write_text(PROJECT, encoding="utf-8")
    write_entries(file, Reading(by_hand={"urls": {"Home": "https://a"}}))
    text = file.read_text(encoding="utf-8")
    before, comment, after = text.partition("# A comment on the tests.\n")
    assert {"Home": "https://a"} == tomllib.loads(before)["project"]["urls"]
    assert comment + after == PROJECT[PROJECT.index(comment) :]


def test_each_requirement_is_on_a_separate_line(tmp_path: Path) -> None:
    """Each element of a long list is on a separate line, whatever words it contains."""
    file = tmp_path / "pyproject.toml"
    file.write_text(PROJECT, encoding="utf-8")
    requirements = ["filename-tools>=1.0", "charts-and-tables>=2024.1", "tide-tables>=3.5"]
    write_entries(file, Reading(by_hand={"dependencies": requirements}))
    assert {*requirements} <= {
        line.strip(' ",') for line in file.read_text(encoding="utf-8").splitlines()
    }


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "has no .copier-answers.yml; create the project with Copier first"),
        ({".copier-answers.yml": "", "pyproject.toml": PROJECT, "src/a.py": ""}, "--exclude /src"),
    ],
)
def test_only_new_projects_receive_files(
    files: dict[str, str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that Copier didn't create or that contains src/ is rejected and stays unchanged."""
    unbuilt_project(tmp_path / "old", {"setup.py": ""})
    unbuilt_project(tmp_path / "new", {"notes.txt": "", "pyproject.toml": PROJECT} | files)
    before = tree(tmp_path)
    assert 1 == main(["move", "--yes", str(tmp_path / "old"), str(tmp_path / "new")])
    assert sentence in capsys.readouterr().err
    assert before == tree(tmp_path)


def test_nothing_is_overwritten_without_confirmation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Differences are shown before the confirmation, and nothing changes if the user declines."""
    project = unbuilt_project(tmp_path / "old", {"setup.py": "", "LICENSE": "Ask.\n"})
    files = {".copier-answers.yml": "", "pyproject.toml": PROJECT, "LICENSE": "MIT License\n"}
    unbuilt_project(tmp_path / "new", files)
    reading = Reading(moves=[("LICENSE", "LICENSE")], replaced={".gitignore": "-*.log"})
    monkeypatch.setattr("adoption.command_line.read_project", lambda *_: project)
    monkeypatch.setattr("adoption.command_line.read_created", lambda *_: reading)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\nn\n"))
    before = tree(tmp_path)
    assert 1 == main(["move", str(tmp_path / "old"), str(tmp_path / "new")])
    output = capsys.readouterr()
    assert output.out.index("-*.log") < output.out.index("+Ask.") < output.out.index("Copy the")
    assert "canceled; nothing was written" in output.err
    assert before == tree(tmp_path)
