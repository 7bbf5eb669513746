# /// script
# requires-python = ">=3.8"
# dependencies = []
# ///
"""Look whether a computer has what the course needs: `python3 doctor.py`.

It needs nothing but a Python, an old one too, and changes nothing. It ends with 0 if all is there
that lessons 0 to 10 need, else with 1.
"""

from __future__ import annotations

import functools
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable

# The oldest supported versions. uv 0.9.6 added the option of `uv build --clear`.
PYTHON = "3.11"
OLDEST = {"uv": "0.9.6", "git": "2.27", "copier": "9.19"}

HINTS = {
    "uv": "Install it: https://docs.astral.sh/uv/getting-started/installation/",
    "uvx": "It comes with uv: is the folder that uv is in among those of PATH?",
    "git": "Install it: https://git-scm.com/downloads",
    "copier": "Install it: uv tool install copier, then uv tool update-shell",
}
# What a few commands need, and who they are for.
OPTIONAL = {
    "conda": "lesson 2, to follow the part about conda",
    "direnv": "lesson 2, to follow the part about direnv",
    "docker": "lesson 11, to build its image",
}
SECONDS = 60


class MissingError(Exception):
    """Something is missing; the two arguments say what was seen, and what helps."""


def answer(*command: str) -> tuple[str, bool]:
    """Run a command and return what it printed and whether it ended well."""
    program = shutil.which(command[0])
    if program is None:
        return "", False
    try:
        finished = subprocess.run(
            [program, *command[1:]],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"{command[0]} has not ended after {SECONDS} seconds.", False
    return finished.stdout.decode("utf-8", "replace").strip(), finished.returncode == 0


def numbers(version: str) -> list[int]:
    """Return a version as numbers that can be compared.

    >>> numbers("9.19") < numbers("9.19.1")
    True
    """
    return [int(number) for number in version.split(".")]


def look_at_python() -> str:
    """This Python is new enough."""
    found = ".".join(map(str, sys.version_info[:3]))
    if numbers(found) < numbers(PYTHON):
        raise MissingError(
            f"this is Python {found}, and {PYTHON} is needed",
            f"uv python install {PYTHON} brings one, beside the one that you have.",
        )
    return f"Python {found}"


def look_at_venv() -> str:
    """This Python can make an environment with pip in it; Debian packs what is needed apart."""
    if not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        raise MissingError(
            "this Python can't make an environment",
            "On Debian and Ubuntu: apt install python3-venv",
        )
    return "environments with pip (venv, ensurepip)"


def look_at_tool(name: str) -> str:
    """A program is on PATH, and new enough."""
    printed, well = answer(name, "--version")
    if not printed:
        raise MissingError(f"there is no command {name}", HINTS[name])
    found = re.search(r"\d+(\.\d+)+", printed)
    if not well or found is None:
        raise MissingError(f"{name} --version says: {printed}", HINTS[name])
    if numbers(found.group()) < numbers(OLDEST.get(name, "0")):
        raise MissingError(
            f"this is {name} {found.group()}, and {OLDEST[name]} is needed", HINTS[name]
        )
    return f"{name} {found.group()}"


def look_at_git_identity() -> str:
    """Git knows whom to name in a commit."""
    for key, example in (("user.name", "Ada"), ("user.email", "ada@example.com")):
        if not answer("git", "config", key)[0]:
            raise MissingError(
                f"git has no {key}, and makes no commit without",
                f"git config --global {key} {example}, with yours for {example}",
            )
    return "git knows who you are"


def look_at_packages() -> str:
    """An index answers, through whatever mirror or proxy uv is set up for."""
    if shutil.which("uv") is None:
        raise MissingError("packages can't be looked for without uv", HINTS["uv"])
    with tempfile.TemporaryDirectory() as folder:
        install = ("uv", "pip", "install", "--dry-run", "--target", folder)
        printed, well = answer(*install, "--refresh-package", "packaging", "packaging")
    if not well:
        raise MissingError(
            "\n    ".join(["no package could be found:", *printed.splitlines()[-3:]]),
            "Is there a network, and does it want a proxy? The offline bundle doesn't need one.",
        )
    return "packages can be found"


CHECKS: list[Callable[[], str]] = [
    look_at_python,
    look_at_venv,
    *(functools.partial(look_at_tool, name) for name in HINTS),
    look_at_git_identity,
    look_at_packages,
]


def main() -> int:
    """Look at all, say what was found, and return the exit code."""
    missing = 0
    for look in CHECKS:
        try:
            print(f"  right: {look()}")
        except MissingError as error:
            seen, hint = error.args
            print(f"  missing: {seen}\n    Hint: {hint}")
            missing += 1
    for name, purpose in OPTIONAL.items():
        if shutil.which(name) is None:
            print(f"  not needed, and not there: {name} ({purpose})")
    print(f"{missing} missing." if missing else "All that is needed is there.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
