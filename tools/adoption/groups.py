"""Merge an existing project's dependency groups with the template's.

https://packaging.python.org/en/latest/specifications/dependency-groups/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement
from packaging.utils import canonicalize_name

from adoption.findings import Finding
from adoption.projects import Project
from adoption.requirements import required_name

# Common alternative names for the template's groups.
SAME = {"tests": "test", "testing": "test", "hatch-test": "test", "doc": "docs"}
SAME |= {"default": "dev", "develop": "dev", "development": "dev"}


def old_groups(project: Project) -> dict[str, list[str]]:
    """Return the requirements of a project's dependency groups and test extras, by group.

    Alternative group names are replaced with the template's. Test extras stay extras because they
    are published, but the new project's tests need their requirements in a group.
    """
    tool = project.settings.get("tool", {})
    tables = project.settings.get("dependency-groups", {})
    found: dict[str, list[str]] = {}
    groups: dict[str, list[str]] = {name: resolved(name, tables) for name in tables}
    groups |= tool.get("pdm", {}).get("dev-dependencies", {})
    sources = [*groups.items(), ("dev", tool.get("uv", {}).get("dev-dependencies", []))]
    sources += [*poetry_groups(tool.get("poetry", {})), *hatch_groups(tool.get("hatch", {}))]
    sources += [
        (name, sorted(texts))
        for name, texts in project.wheel.extras.items()
        if SAME.get(name, name) == "test"
    ]
    for name, texts in sources:
        normalized = canonicalize_name(name)
        target = found.setdefault(SAME.get(normalized, normalized), [])
        target += [text for text in texts if text not in target and is_requirement(text)]
    return found


def poetry_groups(table: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield the names and requirements of Poetry's groups.

    Dependencies without a version constraint, such as git dependencies, and dependencies with
    several alternative constraints are left out.

    https://python-poetry.org/docs/pyproject/#dependency-groups
    """
    tables = {"dev": {"dependencies": table.get("dev-dependencies", {})}} | table.get("group", {})
    for name, group in tables.items():
        texts = []
        for required, value in group.get("dependencies", {}).items():
            entry = value if isinstance(value, dict) else {"version": value}
            if isinstance(entry.get("version"), str):
                extras = f"[{','.join(entry['extras'])}]" if entry.get("extras") else ""
                marker = f"; {entry['markers']}" if entry.get("markers") else ""
                texts.append(f"{required}{extras}{poetry_specifier(entry['version'])}{marker}")
        yield name, texts


def poetry_specifier(text: str) -> str:
    """Convert a Poetry version constraint to a specifier, with only the lower bounds of ^ and ~.

    The upper bounds of these operators would prevent updates of development tools.

    >>> poetry_specifier("^7.2, !=7.3")
    '>=7.2,!=7.3'
    """
    parts = [part.strip() for part in text.split(",")]
    converted = []
    for part in parts:
        version = part.lstrip("^~= ")
        if part[:1] in ("^", "~") and not part.startswith("~="):
            converted.append(f">={version}")
        elif part[:1].isdigit():
            converted.append(f"=={version}")
        elif part != "*":
            converted.append(part)
    return ",".join(converted)


def hatch_groups(table: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield the names and requirements of Hatch's environments.

    Requirements that contain context variables are left out.

    https://hatch.pypa.io/latest/config/environment/overview/#dependencies
    """
    for name, environment in table.get("envs", {}).items():
        texts = [*environment.get("dependencies", []), *environment.get("extra-dependencies", [])]
        yield name, [text for text in texts if "{" not in text]


def resolved(name: str, tables: Mapping[str, Any], outer: tuple[str, ...] = ()) -> list[str]:
    """Return a group's requirements, including the requirements of included groups.

    Args:
        name: The name of the group.
        tables: The contents of `[dependency-groups]`.
        outer: The names of the groups that include this group. They are not included again.
    """
    names = {canonicalize_name(each): each for each in tables}
    texts = []
    for entry in tables[name]:
        included = entry.get("include-group", "") if isinstance(entry, dict) else ""
        inner = names.get(canonicalize_name(included), "")
        if isinstance(entry, str):
            texts.append(entry)
        elif inner and inner not in (name, *outer):
            texts += resolved(inner, tables, (*outer, name))
    return texts


def is_requirement(text: str) -> bool:
    """Return whether a string is a requirement rather than an option or a path."""
    try:
        return bool(required_name(text))
    except InvalidRequirement:
        return False


def merged_groups(project: Project, rendered: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the groups to which the project adds requirements, with the template's requirements.

    If both require the same package, only the template's requirement is kept, because the
    template's settings depend on that version.

    Args:
        project: The existing project.
        rendered: The template's groups.
    """
    own = {name: {required_name(text) for text in resolved(name, rendered)} for name in rendered}
    known = set().union(*own.values()) | {project.name}
    merged: dict[str, list[Any]] = {}
    for name, texts in old_groups(project).items():
        others = [text for text in texts if required_name(text) not in known]
        if others:
            merged[name] = [*rendered.get(name, []), *others]
    return merged


def groups_finding(merged: Mapping[str, list[Any]], rendered: Mapping[str, Any]) -> Finding:
    """Return a finding about the requirements that are added to the template's groups."""
    added = [
        f"{name} ({', '.join(text for text in texts if text not in rendered.get(name, []))})"
        for name, texts in merged.items()
    ]
    return Finding(
        f"These requirements are added to the dependency groups: {', '.join(added)}. Remove those"
        " that the template's tools replace or conflict with."
    )
