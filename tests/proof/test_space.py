"""The variants cover the space of answers."""

from harness.space import STRENGTH, contents, contents_of, covering, covering_rows, interactions


def test_every_combination_of_the_contents_is_a_variant() -> None:
    """Mode, backend, versioning and the yes-or-no contents meet in each way that is possible."""
    assert set(contents()) == {contents_of(answers) for answers in covering()}


def test_any_three_choices_meet_in_a_variant() -> None:
    """No three choices that shape a project are missed, but those that the questions refuse."""
    met, refused, every = interactions(covering_rows(), STRENGTH)
    assert every == met + refused
