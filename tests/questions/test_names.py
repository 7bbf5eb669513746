"""Test the default and reserved names of distributions, packages, and commands."""

import functools
import itertools
import json
import keyword
import os
import re
from pathlib import Path

import pytest
import yaml
from check_wheel_contents.checker import COMMON_NAMES
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, is_normalized_name
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.artifacts import interpreters
from harness.packagestan.template import ROOT, environment, facts, render
from harness.processes.commands import CommandError, run
from harness.rendering.render import recorded_answers
from harness.simulators.terminal import COLUMNS
from sessions import locked_names

NAMES = environment().from_string(
    "{% import 'template/macros/names.jinja' as names %}"
    "{% import 'template/macros/name_errors.jinja' as errors %}"
    "{% set distribution = names.distribution_name_from(project) %}"
    "{{ distribution }}|{{ names.package_name_from(distribution) }}"
    "|{{ errors.distribution_name_error(distribution) }}"
    "|{{ errors.package_name_error(names.package_name_from(distribution)) }}"
)


@pytest.mark.parametrize(
    ("project", "distribution", "package"),
    [
        ("My Project", "my-project", "my_project"),
        ("my.project", "my-project", "my_project"),
        ("MY--project", "my-project", "my_project"),
        ("my_project", "my-project", "my_project"),
        ("2048-game", "2048-game", "py2048_game"),
        ("class", "class", "class_"),
        ("None", "none", "none"),
        ("straße", "strasse", "strasse"),
        ("Crème Brûlée", "creme-brulee", "creme_brulee"),
        ("Cafe\u0301", "cafe", "cafe"),
        ("Łódź & Iași", "lodz-iasi", "lodz_iasi"),
        ("Işık", "isik", "isik"),
        ("Ærø", "aero", "aero"),
        ("🚀 Rocket!", "rocket", "rocket"),
        ("C++ tools", "c-tools", "c_tools"),
        ("json", "json", "json_"),
        ("tests", "tests", "tests_"),
        ("pytest", "pytest-project", "pytest_project"),
        ("Sphinx", "sphinx-project", "sphinx_project"),
        ("Markdown It", "markdown-it", "markdown_it_"),
        ("Aux", "aux", "aux_"),
        ("python", "python-project", "python_project"),
        ("-x-", "x", "x"),
        ("x" * 100, "x" * 64, "x" * 40),
    ],
)
def test_names_follow_from_the_project_name(
    project: str, distribution: str, package: str, tmp_path: Path
) -> None:
    """The default distribution and import names are derived from the project's name.

    The package's folder has the import name.
    """
    answers = recorded_answers(render(tmp_path / "project", {"project_name": project}))
    assert distribution == answers["distribution_name"]
    assert package == answers["package_name"]
    assert (tmp_path / "project" / "src" / package / "__init__.py").is_file()


def test_command_has_the_name_of_the_distribution(tmp_path: Path) -> None:
    """By default, an app's command has the distribution's name unless a tool already uses that name."""
    for project, command in (("My App", "my-app"), ("dmypy", "dmypy-project")):
        folder = tmp_path / command
        answers = {"project_name": project, "mode": "app"}
        assert command == recorded_answers(render(folder, answers))["command_name"]


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.text(min_size=1, max_size=100))
def test_derived_names_are_valid_or_empty(project: str) -> None:
    """For any project name, the derived names are valid unless the distribution name is empty."""
    distribution, package, *errors = NAMES.render(project=project).split("|")
    if distribution:
        assert is_normalized_name(distribution)
        assert package.isidentifier()
        assert ["", ""] == errors


@pytest.mark.slow
@given(st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,20}[A-Za-z0-9]\Z"))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_names_are_normalized_like_packaging(name: str) -> None:
    """Names are normalized as in the `packaging` library."""
    macro = environment().from_string(
        "{% import 'template/macros/names.jinja' as names %}{{ names.normalized(name) }}"
    )
    assert canonicalize_name(name) == macro.render(name=name)


# The list of reserved names in names.jinja for each question.
RESERVED = {
    "distribution_name": "reserved_distributions",
    "package_name": "reserved_import_packages",
    "command_name": "reserved_commands",
}

OUTDATED = "run `nox -s names` to update template/data/locked_names.yml"

# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#naming-conventions
WINDOWS_DEVICES = ["con", "prn", "aux", "nul"]
WINDOWS_DEVICES += [f"{port}{number}" for port in ("com", "lpt") for number in range(10)]


@functools.cache
def reserved(question: str) -> set[str]:
    """Return the names reserved for a question, without Windows device names."""
    text = "{% import 'template/macros/names.jinja' as names %}{{ names[name] | to_json }}"
    return set(json.loads(environment().from_string(text).render(name=RESERVED[question])))


@functools.cache
def error(question: str, name: str) -> str:
    """Return the message that rejects a name, or "" if the question accepts it."""
    text = "{% import 'template/macros/name_errors.jinja' as errors %}{{ errors[macro](name) }}"
    return environment().from_string(text).render(macro=f"{question}_error", name=name)


def default(question: str, name: str) -> str:
    """Return the default answer to a question for a given name."""
    text = "{% import 'template/macros/names.jinja' as names %}{{ names[macro](name) }}"
    return environment().from_string(text).render(macro=f"{question}_from", name=name)


def suggested(question: str, name: str) -> str:
    """Return the name that the message about a rejected name suggests."""
    remedy, _, _ = error(question, name).partition("; ")
    action, _, rest = remedy.partition(" ")
    return {"use": rest, "append": name + rest.strip('"')}[action]


def without_reserved(question: str, names: set[str]) -> set[str]:
    """Return the given names that a question doesn't reject."""
    return {name for name in names if not error(question, name)}


@pytest.mark.slow
@pytest.mark.parametrize("question", RESERVED)
def test_each_suggested_name_is_accepted(question: str) -> None:
    """Each reserved name is rejected, and its default and suggested replacements are accepted."""
    names = reserved(question) | ({"Rich", "RUFF"} if question == "distribution_name" else set())
    assert set() == without_reserved(question, names)
    suggestions = {suggested(question, name) for name in names}
    defaults = {default(question, name) for name in names}
    assert suggestions | defaults == without_reserved(question, suggestions | defaults)


@pytest.mark.parametrize("question", [*RESERVED, "gui_command_name"])
def test_each_remedy_is_visible_in_a_terminal(question: str) -> None:
    """The remedy for each reserved name fits in 80 columns, including Copier's prefix."""
    kind = question.removeprefix("gui_")
    remedies = {error(kind, name).partition("; ")[0] for name in reserved(kind)}
    before = f"Validation error for question '{question}': "
    assert [] == [text for text in remedies if len(before + text) > COLUMNS]


@pytest.mark.parametrize("name", WINDOWS_DEVICES)
def test_windows_device_names_are_rejected(name: str) -> None:
    """Windows device names are rejected as package and command names, and the defaults differ.

    As command names, they are also rejected in uppercase and with a file extension.
    """
    assert f"{name}_" == default("package_name", name)
    assert f"{name}_" == suggested("package_name", name)
    assert f"{name}-project" == default("command_name", name)
    for command in (name, name.upper(), f"{name}.tool"):
        assert command.split(".")[0] + "-project" == suggested("command_name", command)
    assert "" == error("command_name", f"{name}-tool")


@pytest.mark.slow
def test_python_names_are_reserved() -> None:
    """Package names can't be lowercase keywords or standard modules of any supported Python."""
    names = {name for name in keyword.kwlist if name.islower()}
    for python in interpreters().values():
        code = "import sys; print(*sys.stdlib_module_names)"
        names |= set(run(python, "-c", code).stdout.split())
    public = {name for name in names if name[0] != "_" and name.islower()}
    assert set() == without_reserved("package_name", public)


def test_common_folders_are_reserved() -> None:
    """Package names that check-wheel-contents reports as W005 are reserved."""
    names = {name for name in COMMON_NAMES if name.isidentifier()}
    assert set() == without_reserved("package_name", names)


def test_tools_of_all_options_are_reserved() -> None:
    """Distributions can't be named after tools, build requirements, or command-line libraries."""
    libraries = (choice["requires"] or [] for choice in facts("cli_library").values())
    texts = [
        *locked_names.tools(),
        *locked_names.build_requirements(),
        *itertools.chain(*libraries),
    ]
    names = {str(canonicalize_name(Requirement(text).name)) for text in texts}
    assert set() == without_reserved("distribution_name", names), OUTDATED


def test_programs_of_guides_are_reserved() -> None:
    """Commands can't have the names of programs in the guides or in virtual environments."""
    listed = yaml.safe_load((ROOT / "tests" / "commands.yml").read_text(encoding="utf-8"))
    typed = [command for group in listed.values() for each in group.values() for command in each]
    programs = {command.split()[0].rpartition("/")[2] for command in typed}
    # The first two are shell built-ins, and the other two are the project's commands.
    programs -= {"cd", "source", "greet", "my-project"}
    # See https://docs.python.org/3/library/venv.html. Windows also has py and pythonw.
    programs |= {"activate", "deactivate", "py", "python", "pythonw", "pip", "pip3"}
    assert set() == without_reserved("command_name", programs)


@pytest.fixture(scope="module")
def full(artifacts: ArtifactCache) -> Path:
    """Return a full-preset project and its environment, locked as of the recorded names' date.

    Later releases of tools may have other dependencies.
    """

    def make(folder: Path) -> None:
        project = artifacts.copy({"preset": "full", "project_name": "My Project"}, folder)
        _, day = locked_names.recorded()
        try:
            locked_names.lock(project, day)
        except CommandError as error:
            # A lower bound may be newer than the recorded date.
            raise AssertionError(OUTDATED) from error
        run(find_uv_bin(), "sync", "--quiet", "--frozen", "--all-groups", cwd=project)

    return artifacts.once("reserved-names", make)


@pytest.mark.slow
def test_every_locked_distribution_is_reserved(full: Path) -> None:
    """A distribution can't have the name of a package in the full preset's lock file."""
    names = set(re.findall(r'(?m)^name = "(.+)"', (full / "uv.lock").read_text("utf-8")))
    assert {"my-project"} == without_reserved("distribution_name", names), OUTDATED


@pytest.mark.slow
def test_every_installed_import_package_is_reserved(full: Path) -> None:
    """A package can't have the name of an import package in the full preset's environment."""
    code = "import importlib.metadata; print(*importlib.metadata.packages_distributions())"
    found = run(find_uv_bin(), "run", "--no-sync", "python", "-c", code, cwd=full).stdout.split()
    # The names of mypyc's shared libraries change with each release.
    names = {name for name in found if re.match("[a-z]", name) and "__mypyc" not in name}
    assert {"my_project"} == without_reserved("package_name", names | {"my_project"}), OUTDATED


@pytest.mark.slow
def test_every_installed_script_is_reserved(full: Path) -> None:
    """Commands can't have the names of programs in the full preset's environment."""
    (folder,) = (path for name in ("bin", "Scripts") if (path := full / ".venv" / name).is_dir())
    programs = {
        file.name.removesuffix(".exe") for file in folder.iterdir() if os.access(file, os.X_OK)
    }
    # Exclude names that contain the Python version, such as python3.11.
    names = {name for name in programs if not re.search(r"\d\.\d+$", name)}
    assert set() == without_reserved("command_name", names), OUTDATED
