"""A pytest plugin that records each test's CPU time and the sources that it reads.

`pytest -p sessions.mutation.recorder` writes one file for each process to the folder in the
`PACKAGESTAN_RECORDS` variable. A test reads a file if it opens the file or makes Jinja look
it up, even in Jinja's cache. Tests of Python code also read the files whose functions they call.
Each artifact is stored with the paths of the files that were read to create it, because the tests
share artifacts. Of the files that a subprocess reads, only its arguments are recorded. The records
are therefore incomplete, and only determine which tests run first.
"""

import functools
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.template import ROOT
from sessions.mutation.sources import PLACES

SOURCE = re.compile(rf"(?:^|.*?/)((?:{'|'.join(PLACES)})(?:/|$).*)")

reads: set[str] = set()
records: dict[str, dict[str, Any]] = {}


def note(path: object) -> None:
    """Record that the current test reads a file, if the file is a source."""
    if isinstance(path, str) and (found := SOURCE.match(path.removeprefix(f"{ROOT}/"))):
        reads.add(found[1])


def listen(event: str, arguments: tuple[Any, ...]) -> None:
    """Record the files that this process opens, and the paths among a subprocess's arguments."""
    if event == "open":
        note(arguments[0])
    elif event == "subprocess.Popen":
        for word in arguments[1]:
            note(str(word))


def noted(lookup: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a method of Jinja's environment to record the templates that it looks up."""

    @functools.wraps(lookup)
    def wrapper(self: Environment, name: Any, *args: Any, **kwargs: Any) -> Any:
        template = lookup(self, name, *args, **kwargs)
        note(template.filename or template.name)
        return template

    return wrapper


def with_reads(once: Callable[..., Path]) -> Callable[..., Path]:
    """Wrap a method of the artifact cache to store the paths of the files read for an artifact."""

    @functools.wraps(once)
    def wrapper(
        self: ArtifactCache, name: str, make: Callable[[Path], object], **settings: Any
    ) -> Path:
        def make_and_store(folder: Path) -> None:
            before = set(reads)
            reads.clear()
            try:
                make(folder)
            finally:
                if folder.parent.is_dir():
                    folder.with_name(f"{name}.reads").write_text(json.dumps(sorted(reads)))
                reads.update(before)

        folder = once(self, name, make_and_store, **settings)
        stored = folder.with_name(f"{name}.reads")
        reads.update(json.loads(stored.read_text()) if stored.is_file() else [])
        return folder

    return wrapper


def pytest_configure() -> None:
    """Start recording the files that are read."""
    for name in ("get_template", "select_template", "get_or_select_template"):
        setattr(Environment, name, noted(getattr(Environment, name)))
    setattr(ArtifactCache, "once", with_reads(ArtifactCache.once))  # noqa: B010
    sys.addaudithook(listen)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Record a test's CPU time, the files that it reads, and whether it is quick."""
    reads.clear()
    start = sum(os.times()[:4])
    is_python = item.path.parent.name in ("adopt", "course", "documentation")
    if is_python:
        sys.setprofile(
            lambda frame, event, _: (
                note(frame.f_globals.get("__file__")) if event == "call" else None
            )
        )
    try:
        result = yield
    finally:
        sys.setprofile(None)
    record = records.pop(item.nodeid)
    # Record the CPU time, because it hardly depends on the machine's load.
    record |= {"test": item.nodeid, "seconds": round(sum(os.times()[:4]) - start, 3)}
    record["reads"] = sorted(reads)
    record["quick"] = item.get_closest_marker("quick") is not None
    process = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with (Path(os.environ["PACKAGESTAN_RECORDS"]) / f"{process}.jsonl").open("a") as file:
        print(json.dumps(record), file=file)
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Record whether all phases of a test have passed so far."""
    record = records.setdefault(report.nodeid, {"passed": True})
    record["passed"] &= not report.failed
