# /// script
# requires-python = ">=3.11"
# dependencies = ["packaging>=24"]
# ///
"""Check your solution to an exercise or a puzzle: `uv run check.py NAME [FOLDER]`.

FOLDER is the project's folder (default: the current folder). The checks inspect the project, its
sdist and wheel, or the output of commands. They run on a copy and don't change FOLDER.

The checks are in `exercises/NAME/check.toml` or `puzzles/NAME/check.toml`, next to this script. You
can also specify a puzzle by its number, such as `puzzle-3`. The checks run in order until one of
them fails. Each entry of `[[checks]]` has exactly one of these keys:

    builds = true                   the specified build backend builds an sdist, and a wheel from it
    wheel_has, wheel_lacks          one or more patterns for paths; `*` matches any text
    sdist_has, sdist_lacks          the same for the sdist, without its top-level folder
    sdist_skips = "data.csv"        the sdist does not include a new file with this name
    metadata = {field, has, lacks, is}
                                    `has` matches a value of the field, `lacks` matches none, and
                                    `is` matches the only value; in Requires-Dist, `ruff` matches any
                                    version, and `ruff*` also matches any marker
    entry_point = {group, name, value}
    runs = {command, prints, lacks, exit, extras}
                                    text that the command prints or doesn't print, and its exit code
                                    (default: 0), after the wheel is installed with `extras` (default:
                                    none) in a virtual environment
    script = {command, prints, lacks, exit}
                                    the same in the project's folder, with nothing installed
    file = {path, has, lacks}       regular expressions for the joined contents of the files that
                                    match a path pattern
    hash_files = "*.yml"            each pattern in `hashFiles(...)` of these workflows matches a file
    not_in_index = "index.json"     no built file has the same name as a file in this index response
    generated_by = {command, folder}
                                    the command writes a project to `folder`, which the next checks
                                    inspect

Other keys of an entry:

    about       what the check looks for, such as "channel" (required for `file`, and if several
                checks would otherwise have the same label)
    hint        a question that points to the error (optional for `builds`)
    hints       more specific hints, by regular expressions that match the displayed error
    see         a link to a page about the subject
    at_start    true if the unsolved exercise fails this check but passes the previous ones

The exit code is 0 if all checks pass, 1 if a check fails, and 2 if nothing could be checked. The
checker requires uv and respects its settings for package indexes, such as UV_DEFAULT_INDEX.

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
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

HERE = Path(__file__).parent

# Folders with Git data or generated files are not copied.
IGNORED = shutil.ignore_patterns(".git", ".venv", ".nox", "__pycache__", "*.egg-info")
IGNORED_AT_TOP = {"build", "dist"}

BACKEND_HINT = "Which table of pyproject.toml specifies the build backend? Is it complete?"
BUILD_HINT = "The build printed the lines above. Which file and which key do they name?"
INSTALL_HINT = "The installer printed the lines above. Which requirement could it not install?"
COMMAND_HINT = (
    "Where should this command come from: your computer, or the wheel? "
    "entry_points.txt lists the commands in a wheel."
)
TIMEOUT_HINT = "Run the command yourself. What is it waiting for?"
# The time limit is high, because the first build downloads the build backend, and a whole class may
# download it at the same time.
SECONDS = 180


class CheckerError(Exception):
    """Nothing can be checked. The message says why."""


class NotYetError(Exception):
    """A check failed. The message says what was found."""

    def __init__(self, found: str, hint: str = "") -> None:
        """Create the error.

        Args:
            found: The message.
            hint: A hint that replaces the check's `hint`, or "" to keep it.
        """
        super().__init__(found)
        self.hint = hint


def run(*command: str | Path, cwd: Path, env: dict[str, str]) -> tuple[int, str]:
    """Run a command, and return its exit code and its output, including stderr.

    Raises:
        NotYetError: The command isn't on PATH, or it takes more than `SECONDS` seconds.
    """
    program = shutil.which(command[0], path=env["PATH"])
    if program is None:
        raise NotYetError(f"{command[0]}: command not found", COMMAND_HINT)
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
        raise NotYetError(
            f"{command[0]} was still running after {SECONDS} seconds.", TIMEOUT_HINT
        ) from None
    return finished.returncode, finished.stdout


class Package:
    """A copy of a project. It is built and installed when a check requires it."""

    def __init__(self, folder: Path, work: Path) -> None:
        """Copy the folder.

        Args:
            folder: The project's folder.
            work: An empty folder for the copy and everything that is built from it.

        Raises:
            CheckerError: uv can't be found.
        """

        def ignore(path: str, names: list[str]) -> set[str]:
            at_top = IGNORED_AT_TOP if Path(path) == folder else set()
            return IGNORED(path, names) | at_top

        self.work = work
        self.tree = work / "tree" / folder.name
        shutil.copytree(folder, self.tree, symlinks=True, ignore=ignore)
        # `uv run` sets this variable to the path of the uv executable.
        self.uv = os.environ.get("UV", "uv")
        if shutil.which(self.uv) is None:
            raise CheckerError(
                "uv is not on PATH. The checker uses it to build and install packages."
            )

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables for commands, except the ones that point to a Python environment."""
        excluded = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
        kept = {name: value for name, value in os.environ.items() if name not in excluded}
        return kept | {"NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}

    @cached_property
    def distributions(self) -> Path:
        """The folder with the sdist and the wheel, which is built from the sdist.

        Raises:
            NotYetError: The build failed or took too long.
        """
        folder = self.work / "dist"
        build = (self.uv, "build", "--python", sys.executable, "--out-dir", folder)
        # The build backend's modules are in a temporary environment, which several processes use.
        variables = self.variables | {"PYTHONDONTWRITEBYTECODE": ""}
        exit_code, printed = run(*build, cwd=self.tree, env=variables)
        if exit_code:
            output = last_lines(printed.replace(str(self.tree), self.tree.name))
            raise NotYetError(output, BUILD_HINT)
        return folder

    @property
    def wheel(self) -> Path:
        """The path of the wheel."""
        (wheel,) = self.distributions.glob("*.whl")
        return wheel

    @cached_property
    def wheel_files(self) -> list[str]:
        """The sorted paths of the files in the wheel."""
        with zipfile.ZipFile(self.wheel) as archive:
            return sorted(posixpath.normpath(name) for name in archive.namelist())

    @cached_property
    def sdist_files(self) -> list[str]:
        """The sorted paths of the files in the sdist, relative to its top-level folder."""
        (sdist,) = self.distributions.glob("*.tar.gz")
        with tarfile.open(sdist) as archive:
            names = [member.name for member in archive if not member.isdir()]
        return sorted(name.partition("/")[2] for name in names)

    @cached_property
    def metadata(self) -> importlib.metadata.Distribution:
        """The wheel's metadata and entry points."""
        (distribution,) = importlib.metadata.distributions(path=[str(self.wheel)])
        return distribution

    def environment(self, extras: Sequence[str] | None = None) -> dict[str, str]:
        """Return the variables for commands in a virtual environment. Create it if necessary.

        Args:
            extras: The extras to install with the wheel. If this is None, nothing is installed.

        Raises:
            NotYetError: The environment can't be created, or the package can't be built or
                installed.
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
            raise NotYetError(last_lines(printed), INSTALL_HINT)


def last_lines(text: str, number: int = 12) -> str:
    """Return the last lines of a string, ignoring blank lines.

    Args:
        text: The string.
        number: The maximum number of lines.
    """
    return "\n".join([line for line in text.splitlines() if line.strip()][-number:])


def as_list(patterns: str | Sequence[str]) -> list[str]:
    """Return one or more patterns as a list."""
    return [patterns] if isinstance(patterns, str) else list(patterns)


def matching(values: Iterable[str], pattern: str) -> list[str]:
    """Return the values that match a pattern. `*` matches any text, including slashes.

    >>> matching(["greetings/data/en.json", "greetings/cli.py"], "greetings/*.json")
    ['greetings/data/en.json']
    """
    return [value for value in values if fnmatchcase(value, pattern)]


@dataclass(frozen=True)
class Kind:
    """A kind of check.

    Attributes:
        function: The function, which raises NotYetError if the check fails.
        label: A format string that describes the inspected part without revealing the expected
            result. Its fields are the check's options.
    """

    function: Callable[..., None]
    label: str


KINDS: dict[str, Kind] = {}


def kind(label: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that registers a function as a kind of check.

    The function's name is the key in check.toml. Its parameters after the package are the check's
    options.

    Args:
        label: The label of the kind.
    """

    def add(function: Callable[..., None]) -> Callable[..., None]:
        KINDS[function.__name__] = Kind(function, label)
        return function

    return add


@kind("sdist and wheel")
def builds(package: Package, expected: bool) -> None:
    """Require that pyproject.toml specifies a build backend, and that the build succeeds.

    A successful build isn't enough, because frontends use setuptools if no backend is specified:
    https://packaging.python.org/en/latest/specifications/pyproject-toml/
    """
    assert package.distributions.is_dir() == expected
    pyproject = package.tree / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8") if pyproject.is_file() else ""
    if "build-backend" not in tomllib.loads(text).get("build-system", {}):
        raise NotYetError("The project does not specify a build backend.", BACKEND_HINT)


@kind("files in the wheel")
def wheel_has(package: Package, patterns: str | Sequence[str]) -> None:
    """Require a file in the wheel for each pattern."""
    _has("The wheel", package.wheel_files, patterns)


@kind("unwanted files in the wheel")
def wheel_lacks(package: Package, patterns: str | Sequence[str]) -> None:
    """Reject files in the wheel that match a pattern."""
    _lacks("The wheel", package.wheel_files, patterns)


@kind("files in the sdist")
def sdist_has(package: Package, patterns: str | Sequence[str]) -> None:
    """Require a file in the sdist for each pattern."""
    _has("The sdist", package.sdist_files, patterns)


@kind("unwanted files in the sdist")
def sdist_lacks(package: Package, patterns: str | Sequence[str]) -> None:
    """Reject files in the sdist that match a pattern."""
    _lacks("The sdist", package.sdist_files, patterns)


@kind("new files in the sdist")
def sdist_skips(package: Package, name: str) -> None:
    """Add a file to a copy of the project, and reject the copy's sdist if it contains the file."""
    copy = Package(package.tree, Path(tempfile.mkdtemp(dir=package.work)))
    (copy.tree / name).touch()
    _lacks("After someone adds a file, the sdist", copy.sdist_files, name)


def _has(archive: str, files: list[str], patterns: str | Sequence[str]) -> None:
    for pattern in as_list(patterns):
        if not matching(files, pattern):
            raise NotYetError("\n  ".join([f"{archive} only contains:", *files]))


def _lacks(archive: str, files: list[str], patterns: str | Sequence[str]) -> None:
    unwanted = [file for pattern in as_list(patterns) for file in matching(files, pattern)]
    if unwanted:
        raise NotYetError("\n  ".join([f"{archive} contains:", *unwanted]))


@kind("metadata field {field}")
def metadata(
    package: Package,
    *,
    field: str,
    has: str = "",
    lacks: str | Sequence[str] = "",
    is_: str = "",
) -> None:
    """Check the values of a field in the core metadata.

    If they are specified, `has` must match a value, `lacks` must match no value, and `is_` must
    match the only value.

    https://packaging.python.org/en/latest/specifications/core-metadata/
    """
    values = package.metadata.metadata.get_all(field) or []

    def contains(expected: str) -> bool:
        if field == "Requires-Dist" and "*" not in expected:
            return any(is_requirement(value, expected) for value in values)
        return bool(matching(values, expected))

    passes = (
        (not has or contains(has))
        and not any(contains(pattern) for pattern in as_list(lacks) if pattern)
        and (not is_ or (contains(is_) and len(values) == 1))
    )
    if not passes:
        found = "\n".join(f"{field}: {value}" for value in values)
        raise NotYetError(found or f"The metadata has no field {field}.")


def is_requirement(value: str, expected: str) -> bool:
    """Return whether a requirement is the expected one.

    If the expected requirement has no version specifier, any version is accepted.

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


@kind("entry point {name}")
def entry_point(package: Package, *, group: str, name: str, value: str) -> None:
    """Require an entry point with the given group, name, and object reference.

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
    """Check a command that runs outside the source tree, with the wheel installed."""
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
    """Check a command that runs in the project's folder, with nothing installed."""
    _runs(command, prints, lacks, exit, cwd=package.tree, env=package.environment())


def _runs(
    command: str, prints: str, lacks: str, expected: int, *, cwd: Path, env: dict[str, str]
) -> None:
    exit_code, printed = run(*shlex.split(command), cwd=cwd, env=env)
    if exit_code != expected:
        raise NotYetError(f"{last_lines(printed)}\nThe exit code was {exit_code}.".strip())
    if prints not in printed or (lacks and lacks in printed):
        raise NotYetError(f"The output was: {last_lines(printed) or 'nothing'}")


@kind("file {path}")
def file(package: Package, *, path: str, about: str, has: str = "", lacks: str = "") -> None:
    """Require a match for `has` and reject a match for `lacks` in files that match a path."""
    files = sorted(package.tree.glob(path))
    if not files:
        raise NotYetError(f"There is no file {path}.")
    text = "\n".join(found.read_text(encoding="utf-8") for found in files)
    unwanted = re.search(lacks, text, re.MULTILINE) if lacks else None
    if unwanted:
        raise NotYetError(f"{path} contains: {unwanted[0]}")
    if not re.search(has, text, re.MULTILINE):
        raise NotYetError(f"The checker found no correct {about} in {path}.")


@kind("files in the cache key")
def hash_files(package: Package, path: str) -> None:
    """Require a matching file for each pattern that workflows pass to `hashFiles`.

    https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#hashfiles
    """
    workflows = sorted(package.tree.glob(path))
    if not workflows:
        raise NotYetError(f"There is no file {path}.")
    for workflow in workflows:
        for arguments in re.findall(r"hashFiles\(([^)]*)\)", workflow.read_text(encoding="utf-8")):
            for pattern in re.findall(r"'([^']+)'", arguments):
                if not any(package.tree.glob(pattern)):
                    raise NotYetError(f"No file matches a pattern in hashFiles({arguments}).")


@kind("names of the sdist and the wheel")
def not_in_index(package: Package, response: str) -> None:
    """Reject built files if the index already has files with the same names.

    https://packaging.python.org/en/latest/specifications/simple-repository-api/

    Args:
        package: The package.
        response: The path of the index's JSON response in the project.
    """
    listed = json.loads((package.tree / response).read_text(encoding="utf-8"))["files"]
    built = {path.name for path in package.distributions.iterdir()}
    known = sorted(built & {str(file["filename"]) for file in listed})
    if known:
        raise NotYetError("\n  ".join(["The index already has:", *known]))


@kind("{command} (in the folder)")
def generated_by(package: Package, *, command: str, folder: str) -> None:
    """Run a command that generates a project, which the next checks inspect."""
    _runs(command, "", "", 0, cwd=package.tree, env=package.environment())
    package.tree = package.tree / folder


@dataclass(frozen=True)
class Check:
    """A check in an exercise or a puzzle.

    The module's docstring describes the other attributes.

    Attributes:
        kind: The key that specifies the kind of check, such as "wheel_has".
        options: The value of this key.
    """

    kind: str
    options: Any
    about: str = ""
    hint: str = ""
    hints: dict[str, str] = field(default_factory=dict)
    see: str = ""
    at_start: bool = False

    @property
    def label(self) -> str:
        """A description of the inspected part, followed by `about` if it is specified."""
        options = self.options if isinstance(self.options, dict) else {}
        label = KINDS[self.kind].label.format(**options)
        return f"{label}: {self.about}" if self.about else label

    def __call__(self, package: Package) -> None:
        """Check a package.

        Raises:
            NotYetError: The check failed.
        """
        positional, named = as_parameters(self.kind, self.options, self.about)
        KINDS[self.kind].function(package, *positional, **named)

    def hint_for(self, error: NotYetError) -> str:
        """Return the first matching hint from `hints`, the error's hint, or this check's hint."""
        specific = (hint for found, hint in self.hints.items() if re.search(found, str(error)))
        return next(specific, error.hint or self.hint)


def as_parameters(kind: str, options: Any, about: str) -> tuple[list[Any], dict[str, Any]]:
    """Return the positional and keyword arguments for the function of a kind of check.

    A table becomes keyword arguments, together with `about` if the function accepts it. Names that
    are Python keywords get a trailing underscore. Any other value becomes the positional argument.
    """
    if not isinstance(options, dict):
        return [options], {}
    named = {f"{name}_" if keyword.iskeyword(name) else name: v for name, v in options.items()}
    takes_about = about and "about" in inspect.signature(KINDS[kind].function).parameters
    return [], named | ({"about": about} if takes_about else {})


@dataclass(frozen=True)
class Exercise:
    """The contents of a check.toml file."""

    title: str
    checks: list[Check]
    puzzle: int = 0
    checkpoint: str = ""


def read(path: Path) -> Exercise:
    """Read a check.toml file.

    Raises:
        CheckerError: The file is not valid TOML, or a key is wrong or missing.
    """

    def invalid(problem: str) -> CheckerError:
        return CheckerError(f"{path.parent.name}/check.toml: {problem}.")

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise invalid(f"invalid TOML ({error})") from error
    checks = []
    for number, entry in enumerate(data.get("checks", []), 1):
        texts = {
            key: entry.pop(key)
            for key in ("about", "hint", "hints", "see", "at_start")
            if key in entry
        }
        if len(entry) != 1 or not entry.keys() <= KINDS.keys():
            found = ", ".join(entry) or "none"
            raise invalid(f"check {number} must have one of {', '.join(KINDS)}, but it has {found}")
        ((name, options),) = entry.items()
        try:
            positional, named = as_parameters(name, options, texts.get("about", ""))
            inspect.signature(KINDS[name].function).bind(None, *positional, **named)
        except TypeError as error:
            raise invalid(f"{name} in check {number} is incorrect ({error})") from error
        if "hint" not in texts and name != "builds":
            raise invalid(f"check {number} has no hint")
        checks.append(Check(name, options, **texts))
    if not checks:
        raise invalid("add [[checks]]")
    try:
        return Exercise(**data | {"checks": checks})
    except TypeError as error:
        raise invalid(f"a key is wrong or missing ({error})") from error


def exercises() -> dict[str, Path]:
    """Return the paths of all check.toml files by exercise name or puzzle number ("puzzle-3")."""
    found = {path.parent.name: path for path in sorted(HERE.glob("exercises/*/check.toml"))}
    puzzles = {read(path).puzzle: path for path in HERE.glob("puzzles/*/check.toml")}
    return found | {f"puzzle-{number}": puzzles[number] for number in sorted(puzzles)}


def check(name: str, folder: Path) -> bool:
    """Check a solution, print the results, and return whether all checks passed.

    Args:
        name: The name of an exercise or a puzzle, or a puzzle's number in the form "puzzle-3".
        folder: The folder of the solution.

    Raises:
        CheckerError: The exercise or the folder doesn't exist, a check.toml file is invalid, or
            uv can't be found.
    """
    known = exercises()
    # The name of a puzzle's folder reveals the defect, so `known` contains only the number.
    path = known.get(name, HERE / "puzzles" / name / "check.toml")
    if not path.is_file():
        names = ", ".join(known) or "none"
        raise CheckerError(f"{name} is not an exercise. Exercises: {names}.")
    if not folder.is_dir():
        raise CheckerError(f"{folder} is not a folder. Specify the folder of your solution.")
    exercise = read(path)
    print(exercise.title)
    # Windows can keep a file locked for a moment after the program that used it has ended.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        package = Package(folder.resolve(), Path(work).resolve())
        for step in exercise.checks:
            try:
                step(package)
            except NotYetError as error:
                print(f"  not yet: {step.label}\n")
                print("\n".join(f"    {line}" for line in str(error).splitlines()))
                hint = f"Hint: {step.hint_for(error)}"
                print("", *textwrap.wrap(hint, 90, break_on_hyphens=False), sep="\n")
                if step.see:
                    print(f"See {step.see}")
                return False
            print(f"  ok: {step.label}")
    print("All checks passed.")
    return True


def main() -> int:
    """Parse the command line, check the solution, and return the exit code."""
    parser = argparse.ArgumentParser(
        description="Check your solution to an exercise or a puzzle of the course."
    )
    parser.add_argument("name", nargs="?", help="the exercise, or a puzzle such as puzzle-3")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(), help="your solution (default: this folder)"
    )
    parser.add_argument("--list", action="store_true", help="list all exercises and puzzles")
    options = parser.parse_args()
    # A learner's program can print characters that the terminal's encoding doesn't support.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        if options.list:
            for name, path in exercises().items():
                print(f"{name}: {read(path).title}")
            return 0
        if options.name is None:
            raise CheckerError("Specify an exercise. To see all exercises, use --list.")
        return 0 if check(options.name, options.folder) else 1
    except CheckerError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
