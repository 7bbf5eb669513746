"""Show the progress of a test run: a time estimate, and each failure as it happens."""

import collections

import pytest

# The cache key for each file's average test duration in seconds.
KEY = "progress/seconds"


class Progress:
    """A pytest plugin that prints a time estimate and failures in the main process."""

    def __init__(self, config: pytest.Config) -> None:
        """Read the durations from previous runs."""
        self.config = config
        # The cache doesn't exist with `-p no:cacheprovider`.
        self.cache: pytest.Cache | None = getattr(config, "cache", None)
        self.seconds: dict[str, float] = self.cache.get(KEY, {}) if self.cache else {}
        self.durations: dict[str, dict[str, float]] = collections.defaultdict(dict)
        self.processes = 0

    def print(self, text: str) -> None:
        """Print a line unless the terminal reporter is disabled."""
        if reporter := self.config.pluginmanager.get_plugin("terminalreporter"):
            reporter.write(f"{text}\n")

    def estimate(self, tests: list[str], processes: int) -> str:
        """Return a line with the number of tests and the estimated time.

        If most durations are unknown, the line contains no estimate.

        Args:
            tests: The test IDs.
            processes: The number of processes that run the tests.
        """
        number = "1 test" if len(tests) == 1 else f"{len(tests)} tests"
        known = [self.seconds.get(test.split("::")[0]) for test in tests]
        measured = [seconds for seconds in known if seconds is not None]
        if 2 * len(measured) < len(tests):
            return f"{number}. The next run can estimate the time."
        total = sum(measured) * len(tests) / len(measured) / processes
        return f"{number}, about {total / 60:.1f} minutes, based on previous runs"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Print the estimate if this process has collected tests to run."""
        if session.items and not self.config.getoption("collectonly"):
            self.print(self.estimate([item.nodeid for item in session.items], 1))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: list[str]) -> None:
        """Print the estimate when the last worker process has collected the tests."""
        self.processes += 1
        if ids and self.processes == len(self.config.getoption("tx")):
            self.print(self.estimate(ids, self.processes))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add the duration of a test's phase, and print the test's ID if the phase failed."""
        test = report.nodeid.split("@")[0]
        durations = self.durations[test.split("::")[0]]
        durations[test] = durations.get(test, 0) + report.duration
        if report.failed:
            # Start a new line after pytest's progress dots.
            self.print(f"\nFAILED {report.nodeid}")

    def pytest_sessionfinish(self) -> None:
        """Store each file's average test duration for later runs."""
        for file, durations in self.durations.items():
            self.seconds[file] = sum(durations.values()) / len(durations)
        if self.durations and self.cache:
            self.cache.set(KEY, self.seconds)
