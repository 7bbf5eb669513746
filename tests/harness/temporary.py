"""Where a run of the tests writes small files: in memory, where the machine has enough of it.

A disk's file system spends more on a small file than the program that fills it, and there are very
many: rendered and built trees, compiled modules, clones and copies of each update.
"""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

# https://docs.kernel.org/filesystems/tmpfs.html
MEMORY = Path("/dev/shm")
# Twice what was seen in use.
BYTES_NEEDED = 2 * 2**30

# The temporary folder of the machine, which outlasts the run.
MACHINE = "PACKAGESTAN_MACHINE_TEMPORARY"
PREFIX = "packagestan-run-"

# The locks of the folders that this process writes to.
held: dict[Path, BaseFileLock] = {}


def machine() -> Path:
    """Return the temporary folder of the machine, also in a test run."""
    return Path(os.environ.get(MACHINE) or tempfile.gettempdir())


def start() -> Path:
    """Let this process, and those that it starts, use a new temporary folder, and return it.

    What runs have left that failed is deleted. What pytest hands to tests stays on the disk, where
    uv links what it installs.
    """
    os.environ[MACHINE] = tempfile.gettempdir()
    place = machine()
    if not os.environ.get("TMPDIR") and has_room(MEMORY):
        place = MEMORY
    for left in place.glob(f"{PREFIX}*"):
        delete(left)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    held[folder] = FileLock(folder / "lock")
    held[folder].acquire()
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    return folder


def delete(folder: Path) -> None:
    """Delete the folder of a run, unless it is still written to by another one."""
    lock = held.pop(folder, None) or FileLock(folder / "lock")
    with contextlib.suppress(Timeout):
        lock.acquire(timeout=0)
        shutil.rmtree(folder, ignore_errors=True)
        lock.release(force=True)


def has_room(folder: Path) -> bool:
    """Return whether a folder is there and has the room that a run needs."""
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= BYTES_NEEDED
