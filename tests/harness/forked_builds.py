"""Builds in forks of one process that has imported the build backends and built with each.

It runs in an environment of the backends, without the rest of the harness: each line on stdin is a
JSON list of a backend's module, a PEP 517 hook, a project's folder and the folder to write into.
Each is answered by one line, the exit code of the fork that has called the hook.
"""

import importlib
import json
import os
import sys
from pathlib import Path


def build(module: str, hook: str, project: str, out: str) -> int:
    """Call a hook in a fork, whose state dies with it, and return its exit code.

    https://peps.python.org/pep-0517/#build-backend-interface
    """
    if not (child := os.fork()):
        exit_code = 1
        try:
            os.chdir(project)
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            getattr(importlib.import_module(module), hook)(out)
            exit_code = 0
        finally:
            os._exit(exit_code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def warm(module: str, hook: str, project: str, out: str) -> int:
    """Call a hook in this process, so that the forks inherit what it has imported."""
    here = Path.cwd()
    said = os.dup(1)
    os.dup2(2, 1)
    os.chdir(project)
    getattr(importlib.import_module(module), hook)(out)
    os.chdir(here)
    os.dup2(said, 1)
    os.close(said)
    return 0


if __name__ == "__main__":
    for line in sys.stdin:
        how, *arguments = json.loads(line)
        print({"warm": warm, "build": build}[how](*arguments), flush=True)
