"""Find the tests that catch a fault.

The tests that are most likely to catch a fault run first, in order of cost, until one fails. Then,
the quick suite runs on groups of remaining faults that don't overlap. Tests that fail run again
with each fault that may be the cause. Finally, more of the likely tests run on each fault that is
left. The full suite doesn't run for each fault, so it may catch some of the surviving ones.
"""

import functools
import itertools
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import SimpleQueue
from pathlib import Path
from typing import Any

import yaml

from harness.packagestan import quick_tests
from harness.packagestan.coverage import each_level_once
from harness.packagestan.template import ROOT
from harness.rendering.template import Answers
from matrix.conftest import params
from sessions.mutation import outputs, runs
from sessions.mutation.operators import Fault
from sessions.mutation.sources import part_of

# The file that lists faults without an effect that can't be recognized automatically. Each entry
# contains the path, the fault, and the reason.
EXCLUDED = Path(__file__).with_name("excluded.yml")
PROCESSES = 2
# The maximum total time, in seconds, of the failed tests that run again with a single fault.
AGAIN = 15.0

CAUGHT, SURVIVED, EQUIVALENT = "caught", "survived", "equivalent"


@dataclass
class Verdict:
    """The result for a fault, which becomes a row in the table.

    Attributes:
        file: The file with the fault.
        line: The line number.
        operator: The operator that created the fault.
        fault: The changed lines before and after the change.
        part: The part of the sources that contains the fault.
        result: "caught", "survived", or "equivalent" (without an effect).
        changes: Whether the fault changes a rendered file.
        quick: The test in the quick suite that catches the fault, or "".
        caught_by: The test or session that catches the fault, the reason why the fault has no
            effect, or "".
        seconds: The time until the first verdict.
    """

    file: str
    line: int
    operator: str
    fault: str
    part: str
    result: str = SURVIVED
    changes: bool = False
    quick: str = ""
    caught_by: str = ""
    seconds: float = 0.0


class Worker:
    """A worker that tests faults in its own copies of the repository and the template."""

    def __init__(self, place: Path) -> None:
        """Create the copies in a folder, and render the template without faults."""
        self.repository = runs.copy_repository(place / "repository")
        self.template = outputs.template_copy(place / "template")
        known = runs.records()
        self.known = {t: r for t, r in known.items() if (ROOT / t.partition("::")[0]).is_file()}
        # For each test that failed with a fault, whether it passes without faults.
        self.passing: dict[str, bool] = {}
        every: list[Any] = params()
        names = {outputs.key(param.values[0]): param.id for param in every}
        self.names = {
            outputs.key(answers): names[outputs.key(answers)] for answers in each_level_once()
        }
        self.few = outputs.few_cases()
        self.before = dict(outputs.outputs(self.template, self.few))

    @functools.cached_property
    def all_before(self) -> dict[str, outputs.Outputs]:
        """Return the original template's outputs in `all_cases`, including hostile strings."""
        return dict(outputs.outputs(self.template, outputs.all_cases(), thoroughly=True))

    def judge(self, fault: Fault) -> Verdict:
        """Compare outputs, run the tests most likely to catch a fault, and return the verdict."""
        start = time.monotonic()
        verdict = Verdict(fault.file, fault.line, fault.operator, str(fault), part_of(fault.file))
        if reason := reason_to_exclude(fault, self.repository):
            verdict.result, verdict.caught_by = EQUIVALENT, reason
            return verdict
        if not runs.is_linted(self.repository, fault):
            verdict.result, verdict.caught_by = CAUGHT, "nox -s lint"
            return verdict
        different = self.differences(fault, self.before, self.few)
        failed = self.search(fault, different, runs.SHORT)
        if failed:
            record(verdict, failed, self.known)
        if runs.is_template(fault.file) and not different and not failed:
            every = outputs.all_cases()
            different = self.differences(fault, self.all_before, every, thoroughly=True)
            text = (self.repository / fault.file).read_text(encoding="utf-8")
            if not different and outputs.shows_everything(fault.file, text, fault.line):
                verdict.result, verdict.caught_by = EQUIVALENT, "all outputs are the same"
        verdict.changes = any(what.startswith("file ") for _, what in different)
        verdict.seconds = round(time.monotonic() - start, 1)
        return verdict

    def judge_again(self, fault: Fault) -> str:
        """Run more of the likely tests, and return the first test that fails, or ""."""
        return self.search(fault, self.differences(fault, self.before, self.few), runs.LONG)

    def search(self, fault: Fault, different: set[tuple[str, str]], seconds: float) -> str:
        """Run the tests that are most likely to catch a fault, and return the first failure or "".

        Args:
            fault: The fault.
            different: The fault's effects on the template's outputs; see `outputs.differences`.
            seconds: The time limit; see `runs.near_tests`.
        """
        changed = dict.fromkeys(
            self.names[case] for case, _ in sorted(different) if case in self.names
        )
        effects = {what for _, what in different}
        return self.failing(
            fault, runs.near_tests(fault, list(changed)[:2], effects, self.known, seconds)
        )

    def failing(self, fault: Fault, tests: list[str]) -> str:
        """Return the first test that fails because of a fault, or "".

        If pytest can't collect a file or fails itself, return the failure from `runs.run_tests`.

        Raises:
            RuntimeError: This failure also occurs without the fault.
        """
        while tests:
            expected = sum(self.known[test].seconds for test in tests)
            options = ("-x", "--numprocesses=0")
            with runs.seeded([fault], self.repository):
                timeout = 60 + runs.PATIENCE * expected
                failed = runs.run_tests(self.repository, *options, tests=tests, timeout=timeout)
            if not failed:
                break
            first = failed[0]
            if first not in self.passing:
                again = [first] if first in tests else tests
                self.passing[first] = not runs.run_tests(self.repository, *options, tests=again)
            if self.passing[first]:
                return first
            if first not in tests:
                raise RuntimeError(f"{first} without a fault: {' '.join(tests)}")
            tests = [test for test in tests if self.passing.get(test, True)]
        return ""

    def differences(
        self,
        fault: Fault,
        before: dict[str, outputs.Outputs],
        cases: list[Answers],
        *,
        thoroughly: bool = False,
    ) -> set[tuple[str, str]]:
        """Return a fault's effects on the template's outputs; see `outputs.differences`.

        If Copier doesn't read the fault's file, the result is empty.
        """
        if not runs.is_template(fault.file):
            return set()
        reading = outputs.cases_that_read(fault.file, cases, before)
        with runs.seeded([fault], self.template):
            after = outputs.outputs(self.template, reading, thoroughly=thoroughly)
            return outputs.differences(before, after, only_first=thoroughly)


def start_worker(places: "SimpleQueue[Path]") -> None:
    """Create this process's worker with the next folder in a queue."""
    global worker
    worker = Worker(places.get())


def judge(fault: Fault) -> Verdict:
    """Use this process's worker to test a fault, and return the verdict."""
    return worker.judge(fault)


def judge_again(fault: Fault) -> str:
    """Use this process's worker to return the first of more tests that fails, or ""."""
    return worker.judge_again(fault)


def failing(fault: Fault, tests: list[str]) -> str:
    """Use this process's worker to return the first test that fails because of a fault, or ""."""
    return worker.failing(fault, tests)


worker: Worker


def record(verdict: Verdict, test: str, known: dict[str, runs.Record]) -> None:
    """Record in a verdict that a test catches the fault."""
    verdict.result, verdict.caught_by = CAUGHT, test
    if runs.is_quick(test, known.get(test), verdict.file):
        verdict.quick = test


def reason_to_exclude(fault: Fault, repository: Path) -> str:
    """Return the reason why a fault is excluded or doesn't change a file's meaning, or ""."""
    for entry in exclusions():
        if entry["file"] == fault.file and entry["fault"] == str(fault):
            return entry["reason"]
    text = (repository / fault.file).read_text(encoding="utf-8")
    lines = text.splitlines()
    fault.seed(lines)
    changed = "\n".join(lines) + "\n"
    is_parsed = fault.file in outputs.NAMES or not runs.is_template(fault.file)
    if is_parsed and outputs.same_meaning(fault.file, text, changed):
        return "the file has the same meaning"
    return ""


@functools.cache
def exclusions() -> list[dict[str, str]]:
    """Return the faults in `EXCLUDED` and the reasons to exclude them."""
    return list(yaml.safe_load(EXCLUDED.read_text(encoding="utf-8")) or [])


def examine(chosen: list[Fault], place: Path, *, together: bool) -> Iterator[list[Verdict]]:
    """Test each fault, print its first verdict, and yield all verdicts after each stage.

    Args:
        chosen: The faults.
        place: A temporary folder.
        together: Whether to run the quick suite and more tests on the remaining faults.
    """
    places: SimpleQueue[Path] = SimpleQueue()
    for number in range(PROCESSES):
        places.put(place / str(number))
    verdicts: dict[Fault, Verdict] = {}
    with ProcessPoolExecutor(PROCESSES, initializer=start_worker, initargs=(places,)) as pool:
        judged = {pool.submit(judge, fault): fault for fault in chosen}
        for done in as_completed(judged):
            verdict = verdicts[judged[done]] = done.result()
            print(f"{verdict.result:10} {verdict.seconds:6.1f} s  {judged[done]}"[:120], flush=True)
        yield [verdicts[fault] for fault in chosen]
        if together:
            suite = Suite(pool, place / "0" / "repository", runs.records())
            for run_tests in (suite.run_quick_tests, suite.run_more_tests):
                run_tests(verdicts)
                yield [verdicts[fault] for fault in chosen]


@dataclass
class Suite:
    """Runs of tests on the faults that the first tests haven't caught.

    Attributes:
        pool: The processes that find out which faults a test catches.
        repository: The copy of the repository for the runs.
        known: The tests' records.
    """

    pool: Executor
    repository: Path
    known: dict[str, runs.Record]

    def run_quick_tests(self, verdicts: dict[Fault, Verdict]) -> None:
        """Run the quick suite on the faults that survive or that only a slow test has caught."""
        left = [
            fault
            for fault, verdict in verdicts.items()
            if verdict.result == SURVIVED
            or (verdict.result == CAUGHT and verdict.changes and not verdict.quick)
        ]
        found, failed = self.failures(left, "-m", quick_tests.selection([]), *quick_tests.PATHS)
        quick = {
            fault: [t for t in failed if runs.is_quick(t, self.known.get(t), fault.file)]
            for fault in left
            if fault not in found
        }
        for fault, test in (found | self.caught(quick)).items():
            verdicts[fault].quick = test
            record(verdicts[fault], verdicts[fault].caught_by or test, self.known)

    def run_more_tests(self, verdicts: dict[Fault, Verdict]) -> None:
        """Run more tests on each fault that hasn't been caught."""
        jobs = {
            self.pool.submit(judge_again, fault): fault
            for fault, verdict in verdicts.items()
            if verdict.result == SURVIVED
        }
        for job in as_completed(jobs):
            if test := job.result():
                record(verdicts[jobs[job]], test, self.known)

    def failures(self, left: list[Fault], *arguments: str) -> tuple[dict[Fault, str], list[str]]:
        """Run tests on several faults together.

        Args:
            left: The faults. Overlapping faults are seeded in different runs.
            arguments: The arguments for pytest that select the tests.

        Returns:
            For each fault with which tests can't be collected, the file or a message. No test runs
            with these faults. After that, the IDs of the tests that fail with the other faults.
        """
        uncollected: dict[Fault, str] = {}
        failed: dict[str, None] = {}
        for group in without_overlaps(left):
            found = culprits(self.repository, group, [], "--collect-only", *arguments)
            uncollected |= found
            with runs.seeded([fault for fault in group if fault not in found], self.repository):
                tests = runs.run_tests(self.repository, "--numprocesses=auto", *arguments)
            print(f"{len(group)} faults, {len(found)} of them stop the run", flush=True)
            failed |= dict.fromkeys(test for test in tests if "::" in test)
        return uncollected, list(failed)

    def caught(self, failed: dict[Fault, list[str]]) -> dict[Fault, str]:
        """Return a failing test for each fault that makes tests fail on its own.

        Args:
            failed: The failed tests for each fault. Tests that read the fault's file run again
                with only this fault, within the time limit `AGAIN`. Tests with a low relative cost
                that read few other files with faults run first.
        """
        jobs = {}
        files = Counter(fault.file for fault in failed)
        for fault, tests in failed.items():
            cost = {
                test: runs.relative_cost(test, self.known[test], fault)
                * sum(count for file, count in files.items() if self.known[test].may_read(file))
                for test in tests
                if test in self.known and self.known[test].may_read(fault.file)
            }
            first = sorted(cost, key=cost.__getitem__)
            total = itertools.accumulate(self.known[t].seconds + runs.RENDERING for t in first)
            chosen = [t for t, seconds in zip(first, total, strict=True) if seconds <= AGAIN]
            jobs[self.pool.submit(failing, fault, chosen or first[:1])] = fault
        results = {jobs[job]: job.result() for job in as_completed(jobs)}
        print(f"{sum(map(bool, results.values()))} of them caught", flush=True)
        return {fault: test for fault, test in results.items() if test}


def without_overlaps(left: Iterable[Fault]) -> list[list[Fault]]:
    """Group faults so that all faults in a group can be seeded together."""
    groups: list[list[Fault]] = []
    for fault in left:
        for group in groups:
            if not any(runs.overlap(fault, other) for other in group):
                group.append(fault)
                break
        else:
            groups.append([fault])
    return groups


def culprits(
    repository: Path, group: list[Fault], tests: list[str], *arguments: str
) -> dict[Fault, str]:
    """Bisect a group of faults, and return a failing test for each fault that makes tests fail.

    Args:
        repository: The copy of the repository.
        group: The faults.
        tests: The tests to run. If this is empty, the arguments select them.
        arguments: Arguments for pytest.
    """
    if not group:
        return {}
    with runs.seeded(group, repository):
        failed = runs.run_tests(repository, "-x", "--numprocesses=0", *arguments, tests=tests)
    if not failed or len(group) == 1:
        return dict(zip(group, failed, strict=False))
    middle = len(group) // 2
    first = culprits(repository, group[:middle], tests, *arguments)
    return first | culprits(repository, group[middle:], tests, *arguments)
