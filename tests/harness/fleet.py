"""Many projects that were worked on, each updated from an earlier release and built.

`python -m harness.fleet 200` prints what has become of 200 of them. They are the same in each run.
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

import yaml

from .answers import Answers, axes, choices
from .bench import ONE_FILE, pairs
from .commands import CommandError
from .edits import SomeWork, a_year_of_work
from .forks import close_all
from .inspect import tree
from .releases import IDENTITY, add_release, commit, git, make_repository, past_releases
from .render import copier_command
from .space import covering
from .updates import conflicts, start, update
from .workshop import Workshop

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}

# What the random comments are written into: a line that begins with "#" is at home there.
COMMENTED = (".gitignore", ".md", ".py", ".toml", "justfile")

# After how many projects the `copier` command is measured once.
EVERY = 10


@dataclass(frozen=True)
class Updated:
    """What has become of a project.

    Attributes:
        number: Which of the projects it is.
        conflicts: The files that hold a conflict.
        lost: The lines and deletions of the user's that are gone.
        failure: What the build said when it failed.
        seconds: How long the update took.
    """

    number: int
    conflicts: list[str]
    lost: list[str]
    failure: str
    seconds: float


def fleet(releases: Path, number: int) -> Iterator[tuple[str, Answers]]:
    """Yield the release and the answers of some projects.

    They go through all releases, modes and backends, with every other choice in turn.
    """
    known = {version: asked(releases, version) for version in past_releases()}
    rows = covering()
    Random(0).shuffle(rows)
    for count in range(number):
        version = past_releases()[count % len(known)]
        row = rows[count % len(rows)]
        chosen = {axis: row[axis] for axis in axes() if axis in row and axis in known[version]}
        chosen["mode"] = choices("mode")[count // len(known) % len(choices("mode"))]
        chosen["backend"] = choices("backend")[
            count // len(known) // len(choices("mode")) % len(choices("backend"))
        ]
        if chosen["backend"] in ("uv_build", "flit_core"):
            chosen |= {"versioning": "static"} if "versioning" in chosen else {}
        if chosen["mode"] == "library":
            chosen.pop("container", None)
        yield version, BASE | chosen


def asked(releases: Path, version: str) -> set[str]:
    """Return the names of what a release asks."""
    names: set[str] = set()
    for path in git("ls-tree", "-r", "--name-only", version, cwd=releases).splitlines():
        if path.startswith("template/questions/"):
            names |= set(yaml.safe_load(git("show", f"{version}:{path}", cwd=releases)))
    return names


def worked_on(project: Path, number: int) -> SomeWork:
    """Do some of a year's work, and write comments into random places; commit it."""
    random = Random(number)
    work = SomeWork(project, random)
    a_year_of_work(project, work)
    names = sorted(name for name in tree(project) if name.endswith(COMMENTED))
    for name in random.sample(names, 3):
        work.comment(name)
    commit(project, "Work")
    return work


def build(project: Path, workshop: Workshop) -> str:
    """Build a project's sdist and wheel, and return why that failed, or an empty text."""
    try:
        workshop.build(project, project.with_name("dist"))
    except CommandError as error:
        return str(error)
    return ""


def updated(number: int, project: Path, work: SomeWork, workshop: Workshop) -> Updated:
    """Update a project, look for what is lost, take its own side of conflicts, and build it."""
    before = set(tree(project))
    began = time.perf_counter()
    found = update(project)
    seconds = time.perf_counter() - began
    lost = work.lost()
    if ours := [name for name in found if name in before]:
        git("checkout", "--ours", "--", *ours, cwd=project)
    left = conflicts(project)
    failure = "conflicts are left" if left else build(project, workshop)
    return Updated(number, found, lost, failure, seconds)


def one_file_releases(folder: Path) -> Path:
    """Make a repository of Copier's least template, with a release and a later one."""
    folder.mkdir()
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    for version in ("1.0.0", "2.0.0"):
        for name, text in ONE_FILE.items():
            file = folder / name
            file.parent.mkdir(exist_ok=True)
            changed = text + f"\nRelease {version}.\n" if name.endswith(".jinja") else text
            file.write_text(changed, encoding="utf-8")
        # Copier finds the answers that it has recorded in this file.
        answers = folder / "template" / "{{ _copier_conf.answers_file }}.jinja"
        answers.write_text("{{ _copier_answers | to_nice_yaml -}}\n", encoding="utf-8")
        add_release(folder, version)
    return folder


def cpu_of_update(project: Path, folder: Path) -> float:
    """Return the CPU time of `copier update` for a copy of a project, in seconds."""
    copy = shutil.copytree(project, folder / "copy", symlinks=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    copier_command("update", "--defaults", "--skip-answered", cwd=copy, env=IDENTITY)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    shutil.rmtree(copy)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def report(all_of_them: Sequence[Updated], ratios: Sequence[float], seconds: float) -> str:
    """Return what has become of the projects as a Markdown table."""
    clean = [each for each in all_of_them if not each.conflicts]
    times = sorted(each.seconds for each in all_of_them)
    rows = {
        "projects updated": f"{len(all_of_them)}",
        "without a conflict": f"{len(clean)}",
        "with conflicts": f"{len(all_of_them) - len(clean)}",
        "lost lines": f"{sum(len(each.lost) for each in all_of_them)}",
        "failed builds": f"{sum(bool(each.failure) for each in all_of_them)}",
        "an update, median and longest": f"{statistics.median(times):.2f} s, {times[-1]:.2f} s",
        "all, with rendering, work and builds": f"{seconds:.0f} s",
        "CPU time of `copier update`, in times of a template of one file": (
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}, "
            f"{len(ratios)} pairs)"
        ),
    }
    lines = [f"| {what} | {how} |" for what, how in rows.items()]
    return "\n".join(["| what | how much |", "| --- | --- |", *lines]) + "\n"


def run_fleet(number: int, folder: Path) -> tuple[str, list[Updated]]:
    """Update some projects and return the report and what has become of each."""
    began = time.perf_counter()
    workshop = Workshop(folder / "workshop")
    workshop.folder.mkdir()
    releases = make_repository(folder / "releases")
    least = start(one_file_releases(folder / "one"), "1.0.0", folder / "least", BASE)
    results, ratios = [], []
    for count, (version, answers) in enumerate(fleet(releases, number)):
        project = start(releases, version, folder / str(count) / "project", answers)
        work = worked_on(project, count)
        if count % EVERY == 0:
            ratios += pairs(
                functools.partial(cpu_of_update, project, folder),
                functools.partial(cpu_of_update, least, folder),
                1,
            )
        results.append(updated(count, project, work, workshop))
        shutil.rmtree(folder / str(count))
    close_all()
    return report(results, ratios, time.perf_counter() - began), results


def main(arguments: Sequence[str]) -> int:
    """Print the report and what went wrong; return 1 if a line was lost or a build failed."""
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
