"""The build backend's settings that define the packages in a wheel."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from adoption.projects import TEST_PACKAGES, Project


def top_levels(project: Project) -> list[str]:
    """Return the top-level names in the new project's src/, such as "demo" or "demo.py".

    The main module, if any, becomes a package.
    """
    names = []
    for name in project.packages:
        is_module = not project.files_of(name) and name != project.main_package
        if name not in TEST_PACKAGES:
            names.append(f"{name}.py" if is_module else name)
    return names


def import_packages(project: Project) -> list[str]:
    """Return the outermost packages that contain modules, such as "demo" and "acme.tools"."""
    found: dict[str, None] = {}
    for name in sorted(project.wheel.files, key=lambda name: (name.count("/"), name)):
        path = PurePosixPath(name)
        package = ".".join(path.parent.parts)
        is_inner = any(f"{package}.".startswith(f"{outer}.") for outer in found)
        if path.suffix == ".py" and package and not is_inner and path.parts[0] in project.packages:
            found[package] = None
    main = project.main_package
    if main and not project.files_of(main):
        found[main] = None
    return sorted(name for name in found if name.split(".")[0] not in TEST_PACKAGES)


def package_settings(project: Project, backend: str, rendered_package: str) -> dict[str, Any]:
    """Return the tables that replace the template's single package with a project's packages.

    If the project has only this package, no tables are necessary.

    Args:
        project: The existing project.
        backend: The new project's build backend.
        rendered_package: The package in the rendered tables.
    """
    tops, packages = top_levels(project), import_packages(project)
    if not packages or tops == packages == [rendered_package]:
        return {}
    tables = backend_settings(backend, tops, packages)
    measured = [top.removesuffix(".py") for top in tops]
    return {"tool": tables | {"coverage": {"run": {"source_pkgs": measured}}}}


def backend_settings(backend: str, tops: Sequence[str], packages: Sequence[str]) -> dict[str, Any]:
    """Return the tables that configure a build backend for the contents of src/.

    Args:
        backend: The new project's build backend.
        tops: The top-level names in src/.
        packages: The outermost packages that contain modules.

    https://hatch.pypa.io/latest/config/build/#packages
    https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html#setuptools-specific-configuration
    https://docs.astral.sh/uv/concepts/build-backend/#modules
    https://flit.pypa.io/en/stable/pyproject_toml.html
    https://python-poetry.org/docs/pyproject/#packages
    https://backend.pdm-project.org/build_config/
    """
    paths = [f"src/{top}" for top in tops]
    modules = [top.removesuffix(".py") for top in tops if top.endswith(".py")]
    included = [{"include": top, "from": "src"} for top in tops]
    is_found = not modules and list(tops) == list(packages)
    module_name = list(packages) if len(packages) > 1 else packages[0]
    tables: dict[str, dict[str, Any]] = {
        "hatchling": {"hatch": {"build": {"targets": {"wheel": {"packages": paths}}}}},
        "setuptools": {"setuptools": {"py-modules": modules}} if modules else {},
        "uv_build": {"uv": {"build-backend": {"module-name": module_name}}},
        "flit_core": {"flit": {"module": {"name": packages[0]}}},
        "poetry_core": {"poetry": {"packages": included}},
        "pdm_backend": {} if is_found else {"pdm": {"build": {"includes": paths}}},
    }
    # For other backends, the rendered tables stay unchanged, and `compare` lists missing files.
    return tables.get(backend, {})
