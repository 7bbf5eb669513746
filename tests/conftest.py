"""Fixtures and hooks for all tests."""

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
from harness.packagestan.quick_tests import FOLDERS as QUICK_FOLDERS
from harness.rendering import copier_program
from harness.reporting.progress import Progress
from harness.updates.releases import make_repository, missing_history

# Don't collect the tests of packages that serve as test data.
collect_ignore = ["packages"]

# Environment variables that programs started by the tests must not inherit.
UNWANTED = (
    "CI",  # This variable makes nox fail if an interpreter is missing.
    "FORCE_COLOR",
    "NO_COLOR",
    "PIP_REQUIRE_VIRTUALENV",
    "PYTEST_ADDOPTS",
    "PYTEST_PLUGINS",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPATH",
    "SOURCE_DATE_EPOCH",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "VIRTUAL_ENV",
)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all worker processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def artifacts(shared_folder: Path) -> Iterator[ArtifactCache]:
    """Yield the artifact cache, and stop its warm processes after the last test."""
    yield artifact_cache(shared_folder / "artifacts")
    forks.close_all()


@pytest.fixture(scope="session")
def releases(artifacts: ArtifactCache) -> Path:
    """Return a repository with all past releases and the current template.

    Tests must not change the repository. Without the commit history, tests that use this
    fixture are skipped, and `test_history_contains_each_release` fails.
    """
    if missing_history():
        pytest.skip("run `git fetch --unshallow`")
    return artifacts.once("releases", make_repository)


@pytest.fixture(autouse=True, scope="session")
def isolated_environment(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hide user settings, and keep temporary files and most caches in pytest's temporary folder."""
    settings = tmp_path_factory.mktemp("settings") / "settings.yml"
    settings.write_text("{}\n", encoding="utf-8")
    os.environ["COPIER_SETTINGS_PATH"] = str(settings)
    for name in UNWANTED:
        os.environ.pop(name, None)
    # Compile each module only once, and keep compiled modules out of projects.
    os.environ["PYTHONPYCACHEPREFIX"] = str(shared_folder / "bytecode")
    os.environ["PIP_NO_COMPILE"] = "1"
    os.environ[copier_program.VARIABLE] = str(shared_folder / "templates")
    # After each commit, git would start another process to find out whether to pack the repository.
    os.environ["GIT_CONFIG_COUNT"] = "1"
    os.environ["GIT_CONFIG_KEY_0"] = "maintenance.auto"
    os.environ["GIT_CONFIG_VALUE_0"] = "false"
    # Each worker process gets its own cache, because processes can't share mypy's cache.
    os.environ["MYPY_CACHE_DIR"] = str(tmp_path_factory.mktemp("mypy"))
    os.environ["TMPDIR"] = tempfile.tempdir = str(tmp_path_factory.mktemp("temporary"))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark quick tests, and mark each test of an option with the option's name."""
    folder = item.path.parent.name
    if folder in QUICK_FOLDERS and not item.get_closest_marker("slow"):
        item.add_marker("quick")
    if folder == "options":
        item.add_marker(pytest.mark.option(name=item.path.stem.removeprefix("test_")))


class Unused(pytest.File):
    """A test file whose tests are not collected because a choice is incomplete."""

    def collect(self) -> list[pytest.Item]:
        """Collect nothing."""
        return []


def is_incomplete(config: pytest.Config) -> bool:
    """Return whether to run only the test that reports incomplete choices.

    An incomplete choice makes many other tests fail, some during collection. Their messages would
    hide the message that says what is missing. If the command line selects a test by its ID, the
    result is False.
    """
    return bool(option_folders.all_problems()) and not any("::" in each for each in config.args)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.File | None:
    """If a choice is incomplete, collect only the tests in `test_template.py`."""
    if module_path.name != "test_template.py" and is_incomplete(parent.config):
        return Unused.from_parent(parent, path=module_path)
    return None


def pytest_xdist_auto_num_workers() -> int:
    """Return one more than the number of processors, because some processes wait for I/O."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Configure the garbage collector, and register the progress plugin in the main process."""
    # Collect garbage rarely, because tests create little of it and each collection takes time.
    gc.set_threshold(50_000, 20, 50)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(config))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the tests of variants last, so that all processes end at about the same time.

    These tests are short. If a choice is incomplete, run only the test that reports it.
    """
    if is_incomplete(config):
        items[:] = [item for item in items if "test_each_choice_is_one_folder" in item.name]
    items.sort(key=lambda item: "variant" in getattr(item, "fixturenames", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables that passed tests have recorded, and the files whose reviews are overdue."""
    for report in terminalreporter.getreports("passed"):
        for title, lines in report.user_properties:
            terminalreporter.section(title)
            terminalreporter.write_line("\n".join(lines))
    if overdue := reviews.overdue(datetime.datetime.now(tz=datetime.UTC).date()):
        terminalreporter.section("overdue reviews")
        for line in overdue:
            terminalreporter.write_line(line)
