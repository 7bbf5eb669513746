"""Provide versions from the template's data files for use in pages."""

import functools
from typing import Any

import yaml
from packaging.requirements import Requirement

from harness.packagestan.template import ROOT, facts


def data(name: str) -> Any:
    """Return the contents of one of the template's data files."""
    return yaml.safe_load((ROOT / "template/data" / f"{name}.yml").read_text(encoding="utf-8"))


def lowest(requirement: str) -> str:
    """Return the lower bound of a requirement that has exactly one.

    >>> lowest("uv_build>=0.9,<0.14")
    '0.9'
    """
    (bound,) = [s.version for s in Requirement(requirement).specifier if s.operator == ">="]
    return bound


@functools.cache
def substitutions() -> dict[str, Any]:
    """Return the values of `{{ versions.ruff }}`, `{{ requirements.uv_build }}`, and so on.

    - `versions`: the lower bound of each tool and build backend, and the version of each action.
    - `requirements`: the full requirement of each tool and build backend, formatted as code.
    - `pythons`: the `oldest`, the `newest`, and `all` supported Python versions.

    In names, "_" replaces "-" and "/".
    """
    needs = dict(data("tools"))
    needs |= {name: backend["requires"] for name, backend in facts("backend").items()}
    versions = {name: lowest(requirement) for name, requirement in needs.items()}
    versions |= {name: action["version"] for name, action in data("actions").items()}
    pythons = data("python_versions")
    return {
        "versions": {identifier(name): version for name, version in versions.items()},
        "requirements": {identifier(name): f"`{needed}`" for name, needed in needs.items()},
        "pythons": {"oldest": pythons[0], "newest": pythons[-1], "all": ", ".join(pythons)},
    }


def identifier(name: str) -> str:
    """Return a name as an identifier that can be used in an expression.

    >>> identifier("actions/upload-artifact")
    'actions_upload_artifact'
    """
    return name.replace("-", "_").replace("/", "_")
