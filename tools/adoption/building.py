"""Build a project with its own build backend."""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import build
import build.env
import pyproject_hooks

from adoption.findings import AdoptionError

FAILURES = (build.BuildBackendException, build.BuildException, subprocess.CalledProcessError)

# Patterns for the error messages of failed builds, and remedies for the failures.
# https://setuptools.pypa.io/en/latest/history.html
REMEDIES = {
    r"No module named 'pkg_resources'": "add --constraint 'setuptools<80'",
    r"use_2to3 is invalid": "the code is for Python 2, so convert it with 2to3 first",
    # https://docs.python.org/3/whatsnew/3.12.html#removed
    # https://docs.python.org/3/whatsnew/3.13.html#removed-modules-and-apis
    r"No module named '(?:imp|asyncore|asynchat|smtpd|distutils\.\w+|pipes|cgi|crypt|lib2to3)'"
    r"|'SafeConfigParser'|'readfp'|'pkgutil' has no attribute 'ImpImporter'"
    r"|'ast' has no attribute '(?:Str|Num|NameConstant)'": (
        "an older Python may help: uv run --python 3.11 tools/adopt.py"
    ),
    r"unable to detect version|Cannot find the version from SCM": (
        "use a git clone with its tags, or set SETUPTOOLS_SCM_PRETEND_VERSION or"
        " PDM_BUILD_SCM_VERSION"
    ),
    r"Versioning for this project requires": ("use a git clone with its tags, or set PBR_VERSION"),
    r"No module named '(\w+)": r"add --require \1 if setup.py imports it",
}


@dataclass(frozen=True)
class BuildOptions:
    """Options for building a project.

    Attributes:
        constraints: Version constraints for the build requirements, such as "setuptools<80".
        requirements: Additional build requirements.
        timeout: The time limit for a build, in seconds.
    """

    constraints: Sequence[str] = ()
    requirements: Sequence[str] = ()
    timeout: float = 600


def build_wheel(folder: Path, out: Path, options: BuildOptions | None = None) -> Path:
    """Build a wheel in an isolated environment, and return the wheel's path.

    The build runs in a separate process so that it and all its child processes can be stopped.

    Args:
        folder: The project's folder. Build backends write to it, so it should be a copy.
        out: The folder for the wheel.
        options: The constraints, additional requirements, and time limit.

    Raises:
        AdoptionError: The build fails or takes too long.
    """
    options = options or BuildOptions()
    code = "from adoption.building import build_here; build_here()"
    arguments = [str(folder.resolve()), str(out.resolve())]
    arguments += [str(len(options.constraints)), *options.constraints, *options.requirements]
    with tempfile.TemporaryDirectory(
        prefix="packagestan-build-", ignore_cleanup_errors=True
    ) as temporary:
        # Unlike a pipe, a file can't fill up and block the build. It can also be read while a
        # leftover process still has it open.
        output = Path(temporary) / "output"
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-c", code, *arguments],
                env=environment(temporary),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        try:
            process.wait(options.timeout)
        except subprocess.TimeoutExpired as error:
            raise AdoptionError(
                f"the build of {folder.name} didn't finish within {options.timeout:g} seconds; if"
                " it doesn't hang, use a longer --timeout"
            ) from error
        finally:
            end(process)
        message = output.read_bytes()
    if process.returncode:
        raise AdoptionError(last_line(message))
    (wheel,) = out.glob("*.whl")
    return wheel


def environment(temporary: str) -> dict[str, str]:
    """Return the build process's environment variables.

    Args:
        temporary: The folder for temporary files.
    """
    own = {"PYTHONPATH": str(Path(__file__).parents[1])}
    return os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary) | own


def end(process: subprocess.Popen[bytes]) -> None:
    """If a process is still running, kill it and its child processes."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        command = ("taskkill", "/F", "/T", "/PID", str(process.pid))
        subprocess.run(command, check=False, capture_output=True)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def build_here() -> None:
    """Build a wheel in this process as the command-line arguments specify.

    The arguments are the project's folder, the folder for the wheel, the number of constraints, the
    constraints, and the additional requirements. If the build fails, exit with a message.

    https://peps.python.org/pep-0517/
    """
    del os.environ["PYTHONPATH"]
    folder, out, number, *texts = sys.argv[1:]
    constraints, requirements = texts[: int(number)], texts[int(number) :]
    has_uv = shutil.which("uv") or importlib.util.find_spec("uv")
    try:
        with (
            # Warnings about the old build don't matter because the template replaces its backend.
            warnings.catch_warnings(action="ignore"),
            build.env.DefaultIsolatedEnv(installer="uv" if has_uv else "pip") as isolated,
        ):
            builder = build.ProjectBuilder.from_isolated_env(
                isolated, folder, runner=pyproject_hooks.quiet_subprocess_runner
            )
            isolated.install({*builder.build_system_requires, *requirements}, constraints)
            isolated.install(builder.get_requires_for_build("wheel"), constraints)
            builder.build("wheel", out)
    except FAILURES as error:
        sys.exit(describe(error, Path(folder).name))


def describe(error: Exception, name: str) -> str:
    """Return the reason why a project's build failed, and a remedy if one is known."""
    if isinstance(error, build.BuildBackendException):
        cause = error.exception
        output = cause.output if isinstance(cause, subprocess.CalledProcessError) else str(cause)
        line = error_line(output)
        advice = remedy(line)
        return f"the build of {name} failed: {line.rstrip('.') if advice else line}{advice}"
    if isinstance(error, subprocess.CalledProcessError):
        output = error.stderr or error.output
        return f"the build requirements of {name} can't be installed: {last_line(output)}"
    return f"{name} can't be built: {last_line(str(error))}"


def remedy(line: str) -> str:
    """Return the remedy for a failure, preceded by "; ", or "" if no remedy is known."""
    for pattern, text in REMEDIES.items():
        if found := re.search(pattern, line):
            return f"; {found.expand(text)}"
    return ""


def error_line(output: str | bytes | None) -> str:
    """Return the last line of a program's output that names an exception, or else the last line."""
    text = output.decode(errors="replace") if isinstance(output, bytes) else output or ""
    found = re.findall(r"(?m)^\s*(?:\w+\.)*\w+(?:Error|Exception): .*", text)
    return found[-1].strip() if found else last_line(text)


def last_line(output: str | bytes | None) -> str:
    """Return the last line of a program's output that contains text, or a default message.

    Lines that only underline code are ignored.
    """
    text = output.decode(errors="replace") if isinstance(output, bytes) else output or ""
    lines = [line.strip() for line in text.splitlines() if line.strip(" ^~-\t")]
    return lines[-1] if lines else "there was no error message"
