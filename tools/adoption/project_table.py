"""Find entries for `[project]` that answers don't cover."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from adoption.entry_points import valid_entry_points
from adoption.files import CHANGELOG, find_roles
from adoption.licenses import PROPRIETARY, find_license, license_targets
from adoption.projects import Project
from adoption.requirements import normalized, raise_minimum
from adoption.wheels import Wheel


def entries_by_hand(
    project: Project, answers: Mapping[str, Any], rendered: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the entries for `[project]` that differ from the rendered table.

    Args:
        project: The existing project.
        answers: The accepted answers.
        rendered: The `[project]` table rendered with these answers.
    """
    wheel = project.wheel
    table: dict[str, Any] = {"name": wheel.metadata["name"]}
    if answers.get("versioning") != "vcs":
        table["version"] = wheel.metadata["version"]
    if readme := main_readme(project):
        table["readme"] = readme_entry(readme, wheel)
    table["requires-python"] = requires_python(wheel, rendered["requires-python"])
    table |= license_entries(project) | people_entries(wheel)
    table["keywords"] = keywords(project)
    table["classifiers"] = classifiers(project, rendered["classifiers"])
    table |= requirement_entries(wheel, answers, rendered)
    urls = dict(rendered.get("urls", {}))
    if any(CHANGELOG.fullmatch(label) for label in wheel.urls):
        urls.pop("Changelog", None)  # The old project has its own changelog URL.
    if lost := {label: url for label, url in wheel.urls.items() if url not in urls.values()}:
        table["urls"] = urls | lost
    table |= entry_point_entries(project, rendered)
    return {name: value for name, value in table.items() if value != rendered.get(name, [])}


def main_readme(project: Project) -> str:
    """Return the name of the README whose text is the long description, or "" without a README.

    If this doesn't identify a single file, Markdown has priority over reStructuredText, which has
    priority over plain text.
    """
    names = find_roles(project.folder).readmes
    text = normalized_text(project.wheel.metadata.get("description", ""))

    def rank(name: str) -> tuple[bool, int, str]:
        assert project.folder is not None
        content = (project.folder / name).read_text(encoding="utf-8", errors="replace")
        suffixes = [".md", ".rst", ".txt", Path(name).suffix.lower()]
        return normalized_text(content) != text, suffixes.index(Path(name).suffix.lower()), name

    return min(names, key=rank, default="")


def normalized_text(text: str) -> str:
    """Normalize a text's line endings, and remove trailing whitespace and outer blank lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def readme_entry(name: str, wheel: Wheel) -> str | dict[str, str]:
    """Return the value of `readme`, including the content type unless the file's suffix implies it.

    https://packaging.python.org/en/latest/specifications/core-metadata/#description-content-type
    """
    implied = {".md": "text/markdown", ".rst": "text/x-rst", ".txt": "text/plain"}
    stated = wheel.metadata.get("description_content_type", "").split(";")[0].strip()
    content_type = stated or implied.get(Path(name).suffix.lower(), "text/x-rst")
    if content_type == implied.get(Path(name).suffix):
        return name
    return {"file": name, "content-type": content_type}


def requires_python(wheel: Wheel, rendered: str) -> str:
    """Return the old Requires-Python, raised to the rendered minimum.

    If the old project doesn't specify it, return the rendered one.
    """
    old = wheel.metadata.get("requires_python")
    raised = raise_minimum(old, rendered.removeprefix(">=")) if old else rendered
    return rendered if SpecifierSet(raised) == SpecifierSet(rendered) else raised


def license_entries(project: Project) -> dict[str, Any]:
    """Return the entries for license files and for a license that the template doesn't offer."""
    table: dict[str, Any] = {}
    found = find_license(project)
    if not found.choice:
        table["license"] = found.expression
    files = sorted(license_targets(project).values(), key=lambda name: name != "LICENSE")
    if files or not found.choice:
        table["license-files"] = files
    return table


def keywords(project: Project) -> list[str]:
    """Return the keywords from pyproject.toml, or else from the wheel."""
    tool = project.settings.get("tool", {})
    for table in (project.settings.get("project", {}), tool.get("poetry", {})):
        if "keywords" in table:
            return list(table["keywords"])
    return project.wheel.keywords


def people_entries(wheel: Wheel) -> dict[str, Any]:
    """Return the entries for maintainers and authors.

    A single author with a name needs no entry. If there are only maintainers, `authors` is empty.
    """
    table: dict[str, Any] = {}
    has_one = len(wheel.authors) == 1 and wheel.authors[0][0]
    if not has_one and (wheel.authors or wheel.maintainers):
        table["authors"] = as_tables(wheel.authors)
    if wheel.maintainers:
        table["maintainers"] = as_tables(wheel.maintainers)
    return table


def as_tables(people: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Convert people to the format of `authors` in `[project]`."""
    tables = [{"name": name, "email": address} for name, address in people]
    return [{key: value for key, value in table.items() if value} for table in tables]


def classifiers(project: Project, rendered: Sequence[str]) -> list[str]:
    """Return the old classifiers that aren't outdated, and the rendered ones that still apply."""
    wheel = project.wheel
    # Other fields state the license and the Python versions.
    outdated = re.compile(r"License :: .*|Programming Language :: Python( :: \d.*)?")
    old = {text for text in wheel.metadata.get("classifiers", []) if not outdated.fullmatch(text)}
    replaced = {"Development Status"}
    if find_license(project).expression != PROPRIETARY:
        replaced.add("Private")
    if not any(name.endswith("/py.typed") for name in wheel.files):
        replaced.add("Typing")
    replaced |= {text.split(" :: ")[0] for text in old if text.startswith("Operating System")}
    kept = {text for text in rendered if text.split(" :: ")[0] not in replaced}
    return sorted(kept | old)


def requirement_entries(
    wheel: Wheel, answers: Mapping[str, Any], rendered: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the entries for dependencies and extras that the answers don't cover completely."""
    table: dict[str, Any] = {}
    extras = wheel.extras
    dependencies = extras.pop("")
    covered = rendered.get("optional-dependencies", {})
    # The rendered extra "all" refers to the project by its rendered name.
    is_renamed = "all" in covered and canonicalize_name(wheel.metadata["name"]) != rendered["name"]
    if dependencies - set(map(normalized, rendered["dependencies"])):
        table["dependencies"] = sorted(dependencies)
    is_lossy = any(
        texts - set(map(normalized, covered.get(extra, [])))
        for extra, texts in extras.items()
        if extra != "all"
    )
    if is_renamed or is_lossy or ("all" in extras and "all" in answers.get("extras", {})):
        table["optional-dependencies"] = {name: sorted(texts) for name, texts in extras.items()}
    return table


def entry_point_entries(project: Project, rendered: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables for entry points. An empty table removes a rendered one."""
    tables: dict[str, Any] = {
        name: {} for name in ("scripts", "gui-scripts", "entry-points") if name in rendered
    }
    names = {"console_scripts": "scripts", "gui_scripts": "gui-scripts"}
    for (group, name), value in valid_entry_points(project).items():
        if group in names:
            tables.setdefault(names[group], {})[name] = value
        else:
            tables.setdefault("entry-points", {}).setdefault(group, {})[name] = value
    return tables
