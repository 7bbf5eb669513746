"""Find faults that an existing project already has."""

import ast
import configparser
import contextlib
import glob
from collections.abc import Iterator
from pathlib import Path

from packaging.version import InvalidVersion, Version

from adoption.entry_points import missing_object, suggestion
from adoption.files import is_test_file
from adoption.findings import LOST, NEW, Finding
from adoption.licenses import license_faults, license_files, stated_licenses
from adoption.projects import TEST_PACKAGES, Project

# Suffixes of source files that wheels with extension modules usually leave out.
SOURCES = (".c", ".cc", ".cpp", ".h", ".hpp", ".pyx", ".pxd", ".rs")


def find_faults(project: Project) -> Iterator[Finding]:
    """Yield findings about all faults in an existing project and its wheel."""
    yield from license_faults(project)
    yield from broken_entry_points(project)
    yield from wrong_files(project)
    yield from missing_metadata(project)
    yield from invalid_metadata(project)


def broken_entry_points(project: Project) -> Iterator[Finding]:
    """Yield findings about entry points whose module or object is missing from the wheel."""
    for (group, name), value in project.wheel.entry_points.items():
        if missing := missing_object(value, project):
            correct = suggestion(value, project)
            advice = f"It probably means {correct}." if correct else "Correct the reference."
            yield Finding(
                f"The entry point `{name} = {value}` in {group} fails because the wheel doesn't"
                f" contain {missing}. {advice}",
                (f"entry point {group}/{glob.escape(name)}: *",),
            )


def wrong_files(project: Project) -> Iterator[Finding]:
    """Yield findings about files that the wheel lacks or shouldn't contain."""
    for name in missing_from_wheel(project):
        text = f"The wheel doesn't contain `{name}`, which is in the source tree."
        yield Finding(text, (f"file {glob.escape(name)}: {NEW}",))
    if not project.wheel.files:
        yield Finding("The wheel is empty.", (f"file *: {NEW}",))
    for name in TEST_PACKAGES:
        if name in project.packages:
            yield Finding(
                f"The wheel installs a top-level package `{name}`, which may conflict with other"
                f" projects. Keep it in {name}/, outside src/.",
                (f"file {name}/*: {LOST}",),
            )


def missing_from_wheel(project: Project) -> Iterator[str]:
    """Yield the paths of files that are in the packages' folders but not in the wheel.

    Files that wheels usually leave out on purpose are ignored: tests, hidden and compiled files,
    the sources of extension modules, and the `__init__.py` files of top-level namespace packages.
    """
    unpacked = [".pyc", ".pyo", ".so", ".pyd"]
    unpacked += SOURCES if project.wheel.extension_modules else ()
    for package, source in project.packages.items():
        if source is None or not source.is_dir() or package in TEST_PACKAGES:
            continue
        for file in sorted(source.rglob("*")):
            parts = file.relative_to(source).parts
            name = "/".join([package, *parts])
            is_hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
            is_relevant = not is_hidden and file.is_file() and file.suffix not in unpacked
            is_left_out = name == f"{package}/__init__.py" or is_test_file(name)
            if is_relevant and name not in project.wheel.files and not is_left_out:
                yield name


def missing_metadata(project: Project) -> Iterator[Finding]:
    """Yield findings about a missing summary, license file, or author."""
    wheel = project.wheel
    if not wheel.summary:
        text = "The metadata has no summary. Set project_description to one line."
        yield Finding(text, ("summary: was none, is now *",))
    # If no license is stated, a missing license file is expected.
    if not wheel.licenses and stated_licenses(wheel):
        action = "The new project's wheel contains it." if license_files(project) else "Add one."
        yield Finding(f"The wheel doesn't contain a license file. {action}")
    if not wheel.authors and not wheel.maintainers:
        text = "The metadata has no author, so the template's default is used."
        yield Finding(text, (f"author *: {NEW}",))


def invalid_metadata(project: Project) -> Iterator[Finding]:
    """Yield a finding if the version is invalid or not normalized."""
    version = written_version(project)
    try:
        if version and str(Version(version)) != version:
            yield Finding(
                f"The version {version} is not normalized. Its normalized form is"
                f" {Version(version)}."
            )
    except InvalidVersion:
        yield Finding(f"The version {version} is not valid according to PEP 440.")


def written_version(project: Project) -> str:
    """Return the version as pyproject.toml, setup.cfg, or setup.py spells it, or ""."""
    if project.folder is None:
        return ""
    settings = project.settings
    for table in (settings.get("project", {}), settings.get("tool", {}).get("poetry", {})):
        if isinstance(table.get("version"), str):
            return str(table["version"])
    version = version_in_setup_cfg(project.folder / "setup.cfg")
    if version:
        return "" if version.startswith(("attr:", "file:")) else version
    return version_in_setup_py(project.folder / "setup.py")


def version_in_setup_cfg(file: Path) -> str:
    """Return the version in setup.cfg, which may be a reference such as "file: VERSION", or ""."""
    parser = configparser.RawConfigParser()
    with contextlib.suppress(configparser.Error, UnicodeDecodeError):
        parser.read(file, encoding="utf-8")
        return parser.get("metadata", "version", fallback="")
    return ""


def version_in_setup_py(file: Path) -> str:
    """Return the literal version in setup.py, or "" if there is none."""
    if file.is_file():
        with contextlib.suppress(SyntaxError, ValueError):
            for node in ast.walk(ast.parse(file.read_bytes())):
                if isinstance(node, ast.keyword) and node.arg == "version":
                    is_literal = isinstance(node.value, ast.Constant)
                    return str(ast.literal_eval(node.value)) if is_literal else ""
    return ""
