"""A room without internet."""

import sys
from pathlib import Path

import pytest

from harness import kit
from harness.commands import run
from harness.lessons import WORKSHOP
from harness.releases import make_repository, past_releases
from harness.template import CLONE_ADDRESS, ROOT

# It is made once.
pytestmark = pytest.mark.xdist_group("kit")

PAGE = """\
```console
$ uv venv --quiet && uv pip install --quiet {package}
$ .venv/bin/python -c "import {package}"
```
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kit that has one package, in two versions, with a site and slides of one page each."""
    folder = tmp_path_factory.mktemp("kit")
    requirements = folder / "requirements.txt"
    requirements.write_text("packaging\n", encoding="utf-8")
    older = folder / "older.txt"
    older.write_text("packaging<25\n", encoding="utf-8")
    built = {name: folder / "built" / name for name in kit.BUILT}
    for place in built.values():
        place.mkdir(parents=True)
        (place / "index.html").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kit, "REQUIREMENTS", [requirements, older])
        patch.setattr(kit, "BUILT", built)
        patch.setattr(kit, "ROOT", make_repository(folder / "releases"))
        kit.make(folder / "kit")
    return folder / "kit"


def test_a_kit_has_what_a_room_needs(folder: Path) -> None:
    """A kit has pages, slides, wheels, both scripts with exercises and rooms, and says how."""
    assert {"handouts", "site", "slides", "uploads", "wheelhouse", "workshop"} == {
        path.name for path in folder.iterdir() if path.is_dir()
    }
    assert ["packaging"] * 2 == [wheel.name.split("-")[0] for wheel in folder.glob("wheelhouse/*")]
    for script in ("check.py", "doctor.py"):
        assert (folder / "workshop" / script).is_file()
    for room in WORKSHOP.glob("rooms/*/check.toml"):
        assert (folder / "workshop" / "rooms" / room.parent.name / "package").is_dir()
    assert CLONE_ADDRESS in (folder / "README.md").read_text(encoding="utf-8")


def test_the_template_is_cloned_from_the_kit(folder: Path, tmp_path: Path) -> None:
    """Git clones the template, with its releases, from the kit's file."""
    clone = tmp_path / "clone"
    run("git", "clone", "--quiet", folder / "packagestan.bundle", clone)
    assert (clone / "copier.yml").is_file()
    assert past_releases() == run("git", "tag", cwd=clone).stdout.split()[:-1]


def in_a_room(folder: Path, page: Path, exit_code: int) -> str:
    """Run a page where there is no network but the kit's index, and return what was printed."""
    command = ("-m", "harness.kit", "check", "--folder", folder, "--page", page)
    tests = {"PYTHONPATH": str(ROOT / "tests")}
    finished = run(sys.executable, *command, env=tests, exit_code=exit_code)
    return finished.stdout + finished.stderr


def test_a_page_is_run_without_a_network(folder: Path, tmp_path: Path) -> None:
    """What the kit has can be installed where nobody else can be reached."""
    page = tmp_path / "page.md"
    page.write_text(PAGE.format(package="packaging"), encoding="utf-8")
    assert f"{page}: as it says" in in_a_room(folder, page, 0)


def test_what_the_kit_lacks_can_not_be_installed(folder: Path, tmp_path: Path) -> None:
    """A page that installs what the kit hasn't fails, however full this machine's caches are."""
    page = tmp_path / "page.md"
    page.write_text(PAGE.format(package="pytest"), encoding="utf-8")
    assert "pytest was not found in the package registry" in in_a_room(folder, page, 1)


def test_a_kit_without_pages_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the pages aren't built, one sentence says how to, and nothing is written."""
    monkeypatch.setattr(kit, "BUILT", {"site": tmp_path / "nowhere"})
    with pytest.raises(kit.KitError, match="site: not built; run `nox -s docs slides` first"):
        kit.make(tmp_path / "kit")
    assert not (tmp_path / "kit").exists()
