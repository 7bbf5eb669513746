"""Build an existing project with its own build backend."""

import importlib.util
import shutil
import subprocess
import warnings
from pathlib import Path

import build
import build.env
import pyproject_hooks

from adoption.findings import AdoptionError

FAILURES = (build.BuildBackendException, build.BuildException, subprocess.CalledProcessError)


def build_wheel(folder: Path, out: Path) -> Path:
    """Build a wheel in an isolated environment, and return its path.

    https://peps.python.org/pep-0517/

    Args:
        folder: The project's folder. Build backends write to it, so it should be a copy.
        out: The folder for the wheel.

    Raises:
        AdoptionError: The build failed.
    """
    has_uv = shutil.which("uv") or importlib.util.find_spec("uv")
    try:
        with (
            # The old build backend's warnings don't matter because the template replaces it.
            warnings.catch_warnings(action="ignore"),
            build.env.DefaultIsolatedEnv(installer="uv" if has_uv else "pip") as environment,
        ):
            builder = build.ProjectBuilder.from_isolated_env(
                environment, folder, runner=pyproject_hooks.quiet_subprocess_runner
            )
            environment.install(builder.build_system_requires)
            environment.install(builder.get_requires_for_build("wheel"))
            return Path(builder.build("wheel", out))
    except FAILURES as error:
        raise AdoptionError(describe(error, folder.name)) from error


def describe(error: Exception, name: str) -> str:
    """Return one sentence that says why the build of a project failed."""
    if isinstance(error, build.BuildBackendException):
        cause = error.exception
        output = cause.output if isinstance(cause, subprocess.CalledProcessError) else str(cause)
        return f"the build of {name} failed: {last_line(output)}"
    if isinstance(error, subprocess.CalledProcessError):
        output = error.stderr or error.output
        return f"the build requirements of {name} can't be installed: {last_line(output)}"
    return f"{name} can't be built: {last_line(str(error))}"


def last_line(output: str | bytes | None) -> str:
    """Return the last line of a program's output that contains text."""
    text = output.decode(errors="replace") if isinstance(output, bytes) else output or ""
    lines = [line.strip() for line in text.splitlines() if line.strip(" ^~-\t")]
    return lines[-1] if lines else "there was no error message"
