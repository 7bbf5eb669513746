"""Where a test run writes: in memory, where the machine has enough of it.

A run writes several hundred thousand small files and reads most of them once. A disk's file system
spends more on a new file than the program that fills it.
"""

import os
import shutil
import tempfile
from pathlib import Path

# https://docs.kernel.org/filesystems/tmpfs.html
MEMORY = Path("/dev/shm")
# The most that a run has held at a time, and as much again.
BYTES_NEEDED = 8 * 2**30

# The temporary folder of the machine, which outlasts the run.
MACHINE = "PACKAGESTAN_MACHINE_TEMPORARY"
PREFIX = "packagestan-run"


def machine() -> Path:
    """Return the temporary folder of the machine, also in a test run."""
    return Path(os.environ.get(MACHINE) or tempfile.gettempdir())


def start() -> Path:
    """Let this process, and those that it starts, write into a new folder, and return it.

    What runs have left that failed is deleted.
    """
    os.environ[MACHINE] = tempfile.gettempdir()
    place = machine()
    if "TMPDIR" not in os.environ and has_room(MEMORY):
        place = MEMORY
        # From another file system, uv can't link what it installs.
        os.environ["UV_LINK_MODE"] = "copy"
    for left in place.glob(f"{PREFIX}*"):
        if not is_running(int(left.name.removeprefix(PREFIX))):
            shutil.rmtree(left, ignore_errors=True)
    # A short path: the first line of a script holds no long one.
    folder = place / f"{PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o700)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    return folder


def has_room(folder: Path) -> bool:
    """Return whether a folder is there and has the room that a run needs."""
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= BYTES_NEEDED


def is_running(process: int) -> bool:
    """Return whether a process is there."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
