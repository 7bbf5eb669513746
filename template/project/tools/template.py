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
MARKER = re.compile(rb"^(<{7}|>{7}) ", re.MULTILINE)


def main() -> int:
    """Say what is left to do and return the exit code: 1 if there is something."""
    if not shutil.which("git") or not is_repository():
        print("Nothing is left to merge: without git and a repository, nothing was updated.")
        return 0
    found = [*answers_file(), *conflicts(), *rejected()]
    print("\n".join(found) if found else "Nothing is left to merge.")
    return 1 if found else 0


def is_repository() -> bool:
    """Return whether git knows the project."""
    finished = subprocess.run(["git", "status"], cwd=ROOT, capture_output=True, check=False)
    return not finished.returncode


def answers_file() -> list[str]:
    """Say what the file that Copier reads lacks, if anything."""
    file = ROOT / ANSWERS
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    lacking = [key for key in ("_commit", "_src_path") if f"\n{key}: " not in f"\n{text}"]
    if not lacking:
        return []
    missing = " and ".join(lacking)
    return [f"{ANSWERS}: {missing} missing; find the last good one: git log --patch {ANSWERS}"]


def conflicts() -> list[str]:
    """Say which files hold conflict markers."""
    return [
        f"{name}: merge by hand what stands between <<<<<<< and >>>>>>>"
        for name in listed("--cached", "--others", "--exclude-standard")
        if (ROOT / name).is_file() and MARKER.search((ROOT / name).read_bytes())
    ]


def rejected() -> list[str]:
    """Say which files hold rejected changes, those included that git ignores."""
    names = listed("--cached", "--others", "--", "*.rej")
    return [f"{name}: merge by hand what it holds, then delete it" for name in names]


def listed(*options: str) -> list[str]:
    """Return what git lists, each file once."""
    command = ["git", "ls-files", "-z", *options]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    return sorted({name for name in listing.decode().split("\0") if name})


if __name__ == "__main__":
    sys.exit(main())
