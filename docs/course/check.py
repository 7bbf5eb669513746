# /// script
# requires-python = ">=3.11"
# dependencies = ["packaging>=24"]
# ///
"""Check an exercise of the course, or a puzzle: `uv run check.py NAME [FOLDER]`.

It builds the package in FOLDER (the current one by default) as a user's installer would, and looks
at what comes out: the files in the wheel and in the sdist, the metadata, the installed command. It
works on a copy and changes nothing in FOLDER.

What is checked stands in a file beside this one, `exercises/NAME/check.toml` or
`puzzles/NAME/check.toml`; a puzzle is also called `puzzle-3`, by its number. The checks run in order. The
first that fails ends it with a hint. Each entry of `[[checks]]` has a `hint`, perhaps the address
of a page to `see`, perhaps `at_start = true` (that is where the exercise begins), and one of:

    builds = true                   an sdist from the tree, and a wheel from the sdist
    wheel_has, wheel_lacks          a file, or a list of files; `*` stands for any text
    sdist_has, sdist_lacks          the same, in the sdist, below its only folder
    metadata = {field, has, lacks, is}
                                    a field has such a value, or none, or just this one; of a
                                    requirement, the version is compared if the check names one
    entry_point = {group, name, value}
    runs = {command, prints, lacks, exit, extras}
                                    the command prints a text and ends with a code (0), in an empty
                                    environment with the wheel, perhaps with extras of it
    script = {command, prints, lacks, exit}
                                    the same in the folder itself, with nothing installed
    file = {path, has, lacks}       a file, or all that a pattern names, fits regular expressions
    hash_files = "*.yml"            each pattern in `hashFiles(...)` there names a file
    not_in_index = "index.json"     the distributions' names are new to an index, which once
                                    answered with this file about the project
    made_by = {command, folder}     a command makes the package; the next checks look in the folder

It ends with 0 if all checks pass, with 1 if one fails, and with 2 if it can't tell. It needs uv; uv
finds packages as its settings say (UV_DEFAULT_INDEX, UV_FIND_LINKS, UV_OFFLINE and others).

Specifications: https://packaging.python.org/en/latest/specifications/
"""

import argparse
import importlib.metadata
import inspect
import json
import keyword
import os
import posixpath
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

HERE = Path(__file__).parent

# What earlier work has left in a folder; none of it is the package.
LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", ".nox", "__pycache__", "*.egg-info")
LEFT_BEHIND_AT_THE_TOP = {"build", "dist"}

BUILD_HINT = (
    "The last lines above are the build's own words: which file and which key do they name?"
)
# A first build fetches its build backend, perhaps with a whole class at the same time.
SECONDS = 180


class RefusedError(Exception):
    """There is nothing to check; the message says why in one sentence."""


class NotYetError(Exception):
    """A check failed; the message says what was seen."""


class BuildError(NotYetError):
    """The package can't be built; the message holds the last lines that the build printed."""


def run(*command: str | Path, cwd: Path, env: dict[str, str]) -> tuple[int, str]:
    """Run a command and return its exit code and all that it printed.

    Raises:
        NotYetError: There is no such command, or it doesn't end.
    """
    program = shutil.which(command[0], path=env["PATH"])
    if program is None:
        raise NotYetError(f"{command[0]}: there is no such command.")
    try:
        finished = subprocess.run(
            [program, *command[1:]],
            cwd=cwd,
            env=env,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise NotYetError(f"{command[0]} has not ended after {SECONDS} seconds.") from None
    return finished.returncode, finished.stdout


class Package:
    """The package in a folder, and what becomes of it; each thing is made when it is asked for."""

    def __init__(self, folder: Path, work: Path) -> None:
        """Copy the folder.

        Args:
            folder: The package's sources; nothing is changed there.
            work: An empty folder to work in.

        Raises:
            RefusedError: There is no uv.
        """

        def ignore(path: str, names: list[str]) -> set[str]:
            at_the_top = LEFT_BEHIND_AT_THE_TOP if Path(path) == folder else set()
            return LEFT_BEHIND(path, names) | at_the_top

        self.work = work
        self.tree = work / "tree" / folder.name
        shutil.copytree(folder, self.tree, symlinks=True, ignore=ignore)
        # `uv run`, which may have started this, says where uv is.
        self.uv = os.environ.get("UV", "uv")
        if shutil.which(self.uv) is None:
            raise RefusedError("uv is not on PATH; the check needs it to build and to install.")

    @property
    def variables(self) -> dict[str, str]:
        """The variables of this process, without those that would lead out of an environment."""
        leading = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
        kept = {name: value for name, value in os.environ.items() if name not in leading}
        return kept | {"NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}

    @cached_property
    def distributions(self) -> Path:
        """The folder of the sdist, built from the tree, and the wheel, built from the sdist.

        Raises:
            BuildError: One of them can't be built.
        """
        folder = self.work / "dist"
        build = (self.uv, "build", "--python", sys.executable, "--out-dir", folder)
        exit_code, printed = run(*build, cwd=self.tree, env=self.variables)
        if exit_code:
            raise BuildError(last_lines(printed.replace(str(self.tree), self.tree.name)))
        return folder

    @property
    def wheel(self) -> Path:
        """The wheel."""
        (wheel,) = self.distributions.glob("*.whl")
        return wheel

    @cached_property
    def wheel_files(self) -> list[str]:
        """The names of the files in the wheel."""
        with zipfile.ZipFile(self.wheel) as archive:
            return sorted(posixpath.normpath(name) for name in archive.namelist())

    @cached_property
    def sdist_files(self) -> list[str]:
        """The names of the files in the sdist, below its only folder."""
        (sdist,) = self.distributions.glob("*.tar.gz")
        with tarfile.open(sdist) as archive:
            names = [member.name for member in archive if not member.isdir()]
        return sorted(name.partition("/")[2] for name in names)

    @cached_property
    def metadata(self) -> importlib.metadata.Distribution:
        """What Python will know of the package once it is installed, read from the wheel."""
        (distribution,) = importlib.metadata.distributions(path=[str(self.wheel)])
        return distribution

    def environment(self, extras: Sequence[str] | None = None) -> dict[str, str]:
        """Return the variables of a terminal in which a new environment is active.

        Args:
            extras: The extras to install with the wheel; None to install nothing at all.

        Raises:
            NotYetError: The wheel, or something that it requires, can't be installed.
        """
        folder = self.work / ("empty" if extras is None else "-".join(["installed", *extras]))
        programs = folder / ("Scripts" if os.name == "nt" else "bin")
        if not folder.exists():
            self._call_uv("venv", "--python", sys.executable, folder)
            if extras is not None:
                requirement = f"{self.metadata.name}[{','.join(extras)}] @ {self.wheel.as_uri()}"
                self._call_uv("pip", "install", "--python", programs / "python", requirement)
        path = os.pathsep.join([str(programs), self.variables["PATH"]])
        return self.variables | {"PATH": path, "VIRTUAL_ENV": str(folder)}

    def _call_uv(self, *command: str | Path) -> None:
        exit_code, printed = run(self.uv, *command, cwd=self.work, env=self.variables)
        if exit_code:
            raise NotYetError(last_lines(printed))


def last_lines(text: str, number: int = 12) -> str:
    """Return the last lines of a text that aren't empty."""
    return "\n".join([line for line in text.splitlines() if line.strip()][-number:])


def as_list(texts: str | Sequence[str]) -> list[str]:
    """Return one text, or several, as a list."""
    return [texts] if isinstance(texts, str) else list(texts)


def fitting(texts: Iterable[str], pattern: str) -> list[str]:
    """Return the texts that fit a pattern, in which `*` stands for any text.

    >>> fitting(["greetings/data/en.json", "greetings/cli.py"], "greetings/*.json")
    ['greetings/data/en.json']
    """
    return [text for text in texts if fnmatchcase(text, pattern)]


@dataclass(frozen=True)
class Kind:
    """A kind of check.

    Attributes:
        look: Raises NotYetError with what it has seen, if that isn't right.
        label: What it looks at, in words that don't say what should be found.
    """

    look: Callable[..., None]
    label: str


KINDS: dict[str, Kind] = {}


def kind(label: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function a kind of check, whose options are the function's parameters."""

    def add(look: Callable[..., None]) -> Callable[..., None]:
        KINDS[look.__name__] = Kind(look, label)
        return look

    return add


@kind("an sdist, and a wheel from the sdist")
def builds(package: Package, expected: bool) -> None:
    """An sdist is built from the tree, and a wheel from the sdist."""
    assert package.distributions.is_dir() == expected


@kind("the files in the wheel")
def wheel_has(package: Package, patterns: str | Sequence[str]) -> None:
    """The wheel has a file for each pattern."""
    _has("The wheel", package.wheel_files, patterns)


@kind("the files in the wheel")
def wheel_lacks(package: Package, patterns: str | Sequence[str]) -> None:
    """The wheel has no file for any of the patterns."""
    _lacks("The wheel", package.wheel_files, patterns)


@kind("the files in the sdist")
def sdist_has(package: Package, patterns: str | Sequence[str]) -> None:
    """The sdist has a file for each pattern."""
    _has("The sdist", package.sdist_files, patterns)


@kind("the files in the sdist")
def sdist_lacks(package: Package, patterns: str | Sequence[str]) -> None:
    """The sdist has no file for any of the patterns."""
    _lacks("The sdist", package.sdist_files, patterns)


def _has(archive: str, files: list[str], patterns: str | Sequence[str]) -> None:
    for pattern in as_list(patterns):
        if not fitting(files, pattern):
            raise NotYetError("\n  ".join([f"{archive} has only:", *files]))


def _lacks(archive: str, files: list[str], patterns: str | Sequence[str]) -> None:
    unwanted = [file for pattern in as_list(patterns) for file in fitting(files, pattern)]
    if unwanted:
        raise NotYetError("\n  ".join([f"{archive} has, among others:", *unwanted]))


@kind("the field {field} of the metadata")
def metadata(
    package: Package, *, field: str, has: str = "", lacks: str = "", is_: str = ""
) -> None:
    """A field of the core metadata has a value, lacks one, or has only one.

    https://packaging.python.org/en/latest/specifications/core-metadata/
    """
    values = package.metadata.metadata.get_all(field) or []

    def is_there(expected: str) -> bool:
        if field == "Requires-Dist":
            return any(is_requirement(value, expected) for value in values)
        return bool(fitting(values, expected))

    right = (
        (not has or is_there(has))
        and (not lacks or not is_there(lacks))
        and (not is_ or (is_there(is_) and len(values) == 1))
    )
    if not right:
        raise NotYetError("\n".join(f"{field}: {v}" for v in values) or f"It has no {field}.")


def is_requirement(value: str, expected: str) -> bool:
    """Return whether a requirement is the expected one.

    https://packaging.python.org/en/latest/specifications/dependency-specifiers/

    >>> is_requirement("rich>=13; extra == 'colors'", "rich; extra == 'colors'")
    True
    >>> is_requirement("rich>=13; extra == 'colors'", "rich")
    False
    """
    found, wanted = Requirement(value), Requirement(expected)
    if not wanted.specifier:
        found.specifier = wanted.specifier
    return found == wanted


@kind("the entry point {name}")
def entry_point(package: Package, *, group: str, name: str, value: str) -> None:
    """There is an entry point.

    https://packaging.python.org/en/latest/specifications/entry-points/
    """
    entry_points = package.metadata.entry_points
    if not any(found.value == value for found in entry_points.select(group=group, name=name)):
        found = [f"[{point.group}] {point.name} = {point.value}" for point in entry_points]
        raise NotYetError("\n  ".join(["The wheel's entry points:", *(found or ["none"])]))


@kind("{command} (installed)")
def runs(
    package: Package,
    *,
    command: str,
    prints: str = "",
    lacks: str = "",
    exit: int = 0,
    extras: Sequence[str] = (),
) -> None:
    """A command works in an empty environment with the wheel, away from the sources."""
    elsewhere = package.work / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    _runs(command, prints, lacks, exit, cwd=elsewhere, env=package.environment(extras))


@kind("{command} (in the folder, not installed)")
def script(
    package: Package,
    *,
    command: str,
    prints: str = "",
    lacks: str = "",
    exit: int = 0,
) -> None:
    """A command works in the sources' folder, with nothing installed."""
    _runs(command, prints, lacks, exit, cwd=package.tree, env=package.environment())


def _runs(
    command: str, prints: str, lacks: str, expected: int, *, cwd: Path, env: dict[str, str]
) -> None:
    exit_code, printed = run(*shlex.split(command), cwd=cwd, env=env)
    if exit_code != expected:
        raise NotYetError(
            f"{last_lines(printed)}\nIt ended with the exit code {exit_code}.".strip()
        )
    if prints not in printed or (lacks and lacks in printed):
        raise NotYetError(f"It printed: {last_lines(printed) or 'nothing'}")


@kind("the file {path}")
def file(package: Package, *, path: str, has: str = "", lacks: str = "") -> None:
    """A file, or all that a pattern names together, fits regular expressions."""
    files = sorted(package.tree.glob(path))
    if not files:
        raise NotYetError(f"There is no {path}.")
    text = "\n".join(found.read_text(encoding="utf-8") for found in files)
    unwanted = re.search(lacks, text, re.MULTILINE) if lacks else None
    if unwanted:
        raise NotYetError(f"{path} has: {unwanted[0]}")
    if not re.search(has, text, re.MULTILINE):
        raise NotYetError(f"{path} was read, and something is missing in it.")


@kind("what the cache keys are made of")
def hash_files(package: Package, path: str) -> None:
    """Each pattern that workflows hash files by names a file.

    https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#hashfiles
    """
    workflows = sorted(package.tree.glob(path))
    if not workflows:
        raise NotYetError(f"There is no {path}.")
    for workflow in workflows:
        for arguments in re.findall(r"hashFiles\(([^)]*)\)", workflow.read_text(encoding="utf-8")):
            for pattern in re.findall(r"'([^']+)'", arguments):
                if not any(package.tree.glob(pattern)):
                    raise NotYetError(
                        f"hashFiles({arguments}) hashes nothing for one of its patterns."
                    )


@kind("the names of the sdist and the wheel")
def not_in_index(package: Package, answer: str) -> None:
    """The built files have names that an index doesn't have yet.

    https://packaging.python.org/en/latest/specifications/simple-repository-api/
    """
    listed = json.loads((package.tree / answer).read_text(encoding="utf-8"))["files"]
    built = {path.name for path in package.distributions.iterdir()}
    known = sorted(built & {str(file["filename"]) for file in listed})
    if known:
        raise NotYetError("\n  ".join(["The index has had since long:", *known]))


@kind("{command} (in the folder)")
def made_by(package: Package, *, command: str, folder: str) -> None:
    """A command in the sources' folder makes the package that the next checks look at."""
    _runs(command, "", "", 0, cwd=package.tree, env=package.environment())
    package.tree = package.tree / folder


@dataclass(frozen=True)
class Check:
    """One check of an exercise."""

    kind: str
    options: Any
    hint: str
    see: str
    at_start: bool

    @property
    def label(self) -> str:
        """What is looked at."""
        options = self.options if isinstance(self.options, dict) else {}
        return KINDS[self.kind].label.format(**options)

    def __call__(self, package: Package) -> None:
        """Check.

        Raises:
            NotYetError: Something isn't right.
        """
        if isinstance(self.options, dict):
            KINDS[self.kind].look(package, **as_parameters(self.options))
        else:
            KINDS[self.kind].look(package, self.options)


def as_parameters(options: dict[str, Any]) -> dict[str, Any]:
    """Return options by the names of parameters: `is` can't be one."""
    return {f"{name}_" if keyword.iskeyword(name) else name: v for name, v in options.items()}


@dataclass(frozen=True)
class Exercise:
    """What a check.toml says."""

    title: str
    checks: list[Check]
    lesson: str = ""
    puzzle: int = 0
    checkpoint: str = ""


def read(path: Path) -> Exercise:
    """Read a check.toml.

    Raises:
        RefusedError: Something in it is misspelt or missing.
    """

    def refuse(what: str) -> RefusedError:
        return RefusedError(f"{path.parent.name}/check.toml: {what}.")

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise refuse(f"this is no TOML ({error})") from error
    checks = []
    for number, entry in enumerate(data.get("checks", []), 1):
        hint, see = entry.pop("hint", ""), entry.pop("see", "")
        at_start = entry.pop("at_start", False)
        if len(entry) != 1 or not entry.keys() <= KINDS.keys():
            known = f"one of {', '.join(KINDS)}, besides hint, see and at_start"
            raise refuse(f"check {number} has {', '.join(entry) or 'nothing'}; it may have {known}")
        ((name, options),) = entry.items()
        try:
            values = as_parameters(options) if isinstance(options, dict) else {}
            plain = () if isinstance(options, dict) else (options,)
            inspect.signature(KINDS[name].look).bind(None, *plain, **values)
        except TypeError as error:
            raise refuse(f"{name} in check {number} has a wrong key ({error})") from error
        if not hint and name != "builds":
            raise refuse(f"check {number} has no hint")
        checks.append(Check(name, options, hint or BUILD_HINT, see, at_start))
    if not checks:
        raise refuse("it checks nothing; add [[checks]]")
    try:
        return Exercise(**data | {"checks": checks})
    except TypeError as error:
        raise refuse(f"a key is wrong or missing ({error})") from error


def exercises() -> dict[str, Path]:
    """Return each exercise's check.toml by its name, and each puzzle's by its number: `puzzle-3`."""
    found = {path.parent.name: path for path in sorted(HERE.glob("exercises/*/check.toml"))}
    puzzles = {read(path).puzzle: path for path in HERE.glob("puzzles/*/check.toml")}
    return found | {f"puzzle-{number}": puzzles[number] for number in sorted(puzzles)}


def check(name: str, folder: Path) -> bool:
    """Check an exercise, print what was found, and return whether all is right.

    Args:
        name: The name of the exercise, or of a puzzle.
        folder: The folder to look at.

    Raises:
        RefusedError: There is no such exercise, or no such folder.
    """
    known = exercises()
    # A puzzle is named by its defect, which those who look for it would rather not read.
    path = known.get(name, HERE / "puzzles" / name / "check.toml")
    if not path.is_file():
        there_are = ", ".join(known) or "none beside this script"
        raise RefusedError(f"{name}: there is no such exercise; there are: {there_are}.")
    if not folder.is_dir():
        raise RefusedError(f"{folder}: there is no such folder; say where your package is.")
    exercise = read(path)
    print(exercise.title)
    # On Windows, a program that has only just ended may still hold a file.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        package = Package(folder.resolve(), Path(work).resolve())
        for step in exercise.checks:
            try:
                step(package)
            except NotYetError as error:
                by_the_way = isinstance(error, BuildError) and step.kind != "builds"
                print(f"  not yet: {step.label}\n")
                print("\n".join(f"    {line}" for line in str(error).splitlines()))
                hint = f"Hint: {BUILD_HINT if by_the_way else step.hint}"
                print("", *textwrap.wrap(hint, 90, break_on_hyphens=False), sep="\n")
                if step.see:
                    print(f"See {step.see}")
                return False
            print(f"  right: {step.label}")
    print("All is right.")
    return True


def main() -> int:
    """Do what the command line asks for, and return the exit code."""
    parser = argparse.ArgumentParser(description="Check an exercise of the course, or a puzzle.")
    parser.add_argument("name", nargs="?", help="the exercise, or puzzle-3")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), help="your package")
    parser.add_argument("--list", action="store_true", help="show all exercises and puzzles")
    given = parser.parse_args()
    # What a learner's program prints may not exist in a terminal's alphabet.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        if given.list:
            for name, path in exercises().items():
                print(f"{name}: {read(path).title}")
            return 0
        if given.name is None:
            raise RefusedError("Say which exercise to check; --list shows all.")
        return 0 if check(given.name, given.folder) else 1
    except RefusedError as refused:
        print(refused, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
