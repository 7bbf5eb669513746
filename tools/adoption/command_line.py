"""The command-line interface: arguments, confirmations, output, and exit codes."""

import argparse
import contextlib
import fnmatch
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier
from packaging.version import InvalidVersion

import adoption
from adoption.building import BuildOptions
from adoption.comparison import compare, read_accepted
from adoption.findings import AdoptionError, counted
from adoption.moving import check_created, move, overwritten_files
from adoption.projects import (
    check_supported,
    is_wheel,
    open_project,
    read_project,
    read_settings,
)
from adoption.reading import read, read_created
from adoption.relaxations import relax
from adoption.report import answers_file, report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return the exit code.

    Returns:
        0 for success, 1 for an error or an unexpected difference, or 130 for Ctrl-C.
    """
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except AdoptionError as error:
        print(f"adopt.py: {error}", file=sys.stderr)
    except (InvalidRequirement, InvalidSpecifier, InvalidVersion) as error:
        print(f"adopt.py: the metadata is not valid: {error}", file=sys.stderr)
    return 1


def parser() -> argparse.ArgumentParser:
    """Return the argument parser."""
    result = argparse.ArgumentParser(
        prog="adopt.py",
        description=adoption.__doc__,
        epilog="Run read, create the new project with Copier, and then run move and compare."
        " docs/how-to/adopt.md explains each step.",
    )
    commands = result.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")

    reader = add("read", "write a report and the answers for Copier")
    reader.set_defaults(run=run_read)
    reader.add_argument("existing", type=Path, help="the folder of the existing project")
    reader.add_argument(
        "--output",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="where to write the two files (default: the current folder)",
    )
    mover = add("move", "copy files and settings into the new project")
    mover.set_defaults(run=run_move)
    mover.add_argument("old", type=Path, help="the folder of the existing project")
    mover.add_argument("new", type=Path, help="the folder of the new project")
    comparer = add("compare", "list every difference between the wheels of two projects")
    comparer.set_defaults(run=run_compare)
    comparer.add_argument("old", type=Path, help="the existing project's folder or wheel")
    comparer.add_argument("new", type=Path, help="the new project's folder or wheel")
    comparer.add_argument(
        "--accept", type=Path, metavar="FILE", help="a file with one accepted difference per line"
    )
    relaxer = add("relax", "turn off the lint rules and type checks that existing code fails")
    relaxer.set_defaults(run=run_relax)
    relaxer.add_argument("project", type=Path, help="the folder of the new project")
    for command in (reader, mover, comparer):
        add_build_options(command)
    return result


def add_build_options(command: argparse.ArgumentParser) -> None:
    """Add the options for commands that build a project."""
    command.add_argument("--yes", action="store_true", help="don't ask for permission")
    for name, text in (
        ("constraint", "limit a version in the existing project's build, such as 'setuptools<80'"),
        ("require", "install a requirement that the existing project's build lacks"),
    ):
        command.add_argument(
            f"--{name}",
            type=requirement,
            action="append",
            default=[],
            metavar="REQUIREMENT",
            help=f"{text}; can be repeated",
        )
    command.add_argument(
        "--timeout",
        type=positive,
        default=BuildOptions.timeout,
        metavar="SECONDS",
        help="the time limit for a build (default: %(default)s)",
    )


def requirement(text: str) -> str:
    """Validate and return a requirement from the command line.

    Raises:
        argparse.ArgumentTypeError: The text is not a requirement.
    """
    try:
        return str(Requirement(text))
    except InvalidRequirement as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a requirement; use a form like 'setuptools<80'"
        ) from error


def positive(text: str) -> float:
    """Validate and return a number of seconds from the command line.

    Raises:
        argparse.ArgumentTypeError: The text is not a positive, finite number.
    """
    with contextlib.suppress(ValueError):
        if 0 < float(text) < float("inf"):
            return float(text)
    raise argparse.ArgumentTypeError(
        f"{text!r} is not a positive number; enter seconds such as 3600"
    )


def build_options(options: argparse.Namespace) -> BuildOptions:
    """Return the options for building the existing project."""
    return BuildOptions(options.constraint, options.require, options.timeout)


def run_read(options: argparse.Namespace) -> int:
    """Write the answers and the report for an existing project, and return the exit code."""
    existing, output = options.existing, options.output
    read_settings(existing)
    check_output(output, existing)
    ask([existing], options.yes)
    project = read_project(existing, build_options(options))
    check_supported(project)
    reading = read(project)
    texts = {
        output / f"{project.name}.answers.yml": answers_file(project, reading),
        output / f"{project.name}.report.md": report(project, reading),
    }
    for file in texts:
        if file.exists():
            raise AdoptionError(f"{file} already exists; move it or use another --output")
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
        print(f"wrote {file}")
    if reading.faults:
        print(f"The report lists {counted(len(reading.faults), 'existing problem')}.")
    return 0


def check_output(output: Path, existing: Path) -> None:
    """Check the folder that the results will be written to.

    Raises:
        AdoptionError: The path is not a folder, or it is in the existing project.
    """
    if not output.is_dir():
        raise AdoptionError(f"{output} is not a folder; create it or use another --output")
    if output.resolve().is_relative_to(existing.resolve()):
        raise AdoptionError(
            f"{output} is in the existing project, which stays unchanged; use another --output"
        )


def ask(paths: Sequence[Path], yes: bool) -> None:
    """Ask for permission to run the code of the projects that must be built.

    Args:
        paths: The projects' folders and wheels.
        yes: Whether the user has already given permission with `--yes`.

    Raises:
        AdoptionError: The user denies permission, or no input is available.
    """
    folders = [str(path) for path in paths if path.is_dir()]
    if yes or not folders:
        return
    print(f"Building {' and '.join(folders)} runs the code of setup.py or the build backend")
    print("with your permissions, just like an installation. Continue only if you trust that code.")
    if not confirmed("Build?", "the build"):
        raise AdoptionError("canceled; nothing was built or written")


def confirmed(question: str, action: str) -> bool:
    """Return whether the user confirms an action.

    Args:
        question: The question to ask.
        action: The action's name in the error message, such as "the build".

    Raises:
        AdoptionError: No input is available.
    """
    try:
        answer = input(f"{question} [y/N] ")
    except EOFError:
        raise AdoptionError(f"no input is available to confirm {action}; use --yes") from None
    return answer.strip().lower() in ("y", "yes")


def run_move(options: argparse.Namespace) -> int:
    """Copy a project's files and settings into the new project, and return the exit code."""
    old, new = options.old, options.new
    read_settings(old)
    check_created(new)
    ask([old], options.yes)
    project = read_project(old, build_options(options))
    reading = read_created(project, new)
    print("These files and tables of the new project replace the existing ones:")
    show(reading.replaced)
    print("These existing files replace the new project's:")
    show(overwritten_files(project, reading, new))
    if not options.yes and not confirmed("Copy the files?", "the changes"):
        raise AdoptionError("canceled; nothing was written")
    move(project, reading, new)
    print(f"copied {counted(len(reading.moves), 'file')} to {new}")
    return 0


def show(files: Mapping[str, str]) -> None:
    """Print the name and diff of each file or table, or "None." if there are none."""
    for name, text in files.items():
        print(f"\n{name}:\n{text or 'Unchanged.'}")
    print("" if files else "None.\n")


def run_compare(options: argparse.Namespace) -> int:
    """Print every difference between two projects, and return the exit code.

    The exit code is 1 if a difference is neither explained nor accepted.
    """
    old, new = options.old, options.new
    patterns = read_accepted(options.accept)
    for path in (old, new):
        if not is_wheel(path):
            read_settings(path)
    ask([old, new], options.yes)
    existing = open_project(old, build_options(options))
    # --constraint and --require work around outdated build requirements, which the new project
    # doesn't have.
    adopted = open_project(new, BuildOptions(timeout=options.timeout))
    unexplained = []
    for difference in compare(existing, adopted):
        if difference.reason:
            print(f"explained: {difference}")
        elif any(fnmatch.fnmatchcase(difference.what, pattern) for pattern in patterns):
            print(f"accepted: {difference}")
        else:
            unexplained.append(difference)
    for difference in unexplained:
        print(f"not explained: {difference}")
    if unexplained:
        advice = (
            "Fix each difference that is not explained. To accept one instead, add a line to a file for"
            f" --accept, such as: {unexplained[0].what}"
        )
        print(advice, file=sys.stderr)
    return 1 if unexplained else 0


def run_relax(options: argparse.Namespace) -> int:
    """Relax a new project's checks, print a summary, and return the exit code."""
    for line in relax(options.project):
        print(line)
    return 0
