"""Building distributions through PEP 517, in isolation."""

import sys
from dataclasses import dataclass
from pathlib import Path

from . import tally
from .commands import run


@dataclass(frozen=True)
class Distributions:
    """The files that a build wrote."""

    sdist: Path
    wheel: Path


def build(project: Path, out: Path, **env: str) -> Distributions:
    """Build the sdist from a project's tree and the wheel from the sdist, as `build` does.

    Args:
        project: The folder of pyproject.toml.
        out: The folder to write into.
        env: Variables to add to those of this process.

    Raises:
        CommandError: The build failed.
    """
    run(sys.executable, "-m", "build", "--installer=uv", "--outdir", out, project, env=env)
    tally.count("sdists built")
    tally.count("wheels built")
    (sdist,) = out.glob("*.tar.gz")
    (wheel,) = out.glob("*.whl")
    return Distributions(sdist, wheel)


def build_wheel(project: Path, out: Path) -> Path:
    """Build only the wheel, from a project's tree, and return it.

    Raises:
        CommandError: The build failed.
    """
    run(sys.executable, "-m", "build", "--wheel", "--installer=uv", "--outdir", out, project)
    tally.count("wheels built")
    (wheel,) = out.glob("*.whl")
    return wheel
