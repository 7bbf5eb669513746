"""Create a checkpoint of the course, which is the example project at the start of a lesson."""

import argparse
from pathlib import Path
from typing import Any

import yaml

from harness.course.lessons import COURSE
from harness.packagestan.template import ROOT
from harness.rendering.render import copier_command

CHECKPOINTS = COURSE / "checkpoints"


class CheckpointError(ValueError):
    """A checkpoint can't be created. The message says why and what to do."""


def numbers() -> list[str]:
    """Return the sorted numbers of the lessons that have a checkpoint, such as `05`."""
    return sorted(file.stem for file in CHECKPOINTS.glob("*.yml"))


def answers_file(number: str) -> Path:
    """Return the path of the file with a checkpoint's answers.

    Args:
        number: The lesson's number, such as `05` or `5`.

    Raises:
        CheckpointError: The checkpoint doesn't exist.
    """
    file = CHECKPOINTS / f"{number:0>2}.yml"
    if not file.is_file():
        known = ", ".join(numbers())
        raise CheckpointError(f"{number} is not a checkpoint; use one of {known}")
    return file


def answers(number: str) -> dict[str, Any]:
    """Return the answers for a lesson's checkpoint.

    Raises:
        CheckpointError: The checkpoint doesn't exist.
    """
    return dict(yaml.safe_load(answers_file(number).read_text(encoding="utf-8")))


def make(number: str, destination: Path) -> Path:
    """Use the `copier` command to create the project that a lesson begins with.

    Args:
        number: The lesson's number.
        destination: A folder that doesn't exist or is empty.

    Raises:
        CheckpointError: The checkpoint doesn't exist, or the folder is not empty.
        CommandError: The `copier` command failed.
    """
    answers = answers_file(number)
    if destination.exists() and any(destination.iterdir()):
        raise CheckpointError(f"{destination} is not empty; choose another folder")
    copier_command(
        "copy", "--defaults", "--data-file", answers, "--vcs-ref=HEAD", ROOT, destination
    )
    return destination


def main() -> None:
    """Create the project that a lesson of the course begins with."""
    parser = argparse.ArgumentParser(prog="nox -s checkpoint --", description=main.__doc__)
    parser.add_argument("number", help=f"the lesson: {', '.join(numbers())}")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("greetings"))
    options = parser.parse_args()
    try:
        print(
            f"Wrote {make(options.number, options.folder)}, the start of lesson {options.number}."
        )
    except CheckpointError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
