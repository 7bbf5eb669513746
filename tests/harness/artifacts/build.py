"""Build distributions in isolation."""

import sys
from dataclasses import dataclass
from pathlib import Path

from harness.processes.commands import run


@dataclass(frozen=True)
class Distributions:
    """The sdist and the wheel that a build created."""

    sdist: Path
    wheel: Path


def build_isolated(project: Path, out: Path, **env: str) -> Distributions:
    """Use the `build` tool to build the sdist from a project's tree and the wheel from the sdist.

    `ArtifactCache.build` is much faster, because it builds in forks of a warm process.

    Args:
        project: The folder with pyproject.toml.
        out: The folder to write to.
        env: Environment variables to add.

    Raises:
        CommandError: The build failed.
    """
    run(sys.executable, "-m", "build", "--installer=uv", "--outdir", out, project, env=env)
    return distributions_in(out)


def distributions_in(folder: Path) -> Distributions:
    """Return the sdist and the wheel in a folder that contains one of each."""
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return Distributions(sdist, wheel)
