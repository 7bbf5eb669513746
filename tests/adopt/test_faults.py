"""Test finding faults that an existing project already has."""

from pathlib import Path

import pytest
from packaging.metadata import RawMetadata

from adoption.entry_points import defines
from adoption.faults import written_version
from adoption.projects import Project
from adoption.wheels import Wheel
from harness.adoption.adopted_packages import existing_project, faults
from harness.artifacts.artifact_cache import ArtifactCache


def test_faults_are_reported(artifacts: ArtifactCache) -> None:
    """The faults include a broken command, a missing data file, and a missing license."""
    reported = faults(existing_project(artifacts, "setup-py-broken-script"))
    assert "`tag = __main__.py:cli` in console_scripts fails" in reported
    assert "It probably means genre_tagger.__main__:cli." in reported
    assert "doesn't contain `genre_tagger/data/genres.json`" in reported
    assert "The project has no license" in reported


def test_packaged_tests_and_nonstandard_versions_are_reported(artifacts: ArtifactCache) -> None:
    """The faults include a top-level package "tests" and a version that isn't normalized."""
    reported = faults(existing_project(artifacts, "setup-py"))
    assert "installs a top-level package `tests`" in reported
    assert "The version 2.0-beta is not normalized. Its normalized form is 2.0b0." in reported


def test_computed_version_spelling_is_not_checked(tmp_path: Path) -> None:
    """If setup.py computes the version, its original spelling is unknown."""
    (tmp_path / "setup.py").write_text("setup(version=about['version'])\n", encoding="utf-8")
    wheel = Wheel({}, {}, [], {}, RawMetadata(name="demo"))
    assert "" == written_version(Project(wheel, tmp_path))


@pytest.mark.parametrize(
    ("code", "name", "defined"),
    [
        ("def main(): ...", "main", True),
        ("try:\n    from a import b as main\nexcept ImportError:\n    main = None", "main", True),
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
