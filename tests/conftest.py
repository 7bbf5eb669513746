"""What all tests share."""

import datetime
import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import facts, forks, space, tally, temporary
from harness.releases import make_repository
from harness.workshop import Workshop

# Packages to test with, whose tests are their own.
collect_ignore = ["packages"]

# What would reach the programs that the tests start; nox sets the last three, the tests the third.
UNWANTED = (
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

# The temporary folder of the run; None if it is to be kept.
FOLDER = pytest.StashKey[Path | None]()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all worker processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def workshop(shared_folder: Path) -> Iterator[Workshop]:
    """Projects and distributions, each made once."""
    folders = (shared_folder / "workshop", Path(tempfile.gettempdir()) / "workshop")
    for folder in folders:
        folder.mkdir(exist_ok=True)
    yield Workshop(*folders)
    forks.close_all()


@pytest.fixture(scope="session")
def releases(workshop: Workshop) -> Path:
    """A repository of all releases, with the template as it stands as the newest; for reading."""
    return workshop.once("releases", make_repository, is_tree=True)


@pytest.fixture(autouse=True, scope="session")
def no_personal_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing that the person who runs the tests has set up reaches them."""
    settings = tmp_path_factory.mktemp("settings") / "settings.yml"
    settings.write_text("{}\n", encoding="utf-8")
    os.environ["COPIER_SETTINGS_PATH"] = str(settings)
    for name in UNWANTED:
        os.environ.pop(name, None)
    # Each module is compiled once, and projects hold nothing but their own files.
    os.environ["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "bytecode")
    os.environ["PIP_NO_COMPILE"] = "1"
    # Processes that share mypy's cache break it for each other.
    os.environ["MYPY_CACHE_DIR"] = tempfile.mkdtemp(prefix="mypy-")


def pytest_xdist_auto_num_workers() -> int:
    """Start one process more than there are processors: each waits for others' programs at times."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Give programs a temporary folder, and count what is done; the workers inherit both."""
    # What tests make is seldom garbage while they need it, and to look for some takes its time.
    gc.set_threshold(50_000, 20, 50)
    if not hasattr(config, "workerinput"):
        config.stash[FOLDER] = folder = temporary.start()
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(temporary.machine()))
        tally.start(folder / "tally.txt")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep the temporary folder of a run that failed: somebody may want to see why."""
    if exitstatus:
        session.config.stash[FOLDER] = None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Delete the temporary folder."""
    if folder := config.stash.get(FOLDER, None):
        temporary.delete(folder)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the variants for the end: many and short, they let all processes end together."""
    items.sort(key=lambda item: "variant" in getattr(item, "fixturenames", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the run did."""
    totals = tally.totals()
    if totals["variants"]:
        terminalreporter.section("what was proven")
        for line in space.summary(totals["variants"]):
            terminalreporter.write_line(line)
    if totals:
        terminalreporter.section("what was done")
        for what, number in sorted(totals.items()):
            terminalreporter.write_line(f"{number:6} {what}")
    for title, lines in tally.reports().items():
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)
    if overdue := facts.overdue(datetime.datetime.now(tz=datetime.UTC).date()):
        terminalreporter.section("facts that want a review")
        for line in overdue:
            terminalreporter.write_line(line)
