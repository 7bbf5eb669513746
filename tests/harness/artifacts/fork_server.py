"""Process requests in forks of a warm process so that imports run only once.

`python fork_server.py MODULE...` imports the modules, and then answers each line on stdin with a
line on stdout. Forks don't share state. This module imports only the standard library, because it
must run in environments without other packages. `harness.artifacts.forks` is the client.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import site
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any


def build(
    hook: str, backend: str, path: list[str], project: str, out: str, env: dict[str, str]
) -> str:
    """Call a build backend's hook as a frontend does, and return the created file's name.

    https://peps.python.org/pep-0517/#build-backend-interface

    Args:
        hook: `build_sdist` or `build_wheel`.
        backend: The value of `build-backend`.
        path: The folders in `backend-path`.
        project: The source tree.
        out: The folder to write to.
        env: Environment variables to add.
    """
    os.environ.update(env)
    os.chdir(project)
    sys.path[:0] = [str(Path(project, folder)) for folder in path]
    return str(getattr(importlib.import_module(backend), hook)(out))


def test(project: str, python: str, site_packages: str) -> str:
    """Run a project's tests against the packages in an environment.

    Args:
        project: The project.
        python: The environment's interpreter, for tests that start a subprocess.
        site_packages: The folder of the environment's packages.

    Raises:
        AssertionError: pytest failed.
    """
    import pytest

    os.chdir(project)
    sys.executable = python
    site.addsitedir(site_packages)
    code = pytest.main(["-q", "-p", "no:cacheprovider"])
    if code:
        raise AssertionError(f"pytest ended with {code}")
    return ""


def use(probe: str, python: str, site_packages: str, arguments: dict[str, Any]) -> str:
    """Use the package in an environment, and return the results as JSON.

    Args:
        probe: The path of `harness.artifacts.import_smoke`.
        python: The environment's interpreter.
        site_packages: The folder of the environment's packages.
        arguments: The arguments of `import_smoke.use`.
    """
    sys.executable = python
    sys.prefix = sys.exec_prefix = str(Path(python).parents[1])
    site.addsitedir(site_packages)
    return json.dumps(runpy.run_path(probe)["use"](**arguments))


WORK: dict[str, Callable[..., str]] = {"build": build, "test": test, "use": use}


def result_of(do: str, arguments: dict[str, Any]) -> dict[str, str]:
    """Process a request in this process, and return the result or the traceback."""
    try:
        return {"result": WORK[do](**arguments)}
    except BaseException:  # noqa: BLE001 any exception is a result
        return {"error": traceback.format_exc()}


def answer(do: str, arguments: dict[str, Any]) -> dict[str, str]:
    """Process a request in a fork, and return its output and the result or the traceback."""
    if not hasattr(os, "fork"):
        return answer_in_new_process(do, arguments)
    with tempfile.TemporaryFile() as printed:
        read_end, write_end = os.pipe()
        # Otherwise, the garbage collector would write to all memory pages, and the fork would have
        # to copy them.
        gc.freeze()
        if not os.fork():
            try:
                os.dup2(printed.fileno(), 1)
                os.dup2(printed.fileno(), 2)
                result = result_of(do, arguments)
                # A regular interpreter exit would be slow. Run only the exit handlers, in which
                # some build backends clean up.
                atexit._run_exitfuncs()
                sys.stdout.flush()
                sys.stderr.flush()
                os.write(write_end, json.dumps(result).encode())
            finally:
                os._exit(0)
        os.close(write_end)
        with os.fdopen(read_end, "rb") as pipe:
            done: dict[str, str] = json.loads(pipe.read() or '{"error": "the fork died"}')
        os.wait()
        printed.seek(0)
        return done | {"printed": printed.read().decode(errors="replace")}


def answer_in_new_process(do: str, arguments: dict[str, Any]) -> dict[str, str]:
    """Process a request in a new process, because Windows doesn't support forks.

    Return the output and the result or the traceback.
    """
    request = json.dumps({"do": do, "arguments": arguments, "warm_up": True})
    command = [sys.executable, "-P", __file__]
    done = subprocess.run(
        command, input=request, capture_output=True, check=False, encoding="utf-8"
    )
    result: dict[str, str] = json.loads(done.stdout or '{"error": "the process died"}')
    return result | {"printed": done.stderr}


def main() -> None:
    """Import the modules, and answer requests until stdin ends."""
    for module in sys.argv[1:]:
        importlib.import_module(module)
    # The output of requests must not be mixed with the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    here = os.getcwd()  # noqa: PTH109
    for line in sys.stdin:
        request = json.loads(line)
        if request.pop("warm_up", False):
            # Process this request without a fork so that all later forks inherit the modules that
            # it imports.
            path = list(sys.path)
            result = result_of(request.pop("do"), request["arguments"])
            os.chdir(here)
            sys.path[:] = path
        else:
            result = answer(request["do"], request["arguments"])
        print(json.dumps(result), file=answers, flush=True)


if __name__ == "__main__":
    main()
