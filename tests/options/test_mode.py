"""What each mode promises."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from uv import find_uv_bin

from harness import tally
from harness.answers import FULL, Answers
from harness.commands import run
from harness.inspect import read_wheel
from harness.install import Environment
from harness.workshop import Workshop

SCRIPT: Answers = FULL | {"mode": "script"}


@pytest.fixture
def program(workshop: Workshop) -> Path:
    """The one file of a script."""
    return workshop.project(SCRIPT) / "src" / "strasse_friends" / "__main__.py"


def test_a_library_has_no_command_by_default(workshop: Workshop) -> None:
    """A library has a public API, type hints and no command."""
    wheel = read_wheel(workshop.wheel_from_tree({"project_name": "My Project"}))
    assert {} == wheel.entry_points
    assert {"my_project/__init__.py", "my_project/py.typed"} <= set(wheel.files)
    assert "my_project/cli.py" not in wheel.files


def test_a_library_has_an_api(tmp_path: Path, workshop: Workshop) -> None:
    """A library is imported by its name, tells its version and lists its API."""
    environment = Environment.make(tmp_path / "environment")
    environment.install(workshop.wheel_from_tree({"project_name": "My Project"}))
    code = "import my_project as p; print(p.__version__, p.greet('Ada', 'es'), *p.__all__)"
    expected = "0.1.0 ¡Hola, Ada! UnknownLanguageError __version__ greet languages show\n"
    assert expected == environment.run("python", "-c", code).stdout


def test_an_app_has_a_command_named_like_it(workshop: Workshop) -> None:
    """An app has a command of its own name without being asked."""
    wheel = read_wheel(workshop.wheel_from_tree({"project_name": "My Project", "mode": "app"}))
    assert {("console_scripts", "my-project"): "my_project.cli:main"} == wheel.entry_points


@pytest.mark.parametrize("mode", ["app", "script"])
def test_readme_shows_what_the_command_prints(mode: str, workshop: Workshop) -> None:
    """The command that the README shows prints what stands below it."""
    answers: Answers = {"project_name": "My Project", "mode": mode, "command_name": "greet"}
    readme = (workshop.project(answers) / "README.md").read_text(encoding="utf-8")
    installed = workshop.environment("wheel", answers, workshop.wheel_from_tree(answers))
    shown = re.findall(r"(?m)^\$ (greet .*)\n(.*)$", readme)
    assert shown
    for command, output in shown:
        assert f"{output}\n" == installed.run(*command.split()).stdout


def test_a_script_runs_with_uv_by_its_path(program: Path) -> None:
    """Inside the project, `uv run` gives the file what it needs, and it finds its data."""
    tally.count("commands run")
    finished = run(find_uv_bin(), "run", "--script", program, "Ada", "--language", "es")
    assert "¡Hola, Ada!\n" == finished.stdout


def test_a_script_is_executable(program: Path) -> None:
    """The file can be run by its name where uv is installed."""
    tally.count("commands run")
    env = {"PATH": f"{Path(find_uv_bin()).parent}:/usr/bin:/bin"}
    assert "Hallo, Ada!\n" == run(program, "Ada", "--language", "de", env=env).stdout


def test_a_copied_script_runs_with_uv(program: Path, tmp_path: Path) -> None:
    """Copied alone, the file greets in English, and says what is missing for more."""
    tally.count("commands run")
    copy = shutil.copy(program, tmp_path / "hello.py")
    uv_run = (find_uv_bin(), "run", "--script", copy)
    assert "Hello, Ada!\n" == run(*uv_run, "Ada").stdout
    assert "greet (not installed)\n" == run(*uv_run, "--version").stdout
    finished = run(*uv_run, "Ada", "--language", "es", exit_code=2)
    data = tmp_path / "data" / "greetings.json"
    assert (
        f"greet: error: unknown language 'es', known: en ({data} is missing)\n" == finished.stderr
    )


def test_a_script_copied_with_its_data_finds_them(program: Path, tmp_path: Path) -> None:
    """Copied together with the folder `data`, the file has all of its languages."""
    copy = shutil.copy(program, tmp_path / "hello.py")
    shutil.copytree(program.parent / "data", tmp_path / "data")
    environment = Environment.make(tmp_path / "environment")
    finished = environment.run("python", copy, "Ada", "--language", "es")
    assert "¡Hola, Ada!\n" == finished.stdout


def test_a_script_runs_with_pipx(program: Path, tmp_path: Path) -> None:
    """`pipx run` gives the file what it needs, too."""
    tally.count("commands run")
    copy = shutil.copy(program, tmp_path / "hello.py")
    env = {"PIPX_HOME": str(tmp_path / "pipx"), "PIPX_DEFAULT_BACKEND": "uv"}
    finished = run(sys.executable, "-m", "pipx", "run", copy, "Ada", env=env)
    assert "Hello, Ada!\n" == finished.stdout


def test_a_script_installs_as_a_command(workshop: Workshop) -> None:
    """The wheel of a script has a command and runs by `python -m`, with its data."""
    wheel = workshop.distributions(SCRIPT | {"backend": "hatchling"}).wheel
    environment = workshop.environment("wheel", SCRIPT | {"backend": "hatchling"}, wheel)
    for command in (["greet"], ["python", "-m", "strasse_friends"]):
        finished = environment.run(*command, "Ada", "--language", "es")
        assert "¡Hola, Ada!\n" == finished.stdout
