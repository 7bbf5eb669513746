"""Measure the performance of the template, its projects, and its tests.

`python -m sessions.bench` prints a table. Each row contains the median ratio of several pairs of
measurements. The two measurements in a pair are taken one after the other, because measurements
from different machines or times aren't comparable.
"""

import functools
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import plumbum
from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.forks import close_all
from harness.artifacts.install import Environment
from harness.artifacts.variant import Variant
from harness.packagestan.answers import choices
from harness.packagestan.artifacts import artifact_cache
from harness.packagestan.template import ROOT, render, snapshot
from harness.processes.commands import run
from harness.rendering.copier_internals import Worker, render_context, rendered_names
from harness.rendering.render import copier_command
from harness.rendering.template import Answers

DEFAULT: Answers = {"project_name": "My Project", "copyright_year": "2026"}
APP: Answers = DEFAULT | {"mode": "app"}

# The baseline for `copier copy`: a template with one file and one question.
ONE_FILE = {
    "copier.yml": "_subdirectory: template\nproject_name:\n  type: str\n",
    "template/README.md.jinja": "# {{ project_name }}\n",
}


@dataclass(frozen=True)
class Ratio:
    """A comparison with several measurements.

    Attributes:
        what: A description of the comparison.
        target: The ratio's upper limit, its negated lower limit, or None.
        measured: The ratio of each pair.
    """

    what: str
    target: float | None
    measured: Sequence[float]

    def row(self) -> str:
        """Return the comparison as a row of a Markdown table."""
        bound = "none"
        if self.target is not None:
            bound = f"at {'most' if self.target > 0 else 'least'} {abs(self.target):g}"
        median = statistics.median(self.measured)
        digits = 0 if median > 10 else 2
        low, high = min(self.measured), max(self.measured)
        return (
            f"| {self.what} | {bound} | {median:.{digits}f} | {low:.{digits}f}–{high:.{digits}f} |"
        )


def pairs(first: Callable[[], float], second: Callable[[], float], number: int) -> list[float]:
    """Measure a number of pairs, and return each pair's ratio of the first cost to the second.

    The order of measurements alternates between pairs. An additional first pair, which
    isn't counted, fills the caches.
    """
    ratios = []
    for turn in range(number + 1):
        if turn % 2:
            cost = first() / second()
        else:
            divisor = second()
            cost = first() / divisor
        ratios.append(cost)
    return ratios[1:]


def elapsed(work: Callable[[], object]) -> float:
    """Return the duration of some work in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU time, in seconds, of the processes that some work starts and waits for."""

    def children() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = children()
    work()
    return children() - before


def fresh(folder: Path) -> Path:
    """Delete a folder, and return its path."""
    shutil.rmtree(folder, ignore_errors=True)
    return folder


# 1. `copier copy`.


def cpu_of_copy(template: Path, destination: Path, *options: str, scratch: Path) -> float:
    """Return the CPU time, in seconds, of `copier copy` with default answers.

    Args:
        template: The template's folder or repository.
        destination: The project's folder.
        options: Options for `copier copy`.
        scratch: The folder in which Copier clones repositories.
    """
    answers = {"project_name": "My Project"}
    env = {"TMPDIR": str(scratch)}
    command = functools.partial(copier_command, "copy", "--defaults", *options)
    return cpu(lambda: command(template, fresh(destination), answers=answers, env=env))


def copy(folder: Path) -> Iterator[Ratio]:
    """Compare `copier copy` from a folder and from a repository with the baseline."""
    for name, text in ONE_FILE.items():
        file = folder / "one-file" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    floor = functools.partial(cpu_of_copy, folder / "one-file", folder / "floor", scratch=folder)
    plain = functools.partial(cpu_of_copy, snapshot(), folder / "copied", scratch=folder)
    yield Ratio("CPU time of `copier copy` / of a one-file template", 1.5, pairs(plain, floor, 9))

    repository = folder / "repository"
    run("git", "clone", "--quiet", "--no-hardlinks", ROOT, repository)
    number = len(run("git", "ls-files", cwd=repository).stdout.splitlines())
    cloned = functools.partial(
        cpu_of_copy, repository, folder / "copied", "--vcs-ref=HEAD", scratch=folder
    )
    what = f"the same from a git repository on disk with {number} files / of a one-file template"
    yield Ratio(what, None, pairs(cloned, floor, 9))


# 2. Imports and commands.


def startup(folder: Path) -> Iterator[Ratio]:
    """Compare importing a package and running its command with importing only standard modules."""
    environment = Environment.make(folder / "environment")
    environment.install("--compile-bytecode", render(folder / "app", APP))
    script = environment.bin / "my-project"

    def cpu_of(*command: str | Path) -> Callable[[], float]:
        return lambda: cpu(lambda: run(*command))

    def imports(modules: str) -> Callable[[], float]:
        return cpu_of(environment.python, "-c", f"import {modules}")

    library = pairs(imports("my_project"), imports("json, importlib.resources"), 40)
    yield Ratio("`import my_project` / `import json, importlib.resources`", 1.1, library)
    modules = "argparse, json, importlib.resources"
    command = pairs(cpu_of(script, "Ada"), imports(modules), 40)
    yield Ratio(f"`my-project Ada` / `import {modules}`", 1.2, command)


# 3. Testing one variant: rendering, building, installing, and running it.


def without_caches(answers: Answers, folder: Path) -> None:
    """Test a variant with plain commands."""
    copier_command("copy", "--defaults", snapshot(), folder / "project", answers=answers)
    run(sys.executable, "-m", "build", "--outdir", folder / "dist", folder / "project")
    (wheel,) = (folder / "dist").glob("*.whl")
    run(sys.executable, "-m", "venv", folder / "environment")
    environment = Environment(folder / "environment")
    environment.run("python", "-m", "pip", "install", "--quiet", wheel)
    environment.run("my-project", "Ada")


def with_caches(answers: Answers, artifacts: ArtifactCache) -> None:
    """Test a variant with the test suite's caches."""
    variant = Variant(answers, artifacts)
    assert variant.distributions.wheel.read_bytes() == variant.wheel_from_tree.read_bytes()
    assert ["Hello, Ada!\n", "", 0] == variant.used(["my-project", "Ada"])["commands"][0]


def variant(folder: Path) -> Iterator[Ratio]:
    """Compare testing a variant with and without the test suite's caches.

    Without the caches, one fewer wheel is built.
    """
    artifacts = artifact_cache(folder / "artifacts")
    with_caches(APP, artifacts)
    ratios = []
    for backend in choices("backend"):
        answers = APP | {"backend": backend}
        cheap = [
            elapsed(
                functools.partial(with_caches, answers | {"project_description": text}, artifacts)
            )
            for text in ("One.", "Two.", "Three.", "Four.", "Five.")
        ]
        plain = elapsed(functools.partial(without_caches, answers, folder / backend))
        ratios.append(plain / statistics.median(cheap))
    close_all()
    yield Ratio("testing a variant with plain commands / with the tests' caches", -20, ratios)


# 4. Rendering in the tests.


def rendering(folder: Path) -> Iterator[Ratio]:
    """Compare rendering in the tests with rendering the same templates only with Jinja."""
    with (
        plumbum.local.env(PATH=os.devnull),
        Worker(
            src_path=str(snapshot()),
            dst_path=folder / "context",
            data=DEFAULT,
            defaults=True,
            quiet=True,
        ) as worker,
    ):
        worker.run_copy()
        context = dict(render_context(worker))
        names = rendered_names(worker)

    def raw() -> float:
        start = time.process_time()
        environment = SandboxedEnvironment(
            loader=FileSystemLoader(snapshot()),
            extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
            keep_trailing_newline=True,
        )
        for source, name in names.items():
            file = folder / "raw" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if source.endswith(".jinja"):
                file.write_text(environment.get_template(source).render(context), "utf-8")
            else:
                shutil.copy(snapshot() / source, file)
        return time.process_time() - start

    def by_the_harness() -> float:
        destination = fresh(folder / "rendered")
        start = time.process_time()
        render(destination, DEFAULT)
        return time.process_time() - start

    what = "CPU time of a render in the tests / of Jinja's part in it, compiled each time"
    yield Ratio(what, 0.5, pairs(by_the_harness, raw, 20))


def main() -> None:
    """Print a table of all ratios."""
    # Use compiled modules, as users do. Compiling them in every run would raise the baseline.
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Personal settings must not affect the figures.
        settings = folder / "settings.yml"
        settings.write_text("{}\n", encoding="utf-8")
        os.environ["COPIER_SETTINGS_PATH"] = str(settings)
        print("| CPU time or duration of | target | median | range |\n| --- | --- | --- | --- |")
        for measure in (copy, startup, rendering, variant):
            for ratio in measure(folder):
                print(ratio.row(), flush=True)


if __name__ == "__main__":
    main()
