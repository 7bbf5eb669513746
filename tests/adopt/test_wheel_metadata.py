"""Test reading requirements, Requires-Python, and people from wheel metadata."""

from typing import cast

import pytest
from packaging.metadata import RawMetadata

from adoption.requirements import raise_minimum, split_by_extra
from adoption.wheels import people


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("Six_Pack>=1", {"": {"six-pack>=1"}, "a": set(), "b": set()}),
        ('x; extra == "a"', {"": set(), "a": {"x"}, "b": set()}),
        ("x ; extra == 'a' or extra == 'b'", {"": set(), "a": {"x"}, "b": {"x"}}),
        (
            'x; (os_name == "nt" or os_name == "java") and extra == "a"',
            {"": set(), "a": {'x; os_name == "nt" or os_name == "java"'}, "b": set()},
        ),
        (
            'x; extra == "b" and python_full_version < "3.12"',
            {"": set(), "a": set(), "b": {'x; python_version < "3.12"'}},
        ),
        (
            'x; os_name == "nt" or os_name == "java" and extra == "a"',
            {
                "": set(),
                "a": {'x; os_name == "nt" or os_name == "java" and extra == "a"'},
                "b": set(),
            },
        ),
        ('demo[b]; extra == "a"', {"": set(), "a": set(), "b": set()}),
    ],
)
def test_requirements_are_split_by_extra(requirement: str, expected: dict[str, set[str]]) -> None:
    """Requirements are split by extra, regardless of how the build backend writes the markers."""
    metadata = {"name": "Demo", "provides_extra": ["a", "b"], "requires_dist": [requirement]}
    assert expected == split_by_extra(cast("RawMetadata", metadata))


@pytest.mark.parametrize(
    ("old", "minimum", "expected"),
    [
        ("", "3.11", ">=3.11"),
        (">=3.8", "3.11", ">=3.11"),
        (">=3.8,<4,!=3.9.*,!=3.13.0", "3.11", ">=3.11,!=3.13.0,<4"),
        ("~=3.8", "3.11", ">=3.11,<4"),
        (">=3.12.4", "3.12", ">=3.12.4"),
    ],
)
def test_requires_python_keeps_its_bounds(old: str, minimum: str, expected: str) -> None:
    """A lower bound below the minimum is raised, and other bounds that still apply are kept."""
    assert expected == raise_minimum(old, minimum)


@pytest.mark.parametrize(
    ("names", "addresses", "expected"),
    [
        ("Ada", "ada@example.com", [("Ada", "ada@example.com")]),
        ("", "Ada <ada@example.com>", [("Ada", "ada@example.com")]),
        ("Ada <ada@example.com>", "", [("Ada", "ada@example.com")]),
        ("Ada, Bo", "", [("Ada", ""), ("Bo", "")]),
        (
            "Ada, Bo",
            "a@example.com, b@example.com",
            [("Ada", "a@example.com"), ("Bo", "b@example.com")],
        ),
        ("Bo", "Ada <ada@example.com>", [("Bo", ""), ("Ada", "ada@example.com")]),
        ("UNKNOWN", "", []),
    ],
)
def test_names_and_addresses_are_combined(
    names: str, addresses: str, expected: list[tuple[str, str]]
) -> None:
    """Names and addresses from two fields are combined, and the placeholder UNKNOWN is ignored."""
    assert expected == people(names, addresses)
