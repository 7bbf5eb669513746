"""Print the paths of the tests for options with uncommitted changes, which `nox -s quick` runs."""

import re

from harness.packagestan.template import ROOT
from harness.processes.commands import run

# Matches the paths of files that belong to an option.
OPTION_FILE = re.compile(
    r"(?:template/options/|tests/options/test_|docs/reference/options/)(\w+)"
    r"|template/(license|preset)s/"
)


def option_tests(file: str) -> str:
    """Return the path of the tests for the option that a file belongs to, or "".

    >>> option_tests("template/options/ci/github/choice.json")
    'tests/options/test_ci.py'
    """
    option = OPTION_FILE.match(file)
    name = f"tests/options/test_{option[1] or option[2]}.py" if option else ""
    return name if (ROOT / name).is_file() else ""


def main() -> None:
    """Print the paths, one per line."""
    command = ("git", "status", "--porcelain", "--untracked-files=all")
    changed = run(*command, cwd=ROOT, exit_code=None).stdout.split()
    print(*sorted({*map(option_tests, changed)} - {""}), sep="\n")


if __name__ == "__main__":
    main()
