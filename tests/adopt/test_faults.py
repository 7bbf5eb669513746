"""Test finding faults that an existing project already has."""

from pathlib import Path

import pytest
from packaging.metadata import RawMetadata

from adoption.entry_points import defines, missing_object
from adoption.faults import missing_from_wheel, written_version
from adoption.projects import Project
from adoption.wheels import Wheel
from harness.adoption.adopted_packages import unbuilt_project


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("setup.py", "setup(name='tide', version='1.0-a')\n", "1.0-a"),
        ("setup.py", "setup(version=about['version'])\n", ""),
        ("setup.py", "setup(name='tide')\n", ""),
        ("setup.py", "print 'a statement in Python 2'\n", ""),
        ("setup.cfg", "[metadata]\nversion = 1.0-a\n", "1.0-a"),
        ("setup.cfg", "[metadata]\nversion = attr: tide.__version__\n", ""),
        ("setup.cfg", "[metadata]\nversion = file: VERSION\n", ""),
        ("setup.cfg", "not a section\n", ""),
        ("pyproject.toml", "[project]\nversion = '1.0-a'\n", "1.0-a"),
        ("pyproject.toml", "[build-system]\n[tool.poetry]\nversion = '1.0-a'\n", "1.0-a"),
        ("README.md", "1.0-a", ""),
    ],
)
def test_version_is_read_as_written(name: str, text: str, expected: str, tmp_path: Path) -> None:
    """The version's spelling comes from the settings, unless they refer to another place."""
    project = unbuilt_project(tmp_path, {name: text})
    assert expected == written_version(project)
    assert "" == written_version(Project(project.wheel))


@pytest.mark.parametrize(
    ("reference", "missing"),
    [
        ("tide.low:run [extra]", ""),
        ("tide.low:run.later", ""),
        ("tide.low", ""),
        ("tide : run", ""),
        ("tide.fast:run", ""),
        ("rich.table:run", ""),
        ("tide.low:halt", '"halt" in tide.low'),
        ("tide.high:run", "the module tide.high"),
        ("tide.data:run", "the module tide.data"),
    ],
)
def test_missing_objects_are_described(reference: str, missing: str) -> None:
    """A missing module or object is described.

    Objects in dependencies and extension modules aren't checked.
    """
    metadata = RawMetadata(name="tide", requires_dist=["Rich>=14"])
    files = {"tide/__init__.py": b"run = 1", "tide/low.py": b"run = 1", "tide/data.txt": b""}
    wheel = Wheel(files | {"tide/fast.cp311.so": b""}, {}, [], {}, metadata)
    assert missing == missing_object(reference, Project(wheel))


@pytest.mark.parametrize(
    ("name", "is_missing"),
    [
        *(("low.py", True), ("data/low.csv", True), ("sub/__init__.py", True), ("a.c", True)),
        *(("a.pyc", False), ("a.pyo", False), ("a.so", False), ("a.pyd", False)),
        *((".low/a.csv", False), ("__pycache__/a.txt", False), ("tests/a.csv", False)),
        *(("test_low.py", False), ("__init__.py", False)),
    ],
)
def test_files_that_wheels_leave_out_are_not_missing(
    name: str, is_missing: bool, tmp_path: Path
) -> None:
    """A file in a package's folder is missing from the wheel unless wheels usually lack it."""
    project = unbuilt_project(tmp_path, {"tide/base.py": ""})
    (tmp_path / "tide" / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "tide" / name).touch()
    assert [f"tide/{name}"] * is_missing == list(missing_from_wheel(project))


def test_sources_of_extension_modules_are_not_missing(tmp_path: Path) -> None:
    """Wheels with extension modules may lack the sources of extension modules."""
    project = unbuilt_project(tmp_path, {"tide/low.so": ""})
    for suffix in ("c", "cc", "cpp", "h", "hpp", "pyx", "pxd", "rs", "go"):
        (tmp_path / "tide" / f"low.{suffix}").touch()
    assert ["tide/low.go"] == list(missing_from_wheel(project))


@pytest.mark.parametrize(
    ("code", "name", "defined"),
    [
        ("def main(): ...", "main", True),
        ("async def main(): ...", "main", True),
        ("class main: ...", "main", True),
        ("from a import b as main", "main", True),
        ("from a import main as b", "main", False),
        ("import main.a", "main", True),
        ("try:\n    main = 1\nexcept ImportError: ...", "main", True),
        ("from a import *", "main", True),
        ("def other():\n    main = 1", "main", False),
        ("class App:\n    def main(self): ...", "main", False),
        ("main()", "main", False),
        ("def __getattr__(name): ...", "main", True),
        ("class App:\n    def __getattr__(self, name): ...", "main", False),
        ("print 'a statement in Python 2'", "main", True),
        ("a = 1\0", "main", True),
    ],
)
def test_only_module_level_names_are_defined(code: str, name: str, defined: bool) -> None:
    """Module-level bindings and star imports define a name, but local bindings and uses don't.

    A module with `__getattr__` and code that can't be parsed might define any name.
    """
    assert defined == defines(code.encode(), name)
