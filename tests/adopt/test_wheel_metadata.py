"""Test reading wheels, and requirements, Requires-Python, people, and URLs from their metadata."""

import zipfile
from pathlib import Path
from typing import Any, cast

import pytest
from packaging.metadata import RawMetadata

from adoption.answers import build_backend, has_generated_all, minimum_python, repository_url
from adoption.findings import AdoptionError
from adoption.projects import Project
from adoption.requirements import raise_minimum, split_by_extra
from adoption.wheels import Wheel, people, read_wheel

FILES = {
    "tide/": "",
    "tide/low.so": "low",
    "tide/high.pyd": "",
    "tide-1.0.data/scripts/tide": "",
    "tide-1.0.dist-info/METADATA": "Metadata-Version: 2.4\nName: tide\nVersion: 1.0\nSummary: UNKNOWN\n"
    "Home-page: https://a\nDownload-URL: UNKNOWN\nProject-URL: Code, https://b\nKeywords: a,,b\n"
    "Maintainer: Ada\nLicense-File: NOTICE\n",
    "tide-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\r\nTag: py2-none-any\r\nTag: py3-none-any\r\n",
    "tide-1.0.dist-info/entry_points.txt": "[a.b]\ntide = tide.low:run [x]\n",
    "tide-1.0.dist-info/NOTICE": "Notice",
    "tide-1.0.dist-info/RECORD": "",
    "tide-1.0.dist-info/licenses/": "",
    "tide-1.0.dist-info/licenses/docs/LICENSE": "License",
}


def packed(file: Path, files: dict[str, str]) -> Path:
    """Write a wheel with these files, and return its path."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file


def test_wheel_is_read(tmp_path: Path) -> None:
    """A wheel has the files, licenses, tags, and entry points that are in the archive."""
    wheel = read_wheel(packed(tmp_path / "tide.whl", FILES))
    names = {"tide/low.so": b"low", "tide/high.pyd": b"", ".data/scripts/tide": b""}
    assert names == wheel.files
    assert {"NOTICE": b"Notice", "docs/LICENSE": b"License"} == wheel.licenses
    assert ["py2-none-any", "py3-none-any"] == wheel.tags
    assert {("a.b", "tide"): "tide.low:run [x]"} == wheel.entry_points
    assert ["tide/low.so", "tide/high.pyd"] == wheel.extension_modules
    assert ("", ["a", "b"], [("Ada", "")]) == (wheel.summary, wheel.keywords, wheel.maintainers)
    assert {"Homepage": "https://a", "Code": "https://b"} == wheel.urls


@pytest.mark.parametrize("name", ["METADATA", "WHEEL", "second", "name", "not a wheel", "no file"])
def test_invalid_wheels_are_rejected(name: str, tmp_path: Path) -> None:
    """A wheel without its required parts is rejected."""
    files = {file: text for file, text in FILES.items() if not file.endswith(name)}
    if name == "second":
        files["other-1.0.dist-info/WHEEL"] = ""
    if name == "name":
        files["tide-1.0.dist-info/METADATA"] = "Metadata-Version: 2.4\nVersion: 1.0\n"
    file = packed(tmp_path / "tide.whl", files)
    if name == "not a wheel":
        file.write_bytes(b"")
    if name == "no file":
        file.unlink()
    with pytest.raises(AdoptionError, match=r"tide\.whl can't be read as a wheel: "):
        read_wheel(file)


def metadata_only(**metadata: Any) -> Wheel:
    """Return a wheel that only contains metadata."""
    return Wheel({}, {}, [], {}, cast("RawMetadata", {"name": "tide"} | metadata))


@pytest.mark.parametrize(
    ("label", "url", "is_known"),
    [
        *((label, "https://a", True) for label in ("Repository", "source", "Source-Code", "CODE")),
        *((label, "https://a", True) for label in ("GitHub", "Git_Lab")),
        *(("Homepage", "https://github.com/a", True), ("Home Page", "http://gitlab.com/a", True)),
        *(("Homepage", "https://a", False), ("Documentation", "https://github.com/a", False)),
    ],
)
def test_repository_is_recognized(label: str, url: str, is_known: bool) -> None:
    """The repository's URL has a common label, or it is the home page on GitHub or GitLab."""
    assert (url if is_known else "") == repository_url(metadata_only(project_urls={label: url}))


@pytest.mark.parametrize(
    ("requires", "expected"),
    [
        *((">=3.8", "3.11"), (">=3.12.4", "3.12"), ("", "3.11"), ("<3", None)),
        *((">=3.13,!=3.13.0", "3.13"), ("==3.14.*", "3.14")),
    ],
)
def test_oldest_python_is_supported(requires: str, expected: str | None) -> None:
    """The oldest version is the oldest one that the wheel and the template support."""
    assert expected == minimum_python(metadata_only(requires_python=requires))


@pytest.mark.parametrize(("extras", "expected"), [("a all", True), ("all", False), ("a", False)])
def test_generated_extra_is_recognized(extras: str, expected: bool) -> None:
    """The extra "all" is generated if it only contains the requirements of other extras."""
    texts = [f'rich; extra == "{extra}"' for extra in extras.split()]
    wheel = metadata_only(provides_extra=extras.split(), requires_dist=texts)
    assert expected == has_generated_all(wheel)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({}, "setuptools.build_meta"),
        ({"build-backend": "setuptools.build_meta:__legacy__"}, "setuptools.build_meta"),
        ({"build-backend": "poetry.masonry.api"}, "poetry.core.masonry.api"),
        ({"build-backend": "poetry.core.masonry.api"}, "poetry.core.masonry.api"),
    ],
)
def test_legacy_names_of_backends_are_replaced(table: dict[str, str], expected: str) -> None:
    """The default backend is setuptools, and old names of backends are replaced."""
    assert expected == build_backend(Project(metadata_only(), settings={"build-system": table}))


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("Six_Pack>=1", {"": {"six-pack>=1"}, "a": set(), "b": set()}),
        ("Six[C_D]", {"": {"six[c-d]"}, "a": set(), "b": set()}),
        ('x; extra == "C_D"', {"": set(), "a": set(), "b": set(), "c-d": {"x"}}),
        ('demo[b]; os_name == "nt"', {"": {'demo[b]; os_name == "nt"'}, "a": set(), "b": set()}),
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
        ("~=3.12.1", "3.11", "~=3.12.1"),
        ("==3.12.*", "3.11", "==3.12.*"),
        (">3.12", "3.11", ">3.12"),
        ("~=3.8.1,<=3.13,<3.9", "3.11", ">=3.11,<=3.13"),
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
