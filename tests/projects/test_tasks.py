"""Compare the tasks of each task runner with the expected commands, without running any task."""

import functools
import os
import re
import runpy
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.requirements import Requirement

from harness.artifacts.artifact_cache import ArtifactCache
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}
Tasks = dict[str, tuple[str, list[str]]]
# Decorated functions, and the options of their decorators.
Functions = dict[str, tuple[Callable[..., None], dict[str, Any]]]
RELEASE = "uv run --isolated --only-group release "
# The description and the commands of each task. A lock file and a documentation site add tasks.
TASKS = {
    "format": (
        "Format the code and apply automatic fixes",
        ["ruff check --fix --exit-zero", "ruff format"],
    ),
    "lint": ("Lint the code and check its formatting", ["ruff check", "ruff format --check"]),
    "typecheck": ("Check types with mypy", ["mypy"]),
    "test": ("Run the tests with coverage", ["pytest --cov"]),
}
BUILD = "Build and check the sdist and the wheel"
DOCS = "Build the documentation"
CHECKS = ["twine check --strict dist/*", "check-wheel-contents dist"]
WITH_UV = (BUILD, ["uv build --clear", *(RELEASE + check for check in CHECKS)])
COMPILE = "pipx run uv pip compile --quiet --universal --python-version 3.11 --group dev"
EXPORT = "uv export --quiet --no-emit-project --output-file pylock.toml"
VARIANTS: list[tuple[Answers, Tasks]] = [
    ({}, TASKS | {"build": WITH_UV}),
    (
        {"environments": ["pip"], "docs_engine": "sphinx"},
        TASKS
        | {
            "docs": (DOCS, ["sphinx-build -W --keep-going docs docs/_build/html"]),
            "build": (BUILD, ["python -m build", *CHECKS]),
            "lock": (
                "Update the lock file",
                [f"{COMPILE} --output-file pylock.toml pyproject.toml"],
            ),
        },
    ),
    (
        {"environments": ["uv", "pip"], "docs_engine": "zensical"},
        TASKS
        | {
            "docs": (DOCS, ["zensical build --clean --strict"]),
            "build": WITH_UV,
            "lock": ("Update the lock files", ["uv lock", EXPORT]),
        },
    ),
]
# What each runner's note adds to "A task runner gives short names to commands."
NOTES = {
    "just": "just runs the lines of a recipe one after another and stops at the first one that fails.",
    "nox": "A nox session is a Python function that runs in its own virtual environment. "
    "`nox --list` shows the docstrings.",
    "make": "`.PHONY` lists the targets that are not files.",
    "invoke": "An invoke task is a Python function, and `invoke --list` shows the docstrings.",
}
# The package, how to list the tasks and run some tests, and what follows the note in a file.
MAKE = "https://www.gnu.org/software/make/manual/make.html"
USES = {
    "just": ("rust-just", "just", "just test -k NAME", "https://just.systems/man/en/ set"),
    "nox": ("nox", "nox --list", "nox -s test -- -k NAME", "import nox"),
    "make": (None, "make", 'make test args="-k NAME"', f"{MAKE} .PHONY"),
    "invoke": ("invoke", "invoke --list", 'invoke test --args="-k NAME"', "from invoke"),
}
FILES = {"just": "justfile", "make": "Makefile", "invoke": "tasks.py", "nox": "noxfile.py"}


def recipes(text: str, argument: str) -> Tasks:
    """Return the tasks in a justfile or a Makefile, called with an argument unless it is empty."""
    found = {}
    for default, does, name, option, title, lines in re.findall(
        r'^(?:test: args = (.+)\n)?(?:# (.+)\n)?(\w+)(?: \*args="(.+)")?:(?: ## (.+))?\n((?:\t.+\n|    .+\n)+)',
        text,
        re.MULTILINE,
    ):
        args = argument or default or option
        commands = [re.sub(r"\$\(args\)|\{\{ args \}\}", args, line) for line in lines.split("\n")]
        found[name] = (does or title, [command.strip() for command in commands if command])
    return found


def decorator(functions: Functions) -> Callable[..., Any]:
    """Return a substitute for `task` and `nox.session` that collects functions and options."""

    def decorate(function: Callable[..., None] | None = None, **options: Any) -> Any:
        if function is None:
            return lambda decorated: decorate(decorated, **options)
        functions[function.__name__] = (function, options)
        return function

    return decorate


def python_tasks(runner: str, file: Path, argument: str, module: Any) -> tuple[Tasks, Any]:
    """Run the functions in a tasks.py or noxfile.py with substitutes for their runner.

    Args:
        runner: The task runner.
        file: The file with the tasks.
        argument: The argument for the "test" task, or "".
        module: The substitute for the modules that the file imports.

    Returns:
        The tasks, and the options of each nox session.
    """
    functions: Functions = {}
    module.task = module.session = decorator(functions)
    runpy.run_path(str(file))
    found: Tasks = {}
    for name, (function, _) in functions.items():
        commands: list[str] = []

        def run(*words: str, env: Any = None, made: list[str] = commands) -> None:
            made.append(" ".join(words))
            assert env in (None, {"UV_PROJECT_ENVIRONMENT": "venv", "UV_PYTHON": "venv"})

        session = SimpleNamespace(
            run=run,
            run_install=run,
            install=functools.partial(run, "pip install"),
            posargs=[argument] if argument else [],
            virtualenv=SimpleNamespace(location="venv"),
        )
        is_argument = argument and runner == "invoke" and name == "test"
        function(session, *([argument] if is_argument else []))
        found[name] = (str(function.__doc__).removesuffix("."), commands)
    return found, {name: options for name, (_, options) in functions.items()}


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a substitute for the modules of nox and invoke, which records what a file sets."""
    project = SimpleNamespace(load_toml=str, python_versions="versions in {}".format)
    made = SimpleNamespace(options=SimpleNamespace(), project=project, Session=None, Context=None)
    for name in ("nox", "invoke", "invoke.context", "invoke.tasks"):
        monkeypatch.setitem(sys.modules, name, made)
    return made


def check_long_calls(text: str) -> None:
    """Check that a call is split if, and only if, it doesn't fit in a line of 100 characters."""
    for call in re.findall(r"\.run\(\n((?: {8}.+\n)+) {4}\)", text):
        assert len(f"    session.run({' '.join(call.rstrip().rstrip(',').split())})") > 100
    for line in text.splitlines():
        assert len(line) <= 100 or line.startswith('        "')


each_variant = pytest.mark.parametrize(("answers", "tasks"), VARIANTS, ids=range(len(VARIANTS)))


@each_variant
@pytest.mark.parametrize("argument", ["", "-k NAME"])
@pytest.mark.parametrize("runner", ["just", "make", "invoke"])
def test_tasks_run_the_expected_commands(
    runner: str,
    argument: str,
    answers: Answers,
    tasks: Tasks,
    module: Any,
    artifacts: ArtifactCache,
) -> None:
    """Each runner has exactly the expected tasks, and an argument replaces `--cov` in "test"."""
    file = artifacts.project(BASE | answers | {"task_runner": runner}) / FILES[runner]
    text = file.read_text(encoding="utf-8")
    if runner == "invoke":
        found, _ = python_tasks(runner, file, argument, module)
        check_long_calls(text)
        assert text.startswith(
            '"""Development tasks. Run `invoke --list` to list them.\n\nhttps://'
        )
    else:
        found = recipes(text, argument)
        assert text.startswith("# https://")
    if runner == "just":
        assert 'set windows-shell := ["powershell.exe", "-NoLogo", "-Command"]\n' in text
        assert ("List the tasks", ["@just --list --unsorted"]) == found.pop("default")
    if runner == "make":
        does, (command,) = found.pop("help")
        assert "List the tasks" == does
        listing = (
            r"""@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' Makefile"""
        )
        assert listing == command
        assert f"\n.PHONY: help {' '.join(tasks)}\n" in text
    if argument:
        tasks = tasks | {"test": (tasks["test"][0], [f"pytest {argument}"])}
    assert list(tasks.items()) == list(found.items())


@each_variant
@pytest.mark.parametrize("argument", ["", "-x"])
def test_nox_sessions_run_the_expected_commands(
    argument: str, answers: Answers, tasks: Tasks, module: Any, artifacts: ArtifactCache
) -> None:
    """Each session installs a dependency group and runs the expected commands.

    Because sessions have their own environments, no command uses `uv run`.
    """
    project = artifacts.project(BASE | answers | {"task_runner": "nox"})
    found, options = python_tasks("nox", project / "noxfile.py", argument, module)
    has_uv = "uv" in answers.get("environments", ["uv"])
    install = (
        "uv sync --quiet --no-default-groups --group="
        if has_uv
        else "pip install --editable . --group "
    )
    groups = {"test": "test", "docs": "docs", "build": "release"}
    expected = {}
    for name, (does, commands) in tasks.items():
        run = [f"pytest {argument}"] if name == "test" and argument else commands
        installs = [install + groups.get(name, "dev")] if name != "lock" else []
        expected[name] = (does, installs + [command.removeprefix(RELEASE) for command in run])
    assert list(expected.items()) == list(found.items())
    assert {name: {"default": False} for name in tasks} | {
        "lint": {},
        "typecheck": {},
        "test": {"python": "versions in pyproject.toml"},
    } | ({"lock": {"venv_backend": "none", "default": False}} if "lock" in tasks else {}) == options
    assert ("uv" if has_uv else "uv|virtualenv") == module.options.default_venv_backend
    assert "yes" == module.options.reuse_venv
    text = (project / "noxfile.py").read_text(encoding="utf-8")
    assert f'"nox{module.needs_version}"' in (project / "pyproject.toml").read_text("utf-8")
    check_long_calls(text)
    versions = " with the versions in uv.lock" if has_uv else ""
    assert f'    """Install the project and a dependency group{versions}."""\n' in text
    program = "uv run --script" if has_uv else "pipx run"
    assert text.startswith(
        f"#!/usr/bin/env -S {program}\n# /// script\n"
        f'# dependencies = ["nox{module.needs_version}"]\n# ///\n'
        '"""Development tasks. Run `nox --list` to list them.\n\nhttps://'
    )
    assert text.endswith('\n\nif __name__ == "__main__":\n    nox.main()\n')


@pytest.mark.parametrize("runner", FILES)
def test_runner_is_explained(runner: str, artifacts: ArtifactCache) -> None:
    """CONTRIBUTING.md says how to use the runner, and annotated files contain a note about it.

    Only the noxfile can be executed, and only nox creates a folder that git has to ignore.
    """
    answers = BASE | {"task_runner": runner, "annotated": True}
    project = artifacts.project(answers)
    package, list_tasks, some_tests, following = USES[runner]
    groups = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    names = {Requirement(text).name for text in groups["dev"] if isinstance(text, str)}
    assert {package} - {None} == names & {uses[0] for uses in USES.values()}
    text = (project / FILES[runner]).read_text(encoding="utf-8")
    note = f"A task runner gives short names to commands. {NOTES[runner]} {following}"
    assert note in re.sub(r"\n(# )?", " ", text)
    guide = (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"\n`uv run {list_tasks}` lists the tasks.\n" in guide
    assert f"\n`uv run {some_tests}` runs the tests whose names contain NAME.\n" in guide
    ignored = (project / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert (runner == "nox") == ("/.nox/" in ignored)
    if os.name == "posix":
        assert (runner == "nox") == os.access(project / FILES[runner], os.X_OK)


@each_variant
def test_contributing_lists_the_commands(
    answers: Answers, tasks: Tasks, artifacts: ArtifactCache
) -> None:
    """Without a task runner, CONTRIBUTING.md lists the commands as they are typed with or without uv."""
    project = artifacts.project(BASE | answers | {"task_runner": "none"})
    text = (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
    prefix = "" if answers.get("environments") == ["pip"] else "uv run "
    rows = {
        does: ", then ".join(
            f"`{command if command.startswith('uv ') else prefix + command}`"
            for command in commands
        )
        for does, commands in tasks.values()
    }
    assert rows == {does: row for row, does in re.findall(r"(?m)^\| (`.+`) \| (.+) \|$", text)}
    assert f"\n`{prefix}pytest -k NAME` runs the tests whose names contain NAME.\n" in text
