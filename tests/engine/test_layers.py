"""Check that the test engine is independent of Packagestan."""

import ast
from collections.abc import Iterator

import pytest

from harness.packagestan.answers import QUESTIONNAIRE
from harness.packagestan.template import ROOT

HARNESS = ROOT / "tests" / "harness"

# Each package may import only itself and the packages listed before it.
ENGINE = ["processes", "rendering", "space", "artifacts", "simulators", "reporting"]

# The packages that are specific to Packagestan. The engine must not import them.
SPECIFIC = ["adoption", "course", "packagestan", "updates"]

# The folders whose modules the tests can import, relative to the repository's root.
IMPORTABLE = ["tests", "tools", "docs", "docs/extensions", "docs/start"]

# Names of questions that are also metadata fields, GitLab keys, or parameters.
STANDARD = {"backend", "dependencies", "keywords"}

# Folders in this repository that the engine must not mention.
FOLDERS = ("template/", "docs/")


def modules(package: str) -> Iterator[ast.Module]:
    """Yield the syntax trees of a harness package's modules."""
    for file in sorted((HARNESS / package).rglob("*.py")):
        yield ast.parse(file.read_text(encoding="utf-8"))


def imported_modules(package: str) -> set[str]:
    """Return the names of the modules from this repository that a package imports."""
    found: set[str] = set()
    for module in modules(package):
        for node in ast.walk(module):
            if isinstance(node, ast.ImportFrom):
                # A relative import would have an incomplete name.
                assert 0 == node.level, f"Use absolute imports in {package}: {ast.unparse(node)}"
                # An imported name can be a module, such as `copier_internals`.
                names = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= {name for name in names if is_module(name)} or {str(node.module)}
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
    own = {path.stem for folder in IMPORTABLE for path in (ROOT / folder).iterdir()}
    return {name for name in found if name.split(".")[0] in own}


def is_module(name: str) -> bool:
    """Return whether a dotted name is a module in the folder `tests`."""
    return (ROOT / "tests" / name.replace(".", "/")).with_suffix(".py").is_file()


def texts(package: str) -> Iterator[str]:
    """Yield all constants in a package's code except docstrings, as strings."""
    for module in modules(package):
        statements = (node.value for node in ast.walk(module) if isinstance(node, ast.Expr))
        docstrings = {id(value) for value in statements if isinstance(value, ast.Constant)}
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and id(node) not in docstrings:
                yield str(node.value)


def test_each_package_is_in_a_layer() -> None:
    """Each package in the harness is a layer of the engine or is specific to Packagestan."""
    found = [path.parent.name for path in HARNESS.glob("*/__init__.py")]
    assert sorted([*ENGINE, *SPECIFIC]) == sorted(found)


@pytest.mark.parametrize("package", ENGINE)
def test_engine_imports_only_lower_layers(package: str) -> None:
    """No layer imports a higher layer or anything specific to Packagestan."""
    allowed = tuple(f"harness.{name}." for name in ENGINE[: ENGINE.index(package) + 1])
    assert [] == [name for name in imported_modules(package) if not name.startswith(allowed)]


@pytest.mark.parametrize("package", ENGINE)
def test_engine_contains_no_question_names(package: str) -> None:
    """No constant in the engine is the name of a Packagestan question, except STANDARD names."""
    assert set() == (set(QUESTIONNAIRE.asked()) - STANDARD).intersection(texts(package))


@pytest.mark.parametrize("package", ENGINE)
def test_engine_contains_no_repository_paths(package: str) -> None:
    """The engine mentions neither this repository's name, nor its FOLDERS, nor ROOT."""
    assert [] == [text for text in texts(package) if text.startswith(FOLDERS)]
    assert [] == [text for text in texts(package) if "packagestan" in text.lower()]
    for module in modules(package):
        names = {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}
        assert "ROOT" not in names
