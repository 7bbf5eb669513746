"""What each library for the command line promises."""

import shutil
import tomllib
from pathlib import Path

import pytest
import yaml
from uv import find_uv_bin

from harness import tally
from harness.answers import Answers, choices, combinations
from harness.commands import run
from harness.inspect import tree
from harness.install import Environment
from harness.template import ROOT
from harness.workshop import Workshop

BASE: Answers = {"project_name": "My Project", "command_name": "greet"}
LIBRARIES = choices("cli_library")
OTHERS = [library for library in LIBRARIES if library != "argparse"]
REQUIREMENTS = yaml.safe_load((ROOT / "template/data/cli_libraries.yml").read_text("utf-8"))
UNKNOWN = "greet: error: unknown language 'xx', known: de, en, es\n"

every_command = pytest.mark.parametrize(
    "answers",
    [
        # What is made of one set of answers is shared by the tests of one process.
        pytest.param(
            BASE | chosen, id="-".join(chosen.values()), marks=pytest.mark.xdist_group(str(chosen))
        )
        for chosen in combinations("cli_library", "mode")
    ],
)
every_library = pytest.mark.parametrize("library", LIBRARIES)
every_mode = pytest.mark.parametrize("mode", choices("mode"))


def installed(answers: Answers, workshop: Workshop) -> Environment:
    """Return an environment of the wheel and of what its tests need, no library for commands."""
    wheel = workshop.wheel_from_tree(answers)
    return workshop.environment("tests", answers, wheel, "--group", "test")


def run_own_tests(environment: Environment, project: Path) -> None:
    """Run a project's own tests, as on GitHub, where Typer colours what it prints."""
    pytest_command = ("python", "-m", "pytest", "-p", "no:cacheprovider")
    finished = environment.run(*pytest_command, cwd=project, env={"GITHUB_ACTIONS": "true"})
    # Each of the three locks is yet to be made.
    assert " passed, 3 skipped in " in finished.stdout


def dependencies(project: Path) -> list[str]:
    """Return what a project needs at run time."""
    metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    return list(metadata["dependencies"])


@every_command
def test_same_command(answers: Answers, workshop: Workshop) -> None:
    """The command takes the same arguments and prints the same, with every library."""
    environment = installed(answers, workshop)
    assert "greet 0.1.0\n" == environment.run("greet", "--version").stdout
    assert "¡Hola, Ada!\n" == environment.run("greet", "--language=es", "Ada").stdout
    as_module = environment.run("python", "-m", "my_project", "Ada", "--language", "de")
    assert "Hallo, Ada!\n" == as_module.stdout
    explained = environment.run("greet", "--help").stdout
    for word in ("greet", "NAME", "--language", "CODE", "--version", "--help", "Greet somebody."):
        assert word in explained
    assert "completion" not in explained


@every_command
def test_same_exit_codes(answers: Answers, workshop: Workshop) -> None:
    """Whatever is wrong ends in exit code 2 and is said on stderr, with every library."""
    environment = installed(answers, workshop)
    finished = environment.run("greet", "Ada", "--language=xx", exit_code=2)
    assert ("", UNKNOWN) == (finished.stdout, finished.stderr)
    for arguments, named in (([], "NAME"), (["Ada", "--loud"], "--loud")):
        finished = environment.run("greet", *arguments, exit_code=2)
        assert "" == finished.stdout
        assert "usage: greet" in finished.stderr.lower()
        assert named in finished.stderr


@every_mode
def test_only_the_command_differs(mode: str, workshop: Workshop) -> None:
    """A library changes the file of the command and its dependency, and no test."""
    answers = BASE | {"mode": mode, "copyright_year": "2026"}
    command = "__main__.py" if mode == "script" else "cli.py"
    expected = {".copier-answers.yml", "pyproject.toml", f"src/my_project/{command}"}
    with_argparse = tree(workshop.project(answers | {"cli_library": "argparse"}))
    for library in OTHERS:
        files = tree(workshop.project(answers | {"cli_library": library}))
        names = with_argparse | files
        assert expected == {n for n in names if with_argparse.get(n) != files.get(n)}


@every_mode
@every_library
def test_the_library_is_a_dependency(library: str, mode: str, workshop: Workshop) -> None:
    """What the library needs is added to what the user lists."""
    chosen = BASE | {"mode": mode, "cli_library": library, "dependencies": ["httpx>=0.27"]}
    assert ["httpx>=0.27", *REQUIREMENTS[library]] == dependencies(workshop.project(chosen))


@every_library
def test_without_command_nothing_is_added(library: str, workshop: Workshop) -> None:
    """A library without a command needs none, whatever was answered."""
    answers = {"project_name": "My Project", "cli_library": library}
    assert [] == dependencies(workshop.project(answers))


@pytest.mark.parametrize("library", OTHERS)
def test_the_library_is_listed_once(library: str, workshop: Workshop) -> None:
    """Where the user lists the library, the user's bounds hold, unless for some machines only."""
    everywhere = f"{library.title()} >= 8.2"
    answers = BASE | {"mode": "script", "cli_library": library, "dependencies": [everywhere]}
    assert [everywhere] == dependencies(workshop.project(answers))
    windows = f'{library}; sys_platform == "win32"'
    assert [windows, *REQUIREMENTS[library]] == dependencies(
        workshop.project(answers | {"dependencies": [windows]})
    )


@pytest.mark.parametrize("library", OTHERS)
def test_the_lower_bound_is_right(library: str, tmp_path: Path, workshop: Workshop) -> None:
    """The own tests and the type checker pass with the oldest version that is allowed."""
    answers = BASE | {"mode": "app", "cli_library": library}
    (requirement,) = REQUIREMENTS[library]
    oldest = requirement.replace(">=", "==")
    environment = Environment.make(tmp_path / "environment")
    wheel = workshop.wheel_from_tree(answers)
    environment.install(wheel, oldest, "mypy", "--group", "test", cwd=workshop.project(answers))
    run_own_tests(environment, workshop.project(answers))
    check_types(environment, workshop.project(answers), tmp_path / "cache")


def check_types(environment: Environment, project: Path, cache: Path) -> None:
    """Check a project's types by its own settings, which are mypy's strict ones."""
    environment.run("mypy", "--cache-dir", cache, cwd=project)


def test_types_are_right(tmp_path: Path, workshop: Workshop) -> None:
    """Mypy in its strict mode finds nothing, with every library in every mode."""
    environment = Environment.make(tmp_path / "environment")
    libraries = [requirement for library in LIBRARIES for requirement in REQUIREMENTS[library]]
    environment.install("mypy", "packaging", "pytest", "rich", *libraries)
    for chosen in combinations("mode", "cli_library"):
        check_types(environment, workshop.project(BASE | chosen), tmp_path / "cache")


@every_library
def test_a_copied_script_runs_with_uv(library: str, tmp_path: Path, workshop: Workshop) -> None:
    """Copied alone, a script has the library from the block at its top."""
    answers = BASE | {"mode": "script", "cli_library": library}
    program = workshop.project(answers) / "src" / "my_project" / "__main__.py"
    copy = shutil.copy(program, tmp_path / "hello.py")
    uv_run = (find_uv_bin(), "run", "--script", copy)
    tally.count("commands run")
    assert "Hello, Ada!\n" == run(*uv_run, "Ada").stdout
    assert "greet (not installed)\n" == run(*uv_run, "--version").stdout
    assert "NAME" in run(*uv_run, exit_code=2).stderr
