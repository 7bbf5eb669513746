"""A cache for projects, distributions, and environments, each created once per test run."""

import functools
import hashlib
import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from harness.artifacts.adapter import Adapter
from harness.artifacts.build import Distributions, distributions_in
from harness.artifacts.forks import ForkServer
from harness.artifacts.inspect import unpack
from harness.artifacts.install import Environment
from harness.rendering.template import Answers

# The timestamp of the distributions: 2026-01-01.
DATE = {"SOURCE_DATE_EPOCH": "1767225600"}


class ArtifactCache:
    """A cache folder that all worker processes of a test run share.

    The cached files must not be changed. Tests that change a project must copy it first.
    """

    def __init__(self, folder: Path, adapter: Adapter) -> None:
        """Use an existing folder for the projects that an adapter describes."""
        self.folder = folder
        self.adapter = adapter

    def once(self, name: str, make: Callable[[Path], object]) -> Path:
        """Return a cached folder. The first request creates it.

        Args:
            name: The name of the folder.
            make: A function that creates the folder at a given path.
        """
        folder = self.folder / name
        with FileLock(f"{folder}.lock"):
            done = folder.with_name(f"{name}.done")
            if not done.exists():
                # Files from a failed attempt could cause a different, misleading error.
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                done.touch()
        return folder

    def project(self, answers: Answers) -> Path:
        """Return the folder of a rendered project. The folder must not be changed."""
        name = key("project", answers)
        return self.once(name, lambda folder: self.adapter.template.render(folder, answers))

    def copy(self, answers: Answers, destination: Path) -> Path:
        """Return a copy of a rendered project that a test can change."""
        return Path(shutil.copytree(self.project(answers), destination))

    def build_requires(self, answers: Answers) -> list[str]:
        """Return the build requirements from a project's pyproject.toml."""
        text = (self.project(answers) / "pyproject.toml").read_text(encoding="utf-8")
        return list(tomllib.loads(text)["build-system"]["requires"])

    @functools.cache  # noqa: B019 the cache lives as long as the tests
    def builder(self, *, from_git: bool) -> ForkServer:
        """Return a warm process in whose environment all build backends are installed.

        Args:
            from_git: Whether to include the packages that read the version from git. They are
                separate, because setuptools-scm changes which files setuptools packs.
        """
        projects = [*self.adapter.static, *(self.adapter.from_git if from_git else ())]
        requirements = sorted(
            {text for answers in projects for text in self.build_requires(answers)}
        )

        def make(folder: Path) -> None:
            Environment.make(folder).install(*requirements)

        # Set the timestamp before any imports, because some backends read it during import.
        forks = ForkServer(Environment(self.once(f"builder-{from_git}", make)), env=DATE)
        out = self.folder / f"warm-up-{os.getpid()}-{from_git}"
        for number, answers in enumerate(self.adapter.static):
            # Use a copy, because other processes warm up at the same time and setuptools writes to
            # the tree.
            project = self.copy(answers, out / "trees" / str(number))
            for hook in ("build_sdist", "build_wheel"):
                forks.build(hook, project, out, warm_up=True)
        return forks

    def call_hook(self, hook: str, project: Path, out: Path) -> Path:
        """Call a hook of a project's build backend, and return the created file.

        Args:
            hook: `build_sdist` or `build_wheel`.
            project: The folder with pyproject.toml.
            out: The folder to write to.

        Raises:
            CommandError: The build failed.
        """
        pyproject = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
        # An sdist may have a static version but still require the package that reads it from git.
        from_git = "version" in pyproject["project"].get("dynamic", [])
        from_git |= len(pyproject["build-system"]["requires"]) > 1
        # Without a repository, variables must set a version that would otherwise come from git.
        is_bare = not (project / ".git").exists() and not (project / "PKG-INFO").exists()
        variables = self.adapter.version_variables if is_bare and from_git else ()
        env = dict.fromkeys(variables, "0.1.dev0")
        return self.builder(from_git=from_git).build(hook, project, out, env=env)

    def build(self, project: Path, out: Path) -> Distributions:
        """Build the sdist from a project's tree and the wheel from the sdist.

        Args:
            project: The folder with pyproject.toml.
            out: The folder to write to.

        Raises:
            CommandError: The build failed.
        """
        sdist = self.call_hook("build_sdist", project, out)
        with tempfile.TemporaryDirectory() as folder:
            unpack(sdist, Path(folder))
            (unpacked,) = Path(folder).iterdir()
            return Distributions(sdist, self.call_hook("build_wheel", unpacked, out))

    def build_wheel(self, project: Path, out: Path) -> Path:
        """Build only a wheel from a project's tree, and return the wheel.

        Raises:
            CommandError: The build failed.
        """
        return self.call_hook("build_wheel", project, out)

    def distributions(self, answers: Answers) -> Distributions:
        """Return a project's sdist and the wheel built from it."""

        def make(folder: Path) -> None:
            # Some build backends write to the tree.
            tree = shutil.copytree(self.project(answers), folder / "tree")
            self.build(tree, folder / "dist")
            shutil.rmtree(tree)

        return distributions_in(self.once(key("built", answers), make) / "dist")

    def wheel_from_tree(self, answers: Answers) -> Path:
        """Return the wheel built from a project's tree."""

        def make(folder: Path) -> None:
            tree = shutil.copytree(self.project(answers), folder / "tree")
            self.build_wheel(tree, folder / "dist")
            shutil.rmtree(tree)

        made = self.once(key("wheel", answers), make)
        (wheel,) = (made / "dist").glob("*.whl")
        return wheel

    def environment(self, name: str, answers: Answers, *requirements: str | Path) -> Environment:
        """Return an environment that contains only the given packages and their dependencies.

        Args:
            name: The environment's name, which must be unique among the project's environments.
            answers: The answers of the project in which `uv pip install` runs.
            requirements: Arguments for `uv pip install`, such as requirements, wheels, and options.

        Raises:
            CommandError: A requirement can't be installed.
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
    """Return the name of a cached folder for a kind of artifact and the answers it depends on."""
    text = json.dumps(answers, sort_keys=True)
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
