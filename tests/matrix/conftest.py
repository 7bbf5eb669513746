"""The fixture for the variants, which represent the possible combinations of answers."""

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.variant import Variant
from harness.packagestan.coverage import contents_of, covering, each_level_once
from harness.packagestan.option_folders import all_problems
from harness.rendering.template import Answers


def param(name: str, answers: Answers, *, is_quick: bool) -> object:
    """Return a test parameter for a variant, whose tests all run in the same process.

    Args:
        name: The variant's name.
        answers: The variant's answers.
        is_quick: Whether to mark the variant as `quick`.
    """
    marks = [pytest.mark.xdist_group(name)] + [pytest.mark.quick] * is_quick
    return pytest.param(answers, id=name, marks=marks)


def params() -> list[object]:
    """Return a test parameter for each covering variant.

    If a choice is incomplete, the result is empty, because some variants can't be rendered.
    """
    if all_problems():
        return []
    quick = each_level_once()
    made, names = [], set()
    for number, answers in enumerate(covering()):
        name = contents_of(answers)
        # The first variant with each combination of contents is named after the combination.
        is_first = name not in names
        names.add(name)
        identifier = name if is_first else f"covering-{number}"
        made.append(param(identifier, answers, is_quick=answers in quick))
    return made


@pytest.fixture(scope="session", params=params())
def variant(request: pytest.FixtureRequest, artifacts: ArtifactCache) -> Variant:
    """Return a variant: a set of answers and the artifacts generated from it."""
    return Variant(request.param, artifacts)
