"""Test the diagrams in the documentation."""

import re
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from harness.course.lessons import COURSE, DOCS

DIAGRAMS = DOCS / "diagrams"


def used() -> set[str]:
    """Return the names of all diagrams on the pages."""
    texts = [page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md")]
    return {
        name for text in texts for name in re.findall(r"^```\{diagram\} (.+)$", text, re.MULTILINE)
    }


def test_each_diagram_is_shown() -> None:
    """Each diagram file is used on a page, and each diagram on a page has a file."""
    assert {file.stem for file in DIAGRAMS.glob("*.dot")} == used()


def test_each_lesson_has_a_diagram() -> None:
    """Each lesson contains a diagram."""
    for page in sorted(COURSE.glob("[0-9]*.md")):
        assert "```{diagram} " in page.read_text(encoding="utf-8"), page.name


@pytest.mark.parametrize("package", ["rich", "markdown-it-py"])
def test_dependency_graph_is_correct(package: str) -> None:
    """A package's arrows in the dependency graph match its requirements, excluding extras."""
    text = (DIAGRAMS / "dependency-graph.dot").read_text(encoding="utf-8")
    arrows = re.findall(rf'^ *"?{package}"? -> "?([\w-]+)"? \[label="  (.*?)"', text, re.MULTILINE)
    declared = [Requirement(entry) for entry in requires(package) or [] if "extra ==" not in entry]
    assert {entry.name: entry.specifier for entry in declared} == {
        name: SpecifierSet(bounds) for name, bounds in arrows
    }
