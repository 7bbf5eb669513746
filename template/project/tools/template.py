"""Finds what an update from the template has left to do.

`copier update` succeeds even where it could not merge: both sides then stand in the file, between
conflict markers, or what was rejected stands in a file beside it.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ANSWERS = ".copier-answers.yml"
PLAIN_FOLDER = "# The template was a plain folder, which has no releases."
MARKER = re.compile(rb"^(<{7}|>{7}) ", re.MULTILINE)


def main() -> int:
    """Say what is left to do and return the exit code: 1 if there is something."""
    if not any((folder / ".git").exists() for folder in (ROOT, *ROOT.parents)):
        print("Nothing is left to merge: without a repository, nothing was updated.")
        return 0
    if not shutil.which("git"):
        print("What is left to merge is not known, for git is not there: install it.")
        return 1
    try:
        found = [*answers_file(), *conflicts(), *rejected()]
    except subprocess.CalledProcessError as error:
        print(f"What is left to merge is not known, for git says: {error.stderr.decode().strip()}")
        return 1
    print("\n".join(found or [nothing()]))
    return 1 if found else 0


def nothing() -> str:
    """Say that nothing is left to do, and what updates need where there are none."""
    if not is_from_folder():
        return "Nothing is left to merge."
    return (
        "Nothing is left to merge. A plain folder has no updates: to get some, set _src_path in "
        f"{ANSWERS} to the template's repository and _commit to the release that you have."
    )


def answers_file() -> list[str]:
    """Say what the file that Copier reads has lost, if anything."""
    keys = ["_src_path"] if is_from_folder() else ["_commit", "_src_path"]
    missing = " and ".join(key for key in keys if not records(key))
    if not missing:
        return []
    return [f"{ANSWERS}: {missing} missing; find the last good one: git log --patch {ANSWERS}"]


def is_from_folder() -> bool:
    """Return whether the project was made from a plain folder, and so has no release to name."""
    return PLAIN_FOLDER in answers() and not records("_commit")


def records(key: str) -> bool:
    """Return whether the file that Copier reads has a value for a key."""
    return bool(re.search(rf"(?m)^{key}: *['\"]?[^\s'\"]", answers()))


def answers() -> str:
    """Return the text of the file that Copier reads; an empty one if there is none."""
    file = ROOT / ANSWERS
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def conflicts() -> list[str]:
    """Say which files hold conflict markers."""
    return [
        f"{name}: merge by hand what stands between <<<<<<< and >>>>>>>"
        for name in listed("--cached", "--others", "--exclude-standard")
        if (ROOT / name).is_file() and MARKER.search((ROOT / name).read_bytes())
    ]


def rejected() -> list[str]:
    """Say which files hold rejected changes.

    Those that git ignores are among them, but nothing in a folder that it ignores, such as .venv.
    """
    names = {
        *listed("--cached", "--others", "--exclude-standard"),
        *listed("--others", "--ignored", "--exclude-standard", "--directory"),
    }
    return [
        f"{name}: merge by hand what it holds, then delete it"
        for name in sorted(names)
        if name.endswith(".rej") and (ROOT / name).is_file()
    ]


def listed(*options: str) -> list[str]:
    """Return what git lists, each file once."""
    command = ["git", "ls-files", "-z", *options]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    return sorted({name for name in listing.decode().split("\0") if name})


if __name__ == "__main__":
    sys.exit(main())
