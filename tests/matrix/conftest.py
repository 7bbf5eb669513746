"""The variants that stand for all combinations of answers."""

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.variant import Variant
from harness.packagestan.coverage import contents_of, covering, each_level_once
from harness.packagestan.option_folders import all_problems
from harness.rendering.template import Answers


def param(name: str, answers: Answers, *, is_quick: bool) -> object:
    """Return a parameter. All tests of a variant run in the process that rendered it."""
    marks = [pytest.mark.xdist_group(name)] + [pytest.mark.quick] * is_quick
    return pytest.param(answers, id=name, marks=marks)


def params() -> list[object]:
    """Return the variants, which cover the choices and every combination of the contents.

    There are none while a choice is incomplete, because some of them can't be rendered.
    """
    if all_problems():
        return []
    quick = each_level_once()
    made, names = [], set()
    for number, answers in enumerate(covering()):
        name = contents_of(answers)
        # The first variant with a combination of contents is named after it.
        is_first = name not in names
        names.add(name)
        identifier = name if is_first else f"covering-{number}"
        made.append(param(identifier, answers, is_quick=answers in quick))
    return made


@pytest.fixture(scope="session", params=params())
def variant(request: pytest.FixtureRequest, artifacts: ArtifactCache) -> Variant:
    """One set of answers, and everything that is generated from it."""
    return Variant(request.param, artifacts)
