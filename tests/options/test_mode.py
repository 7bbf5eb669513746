"""Test the project types: library, app, and script."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import read_wheel
from harness.artifacts.install import Environment
from harness.packagestan.answers import FULL, choices
from harness.processes.commands import run
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "command_name": "greet"}
SCRIPT: Answers = FULL | {"mode": "script"}
WITH_WINDOW: Answers = BASE | {"gui_command_name": "greet-window"}


@pytest.fixture
def program(artifacts: ArtifactCache) -> Path:
    """Return the path of a script that has many options."""
    return artifacts.project(SCRIPT) / "src" / "strasse_friends" / "__main__.py"


def installed(answers: Answers, artifacts: ArtifactCache, *requirements: str) -> Environment:
    """Return an environment with a project's wheel and additional requirements."""
    name = "-".join(("mode", *requirements))
    return artifacts.environment(name, answers, artifacts.wheel_from_tree(answers), *requirements)


def test_library_has_no_command_by_default(artifacts: ArtifactCache) -> None:
    """A library's wheel has the package and its type marker, but no entry points or cli.py."""
    wheel = read_wheel(artifacts.wheel_from_tree({"project_name": "My Project"}))
    assert {} == wheel.entry_points
    assert {"my_project/__init__.py", "my_project/py.typed"} <= set(wheel.files)
    assert "my_project/cli.py" not in wheel.files


def test_library_exports_its_api(artifacts: ArtifactCache) -> None:
    """The package provides its version, a working `greet`, and the expected `__all__`."""
    code = "import my_project as p; print(p.__version__, p.greet('Ada', 'es'), *p.__all__)"
    expected = "0.1.0 ¡Hola, Ada! UnknownLanguageError greet languages show\n"
    environment = installed({"project_name": "My Project"}, artifacts)
    assert expected == environment.run("python", "-c", code).stdout


@pytest.mark.slow
@pytest.mark.parametrize("package_data", choices("package_data"))
@pytest.mark.parametrize(
    ("imported", "allowed"),
    [
        ("my_project", "json, importlib.resources, warnings"),
        ("my_project.cli", "argparse, json, importlib.resources, warnings"),
    ],
)
def test_import_is_cheap(
    imported: str, allowed: str, package_data: bool, artifacts: ArtifactCache
) -> None:
    """Importing the package or its command loads only its modules and a few standard modules."""
    answers = BASE | {"plugins": True, "package_data": package_data}
    code = f"import sys, {allowed}; before = set(sys.modules); import {imported};"
    code += "print(*sorted(set(sys.modules) - before))"
    added = installed(answers, artifacts, "rich").run("python", "-c", code).stdout.split()
    assert set() == {name for name in added if name.split(".")[0] != "my_project"}


def test_app_has_a_command_with_its_name(artifacts: ArtifactCache) -> None:
    """An app has a command with the same name as the distribution."""
    wheel = read_wheel(artifacts.wheel_from_tree({"project_name": "My Project", "mode": "app"}))
    assert {("console_scripts", "my-project"): "my_project.cli:main"} == wheel.entry_points


@pytest.mark.parametrize("mode", ["app", "script"])
def test_readme_shows_the_output_of_the_command(mode: str, artifacts: ArtifactCache) -> None:
    """The command in the README prints the output that the README shows."""
    answers = BASE | {"mode": mode}
    readme = (artifacts.project(answers) / "README.md").read_text(encoding="utf-8")
    environment = installed(answers, artifacts)
    shown = re.findall(r"(?m)^\$ (greet .*)\n(.*)$", readme)
    assert shown
    for command, output in shown:
        assert f"{output}\n" == environment.run(*command.split()).stdout


@pytest.mark.parametrize("mode", choices("mode"))
def test_readme_links_are_absolute(mode: str, artifacts: ArtifactCache) -> None:
    """Links in the README are absolute, because package indexes also show the README."""
    answers = BASE | {"mode": mode, "github_user": "ada", "default_branch": "trunk"}
    readme = (artifacts.project(answers) / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]*)\)", readme)
    assert "https://github.com/ada/my-project/blob/trunk/LICENSE" in links
    assert [] == [link for link in links if not link.startswith("https://")]


def test_readme_has_no_description_by_default(artifacts: ArtifactCache) -> None:
    """Without a summary, the README has no description, and the metadata uses the project's name.

    By default, the metadata has no keywords.
    """
    project = artifacts.project({"project_name": "My Project"})
    readme = (project / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# My Project\n")
    assert "several languages" not in readme
    metadata = read_wheel(artifacts.wheel_from_tree({"project_name": "My Project"})).metadata
    assert "My Project" == metadata["summary"]
    assert [] == metadata.get("keywords", [])


@pytest.mark.slow
@pytest.mark.parametrize("mode", choices("mode"))
def test_window_requires_tkinter(mode: str, tmp_path: Path, artifacts: ArtifactCache) -> None:
    """Without tkinter, the GUI command says what to install, and one of the project's tests is skipped."""
    answers = WITH_WINDOW | {"mode": mode}
    environment = installed(answers, artifacts, "--group", "test")
    # Simulate a Linux distribution that packages tkinter separately.
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['tkinter'] = None\n")
    env = {"PYTHONPATH": str(tmp_path)}
    failed = environment.run("greet-window", env=env, exit_code=1)
    expected = "greet-window: error: install tkinter (Debian: python3-tk)\n"
    assert expected == failed.stderr
    command = ("python", "-m", "pytest", "-p", "no:cacheprovider", "--cov", "-rs")
    env |= {"COVERAGE_FILE": str(tmp_path / "coverage")}
    finished = environment.run(*command, cwd=artifacts.project(answers), env=env)
    assert "tkinter is not installed" in finished.stdout
    assert "1 skipped" in finished.stdout


@pytest.mark.parametrize("package_data", choices("package_data"))
def test_uv_runs_the_script_by_its_path(package_data: bool, artifacts: ArtifactCache) -> None:
    """`uv run --script` runs a script by its path, with its data file if it has one."""
    folder = artifacts.project(SCRIPT | {"package_data": package_data}) / "src" / "strasse_friends"
    assert package_data == (folder / "data" / "greetings.json").is_file()
    program = folder / "__main__.py"
    finished = run(find_uv_bin(), "run", "--script", program, "Ada", "--language", "es")
    assert "¡Hola, Ada!\n" == finished.stdout


def test_script_is_executable(program: Path) -> None:
    """A script can be executed by its path if uv is on PATH."""
    env = {"PATH": f"{Path(find_uv_bin()).parent}:/usr/bin:/bin"}
    assert "Hallo, Ada!\n" == run(program, "Ada", "--language", "de", env=env).stdout


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["uv", "pipx"])
def test_copied_script_runs(tool: str, tmp_path: Path, artifacts: ArtifactCache) -> None:
    """A copied script without package data runs on its own, and reports that it isn't installed."""
    answers = BASE | {"mode": "script", "package_data": False, "dependencies": ["packaging>=24"]}
    program = artifacts.project(answers) / "src" / "my_project" / "__main__.py"
    copy = shutil.copy(program, tmp_path / "hello.py")
    env = {"PIPX_HOME": str(tmp_path / "pipx"), "PIPX_DEFAULT_BACKEND": "uv"}
    commands: dict[str, list[str | Path]] = {
        "uv": [find_uv_bin(), "run", "--script", copy],
        "pipx": [sys.executable, "-m", "pipx", "run", copy],
    }
    assert "¡Hola, Ada!\n" == run(*commands[tool], "Ada", "--language", "es", env=env).stdout
    assert "greet (not installed)\n" == run(*commands[tool], "--version", env=env).stdout


def test_script_is_a_single_file_by_default(artifacts: ArtifactCache) -> None:
    """By default, a script has no other modules, no package data, and no extras."""
    project = artifacts.project({"project_name": "My Project", "mode": "script"})
    names = {path.name for path in (project / "src" / "my_project").iterdir()}
    assert {"__init__.py", "__main__.py", "py.typed"} == names
    assert "optional-dependencies" not in (project / "pyproject.toml").read_text("utf-8")


@pytest.mark.slow
def test_script_installs_as_a_command(artifacts: ArtifactCache) -> None:
    """After installation from the wheel, a script runs as a command and with `python -m`."""
    wheel = artifacts.distributions(SCRIPT | {"backend": "hatchling"}).wheel
    environment = artifacts.environment("wheel", SCRIPT | {"backend": "hatchling"}, wheel)
    for command in (["greet"], ["python", "-m", "strasse_friends"]):
        finished = environment.run(*command, "Ada", "--language", "es")
        assert "¡Hola, Ada!\n" == finished.stdout


@pytest.mark.slow
@pytest.mark.parametrize("field", ["requires-python", "dependencies"])
def test_script_metadata_differences_are_detected(
    field: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """One of the project's tests fails if the inline metadata differs from pyproject.toml."""
    answers = BASE | {"mode": "script"}
    project = artifacts.copy(answers, tmp_path / "project")
    file = project / "pyproject.toml"
    new = {"requires-python": '">=3.14"', "dependencies": '["httpx"]'}[field]
    text = re.sub(f"(?m)^{field} = .*$", f"{field} = {new}", file.read_text("utf-8"))
    file.write_text(text, encoding="utf-8")
    environment = installed(answers, artifacts, "--group", "test")
    command = ("python", "-m", "pytest", "-p", "no:cacheprovider", "tests/test_script.py")
    finished = environment.run(*command, cwd=project, exit_code=1)
    assert "FAILED tests/test_script.py::test_inline_metadata_matches_pyproject" in finished.stdout
