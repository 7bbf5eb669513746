"""The offline bundle of the course."""

import sys
from pathlib import Path

import pytest

from harness.course import offline_bundle
from harness.course.lessons import COURSE
from harness.packagestan.template import CLONE_ADDRESS, ROOT
from harness.processes.commands import run
from harness.updates.releases import make_repository, past_releases

# All tests share one bundle.
pytestmark = pytest.mark.xdist_group("bundle")

PAGE = """\
```console
$ uv venv --quiet && uv pip install --quiet {package}
$ .venv/bin/python -c "import {package}"
```
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bundle with two versions of a package."""
    folder = tmp_path_factory.mktemp("bundle")
    requirements = folder / "requirements.txt"
    requirements.write_text("packaging\n", encoding="utf-8")
    older = folder / "older.txt"
    older.write_text("packaging<25\n", encoding="utf-8")
    built = {name: folder / "built" / name for name in offline_bundle.BUILT}
    for place in built.values():
        place.mkdir(parents=True)
        (place / "index.html").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offline_bundle, "REQUIREMENTS", [requirements, older])
        patch.setattr(offline_bundle, "BUILT", built)
        patch.setattr(offline_bundle, "ROOT", make_repository(folder / "releases"))
        offline_bundle.make(folder / "bundle")
    return folder / "bundle"


def test_bundle_is_complete(folder: Path) -> None:
    """A bundle contains pages, slides, wheels, scripts, exercises, puzzles, and instructions."""
    assert {"handouts", "site", "slides", "uploads", "wheelhouse", "course"} == {
        path.name for path in folder.iterdir() if path.is_dir()
    }
    assert ["packaging"] * 2 == [wheel.name.split("-")[0] for wheel in folder.glob("wheelhouse/*")]
    for script in ("check.py", "doctor.py"):
        assert (folder / "course" / script).is_file()
    for puzzle in COURSE.glob("puzzles/*/check.toml"):
        assert (folder / "course" / "puzzles" / puzzle.parent.name / "package").is_dir()
    assert CLONE_ADDRESS in (folder / "README.md").read_text(encoding="utf-8")


def test_template_is_cloned_from_the_bundle(folder: Path, tmp_path: Path) -> None:
    """Git can clone the template with all releases from the bundle."""
    clone = tmp_path / "clone"
    run("git", "clone", "--quiet", folder / "packagestan.bundle", clone)
    assert (clone / "copier.yml").is_file()
    assert past_releases() == run("git", "tag", cwd=clone).stdout.split()[:-1]


def without_network(folder: Path, page: Path, exit_code: int) -> str:
    """Run a page with the bundle's index but without a network, and return the output."""
    command = ("-m", "harness.course.offline_bundle", "check", "--folder", folder, "--page", page)
    tests = {"PYTHONPATH": str(ROOT / "tests")}
    finished = run(sys.executable, *command, env=tests, exit_code=exit_code)
    return finished.stdout + finished.stderr


def test_page_runs_without_a_network(folder: Path, tmp_path: Path) -> None:
    """The packages in the bundle can be installed without a network."""
    page = tmp_path / "page.md"
    page.write_text(PAGE.format(package="packaging"), encoding="utf-8")
    assert f"{page}: matches" in without_network(folder, page, 0)


def test_other_packages_are_not_available(folder: Path, tmp_path: Path) -> None:
    """A package that is not in the bundle can't be installed, even if it is cached."""
    page = tmp_path / "page.md"
    page.write_text(PAGE.format(package="pytest"), encoding="utf-8")
    assert "pytest was not found in the package registry" in without_network(folder, page, 1)


def test_pages_must_be_built_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the pages have not been built, the message says how to build them."""
    monkeypatch.setattr(offline_bundle, "BUILT", {"site": tmp_path / "nowhere"})
    with pytest.raises(
        offline_bundle.BundleError, match="site: not built; run `nox -s docs slides` first"
    ):
        offline_bundle.make(tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()
