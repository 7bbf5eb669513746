"""Projects and their distributions, each made once in a test run."""

import functools
import hashlib
import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

import yaml
from filelock import FileLock

from . import tally
from .answers import Answers
from .build import Distributions, distributions_in
from .forks import ForkServer
from .inspect import unpack
from .install import Environment
from .render import render
from .template import ROOT

# When the distributions say that they were made: 2026-01-01.
DATE = {"SOURCE_DATE_EPOCH": "1767225600"}


class Workshop:
    """A folder that all worker processes of a test run share.

    What it hands out is for reading only: a test that changes a project takes a copy.
    """

    def __init__(self, folder: Path, trees: Path | None = None) -> None:
        """Use a folder, and perhaps another one for what is many small files; both must exist."""
        self.folder = folder
        self.trees = trees or folder

    def once(self, name: str, make: Callable[[Path], object], *, is_tree: bool = False) -> Path:
        """Return a folder, which the first process that asks for it makes.

        Args:
            name: Its name.
            make: What makes it, or fails.
            is_tree: Whether it holds many small files, and nothing that uv could link.
        """
        folder = (self.trees if is_tree else self.folder) / name
        with FileLock(f"{folder}.lock"):
            done = folder.with_name(f"{name}.done")
            if not done.exists():
                # What an attempt that failed has left would hide why it did.
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                done.touch()
        return folder

    def project(self, answers: Answers) -> Path:
        """Return a rendered project."""
        name = key("project", answers)
        return self.once(name, lambda folder: render(folder, answers), is_tree=True)

    def copy(self, answers: Answers, destination: Path) -> Path:
        """Return a rendered project that the test may change."""
        return Path(shutil.copytree(self.project(answers), destination))

    @functools.cache  # noqa: B019 a workshop lives as long as the tests
    def builder(self, *, from_git: bool) -> ForkServer:
        """Return a warm process with the build backends, as a build in isolation would have them.

        Args:
            from_git: Whether it also has what asks git for the version. That is kept apart, for
                setuptools-scm changes what setuptools packs.
        """
        text = (ROOT / "template" / "data" / "build_backends.yml").read_text(encoding="utf-8")
        backends = yaml.safe_load(text)
        requirements = [data["requires"] for data in backends.values()]
        for data in backends.values():
            requirements += data.get("vcs", {}).get("requires", []) if from_git else []

        def make(folder: Path) -> None:
            Environment.make(folder).install(*requirements)

        # Some backends read the date when they are imported.
        forks = ForkServer(Environment(self.once(f"builder-{from_git}", make)), env=DATE)
        out = self.trees / f"warm-up-{os.getpid()}-{from_git}"
        for backend in backends:
            # Other processes warm up at the same time, and setuptools writes into the tree.
            answers: Answers = {"project_name": "Warm up", "backend": backend}
            project = self.copy(answers, out / "trees" / backend)
            for hook in ("build_sdist", "build_wheel"):
                forks.build(hook, project, out, warm_up=True)
        return forks

    def call_hook(self, hook: str, project: Path, out: Path) -> Path:
        """Call a hook of a project's build backend in a fork, and return the file that it wrote.

        Raises:
            CommandError: The build failed.
        """
        pyproject = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
        # An sdist has its version, and still asks for what found it.
        from_git = "version" in pyproject["project"].get("dynamic", [])
        from_git |= len(pyproject["build-system"]["requires"]) > 1
        tally.count(f"{hook.removeprefix('build_')}s built in forks")
        # Without a repository, this backend fails unless it gets a version.
        is_bare = not (project / ".git").exists() and not (project / "PKG-INFO").exists()
        is_poetry = "poetry_dynamic" in pyproject["build-system"]["build-backend"]
        env = {"POETRY_DYNAMIC_VERSIONING_BYPASS": "0.1.dev0"} if is_bare and is_poetry else {}
        return self.builder(from_git=from_git).build(hook, project, out, env=env)

    def build(self, project: Path, out: Path) -> Distributions:
        """Build the sdist from a project's tree and the wheel from the sdist.

        Args:
            project: The folder of pyproject.toml.
            out: The folder to write into.

        Raises:
            CommandError: The build failed.
        """
        sdist = self.call_hook("build_sdist", project, out)
        with tempfile.TemporaryDirectory() as folder:
            unpack(sdist, Path(folder))
            (unpacked,) = Path(folder).iterdir()
            return Distributions(sdist, self.call_hook("build_wheel", unpacked, out))

    def build_wheel(self, project: Path, out: Path) -> Path:
        """Build only the wheel, from a project's tree, and return it.

        Raises:
            CommandError: The build failed.
        """
        return self.call_hook("build_wheel", project, out)

    def distributions(self, answers: Answers) -> Distributions:
        """Return the sdist of a project, and the wheel that was built from the sdist."""

        def make(folder: Path) -> None:
            # Some build backends write into the tree.
            tree = shutil.copytree(self.project(answers), folder / "tree")
            self.build(tree, folder / "dist")
            shutil.rmtree(tree)

        return distributions_in(self.once(key("built", answers), make, is_tree=True) / "dist")

    def wheel_from_tree(self, answers: Answers) -> Path:
        """Return the wheel of a project, built from its tree."""

        def make(folder: Path) -> None:
            tree = shutil.copytree(self.project(answers), folder / "tree")
            self.build_wheel(tree, folder / "dist")
            shutil.rmtree(tree)

        made = self.once(key("wheel", answers), make, is_tree=True)
        (wheel,) = (made / "dist").glob("*.whl")
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
