"""What teaching comments promise."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from harness.answers import FULL, Answers, combinations
from harness.inspect import tree
from harness.template import ROOT
from harness.workshop import Workshop

ANSWERS: list[Answers] = [
    *(FULL | chosen for chosen in combinations("mode", "backend")),
    *(FULL | chosen | {"mode": "app"} for chosen in combinations("task_runner", "container")),
    *(FULL | chosen for chosen in combinations("docs_engine", "type_checker")),
    FULL | {"versioning": "vcs", "backend": "poetry_core"},
    FULL | {"template_updates": "workflow"},
    *(
        FULL | chosen | {"versioning": "vcs", "backend": "hatchling"}
        for chosen in combinations("ci", "publish")
        if chosen["ci"] != "none" or chosen["publish"] == "none"
    ),
]


def meaning(file: Path) -> object:
    """Return what a file says to a program, without its comments."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".toml":
        return tomllib.loads(text)
    if file.suffix in (".yml", ".yaml"):
        return yaml.safe_load(text)
    if file.suffix == ".json":
        return json.loads(text)
    if file.suffix == ".py":
        return ast.dump(ast.parse(text)), inline_metadata(text)
    if file.suffix == ".md":
        return text
    # What is left are lists and scripts, whose comments are whole lines.
    return [line for line in text.splitlines() if not re.match(r"#(?!!)", line)]


def inline_metadata(text: str) -> object:
    """Return the block of inline script metadata, which Python itself takes for comments."""
    blocks = re.findall(r"(?ms)^# /// script$(.*?)^# ///$", text)
    return [tomllib.loads(re.sub(r"(?m)^# ?", "", block)) for block in blocks]


@pytest.fixture(params=ANSWERS, ids=[str(n) for n in range(len(ANSWERS))])
def projects(request: pytest.FixtureRequest, workshop: Workshop) -> tuple[Path, Path]:
    """A project without and with comments."""
    plain, annotated = ({"annotated": value} for value in (False, True))
    return workshop.project(request.param | plain), workshop.project(request.param | annotated)


def test_comments_change_no_meaning(projects: tuple[Path, Path]) -> None:
    """Each file says the same to programs with comments and without."""
    plain, annotated = projects
    assert set(tree(plain)) == set(tree(annotated))
    for name in set(tree(plain)) - {".copier-answers.yml"}:
        assert meaning(plain / name) == meaning(annotated / name), name


def test_every_table_is_explained(projects: tuple[Path, Path]) -> None:
    """Each table of pyproject.toml has a comment, or the first table of its tool has one."""
    _, annotated = projects
    text = (annotated / "pyproject.toml").read_text(encoding="utf-8")
    explained = set()
    for before, table, after in re.findall(r"(?m)^(.*)\n\[+([\w.\"-]+)\]+\n(.*)$", text):
        owner = ".".join(table.split(".")[:2])
        assert "#" in (before[:1], after[:1]) or owner in explained, table
        explained.add(owner)


def test_every_note_is_shown(workshop: Workshop) -> None:
    """No note is left that no project shows."""
    notes = yaml.safe_load((ROOT / "template" / "data" / "notes.yml").read_text("utf-8"))
    shown = "".join(
        re.sub(
            r"\s*\n *# ", " ", (workshop.project(answers | {"annotated": True}) / name).read_text()
        )
        for answers in ANSWERS
        for name in tree(workshop.project(answers | {"annotated": True}))
    )
    assert [] == [place for place, note in notes.items() if note.strip() not in shown]
