"""The variants: what all answers come to, in a number that can be proven."""

import pytest

from harness import tally
from harness.answers import Answers
from harness.space import contents, covering, each_level_once
from harness.variant import Variant
from harness.workshop import Workshop, key


def param(name: str, answers: Answers, *, is_quick: bool) -> object:
    """Return a parameter; all tests of a variant run in one process, which has made it."""
    marks = [pytest.mark.xdist_group(name)] + [pytest.mark.quick] * is_quick
    return pytest.param(answers, id=name, marks=marks)


def params() -> list[object]:
    """Return the variants: every combination of the contents, and the covering ones."""
    quick = each_level_once()
    return [param(name, answers, is_quick=False) for name, answers in contents().items()] + [
        param(f"covering-{number}", answers, is_quick=answers in quick)
        for number, answers in enumerate(covering())
    ]


@pytest.fixture(scope="session", params=params())
def variant(request: pytest.FixtureRequest, workshop: Workshop) -> Variant:
    """One set of answers, and what is made of it."""
    # Each process that has a variant sets it up for each module; it is one variant.
    workshop.once(key("variant", request.param), lambda _: tally.count("variants"))
    return Variant(request.param, workshop)
