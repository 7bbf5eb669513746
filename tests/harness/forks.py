"""Work in forks of a warm process, in the Python of any environment."""

import json
import os
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import fork_server, probe
from .commands import CommandError
from .install import Environment

running: list["ForkServer"] = []


def close_all() -> None:
    """End all warm processes of this one."""
    while running:
        running.pop().process.communicate()


class ForkServer:
    """A warm process of an environment's Python; each piece of work is done in a fork of it."""

    def __init__(
        self, environment: Environment, *modules: str, env: Mapping[str, str] | None = None
    ) -> None:
        """Start it, with some modules imported and some variables added."""
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
        """Send a request and return its answer.

        Raises:
            CommandError: What was asked for failed; the message holds what it printed.
        """
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(request), file=self.process.stdin, flush=True)
        answer: dict[str, str] = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise CommandError(f"{answer['error']}\n{answer.get('printed', '')}")
        return answer

    def build(
        self,
        hook: str,
        project: Path,
        out: Path,
        *,
        warm_up: bool = False,
    ) -> Path:
        """Call a hook of a project's build backend and return the file that it wrote.

        Args:
            hook: `build_sdist` or `build_wheel`.
            project: The folder of pyproject.toml.
            out: The folder to write into; it is made.
            warm_up: Do it in the warm process itself.

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
        }
        answer = self.request(do="build", arguments=arguments, warm_up=warm_up)
        return out / answer["result"]

    def test(self, project: Path, environment: Environment) -> str:
        """Run a project's own tests against what is installed in an environment.

        Returns:
            What pytest printed.

        Raises:
            CommandError: A test failed.
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
        """Use what is installed in an environment as its users would.

        Args:
            environment: The environment, of this process's Python.
            name: The distribution package.
            package: The import package.
            commands: What to call, each a script of the environment and its arguments.

        Returns:
            What `harness.probe.use` found.

        Raises:
            CommandError: It could not be imported, an entry point could not be loaded, or
                something was printed that no command printed.
        """
        arguments = {
            "probe": probe.__file__,
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
