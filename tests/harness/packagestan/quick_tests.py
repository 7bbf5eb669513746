"""Print pytest's arguments for the quick suite, which `nox -s quick` runs."""

import re

from harness.packagestan.template import ROOT
from harness.processes.commands import run

# The folders whose tests are quick unless they are marked as slow.
FOLDERS = ("conventions", "options", "projects", "questions", "services")
# All paths with quick tests. In the last two, only tests with the marker `quick` are quick.
PATHS = (
    *(f"tests/{folder}" for folder in FOLDERS),
    "tests/documentation/test_documentation.py",
    "tests/matrix",
)

# Matches the paths of files that belong to an option.
OPTION_FILE = re.compile(
    r"(?:template/options/|tests/options/test_|docs/reference/options/)(\w+)"
    r"|template/(license|preset)s/"
)


def option_of(file: str) -> str:
    """Return the option that a file belongs to, or "".

    >>> option_of("template/options/ci/github/choice.json")
    'ci'
    """
    found = OPTION_FILE.match(file)
    option = (found[1] or found[2]) if found else ""
    return option if (ROOT / f"tests/options/test_{option}.py").is_file() else ""


def selection(files: list[str]) -> str:
    """Return the marker expression for quick tests and all tests of the options of some files.

    >>> selection(["template/options/ci/github/choice.json", "README.md"])
    "quick or option(name='ci')"
    """
    options = sorted({option_of(file) for file in files} - {""})
    return " or ".join(["quick", *(f"option(name={option!r})" for option in options)])


def main() -> None:
    """Print the arguments for the uncommitted changes, one per line."""
    command = ("git", "status", "--porcelain", "--untracked-files=all")
    changed = run(*command, cwd=ROOT, exit_code=None).stdout.split()
    print("-m", selection(changed), *PATHS, sep="\n")


if __name__ == "__main__":
    main()
