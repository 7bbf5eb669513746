"""The progress of a test run: an estimate in advance, and each failure as it happens."""

import collections

import pytest

# The last durations are stored under this key: the seconds that a test of each file took on average.
KEY = "progress/seconds"


class Progress:
    """A pytest plugin for the process that prints the results."""

    def __init__(self, config: pytest.Config) -> None:
        """Read the durations of previous runs."""
        self.config = config
        # It does not exist with `-p no:cacheprovider`.
        self.cache: pytest.Cache | None = getattr(config, "cache", None)
        self.seconds: dict[str, float] = self.cache.get(KEY, {}) if self.cache else {}
        self.durations: dict[str, dict[str, float]] = collections.defaultdict(dict)
        self.processes = 0

    def print(self, text: str) -> None:
        """Print a text unless printing is disabled."""
        if reporter := self.config.pluginmanager.get_plugin("terminalreporter"):
            reporter.write(f"{text}\n")

    def estimate(self, tests: list[str], processes: int) -> str:
        """Return a sentence that estimates how long some tests will take.

        Args:
            tests: The IDs of the tests.
            processes: The number of processes that share them.
        """
        known = [self.seconds.get(test.split("::")[0]) for test in tests]
        measured = [seconds for seconds in known if seconds is not None]
        if 2 * len(measured) < len(tests):
            return f"{len(tests)} tests. The next run can estimate the time."
        total = sum(measured) * len(tests) / len(measured) / processes
        return f"{len(tests)} tests, about {total / 60:.1f} minutes, based on previous runs"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Print the estimate if the tests run in this process."""
        if session.items and not self.config.getoption("collectonly"):
            self.print(self.estimate([item.nodeid for item in session.items], 1))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: list[str]) -> None:
        """Print the estimate when the last process has collected the tests."""
        self.processes += 1
        if ids and self.processes == len(self.config.getoption("tx")):
            self.print(self.estimate(ids, self.processes))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Print the name of a test that failed, and keep how long a test took."""
        test = report.nodeid.split("@")[0]
        durations = self.durations[test.split("::")[0]]
        durations[test] = durations.get(test, 0) + report.duration
        if report.failed:
            # Dots precede it.
            self.print(f"\nFAILED {report.nodeid}")

    def pytest_sessionfinish(self) -> None:
        """Store the durations for the estimates of later runs."""
        for file, durations in self.durations.items():
            self.seconds[file] = sum(durations.values()) / len(durations)
        if self.durations and self.cache:
            self.cache.set(KEY, self.seconds)
