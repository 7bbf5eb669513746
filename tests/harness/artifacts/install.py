"""Create virtual environments, install packages, and run commands."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from uv import find_uv_bin

from harness.processes.commands import run


class Environment:
    """A virtual environment. A new one contains no packages, not even pip."""

    def __init__(self, folder: Path) -> None:
        """Use an existing environment."""
        self.bin = folder / ("Scripts" if sys.platform == "win32" else "bin")
        self.python = self.bin / ("python.exe" if sys.platform == "win32" else "python")

    @property
    def site_packages(self) -> Path:
        """Return the site-packages folder."""
        if sys.platform == "win32":
            return self.bin.parent / "Lib" / "site-packages"
        (folder,) = self.bin.parent.glob("lib/python*/site-packages")
        return folder

    @classmethod
    def make(cls, folder: Path, python: str = sys.executable) -> "Environment":
        """Create an environment.

        Args:
            folder: The folder to create.
            python: The path or version of the interpreter.

        Raises:
            CommandError: uv can't find the interpreter or create the environment.
        """
        run(find_uv_bin(), "venv", "--quiet", "--python", python, folder)
        return cls(folder)

    def install(self, *arguments: str | Path, cwd: Path | None = None) -> None:
        """Install packages into the environment.

        Args:
            arguments: Requirements, files, and options for `uv pip install`.
            cwd: The folder to run in, such as a project that defines dependency groups.

        Raises:
            CommandError: A package can't be installed.
        """
        uv_pip_install = (find_uv_bin(), "pip", "install", "--quiet", "--python", self.python)
        run(*uv_pip_install, *arguments, cwd=cwd)

    def share(self, other: "Environment", *scripts: str) -> None:
        """Make another environment's packages available in this environment, and copy scripts.

        This avoids installing and compiling the packages again.

        Args:
            other: An environment with the same Python version.
            scripts: The names of the Python scripts to copy.
        """
        shared = self.site_packages / "shared.pth"
        shared.write_text(f"{other.site_packages}\n", encoding="utf-8")
        for name in scripts:
            text = (other.bin / name).read_text(encoding="utf-8")
            script = self.bin / name
            script.write_text(text.replace(str(other.python), str(self.python)), encoding="utf-8")
            script.chmod(0o755)

    def run(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        exit_code: int | None = 0,
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the environment's commands. See `harness.processes.commands.run`."""
        isolated = {"PYTHONUTF8": "1", "VIRTUAL_ENV": ""}
        program = self.bin / command[0]
        return run(
            program, *command[1:], cwd=cwd, env=isolated | dict(env or {}), exit_code=exit_code
        )
