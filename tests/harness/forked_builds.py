"""Builds in forks of one process that has imported the build backends and built with each.

It runs in an environment of the backends, without the rest of the harness: each line on stdin is a
JSON list of a backend's module, a PEP 517 hook, a project's folder and the folder to write into.
Each is answered by one line, the exit code of the fork that has called the hook.
"""

import importlib
import json
import os
import sys


def warm(module: str, hook: str, project: str, out: str) -> int:
    """Call a hook in this process, so that the forks inherit what it has imported.

    https://peps.python.org/pep-0517/#build-backend-interface
    """
    os.chdir(project)
    getattr(importlib.import_module(module), hook)(out)
    return 0


def build(*arguments: str) -> int:
    """Call a hook in a fork, whose state dies with it, and return its exit code."""
    if not (child := os.fork()):
        exit_code = 1
        try:
            exit_code = warm(*arguments)
        finally:
            os._exit(exit_code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    # What the backends print is not an answer.
    os.dup2(2, 1)
    for line in sys.stdin:
        how, *given = json.loads(line)
        call = build if how == "build" else warm
        print(call(*given), file=answers, flush=True)
