"""Read projects: their settings, packages, and wheels."""

import fnmatch
import shutil
import stat
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from adoption.building import BuildOptions, build_wheel
from adoption.findings import AdoptionError
from adoption.versions import comes_from_git
from adoption.wheels import Wheel, is_extension_module, read_wheel

# Patterns for files and folders that builds must not see. For example, the results of earlier builds
# could end up in the wheel.
IGNORED = ("__pycache__", "*.py[cod]", "*.egg-info", ".tox", ".nox", "node_modules")
TEST_PACKAGES = ("tests", "test")


@dataclass
class Project:
    """A project's wheel and information from its folder.

    Attributes:
        wheel: The contents of the project's wheel.
        folder: The project's folder, or None if only the wheel is available.
        settings: The contents of pyproject.toml, or an empty mapping.
        packages: The top-level packages and modules in the wheel. The values are their folders or
            files in the project, or None if unknown.
    """

    wheel: Wheel
    folder: Path | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    packages: dict[str, Path | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the normalized distribution name."""
        return canonicalize_name(self.wheel.metadata["name"])

    @property
    def main_package(self) -> str:
        """Return the name of the main top-level package or module, or "" if there is none."""
        expected = self.name.replace("-", "_")

        def rank(name: str) -> tuple[bool, bool, bool, str]:
            is_module = not self.files_of(name)
            return name.lower() != expected, name.startswith("_"), is_module, name

        return min(
            (name for name in self.packages if name not in TEST_PACKAGES), key=rank, default=""
        )

    def files_of(self, package: str) -> list[str]:
        """Return the paths of a top-level package's files in the wheel, or [] for a module."""
        return [name for name in self.wheel.files if name.startswith(f"{package}/")]

    @property
    def has_vcs_version(self) -> bool:
        """Return whether the version comes from version control."""
        return comes_from_git(self.settings, self.folder)


def open_project(path: Path, options: BuildOptions | None = None) -> Project:
    """Read a project from its folder or from its wheel.

    Raises:
        AdoptionError: The path is neither a project nor a valid wheel, or the project can't be
            copied or built.
    """
    if is_wheel(path):
        wheel = read_wheel(path)
        return Project(wheel, packages=find_packages(wheel))
    return read_project(path, options)


def is_wheel(path: Path) -> bool:
    """Return whether a path refers to an existing file with the suffix .whl."""
    return path.suffix == ".whl" and path.is_file()


def read_project(folder: Path, options: BuildOptions | None = None) -> Project:
    """Build a project in a copy of its folder, and read the wheel.

    Raises:
        AdoptionError: The folder doesn't contain a valid project or can't be copied, or the build
            fails.
    """
    settings = read_settings(folder)
    with tempfile.TemporaryDirectory(prefix="packagestan-adopt-") as temporary:
        try:
            copied = shutil.copytree(
                folder, Path(temporary) / folder.resolve().name, symlinks=True, ignore=ignored
            )
        except (OSError, shutil.Error) as error:
            raise AdoptionError(f"{folder} can't be copied: {error}") from error
        wheel = read_wheel(build_wheel(copied, Path(temporary) / "wheel", options))
    return Project(wheel, folder, settings, find_packages(wheel, folder))


def check_supported(project: Project) -> None:
    """Check that a project's wheel works on all platforms.

    Raises:
        AdoptionError: The wheel contains extension modules or is for a specific platform.
    """
    wheel, name = project.wheel, project.wheel.metadata["name"]
    if wheel.extension_modules:
        names = ", ".join(wheel.extension_modules)
        raise AdoptionError(
            f"{name} has extension modules, which the template doesn't build: {names}"
        )
    if not all(tag.endswith("-none-any") for tag in wheel.tags):
        raise AdoptionError(
            f"{name} builds wheels for single platforms, which the template doesn't support:"
            f" {', '.join(wheel.tags)}"
        )


def ignored(folder: str, names: list[str]) -> set[str]:
    """Return the names of a folder's entries that must not be copied.

    Examples are virtual environments, build results, sockets, pipes, and broken symbolic links.

    Args:
        folder: The path of the folder.
        names: The names of the entries to check.
    """
    found = {name for name in names for pattern in IGNORED if fnmatch.fnmatch(name, pattern)}
    found |= {name for name in names if not is_file_or_folder(Path(folder) / name)}
    found |= {name for name in names if (Path(folder) / name / "pyvenv.cfg").is_file()}
    if {"pyproject.toml", "setup.py"} & set(names):
        results = {"build", "dist"} & set(names)
        found |= {name for name in results if not (Path(folder) / name / "__init__.py").exists()}
    return found


def is_file_or_folder(path: Path) -> bool:
    """Return whether a path refers to a regular file or a folder, directly or through a link."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def read_settings(folder: Path) -> dict[str, Any]:
    """Return the contents of a project's pyproject.toml, or {} if it has only a setup.py.

    Raises:
        AdoptionError: The folder doesn't contain a project, or pyproject.toml is not valid TOML.
    """
    if not folder.is_dir():
        raise AdoptionError(f"{folder} is not a folder; specify the project's folder or a wheel")
    file = folder / "pyproject.toml"
    has_setup = (folder / "setup.py").is_file()
    if not file.is_file():
        if not has_setup:
            raise AdoptionError(
                f"{folder} has neither pyproject.toml nor setup.py; create a new project and move the code to its src/"
            )
        return {}
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AdoptionError(f"{file} is not valid TOML: {error}") from error
    known = {"build-system", "project"} & set(settings)
    if not (known or has_setup or (folder / "setup.cfg").is_file()):
        raise AdoptionError(
            f"{file} has neither [build-system] nor [project]; add them, or create a new project and move the code to its src/"
        )
    return settings


def find_packages(wheel: Wheel, folder: Path | None = None) -> dict[str, Path | None]:
    """Return a wheel's top-level packages and modules, and their sources in a project's folder.

    A source is None if it isn't found or if the folder is unknown.
    """
    packages: dict[str, Path | None] = {}
    for top in sorted({name.split("/")[0] for name in wheel.files}):
        if top.endswith(".py") or is_extension_module(top) or "." not in top:
            packages[top.split(".")[0]] = find_source(top, wheel, folder) if folder else None
    return packages


def find_source(top: str, wheel: Wheel, folder: Path) -> Path | None:
    """Return the source of a wheel's top-level package or module, or None if it isn't found.

    If several folders or files have this name, the source is the one that contains the most of the
    wheel's files.

    Args:
        top: The name in the wheel, such as "demo" or "demo.py".
        wheel: The project's wheel.
        folder: The project's folder.
    """
    files = [
        PurePosixPath(name).parts[1:]
        for name in wheel.files
        if name == top or name.startswith(f"{top}/")
    ]
    found = [
        path
        for pattern in (top, f"*/{top}", f"*/*/{top}")
        for path in sorted(folder.glob(pattern))
        if not {"build", "dist", ".git", "node_modules"} & set(path.parts[len(folder.parts) :])
    ]
    counts = [sum(path.joinpath(*parts).is_file() for parts in files) for path in found]
    return found[counts.index(max(counts))] if any(counts) else None
