"""Run Copier's command line with a cache of compiled Jinja templates that processes share.

A `copier` command spends a third of its CPU time on compiling templates that an earlier command
has already compiled. This program runs the same command line, but it loads compiled templates from
a folder and caches merged answers (see `copier_cache`). The installed Copier does everything else.
`test_copier_program.py`, `test_rendering.py`, and `test_update_command.py` check that the results
are the same as with the plain command.
"""

import gc
import hashlib
import marshal
import os
import sys
import tempfile
from pathlib import Path
from types import CodeType
from unittest import mock

from jinja2 import Environment

# The environment variable that contains the path of the folder for compiled templates. The files in
# it are valid only for the installed versions of Python, Jinja, and Copier, so each test run uses a
# new folder.
VARIABLE = "COPIER_COMPILED_TEMPLATES"

compile_template = Environment.compile


def compile_once(
    environment: Environment, source: str, name: str | None = None, filename: str | None = None
) -> CodeType:
    """Return a template's code, as `Environment.compile` does, but compile it only once."""
    # Preprocess even cached templates, because this resets the state of Copier's extension.
    environment.preprocess(source, name, filename)
    settings = {
        key: value
        for key, value in vars(environment).items()
        if value is None or isinstance(value, (bool, str))
    }
    key = repr((source, name, sorted(settings.items()), sorted(environment.extensions)))
    file = Path(os.environ[VARIABLE], hashlib.sha256(key.encode()).hexdigest())
    try:
        code: CodeType = marshal.loads(file.read_bytes())
    except FileNotFoundError:
        code = compile_template(environment, source, name, filename)
        # Create the file atomically, because other processes may read or write it.
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as temporary:
            marshal.dump(code, temporary)
        Path(temporary.name).replace(file)
    return code.replace(co_filename=filename or "<template>")


def main() -> None:
    """Run Copier's command line with both caches."""
    # Don't collect garbage, because commands create little of it and each collection takes time.
    gc.disable()
    Path(os.environ[VARIABLE]).mkdir(parents=True, exist_ok=True)
    # Replace this file's folder with the folder that contains `harness`.
    sys.path[0] = str(Path(__file__).parents[2])
    from harness.rendering.copier_cache import cached_answers
    from harness.rendering.copier_internals import CopierApp

    with mock.patch.object(Environment, "compile", compile_once), cached_answers():
        CopierApp.run(["copier", *sys.argv[1:]])


if __name__ == "__main__":
    main()
