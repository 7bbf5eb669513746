"""What each way to set up an environment promises."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from uv import find_uv_bin

from harness import tally
from harness.answers import Answers, choices, questions
from harness.commands import run
from harness.install import Environment
from harness.workshop import Workshop

PLAIN: Answers = {"project_name": "My Project"}

# What each choice locks.
LOCKS = {
    "uv": ["uv.lock"],
    "pip": ["requirements/dev.txt", "pylock.toml"],
    "conda": [],
    "direnv": [],
}

# conda can't be installed from a package index. This stand-in makes a virtual environment
# where conda would make its own, and does with the section "pip" what conda does.
CONDA = """\
#!/usr/bin/env bash
set -eu
name=$(sed -n 's/^name: //p' environment.yml)
place="$CONDA_ENVIRONMENTS/$name"
case "$1 ${2-}" in
"env list")
    if [ -d "$place" ]; then echo "$name  $place"; fi
    ;;
"env create")
    uv venv --quiet --seed "$place"
    sed -n 's/^      - //p' environment.yml > "$place/requirements.txt"
    "$place/bin/python" -m pip install --quiet --requirement "$place/requirements.txt"
    ;;
"shell.bash activate")
    echo "source '$3/bin/activate'"
    ;;
esac
"""
# `conda activate` is a function of the shell, which `conda init` defines.
CONDA_FUNCTION = """\
conda() {
    if [ "$1" = activate ]; then eval "$(command conda shell.bash activate \\
        "$CONDA_ENVIRONMENTS/$2")"; else command conda "$@"; fi
}
"""
# What .envrc calls where direnv itself is not installed.
DIRENV_FUNCTIONS = """\
watch_file() { :; }
layout() { conda env create && conda activate "$2"; }
"""


def with_environments(*environments: str) -> Answers:
    """Return the answers of a project for some environments.

    flit_core builds without other packages, which pip takes long to fetch.
    """
    return PLAIN | {"backend": "flit_core", "environments": list(environments)}


def section(project: Path, heading: str) -> str:
    """Return a section of CONTRIBUTING, or nothing when there is none."""
    text = (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(rf"(?ms)^{re.escape(heading)}\n(.*?)(?=^##|\Z)", text)
    return found[1] if found else ""


def commands(project: Path, heading: str) -> list[str]:
    """Return the commands that a section of CONTRIBUTING shows."""
    blocks = re.findall(r"(?s)```console\n(.*?)```", section(project, heading))
    text = "".join(blocks).replace("\\\n", " ")
    return [line.removeprefix("$ ") for line in text.splitlines()]


def trim(project: Path, *groups: str) -> None:
    """Take groups out of the group "dev": pip takes long to install all of them."""
    file = project / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    for group in groups:
        text = text.replace(f'    {{ include-group = "{group}" }},\n', "")
    file.write_text(text, encoding="utf-8")


def bash(project: Path, *lines: str, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run lines in one shell in a project's folder, with uv, Python and conda's stand-in."""
    tools = project.parent / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "conda").write_text(CONDA, encoding="utf-8")
    (tools / "conda").chmod(0o755)
    programs = {"uv": find_uv_bin(), "python": sys.executable}
    for name, program in programs.items():
        # A link to Python would not be the virtual environment's.
        (tools / name).write_text(f'#!/bin/sh\nexec "{program}" "$@"\n', encoding="utf-8")
        (tools / name).chmod(0o755)
    env = {
        "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin",
        "CONDA_ENVIRONMENTS": str(tools / "environments"),
        "XDG_CONFIG_HOME": str(tools / "config"),
        "XDG_DATA_HOME": str(tools / "data"),
    }
    tally.count("commands run")
    script = "\n".join(["set -eu", CONDA_FUNCTION, *lines])
    return run("bash", "-c", script, cwd=project, env=env, exit_code=exit_code)


def test_any_set_can_be_chosen() -> None:
    """The question takes several answers; uv and pip are the default."""
    assert questions()["environments"]["multiselect"]
    assert ["uv", "pip"] == questions()["environments"]["default"]


@pytest.mark.parametrize("chosen", [*[[c] for c in choices("environments")], [], ["uv", "pip"]])
def test_files_are_those_of_the_choices(chosen: list[str], workshop: Workshop) -> None:
    """Each choice brings its section and its files, and no other."""
    project = workshop.project(with_environments(*chosen))
    files = {"uv": ".python-version", "conda": "environment.yml", "direnv": ".envrc"}
    for choice, file in files.items():
        assert (choice in chosen) == (project / file).exists()
        assert (choice in chosen) == bool(section(project, f"### With {choice}"))
    by_pip = "pip" in chosen or not {"uv", "conda"} & set(chosen)
    assert by_pip == bool(section(project, "### With pip"))
    locks = [lock for choice in chosen for lock in LOCKS[choice]]
    assert bool(locks) == bool(section(project, "## Lock"))
    has_copies = chosen not in ([], ["direnv"])
    assert has_copies == (project / "tests" / "test_locks.py").exists()


@pytest.mark.parametrize("choice", ["uv", "pip", "conda"])
def test_set_up_works_as_it_is_written(choice: str, tmp_path: Path, workshop: Workshop) -> None:
    """The commands of CONTRIBUTING give an environment in which the tests pass.

    What is yet to be locked is skipped with a reason that says how; `uv sync` has made its lock.
    """
    project = workshop.copy(with_environments(choice), tmp_path / "project")
    trim(project, "docs", "lint", "release")
    set_up = commands(project, f"### With {choice}")
    shown = bash(project, *set_up, "python -m pytest").stdout
    missing = [lock for lock in LOCKS[choice] if not (project / lock).exists()]
    assert missing == (LOCKS["pip"] if choice == "pip" else [])
    skipped = f", {len(missing)} skipped" if missing else ""
    assert f" passed{skipped} in " in shown
    assert all(f"there is no {lock}; `just lock` makes it" in shown for lock in missing)


def test_without_a_choice_pip_is_explained(workshop: Workshop) -> None:
    """With no environment, CONTRIBUTING says the same of pip as when it is chosen."""
    expected = section(workshop.project(with_environments("pip")), "### With pip")
    assert expected == section(workshop.project(with_environments()), "### With pip")


@pytest.mark.parametrize("version", ["3.11", "3.15"])
def test_python_is_the_oldest_that_is_supported(version: str, workshop: Workshop) -> None:
    """.python-version and environment.yml name the project's minimum."""
    project = workshop.project(with_environments("uv", "conda") | {"python_min": version})
    assert f"{version}\n" == (project / ".python-version").read_text(encoding="utf-8")
    environment = yaml.safe_load((project / "environment.yml").read_text(encoding="utf-8"))
    assert f"python>={version}" == environment["dependencies"][0]


@pytest.mark.parametrize("name", ["base", "my-project", "2026-01-01", "1e5", "null"])
def test_conda_environment_has_a_name_of_its_own(name: str, workshop: Workshop) -> None:
    """environment.yml is what conda expects: a name that is free, Python, and pip last."""
    project = workshop.project(with_environments("conda") | {"distribution_name": name})
    environment = yaml.safe_load((project / "environment.yml").read_text(encoding="utf-8"))
    assert f"{name}-dev" == environment.pop("name")
    assert ["conda-forge"] == environment.pop("channels")
    expected = ["python>=3.11", "pip>=25.1", {"pip": ["--editable=."]}]
    assert {"dependencies": expected} == environment
    assert f"conda activate {name}-dev" in commands(project, "### With conda")


@pytest.mark.parametrize("main", ["uv", "pip", "conda"])
def test_direnv_activates_the_environment(main: str, tmp_path: Path, workshop: Workshop) -> None:
    """.envrc makes the environment and activates it.

    Where direnv is not installed, bash reads the file with stand-ins for direnv's functions.
    """
    project = workshop.copy(with_environments(main, "direnv"), tmp_path / "project")
    trim(project, "docs", "test", "lint", "release")
    code = "import my_project, sys; print(sys.prefix)"
    if shutil.which("direnv"):
        allow = commands(project, "### With direnv")
        lines = [*allow, f"direnv exec . python -c '{code}'"]
    else:
        lines = [DIRENV_FUNCTIONS, "source .envrc", f"python -c '{code}'"]
    prefix = Path(bash(project, *lines).stdout.splitlines()[-1])
    tools = tmp_path / "tools"
    expected = tools / "environments" / "my-project-dev" if main == "conda" else project / ".venv"
    assert expected == prefix


def locked(workshop: Workshop, *environments: str) -> Path:
    """Return a project whose locks were made as CONTRIBUTING says."""

    def make(folder: Path) -> None:
        folder.mkdir()
        project = workshop.copy(with_environments(*environments), folder / "project")
        if environments == ("pip",):
            trim(project, "lint", "release")
        bash(project, *lock_commands(project))
        tally.count("projects locked")

    return workshop.once(f"locked-{'-'.join(environments)}", make) / "project"


def lock_commands(project: Path) -> list[str]:
    """Return the commands that make the locks; the others of their section install them."""
    return [command for command in commands(project, "## Lock") if command.startswith("uv ")]


@pytest.mark.parametrize("environments", [["uv"], ["pip"], ["uv", "pip"]])
def test_locks_are_made_and_pass(environments: list[str], workshop: Workshop) -> None:
    """The commands of the section "Lock" write every lock of the choices, and no other."""
    project = locked(workshop, *environments)
    written = {lock for locks in LOCKS.values() for lock in locks if (project / lock).exists()}
    assert {lock for choice in environments for lock in LOCKS[choice]} == written
    for lock in written:
        text = (project / lock).read_text(encoding="utf-8")
        assert str(project) not in text
        assert "find-links" not in text
        assert "index-url" not in text


def test_uv_installs_what_is_locked(tmp_path: Path, workshop: Workshop) -> None:
    """After `uv lock`, `uv sync --locked` gives an environment in which the tests pass."""
    project = shutil.copytree(locked(workshop, "uv", "pip"), tmp_path / "project")
    lines = ["uv sync --quiet --locked", "uv run --locked pytest"]
    assert " passed in " in bash(project, *lines).stdout


def test_pip_installs_what_is_locked(tmp_path: Path, workshop: Workshop) -> None:
    """With the hashes required, pip installs all that the tests need."""
    project = shutil.copytree(locked(workshop, "pip"), tmp_path / "project")
    environment = Environment.make(project / ".venv")
    environment.install("pip")
    making = lock_commands(project)
    installing = [c for c in commands(project, "## Lock") if c not in making]
    assert any("--require-hashes" in command for command in installing)
    lines = ["source .venv/bin/activate", *installing, "python -m pip check", "pytest"]
    assert " passed in " in bash(project, *lines).stdout


def pins(project: Path) -> dict[str, str]:
    """Return the versions in requirements/dev.txt by the names."""
    text = (project / "requirements" / "dev.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"(?m)^([\w.-]+)==([^\s;]+)", text))


@pytest.mark.parametrize("environments", [["pip"], ["uv", "pip"]])
def test_pylock_pins_the_same(environments: list[str], tmp_path: Path, workshop: Workshop) -> None:
    """pylock.toml has the same pins as requirements/dev.txt, for every Python, and installs."""
    project = locked(workshop, *environments)
    lock = tomllib.loads((project / "pylock.toml").read_text(encoding="utf-8"))
    assert pins(project) == {package["name"]: package["version"] for package in lock["packages"]}
    assert ">=3.11" == lock["requires-python"]
    assert "colorama" in pins(project), "what only Windows needs is pinned, too"
    environment = Environment.make(tmp_path / "environment")
    run(
        find_uv_bin(),
        "pip",
        "sync",
        "--quiet",
        "--python",
        environment.python,
        "pylock.toml",
        cwd=project,
    )
    environment.run("pytest", "--version")


def test_pip_reads_pylock(tmp_path: Path, workshop: Workshop) -> None:
    """Pip itself installs from pylock.toml."""
    project = locked(workshop, "uv", "pip")
    environment = Environment.make(tmp_path / "environment")
    environment.install("pip>=26.1")
    arguments = ("--quiet", "--no-deps", "--dry-run", "--requirement", "pylock.toml")
    environment.run("python", "-m", "pip", "install", *arguments, cwd=project)


CHANGES = {
    "a new dependency": ("dependencies = []", 'dependencies = ["cowsay"]', "cowsay"),
    "a new bound": ("pytest>=8.3", "pytest>=999", "pytest>=999"),
    "a new tool": ("lint = [", 'lint = [\n    "cowsay>=6",', "cowsay>=6"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_lock_that_has_drifted_fails(change: str, tmp_path: Path, workshop: Workshop) -> None:
    """The project's own test fails for each lock that lacks what pyproject.toml asks for."""
    project = shutil.copytree(locked(workshop, "uv", "pip"), tmp_path / "project")
    before, after, named = CHANGES[change]
    file = project / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    own = workshop.environment("locks", PLAIN, "pytest>=8.3", "packaging>=24")
    arguments = ("-p", "no:cacheprovider", "tests/test_locks.py")
    finished = own.run("pytest", *arguments, cwd=project, exit_code=1)
    assert "3 failed, 1 passed" in finished.stdout
    assert named in finished.stdout


def test_a_python_that_has_drifted_fails(tmp_path: Path, workshop: Workshop) -> None:
    """The project's own tests fail when the copies of the Python's minimum are left behind."""
    answers = with_environments("uv", "conda")
    project = workshop.copy(answers, tmp_path / "project")
    file = project / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('">=3.11"', '">=3.12"'), encoding="utf-8")
    own = workshop.environment("locks", PLAIN, "pytest>=8.3", "packaging>=24")
    arguments = ("-p", "no:cacheprovider", "tests/test_locks.py")
    finished = own.run("pytest", *arguments, cwd=project, exit_code=1)
    assert "2 failed, 1 skipped" in finished.stdout
