"""Check that the variants cover all combinations of three choices."""

from collections.abc import Callable

import pytest
from jinja2 import Environment, FileSystemLoader

from harness.packagestan.answers import question_files
from harness.packagestan.coverage import (
    COVERAGE,
    contents,
    contents_of,
    covering,
    covering_rows,
    inputs,
    interactions,
    summary,
)
from harness.packagestan.template import ROOT, TEMPLATE
from harness.rendering.template import Template


def test_every_combination_of_the_contents_is_a_variant() -> None:
    """Every possible combination of mode, backend, versioning, package data, and plugins occurs."""
    assert set(contents()) == {contents_of(answers) for answers in covering()}


def test_any_three_choices_occur_in_a_variant(
    record_property: Callable[[str, object], None],
) -> None:
    """Any three choices that shape a project occur together unless the questions reject them."""
    record_property("variants", summary())
    met, refused, every = interactions(covering_rows(), COVERAGE.strength)
    assert every == met + refused


def test_cached_variants_depend_on_every_file_that_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A change to any file that the questions read invalidates the cached variants."""
    read = set()
    get_source = FileSystemLoader.get_source

    def spy(loader: FileSystemLoader, environment: Environment, name: str) -> object:
        read.add(name)
        return get_source(loader, environment, name)

    monkeypatch.setattr(FileSystemLoader, "get_source", spy)
    Template(ROOT, *TEMPLATE.parts).asked_worker(COVERAGE.given)
    known = {path.relative_to(ROOT).as_posix() for path in inputs()}
    assert {*question_files(), "copier.yml"} <= known
    assert "template/data/flags.jinja" in read
    assert set() == {name for name in read if (ROOT / name).exists()} - known
