"""Test the task runners."""

import json
import os
import re
import shlex
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.artifacts.install import Environment
from harness.artifacts.repository import active, commit, git
from harness.packagestan.answers import rendered
from harness.packagestan.template import ROOT, facts
from harness.processes.commands import run
from harness.rendering.template import Answers

FACTS = facts("task_runner")
FILES = {runner: {data["file"], data["executable_file"]} - {""} for runner, data in FACTS.items()}
RUNNERS = [runner for runner in rendered("task_runner") if runner != "none"]
TASKS = {
    "format": "Format the code and apply automatic fixes",
    "lint": "Lint the code and check its formatting",
    "typecheck": "Check types with mypy",
    "test": "Run the tests with coverage",
    "build": "Build and check the sdist and the wheel",
}

CALL = {runner: shlex.split(FACTS[runner]["call"]) for runner in RUNNERS}
LIST = {runner: shlex.split(FACTS[runner]["list"]) for runner in RUNNERS}
# A regular expression for a line in the list of tasks. Its groups match the task and the
# description.
LINE = {runner: FACTS[runner]["listed"] for runner in RUNNERS}
SOME_TESTS = {
    runner: shlex.split(FACTS[runner]["some_tests"].replace("NAME", "raises")) for runner in RUNNERS
}
ONE_TEST = """\
import pytest


def test_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        1 / 0
"""


def answers(runner: str, **more: object) -> Answers:
    """Return the answers for a library with the given task runner."""
    return {"project_name": "My Project", "task_runner": runner} | more


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest) -> str:
    """Return the name of a task runner."""
    return str(request.param)


@pytest.fixture
def project(runner: str, tmp_path: Path, artifacts: ArtifactCache) -> Path:
    """Return a project with the task runner. Tests may change the project."""
    return artifacts.copy(answers(runner), tmp_path / "project")


@pytest.fixture
def tools(runner: str, artifacts: ArtifactCache) -> Environment:
    """Return an environment with the project's "dev" dependency group."""
    return artifacts.environment("dev", answers(runner), "--group", "dev")


def call(
    tools: Environment, project: Path, *command: str, exit_code: int | None = 0
) -> CompletedProcess[str]:
    """Run a command in a project with an active environment and with uv on PATH."""
    variables = active(tools)
    variables["PATH"] += os.pathsep + str(Path(find_uv_bin()).parent)
    return run("env", *command, cwd=project, env=variables, exit_code=exit_code)


def uv_run(project: Path, *command: str) -> CompletedProcess[str]:
    """Run a command in a project with `uv run` and with uv on PATH."""
    path = os.pathsep.join([str(Path(find_uv_bin()).parent), os.environ["PATH"]])
    return run(find_uv_bin(), "run", *command, cwd=project, env={"PATH": path})


@pytest.mark.parametrize("chosen", rendered("task_runner"))
def test_only_the_selected_runner_has_files(chosen: str, artifacts: ArtifactCache) -> None:
    """A project has only the selected task runner's files."""
    files = set(tree(artifacts.project(answers(chosen))))
    assert FILES[chosen] == files & set[str]().union(*FILES.values())


def test_unselected_tools_are_not_mentioned(artifacts: ArtifactCache) -> None:
    """Without a task runner and environment tools, no file mentions task runners, uv, conda, or direnv.

    The answers file and .gitignore are not checked.
    """
    chosen = answers("none", environments=[], preset="minimal", contributing=True)
    project = artifacts.project(chosen)
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in project.rglob("*")
        if path.is_file() and path.name not in (".copier-answers.yml", ".gitignore")
    )
    tools = "|".join(["uv", "uvx", "conda", "direnv", "pylock", *RUNNERS])
    assert not re.findall(rf"\b(?:{tools})\b", text)


@pytest.mark.parametrize("chosen", RUNNERS)
def test_contributing_lists_the_tasks(chosen: str, artifacts: ArtifactCache) -> None:
    """CONTRIBUTING.md lists exactly the tasks, each with its command and its description."""
    text = (artifacts.project(answers(chosen)) / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(.+)` \| (.+) \|$", text, re.MULTILINE))
    assert {" ".join(["uv run", *CALL[chosen], name]): TASKS[name] for name in TASKS} == rows


@pytest.mark.slow
def test_tasks_are_listed(runner: str, project: Path, tools: Environment) -> None:
    """The task runner lists every task with its description."""
    listing = call(tools, project, *LIST[runner]).stdout
    shown = dict(re.findall(rf"^{LINE[runner]}$", listing, re.MULTILINE))
    for name in ("default", "help"):
        shown.pop(name, None)
    assert TASKS == shown


@pytest.mark.slow
def test_tasks_succeed_in_a_new_project(runner: str, project: Path) -> None:
    """Every task succeeds in a new project without changing its files.

    Building creates an sdist and a wheel.
    """
    before = tree(project)
    for name in TASKS:
        # Test only one Python version, because some machines have only one.
        is_once_per_python = FACTS[runner]["isolated"] and name == "test"
        task = "test-3.11" if is_once_per_python else name
        uv_run(project, *CALL[runner], task)
    assert before.items() <= tree(project).items()
    assert 2 == len([*project.glob("dist/*.whl"), *project.glob("dist/*.tar.gz")])


@pytest.mark.slow
def test_extra_arguments_select_tests(runner: str, project: Path, tools: Environment) -> None:
    """With additional arguments, only the selected test runs, and low coverage isn't an error."""
    (project / "tests" / "test_one.py").write_text(ONE_TEST, encoding="utf-8")
    # The environment with the tools doesn't contain the project.
    output = call(tools, project, f"PYTHONPATH={project / 'src'}", *SOME_TESTS[runner]).stdout
    assert re.search(r"== 1 passed, \d+ deselected in ", output)


@pytest.mark.slow
def test_failing_command_fails_the_task(runner: str, project: Path, tools: Environment) -> None:
    """A task fails and stops at the first failing command."""
    (project / "src" / "mistake.py").write_text("import os\n", encoding="utf-8")
    failed = call(tools, project, *CALL[runner], "lint", exit_code=None)
    assert 0 != failed.returncode
    assert "F401" in failed.stdout
    assert "already formatted" not in failed.stdout


@pytest.mark.slow
def test_unknown_task_fails(runner: str, project: Path, tools: Environment) -> None:
    """Calling an unknown task is an error."""
    assert 0 != call(tools, project, *CALL[runner], "tset", exit_code=None).returncode


@pytest.mark.slow
def test_nox_tests_every_supported_python(artifacts: ArtifactCache) -> None:
    """The "test" session exists for each supported Python version."""
    chosen = answers("nox", python_min="3.13")
    tools = artifacts.environment("dev", answers("nox"), "--group", "dev")
    listing = call(tools, artifacts.project(chosen), "nox", "--list-sessions", "--json").stdout
    pythons = [item["python"] for item in json.loads(listing) if item["name"] == "test"]
    supported = yaml.safe_load(
        (ROOT / "template" / "data" / "python_versions.yml").read_text(encoding="utf-8")
    )
    assert supported[supported.index("3.13") :] == pythons


@pytest.mark.slow
def test_makefile_works_in_a_clone_with_autocrlf(tmp_path: Path, artifacts: ArtifactCache) -> None:
    """In a clone with core.autocrlf=true, no file changes, and the Makefile works."""
    project = artifacts.copy(answers("make"), tmp_path / "project")
    commit(project)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--config=core.autocrlf=true", str(project), str(clone))
    assert tree(project) == tree(clone)
    tools = artifacts.environment("dev", answers("make"), "--group", "dev")
    assert "already formatted" in call(tools, clone, "make", "lint").stdout


def test_makefile_causes_no_warnings(artifacts: ArtifactCache) -> None:
    """`make` prints no warnings about the Makefile, not even about undefined variables."""
    command = ("make", "--dry-run", "--warn-undefined-variables", *TASKS)
    assert "" == run(*command, cwd=artifacts.project(answers("make"))).stderr


@pytest.mark.slow
def test_justfile_is_formatted(artifacts: ArtifactCache) -> None:
    """`just --fmt` changes nothing in the justfile."""
    tools = artifacts.environment("dev", answers("just"), "--group", "dev")
    tools.run("just", "--fmt", "--check", "--unstable", cwd=artifacts.project(answers("just")))


@pytest.mark.slow
@pytest.mark.parametrize("chosen", [runner for runner in RUNNERS if ".py" in str(FILES[runner])])
def test_python_tasks_are_typed(chosen: str, artifacts: ArtifactCache) -> None:
    """In strict mode, mypy finds no errors in the Python files that define tasks."""
    tools = artifacts.environment("dev", answers(chosen), "--group", "dev")
    cache = f"--cache-dir={os.devnull}"
    tools.run("mypy", "--strict", cache, *FILES[chosen], cwd=artifacts.project(answers(chosen)))


@pytest.mark.slow
def test_oldest_runners_list_the_tasks(tmp_path: Path, artifacts: ArtifactCache) -> None:
    """The oldest supported version of each task runner that is a Python package lists the tasks."""
    oldest = Environment.make(tmp_path / "environment")
    requirements = {name: FACTS[name]["requirement"] for name in RUNNERS}
    oldest.install("--resolution=lowest-direct", *filter(None, requirements.values()))
    for chosen in filter(requirements.get, RUNNERS):
        call(oldest, artifacts.project(answers(chosen)), *LIST[chosen])
