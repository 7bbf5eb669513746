"""Rendered files: they parse, they are tidy, and nothing of the template is left in them."""

import ast
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from harness.answers import FULL, Answers, combinations
from harness.inspect import tree
from harness.install import Environment
from harness.workshop import Workshop

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}
# What each mode is rendered with, besides every set of the yes-or-no contents.
MORE: list[Answers] = [
    {},
    {"extras": {}},
    {"extras": {"empty": []}, "gui_command_name": "window", "command_name": "greet"},
    {"dependencies": ["packaging>=24"], "repository_url": "https://github.com/ada/my-project"},
]
CONTENTS: list[Answers] = [
    BASE | chosen | more
    for chosen in combinations("mode", "package_data", "plugins")
    for more in MORE
]
BACKENDS: list[Answers] = [FULL | chosen for chosen in combinations("mode", "backend")]
LICENSES: list[Answers] = [BASE | chosen for chosen in combinations("license")]
DOCS: list[Answers] = [
    texts | chosen for texts in (BASE, FULL) for chosen in combinations("mode", "docs_engine")
]
COMMANDS: list[Answers] = [
    BASE
    | {"distribution_name": "d" * 64, "package_name": "p" * 40, "command_name": "c" * 64}
    | chosen
    | more
    for chosen in combinations("mode", "cli_library")
    for more in ({}, {"extras": {}, "package_data": False})
]
ENVIRONMENTS: list[Answers] = [BASE | chosen for chosen in combinations("environments")]
VERSIONING: list[Answers] = [
    more | {"versioning": "vcs", "backend": backend}
    for more in (BASE, FULL)
    for backend in ("hatchling", "setuptools", "poetry_core", "pdm_backend")
]
RUNNERS: list[Answers] = [
    BASE | chosen | {"license": license_}
    for chosen in combinations("task_runner")
    for license_ in ("MIT", "Proprietary")
]
CONTAINERS: list[Answers] = [
    BASE | {"container": True, "command_name": "greet", "backend": "setuptools"},
    BASE | {"container": True, "mode": "app", "versioning": "vcs"},
    *(FULL | chosen | {"container": True} for chosen in combinations("mode")),
]
CHECKS: list[Answers] = [
    BASE | chosen | {"mode": "script", "devcontainer": True}
    for chosen in combinations("type_checker", "hooks")
]
ANNOTATED: list[Answers] = [
    FULL | chosen | {"annotated": True} for chosen in combinations("mode", "backend")
]
AUTOMATION: list[Answers] = [
    {"distribution_name": "d" * 64, "project_name": "My Project"}
    | chosen
    | {"index_url": "https://packages.example.com/upload/" if index else ""}
    for chosen in combinations("ci", "publish", "versioning")
    for index in ([False, True] if chosen["publish"] == "token" else [False])
    if chosen["ci"] != "none" or chosen["publish"] == "none"
]
VARIANTS = [
    *AUTOMATION,
    *CONTENTS,
    *ANNOTATED,
    *BACKENDS,
    *LICENSES,
    *COMMANDS,
    *DOCS,
    *ENVIRONMENTS,
    *VERSIONING,
    *RUNNERS,
    *CONTAINERS,
    *CHECKS,
]


@pytest.fixture(params=VARIANTS, ids=[str(number) for number in range(len(VARIANTS))])
def project(request: pytest.FixtureRequest, workshop: Workshop) -> Path:
    """A rendered project."""
    return workshop.project(request.param)


def texts(project: Path) -> list[tuple[str, str]]:
    """Return the path and the text of each file."""
    return [(name, (project / name).read_text(encoding="utf-8")) for name in tree(project)]


def test_files_parse(project: Path) -> None:
    """TOML, YAML, JSON and Python files parse."""
    parsers: dict[str, Callable[[str], object]] = {
        ".toml": tomllib.loads,
        ".yml": yaml.safe_load,
        ".json": json.loads,
        ".py": ast.parse,
    }
    for name, text in texts(project):
        parsers.get(Path(name).suffix, str)(text)


def test_nothing_of_the_template_is_left(project: Path) -> None:
    """No Jinja is left, but that of the description."""
    for name, text in texts(project):
        if not name.endswith(".copier-answers.yml"):
            left = text.replace(FULL["project_description"], "").replace("{{ kind }}", "")
            if name.startswith(".github/workflows/"):
                left = left.replace("${{ ", "").replace(" }}", "")
            assert not re.search(r"{{|}}|{%|%}|{#|#}", left), name


def test_files_are_tidy(project: Path) -> None:
    """A file ends with one newline and has no trailing space and no double blank line.

    Python keeps two blank lines between functions; licences are as their authors wrote them.
    """
    for name, text in texts(project):
        if text and name != "LICENSE":
            assert text.endswith("\n"), name
            assert not text.endswith("\n\n"), name
            assert not text.startswith("\n"), name
            assert not re.search(r"[ \t]\n", text), name
            assert ("\n" * (4 if name.endswith(".py") else 3)) not in text, name


def test_python_is_formatted_and_clean(workshop: Workshop, tmp_path: Path) -> None:
    """Ruff finds nothing to format and nothing to mend in any project."""
    environment = Environment.make(tmp_path / "environment")
    environment.install("ruff")
    projects = [workshop.project(answers) for answers in VARIANTS]
    environment.run("ruff", "format", "--no-cache", "--check", "--diff", *projects)
    environment.run("ruff", "check", "--no-cache", *projects)


def test_no_two_lines_of_prose_are_too_long(project: Path) -> None:
    """The template's own prose is wrapped at 100 characters; a table's row can't be."""
    for name, text in texts(project):
        if name in ("CONTRIBUTING.md", "CHANGELOG.md") or re.fullmatch(r"docs/.*\.md", name):
            lines = [line for line in text.splitlines() if not line.startswith("|")]
            assert [] == [line for line in lines if len(line) > 100], name
