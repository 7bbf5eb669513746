"""Run tests in a copy of the repository that contains seeded faults."""

import contextlib
import functools
import itertools
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jinja2.meta import find_referenced_templates

from harness.packagestan.quick_tests import option_of
from harness.packagestan.template import ROOT, environment
from harness.processes.commands import run
from sessions.mutation.operators import Fault
from sessions.mutation.selected import FAILURES, ORDER

# The folder with the output of `nox -s mutation -- --record`; see `recorder`.
RECORDS = ROOT / ".mutation"

# If a choice is incomplete, this is the only test that runs. Its records lack the files that it has
# cached.
COMPLETENESS = "tests/conventions/test_template.py::test_each_choice_is_one_folder"

# The start of the paths of files that the tests cache, so the records lack them.
CACHED = ("copier.yml", "template/questions/", "template/data/")

# Words that occur in many names or lines.
COMMON_WORDS = {"template", "options", "project", "jinja", "tools", "adoption", "docs", "harness"}
COMMON_WORDS |= {"tests", "test", "file", "has", "endif", "the", "and", "for", "not", "with"}

# The maximum total time, in seconds, of the quick tests that run on a single fault, at first and if
# none of them catches it. The same limits apply to the other tests.
SHORT, LONG = 5.0, 30.0
# The time in seconds that the slow tests of the template in a module take to prepare environments.
PREPARATION = 10.0
# The time in seconds to render a project that an earlier test rendered during the recording.
RENDERING = 0.2
# The maximum number of parameter sets to try for each test function.
EXAMPLES = 12
# Increasing modification times for files with faults. Python can miss changes within a second.
times = itertools.count(1_000_000_000)
# The result if no test can run, for example because importing conftest.py renders a faulty template.
NO_TESTS = "(pytest ended with 4)"
# The time limit for tests that don't end, relative to the recorded CPU time.
PATIENCE = 20


@dataclass(frozen=True)
class Record:
    """The record of a test.

    Attributes:
        seconds: The CPU time.
        reads: The sources that the test reads.
        is_quick: Whether the test has the marker `quick`.
    """

    seconds: float
    reads: frozenset[str]
    is_quick: bool

    def may_read(self, file: str) -> bool:
        """Return whether the test may read a file. All renderings may read the cached files."""
        if file.startswith(CACHED):
            return any(is_template(each) for each in self.reads)
        return file in self.reads


def without_group(test: str) -> str:
    """Return the ID of a test without the group that pytest-xdist appends."""
    return re.sub(r"(?<=[\]\w])@[^\]]*$", "", test)


@functools.cache
def references(file: str) -> frozenset[str]:
    """Return a file and, if Copier reads it, the files that it includes or imports.

    Jinja executes an imported file only once for several renderings, so records lack the files that
    it includes.
    """
    if not is_template(file) or file.startswith(CACHED) or not (ROOT / file).is_file():
        return frozenset({file})
    parsed = environment().parse((ROOT / file).read_text(encoding="utf-8"))
    named = {name for name in find_referenced_templates(parsed) if name}
    return frozenset({file}).union(*map(references, named - {file}))


def records() -> dict[str, Record]:
    """Return the records of the tests that passed, by ID."""
    found = {}
    for file in sorted(RECORDS.glob("*.jsonl")):
        for record in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            if record["passed"]:
                reads = frozenset().union(*map(references, record["reads"]))
                test = without_group(record["test"])
                found[test] = Record(record["seconds"], reads, record["quick"])
    return found


def is_quick(test: str, record: Record | None, file: str) -> bool:
    """Return whether `nox -s quick` runs a test, or can't run any, if a file has been changed."""
    own = f"tests/options/test_{option_of(file)}.py::"
    return test.startswith(own) or test == NO_TESTS or (record is not None and record.is_quick)


def words(text: str) -> set[str]:
    """Return the words in a string that can identify related tests."""
    return set(re.findall(r"[a-z]{3,}", text.lower())) - COMMON_WORDS


def is_template(file: str) -> bool:
    """Return whether Copier reads a file."""
    return file.startswith(("copier.yml", "template/"))


def relative_cost(test: str, record: Record, fault: Fault, effects: Collection[str] = ()) -> float:
    """Return a test's time relative to the likelihood that it catches a fault.

    The likelihood is higher for tests that read few files or whose names share words with the
    fault's path, its lines, or the names of changed outputs.
    """
    named, path = words(test), words(fault.file)
    context = words(" ".join([*fault.old, *fault.new, *effects]))
    likely = 1 + 8 * len(named & path) + 4 * len(named & context)
    return (record.seconds + RENDERING) * math.sqrt(1 + len(record.reads)) / likely


def near_tests(
    fault: Fault,
    variants: Sequence[str],
    effects: Collection[str],
    known: dict[str, Record],
    limit: float,
) -> list[str]:
    """Return the quick tests and then the other tests that are most likely to catch a fault.

    These are tests that read the file, in order of `relative_cost`.

    Args:
        fault: The fault.
        variants: The names of variants that the fault changes. In `tests/matrix`, tests of other
            variants are skipped.
        effects: The names of the changed outputs.
        known: The records of the tests.
        limit: The maximum total time of the quick tests, and of the other tests, in seconds.
    """
    file = fault.file
    cost = functools.partial(relative_cost, fault=fault, effects=effects)
    complete = [test for test in known if test.startswith(COMPLETENESS) and is_template(file)]
    chosen: tuple[list[str], list[str]] = (complete, [])
    left = [limit, limit]
    prepared: set[str] = set()
    functions: Counter[str] = Counter()
    reading = {test for test, record in known.items() if record.may_read(file)}
    for test in sorted(reading - {*complete}, key=lambda test: cost(test, known[test])):
        function, _, parameter = test.removesuffix("]").partition("[")
        module = function.partition("::")[0]
        is_unchanged = module.startswith("tests/matrix/") and parameter not in ["", *variants]
        if is_unchanged or functions[function] == EXAMPLES:
            continue
        kind = int(not is_quick(test, known[test], file))
        seconds = known[test].seconds + RENDERING * is_template(file)
        if kind and is_template(file) and module not in prepared:
            seconds += PREPARATION
        if seconds <= left[kind]:
            left[kind] -= seconds
            if kind:
                prepared.add(module)
            functions[function] += 1
            chosen[kind].append(test)
    return [*chosen[0], *chosen[1]]


def copy_repository(destination: Path) -> Path:
    """Copy the current repository without its environments and caches.

    The copy is a clone, because some tests clone it again and other tests read past releases.
    Uncommitted changes are committed in it.
    """
    run("git", "clone", "--quiet", "--shared", "--no-checkout", ROOT, destination)
    ignored = shutil.ignore_patterns(
        ".git", ".nox", ".venv", ".mutation", "_build", "__pycache__", ".*_cache"
    )
    shutil.copytree(ROOT, destination, ignore=ignored, dirs_exist_ok=True)
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    run("git", "add", "--all", cwd=destination)
    run("git", *person, "commit", "--quiet", "--allow-empty", "--message=Copy", cwd=destination)
    return destination


@contextmanager
def seeded(faults: Sequence[Fault], *folders: Path) -> Iterator[None]:
    """Apply faults that don't overlap in each of the folders, and restore the files afterward."""
    contents: dict[Path, bytes] = {}
    try:
        for folder in folders:
            for fault in sorted(faults, key=lambda fault: -fault.line):
                path = folder / fault.file
                contents.setdefault(path, path.read_bytes())
                lines = path.read_text(encoding="utf-8").splitlines()
                fault.seed(lines)
                write(path, "".join(f"{line}\n" for line in lines))
        yield
    finally:
        for path, content in contents.items():
            write(path, content.decode())


def write(path: Path, text: str) -> None:
    """Write a file with a new modification time so that Python recompiles the module."""
    path.write_text(text, encoding="utf-8", newline="")
    seconds = next(times)
    os.utime(path, (seconds, seconds))


def is_linted(repository: Path, fault: Fault) -> bool:
    """Return whether Ruff accepts a file with a fault, as `nox -s lint` requires.

    For files that aren't Python modules, the result is True.
    """
    if not fault.file.endswith(".py"):
        return True
    ruff = (sys.executable, "-m", "ruff")
    with seeded([fault], repository):
        return all(
            run(*ruff, *command, fault.file, cwd=repository, exit_code=None).returncode == 0
            for command in (("check", "--quiet"), ("format", "--check", "--quiet"))
        )


def overlap(one: Fault, other: Fault) -> bool:
    """Return whether two faults change the same line."""
    return (
        one.file == other.file
        and one.line < other.line + len(other.old)
        and other.line < one.line + len(one.old)
    )


def run_tests(
    repository: Path, *arguments: str, tests: Sequence[str] = (), timeout: float = 3600
) -> list[str]:
    """Run tests in a copy of the repository, and return the IDs of failed tests.

    Args:
        repository: The copy of the repository.
        arguments: Arguments for pytest.
        tests: The tests to run, in order. Without them, run all tests that the arguments select.
        timeout: The time limit in seconds.

    Returns:
        The IDs of failed tests and the paths of files that can't be collected. If there are none
        but pytest fails or exceeds the time limit, the only item is a message in parentheses.
    """
    place = repository.with_name(f"{repository.name}-run")
    shutil.rmtree(place / "base", ignore_errors=True)
    # The folder for temporary files, such as snapshots of the template.
    (place / "tmp").mkdir(parents=True, exist_ok=True)
    (place / "failures").unlink(missing_ok=True)
    # The current `PYTHONPATH` could contain the path of the tests outside the copy.
    env = os.environ | {
        "PYTHONPATH": str(repository / "tests"),
        "PYTHONDONTWRITEBYTECODE": "",
        "TMPDIR": str(place / "tmp"),
    }
    env |= {FAILURES: str(place / "failures")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "sessions.mutation.selected"]
    if tests:
        (place / "order").write_text("\n".join(tests), encoding="utf-8")
        env[ORDER] = str(place / "order")
        command += dict.fromkeys(test.partition("::")[0] for test in tests)
    command += [
        f"--basetemp={place / 'base'}",
        f"--override-ini=cache_dir={place / 'cache'}",
        *arguments,
    ]
    with (place / "output").open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=repository,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = -1
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    failures = place / "failures"
    failed = failures.read_text(encoding="utf-8").splitlines() if failures.exists() else []
    if not failed and code not in (0, 5):
        failed = ["(no result in time)" if code < 0 else f"(pytest ended with {code})"]
    return list(dict.fromkeys(map(without_group, failed)))
