"""Projects and their distributions, each made once in a test run."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from .answers import Answers
from .build import Distributions, build, build_wheel
from .install import Environment
from .render import render


class Workshop:
    """A folder that all worker processes of a test run share.

    What it hands out is for reading only: a test that changes a project takes a copy.
    """

    def __init__(self, folder: Path) -> None:
        """Use a folder, which must exist."""
        self.folder = folder

    def once(self, name: str, make: Callable[[Path], object]) -> Path:
        """Return a folder, which the first process that asks for it makes."""
        folder = self.folder / name
        with FileLock(f"{folder}.lock"):
            done = folder.with_name(f"{name}.done")
            if not done.exists():
                make(folder)
                done.touch()
        return folder

    def project(self, answers: Answers) -> Path:
        """Return a rendered project."""
        return self.once(key("project", answers), lambda folder: render(folder, answers))

    def copy(self, answers: Answers, destination: Path) -> Path:
        """Return a rendered project that the test may change."""
        return Path(shutil.copytree(self.project(answers), destination))

    def distributions(self, answers: Answers) -> Distributions:
        """Return the sdist of a project, and the wheel that was built from the sdist."""

        def make(folder: Path) -> None:
            tree = shutil.copytree(self.project(answers), folder / "tree")
            build(tree, folder / "dist", SOURCE_DATE_EPOCH="1767225600")

        dist = self.once(key("dist", answers), make) / "dist"
        return Distributions(*dist.glob("*.tar.gz"), *dist.glob("*.whl"))

    def wheel_from_tree(self, answers: Answers) -> Path:
        """Return the wheel of a project, built from its tree."""

        def make(folder: Path) -> None:
            tree = shutil.copytree(self.project(answers), folder / "tree")
            build_wheel(tree, folder / "dist")

        (wheel,) = (self.once(key("wheel", answers), make) / "dist").glob("*.whl")
        return wheel

    def environment(self, name: str, answers: Answers, *requirements: str | Path) -> Environment:
        """Return an environment in which only some requirements are installed.

        Args:
            name: What the environment is for; it tells environments of one project apart.
            answers: The project whose folder relative groups are read from.
            requirements: What to install.
        """
        made = key(f"environment-{name}", answers)
        return Environment(
            self.once(
                made,
                lambda folder: Environment.make(folder).install(
                    *requirements, cwd=self.project(answers)
                ),
            )
        )


def key(kind: str, answers: Answers) -> str:
    """Return a name for what is made from some answers."""
    text = json.dumps(answers, sort_keys=True)
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
