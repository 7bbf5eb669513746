"""Test the comments that the `annotated` option adds to a project."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.packagestan.answers import FULL, choices, combinations
from harness.packagestan.template import ROOT
from harness.rendering.template import Answers

# Together, annotated projects with these answers contain every note in notes.yml.
ANSWERS: list[Answers] = [
    *(FULL | chosen for chosen in combinations("mode", "backend")),
    *(FULL | {"mode": "app", "task_runner": runner} for runner in choices("task_runner")),
    FULL | {"preset": "full", "mode": "app", "container": True, "docs_hosting": "pages"},
    FULL | {"docs_engine": "zensical", "hooks": "local", "type_checker": "none"},
    FULL | {"versioning": "vcs", "backend": "poetry_core"},
    *(
        FULL | chosen | {"testpypi": True}
        for chosen in combinations("ci", "publish")
        if chosen["ci"] != "none" or chosen["publish"] == "none"
    ),
]
NOTES = (ROOT / "template" / "data" / "notes.yml").read_text("utf-8")

# A word about the subject of each PEP.
PEPS = {
    "440": "version",
    "517": "build-backend",
    "518": "requires",
    "561": "type",
    "621": "metadata",
    "639": "license",
    "723": "script",
    "735": "dependencies",
    "753": "links",
}


def meaning(file: Path) -> object:
    """Return a file's contents without comments. Data files and Python code are parsed.

    The text of a Markdown file is returned unchanged.
    """
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
    # In the other files, comments are on separate lines. A shebang isn't a comment.
    return [line for line in text.splitlines() if not re.match(r"#(?!!)", line)]


def inline_metadata(text: str) -> object:
    """Return the parsed blocks of inline script metadata, which Python treats as comments."""
    blocks = re.findall(r"(?ms)^# /// script$(.*?)^# ///$", text)
    return [tomllib.loads(re.sub(r"(?m)^# ?", "", block)) for block in blocks]


@pytest.fixture(params=ANSWERS, ids=[str(n) for n in range(len(ANSWERS))])
def projects(request: pytest.FixtureRequest, artifacts: ArtifactCache) -> tuple[Path, Path]:
    """Return a project without explanatory comments and the same project with them."""
    plain, annotated = ({"annotated": value} for value in (False, True))
    return artifacts.project(request.param | plain), artifacts.project(request.param | annotated)


@pytest.mark.slow
def test_comments_do_not_change_the_meaning(projects: tuple[Path, Path]) -> None:
    """Annotation adds no files, and may change the meaning of only the answers file."""
    plain, annotated = projects
    assert set(tree(plain)) == set(tree(annotated))
    for name in set(tree(plain)) - {".copier-answers.yml"}:
        assert meaning(plain / name) == meaning(annotated / name), name


def test_lines_are_short(projects: tuple[Path, Path]) -> None:
    """Annotation adds no lines longer than 100 characters, except lines that contain a URL."""
    plain, annotated = projects
    for name in set(tree(plain)) - {".copier-answers.yml"}:
        old = (plain / name).read_text(encoding="utf-8").splitlines()
        for line in (annotated / name).read_text(encoding="utf-8").splitlines():
            assert line in old or len(line) <= 100 or "https://" in line, f"{name}: {line}"


def test_every_table_is_explained(projects: tuple[Path, Path]) -> None:
    """In pyproject.toml, a comment precedes or follows each table's header.

    If a tool has several tables, only its first table requires a comment.
    """
    _, annotated = projects
    text = (annotated / "pyproject.toml").read_text(encoding="utf-8")
    explained = set()
    for before, table, after in re.findall(r"(?m)^(.*)\n\[+([\w.\"-]+)\]+\n(.*)$", text):
        owner = ".".join(table.split(".")[:2])
        assert "#" in (before[:1], after[:1]) or owner in explained, table
        explained.add(owner)


@pytest.mark.slow
def test_every_note_is_shown(artifacts: ArtifactCache) -> None:
    """Every note appears in at least one annotated project."""
    notes = yaml.safe_load(NOTES)
    shown = "".join(
        re.sub(
            r"\s*\n *# ", " ", (artifacts.project(answers | {"annotated": True}) / name).read_text()
        )
        for answers in ANSWERS
        for name in tree(artifacts.project(answers | {"annotated": True}))
    )
    assert [] == [place for place, note in notes.items() if note.strip() not in shown]


def test_every_used_note_exists() -> None:
    """Every note that a template uses is in notes.yml. Notes with computed names aren't checked."""
    notes = yaml.safe_load(NOTES)
    files = [path for path in (ROOT / "template").rglob("*") if path.is_file()]
    named = {
        place
        for path in files
        for place in re.findall(r"note\('([^']+)'(?! ~)", path.read_text(encoding="utf-8"))
        if path.name != "notes.jinja"
    }
    assert named
    assert named <= set(notes)


def test_notes_consist_of_sentences() -> None:
    """Each note has one to three sentences. Notes about CI, releases, and updates end with a link.

    Line breaks are within sentences, so this test fails if a line is missing.
    """
    links = r" (https://\S+)$"
    for place, note in yaml.safe_load(NOTES).items():
        sentences = re.sub(links, "", note.strip())
        assert re.fullmatch(r"((?:[A-Z`]|uv |conda )[^ ]*( [^ ]+)*?\.( |$)){1,3}", sentences), place
        assert not re.search(r"\. (?!uv |conda )[a-z]", sentences), place
        is_workflow = NOTES.index(f"\n{place}:") > NOTES.index("# CI\n")
        assert not is_workflow or re.search(links, note.strip()), place
    for before, after in re.findall(r"(?m)^  (.*)\n(?=  (.*))", NOTES):
        assert after.startswith("https://") or not before.endswith("."), before


def test_notes_mention_existing_names(artifacts: ArtifactCache) -> None:
    """Words in code spans and quotes occur in projects, and each cited PEP is about a note's subject."""
    known = set[str]()
    for answers in [*ANSWERS, FULL | {"license": "Proprietary"}]:
        project = artifacts.project(answers | {"annotated": False})
        for name in tree(project):
            known.update(re.findall(r"[\w-]+", f"{name} {(project / name).read_text('utf-8')}"))
    for note in yaml.safe_load(NOTES).values():
        spans = " ".join(re.findall(r"`[^`]+`|\"[^\"]+\"", note))
        assert set(re.findall(r"[\w-]+", spans)) <= known, note
        for number in re.findall(r"PEP (\d+)", note):
            assert PEPS[number] in note.lower(), note
