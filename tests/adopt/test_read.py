"""Test reading answers, manual entries, and findings from an existing project."""

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.metadata import RawMetadata

from adoption.answers import derive_answers
from adoption.licenses import license_files
from adoption.project_table import entries_by_hand, keywords, readme_entry
from adoption.projects import Project
from adoption.reading import examine, read
from adoption.validation import accepted_parts, validate
from adoption.wheels import Wheel
from harness.adoption.adopted_packages import existing_project, faults, not_carried, unbuilt_project
from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.template import snapshot


def test_setup_py_is_read(artifacts: ArtifactCache) -> None:
    """The answers contain the names, requirements, and other metadata from setup.py."""
    answers = examine(existing_project(artifacts, "setup-py")).answers
    expected = {
        "project_name": "Tide_Tables",
        "project_description": "Tells when the tide is high",
        "distribution_name": "tide-tables",
        "package_name": "tide_tables",
        "mode": "app",
        "backend": "setuptools",
        "license": "MIT",
        "copyright_year": "2014",
        "user_name": "Maren Deich",
        "user_email": "maren@example.com",
        "github_user": "maren",
        "command_name": "tides",
        "cli_library": "click",
        "dependencies": ["click>=8.1", 'tomli>=2; python_version < "3.11"'],
        "extras": {"plot": ["matplotlib>=3"]},
        "package_data": True,
        "plugins": False,
        "python_min": "3.11",
        "versioning": "static",
        "repository_url": "https://github.com/maren/tide-tables",
        "gui_command_name": "",
    }
    answers.pop("default_branch", None)  # It is the default branch of this repository, if known.
    assert expected == answers


def test_answers_are_derived(tmp_path: Path) -> None:
    """The answers contain everything that the files and the metadata say."""
    files = {"tide/__init__.py": "", "CHANGELOG.md": "", "LICENSE": "Copyright (c) 2019-2024 Ada\n"}
    metadata = {
        "name": "Tide.Tables",
        "license": "BSD-3-Clause",
        "author": "Ada",
        "author_email": "Bo <bo@example.com>",
        "requires_python": ">=3.12",
        "requires_dist": ["rich", "Typer>=0.1", 'click; extra == "a"', 'click; extra == "all"'],
        "provides_extra": ["a", "all"],
        "project_urls": {"Source": "https://example.com/tide"},
    }
    project = unbuilt_project(tmp_path, files | {"tide/py.typed": ""}, **metadata)
    points = {("gui_scripts", "window"): "tide:run", ("gui_scripts", "other"): "tide:run"}
    wheel = dataclasses.replace(project.wheel, entry_points=points)
    assert {
        "project_name": "Tide.Tables",
        "project_description": "Tide.Tables",
        "license": "BSD-3-Clause",
        "user_name": "Ada",
        "user_email": "bo@example.com",
        "distribution_name": "tide-tables",
        "package_name": "tide",
        "repository_url": "https://example.com/tide",
        "copyright_year": "2019",
        "changelog": True,
        "backend": "setuptools",
        "python_min": "3.12",
        "versioning": "static",
        "dependencies": ["rich", "typer>=0.1"],
        "extras": {"a": ["click"]},
        "package_data": False,
        "plugins": False,
        "mode": "library",
        "command_name": "",
        "cli_library": "typer",
        "gui_command_name": "window",
    } == derive_answers(dataclasses.replace(project, wheel=wheel))


def test_poetry_extras_are_read(artifacts: ArtifactCache) -> None:
    """A requirement of two extras is listed under both. Only the extra is removed from markers."""
    answers = examine(existing_project(artifacts, "poetry")).answers
    window = ['pygame>=2.5; python_version >= "3.10"', "rich>=13"]
    assert {"colors": ["rich>=13"], "window": window} == answers["extras"]
    assert "poetry_core" == answers["backend"]


def test_main_package_is_detected() -> None:
    """The main package has the project's name or, if no package has it, is the public one."""
    packages: dict[str, Path | None] = dict.fromkeys(("_yaml", "tests", "yaml"))
    wheel = Wheel({}, {}, [], {}, RawMetadata(name="PyYAML"))
    assert "yaml" == Project(wheel, packages=packages).main_package
    packages["pyyaml"] = None
    assert "pyyaml" == Project(wheel, packages=packages).main_package


def test_unsupported_features_are_reported(artifacts: ArtifactCache) -> None:
    """Unsupported packages, scripts, licenses, and markers are reported.

    The answers contain only the accepted requirements, but the manual entries contain all
    requirements.
    """
    project = existing_project(artifacts, "several-packages")
    reading = read(project)
    reported = not_carried(reading)
    assert "`acme` is a namespace package" in reported
    assert "packages or modules: `acme`, `acme_helpers`, `acme_single`" in reported
    assert "`scripts/acme-start` is installed outside the packages" in reported
    assert "The template doesn't offer the license LicenseRef-BSD," in reported
    assert '"x" in "xy"\' is not a marker' in reported
    assert ["requests"] == reading.answers["dependencies"]
    assert 2 == len(reading.by_hand["dependencies"])
    assert 'doesn\'t contain "halt" in acme_helpers' in faults(project)
    assert {"acme": "acme_helpers:run"} == reading.by_hand["scripts"]


def test_url_dependency_disables_publishing() -> None:
    """PyPI rejects URL dependencies, so a project with one is adopted without publishing."""
    answers = {"project_name": "Tide", "dependencies": ["idna @ https://example.com/idna.zip"]}
    validated = validate(answers)
    assert "none" == validated.answers["publish"]
    (finding,) = validated.findings
    assert "`publish` is set to none" in finding.text


def test_dynamic_metadata_and_settings_are_reported(artifacts: ArtifactCache) -> None:
    """Dynamic metadata and a settings file that pyproject.toml replaces are reported."""
    reported = not_carried(examine(existing_project(artifacts, "flat-layout")))
    assert "`version` is dynamic" in reported
    left = read(existing_project(artifacts, "setup-cfg")).left
    assert {"pyproject.toml": ["setup.cfg"]} == left


def test_license_files_are_found(artifacts: ArtifactCache) -> None:
    """LICENSE and NOTICE keep their names, and the license comes before other legal files."""
    project = existing_project(artifacts, "flat-layout")
    moves = examine(project).moves
    assert {("LICENSE", "LICENSE"), ("NOTICE", "NOTICE")} <= {*moves}
    licenses = {"AUTHORS": b"", "docs/COPYING.txt": b""}
    wheel = dataclasses.replace(project.wheel, licenses=licenses)
    project = dataclasses.replace(project, wheel=wheel, folder=None)
    assert ["docs/COPYING.txt", "AUTHORS"] == license_files(project)


def test_existing_metadata_replaces_the_defaults(tmp_path: Path) -> None:
    """Existing URLs and implementation classifiers are kept instead of the template's defaults.

    The default author is left out, because the project has a maintainer.
    """
    implementation = "Programming Language :: Python :: Implementation :: PyPy"
    project = unbuilt_project(
        tmp_path,
        {},
        classifiers=[implementation, "Programming Language :: Python :: 3.8"],
        maintainer_email="Maren <maren@example.com>",
        project_urls={"Changes": "https://example.com/changes"},
    )
    implied = ["Typing :: Typed", "Development Status :: 3 - Alpha", "Private :: Do Not Upload"]
    rendered: dict[str, Any] = {"classifiers": implied, "dependencies": []}
    rendered["authors"] = [{"name": "tide contributors"}]
    rendered |= {"requires-python": ">=3.11", "urls": {"Changelog": "https://example.com/"}}
    rendered["scripts"] = {"tide": "tide:main"}
    entries = entries_by_hand(project, {}, rendered)
    assert {} == entries["scripts"]
    assert [implementation] == entries["classifiers"]
    assert [] == entries["authors"]
    assert {"Changes": "https://example.com/changes"} == entries["urls"]
    assert "has no author" not in faults(project)


def test_uncovered_entries_are_complete(tmp_path: Path) -> None:
    """The entries contain everything that differs from the rendered table."""
    files = {"README.rst": "Other", "README.txt": "Tide\n", "NEWS": "", "LICENSE": ""}
    project = unbuilt_project(
        tmp_path,
        files,
        name="Tide",
        description="Tide",
        description_content_type="text/markdown; charset=UTF-8",
        license="MIT",
        author="Ada, Bo",
        keywords=["sea"],
        classifiers=["Topic :: Tides", "Operating System :: POSIX", "License :: X"],
        requires_dist=["rich", 'click; extra == "a"', 'click; extra == "all"'],
        provides_extra=["a", "all"],
        project_urls={"Changelog": "https://a", "Home": "https://b"},
    )
    points = {
        ("console_scripts", "a"): "rich:a",
        ("gui_scripts", "b"): "rich:b",
        ("c", "d"): "rich:e",
        ("console_scripts", "broken"): "tide:run",
    }
    wheel = dataclasses.replace(project.wheel, entry_points=points)
    rendered = {
        "name": "tide",
        "version": "1.0",
        "requires-python": ">=3.11",
        "classifiers": [
            "Operating System :: OS Independent",
            "Typing :: Typed",
            "Natural Language :: X",
        ],
        "dependencies": [],
        "optional-dependencies": {"a": [], "all": ["tide[a]"]},
        "urls": {"Changelog": "https://c", "Issues": "https://d"},
        "scripts": {"old": "tide:old"},
    }
    project = dataclasses.replace(project, wheel=wheel)
    assert {
        "name": "Tide",
        "readme": {"file": "README.txt", "content-type": "text/markdown"},
        "license-files": ["LICENSE"],
        "authors": [{"name": "Ada"}, {"name": "Bo"}],
        "keywords": ["sea"],
        "classifiers": ["Natural Language :: X", "Operating System :: POSIX", "Topic :: Tides"],
        "dependencies": ["rich"],
        "optional-dependencies": {"a": ["click"], "all": ["click"]},
        "urls": {"Issues": "https://d", "Changelog": "https://a", "Home": "https://b"},
        "scripts": {"a": "rich:a"},
        "gui-scripts": {"b": "rich:b"},
        "entry-points": {"c": {"d": "rich:e"}},
    } == entries_by_hand(project, {}, rendered)


@pytest.mark.parametrize(
    ("name", "stated", "expected"),
    [
        *(("README.md", "", "README.md"), ("README.md", "text/markdown; a=b", "README.md")),
        *(("README.rst", "", "README.rst"), ("README.txt", "", "README.txt")),
        ("README", "", {"file": "README", "content-type": "text/x-rst"}),
        ("README.MD", "", {"file": "README.MD", "content-type": "text/markdown"}),
    ],
)
def test_readme_has_a_content_type(name: str, stated: str, expected: str | dict[str, str]) -> None:
    """The content type is written only if the suffix doesn't imply it."""
    metadata = RawMetadata(name="tide", description_content_type=stated)
    assert expected == readme_entry(name, Wheel({}, {}, [], {}, metadata))


@pytest.mark.parametrize("table", ["project", "tool.poetry", ""])
def test_keywords_come_from_the_settings(table: str) -> None:
    """Keywords from the settings keep their order."""
    settings = tomllib.loads(f"[{table}]\nkeywords = ['b', 'a']" if table else "")
    wheel = Wheel({}, {}, [], {}, RawMetadata(name="tide", keywords=["c"]))
    assert (["b", "a"] if table else ["c"]) == keywords(Project(wheel, settings=settings))


def test_accepted_parts_of_an_answer_are_kept() -> None:
    """Only the parts of a list or map that a question accepts are kept.

    Other answers have no parts.
    """
    template = snapshot()
    extras = {"colors": ["rich>=13", "not valid"], "all": ["rich"], "empty": []}
    answers = {"project_name": "My Project", "extras": extras}
    expected = {"colors": ["rich>=13"], "empty": []}
    assert expected == accepted_parts(answers, "extras", template)
    answers = {"project_name": "My Project", "keywords": ["tides", "\n"]}
    assert ["tides"] == accepted_parts(answers, "keywords", template)
    assert None is accepted_parts(answers, "project_name", template)
