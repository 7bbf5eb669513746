"""Find this machine's Python interpreters."""

import functools
import sys
from pathlib import Path

from uv import find_uv_bin

from harness.processes.commands import run


@functools.cache
def interpreters(*versions: str) -> dict[str, Path]:
    """Return this machine's interpreters for the given versions, by version.

    Versions that aren't installed are left out. The interpreter that runs the tests takes
    precedence over other interpreters with the same version.
    """
    found = {}
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    for version in versions:
        wanted = sys.base_prefix if version == own else version
        finished = run(
            *(find_uv_bin(), "python", "find", "--no-python-downloads", "--system", wanted),
            env={"UV_PYTHON_PREFERENCE": "system"},
            exit_code=None,
        )
        if not finished.returncode:
            found[version] = Path(finished.stdout.strip())
    return found
