"""Fixtures and hooks of all tests."""

import datetime
import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.artifacts import forks
from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan import option_folders, reviews
from harness.packagestan.artifacts import artifact_cache
from harness.reporting.progress import Progress
from harness.updates.releases import make_repository

# Packages that the tests use. Their own tests are not collected.
collect_ignore = ["packages"]

# Environment variables that the tests' programs must not inherit.
UNWANTED = (
    "CI",  # nox then rejects a missing interpreter
    "FORCE_COLOR",
    "NO_COLOR",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPATH",
    "SOURCE_DATE_EPOCH",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "VIRTUAL_ENV",
)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all worker processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def artifacts(shared_folder: Path) -> Iterator[ArtifactCache]:
    """The artifact cache: projects and distributions that are generated once."""
    yield artifact_cache(shared_folder / "artifacts")
    forks.close_all()


@pytest.fixture(scope="session")
def releases(artifacts: ArtifactCache) -> Path:
    """A repository with all releases and the current template. It must not be changed."""
    return artifacts.once("releases", make_repository)


@pytest.fixture(autouse=True, scope="session")
def isolated_environment(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hide personal settings, and let all programs write their temporary files below pytest's."""
    settings = tmp_path_factory.mktemp("settings") / "settings.yml"
    settings.write_text("{}\n", encoding="utf-8")
    os.environ["COPIER_SETTINGS_PATH"] = str(settings)
    for name in UNWANTED:
        os.environ.pop(name, None)
    # Each module is compiled once, and no compiled modules are in projects.
    os.environ["PYTHONPYCACHEPREFIX"] = str(shared_folder / "bytecode")
    os.environ["PIP_NO_COMPILE"] = "1"
    # Processes can't share a cache of mypy.
    os.environ["MYPY_CACHE_DIR"] = str(tmp_path_factory.mktemp("mypy"))
    os.environ["TMPDIR"] = tempfile.tempdir = str(tmp_path_factory.mktemp("temporary"))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the test files that `nox -s quick` runs completely."""
    if item.path.parent.name in ("conventions", "options"):
        item.add_marker("quick")


class Unused(pytest.File):
    """A file whose tests don't run because a choice is incomplete."""

    def collect(self) -> list[pytest.Item]:
        """Return no tests."""
        return []


def is_incomplete(config: pytest.Config) -> bool:
    """Return whether to run only the test that reports incomplete choices.

    An incomplete choice breaks many tests, and some of them while they are collected. Their messages
    would hide the sentence that says what is missing. Tests that are named explicitly always run.
    """
    return bool(option_folders.all_problems()) and not any("::" in each for each in config.args)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.File | None:
    """Collect only the conventions if a choice is incomplete."""
    if module_path.name != "test_template.py" and is_incomplete(parent.config):
        return Unused.from_parent(parent, path=module_path)
    return None


def pytest_xdist_auto_num_workers() -> int:
    """Start one more process than there are processors, because each sometimes has to wait."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Configure the garbage collector, and show the progress of the run."""
    # Tests rarely create garbage, and each collection takes time.
    gc.set_threshold(50_000, 20, 50)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(config))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the variants last. They are short, so all processes end at about the same time."""
    if is_incomplete(config):
        items[:] = [item for item in items if "test_a_choice_is_one_folder" in item.name]
    items.sort(key=lambda item: "variant" in getattr(item, "fixturenames", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables that tests have recorded, and the overdue reviews."""
    for report in terminalreporter.getreports("passed"):
        for title, lines in report.user_properties:
            terminalreporter.section(title)
            terminalreporter.write_line("\n".join(lines))
    if overdue := reviews.overdue(datetime.datetime.now(tz=datetime.UTC).date()):
        terminalreporter.section("overdue reviews")
        for line in overdue:
            terminalreporter.write_line(line)
