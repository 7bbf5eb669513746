"""Check the page about a project's files against generated projects."""

import re
from fnmatch import fnmatch
from typing import Any

import pytest
import yaml

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.packagestan.coverage import covering
from harness.packagestan.template import ROOT, facts, starter_files
from harness.rendering.render import recorded_answers

TEXT = (ROOT / "docs" / "reference" / "files.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(.+?)` \| (.+) \| (.+) \|$", re.MULTILINE)
CLAUSE = re.compile(r"`(\w+)` (isn't|is|has) (`\w+`(?: or `\w+`)*|given)")

# Each project is a pair of its file paths, which contain `src/my_project/` as on the
# reference page, and its answers.
Projects = list[tuple[set[str], dict[str, Any]]]

# Every file that a project may have, by kind. Any other file would be code of ours that the
# project's owner has to maintain. If a new file belongs to one of these kinds, add it here,
# unless a choice lists it in choice.json.
KINDS = {
    "Your files": [
        *("README.md", "CHANGELOG.md", "docs/*.md", "src/my_project/py.typed"),
        *(f"src/my_project/{name}.py" for name in ("__init__", "__main__", "cli", "greetings")),
        *("src/my_project/gui.py", "src/my_project/plugins.py", "src/my_project/data/*.json"),
        *(f"tests/test_{name}.py" for name in ("greetings", "colors", "cli", "gui", "plugins")),
        "tests/test_script.py",
    ],
    "Configuration and guides": [
        *("pyproject.toml", "environment.yml", "MANIFEST.in"),
        *("CONTRIBUTING.md", "RELEASING.md", ".gitignore", ".gitattributes", ".envrc"),
        *(runner["file"] or runner["executable_file"] for runner in facts("task_runner").values()),
        *(choice["file"] for choice in facts("template_updates").values()),
        *(
            engine["config"] or f"docs/{engine['docs_config']}"
            for engine in facts("docs_engine").values()
        ),
        *(".pre-commit-config.yaml", ".readthedocs.yaml", "Dockerfile", ".dockerignore"),
        *(".devcontainer/devcontainer.json", ".github/dependabot.yml", ".gitlab-ci.yml"),
        *(".gitlab/publish.yml", ".github/workflows/*.yml"),
    ],
    "Records": [".copier-answers.yml", ".python-version", "LICENSE"],
}

pytestmark = pytest.mark.xdist_group("reference")


def is_so(condition: str, answers: dict[str, Any]) -> bool:
    """Return whether a condition on the page is true for a project's answers.

    Raises:
        AssertionError: The condition has an unsupported form.

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
def projects(artifacts: ArtifactCache) -> Projects:
    """Return files and answers of projects that cover all valid combinations of three choices."""
    found: Projects = []
    for answers in covering():
        project = artifacts.project(answers)
        recorded = recorded_answers(project)
        package = f"src/{recorded['package_name']}/"
        found.append(
            ({name.replace(package, "src/my_project/") for name in tree(project)}, recorded)
        )
    return found


def kind(name: str) -> str:
    """Return the kind of a file, or "code of ours" if it isn't an allowed file."""
    kinds = [
        kind for kind, files in KINDS.items() if any(fnmatch(name, pattern) for pattern in files)
    ]
    return kinds[0] if kinds else "code of ours"


def test_projects_contain_no_code_of_ours(projects: Projects) -> None:
    """Projects contain only the user's own files, configuration, guides, and records."""
    names = sorted(set().union(*(files for files, _ in projects)))
    assert [] == [name for name in names if kind(name) == "code of ours"]


def test_every_file_is_explained(projects: Projects) -> None:
    """The page lists each of the projects' files exactly once, and no other files."""
    explained = [name for name, _, _ in ROW.findall(TEXT)]
    assert sorted(set().union(*(files for files, _ in projects))) == sorted(explained)


def test_files_match_their_conditions(projects: Projects) -> None:
    """Each file exists in exactly the projects that meet its condition on the page."""
    for name, _, condition in ROW.findall(TEXT):
        for files, answers in projects:
            assert is_so(condition, answers) == (name in files), (name, answers)


@pytest.mark.parametrize("section", KINDS)
def test_files_are_in_the_section_of_their_kind(section: str) -> None:
    """Each section of the page lists only files of the kind in its heading."""
    part = TEXT.split(f"\n## {section}\n")[1].split("\n## ")[0]
    assert {section} == {kind(name) for name, _, _ in ROW.findall(part)}


def test_updates_skip_only_user_files() -> None:
    """The section "Your files" lists exactly the files that can belong to the user."""
    once = {file for files in starter_files().values() for file in files["once"]}
    for name, _, _ in ROW.findall(TEXT):
        is_given_once = name in ("README.md", "tests/test_greetings.py", "tests/test_colors.py")
        is_given_once |= name in ("tests/test_plugins.py", "src/my_project/py.typed")
        is_given_once |= any(fnmatch(f"/{name}", pattern) for pattern in once)
        assert (kind(name) == "Your files") == is_given_once, name
