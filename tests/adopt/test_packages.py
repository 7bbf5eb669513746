"""Test adopting package names and layouts, dependency groups, and wheel tags."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.metadata import RawMetadata

from adoption.building import build_wheel
from adoption.findings import AdoptionError
from adoption.groups import groups_finding, merged_groups
from adoption.package_settings import package_settings
from adoption.projects import Project, check_supported, open_project, read_project
from adoption.reading import read
from adoption.report import report
from adoption.wheels import Wheel
from harness.adoption.adopted_packages import COMMANDS, follow, unexplained
from harness.packagestan.template import snapshot
from harness.processes.commands import run
from harness.rendering.render import copier_command

GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com")
RICH = """\
[build-system]
requires = ["hatchling", "hatch-vcs"]
build-backend = "hatchling.build"

[project]
name = "Rich"
dynamic = ["version"]
description = "Rich text"
authors = [{ name = "Ada" }]
license = "MIT"
optional-dependencies.tests = ["hypothesis>=6", "pytest"]

[tool.hatch]
version.source = "vcs"
build.targets.wheel.packages = ["Rich", "acme"]
build.hooks.vcs.version-file = "Rich/_version.py"
"""


def commit(folder: Path, tag: str) -> None:
    """Make a folder a git repository if necessary, commit all files, and tag the commit."""
    run("git", "init", "--quiet", cwd=folder)
    run("git", "add", "--all", cwd=folder)
    run(*GIT, "commit", "--quiet", "--message=Change", cwd=folder)
    run("git", "tag", tag, cwd=folder)


def test_project_with_rejected_names_keeps_them(tmp_path: Path) -> None:
    """An adopted project keeps its capitalized name, its namespace, and its version file."""
    old, new = tmp_path / "old", tmp_path / "new"
    files = {
        "pyproject.toml": RICH,
        "LICENSE": "Copyright 2026 Ada\n",
        "README.md": "",
        ".gitignore": "_version.py\n",
        "Rich/__init__.py": "from Rich._version import version\n",
        "acme/rich/__init__.py": "",
    }
    for name, text in files.items():
        (old / name).parent.mkdir(parents=True, exist_ok=True)
        (old / name).write_text(text, encoding="utf-8")
    commit(old, "v1.5")
    project = read_project(old)
    reading = read(project)
    replaced = [each.text for each in reading.not_carried if "Its default" in each.text]
    assert ["`distribution_name`", "`package_name`"] == sorted(text.split()[0] for text in replaced)
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(reading.answers), encoding="utf-8")
    excluded = re.findall(r"--exclude ('.*?'|\S+)", COMMANDS[1])
    options = [option for text in excluded for option in ("--exclude", text.strip("'"))]
    data = ("--data-file", tmp_path / "answers.yml")
    copier_command("copy", "--defaults", "--quiet", *data, *options, snapshot(), new)
    follow(report(project, reading), old, new)
    commit(new, "v1.5")
    adopted = open_project(build_wheel(shutil.copytree(new, tmp_path / "copy"), tmp_path / "out"))
    assert [] == unexplained(project, adopted)
    assert "Rich" == adopted.wheel.metadata["name"]
    assert b"'1.5'" in adopted.wheel.files["Rich/_version.py"]
    assert "acme/rich/__init__.py" in adopted.wheel.files
    status = run("git", "ls-files", "src", cwd=new).stdout.split()
    assert ["src/Rich/__init__.py", "src/acme/rich/__init__.py"] == status


def with_packages(**files: list[str]) -> Project:
    """Return a project whose wheel has the given top-level packages and modules.

    Args:
        files: The paths of each package's files, relative to the package. A name without paths is a
            module.
    """
    names = [f"{top}/{name}" for top, inner in files.items() for name in inner]
    names += [f"{top}.py" for top, inner in files.items() if not inner]
    wheel = Wheel(dict.fromkeys(names, b""), {}, ["py3-none-any"], {}, RawMetadata(name="tide"))
    return Project(wheel, packages=dict.fromkeys(files))


CAPITAL = with_packages(Tide=["__init__.py", "sub/__init__.py"])
NAMESPACE = with_packages(acme=["tide/__init__.py", "tide/sub/__init__.py", "tools/__init__.py"])
MODULES = with_packages(tide=[], other=[])


@pytest.mark.parametrize(
    ("backend", "project", "expected"),
    [
        ("hatchling", CAPITAL, {"hatch": {"build": {"targets": {"wheel": {"packages": ["src/Tide"]}}}}}),
        ("setuptools", CAPITAL, {}),
        ("uv_build", CAPITAL, {"uv": {"build-backend": {"module-name": "Tide"}}}),
        ("flit_core", CAPITAL, {"flit": {"module": {"name": "Tide"}}}),
        ("poetry_core", CAPITAL, {"poetry": {"packages": [{"include": "Tide", "from": "src"}]}}),
        ("pdm_backend", CAPITAL, {}),
        ("uv_build", NAMESPACE, {"uv": {"build-backend": {"module-name": ["acme.tide", "acme.tools"]}}}),
        ("flit_core", NAMESPACE, {"flit": {"module": {"name": "acme.tide"}}}),
        ("pdm_backend", NAMESPACE, {"pdm": {"build": {"includes": ["src/acme"]}}}),
        ("setuptools", MODULES, {"setuptools": {"py-modules": ["other"]}}),
    ],
)  # fmt: skip
def test_each_backend_gets_the_packages(
    backend: str, project: Project, expected: dict[str, Any]
) -> None:
    """Each build backend gets the settings that it needs for the packages and modules.

    The settings for coverage list all top-level packages and modules.
    """
    tables = package_settings(project, backend, "tide")["tool"]
    names = [*project.packages]
    assert {"run": {"source_pkgs": names}} == tables.pop("coverage")
    assert expected == tables


def test_default_layout_needs_no_settings() -> None:
    """A single package with the rendered name needs no settings, even with `tests` in the wheel."""
    project = with_packages(tide=["__init__.py"], tests=["__init__.py"])
    assert {} == package_settings(project, "hatchling", "tide")


def test_groups_are_merged() -> None:
    """Requirements that the template's groups lack are added to them or to new groups."""
    settings = {
        "dependency-groups": {
            "Dev": [{"include-group": "tests"}, "tox>=4", "tide"],
            "tests": ["pytest<8", "hypothesis", {"include-group": "Dev"}],
            "lint": ["ruff==0.1", "pylint"],
        },
        "tool": {"pdm": {"dev-dependencies": {"doc": ["furo", "-e file:///tide"]}}},
    }
    metadata = RawMetadata(name="Tide", provides_extra=["testing"])
    metadata["requires_dist"] = ['responses; extra == "testing"']
    project = Project(Wheel({}, {}, [], {}, metadata), settings=settings)
    rendered = {"test": ["pytest>=9"], "dev": [{"include-group": "test"}, "ruff"]}
    merged = merged_groups(project, rendered)
    assert {
        "dev": [{"include-group": "test"}, "ruff", "hypothesis", "tox>=4"],
        "test": ["pytest>=9", "hypothesis", "tox>=4", "responses"],
        "lint": ["pylint"],
        "docs": ["furo"],
    } == merged
    assert "lint (pylint)" in groups_finding(merged, rendered).text


def test_groups_of_other_tools_are_merged() -> None:
    """Poetry's groups and Hatch's environments become dependency groups."""
    poetry = {
        "dev-dependencies": {"black": "^23.1", "attrs": {"version": "*", "extras": ["tests"]}},
        "group": {
            "docs": {"dependencies": {"furo": "~2024.1", "local": {"path": "."}, "myst": "1.0"}},
            "test": {"dependencies": {"idna": {"version": ">=2,<4", "markers": "os_name == 'nt'"}}},
        },
    }
    hatch = {"envs": {"hatch-test": {"extra-dependencies": ["trio", "tide @ {root:uri}"]}}}
    wheel = Wheel({}, {}, [], {}, RawMetadata(name="tide"))
    project = Project(wheel, settings={"tool": {"poetry": poetry, "hatch": hatch}})
    assert {
        "dev": ["black>=23.1", "attrs[tests]"],
        "docs": ["furo>=2024.1", "myst==1.0"],
        "test": ["idna>=2,<4; os_name == 'nt'", "trio"],
    } == merged_groups(project, {})


@pytest.mark.parametrize(
    ("file", "tag", "sentence"),
    [
        ("tide.cpython-311.so", "cp311-cp311-linux_x86_64", "has extension modules, which"),
        ("tide.py", "py3-none-win_amd64", "builds wheels for single platforms, which"),
    ],
)
def test_platform_wheels_are_rejected(file: str, tag: str, sentence: str) -> None:
    """A project whose wheel contains extension modules or is for a single platform is rejected."""
    wheel = Wheel({file: b""}, {}, [tag], {}, RawMetadata(name="tide"))
    with pytest.raises(AdoptionError, match=f"tide {sentence}"):
        check_supported(Project(wheel))
