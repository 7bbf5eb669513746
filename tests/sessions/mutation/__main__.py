"""Create faults, run the tests that can see them, and report what is caught.

Each fault first meets the tests that most likely catch it, the cheapest first, until one fails. The
faults that are left then meet the whole quick suite and the whole suite, all together in one run. If
tests fail there, halves of the faults show which of them are the cause. So even a survivor has met
every test, although the suite runs only a few times.
"""

import argparse
import csv
import datetime
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import SimpleQueue
from pathlib import Path
from typing import Any

import yaml

from harness.rendering.template import ROOT
from harness.space.coverage import each_level_once
from sessions.mutation import outputs, runs
from sessions.mutation.operators import Fault, faults
from sessions.mutation.sources import PLACES, part_of, sample, sources

# The faults that have no effect, although no program can tell.
EXCLUDED = Path(__file__).with_name("equivalent.yml")
LATEST = Path(__file__).with_name("latest.json")
PROCESSES = 2

CAUGHT, SURVIVED, EQUIVALENT, EXCUSED = "caught", "survived", "equivalent", "excluded"


@dataclass
class Verdict:
    """The result of a fault: a row of the table.

    Attributes:
        file: The file with the fault.
        line: The number of the line.
        operator: The operator that created it.
        fault: The line before and after.
        part: The part of the template.
        result: "caught", "survived", "equivalent" for a fault without an effect, or "excluded".
        changes: Whether it changes a rendered file.
        quick: The test of the quick suite that catches it, or "".
        caught_by: The test that catches it, or the reason for its exclusion.
        seconds: How long this took, without the run of all tests.
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


def variant_names() -> dict[str, str]:
    """Return the names of the quick variants by their answers as JSON."""
    from matrix.conftest import params

    every: list[Any] = params()
    named = {json.dumps(param.values[0], sort_keys=True): param.id for param in every}
    return {
        case: named[case] for case in (json.dumps(a, sort_keys=True) for a in each_level_once())
    }


class Worker:
    """A process that judges faults in its own copies of the repository and of the template."""

    def __init__(self, place: Path, catches: Counter[str]) -> None:
        """Make the copies in a folder, and render the template without a fault."""
        self.repository = runs.copy_repository(place / "repository")
        self.template = outputs.template_copy(place / "template")
        self.cases = outputs.few_cases()
        self.before = outputs.outputs(self.template, self.cases)
        self.known = runs.records()
        self.names = variant_names()
        self.catches = catches

    def judge(self, fault: Fault) -> Verdict:
        """Run the tests that are near a fault, first those of the quick suite."""
        start = time.monotonic()
        verdict = Verdict(fault.file, fault.line, fault.operator, str(fault), part_of(fault.file))
        if reason := excluded(fault):
            verdict.result, verdict.caught_by = EXCUSED, reason
            return verdict
        variants: list[str] = []
        is_template = fault.file == "copier.yml" or fault.file.startswith("template/")
        if is_template:
            with runs.seeded([fault], self.template):
                after = outputs.outputs(self.template, self.cases)
            different = outputs.differences(self.before, after)
            verdict.changes = any(what.startswith("file ") for _, what in different)
            variants = [self.names[case] for case, _ in sorted(different) if case in self.names]
        quick, others = runs.near_tests(
            fault.file, list(dict.fromkeys(variants))[:2], self.known, self.catches
        )
        tests = [*quick, *others]
        if tests:
            expected = sum(self.known[test].seconds for test in tests)
            with runs.seeded([fault], self.repository):
                failed = runs.run_tests(
                    self.repository,
                    *("-x", "--numprocesses=0"),
                    tests=tests,
                    timeout=60 + runs.PATIENCE * expected,
                )
            if failed:
                verdict.result, verdict.caught_by = CAUGHT, failed[0]
                verdict.quick = failed[0] if failed[0] in quick else ""
        verdict.seconds = round(time.monotonic() - start, 1)
        return verdict


worker: Worker


def start_worker(places: "SimpleQueue[Path]", catches: Counter[str]) -> None:
    """Make the worker of this process."""
    global worker
    worker = Worker(places.get(), catches)


def judge(fault: Fault) -> Verdict:
    """Let the worker of this process judge a fault."""
    return worker.judge(fault)


def excluded(fault: Fault) -> str:
    """Return the reason why a fault is excluded by hand or has no effect for its parser, or ""."""
    for entry in exclusions():
        if entry["file"] == fault.file and entry["fault"] == str(fault):
            return str(entry["reason"])
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    lines = text.splitlines()
    fault.seed(lines)
    if not fault.file.startswith("template/") and outputs.same_meaning(
        fault.file, text, "\n".join(lines) + "\n"
    ):
        return "the file has the same meaning"
    return ""


@functools.cache
def exclusions() -> list[dict[str, str]]:
    """Return the faults that are excluded by hand."""
    return list(yaml.safe_load(EXCLUDED.read_text(encoding="utf-8")) or [])


def separate(left: Sequence[Fault]) -> list[list[Fault]]:
    """Return groups of faults that can be seeded together."""
    groups: list[list[Fault]] = []
    for fault in left:
        for group in groups:
            if not any(runs.overlap(fault, other) for other in group):
                group.append(fault)
                break
        else:
            groups.append([fault])
    return groups


def culprits(repository: Path, group: list[Fault], tests: list[str]) -> dict[Fault, str]:
    """Return the faults of a group that make some tests fail, each with one of these tests."""
    with runs.seeded(group, repository):
        failed = runs.run_tests(repository, "-x", "--numprocesses=0", tests=tests)
    if not failed:
        return {}
    if len(group) == 1:
        return {group[0]: failed[0]}
    middle = len(group) // 2
    return culprits(repository, group[:middle], tests) | culprits(repository, group[middle:], tests)


def run_together(repository: Path, left: list[Fault], *arguments: str) -> dict[Fault, str]:
    """Return the faults that some tests catch, each with a test, after running them for all at once.

    Args:
        repository: A copy of the repository.
        left: The faults.
        arguments: The arguments of pytest that select the tests.
    """
    found: dict[Fault, str] = {}
    for group in separate(left):
        unexplained: list[str] = []
        while group:
            with runs.seeded(group, repository):
                failed = runs.run_tests(repository, f"--numprocesses={PROCESSES}", *arguments)
            tests = [test for test in failed if test not in unexplained and "::" in test]
            caught = culprits(repository, group, tests) if tests else {}
            print(
                f"{len(group)} faults together: {len(failed)} tests fail, {len(caught)} are caught",
                flush=True,
            )
            if not caught:
                break
            found |= caught
            unexplained += [] if caught else tests
            group = [fault for fault in group if fault not in caught]
    return found


def compare_fully(template: Path, suspects: list[tuple[Fault, Verdict]]) -> None:
    """Find out which faults change nothing in any case."""
    cases = outputs.all_cases()
    before = outputs.outputs(template, cases)
    for fault, verdict in suspects:
        with runs.seeded([fault], template):
            different = outputs.differences(before, outputs.outputs(template, cases))
        verdict.changes = any(what.startswith("file ") for _, what in different)
        is_sure = not any(word in fault.file for word in outputs.ONLY_UPDATES)
        if not different and is_sure and verdict.result == SURVIVED:
            verdict.result, verdict.caught_by = EQUIVALENT, "all outputs are the same"


def examine(chosen: list[Fault], place: Path, *, is_complete: bool) -> list[Verdict]:
    """Judge faults.

    Args:
        chosen: The faults.
        place: A temporary folder.
        is_complete: Whether faults that survive meet the whole suite.
    """
    catches = Counter(row["caught_by"].partition("::")[0] for row in earlier())
    places: SimpleQueue[Path] = SimpleQueue()
    for number in range(PROCESSES):
        places.put(place / str(number))
    if True:
        with ProcessPoolExecutor(
            PROCESSES, initializer=start_worker, initargs=(places, catches)
        ) as pool:
            judged = {pool.submit(judge, fault): fault for fault in chosen}
            verdicts: dict[Fault, Verdict] = {}
            for done in as_completed(judged):
                verdict = verdicts[judged[done]] = done.result()
                print(
                    f"{verdict.result:10} {verdict.seconds:6.1f} s  {verdict.file}:{verdict.line} {verdict.fault}"[
                        :150
                    ],
                    flush=True,
                )
    repository = place / "0" / "repository"
    if is_complete:
        left = [
            f
            for f, v in verdicts.items()
            if v.changes and not v.quick and v.result in (CAUGHT, SURVIVED)
        ]
        options = sorted(
            {
                f"tests/options/test_{found[1]}.py"
                for f in left
                if (found := runs.CHANGED_OPTIONS.match(f.file))
            }
        )
        paths = [path for path in options if (ROOT / path).is_file()]
        for fault, test in run_together(
            repository, left, "-m", "quick", *runs.QUICK_FOLDERS, *paths
        ).items():
            own = runs.CHANGED_OPTIONS.match(fault.file)
            verdicts[fault].result = CAUGHT
            verdicts[fault].caught_by = verdicts[fault].caught_by or test
            if not test.startswith("tests/options/") or (
                own and test.startswith(f"tests/options/test_{own[1]}.py")
            ):
                verdicts[fault].quick = test
        left = [fault for fault, verdict in verdicts.items() if verdict.result == SURVIVED]
        for fault, test in run_together(repository, left).items():
            verdicts[fault].result, verdicts[fault].caught_by = CAUGHT, test
    compare_fully(
        place / "0" / "template",
        [
            (fault, verdict)
            for fault, verdict in verdicts.items()
            if not verdict.changes
            and not verdict.quick
            and verdict.result in (CAUGHT, SURVIVED)
            and fault.file.startswith(("template/", "copier.yml"))
        ],
    )
    return [verdicts[fault] for fault in chosen]


def earlier() -> list[dict[str, str]]:
    """Return the rows of earlier tables."""
    rows = []
    for file in sorted(runs.RECORDS.glob("*.tsv")):
        with file.open(encoding="utf-8", newline="") as table:
            rows += list(csv.DictReader(table, delimiter="\t"))
    return rows


def score(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Return how many faults have an effect, and how many of them each suite catches."""
    real = [verdict for verdict in verdicts if verdict.result in (CAUGHT, SURVIVED)]
    changing = [verdict for verdict in real if verdict.changes]
    return {
        "faults": len(real),
        "caught": sum(verdict.result == CAUGHT for verdict in real),
        "change a file": len(changing),
        "caught by the quick suite": sum(bool(verdict.quick) for verdict in changing),
        "without an effect": len(verdicts) - len(real),
    }


def report(verdicts: list[Verdict], table: Path, minutes: float) -> dict[str, dict[str, int]]:
    """Write the table, and print and return the scores by part."""
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(verdicts[0])), delimiter="\t")
        writer.writeheader()
        writer.writerows(map(asdict, verdicts))
    scores = {
        part: score([verdict for verdict in verdicts if verdict.part == part])
        for part in sorted({verdict.part for verdict in verdicts})
    }
    scores["all"] = score(verdicts)
    for part, counts in scores.items():
        whole = f"{counts['caught']}/{counts['faults']}"
        quick = f"{counts['caught by the quick suite']}/{counts['change a file']}"
        print(
            f"{part:26} {whole:>9} caught {quick:>9} by the quick suite {counts['without an effect']:4} without an effect"
        )
    for verdict in verdicts:
        if verdict.result == SURVIVED:
            print(f"survived: {verdict.file}:{verdict.line} ({verdict.operator}) {verdict.fault}")
    print(f"{minutes:.0f} minutes; {table}")
    return scores


def record(arguments: Sequence[str]) -> int:
    """Run the tests, and record which files each of them reads."""
    runs.RECORDS.mkdir(exist_ok=True)
    for file in runs.RECORDS.glob("*.jsonl"):
        file.unlink()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "sessions.mutation.recorder", *arguments]
    env = os.environ | {"PACKAGESTAN_RECORDS": str(runs.RECORDS)}
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def main(arguments: Sequence[str]) -> int:
    """Judge a sample, or all faults of some paths, and return 1 if one survives."""
    parser = argparse.ArgumentParser("nox -s mutation --", description=__doc__)
    parser.add_argument("paths", nargs="*", help="files or folders (default: all)")
    parser.add_argument("--sample", type=int, help="how many random faults (default: every fault)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the sample")
    parser.add_argument("--part", help="only faults of a part, such as workflows")
    parser.add_argument(
        "--near", action="store_true", help="don't run the whole suite for survivors"
    )
    parser.add_argument("--record", action="store_true", help="record which files each test reads")
    options, rest = parser.parse_known_args(arguments)
    if options.record:
        return record([*options.paths, *rest])
    if rest:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    texts = sources(options.paths or PLACES)
    texts = {file: text for file, text in texts.items() if options.part in (None, part_of(file))}
    if options.sample:
        chosen = sample(texts, options.sample, options.seed)
    else:
        chosen = [fault for file, text in texts.items() for fault in faults(file, text)]
    if not chosen:
        parser.error("there are no faults")
    if not runs.records():
        parser.error("run `nox -s mutation -- --record` first, which takes as long as all tests")
    start = time.monotonic()
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    place = Path(tempfile.mkdtemp(prefix="packagestan-mutation-", dir=memory))
    try:
        verdicts = examine(chosen, place, is_complete=not options.near)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    minutes = (time.monotonic() - start) / 60
    name = f"sample-{options.seed}" if options.sample else "exhaustive"
    scores = report(verdicts, runs.RECORDS / f"{name}.tsv", minutes)
    if options.sample and not options.paths and not options.part and not options.near:
        today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        latest = {"seed": options.seed, "date": today, "minutes": round(minutes), "scores": scores}
        LATEST.write_text(json.dumps(latest, indent=2) + "\n", encoding="utf-8")
    return int(any(verdict.result == SURVIVED for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
