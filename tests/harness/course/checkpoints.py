"""The states of the course's running example: answers, from which the template makes each."""

import argparse
from pathlib import Path
from typing import Any

import yaml

from harness.course.lessons import COURSE
from harness.packagestan.template import ROOT
from harness.rendering.render import copier_command

CHECKPOINTS = COURSE / "checkpoints"


class CheckpointError(ValueError):
    """A checkpoint can't be made; the text says why, and what would be right."""


def numbers() -> list[str]:
    """Return the numbers of the lessons that have a checkpoint to begin with, in their order."""
    return sorted(file.stem for file in CHECKPOINTS.glob("*.yml"))


def answers_file(number: str) -> Path:
    """Return the answers with which a lesson begins.

    Args:
        number: The lesson's number, as `05` or `5`.

    Raises:
        CheckpointError: No lesson of that number begins with a project.
    """
    file = CHECKPOINTS / f"{number:0>2}.yml"
    if not file.is_file():
        known = ", ".join(numbers())
        raise CheckpointError(f"{number} is no checkpoint; write one of {known}")
    return file


def answers(number: str) -> dict[str, Any]:
    """Return what `answers_file` holds."""
    return dict(yaml.safe_load(answers_file(number).read_text(encoding="utf-8")))


def make(number: str, destination: Path) -> Path:
    """Have the `copier` command make the project with which a lesson begins.

    Args:
        number: The lesson's number.
        destination: A folder that doesn't exist or is empty.

    Raises:
        CheckpointError: The lesson has none, or there is something in the folder.
    """
    answers = answers_file(number)
    if destination.exists() and any(destination.iterdir()):
        raise CheckpointError(f"{destination} holds something already; name another folder")
    copier_command(
        "copy", "--defaults", "--data-file", answers, "--vcs-ref=HEAD", ROOT, destination
    )
    return destination


def main() -> None:
    """Make the project with which a lesson of the course begins."""
    parser = argparse.ArgumentParser(prog="nox -s checkpoint --", description=main.__doc__)
    parser.add_argument("number", help=f"the lesson: {', '.join(numbers())}")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("greetings"))
    options = parser.parse_args()
    try:
        print(
            f"Wrote {make(options.number, options.folder)}: lesson {options.number} begins there."
        )
    except CheckpointError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
