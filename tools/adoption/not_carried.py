"""Find properties of a project that change or that must be carried over by hand."""

import glob
from collections.abc import Iterator

from packaging.specifiers import SpecifierSet

from adoption.answers import backend_choice, build_backend, has_generated_all, minimum_python
from adoption.files import find_roles, is_test_file
from adoption.findings import LOST, NEW, Finding
from adoption.licenses import license_not_offered
from adoption.moves import find_moves
from adoption.overwritten import SUPERSEDED_TABLES
from adoption.project_table import main_readme, normalized_text
from adoption.projects import TEST_PACKAGES, Project
from adoption.pytest_settings import pytest_finding
from adoption.requirements import raise_minimum
from adoption.template import template_data
from adoption.wheels import Wheel


def find_not_carried(project: Project) -> Iterator[Finding]:
    """Yield findings about properties that change or must be carried over by hand."""
    yield from replaced_answers(project)
    yield from unsupported_packages(project)
    yield from unsupported_files(project.wheel)
    yield from unpacked_tests(project)
    yield from changed_metadata(project)
    yield from unread_settings(project)


def replaced_answers(project: Project) -> Iterator[Finding]:
    """Yield findings about answers that don't match the project."""
    wheel = project.wheel
    if has_generated_all(wheel):
        yield Finding('The template generates the extra "all" from all other extras.')
    if not backend_choice(project):
        yield Finding(
            f"The template doesn't support the build backend {build_backend(project)}, so"
            " hatchling replaces it."
        )
    yield from license_not_offered(project)


def unsupported_packages(project: Project) -> Iterator[Finding]:
    """Yield findings about changed wheel tags and packages that differ from the template's."""
    wheel, main = project.wheel, project.main_package
    if wheel.tags != ["py3-none-any"]:
        yield Finding(
            f"The wheel's tags change from {', '.join(wheel.tags)} to py3-none-any because the new"
            " project only supports current versions of Python 3.",
            ("tags: was *, is now [[]'py3-none-any']",),
        )
    for package in project.packages:
        if project.files_of(package) and f"{package}/__init__.py" not in wheel.files:
            yield Finding(f"`{package}` is a namespace package, so it has no `__init__.py`.")
    tops = [name for name in project.packages if name not in TEST_PACKAGES]
    if len(tops) > 1:
        yield Finding(
            "The wheel has several top-level packages or modules:"
            f" {', '.join(f'`{name}`' for name in tops)}. The new wheel has all of them with the"
            " lines below."
        )
    if main and f"{main}.py" in wheel.files:
        text = f"`{main}.py` is a single module. It becomes the package `src/{main}/`."
        yield Finding(text, (f"file {main}.py: {LOST}", f"file {main}/__init__.py: {NEW}"))


def unsupported_files(wheel: Wheel) -> Iterator[Finding]:
    """Yield findings about files outside the packages and about entry points that aren't commands."""
    for name in wheel.files:
        if name.startswith(".data/"):
            yield Finding(
                f"`{name.removeprefix('.data/')}` is installed outside the packages. Turn a"
                " script into an entry point, and move data into the package.",
                (f"file {glob.escape(name)}: {LOST}",),
            )
    groups = {group for group, _ in wheel.entry_points} - {"console_scripts", "gui_scripts"}
    if groups:
        names = ", ".join(sorted(groups))
        yield Finding(f"No answer covers the entry points in {names}. Copy them from below.")


def unpacked_tests(project: Project) -> Iterator[Finding]:
    """Yield a finding about tests that are in the packages but not in the old wheel."""
    moved = {new.removeprefix("src/") for _, new in find_moves(project) if new.startswith("src/")}
    tests = {name for name in moved - {*project.wheel.files} if is_test_file(name)}
    if tests:
        yield Finding(
            f"The old wheel doesn't contain the tests in its packages ({', '.join(sorted(tests))}). The"
            " new wheel contains them.",
            tuple(f"file {glob.escape(name)}: {NEW}" for name in sorted(tests)),
        )


def changed_metadata(project: Project) -> Iterator[Finding]:
    """Yield findings about metadata that changes or may change."""
    old = project.wheel.metadata.get("requires_python", "")
    minimum = minimum_python(project.wheel) or str(template_data("python_versions")[0])
    raised = raise_minimum(old, minimum)
    if SpecifierSet(raised) != SpecifierSet(old):
        yield Finding(
            f"Requires-Python changes from {old or 'none'} to {raised} because the template"
            " doesn't support older versions of Python.",
            (f"requires-python: was {SpecifierSet(old) or 'none'}, is now {SpecifierSet(raised)}",),
        )
    if project.has_vcs_version:
        yield Finding(
            "The version comes from git. Compare the wheels after the commit, when the new"
            " project has the tags.",
            ("version: *",),
        )
    yield from changed_description(project)
    for name in project.settings.get("project", {}).get("dynamic", []):
        if name == "version" and project.has_vcs_version:
            continue
        yield Finding(f"`{name}` is dynamic. Its current value becomes static.")
    if len(project.settings.get("tool", {}).get("poetry", {}).get("authors", [])) > 1:
        yield Finding("Poetry's wheel only contains the first author. Add the others to `authors`.")


def changed_description(project: Project) -> Iterator[Finding]:
    """Yield a finding about a long description that differs from the README."""
    text, readme = project.wheel.metadata.get("description", ""), main_readme(project)
    if project.folder is None or not text or not readme:
        return
    content = (project.folder / readme).read_text(encoding="utf-8", errors="replace")
    if normalized_text(content) != normalized_text(text):
        yield Finding(
            f"The long description differs from {readme}. The new one is the text of {readme}.",
            ("description: was one text, is now a different text",),
        )


def unread_settings(project: Project) -> Iterator[Finding]:
    """Yield findings about superseded tables, pytest's settings, and the changelog."""
    names = SUPERSEDED_TABLES - {"pytest"}
    tables = [f"`[tool.{name}]`" for name in project.settings.get("tool", {}) if name in names]
    if tables:
        text = f"These tables in pyproject.toml are not carried over: {', '.join(tables)}."
        yield Finding(f"{text} Add what you still need to the settings of the new tools.")
    if finding := pytest_finding(project):
        yield finding
    yield from changed_changelog(project)


def changed_changelog(project: Project) -> Iterator[Finding]:
    """Yield a finding about a changelog that the release tool can't edit."""
    folder, roles = project.folder, find_roles(project.folder)
    if folder is None:
        return
    is_usual = "CHANGELOG.md" in roles.changelogs
    if is_usual and b"## [Unreleased]" not in (folder / "CHANGELOG.md").read_bytes():
        yield Finding(
            "The release tool needs the heading `## [Unreleased]` in CHANGELOG.md. Add it."
        )
