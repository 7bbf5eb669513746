"""The variants cover all combinations of three choices."""

from collections.abc import Callable

from harness.space.coverage import (
    STRENGTH,
    contents,
    contents_of,
    covering,
    covering_rows,
    interactions,
    summary,
)


def test_every_combination_of_the_contents_is_a_variant() -> None:
    """Mode, backend, versioning, package data, and plugins meet in every possible combination."""
    assert set(contents()) == {contents_of(answers) for answers in covering()}


def test_any_three_choices_meet_in_a_variant(
    record_property: Callable[[str, object], None],
) -> None:
    """Any three choices that shape a project meet, unless the questions reject them."""
    record_property("variants", summary())
    met, refused, every = interactions(covering_rows(), STRENGTH)
    assert every == met + refused
