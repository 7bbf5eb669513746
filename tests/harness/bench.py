"""What the proof and the template cost, as ratios that hold on every machine.

`python -m harness.bench` prints a table. Each ratio is the median of pairs that were measured one
right after the other. No time is judged alone: only what is compared on the same machine, at the
same moment, says something.
"""

import functools
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import plumbum
from copier._main import Worker
from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment

from .answers import Answers, choices
from .commands import run
from .forks import close_all
from .install import Environment
from .render import copier_command, render, snapshot
from .variant import Variant
from .workshop import Workshop

DEFAULT: Answers = {"project_name": "My Project", "copyright_year": "2026"}
APP: Answers = DEFAULT | {"mode": "app"}

# Copier's least: a template of one file and one question.
ONE_FILE = {
    "copier.yml": "_subdirectory: template\nproject_name:\n  type: str\n",
    "template/README.md.jinja": "# {{ project_name }}\n",
}


@dataclass(frozen=True)
class Ratio:
    """A comparison that was measured several times.

    Attributes:
        what: What is compared with what.
        target: The most that the ratio should be, or the least if it is negative.
        measured: The ratio of each pair.
    """

    what: str
    target: float
    measured: Sequence[float]

    def row(self) -> str:
        """Return the row of the table."""
        bound = "at most" if self.target > 0 else "at least"
        median = statistics.median(self.measured)
        low, high = min(self.measured), max(self.measured)
        digits = 2 if self.target > 0 else 0
        return (
            f"| {self.what} | {bound} {abs(self.target):g} | {median:.{digits}f} "
            f"| {low:.{digits}f} to {high:.{digits}f} |"
        )


def pairs(first: Callable[[], float], second: Callable[[], float], number: int) -> list[float]:
    """Return how many times as much the first costs as the second, for some pairs.

    Each goes first in half of the pairs. A first pair warms the caches and isn't counted.
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


def elapsed(deed: Callable[[], object]) -> float:
    """Return how many seconds something takes."""
    start = time.perf_counter()
    deed()
    return time.perf_counter() - start


def fresh(folder: Path) -> Path:
    """Return a folder that isn't there."""
    shutil.rmtree(folder, ignore_errors=True)
    return folder


# 1. The proof of one variant: rendered, built, installed, run.


def the_obvious_way(answers: Answers, folder: Path) -> None:
    """Prove a variant by the commands that a README would name."""
    copier_command("copy", "--defaults", snapshot(), folder / "project", answers=answers)
    run(sys.executable, "-m", "build", "--outdir", folder / "dist", folder / "project")
    (wheel,) = (folder / "dist").glob("*.whl")
    run(sys.executable, "-m", "venv", folder / "environment")
    environment = Environment(folder / "environment")
    environment.run("python", "-m", "pip", "install", "--quiet", wheel)
    environment.run("my-project", "Ada")


def the_proof(answers: Answers, workshop: Workshop) -> None:
    """Prove a variant as the tests do it for hundreds of them."""
    variant = Variant(answers, workshop)
    assert variant.distributions.wheel.read_bytes() == variant.wheel_from_tree.read_bytes()
    assert ["Hello, Ada!\n", "", 0] == variant.used(["my-project", "Ada"])["commands"][0]


def proof(folder: Path) -> Ratio:
    """Compare the obvious way to prove a variant with that of the tests.

    The obvious way builds one wheel less, and runs as much.
    """
    workshop = Workshop(folder / "workshop")
    workshop.folder.mkdir()
    the_proof(APP, workshop)
    ratios = []
    for backend in choices("backend"):
        answers = APP | {"backend": backend}
        cheap = [
            elapsed(functools.partial(the_proof, answers | {"project_description": text}, workshop))
            for text in ("One.", "Two.", "Three.", "Four.", "Five.")
        ]
        obvious = elapsed(functools.partial(the_obvious_way, answers, folder / backend))
        ratios.append(obvious / statistics.median(cheap))
    close_all()
    return Ratio("the obvious proof of a variant, in times of the tests' own", -20, ratios)


# 2. The default project, and Copier's least.


def cpu_of_copy(template: Path, destination: Path) -> float:
    """Return the CPU time of `copier copy`, of its children, too, in seconds."""

    def children() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = children()
    answers = {"project_name": "My Project"}
    copier_command("copy", "--defaults", template, fresh(destination), answers=answers)
    return children() - before


def copy(folder: Path) -> Ratio:
    """Compare a default project with a template of one file, by the `copier` command."""
    for name, text in ONE_FILE.items():
        file = folder / "one-file" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    ratios = pairs(
        functools.partial(cpu_of_copy, snapshot(), folder / "copied"),
        functools.partial(cpu_of_copy, folder / "one-file", folder / "one"),
        9,
    )
    return Ratio("CPU time of `copier copy`, in times of a template of one file", 1.2, ratios)


# 3. The harness's render, and what Jinja needs for the same files.


def rendering(folder: Path) -> Ratio:
    """Compare the harness's render with compiling, rendering and writing the same files."""
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
        context = dict(worker._render_context())
        names = {
            source.relative_to(snapshot()).as_posix(): str(rendered)
            for source in worker.template_copy_root.rglob("*")
            if source.is_file()
            for rendered, _ in worker._render_path(source.relative_to(worker.template_copy_root))
        }

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

    ratios = pairs(by_the_harness, raw, 20)
    return Ratio("a render of the tests, in times of Jinja's own work for its files", 0.5, ratios)


def table(ratios: Sequence[Ratio]) -> str:
    """Return ratios as a Markdown table."""
    head = "| what is compared | target | median | least to most |\n| --- | --- | --- | --- |\n"
    return head + "".join(ratio.row() + "\n" for ratio in ratios)


def main() -> None:
    """Measure and print."""
    # Users' modules are compiled; where they are not, the floor of `copier copy` is too high.
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="packagestan-bench-") as folder:
        # Nothing that the person who measures has set up.
        settings = Path(folder) / "settings.yml"
        settings.write_text("{}\n", encoding="utf-8")
        os.environ["COPIER_SETTINGS_PATH"] = str(settings)
        ratios = [measure(Path(folder)) for measure in (copy, rendering, proof)]
    print(table(ratios), end="")


if __name__ == "__main__":
    main()
