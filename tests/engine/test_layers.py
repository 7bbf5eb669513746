"""The packages that render, vary, and build projects don't depend on the rest of the harness."""

import ast

import pytest

from harness.rendering.template import ROOT

HARNESS = ROOT / "tests" / "harness"

# Each package may import those in front of it.
ENGINE = ["processes", "rendering", "space", "artifacts"]


def imported_modules(package: str) -> set[str]:
    """Return the modules of the harness that a package of it imports."""
    found = set()
    for file in (HARNESS / package).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("harness."):
                # `from harness.rendering import copier_internals` imports a module.
                names = {f"{node.module}.{alias.name}" for alias in node.names}
                modules = {name for name in names if is_module(name)}
                found |= modules or {str(node.module)}
    return found


def is_module(name: str) -> bool:
    """Return whether a dotted name is a module."""
    return (ROOT / "tests" / name.replace(".", "/")).with_suffix(".py").is_file()


@pytest.mark.parametrize("package", ENGINE)
def test_the_engine_only_imports_lower_layers(package: str) -> None:
    """Simulators, the course, and updates use the engine, and never the other way round."""
    allowed = tuple(f"harness.{name}." for name in ENGINE[: ENGINE.index(package) + 1])
    assert [] == [name for name in imported_modules(package) if not name.startswith(allowed)]
