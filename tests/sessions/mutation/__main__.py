"""Create faults, run the tests that may catch them, and report the results: `nox -s mutation`."""

import argparse
import csv
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from harness.packagestan.template import ROOT
from sessions.mutation import runs
from sessions.mutation.judging import CAUGHT, EQUIVALENT, SURVIVED, Verdict, examine
from sessions.mutation.operators import faults
from sessions.mutation.sources import PARTS, PLACES, part_of, sample, sources

# The file with the latest sample's scores, for the documentation.
LATEST = Path(__file__).with_name("latest.json")


def score(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Count the faults with and without an effect, and the ones that each suite catches."""
    real = [verdict for verdict in verdicts if verdict.result != EQUIVALENT]
    changing = [verdict for verdict in real if verdict.changes]
    return {
        "faults": len(real),
        "caught": sum(verdict.result == CAUGHT for verdict in real),
        "changing files": len(changing),
        "caught by the quick suite": sum(bool(verdict.quick) for verdict in changing),
        "without an effect": len(verdicts) - len(real),
    }


def write_table(verdicts: list[Verdict], table: Path) -> None:
    """Write a table with one row for each fault."""
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(verdicts[0])), delimiter="\t")
        writer.writeheader()
        writer.writerows(map(asdict, verdicts))


def report(verdicts: list[Verdict]) -> dict[str, dict[str, int]]:
    """Print the scores and the surviving faults, and return the scores by part."""
    parts = [part for part in PARTS if any(verdict.part == part for verdict in verdicts)]
    scores = {part: score([v for v in verdicts if v.part == part]) for part in sorted(parts)}
    scores["all"] = score(verdicts)
    for part, counts in scores.items():
        print(f"{part}: {', '.join(f'{number} {what}' for what, number in counts.items())}")
    for verdict in verdicts:
        if verdict.result == SURVIVED:
            print(f"survived: {verdict.file}:{verdict.line}: {verdict.operator}: {verdict.fault}")
    return scores


def record(arguments: Sequence[str]) -> int:
    """Run the tests, record the files that each of them reads, and return pytest's exit code."""
    runs.RECORDS.mkdir(exist_ok=True)
    for file in runs.RECORDS.glob("*.jsonl"):
        file.unlink()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "sessions.mutation.recorder", *arguments]
    env = os.environ | {"PACKAGESTAN_RECORDS": str(runs.RECORDS)}
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def main(arguments: Sequence[str]) -> int:
    """Test a sample of faults, or all faults in some paths, and return 1 if any fault survives.

    With `--record`, run and record the tests instead, and return pytest's exit code.
    """
    parser = argparse.ArgumentParser("nox -s mutation --", description=__doc__)
    parser.add_argument("paths", nargs="*", default=PLACES, help="files or folders (default: all)")
    parser.add_argument(
        "--sample", type=int, help="the number of random faults (default: every fault)"
    )
    parser.add_argument("--seed", type=int, default=1, help="the seed of the sample")
    parser.add_argument("--part", choices=PARTS, help="only faults in this part")
    parser.add_argument("--near", action="store_true", help="don't run the quick and full suites")
    parser.add_argument(
        "--record", action="store_true", help="record the files that each test reads"
    )
    options = parser.parse_args(arguments)
    if options.record:
        return record([] if options.paths is PLACES else options.paths)
    if not runs.records():
        parser.error("run `nox -s mutation -- --record` first; it takes as long as all tests")
    texts = sources(options.paths)
    texts = {file: text for file, text in texts.items() if options.part in (None, part_of(file))}
    if options.sample:
        chosen = sample(texts, options.sample, options.seed)
    else:
        chosen = [fault for file, text in texts.items() for fault in faults(file, text)]
    if not chosen:
        parser.error("there are no faults")
    start = time.monotonic()
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    place = Path(tempfile.mkdtemp(prefix="packagestan-mutation-", dir=memory))
    table = runs.RECORDS / f"{f'sample-{options.seed}' if options.sample else 'exhaustive'}.tsv"
    verdicts: list[Verdict] = []
    minutes = 0
    try:
        for verdicts in examine(chosen, place, together=not options.near):
            write_table(verdicts, table)
            minutes = round((time.monotonic() - start) / 60)
            left = sum(verdict.result == SURVIVED for verdict in verdicts)
            print(f"{left} faults are left after {minutes} minutes", flush=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    scores = report(verdicts)
    print(f"The table is {table}")
    if options.sample and options.paths is PLACES and not (options.part or options.near):
        today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        latest = {"seed": options.seed, "date": today, "minutes": minutes, "scores": scores}
        LATEST.write_text(json.dumps(latest, indent=2) + "\n", encoding="utf-8")
    return int(any(verdict.result == SURVIVED for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
