"""Update many locally changed projects from past releases, and build them.

`python -m sessions.fleet 200` prints the results for 200 projects. The projects are the same in
each run.
"""

import functools
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.forks import close_all
from harness.artifacts.inspect import tree
from harness.packagestan.answers import FULL, choices
from harness.packagestan.artifacts import artifact_cache
from harness.packagestan.template import facts
from harness.processes.commands import CommandError
from harness.rendering.render import copier_command
from harness.rendering.template import Answers
from harness.updates.edits import SomeWork, a_year_of_work
from harness.updates.projects import resolve, start, update
from harness.updates.releases import (
    IDENTITY,
    add_release,
    commit,
    covering_answers,
    git,
    make_repository,
    past_releases,
)
from sessions.bench import ONE_FILE, pairs

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}

# Files with these endings get random comments, because lines may start with "#" in them.
COMMENTED = (".gitignore", ".md", ".py", ".toml", "justfile")

# The `copier` command is measured for one in this many projects.
EVERY = 10


@dataclass(frozen=True)
class Updated:
    """The result of an update.

    Attributes:
        number: The project's number.
        conflicts: The files with conflicts.
        lost: The user's lost lines and undone deletions.
        failure: The error message if the build failed, or "".
        seconds: The duration of the update in seconds.
    """

    number: int
    conflicts: list[str]
    lost: list[str]
    failure: str
    seconds: float


def fleet(number: int) -> Iterator[tuple[str, Answers]]:
    """Yield a release and the answers for each project.

    Successive projects cycle through all past releases, modes, and backends, and most other choices.
    """
    versions = past_releases()
    for count in range(number):
        version, turn = versions[count % len(versions)], count // len(versions)
        rows = covering_answers(version)
        chosen = {
            name: answer for name, answer in rows[turn % len(rows)].items() if name not in FULL
        }
        chosen["mode"] = choices("mode")[turn % len(choices("mode"))]
        backends = choices("backend")
        chosen["backend"] = backends[turn // len(choices("mode")) % len(backends)]
        if facts("backend")[chosen["backend"]]["vcs_error"]:
            chosen["versioning"] = "static"
        if chosen["mode"] == "library":
            chosen["container"] = False
        yield version, BASE | chosen


def worked_on(project: Path, number: int) -> SomeWork:
    """Apply random edits, add comments at random positions, commit, and return the work."""
    random = Random(number)
    work = SomeWork(project, random)
    a_year_of_work(project, work)
    names = sorted(
        name
        for name in tree(project)
        if name.endswith(COMMENTED)
        # Updates from 0.3 remove these files even if they have been edited.
        and not name.startswith(("tools/", "tests/test_locks.py", "build_backend.py"))
    )
    for name in random.sample(names, 3):
        work.comment(name)
    commit(project, "Work")
    return work


def build(project: Path, artifacts: ArtifactCache) -> str:
    """Build a project's sdist and wheel, and return the error message, or ""."""
    try:
        artifacts.build(project, project.with_name("dist"))
    except CommandError as error:
        return str(error)
    return ""


def updated(number: int, project: Path, work: SomeWork, artifacts: ArtifactCache) -> Updated:
    """Update a project, find lost work, resolve conflicts in the template's favor, and build it."""
    began = time.perf_counter()
    found = update(project)
    seconds = time.perf_counter() - began
    lost = work.lost()
    resolve(project, "theirs")
    commit(project, "Update")
    return Updated(number, found, lost, build(project, artifacts), seconds)


def one_file_releases(folder: Path) -> Path:
    """Create a repository with two releases of a one-file template."""
    folder.mkdir()
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    for version in ("1.0.0", "2.0.0"):
        for name, text in ONE_FILE.items():
            file = folder / name
            file.parent.mkdir(exist_ok=True)
            changed = text + f"\nRelease {version}.\n" if name.endswith(".jinja") else text
            file.write_text(changed, encoding="utf-8")
        # Copier reads the recorded answers from this file.
        answers = folder / "template" / "{{ _copier_conf.answers_file }}.jinja"
        answers.write_text("{{ _copier_answers | to_nice_yaml -}}\n", encoding="utf-8")
        add_release(folder, version)
    return folder


def cpu_of_update(project: Path, folder: Path) -> float:
    """Return the CPU time, in seconds, of `copier update` in a copy of a project."""
    copy = shutil.copytree(project, folder / "copy", symlinks=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    copier_command("update", "--defaults", "--skip-answered", cwd=copy, env=IDENTITY)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    shutil.rmtree(copy)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def report(all_of_them: Sequence[Updated], ratios: Sequence[float], seconds: float) -> str:
    """Return the results as a Markdown table."""
    clean = [each for each in all_of_them if not each.conflicts]
    times = sorted(each.seconds for each in all_of_them)
    rows = {
        "projects updated": f"{len(all_of_them)}",
        "without a conflict": f"{len(clean)}",
        "with conflicts": f"{len(all_of_them) - len(clean)}",
        "lost lines": f"{sum(len(each.lost) for each in all_of_them)}",
        "failed builds": f"{sum(bool(each.failure) for each in all_of_them)}",
        "an update, median and longest": f"{statistics.median(times):.2f} s, {times[-1]:.2f} s",
        "all, with rendering, work, and builds": f"{seconds:.0f} s",
        "CPU time of `copier update`, relative to a one-file template": (
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}, "
            f"{len(ratios)} pairs)"
        ),
    }
    lines = [f"| {what} | {how} |" for what, how in rows.items()]
    return "\n".join(["| what | how much |", "| --- | --- |", *lines]) + "\n"


def run_fleet(number: int, folder: Path) -> tuple[str, list[Updated]]:
    """Update the given number of projects, and return the report and the results."""
    began = time.perf_counter()
    artifacts = artifact_cache(folder / "artifacts")
    releases = make_repository(folder / "releases")
    least = start(one_file_releases(folder / "one"), "1.0.0", folder / "least", BASE)
    results, ratios = [], []
    for count, (version, answers) in enumerate(fleet(number)):
        project = start(releases, version, folder / str(count) / "project", answers)
        work = worked_on(project, count)
        if count % EVERY == 0:
            ratios += pairs(
                functools.partial(cpu_of_update, project, folder),
                functools.partial(cpu_of_update, least, folder),
                1,
            )
        results.append(updated(count, project, work, artifacts))
        shutil.rmtree(folder / str(count))
    close_all()
    return report(results, ratios, time.perf_counter() - began), results


def main(arguments: Sequence[str]) -> int:
    """Print the report, conflicts, and failures. Return 1 if work was lost or a build failed."""
    os.environ.pop("PYTHONPATH", None)
    number = int(arguments[0]) if arguments else 200
    with tempfile.TemporaryDirectory(prefix="packagestan-fleet-") as folder:
        settings = Path(folder) / "settings.yml"
        settings.write_text("{}\n", encoding="utf-8")
        os.environ["COPIER_SETTINGS_PATH"] = str(settings)
        text, results = run_fleet(number, Path(folder))
    print(text, end="")
    bad = [each for each in results if each.lost or each.failure]
    for each in results:
        if each.conflicts:
            print(f"{each.number}: conflicts in {', '.join(each.conflicts)}", file=sys.stderr)
    for each in bad:
        print(f"{each.number}: lost {each.lost}; {each.failure}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
