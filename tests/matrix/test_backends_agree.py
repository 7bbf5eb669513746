"""Check that all build backends create the same package from the same answers."""

import json

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import comparable, read_wheel
from harness.packagestan.coverage import contents
from harness.rendering.template import Answers


def groups() -> dict[str, list[Answers]]:
    """Return groups of combinations that differ only in the build backend."""
    found: dict[str, list[Answers]] = {}
    for answers in contents().values():
        rest = {name: value for name, value in answers.items() if name != "backend"}
        found.setdefault(json.dumps(rest, sort_keys=True), []).append(answers)
    return found


@pytest.mark.parametrize(
    "group", [pytest.param(g, id=str(n)) for n, g in enumerate(groups().values())]
)
def test_all_backends_build_equal_wheels(group: list[Answers], artifacts: ArtifactCache) -> None:
    """The wheels of all backends have the same files, licenses, tags, entry points, and metadata.

    `harness.artifacts.inspect.comparable` lists the permitted differences in the metadata. In the
    files, the only permitted difference is that setuptools drops the executable bit.
    """
    expected = read_wheel(artifacts.wheel_from_tree(group[0]))
    # Three backends can be combined with versions from git, and all six with static versions.
    assert len(group) >= 3
    for answers in group[1:]:
        wheel = read_wheel(artifacts.wheel_from_tree(answers))
        assert expected.files == wheel.files
        drops_bits = answers["backend"] == "setuptools"
        assert (set() if drops_bits else expected.executable) == wheel.executable
        assert expected.licenses == wheel.licenses
        assert expected.tags == wheel.tags
        assert expected.entry_points == wheel.entry_points
        assert comparable(expected.metadata) == comparable(wheel.metadata)
