"""Check the commands in projects' messages and guides against tests/commands.yml.

The list says which test runs a command, or why none does. Comparing the commands with a second list
finds typos. With uv, commands may start with `uv run`, which the list omits.
"""

import functools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.artifacts.repository import GIT, commit, git
from harness.packagestan.answers import axes
from harness.packagestan.coverage import answers_of, covering_rows
from harness.packagestan.template import ROOT, TEMPLATE, snapshot
from harness.processes.commands import run
from harness.rendering.copier_internals import ask_questions, render_context
from harness.rendering.template import Answers
from harness.space.coverage import DIFFICULT

# Free-form questions whose answers add or change commands.
TEXTS = {"extras", "command_name", "index_url"}
FIXED: Answers = {"project_name": "My Project", "github_user": "ada", "python_min": "3.11"}

GUIDES = ["README.md", "CONTRIBUTING.md", "RELEASING.md"]
MESSAGES = ["after_copy", "after_update"]
PROGRAMS = (
    "check-wheel-contents|conda|direnv|docker|git|invoke|just|make|mypy|nox|pipx|prek|pyright|pytest|"
    "python|ruff|sphinx-build|twine|ty|uv|uvx|zensical"
)


def variants() -> list[Answers]:
    """Return answers that together show every command. Half of the covering rows are enough."""
    found = {}
    for row in covering_rows()[::2]:
        kept = {
            name: level
            for name, level in row.items()
            if name.partition(".")[0] in {*axes(), *TEXTS}
            and (name, level) != ("extras", DIFFICULT)
        }
        answers = answers_of(kept) | FIXED
        found[repr(sorted(answers.items()))] = answers
    return list(found.values())


def shown(text: str) -> Iterator[str]:
    """Yield the commands in a guide, which are in console blocks or code spans."""
    yield from re.findall(r"(?m)^\$ (.+?)(?:  # .+)?$", text)
    yield from re.findall(rf"`((?:{PROGRAMS}) [^`\n]+)`", text)


def indented(text: str) -> Iterator[str]:
    """Yield the commands in a message, including the one that undoes an update.

    The other commands are indented, and may continue on the next line.
    """
    yield from re.findall(r"(?m)^To undo the update: (.+)$", text)
    for line in re.sub(r" \\\n +", " ", text).splitlines():
        if line.startswith("    ") and not re.match(r" +(?:tools|requirements)/", line):
            yield re.sub(r" +# .+", "", line.strip())


@functools.cache
def commands() -> set[str]:
    """Return all commands that guides and messages show, without the prefix `uv run`."""
    found: set[str] = set()
    folder = snapshot() / "template"
    guides = [path for path in (folder / "project").iterdir() for g in GUIDES if g in path.name]
    for answers in variants():
        with TEMPLATE.prepared_worker(Path("/home/ada/my-project"), answers) as worker:
            ask_questions(worker)
            context = dict(render_context(worker))
            for path in guides:
                text = worker.jinja_env.from_string(path.read_text(encoding="utf-8"))
                found.update(shown(text.render(context)))
            # Only projects from 0.3 have this answer, which adds the end of the message.
            context |= {} if len(found) > 99 else {"customize": False}
            for name in MESSAGES:
                path = folder / "messages" / f"{name}.jinja"
                text = worker.jinja_env.from_string(path.read_text(encoding="utf-8"))
                found.update(indented(text.render(context)))
    return {re.sub("^uv run (?=[a-z])", "", command) for command in found}


@functools.cache
def listed() -> dict[str, Any]:
    """Return the listed commands: "run" by test file, and "not run" by reason."""
    return dict(yaml.safe_load((ROOT / "tests" / "commands.yml").read_text(encoding="utf-8")))


@pytest.mark.slow
@pytest.mark.xdist_group("listed commands")
def test_every_command_is_listed() -> None:
    """Guides and messages show exactly the listed commands, and each is listed once."""
    known = [command for group in listed().values() for each in group.values() for command in each]
    assert sorted(set(known)) == sorted(known)
    new, old = sorted(commands() - set(known)), sorted(set(known) - commands())
    assert not new, (
        f"Run these in a test, or give a reason, and list them in tests/commands.yml: {new}"
    )
    assert not old, f"Remove these from tests/commands.yml: {old}"


def test_every_command_has_a_test_or_a_reason() -> None:
    """Each group names an existing test file or gives a reason of at least five words."""
    assert {"run", "not run"} == set(listed())
    for test in listed()["run"]:
        assert (ROOT / "tests" / test).is_file(), test
    for reason in listed()["not run"]:
        assert reason.count(" ") > 3, reason


def message(name: str, answers: Answers, folder: str = "/home/ada/my-project") -> str:
    """Return one of the template's messages about a project in a folder."""
    with TEMPLATE.prepared_worker(Path(folder), FIXED | answers) as worker:
        ask_questions(worker)
        text = (snapshot() / "template" / "messages" / f"{name}.jinja").read_text(encoding="utf-8")
        context = dict(render_context(worker))
        # Only projects from 0.3 have this answer, which adds the end of the message.
        context |= {"customize": False} if name == "after_update" else {}
        return worker.jinja_env.from_string(text).render(context)


def test_commands_after_an_update_commit_it(tmp_path: Path) -> None:
    """The message's commands restore a deleted script, find no conflicts, and commit the update."""
    script = tmp_path / "tools" / "release.py"
    script.parent.mkdir()
    script.write_text("print()\n", encoding="utf-8")
    commit(tmp_path)
    script.unlink()
    (tmp_path / "README.md").write_text("# My Project\n", encoding="utf-8")
    said = message("after_update", {"environments": []})
    before, _, after = said.partition("To undo the update: ")
    for command in [*indented(after), *indented(before)]:
        run("bash", "-c", command, cwd=tmp_path, env=GIT)
    assert "Update from Packagestan" == git(tmp_path, "log", "-1", "--format=%s")
    assert ["README.md", "tools/release.py"] == git(tmp_path, "ls-files").splitlines()
    assert "" == git(tmp_path, "status", "--porcelain")


@pytest.mark.parametrize("url", ["https://example.com/~ada/it's?a=b&c#d", "https://a/(b);c"])
def test_commands_quote_special_characters(url: str) -> None:
    """In commands, folders and URLs with special characters are quoted as single words."""
    said = message("after_copy", {"repository_url": url}, "/home/ada/it's a $HOME")
    words = [shlex.split(command) for command in indented(said)]
    assert ["cd", "/home/ada/it's a $HOME"] == words[0]
    assert ["git", "remote", "add", "origin", url] in words
