"""Process requests in forks of a warm process, which can use any environment's Python."""

import contextlib
import json
import os
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.artifacts import fork_server, import_smoke
from harness.artifacts.install import Environment
from harness.processes.commands import CommandError

running: list["ForkServer"] = []


def close_all(keep: int = 0) -> None:
    """Stop the warm processes that this process started, newest first.

    Args:
        keep: How many of the oldest processes keep running.
    """
    while len(running) > keep:
        running.pop().process.communicate()


class ForkServer:
    """A warm process that uses an environment's Python and processes each request in a fork."""

    def __init__(
        self, environment: Environment, *modules: str, env: Mapping[str, str] | None = None
    ) -> None:
        """Start the process with additional environment variables, and have it import modules."""
        path = f"{environment.bin}{os.pathsep}{os.environ['PATH']}"
        self.process = subprocess.Popen(
            [environment.python, "-P", fork_server.__file__, *modules],
            env=os.environ
            | {"PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "DISPLAY": ""}
            | dict(env or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        running.append(self)

    def request(self, **request: object) -> dict[str, str]:
        """Send a request, and return the answer.

        Raises:
            CommandError: The requested operation failed, or the process ended. The message contains
                the traceback or the exit code.
        """
        assert self.process.stdin
        assert self.process.stdout
        # If the process has already ended, it doesn't answer either.
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(request), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise CommandError(f"the warm process ended with {self.process.wait()}")
        answer: dict[str, str] = json.loads(line)
        if "error" in answer:
            raise CommandError(f"{answer['error']}\n{answer.get('printed', '')}")
        return answer

    def build(
        self,
        hook: str,
        project: Path,
        out: Path,
        *,
        env: Mapping[str, str] | None = None,
        warm_up: bool = False,
    ) -> Path:
        """Call a hook of a project's build backend, and return the created file.

        Args:
            hook: `build_sdist` or `build_wheel`.
            project: The folder with pyproject.toml.
            out: The folder to write to, which is created if necessary.
            env: Environment variables to add.
            warm_up: Whether to call the hook in the warm process instead of a fork.

        Raises:
            CommandError: The build failed.
        """
        text = (project / "pyproject.toml").read_text(encoding="utf-8")
        system = tomllib.loads(text)["build-system"]
        out.mkdir(parents=True, exist_ok=True)
        arguments = {
            "hook": hook,
            "backend": system["build-backend"],
            "path": system.get("backend-path", []),
            "project": str(project),
            "out": str(out),
            "env": dict(env or {}),
        }
        answer = self.request(do="build", arguments=arguments, warm_up=warm_up)
        return out / answer["result"]

    def test(self, project: Path, environment: Environment) -> str:
        """Run a project's tests against the packages in an environment.

        Args:
            project: The project's folder.
            environment: An environment with the warm process's Python version.

        Returns:
            The output of pytest.

        Raises:
            CommandError: pytest failed.
        """
        arguments = {
            "project": str(project),
            "python": str(environment.python),
            "site_packages": str(environment.site_packages),
        }
        return self.request(do="test", arguments=arguments)["printed"]

    def use(
        self, environment: Environment, name: str, package: str, commands: Sequence[Sequence[str]]
    ) -> dict[str, Any]:
        """Use the package in an environment as users would.

        Args:
            environment: An environment with the warm process's Python version.
            name: The name of the distribution package.
            package: The name of the import package.
            commands: The scripts to run, each with its arguments.

        Returns:
            The results of `harness.artifacts.import_smoke.use`.

        Raises:
            CommandError: Using the package failed, or importing it printed something.
        """
        arguments = {
            "probe": import_smoke.__file__,
            "python": str(environment.python),
            "site_packages": str(environment.site_packages),
            "arguments": {
                "name": name,
                "package": package,
                "scripts": str(environment.bin),
                "commands": commands,
            },
        }
        answer = self.request(do="use", arguments=arguments)
        if answer["printed"]:
            raise CommandError(f"importing {package} printed\n{answer['printed']}")
        return dict(json.loads(answer["result"]))
