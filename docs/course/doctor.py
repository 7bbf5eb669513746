# /// script
# requires-python = ">=3.8"
# dependencies = []
# ///
"""Check whether a computer has everything that the course requires: `python3 doctor.py`.

The script runs with Python 3.8 or later and installs nothing. The exit code is 0 if everything for
lessons 0 to 10 is available, and 1 otherwise.
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

# The oldest supported versions. The lessons show the output of this uv version.
PYTHON = "3.11"
OLDEST = {"uv": "0.13.8", "git": "2.27", "copier": "9.19"}

HINTS = {
    "uv": "Install or update it: https://docs.astral.sh/uv/getting-started/installation/",
    "uvx": "It is installed together with uv. Is uv's folder on PATH?",
    "git": "Install or update it: https://git-scm.com/downloads",
    "copier": "Run: uv tool install --upgrade copier. Then run: uv tool update-shell",
}
# Programs that only some parts of the course use.
OPTIONAL = {
    "conda": "lesson 2, section about conda",
    "direnv": "lesson 2, section about direnv",
    "docker": "lesson 11",
}
SECONDS = 60


class MissingError(Exception):
    """A requirement is missing. The exception's arguments are the requirement and a hint."""


def output_of(*command: str) -> tuple[str, bool]:
    """Run a command, and return its output and whether it succeeded.

    Returns:
        The output, including stderr, and whether the exit code was 0. The output is empty if the
        program isn't on PATH, and a message if the command took too long.
    """
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
        return f"{command[0]} was still running after {SECONDS} seconds.", False
    return finished.stdout.decode("utf-8", "replace").strip(), finished.returncode == 0


def numbers(version: str) -> list[int]:
    """Return the numbers in a version as a list, so that versions can be compared.

    >>> numbers("9.19") < numbers("9.19.1")
    True
    """
    return [int(number) for number in version.split(".")]


def check_python() -> str:
    """Require a supported version of Python."""
    found = ".".join(map(str, sys.version_info[:3]))
    if numbers(found) < numbers(PYTHON):
        raise MissingError(
            f"Python {PYTHON} or later (this is Python {found})",
            f"Run: uv python install {PYTHON}. Your current Python stays installed.",
        )
    return f"Python {found}"


def check_modules() -> str:
    """Require the modules for virtual environments. Debian's python3 package lacks ensurepip."""
    if not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        raise MissingError(
            "the Python modules venv and ensurepip",
            "On Debian and Ubuntu, run: sudo apt install python3-venv",
        )
    return "Python modules venv and ensurepip"


def check_program(name: str) -> str:
    """Require a program on PATH. If `OLDEST` lists it, also require that version or a later one."""
    wanted = f"{name} {OLDEST[name]} or later" if name in OLDEST else name
    printed, succeeded = output_of(name, "--version")
    if not printed:
        raise MissingError(f"{wanted} (not on PATH)", HINTS[name])
    found = re.search(r"\d+(\.\d+)+", printed)
    if not succeeded or found is None:
        raise MissingError(f"{wanted} (`{name} --version` printed: {printed})", HINTS[name])
    if numbers(found.group()) < numbers(OLDEST.get(name, "0")):
        raise MissingError(f"{wanted} (this is {name} {found.group()})", HINTS[name])
    return f"{name} {found.group()}"


def check_git_settings() -> str:
    """Require the name and the email address that Git records in commits."""
    for key, example in (("user.name", "Ada"), ("user.email", "ada@example.com")):
        if not output_of("git", "config", key)[0]:
            raise MissingError(
                f"the Git setting {key}",
                f"Run: git config --global {key} {example}. Replace {example} with your own.",
            )
    return "Git settings user.name and user.email"


def check_index() -> str:
    """Require a package index that responds. uv's settings may specify a mirror or a proxy."""
    if shutil.which("uv") is None:
        raise MissingError("a package index (can't be checked without uv)", "Install uv first.")
    with tempfile.TemporaryDirectory() as folder:
        install = ("uv", "pip", "install", "--dry-run", "--target", folder)
        printed, succeeded = output_of(*install, "--refresh-package", "packaging", "packaging")
    if not succeeded:
        hint = "Are you online? Do you need a proxy? The offline bundle works without a network."
        if "certificate" in printed:
            hint = "Does your network use its own certificates? Set the variable UV_SYSTEM_CERTS=1."
        raise MissingError(
            "\n    ".join(["a package index. uv printed:", *printed.splitlines()[-3:]]), hint
        )
    return "package index"


# Each check returns a description of the satisfied requirement, or raises MissingError.
CHECKS: list[Callable[[], str]] = [
    check_python,
    check_modules,
    *(functools.partial(check_program, name) for name in HINTS),
    check_git_settings,
    check_index,
]


def main() -> int:
    """Run all checks, print the results, and return the exit code."""
    missing = 0
    for check in CHECKS:
        try:
            print(f"  ok: {check()}")
        except MissingError as error:
            wanted, hint = error.args
            print(f"  missing: {wanted}\n    Hint: {hint}")
            missing += 1
    for name, purpose in OPTIONAL.items():
        if shutil.which(name) is None:
            print(f"  optional: {name} ({purpose})")
    print(f"Missing: {missing}" if missing else "Your computer is ready for the course.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
