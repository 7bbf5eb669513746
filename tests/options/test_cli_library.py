"""Test the command-line libraries."""

import shutil
import tomllib
from pathlib import Path

import pytest
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.artifacts.install import Environment
from harness.packagestan.answers import choices, combinations, rendered
from harness.packagestan.template import facts
from harness.processes.commands import run
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "command_name": "greet"}
LIBRARIES = rendered("cli_library")
OTHERS = [library for library in LIBRARIES if library != "argparse"]
REQUIREMENTS = {choice: data["requires"] or [] for choice, data in facts("cli_library").items()}

every_command = pytest.mark.parametrize(
    "answers",
    [
        # Tests with the same answers run in the same worker process, because they share artifacts.
        pytest.param(
            BASE | {"cli_library": library, "mode": mode},
            id=f"{library}-{mode}",
            marks=pytest.mark.xdist_group(f"{library}-{mode}"),
        )
        for library in LIBRARIES
        for mode in choices("mode")
    ],
)
every_library = pytest.mark.parametrize("library", LIBRARIES)
every_mode = pytest.mark.parametrize("mode", choices("mode"))


def installed(answers: Answers, artifacts: ArtifactCache) -> Environment:
    """Return an environment with a project's wheel and test dependencies."""
    wheel = artifacts.wheel_from_tree(answers)
    return artifacts.environment("tests", answers, wheel, "--group", "test")


def run_own_tests(environment: Environment, project: Path, folder: Path) -> None:
    """Run a project's tests with coverage, and check that they pass.

    `GITHUB_ACTIONS` makes Typer use colors, as on GitHub.
    """
    command = ("python", "-m", "pytest", "-p", "no:cacheprovider", "--cov")
    env = {"GITHUB_ACTIONS": "true", "COVERAGE_FILE": str(folder / "coverage")}
    finished = environment.run(*command, cwd=project, env=env)
    assert " passed in " in finished.stdout


def dependencies(project: Path) -> list[str]:
    """Return a project's runtime dependencies."""
    metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    return list(metadata["dependencies"])


@pytest.mark.slow
@every_command
def test_command_behaves_the_same(answers: Answers, artifacts: ArtifactCache) -> None:
    """With every library, the command accepts the same arguments and prints the same greetings.

    The help text always contains the same words, and doesn't mention shell completion.
    """
    environment = installed(answers, artifacts)
    assert "greet 0.1.0\n" == environment.run("greet", "--version").stdout
    assert "¡Hola, Ada!\n" == environment.run("greet", "--language=es", "Ada").stdout
    as_module = environment.run("python", "-m", "my_project", "Ada", "--language", "de")
    assert "Hallo, Ada!\n" == as_module.stdout
    explained = environment.run("greet", "--help").stdout.lower()
    words = ["greet", "name", "--language", "code", "--version", "--help", "print a greeting."]
    words += ["a language code such as es", "default: en", "show the version and exit"]
    # Click doesn't describe positional arguments.
    words += ["the name to greet"] if answers["cli_library"] != "click" else []
    for word in words:
        assert word in explained
    assert "completion" not in explained


@pytest.mark.slow
@every_command
def test_usage_errors_are_the_same(answers: Answers, artifacts: ArtifactCache) -> None:
    """With every library, a usage error names its cause on stderr, and the exit code is 2."""
    environment = installed(answers, artifacts)
    wrong = {"xx": ["Ada", "--language=xx"], "NAME": [], "--loud": ["Ada", "--loud"]}
    for named, arguments in wrong.items():
        finished = environment.run("greet", *arguments, exit_code=2)
        assert "" == finished.stdout
        assert "usage: greet" in finished.stderr.lower()
        assert named in finished.stderr
        assert "Traceback" not in finished.stderr


@pytest.mark.slow
@every_command
def test_exit_message_reaches_stderr(
    answers: Answers, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """`raise SystemExit("message")` prints the message to stderr, and the exit code is 1."""
    environment = Environment.make(tmp_path / "environment")
    requirements = REQUIREMENTS[answers["cli_library"]]
    environment.install(artifacts.wheel_from_tree(answers), *requirements)
    module = "__main__" if answers["mode"] == "script" else "cli"
    file = environment.site_packages / "my_project" / f"{module}.py"
    # Replace the file instead of writing to it, because it is a hard link to a file in uv's cache.
    text = file.read_text("utf-8")
    file.unlink()
    call = next(line for line in text.splitlines() if "(greet(" in line)
    indent = call[: len(call) - len(call.lstrip())]
    file.write_text(text.replace(call, f'{indent}raise SystemExit("no such file")'), "utf-8")
    finished = environment.run("greet", "Ada", exit_code=1)
    assert ("", "no such file\n") == (finished.stdout, finished.stderr)


@pytest.mark.slow
@every_command
def test_project_tests_reach_the_required_coverage(
    answers: Answers, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The project's tests pass and reach the required coverage."""
    run_own_tests(installed(answers, artifacts), artifacts.project(answers), tmp_path)


@every_mode
def test_library_changes_only_the_command(mode: str, artifacts: ArtifactCache) -> None:
    """The library affects only the command, its tests, pyproject.toml, and the answers file."""
    answers = BASE | {"mode": mode, "copyright_year": "2026"}
    command = "__main__.py" if mode == "script" else "cli.py"
    expected = {".copier-answers.yml", "pyproject.toml", f"src/my_project/{command}"}
    expected.add("tests/test_cli.py")
    with_argparse = tree(artifacts.project(answers | {"cli_library": "argparse"}))
    for library in OTHERS:
        files = tree(artifacts.project(answers | {"cli_library": library}))
        names = with_argparse | files
        assert expected == {n for n in names if with_argparse.get(n) != files.get(n)}


@every_mode
@every_library
def test_library_is_a_dependency(library: str, mode: str, artifacts: ArtifactCache) -> None:
    """The library's requirement follows the user's dependencies. argparse has no requirement."""
    chosen = BASE | {"mode": mode, "cli_library": library, "dependencies": ["httpx>=0.27"]}
    assert ["httpx>=0.27", *REQUIREMENTS[library]] == dependencies(artifacts.project(chosen))


@every_library
def test_no_library_is_added_without_a_command(library: str, artifacts: ArtifactCache) -> None:
    """A project without a command never depends on a command-line library."""
    answers = {"project_name": "My Project", "cli_library": library}
    assert [] == dependencies(artifacts.project(answers))


@pytest.mark.parametrize("library", OTHERS)
def test_library_is_listed_once(library: str, artifacts: ArtifactCache) -> None:
    """The template doesn't add the library if the user already requires it without a marker.

    If the user's requirement has a marker, the project has both requirements.
    """
    everywhere = f"{library.title()} >= 8.2"
    answers = BASE | {"mode": "script", "cli_library": library, "dependencies": [everywhere]}
    assert [everywhere] == dependencies(artifacts.project(answers))
    windows = f'{library}; sys_platform == "win32"'
    assert [windows, *REQUIREMENTS[library]] == dependencies(
        artifacts.project(answers | {"dependencies": [windows]})
    )


@pytest.mark.slow
@pytest.mark.parametrize("library", OTHERS)
def test_lower_bound_works(library: str, tmp_path: Path, artifacts: ArtifactCache) -> None:
    """The project's tests and type checks pass with the library's oldest supported version."""
    answers = BASE | {"mode": "app", "cli_library": library}
    (requirement,) = REQUIREMENTS[library]
    oldest = requirement.replace(">=", "==")
    environment = Environment.make(tmp_path / "environment")
    wheel = artifacts.wheel_from_tree(answers)
    environment.install(wheel, oldest, "mypy", "--group", "test", cwd=artifacts.project(answers))
    run_own_tests(environment, artifacts.project(answers), tmp_path)
    check_types(environment, artifacts.project(answers), tmp_path / "cache")


def check_types(environment: Environment, project: Path, cache: Path) -> None:
    """Run mypy in a project with the given cache folder."""
    environment.run("mypy", "--cache-dir", cache, cwd=project)


@pytest.mark.slow
def test_types_are_correct(tmp_path: Path, artifacts: ArtifactCache) -> None:
    """With any library in any mode, mypy finds no errors."""
    environment = Environment.make(tmp_path / "environment")
    libraries = [requirement for library in LIBRARIES for requirement in REQUIREMENTS[library]]
    environment.install("mypy", "pytest", "rich", *libraries)
    for chosen in combinations("mode", "cli_library"):
        check_types(environment, artifacts.project(BASE | chosen), tmp_path / "cache")


@pytest.mark.slow
@every_library
def test_copied_script_runs_with_uv(library: str, tmp_path: Path, artifacts: ArtifactCache) -> None:
    """A copied script runs with uv, which installs the requirements in the inline metadata."""
    answers = BASE | {"mode": "script", "cli_library": library}
    program = artifacts.project(answers) / "src" / "my_project" / "__main__.py"
    copy = shutil.copy(program, tmp_path / "hello.py")
    uv_run = (find_uv_bin(), "run", "--script", copy)
    assert "Hello, Ada!\n" == run(*uv_run, "Ada").stdout
    assert "greet (not installed)\n" == run(*uv_run, "--version").stdout
    assert "NAME" in run(*uv_run, exit_code=2).stderr
