"""Simulate a Docker build: run a Dockerfile's commands in folders that represent its stages.

No container engine is required. A stage is a folder that replaces `/` in absolute paths, with a
virtual environment in place of the base image's Python. Each stage is built at the same path, as in
a container, and is moved away before the next stage. Unsupported instructions raise an error.

The base image, layers, users, and isolation from the machine are not simulated. A successful
simulation shows that the commands work with the context, arguments, mounts, and earlier stages. It
doesn't show that an engine can build the image.
"""

import contextlib
import functools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from uv import find_uv_bin

from harness.artifacts.install import Environment
from harness.processes.commands import run

# A Python implementation of .dockerignore, and bindings for Docker's parser.
REQUIREMENTS = ("docker>=7.1", "dockerfile>=3.4")
READ_DOCKERFILE = """
import json, sys, dockerfile
print(json.dumps([command._asdict() for command in dockerfile.parse_file(sys.argv[1])]))
"""
READ_CONTEXT = """
import json, sys
from docker.utils.build import PatternMatcher
lines = [line.strip() for line in open(sys.argv[2], encoding="utf-8")]
patterns = [line for line in lines if line and not line.startswith("#")]
matcher = PatternMatcher(patterns)
# The constructor adds a pattern that includes .dockerignore, but only the builder receives it.
assert matcher.patterns.pop().cleaned_pattern == ".dockerignore"
print(json.dumps(sorted(matcher.walk(sys.argv[1]))))
"""


@dataclass(frozen=True)
class Instruction:
    """A Dockerfile instruction.

    Attributes:
        name: The keyword, such as `RUN`.
        flags: The options, such as `--mount=type=cache,target=/cache`.
        values: The instruction's words, or a single shell command.
        is_json: Whether the instruction has the exec form, which runs without a shell.
    """

    name: str
    flags: list[str]
    values: list[str]
    is_json: bool

    def mounts(self) -> list[dict[str, str]]:
        """Return the settings of each `--mount` option."""
        texts = [flag.removeprefix("--mount=") for flag in self.flags]
        return [dict(pair.split("=", 1) for pair in text.split(",")) for text in texts]


@dataclass
class Stage:
    """A stage of a build, or the resulting image.

    Attributes:
        root: The folder that represents `/`.
        variables: The variables set by `ENV` and `ARG`.
        folder: The working directory in the image, as set by `WORKDIR`.
        entry_point: The command that a container runs.
    """

    root: Path
    variables: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    entry_point: list[str] = field(default_factory=list)

    def path(self, name: str) -> Path:
        """Translate a path in the stage into a path on this machine."""
        return self.root / str(PurePosixPath(self.folder, name)).lstrip("/")

    def start(self, *arguments: str, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the image's command with additional arguments, like `docker run`."""
        return self.execute(*self.entry_point, *arguments, exit_code=exit_code)

    def execute(self, *command: str, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command in the stage, like `RUN`.

        Raises:
            CommandError: The command ended with a different exit code.
        """
        paths = [str(self.path(path)) for path in ("/bin", "/usr/local/bin")]
        variables = {
            "HOME": str(self.path("/root")),
            "PATH": os.pathsep.join((*paths, os.defpath)),
            "PYTHONUTF8": "1",
            "ROOT": str(self.root),
        }
        for name, value in self.variables.items():
            moved = re.sub(r"(?:(?<=^)|(?<=:))/", f"{self.root}/", value)
            variables[name] = moved.replace("$PATH", variables["PATH"])
        return run(*command, cwd=self.path("."), env=variables, exit_code=exit_code)


def read_dockerfile(tools: Environment, file: Path) -> list[Instruction]:
    """Parse a Dockerfile with Docker's parser.

    Args:
        tools: An environment with REQUIREMENTS.
        file: The Dockerfile.

    Raises:
        CommandError: The Dockerfile can't be parsed.
    """
    commands = json.loads(tools.run("python", "-c", READ_DOCKERFILE, file).stdout)
    return [Instruction(c["cmd"], c["flags"], c["value"], c["json"]) for c in commands]


def read_context(tools: Environment, project: Path) -> set[str]:
    """Return the paths of the project's files in the build context.

    Args:
        tools: An environment with REQUIREMENTS.
        project: The folder with .dockerignore.
    """
    ignore = project / ".dockerignore"
    paths = json.loads(tools.run("python", "-c", READ_CONTEXT, project, ignore).stdout)
    return {path for path in paths if (project / path).is_file()}


@dataclass
class Rehearsal:
    """A simulated build.

    Attributes:
        tools: An environment with REQUIREMENTS.
        pip: An environment with pip, like the Python in a base image.
        project: The folder with the Dockerfile.
        folder: The folder for the stages.
        caches: The folder of each cache mount, by target path in the image.
        arguments: The values of `--build-arg`, by name.
        stages: The stages built so far, by name.
    """

    tools: Environment
    pip: Environment
    project: Path
    folder: Path
    caches: Mapping[str, Path]
    arguments: Mapping[str, str] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=dict)

    @functools.cached_property
    def context(self) -> set[str]:
        """Return the paths of the files in the build context."""
        return read_context(self.tools, self.project)

    def build(self) -> Stage:
        """Execute all instructions, and return the last stage.

        Raises:
            AssertionError: An instruction mounts a file that isn't in the build context.
            CommandError: A command failed.
            NotImplementedError: The simulator doesn't support an instruction.
        """
        for instruction in read_dockerfile(self.tools, self.project / "Dockerfile"):
            if instruction.name == "FROM":
                self._start_stage(instruction)
            else:
                self._carry_out(instruction, list(self.stages.values())[-1])
        return list(self.stages.values())[-1]

    def _start_stage(self, instruction: Instruction) -> None:
        if instruction.flags:
            raise NotImplementedError(instruction)
        image, *words = instruction.values
        name = words[1] if words else "image"
        root = self.folder / "root"
        if self.stages:
            last = list(self.stages)[-1]
            self.stages[last].root = root.rename(self.folder / last)
        (root / "root").mkdir(parents=True)
        self.stages[name] = Stage(root)
        if image.startswith("ghcr.io/astral-sh/uv:"):
            (root / "uv").symlink_to(find_uv_bin())
        elif image.startswith("python:") or image == "base":
            Environment.make(root / "usr" / "local").share(self.pip, "pip")
        else:
            raise NotImplementedError(instruction)

    def _carry_out(self, instruction: Instruction, stage: Stage) -> None:
        values = instruction.values
        match instruction.name:
            case "ARG":
                name, default = values[0].split("=", 1)
                stage.variables[name] = self.arguments.get(name, default)
            case "ENV":
                stage.variables |= dict(zip(values[::2], values[1::2], strict=True))
            case "WORKDIR":
                stage.folder = values[0]
                stage.path(".").mkdir(parents=True)
            case "COPY":
                self._copy(instruction, stage)
            case "RUN":
                self._run(instruction, stage)
            case "USER":
                pass  # Commands always run as the user who runs the tests.
            case "ENTRYPOINT" if instruction.is_json:
                stage.entry_point = values
            case _:
                raise NotImplementedError(instruction)

    def _copy(self, instruction: Instruction, stage: Stage) -> None:
        source, target = instruction.values
        if not instruction.flags and source == target == ".":
            for name in self.context:
                stage.path(name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.project / name, stage.path(name))
            return
        (flag,) = instruction.flags
        found = self.stages[flag.removeprefix("--from=")].path(source)
        if target.endswith("/"):
            target += found.name
        stage.path(target).parent.mkdir(parents=True, exist_ok=True)
        if found.is_dir():
            shutil.copytree(found, stage.path(target), symlinks=True)
        else:
            stage.path(target).symlink_to(found.resolve())

    def _run(self, instruction: Instruction, stage: Stage) -> None:
        with contextlib.ExitStack() as mounted:
            for mount in instruction.mounts():
                mounted.enter_context(self._mounted(mount, stage))
            if instruction.is_json:
                stage.execute(*instruction.values)
            else:
                moved = re.sub(r"(?<=[\s=])/(?=\w)", '"$ROOT"/', instruction.values[0])
                stage.execute("/bin/sh", "-c", moved)

    @contextlib.contextmanager
    def _mounted(self, mount: dict[str, str], stage: Stage) -> Iterator[None]:
        """Link a mount into the stage for the duration of one command."""
        match mount:
            case {"type": "cache", "target": target, **rest} if not rest:
                source = self.caches[target]
            case {"type": "bind", "source": name, "target": target, **rest} if not rest:
                source = self.project / name
                assert name in self.context, f"{name} isn't in the build context"
            case _:
                raise NotImplementedError(mount)
        link = stage.path(target)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(source)
        try:
            yield
        finally:
            link.unlink()
