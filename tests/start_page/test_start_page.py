"""Test the logic of the start page: commands, files, messages, diffs, and archives."""

import io
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

import assemble
from copier_browser import File, Source, as_text
from harness.packagestan.template import ADDRESS, ROOT
from harness.space.hostile_answers import TEXTS
from start_page import Page, archive, commands, difference, groups, states, tokens

SETTINGS = {
    "required": {"project_name": "My Project"},
    "everything": {"preset": "custom"},
    "folder": "distribution_name",
    "options": [],
}

HOSTILE = [
    *TEXTS,
    "'",
    "''",
    "\u2018curly\u2019 \u201aquotes\u201b",
    "a\nb",
    "\x1b[201~\nid\n",
    "!!",
    "$'\\n'",
]


@pytest.fixture
def page(source: Source, tmp_path: Path) -> Page:
    """Return a page for the template."""
    settings = {
        "address": source.address,
        "commit": source.commit,
        "modes": source.modes,
        **SETTINGS,
    }
    return Page(source.folder, tmp_path / "work", settings)


def test_bash_passes_each_answer_unchanged() -> None:
    """Bash splits the command into the intended words, even with hostile answers."""
    answers = {f"q{number}": text for number, text in enumerate(HOSTILE)}
    command = commands("gh:ada/template", "my project", answers, ["--vcs-ref", "HEAD"])["bash"]
    shell = ("bash", "-c", command.replace("uvx ", "printf '%s\\0' ", 1))
    printed = subprocess.run(shell, capture_output=True, check=True).stdout.decode()
    expected = ["copier", "copy", "--defaults", "--vcs-ref", "HEAD"]
    expected += [word for name, text in answers.items() for word in ("--data", f"{name}={text}")]
    assert [*expected, "gh:ada/template", "my project", ""] == printed.split("\0")


def test_bash_command_contains_no_control_characters() -> None:
    """The command contains no control characters except line breaks, so it is safe to paste."""
    command = commands("gh:ada/template", "demo", {"a": "x\x1b[201~\nid\x7f\x9b"}, [])["bash"]
    assert [] == re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", command)
    assert ["uvx copier copy --defaults \\", "  gh:ada/template demo"] == command.split("\n")[::2]


def words_of_powershell(command: str) -> list[str]:
    """Split a PowerShell command by the rules for verbatim strings.

    Only quotation marks are escaped. PowerShell's help topic about_Quoting_Rules describes the
    rules.
    """
    quotes = "'\u2018\u2019\u201a\u201b"
    pattern = rf"[{quotes}]((?:[^{quotes}]|([{quotes}])[{quotes}])*)[{quotes}]|(`\n)|([\w./:=-]+)|(\s)|(.)"
    words = []
    for match in re.finditer(pattern, command, re.DOTALL):
        assert not match[6], f"{match[6]!r} is outside quotation marks"
        if match[1] is not None:
            words.append(re.sub(f"([{quotes}])[{quotes}]", r"\1", match[1]))
        elif match[4]:
            words.append(match[4])
    return words


def test_powershell_passes_each_answer_unchanged() -> None:
    """PowerShell's rules split the command into the intended words, even with hostile answers."""
    answers = {f"q{number}": text for number, text in enumerate(HOSTILE)}
    command = commands("gh:ada/template", "demo", answers, [])["powershell"]
    expected = ["uvx", "copier", "copy", "--defaults"]
    expected += [word for name, text in answers.items() for word in ("--data", f"{name}={text}")]
    assert [*expected, "gh:ada/template", "demo"] == words_of_powershell(command)


def test_command_contains_only_answers_that_differ(page: Page) -> None:
    """The command omits defaults, and contains other answers in the form that Copier reads."""
    answers = {
        "project_name": "Sea Map",
        "backend": "hatchling",
        "plugins": "yes",
        "environments": "[uv, pip]",
    }
    shown = page.show(answers, None)
    assert "sea-map" == shown["folder"]
    assert shown["commands"]["bash"].splitlines() == [
        "uvx copier copy --defaults \\",
        "  --data 'project_name=Sea Map' \\",
        "  --data plugins=true \\",
        '  --data \'environments=["uv", "pip"]\' \\',
        f"  {page.settings['address']} sea-map",
    ]


def test_changes_are_relative_to_the_previous_answer(page: Page) -> None:
    """After each answer, files are marked as added, changed, or removed."""
    first = page.show({"project_name": "Demo"}, None)
    assert {""} == {file["state"] for file in first["files"]}
    page.show({"project_name": "Demo", "task_runner": "make"}, None)
    changed = {file["path"]: file["state"] for file in page.listing() if file["state"]}
    assert ("added", "removed") == (changed["Makefile"], changed["justfile"])
    page.show({"project_name": "Demo", "task_runner": "make", "license": "Apache-2.0"}, None)
    changed = {file["path"]: file["state"] for file in page.listing() if file["state"]}
    assert "Makefile" not in changed
    assert "changed" == changed["LICENSE"]


def test_two_projects_are_compared(page: Page) -> None:
    """Changes are relative to the pinned project. After it is unpinned, no file is marked."""
    pinned = {"project_name": "Demo"}
    page.show({"project_name": "Other"}, pinned)
    shown = page.show({"project_name": "Demo", "backend": "setuptools"}, pinned)
    states = {file["path"]: file["state"] for file in shown["files"] if file["state"]}
    assert {"MANIFEST.in": "added"} == {p: s for p, s in states.items() if s == "added"}
    rows = page.view("pyproject.toml")["rows"]
    assert ["replace", 2, 'requires = ["hatchling>=1.27"]'] in [row[:3] for row in rows]
    shown = page.show({"project_name": "Demo", "backend": "setuptools"}, None)
    assert {""} == {file["state"] for file in shown["files"]}


def test_rejected_answer_keeps_the_files(page: Page) -> None:
    """After a rejected answer, the files match the last accepted answers."""
    before = page.show({"project_name": "Demo"}, None)
    shown = page.show({"project_name": "Demo", "user_email": "ada"}, None)
    errors = {q["name"]: q["error"] for q in shown["questions"] if q["error"]}
    assert errors.keys() == {"user_email"}
    assert errors["user_email"].startswith("use a form like ada@example.com")
    assert before["files"] == shown["files"]


def test_unknown_names_are_reported_and_ignored(page: Page) -> None:
    """Names in a link that don't belong to questions are reported and ignored."""
    hostile = {"project": "{}", "has": "{}", "starters": "{}", "_exclude": "x", "__proto__": "x"}
    shown = page.show({"project_name": "Demo", **hostile}, None)
    (notice,) = shown["notices"]
    assert all(name in notice for name in hostile)
    assert [] == shown["errors"]


def test_link_with_rejected_answers_shows_a_project(page: Page) -> None:
    """The page shows a project even if a link's answers or its pinned answers are rejected."""
    shown = page.show({"project_name": "Demo", "user_email": "ada"}, None)
    assert "pyproject.toml" in {file["path"] for file in shown["files"]}
    shown = page.show({"project_name": "Demo"}, {"project_name": ""})
    (notice,) = shown["notices"]
    assert "The project to compare with can't be created." in notice
    assert {""} == {file["state"] for file in shown["files"]}


def test_groups_are_named_after_question_files() -> None:
    """The form's groups are named after the question files that copier.yml includes."""
    found = groups(ROOT)
    assert ("Essentials", "CI") == (found["backend"], found["test_matrix"])


def test_template_without_question_files_has_no_groups(tmp_path: Path) -> None:
    """Questions have no groups if the template has no question files."""
    (tmp_path / "copier.yml").write_text("name: Ada\n", encoding="utf-8")
    assert {} == groups(tmp_path)


def test_difference_has_both_sides() -> None:
    """Rows contain both sides' line numbers and text, and skip equal lines far from changes."""
    before = "".join(f"{number}\n" for number in range(1, 21))
    rows = list(difference(before, before.replace("20\n", "twenty\n21\n")))
    assert [
        ["skip", None, None, None, None],
        ["equal", 17, "17", 17, "17"],
        ["equal", 18, "18", 18, "18"],
        ["equal", 19, "19", 19, "19"],
        ["replace", 20, "20", 20, "twenty"],
        ["replace", None, None, 21, "21"],
    ] == rows


def test_file_states_include_modes() -> None:
    """Files are marked as added, changed, or removed, and a different mode is a change."""
    before = {"a": File(b"", 0o644), "b": File(b"", 0o644), "c": File(b"", 0o644)}
    after = {"b": File(b"", 0o755), "c": File(b"", 0o644), "d": File(b"", 0o644)}
    expected = {"a": "removed", "b": "changed", "c": "", "d": "added"}
    assert expected == states(before, after)


@pytest.mark.parametrize("name", ["a.toml", "a.py", "a.md", "a.unknown", "LICENSE"])
def test_highlighting_keeps_every_character(name: str) -> None:
    """The tokens of a highlighted file contain its complete text."""
    text = "\n\n[a]\n# <b>é</b>\n\tdef x(): '''\n''' \n\n"
    assert text == "".join(part for _, part in tokens(name, text))


def test_archive_is_reproducible_and_has_modes(tmp_path: Path) -> None:
    """An archive preserves file modes, and the same files produce the same archive."""
    files = {"run.sh": File(b"#!/bin/sh\n", 0o755), "src/a.txt": File("ä\n".encode(), 0o644)}
    made = archive(files, "demo")
    assert made == archive(dict(reversed(files.items())), "demo")
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        found = {entry.filename: entry.external_attr >> 16 for entry in opened.infolist()}
    assert {"demo/run.sh": 0o100755, "demo/src/a.txt": 0o100644} == found


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/ada/packagestan.git", "gh:ada/packagestan"),
        ("https://token:x@github.com/ada/packagestan", "gh:ada/packagestan"),
        ("git@github.com:ada/packagestan.git", "gh:ada/packagestan"),
        ("ssh://git@gitlab.com/team/sub/packagestan.git", "gl:team/sub/packagestan"),
        ("https://ada:secret@git.example.com/a.git", "https://git.example.com/a.git"),
        ("/home/ada/packagestan", ADDRESS),
        ("", ADDRESS),
    ],
)
def test_fork_gets_its_own_address(remote: str, address: str) -> None:
    """The address is the remote's, shortened and without credentials, or else the default."""
    assert address == assemble.short_address(remote)


def test_answers_have_the_form_of_data_options() -> None:
    """Text answers are passed unchanged, and other answers are passed as JSON."""
    assert ["a: b", "true", '["é"]', "null"] == list(map(as_text, ["a: b", True, ["é"], None]))
