"""Find entries in pyproject.toml outside `[project]` that answers don't cover."""

from collections.abc import Mapping
from typing import Any

from adoption.groups import merged_groups
from adoption.package_settings import package_settings
from adoption.projects import Project
from adoption.validation import Validated
from adoption.version_files import bumped_files, version_settings


def other_tables(project: Project, validated: Validated) -> dict[str, Any]:
    """Return the entries outside `[project]` to add or replace in the rendered pyproject.toml.

    Args:
        project: The existing project.
        validated: The answers and the resulting pyproject.toml.
    """
    recorded, rendered = validated.recorded, validated.settings
    backend = recorded["backend"]
    tables: dict[str, Any] = {}
    if groups := merged_groups(project, rendered.get("dependency-groups", {})):
        tables["dependency-groups"] = groups
    merge(tables, package_settings(project, backend, recorded["package_name"]))
    if recorded["versioning"] == "vcs":
        merge(tables, version_settings(project, backend))
    else:
        merge(tables, bumped_files(project, rendered))
    return tables


def merge(tables: dict[str, Any], entries: Mapping[str, Any]) -> None:
    """Add entries to tables. Nested tables are merged, and other values are replaced."""
    for name, value in entries.items():
        if isinstance(value, Mapping):
            merge(tables.setdefault(name, {}), value)
        else:
            tables[name] = value
