"""A pytest plugin that runs the listed tests in order and writes the IDs of failures to a file."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ORDER, FAILURES = "PACKAGESTAN_TESTS", "PACKAGESTAN_FAILURES"


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """If there is a list of tests, keep only these tests, and run them in order.

    Some of them may be missing, because faults can remove parameters.
    """
    yield
    if ORDER in os.environ:
        listed = Path(os.environ[ORDER]).read_text(encoding="utf-8").splitlines()
        order = {test: number for number, test in enumerate(listed)}
        items[:] = sorted((i for i in items if i.nodeid in order), key=lambda i: order[i.nodeid])


def failed(report: pytest.CollectReport | pytest.TestReport) -> None:
    """Record a failed test or a file that can't be collected."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        with Path(os.environ[FAILURES]).open("a", encoding="utf-8") as file:
            print(report.nodeid, file=file)


pytest_runtest_logreport = pytest_collectreport = failed
