"""Uses an installed distribution package as its users would, and prints what came of it as JSON.

It is run by the Python of the environment in question, with nothing but the standard library:
`python -I probe.py DISTRIBUTION PACKAGE BIN COMMANDS`, where COMMANDS is a JSON list of commands,
each a list of words whose first is a script of the environment.
"""

import contextlib
import importlib
import importlib.metadata
import importlib.resources
import io
import json
import runpy
import sys
from pathlib import Path


def call(script: Path, arguments: list[str]) -> tuple[str, str, object]:
    """Run a script as the shell would; return what it printed, its errors and its exit code."""
    printed, errors = io.StringIO(), io.StringIO()
    sys.argv = [str(script), *arguments]
    code: object = 0
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
        try:
            runpy.run_path(str(script), run_name="__main__")
        except SystemExit as end:
            code = end.code or 0
    return printed.getvalue(), errors.getvalue(), code


def main() -> None:
    """Use it."""
    name, package, scripts, commands = sys.argv[1:]
    distribution = importlib.metadata.distribution(name)
    files = importlib.resources.files(package)
    result = {
        "file": importlib.import_module(package).__file__,
        "version": distribution.version,
        "typed": (files / "py.typed").is_file(),
        "data": [item.name for item in (files / "data").iterdir()]
        if (files / "data").is_dir()
        else [],
        "loaded": sorted(point.name for point in distribution.entry_points if point.load()),
        "commands": [call(Path(scripts, word), rest) for word, *rest in json.loads(commands)],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
