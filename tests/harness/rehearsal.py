"""A rehearsal of a Dockerfile: its commands run in folders that stand for its stages.

It needs no container engine. A stage is a folder that absolute paths are moved below, with a
virtual environment in place of the base image's Python; `ARG`, `WORKDIR`, `COPY . .` and the
mounts of `RUN` do there what they do in a build. An instruction that it doesn't know is an error.

It does not model the base image (its Python, its programs, its variables), layers, the user that
commands run as, or any isolation from the machine. It shows that the commands do their work from
what the context, the arguments, the mounts and the stages before give them; it does not show that
an engine builds the image.
"""

import contextlib
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from . import tally
from .commands import run
from .install import Environment

# Docker's own parser, in Go, and the one implementation of .dockerignore in Python.
REQUIREMENTS = ("docker>=7.1", "dockerfile>=3.4")
READ_DOCKERFILE = """
import json, sys, dockerfile
print(json.dumps([command._asdict() for command in dockerfile.parse_file(sys.argv[1])]))
"""
READ_CONTEXT = """
import json, sys
from docker.utils import exclude_paths
lines = [line.strip() for line in open(sys.argv[2], encoding="utf-8")]
patterns = [line for line in lines if line and not line.startswith("#")]
print(json.dumps(sorted(exclude_paths(sys.argv[1], patterns))))
"""


@dataclass(frozen=True)
class Instruction:
    """An instruction of a Dockerfile.

    Attributes:
        name: Its keyword, for instance `RUN`.
        flags: Its options, for instance `--mount=type=cache,target=/cache`.
        values: Its words, or one shell command.
        is_json: Whether it has the exec form, which no shell reads.
    """

    name: str
    flags: list[str]
    values: list[str]
    is_json: bool

    def mounts(self) -> list[dict[str, str]]:
        """Return the settings of each `--mount`."""
        texts = [flag.removeprefix("--mount=") for flag in self.flags]
        return [dict(pair.split("=", 1) for pair in text.split(",")) for text in texts]


@dataclass
class Stage:
    """A stage of a build, or what an image would hold.

    Attributes:
        root: The folder that stands for `/`.
        image: The base image, which the rehearsal does not use.
        environment: What stands for the base image's Python.
        arguments: The arguments that the stage has declared, where they have a value.
        folder: The working folder.
        labels: The labels as they are written.
        entry_point: The command.
        default: The arguments that the command has if none are given.
    """

    root: Path
    image: str
    environment: Environment
    arguments: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    labels: dict[str, str] = field(default_factory=dict)
    entry_point: list[str] = field(default_factory=list)
    default: list[str] = field(default_factory=list)

    def path(self, absolute: str) -> Path:
        """Return where a path of the image is."""
        return self.root / absolute.lstrip("/")

    def execute(self, *command: str | Path, env: Mapping[str, str] | None = None) -> str:
        """Run a command as the stage's RUN would, and return what it printed to stdout."""
        return self._run(*command, env=env or {}).stdout

    def start(self, *arguments: str, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the image's command, as `docker run` would."""
        chosen = arguments or tuple(self.default)
        return self._run(*self.entry_point, *chosen, env={}, exit_code=exit_code)

    def _run(
        self, *command: str | Path, env: Mapping[str, str], exit_code: int = 0
    ) -> subprocess.CompletedProcess[str]:
        tally.count("commands run")
        image = {
            "HOME": str(self.path("/root")),
            "PATH": f"{self.environment.bin}{os.pathsep}{os.defpath}",
            "PYTHONUTF8": "1",
            "ROOT": str(self.root),
        }
        variables = image | self.arguments | dict(env)
        return run(*command, cwd=self.path(self.folder), env=variables, exit_code=exit_code)


def read_dockerfile(tools: Environment, file: Path) -> list[Instruction]:
    """Read a Dockerfile by Docker's own parser.

    Args:
        tools: An environment that has REQUIREMENTS.
        file: The Dockerfile.

    Raises:
        CommandError: Docker would not read it.
    """
    commands = json.loads(tools.run("python", "-c", READ_DOCKERFILE, file).stdout)
    return [Instruction(c["cmd"], c["flags"], c["value"], c["json"]) for c in commands]


def read_context(tools: Environment, project: Path) -> set[str]:
    """Return the files of a project that a build may copy.

    Args:
        tools: An environment that has REQUIREMENTS.
        project: The folder of .dockerignore.
    """
    ignore = project / ".dockerignore"
    paths = json.loads(tools.run("python", "-c", READ_CONTEXT, project, ignore).stdout)
    # This implementation always sends these two along; Docker no longer does.
    files = {path for path in paths if (project / path).is_file()}
    return files - {".dockerignore", "Dockerfile"}


def label(written: str) -> str:
    r"""Return the text of a label, which is made of parts in double quotes and backslashes.

    https://docs.docker.com/reference/dockerfile/#environment-replacement

    >>> label(r'"\$HOME is \"home\" "\\""')
    '$HOME is "home" \\'
    """
    part = r'"((?:[^"\\$]|\\["\\$])*)"|((?:\\\\)+)'
    assert re.fullmatch(f"(?:{part})+", written), f"{written} is open, or has a variable"
    text = "".join(quoted + plain for quoted, plain in re.findall(part, written))
    return re.sub(r'\\(["\\$])', r"\1", text)


@dataclass
class Rehearsal:
    """A build that is rehearsed.

    Attributes:
        tools: An environment that has REQUIREMENTS.
        pip: An environment that has pip, as the Python of a base image.
        project: The folder of the Dockerfile.
        folder: Where the stages are made.
        cache: What stands for the engine's cache.
        arguments: The build's `--build-arg`.
        secrets: The file of each `--secret`, by its id.
        env: Variables of the machine to replace; an engine would have none of them.
    """

    tools: Environment
    pip: Environment
    project: Path
    folder: Path
    cache: Path
    arguments: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Path] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=dict)

    def build(self) -> Stage:
        """Carry out all instructions and return the last stage.

        Raises:
            CommandError: A command failed.
            NotImplementedError: The rehearsal can't do what an instruction asks for.
        """
        before: dict[str, str] = {}
        stage = None
        for instruction in read_dockerfile(self.tools, self.project / "Dockerfile"):
            if instruction.name == "FROM":
                stage = self._start_stage(instruction, before)
            elif stage is None:
                before |= self._argument(instruction, {})
            else:
                self._carry_out(instruction, stage, before)
        assert stage, "there is no FROM"
        return stage

    def _start_stage(self, instruction: Instruction, arguments: dict[str, str]) -> Stage:
        image, *words = instruction.values
        name = words[1] if words else str(len(self.stages))
        root = self.folder / name
        environment = Environment.make(self.folder / f"{name}-python")
        environment.share(self.pip, "pip")
        (root / "root").mkdir(parents=True)
        self.stages[name] = Stage(root, Template(image).substitute(arguments), environment)
        return self.stages[name]

    def _argument(self, instruction: Instruction, before: dict[str, str]) -> dict[str, str]:
        """Return the value that an ARG gets, if it gets one."""
        if instruction.name != "ARG":
            raise NotImplementedError(instruction)
        name, *default = instruction.values[0].split("=", 1)
        values = [values[name] for values in (self.arguments, before) if name in values]
        return {name: (values + default)[0]} if values + default else {}

    def _carry_out(self, instruction: Instruction, stage: Stage, before: dict[str, str]) -> None:
        values = instruction.values
        match instruction.name:
            case "ARG":
                stage.arguments |= self._argument(instruction, before)
            case "WORKDIR":
                stage.folder = values[0]
                stage.path(stage.folder).mkdir(parents=True)
            case "COPY" if values == [".", "."] and not instruction.flags:
                for name in read_context(self.tools, self.project):
                    copy = stage.path(stage.folder) / name
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.write_bytes((self.project / name).read_bytes())
            case "RUN":
                self._run(instruction, stage)
            case "LABEL":
                stage.labels |= dict(zip(values[::2], values[1::2], strict=True))
            case "USER":
                pass  # Whoever runs the tests runs the command, too.
            case "ENTRYPOINT" if instruction.is_json:
                stage.entry_point = values
            case "CMD" if instruction.is_json:
                stage.default = values
            case _:
                raise NotImplementedError(instruction)

    def _run(self, instruction: Instruction, stage: Stage) -> None:
        with contextlib.ExitStack() as mounted:
            for mount in instruction.mounts():
                mounted.enter_context(self._mounted(mount, stage))
            if instruction.is_json:
                stage.execute(*instruction.values, env=self.env)
            else:
                moved = re.sub(r"(?<=[\s=])/(?=\w)", '"$ROOT"/', instruction.values[0])
                stage.execute("/bin/sh", "-c", moved, env=self.env)

    @contextlib.contextmanager
    def _mounted(self, mount: dict[str, str], stage: Stage) -> Iterator[None]:
        """Put what is mounted at its place, as a link, for one command."""
        match mount:
            case {"type": "cache", "target": target, **rest} if not rest:
                source: Path | None = self.cache
            case {"type": "bind", "from": name, "source": path, "target": target, **rest} if (
                not rest
            ):
                source = self.stages[name].path(path)
            case {"type": "secret", "id": secret, "target": target, **rest} if not rest:
                source = self.secrets.get(secret)
            case _:
                raise NotImplementedError(mount)
        if source is None:
            yield
            return
        link = stage.path(target)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(source)
        try:
            yield
        finally:
            link.unlink()
