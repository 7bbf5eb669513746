"""Test adopting versions from git, version files, and tags."""

from pathlib import Path
from typing import Any

import pytest
from packaging.metadata import RawMetadata

from adoption.projects import Project
from adoption.validation import validate
from adoption.version_files import (
    bumped_files,
    find_versions,
    ignored_files,
    version_settings,
    written_by_build,
)
from adoption.versions import comes_from_git, last_tag
from adoption.wheels import Wheel
from harness.processes.commands import run

VERSIONEER = """\
import json
version_json = '''
{"date": "2026-01-01T00:00:00+0000", "full-revisionid": "1b7e", "version": "1.2.3"}
'''
"""


COPY = (
    "`tide/base.py` contains a copy of the version: `version = '1.2.3'`. Read it with"
    " `importlib.metadata.version` instead."
)


def built(settings: dict[str, Any], files: dict[str, str], folder: Path | None = None) -> Project:
    """Return version 1.2.3 of the project "tide" without building it.

    Args:
        settings: The contents of pyproject.toml.
        files: The text of each file in the wheel by path.
        folder: The project's folder, or None if the source tree doesn't exist.
    """
    metadata = RawMetadata(name="tide", version="1.2.3")
    contents = {name: text.encode() for name, text in files.items()}
    wheel = Wheel(contents, {}, ["py3-none-any"], {}, metadata)
    source = (folder or Path("nowhere")) / "tide"
    return Project(wheel, folder, settings, {"tide": source})


def requires(*names: str) -> dict[str, Any]:
    """Return the settings of a project with these build requirements and a dynamic version."""
    return {"build-system": {"requires": list(names)}, "project": {"dynamic": ["version"]}}


# Build requirements and arguments of setup() that derive the version from git.
PLUGINS = ["better_setuptools_git_version", "flit-scm", "git-versioner", "hatch-vcs", "miniver"]
PLUGINS += ["poetry-dynamic-versioning", "poetry-git-version-plugin", "poetry-version-plugin"]
PLUGINS += ["setuptools-git-ver", "setuptools-git-versioning", "setuptools_scm", "vcs_versioning"]
PLUGINS += ["setuptools-vcs-version", "uv-dynamic-versioning", "versioneer", "versioneer-518"]
PLUGINS += ["pbr", "versioningit"]
KEYWORDS = ["use_scm_version", "pbr", "setuptools_git_versioning", "version_config"]


@pytest.mark.parametrize(
    ("settings", "setup", "expected"),
    [
        (requires("hatchling", "hatch-vcs"), "", True),
        (requires("flit_scm"), "", True),
        (requires("setuptools", "versioneer[toml]"), "", True),
        (requires("setuptools", "setuptools-git-versioning>=2"), "", True),
        ({"tool": {"pdm": {"version": {"source": "scm"}}}}, "", True),
        ({}, "setup(use_scm_version=True)", True),
        ({}, "setup(\n    setup_requires=['pbr'],\n    pbr=True)", True),
        ({}, "setup(version=versioneer.get_version())", True),
        ({}, "cmdclass = get_cmdclass('tide')", True),
        *(({}, f"setup(a=1, {name}=x)", True) for name in KEYWORDS),
        *(({}, f"[metadata]\n{name} = x", True) for name in KEYWORDS),
        ({}, "[versioneer]", True),
        ({}, "from setuptools_scm import get_version", True),
        ({}, "version = setuptools_scm.get_version()", True),
        ({}, "# use_scm_version", False),
        *((requires(f"{name}>=1"), "", True) for name in PLUGINS),
        ({}, "setup(version='1.0')", False),
        (requires("setuptools"), "", False),
        (requires("setuptools-scm") | {"project": {"version": "1.0"}}, "", False),
        (
            requires("setuptools-scm")
            | {"tool": {"setuptools": {"dynamic": {"version": {"attr": "tide.__version__"}}}}},
            "",
            False,
        ),
        (requires("hatch-vcs") | {"tool": {"hatch": {"version": {"path": "a.py"}}}}, "", False),
        (
            requires("pdm-backend", "pbr") | {"tool": {"hatch": {"version": {"file": "a"}}}},
            "",
            False,
        ),
    ],
)
def test_versions_from_git_are_recognized(
    settings: dict[str, Any], setup: str, expected: bool, tmp_path: Path
) -> None:
    """The settings and setup.py show whether the version comes from git.

    A version in the settings, or a reference to its location, takes precedence.
    """
    (tmp_path / "setup.py").write_text(setup, encoding="utf-8")
    assert expected == comes_from_git(settings, tmp_path)


def test_version_in_setup_cfg_is_static(tmp_path: Path) -> None:
    """A version that setup.cfg specifies doesn't come from git, even with setuptools-scm."""
    text = "[metadata]\nversion = attr: tide.__version__\n"
    (tmp_path / "setup.cfg").write_text(text, encoding="utf-8")
    assert not comes_from_git(requires("setuptools", "setuptools-scm"), tmp_path)


HATCH = requires("hatch-vcs") | {
    "tool": {"hatch": {"build": {"hooks": {"vcs": {"version-file": "src/tide/_version.py"}}}}}
}
FLIT = requires("flit_scm") | {"tool": {"setuptools_scm": {"write_to": "src/tide/_version.py"}}}
PDM = requires("pdm-backend") | {
    "tool": {
        "pdm": {"version": {"source": "scm", "write_to": "tide/v.py", "write_template": "v = '{}'"}}
    }
}


@pytest.mark.parametrize(
    ("settings", "name", "text", "backend", "expected"),
    [
        (
            *(HATCH, "tide/_version.py", "version = '1.2.3'", "hatchling"),
            {"hatch": {"build": {"hooks": {"vcs": {"version-file": "src/tide/_version.py"}}}}},
        ),
        (
            *(FLIT, "tide/_version.py", "version = '1.2.3'", "setuptools"),
            {"setuptools_scm": {"version_file": "src/tide/_version.py"}},
        ),
        (
            *(PDM, "tide/v.py", "v = '1.2.3'", "hatchling"),
            {
                "hatch": {
                    "build": {
                        "hooks": {
                            "vcs": {"version-file": "src/tide/v.py", "template": "v = '{version}'"}
                        }
                    }
                }
            },
        ),
        (
            *(requires("versioneer"), "tide/_version.py", VERSIONEER, "setuptools"),
            {
                "setuptools_scm": {
                    "version_file": "src/tide/_version.py",
                    "version_file_template": "import json\nversion_json = '''\n"
                    '{{"date": null, "full-revisionid": null, "version": "{version}"}}\n'
                    "'''\n",
                }
            },
        ),
        (
            requires("poetry-core", "poetry-dynamic-versioning"),
            *("tide/__init__.py", "__version__ = '1.2.3'", "poetry_core"),
            {
                "poetry-dynamic-versioning": {
                    "substitution": {"files": ["src/tide/__init__.py"]},
                }
            },
        ),
    ],
)
def test_new_backend_writes_the_version_file(
    settings: dict[str, Any], name: str, text: str, backend: str, expected: dict[str, Any]
) -> None:
    """The new backend's settings specify the version file that the old build wrote.

    A finding explains the file's different content. The new project's .gitignore includes the file
    unless Poetry changes it in the source tree.
    """
    project = built(settings, {name: text, "tide/other.py": "version = '1.2.2'"})
    assert {"tool": expected} == version_settings(project, backend)
    (finding,) = find_versions(project)
    assert (f"file {name}: different content",) == finding.explains
    assert (
        f"The build writes the version into `{name}`. The new build backend does the same with the lines"
        " below."
    ) == finding.text
    assert ignored_files(project) == ([] if backend == "poetry_core" else [f"/src/{name}"])


def test_undeclared_module_in_the_source_tree_is_not_generated(tmp_path: Path) -> None:
    """An undeclared source module counts as generated only if it is named like a version file."""
    files = {"tide/base.py": "version = '1.2.3'\r\n", "tide/_version.py": "version = '1.2.3'\n"}
    (tmp_path / "tide").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.replace("\r", "").encode())
    project = built(requires("versioneer"), files, tmp_path)
    assert ["/src/tide/_version.py"] == ignored_files(project)
    assert COPY == [*find_versions(project)][-1].text


def test_declared_module_in_the_source_tree_is_generated(tmp_path: Path) -> None:
    """A module that the settings declare counts as generated even if an earlier build left it."""
    (tmp_path / "tide").mkdir()
    (tmp_path / "tide" / "base.py").write_text("version = '1.2.3'\n", encoding="utf-8")
    settings = requires("setuptools-scm")
    settings["tool"] = {"setuptools_scm": {"version_file": "tide/base.py"}}
    project = built(settings, {"tide/base.py": "version = '1.2.3'\n"}, tmp_path)
    assert ["tide/base.py"] == written_by_build(project)
    assert ["/src/tide/base.py"] == ignored_files(project)
    (finding,) = find_versions(project)
    assert "The build writes the version into `tide/base.py`" in finding.text


def test_poetry_generates_modules_that_differ_from_the_source_tree(tmp_path: Path) -> None:
    """Of the modules with the version, poetry-dynamic-versioning wrote it into the changed ones."""
    (tmp_path / "tide").mkdir()
    (tmp_path / "tide" / "__init__.py").write_text("__version__ = '0.0.0'\n", encoding="utf-8")
    (tmp_path / "tide" / "base.py").write_text("version = '1.2.3'\n", encoding="utf-8")
    files = {"tide/__init__.py": "__version__ = '1.2.3'\n", "tide/base.py": "version = '1.2.3'\n"}
    project = built(requires("poetry-core", "poetry-dynamic-versioning"), files, tmp_path)
    assert ["tide/__init__.py"] == written_by_build(project)
    assert [] == ignored_files(project)
    assert COPY == [*find_versions(project)][-1].text


def test_release_tool_updates_a_copy_of_the_version(tmp_path: Path) -> None:
    """If bump-my-version is configured, modules that contain the version are added to its files."""
    (tmp_path / "tide").mkdir()
    text = '__version__: str = "1.2.3"\nold = "1.2.3"\n'
    (tmp_path / "tide" / "__init__.py").write_text(text, encoding="utf-8")
    project = built(requires("setuptools"), {"tide/__init__.py": text}, tmp_path)
    changelog = {"filename": "CHANGELOG.md"}
    copy = {
        "filename": "src/tide/__init__.py",
        "search": '__version__: str = "{current_version}"',
        "replace": '__version__: str = "{new_version}"',
    }
    expected = {"tool": {"bumpversion": {"files": [changelog, copy]}}}
    assert expected == bumped_files(project, {"tool": {"bumpversion": {"files": [changelog]}}})
    assert {} == bumped_files(project, {"tool": {}})
    (finding,) = find_versions(project)
    assert (
        '`tide/__init__.py` contains a copy of the version: `__version__: str = "1.2.3"`.'
        " bump-my-version updates it with the lines below. Otherwise, edit both."
    ) == finding.text


def test_poetrys_version_files_are_kept() -> None:
    """The settings of poetry-dynamic-versioning keep their patterns and files."""
    settings = requires("poetry-core", "poetry-dynamic-versioning")
    table = {"files": {"src/tide/a.py": {}, "b.py": {}}, "substitution": {"patterns": ["x"]}}
    settings["tool"] = {"poetry-dynamic-versioning": table}
    project = built(settings, {"tide/__init__.py": "version = '1.2.3'"})
    expected = {
        "substitution": {"files": ["src/tide/__init__.py"], "patterns": ["x"]},
        "files": {"src/tide/a.py": {}, "src/b.py": {}},
    }
    tables = version_settings(project, "poetry_core")
    assert {"tool": {"poetry-dynamic-versioning": expected}} == tables
    assert {} == version_settings(project, "flit_core")
    assert {} == version_settings(built(requires("hatch-vcs"), {}), "hatchling")


def test_second_generated_file_is_reported() -> None:
    """If the build writes several files, the findings say that the new backend writes only one."""
    files = {"tide/_version.py": "a = '1.2.3'", "tide/version.py": "a = '1.2.3'"}
    project = built(requires("versioneer"), files)
    assert ["/src/tide/_version.py"] == ignored_files(project)
    _, second = find_versions(project)
    assert (
        "The build also writes the version into `tide/version.py`, but the new build backend only writes"
        " one file. Import the version from `tide/_version.py` there."
    ) == second.text


def test_generated_files_of_pbr_are_reported(tmp_path: Path) -> None:
    """A finding explains why the new wheel lacks AUTHORS, which pbr generates."""
    (tmp_path / "setup.py").write_text("setup(setup_requires=['pbr'], pbr=True)", encoding="utf-8")
    (finding,) = find_versions(built({}, {}, tmp_path))
    assert ("license file AUTHORS: missing from the new wheel",) == finding.explains


@pytest.mark.parametrize(
    ("tags", "expected", "advice"),
    [
        (["1.9", "1.10", "latest"], ("1.10", "1.10"), "git tag v1.10 '1.10^{}'"),
        (["tide-2.0rc1"], ("tide-2.0rc1", "2.0rc1"), "git tag v2.0rc1 'tide-2.0rc1^{}'"),
        (["v1.0"], ("v1.0", "1.0"), ""),
        ([], ("", ""), ""),
    ],
)
def test_tags_with_another_prefix_are_reported(
    tags: list[str], expected: tuple[str, str], advice: str, tmp_path: Path
) -> None:
    """The tag with the highest version is found.

    If the tag isn't "v" followed by the version, a finding contains the command that adds such a
    tag.
    """
    git = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    run("git", "init", "--quiet", cwd=tmp_path)
    run(*git, "commit", "--quiet", "--allow-empty", "--message=Begin", cwd=tmp_path)
    for tag in tags:
        run("git", "tag", tag, cwd=tmp_path)
    assert expected == last_tag(tmp_path)
    found = [*find_versions(built(requires("hatch-vcs"), {}, tmp_path))]
    assert [advice] * bool(advice) == [text.text.split("`")[-2] for text in found]
    begins = f"The tags look like `{expected[0]}`, but the new project only recognizes"
    assert all(text.text.startswith(begins) for text in found)


def test_hatchling_replaces_a_backend_without_versions_from_git() -> None:
    """Hatchling replaces a build backend that can't be combined with versions from git."""
    answers = {"project_name": "Tide", "backend": "pdm_backend", "versioning": "vcs"}
    validated = validate(answers)
    assert answers | {"backend": "hatchling"} == validated.answers
    (finding,) = validated.findings
    assert "`backend` is set to hatchling" in finding.text
