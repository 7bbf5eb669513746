"""Fixtures and hooks of all tests."""

import datetime
import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import temporary
from harness.artifacts import forks
from harness.artifacts.artifact_cache import ArtifactCache
from harness.reporting import counters, reviews
from harness.space import coverage
from harness.updates.releases import make_repository

# Packages that the tests use. Their own tests are not collected.
collect_ignore = ["packages"]

# Variables that the programs of the tests must not inherit.
UNWANTED = (
    "CI",  # nox then rejects a missing interpreter
    "FORCE_COLOR",
    "NO_COLOR",
    "PYTEST_DEBUG_TEMPROOT",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPATH",
    "SOURCE_DATE_EPOCH",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "VIRTUAL_ENV",
)

# The temporary folder of the run, or None to keep it.
FOLDER = pytest.StashKey[Path | None]()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all worker processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def artifacts(shared_folder: Path) -> Iterator[ArtifactCache]:
    """The artifact cache: projects and distributions that are generated once."""
    folders = (shared_folder / "artifacts", Path(tempfile.gettempdir()) / "artifacts")
    for folder in folders:
        folder.mkdir(exist_ok=True)
    yield ArtifactCache(*folders)
    forks.close_all()


@pytest.fixture(scope="session")
def releases(artifacts: ArtifactCache) -> Path:
    """A repository with all releases and the current template. It must not be changed."""
    return artifacts.once("releases", make_repository, is_tree=True)


@pytest.fixture(autouse=True, scope="session")
def no_personal_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hide the personal settings of the person who runs the tests."""
    settings = tmp_path_factory.mktemp("settings") / "settings.yml"
    settings.write_text("{}\n", encoding="utf-8")
    os.environ["COPIER_SETTINGS_PATH"] = str(settings)
    for name in UNWANTED:
        os.environ.pop(name, None)
    # Each module is compiled once, and no compiled modules are in projects.
    os.environ["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "bytecode")
    os.environ["PIP_NO_COMPILE"] = "1"
    # Processes can't share a cache of mypy.
    os.environ["MYPY_CACHE_DIR"] = tempfile.mkdtemp(prefix="mypy-")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the tests that `nox -s quick` runs completely."""
    if item.path.parent.name in ("conventions", "options"):
        item.add_marker("quick")


def pytest_xdist_auto_num_workers() -> int:
    """Start one process more than there are processors, because each waits for programs at times."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Set the temporary folder and the file of the counters. The workers inherit both."""
    # The objects of tests are rarely garbage, and each collection takes time.
    gc.set_threshold(50_000, 20, 50)
    if not hasattr(config, "workerinput"):
        config.stash[FOLDER] = folder = temporary.start()
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(temporary.machine()))
        counters.start(folder / "tally.txt")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep the temporary folder of a failed run, so that you can find the cause."""
    if exitstatus:
        session.config.stash[FOLDER] = None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Delete the temporary folder."""
    if folder := config.stash.get(FOLDER, None):
        temporary.delete(folder)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the variants last. They are short, so all processes end at about the same time."""
    items.sort(key=lambda item: "variant" in getattr(item, "fixturenames", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the run did."""
    totals = counters.totals()
    if totals["variants"]:
        terminalreporter.section("variants")
        for line in coverage.summary(totals["variants"]):
            terminalreporter.write_line(line)
    if totals:
        terminalreporter.section("counters")
        for what, number in sorted(totals.items()):
            terminalreporter.write_line(f"{number:6} {what}")
    for title, lines in counters.reports().items():
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)
    if overdue := reviews.overdue(datetime.datetime.now(tz=datetime.UTC).date()):
        terminalreporter.section("overdue reviews")
        for line in overdue:
            terminalreporter.write_line(line)
