"""Test which differences between two wheels are explained, unexplained, or accepted."""

import dataclasses
import shutil
from pathlib import Path
from typing import cast

import pytest
from packaging.metadata import RawMetadata

from adoption.command_line import main
from adoption.comparison import Difference, compare
from adoption.projects import Project, find_packages
from adoption.wheels import Wheel
from harness.adoption.adopted_packages import (
    adopted_project,
    existing_project,
    unexplained,
    wheel_in,
)
from harness.artifacts.artifact_cache import ArtifactCache


@pytest.fixture(scope="session")
def lossy(artifacts: ArtifactCache) -> Project:
    """Return an adopted project that has lost a data file and a command."""

    def make(folder: Path) -> None:
        new = shutil.copytree(adopted_project(artifacts, "setup-py") / "new", folder / "new")
        (new / "src" / "tide_tables" / "harbours" / "north.csv").unlink()
        file = new / "pyproject.toml"
        text = file.read_text(encoding="utf-8")
        assert 1 == text.count('tides-list = "tide_tables.cli:list_harbours"\n')
        text = text.replace('tides-list = "tide_tables.cli:list_harbours"\n', "")
        file.write_text(text, encoding="utf-8")
        artifacts.build_wheel(new, folder / "wheel")

    return wheel_in(artifacts.once("lossy-setup-py", make))


def test_losses_are_unexplained(lossy: Project, artifacts: ArtifactCache) -> None:
    """The missing data file and the missing command are the only unexplained differences."""
    expected = [
        "entry point console_scripts/tides-list: missing from the new wheel",
        "file tide_tables/harbours/north.csv: missing from the new wheel",
    ]
    assert expected == unexplained(existing_project(artifacts, "setup-py"), lossy)


def test_changed_values_are_unexplained(artifacts: ArtifactCache) -> None:
    """Changes to files, requirements, extras, and other metadata are unexplained."""
    old = existing_project(artifacts, "src-layout")
    wheel = wheel_in(adopted_project(artifacts, "src-layout")).wheel
    metadata = wheel.metadata | {
        "version": "5.1",
        "requires_dist": ["platformdirs>=3"],
        "provides_extra": [],
        "project_urls": {},
        "author_email": "Merle <merle@example.com>",
        "requires_python": ">=3.12",
    }
    files = wheel.files | {"bird_calls/__init__.py": b"", "bird_calls/greetings.py": b""}
    changed = dataclasses.replace(wheel, metadata=metadata, files=files)
    found = unexplained(old, Project(changed, packages=find_packages(changed)))
    assert [
        "version: was 5.0.0, is now 5.1",
        "requires-python: was >=3.11, is now >=3.12",
        "extra all: missing from the new wheel",
        "extra colors: missing from the new wheel",
        "requirement platformdirs>=3: only in the new wheel",
        "requirement platformdirs>=4: missing from the new wheel",
        "requirement of extra all rich>=13: missing from the new wheel",
        "requirement of extra colors rich>=13: missing from the new wheel",
        "file bird_calls/__init__.py: different content",
        "file bird_calls/greetings.py: only in the new wheel",
        "author Merle <merle@example.com>: only in the new wheel",
        "author Merle Amsel <merle@example.com>: missing from the new wheel",
        "URL https://github.com/amsel/bird-calls: missing from the new wheel",
    ] == found


def test_remaining_faults_are_unexplained(artifacts: ArtifactCache) -> None:
    """A data file missing from both wheels and a command that still fails count as unexplained."""
    old = existing_project(artifacts, "setup-py-broken-script")
    new = Project(old.wheel, packages=find_packages(old.wheel))
    file, command = unexplained(old, new)
    assert "file genre_tagger/data/genres.json: in the source tree, but in neither wheel" == file
    assert "entry point console_scripts/tag: __main__.py:cli fails" in command


LOST, NEW = "missing from the new wheel", "only in the new wheel"
ADDED = ["Development Status :: 3", "Environment :: Console", "Typing :: Typed"]
ADDED += ["Operating System :: OS Independent"]
DIFFERENCES = [
    "name: was tide, is now tides",
    "summary: was Tide, is now none",
    "license: was none, is now MIT",
    "description: was none, is now a text (the text of the README)",
    "tags: was ['py2-none-any'], is now ['py3-none-any'] (see the report)",
    f"extra all: {NEW} (the template's extra all refers to all others)",
    f"extra b: {NEW}",
    f"requirement of extra all rich: {NEW} (the template's extra all refers to all others)",
    "entry point console_scripts/tide: was tide:a, is now tide:b (see the report)",
    f"file a/py.typed: {NEW} (it marks the package as typed)",
    "file a/low.csv: different content",
    f"file tide-nspkg.pth: {LOST} (native namespace packages don't need it)",
    f"license file COPYING: {LOST}",
    f"license file LICENSE: {NEW}",
    f"author Ada <>: {NEW}",
    f"keyword sea: {LOST}",
    f"maintainer Bo <>: {LOST}",
    *(f"classifier {name}: {NEW} (added by the template)" for name in ADDED),
    f"classifier Programming Language :: Python :: 3: {NEW} (requires-python is authoritative)",
    f"classifier Programming Language :: Python :: 2: {LOST} (requires-python is authoritative)",
    f"classifier Programming Language :: Python: {LOST} (requires-python is authoritative)",
    f"classifier Programming Language :: C: {NEW}",
    f"classifier License :: OSI Approved: {LOST} (the license expression replaces it)",
    f"URL https://a/blob/main/CHANGELOG.md: {NEW} (a page of the repository)",
    f"URL https://a/issues: {NEW} (a page of the repository)",
    f"URL https://b: {NEW}",
    "entry point console_scripts/tide: tide:b fails because the new wheel doesn't contain the module tide",
]


def test_all_differences_are_found() -> None:
    """All kinds of differences between two wheels are found. The expected ones have a reason."""
    old = {
        "name": "tide",
        "version": "1.0-beta",
        "summary": "Tide",
        "keywords": ["sea"],
        "maintainer": "Bo",
        "classifiers": [
            "Programming Language :: Python :: 2",
            "Programming Language :: Python",
            "License :: OSI Approved",
        ],
        "project_urls": {"Home": "https://a.git/"},
        "requires_python": ">=3.11",
    }
    new = {
        "name": "tides",
        "version": "1.0b0",
        "license_expression": "MIT",
        "description": "Text",
        "author": "Ada",
        "provides_extra": ["all", "b"],
        "requires_dist": ['rich; extra == "all"'],
        "classifiers": [
            *ADDED,
            "Programming Language :: Python :: 3",
            "Programming Language :: C",
        ],
        "project_urls": {
            "Home": "https://a.git",
            "Issues": "https://a/issues",
            "Changelog": "https://a/blob/main/CHANGELOG.md",
            "Other": "https://b",
        },
        "requires_python": ">=3.11",
    }
    wheels = [
        Wheel(
            {"a/low.csv": b"1", "tide-nspkg.pth": b""},
            {"COPYING": b"1"},
            ["py2-none-any"],
            {("console_scripts", "tide"): "tide:a"},
            cast("RawMetadata", old),
        ),
        Wheel(
            {"a/low.csv": b"2", "a/py.typed": b""},
            {"LICENSE": b"2"},
            ["py3-none-any"],
            {("console_scripts", "tide"): "tide:b"},
            cast("RawMetadata", new),
        ),
    ]
    found = compare(*(Project(wheel, packages=find_packages(wheel)) for wheel in wheels))
    assert sorted(DIFFERENCES) == sorted(map(str, found))


ADVICE = "Fix each difference that is not explained. To accept one instead, add a line to a file for --accept, such as: file b\n"


@pytest.mark.parametrize(
    ("patterns", "out", "err"),
    [
        (
            "",
            (
                "explained: extra all: gone (by design)\n"
                "not explained: file b: gone\nnot explained: author: x\n"
            ),
            ADVICE,
        ),
        (
            "# Comment\n\n  author \nfile ?\n",
            "accepted: file b: gone\nexplained: extra all: gone (by design)\naccepted: author: x\n",
            "",
        ),
    ],
)
def test_differences_are_printed(
    patterns: str,
    out: str,
    err: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Unexplained differences come last, and only they result in advice and the exit code 1."""
    monkeypatch.chdir(tmp_path)
    Path("accepted.txt").write_text(patterns, encoding="utf-8")
    Path("a.whl").touch()
    found = [Difference("file b", "gone"), Difference("extra all", "gone", "by design")]
    found.append(Difference("author", "x"))
    monkeypatch.setattr("adoption.command_line.compare", lambda *_: found)
    monkeypatch.setattr("adoption.command_line.open_project", lambda *_: None)
    assert bool(err) == main(["compare", "a.whl", "a.whl", "--accept", "accepted.txt"])
    assert (out, err) == capsys.readouterr()


NO_FOLDER = "no is not a folder; specify the project's folder or a wheel"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        *((["no", "a.whl"], NO_FOLDER), (["a.whl", "no"], NO_FOLDER)),
        (["a.whl", "a.whl", "--accept", "no"], "no can't be read: "),
    ],
)
def test_missing_files_are_reported(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A missing project or list of accepted differences is reported."""
    monkeypatch.chdir(tmp_path)
    Path("a.whl").touch()
    assert 1 == main(["compare", *arguments])
    assert capsys.readouterr().err.startswith(f"adopt.py: {message}")


def test_accepted_differences_are_not_errors(
    artifacts: ArtifactCache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 0 only if all unexplained differences are accepted."""
    (old,) = (adopted_project(artifacts, "src-layout") / "wheel").glob("*.whl")
    (new,) = (adopted_project(artifacts, "poetry") / "wheel").glob("*.whl")
    accept = tmp_path / "accepted.txt"
    accept.write_text("# one\n\nfile *\n", encoding="utf-8")
    arguments = ["compare", str(old), str(new), "--accept", str(accept)]
    assert 1 == main(arguments)
    expected = "accepted: file bird_calls/window.py: missing from the new wheel"
    assert expected in capsys.readouterr().out
    accept.write_text("*\n", encoding="utf-8")
    assert 0 == main(arguments)
