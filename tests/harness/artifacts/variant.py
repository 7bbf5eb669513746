"""A variant of the template: one set of answers and the artifacts generated from them."""

import functools
import hashlib
import json
import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache, key
from harness.artifacts.build import Distributions
from harness.artifacts.forks import ForkServer
from harness.artifacts.inspect import read_wheel, tree
from harness.artifacts.install import Environment
from harness.processes.commands import run
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers


class Variant:
    """A set of answers and its artifacts, which are cached and must not be changed."""

    def __init__(self, answers: Answers, artifacts: ArtifactCache) -> None:
        """Store the answers without generating anything."""
        self.answers = answers
        self.artifacts = artifacts

    @functools.cached_property
    def project(self) -> Path:
        """Return the folder of the rendered project."""
        return self.artifacts.project(self.answers)

    @functools.cached_property
    def recorded(self) -> Answers:
        """Return the answers that the project records, including defaults."""
        return recorded_answers(self.project)

    @functools.cached_property
    def distributions(self) -> Distributions:
        """Return the sdist built from the project's tree, and the wheel built from the sdist."""
        return self.artifacts.distributions(self.answers)

    @functools.cached_property
    def wheel_from_tree(self) -> Path:
        """Return the wheel built from the project's tree."""
        return self.artifacts.wheel_from_tree(self.answers)

    @functools.cached_property
    def python(self) -> Path:
        """Return the interpreter with the project's oldest Python version.

        If this machine doesn't have that version, return its newest supported interpreter.
        """
        here = self.artifacts.adapter.interpreters()
        return here.get(self.oldest_python, here[max(here, key=Version)])

    @functools.cached_property
    def oldest_python(self) -> str:
        """Return the oldest Python version that the project supports."""
        text = (self.project / "pyproject.toml").read_text(encoding="utf-8")
        bounds = SpecifierSet(tomllib.loads(text)["project"]["requires-python"])
        return next(bound.version for bound in bounds if bound.operator == ">=")

    @functools.cached_property
    def environment(self) -> Environment:
        """Return an environment with the wheel and its dependencies.

        The interpreter is `python`, even if it is too old for the project.
        """
        wheel = self.distributions.wheel
        requirements = run_time_requirements(wheel)
        needs = {"python": str(self.python), "requirements": requirements}

        def make_needed(folder: Path) -> None:
            made = Environment.make(folder, str(self.python))
            if requirements:
                made.install(*requirements)

        def make(folder: Path) -> None:
            needed = self.artifacts.once(key("needed", needs), make_needed)
            # Copying an environment is faster than creating one.
            bare = bare_environment(self.artifacts, self.python).bin.parent
            made = Environment(shutil.copytree(bare, folder, symlinks=True))
            made.share(Environment(needed))
            # Pass the original interpreter, because uv would have to query the copied environment's
            # interpreter. Pass the version, because the interpreter may be older than the oldest
            # version that the project supports.
            version = f"--python-version={self.oldest_python}"
            program = (find_uv_bin(), "pip", "install", "--quiet", "--offline", "--no-deps")
            place = (f"--python={self.python}", f"--target={made.site_packages}")
            run(*program, *place, version, wheel)
            for script in made.site_packages.glob("bin/*"):
                script.rename(made.bin / script.name)

        name = key("installed", self.answers)
        return Environment(self.artifacts.once(name, make))

    @functools.cached_property
    def source(self) -> str:
        """Return a hash of the files in the project's `src` and `tests` folders."""
        files = {
            name: content
            for name, content in tree(self.project).items()
            if name.startswith(("src/", "tests/"))
        }
        return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()

    def used(self, *commands: Sequence[str]) -> dict[str, Any]:
        """Use the installed package as users would. See `harness.artifacts.import_smoke`.

        Args:
            commands: The scripts to run, each with its arguments.

        Raises:
            CommandError: Using the package failed, or importing it printed something.
        """
        wheel = read_wheel(self.distributions.wheel)
        (package,) = {name.split("/")[0] for name in wheel.files}
        names = (wheel.metadata["name"], package)
        return user(self.artifacts, self.python).use(self.environment, *names, commands)

    def test(self) -> str:
        """Run the project's tests against the installed wheel, and return pytest's output.

        Raises:
            CommandError: pytest failed.
        """
        return tester(self.artifacts, self.python).test(self.project, self.environment)


def run_time_requirements(wheel: Path) -> list[str]:
    """Return a wheel's sorted requirements, except the ones that belong to extras."""
    texts = read_wheel(wheel).metadata.get("requires_dist", [])
    return sorted(text for text in texts if "extra ==" not in str(Requirement(text).marker))


def bare_environment(artifacts: ArtifactCache, python: Path) -> Environment:
    """Return an empty environment for a Python interpreter. The environment must not be changed."""
    name = key("bare", {"python": str(python)})
    return Environment(artifacts.once(name, lambda folder: Environment.make(folder, str(python))))


@functools.cache
def user(artifacts: ArtifactCache, python: Path) -> ForkServer:
    """Return a warm process in an environment that has no packages."""
    # Write bytecode so that only the first variant that imports a dependency compiles it.
    return ForkServer(
        bare_environment(artifacts, python),
        *("importlib.metadata", "importlib.resources"),
        env={"PYTHONDONTWRITEBYTECODE": ""},
    )


@functools.cache
def tester(artifacts: ArtifactCache, python: Path) -> ForkServer:
    """Return a warm process in an environment that contains the projects' test dependencies."""

    def make(folder: Path) -> None:
        project = artifacts.project(artifacts.adapter.static[0])
        made = Environment.make(folder, str(python))
        made.install("--compile-bytecode", "--group", "test", cwd=project)

    environment = Environment(artifacts.once(key("tester", {"python": str(python)}), make))
    plugins = (file.stem for file in environment.site_packages.glob("_pytest/[a-z]*.py"))
    return ForkServer(environment, "pytest", "pdb", *(f"_pytest.{name}" for name in plugins))
