"""Seeded faults in the template that the tests must catch.

`tests/mutants.yml` lists them. Each fault is put into a copy of the repository, and the tests that must
catch it are run there. `python -m sessions.mutants` runs all faults, or those that are named.
"""

import os
import queue
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

from harness.processes.commands import run
from harness.rendering.template import ROOT

LIST = ROOT / "tests" / "mutants.yml"

# How many copies of the repository are tested at the same time.
COPIES = 2

# https://docs.pytest.org/en/stable/reference/exit-codes.html
PASSED, FAILED = 0, 1


class MutantError(Exception):
    """A fault can't be seeded, or its tests can't be run. The message names the fault."""


@dataclass(frozen=True)
class Mutant:
    """A fault.

    Attributes:
        name: A short description.
        file: The path of the faulty file in the repository.
        tests: The ids of the tests that must fail.
        find: The replaced text, which occurs once in the file, or None to delete the file.
        replace: The text that replaces it, or None to delete the file.
    """

    name: str
    file: str
    tests: tuple[str, ...]
    find: str | None = None
    replace: str | None = None

    def faulty(self, repository: Path) -> str | None:
        """Return the text of the file with the fault, or None if the fault is that it is missing.

        Raises:
            MutantError: The file doesn't exist, or the text doesn't occur exactly once.
        """
        file = repository / self.file
        if not file.is_file():
            raise MutantError(f"{self.name}: there is no file {self.file}")
        if self.find is None or self.replace is None:
            return None
        text = file.read_text(encoding="utf-8")
        if (number := text.count(self.find)) != 1:
            raise MutantError(f"{self.name}: its text occurs {number} times in {self.file}")
        return text.replace(self.find, self.replace)

    def seed(self, repository: Path) -> None:
        """Put the fault into a copy of the repository. See `faulty` for the errors."""
        text = self.faulty(repository)
        if text is None:
            (repository / self.file).unlink()
        else:
            (repository / self.file).write_text(text, encoding="utf-8")


def mutants() -> list[Mutant]:
    """Return the faults in the order of the list."""
    listed = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return [
        Mutant(name, fault["file"], tuple(fault["tests"]), fault.get("find"), fault.get("replace"))
        for name, fault in listed.items()
    ]


def copy_repository(destination: Path) -> Path:
    """Copy the current repository without its environments and caches.

    The copy is a clone, because some tests clone it and others read past releases. Uncommitted
    changes are committed in it.
    """
    run("git", "clone", "--quiet", "--shared", "--no-checkout", ROOT, destination)
    ignored = shutil.ignore_patterns(".git", ".nox", ".venv", "_build", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, destination, ignore=ignored, dirs_exist_ok=True)
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    run("git", "add", "--all", cwd=destination)
    run("git", *person, "commit", "--quiet", "--allow-empty", "--message=Copy", cwd=destination)
    return destination


def run_tests(repository: Path, tests: Sequence[str], processes: int = 0) -> tuple[int, str]:
    """Run some tests of a copy of the repository.

    Args:
        repository: The copy.
        tests: The ids of the tests.
        processes: The number of worker processes, or 0 for none.

    Returns:
        The exit code and the output of pytest.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command += [f"--numprocesses={processes}", f"--basetemp={repository}.tests", *tests]
    finished = subprocess.run(
        command,
        cwd=repository,
        # A path in the variable could lead to the tests outside the copy.
        env=os.environ | {"PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=1800,
    )
    return finished.returncode, finished.stdout + finished.stderr


def is_caught(mutant: Mutant, repository: Path) -> bool:
    """Return whether the tests of a fault fail in a copy without other faults.

    Raises:
        MutantError: The tests could not be run.
    """
    file = repository / mutant.file
    content = file.read_bytes()
    mutant.seed(repository)
    try:
        exit_code, output = run_tests(repository, mutant.tests)
    finally:
        file.write_bytes(content)
    if exit_code not in (PASSED, FAILED):
        raise MutantError(f"{mutant.name}: pytest ended with {exit_code}\n{output}")
    return exit_code == FAILED


def main(names: Sequence[str]) -> int:
    """Seed all faults, or those that are named, and print which ones are caught.

    Returns:
        0 if every fault is caught, otherwise 1.
    """
    every = mutants()
    unknown = set(names) - {fault.name for fault in every}
    if unknown:
        raise MutantError(f"there is no fault {', '.join(sorted(unknown))} in {LIST.name}")
    chosen = [fault for fault in every if not names or fault.name in names]
    for fault in chosen:
        fault.faulty(ROOT)
    with tempfile.TemporaryDirectory(prefix="packagestan-mutants-") as folder:
        copies: queue.Queue[Path] = queue.Queue()
        for number in range(COPIES):
            copies.put(copy_repository(Path(folder) / str(number)))

        tests = sorted({test for fault in chosen for test in fault.tests})
        exit_code, output = run_tests(copies.queue[0], tests, processes=COPIES)
        if exit_code != PASSED:
            raise MutantError(f"the tests do not pass without a fault\n{output}")
        print(f"{len(tests)} tests pass without a fault", flush=True)

        def judge(fault: Mutant) -> bool:
            repository = copies.get()
            try:
                caught = is_caught(fault, repository)
            finally:
                copies.put(repository)
            print("caught " if caught else "MISSED ", fault.name, flush=True)
            return caught

        with ThreadPoolExecutor(COPIES) as pool:
            verdicts = list(pool.map(judge, chosen))
    print(f"{sum(verdicts)}/{len(verdicts)} faults are caught")
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except MutantError as error:
        sys.exit(f"error: {error}")
