"""Use an installed distribution package as users would.

This module runs in forks of a process that has the environment's Python version and has imported
only modules of the standard library.
"""

import contextlib
import importlib
import importlib.metadata
import importlib.resources
import io
import runpy
import sys
from pathlib import Path


def call(script: Path, arguments: list[str]) -> tuple[str, str, object]:
    """Run a script as the shell would, and return its stdout, stderr, and exit code.

    On Windows, scripts are executables, so their entry points are called instead.
    """
    printed, errors = io.StringIO(), io.StringIO()
    sys.argv = [str(script), *arguments]
    code: object = 0
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
        try:
            if script.is_file():
                runpy.run_path(str(script), run_name="__main__")
            else:
                (point,) = importlib.metadata.entry_points(name=script.name)
                sys.exit(point.load()())
        except SystemExit as end:
            code = end.code or 0
    return printed.getvalue(), errors.getvalue(), code


def use(name: str, package: str, scripts: str, commands: list[list[str]]) -> dict[str, object]:
    """Import a package, load its entry points, and run its commands.

    Args:
        name: The name of the distribution package.
        package: The name of the import package.
        scripts: The environment's folder for scripts.
        commands: The scripts to run, each with its arguments.

    Returns:
        The path of the package's `__init__.py`, the version, whether `py.typed` exists, the names
        of data files and entry points, and each command's stdout, stderr, and exit code.
    """
    distribution = importlib.metadata.distribution(name)
    files = importlib.resources.files(package)
    return {
        "file": importlib.import_module(package).__file__,
        "version": distribution.version,
        "typed": (files / "py.typed").is_file(),
        "data": [item.name for item in (files / "data").iterdir()]
        if (files / "data").is_dir()
        else [],
        "loaded": sorted(point.name for point in distribution.entry_points if point.load()),
        "commands": [call(Path(scripts, word), rest) for word, *rest in commands],
    }
