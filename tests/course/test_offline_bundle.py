"""Test the course's offline bundle."""

import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.course import offline_bundle
from harness.course.lessons import COURSE
from harness.packagestan.template import ADDRESS, CLONE_ADDRESS, ROOT
from harness.processes.commands import run
from harness.updates.releases import make_repository, next_release, past_releases

# One worker process runs these tests, because several of them share a bundle.
pytestmark = pytest.mark.xdist_group("bundle")

PAGE = """\
```console
$ uv venv --quiet && uv pip install --quiet {package}
$ .venv/bin/python -c "import {package}"
```
"""

# A page with the usual commands for a project with default answers.
DEFAULT_PROJECT = f"""\
```console
$ copier copy --quiet --defaults --data project_name=Greetings {ADDRESS} greetings
$ cd greetings && uv sync --quiet --all-groups --all-extras
```

```{{code-block}} console
:class: any-output

$ uv run pytest
```

```console
$ uv lock --quiet && rm uv.lock && uv lock --quiet
```
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small bundle that contains two versions of a package."""
    folder = tmp_path_factory.mktemp("bundle")
    requirements = folder / "requirements.txt"
    # The build backend of a default project is Hatchling, which requires editables for `uv sync`.
    requirements.write_text("packaging\nhatchling\neditables\n", encoding="utf-8")
    older = folder / "older.txt"
    older.write_text("packaging<25\n", encoding="utf-8")
    built = {name: folder / "built" / name for name in offline_bundle.BUILT}
    for place in built.values():
        place.mkdir(parents=True)
        (place / "index.html").touch()
    (built["site"] / "start").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offline_bundle, "REQUIREMENTS", [requirements, older])
        patch.setattr(offline_bundle, "BUILT", built)
        patch.setattr(offline_bundle, "ROOT", make_repository(folder / "releases"))
        offline_bundle.make(folder / "bundle")
    return folder / "bundle"


def test_bundle_is_complete(folder: Path) -> None:
    """A bundle contains the built pages, both versions' wheels, scripts, puzzles, and a README."""
    assert {"handouts", "site", "slides", "uploads", "wheelhouse", "course"} == {
        path.name for path in folder.iterdir() if path.is_dir()
    }
    assert len(list(folder.glob("wheelhouse/packaging-*.whl"))) == 2
    for script in ("check.py", "doctor.py"):
        assert (folder / "course" / script).is_file()
    for puzzle in COURSE.glob("puzzles/*/check.toml"):
        assert (folder / "course" / "puzzles" / puzzle.parent.name / "package").is_dir()
    readme = (folder / "README.md").read_text(encoding="utf-8")
    settings = offline_bundle.variables(host="instructor")
    index = settings["UV_DEFAULT_INDEX"]
    settings |= {"COURSE_INDEX": index, "COURSE_UPLOAD": index.removesuffix("simple/")}
    settings |= {"COURSE_TOKEN": "course"}
    assert settings == dict(re.findall("^    export (.+?)=(.+)$", readme, re.MULTILINE))
    clone = f'"/path/of/bundle/packagestan.bundle".insteadOf {CLONE_ADDRESS}\n'
    assert f"\n    git config --global url.{clone}" in readme
    assert "\n    nox -s bundle -- serve\n" in readme
    parts = {path.name for path in folder.iterdir()} - {"README.md", "uploads"}
    described = re.findall("^[|] `(.+?)/?` [|] ", readme, re.MULTILINE)
    assert parts | {"site/start"} == set(described)
    for part in ("site", "slides", "handouts"):
        assert f"`{part}/course/index.html`" in readme


def test_template_is_cloned_from_the_bundle(folder: Path, tmp_path: Path) -> None:
    """Git can clone the template and all its past releases from the bundle."""
    clone = tmp_path / "clone"
    run("git", "clone", "--quiet", folder / "packagestan.bundle", clone)
    assert (clone / "copier.yml").is_file()
    assert past_releases() == run("git", "tag", cwd=clone).stdout.split()[:-1]


def test_untagged_checkout_contains_the_releases(tmp_path: Path) -> None:
    """Even if the checkout has no tags, the bundle contains past releases and the next one."""
    checkout = tmp_path / "checkout"
    run("git", "clone", "--quiet", "--no-tags", ROOT, checkout)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offline_bundle, "ROOT", checkout)
        offline_bundle.make_bundle(tmp_path / "packagestan.bundle")
    clone = tmp_path / "clone"
    run("git", "clone", "--quiet", tmp_path / "packagestan.bundle", clone)
    assert [*past_releases(), next_release()] == run("git", "tag", cwd=clone).stdout.split()


def test_past_releases_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the checkout lacks a past release's commit, the message says what to do."""
    checkout = tmp_path / "checkout"
    run("git", "clone", "--quiet", "--no-tags", "--depth=1", ROOT.as_uri(), checkout)
    monkeypatch.setattr(offline_bundle, "ROOT", checkout)
    with pytest.raises(offline_bundle.BundleError, match="is missing; run `git fetch --unshallow"):
        offline_bundle.make_bundle(tmp_path / "packagestan.bundle")


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


def test_default_project_works_without_a_network(folder: Path, tmp_path: Path) -> None:
    """A default project can be created, installed, tested, and locked without a network."""
    page = tmp_path / "page.md"
    page.write_text(DEFAULT_PROJECT, encoding="utf-8")
    assert f"{page}: matches" in without_network(folder, page, 0)


def test_other_packages_are_not_available(folder: Path, tmp_path: Path) -> None:
    """A package that is not in the bundle can't be installed."""
    page = tmp_path / "page.md"
    page.write_text(PAGE.format(package="flask"), encoding="utf-8")
    assert "flask was not found in the package registry" in without_network(folder, page, 1)


def test_options_add_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With options, the existing wheels are kept. Without options, they are replaced."""
    monkeypatch.setattr(offline_bundle, "BUILT", {})
    monkeypatch.setattr(offline_bundle, "make_bundle", lambda file: None)
    found: list[list[str]] = []

    def download(folder: Path, *options: str) -> None:
        """Write an empty wheel, and record which wheels exist."""
        folder.mkdir(exist_ok=True)
        (folder / f"{options[-1] if options else 'this'}.whl").touch()
        found.append(sorted(wheel.stem for wheel in folder.iterdir()))

    monkeypatch.setattr(offline_bundle, "make_wheelhouse", download)
    for options in ((), ("--platform", "other"), ()):
        offline_bundle.make(tmp_path / "bundle", *options)
    assert found == [["this"], ["other", "this"], ["this"]]
    # The start page hasn't been built, so the README doesn't list it.
    assert "site/start/" not in (tmp_path / "bundle" / "README.md").read_text(encoding="utf-8")


def test_pages_must_be_built_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the pages have not been built, the message says how to build them."""
    monkeypatch.setattr(offline_bundle, "BUILT", {"site": tmp_path / "nowhere"})
    with pytest.raises(
        offline_bundle.BundleError, match="site: not built; run `nox -s docs slides` first"
    ):
        offline_bundle.make(tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    """Run `nox -s bundle` with arguments in this process."""
    monkeypatch.setattr("sys.argv", ["bundle", *map(str, arguments)])
    offline_bundle.main()


def test_bundle_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command serves a bundle until the server ends, and says how to stop it."""
    called: list[object] = []

    @contextlib.contextmanager
    def served(folder: Path) -> Iterator[SimpleNamespace]:
        """Record the folder, and yield a server."""
        called.append(folder)
        yield SimpleNamespace(wait=lambda: called.append(capsys.readouterr().out))

    monkeypatch.setattr(offline_bundle, "served", served)
    (tmp_path / "wheelhouse").mkdir()
    command(monkeypatch, "serve", "--folder", tmp_path)
    port = offline_bundle.PORT
    assert [tmp_path, f"Serving {tmp_path} on port {port}. Press Ctrl+C to stop.\n"] == called


def test_options_are_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command creates a bundle in a folder, and passes on other options."""
    called = []
    monkeypatch.setattr(offline_bundle, "make", lambda *arguments: called.append(arguments))
    monkeypatch.chdir(tmp_path)
    command(monkeypatch)
    command(monkeypatch, "make", "--folder", "here", "--platform=other")
    default = tmp_path / "offline-bundle"
    assert [(default,), (tmp_path / "here", "--platform=other")] == called
    printed = capsys.readouterr().out
    assert printed.startswith(f"Wrote {default}. `nox -s bundle -- serve` starts its index.\n")


def test_pages_of_the_course_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command runs the pages in `--page` options, or by default all pages of the course."""
    called = []
    monkeypatch.setattr(offline_bundle, "check", lambda folder, pages: called.append(pages))
    command(monkeypatch, "alone", "--folder", tmp_path)
    command(monkeypatch, "alone", "--folder", tmp_path, "--page", "a.md", "--page", "b.md")
    course, selected = called
    assert [Path("a.md"), Path("b.md")] == selected
    assert set(COURSE.glob("[0-9]*.md")) <= set(course)
    assert all(COURSE in page.parents for page in course)


@pytest.mark.parametrize("what", ["check", "serve"])
def test_missing_bundle_is_reported(what: str, tmp_path: Path) -> None:
    """Without a bundle, the command says how to create one."""
    command = (sys.executable, "-m", "harness.course.offline_bundle", what, "--folder", tmp_path)
    done = run(*command, env={"PYTHONPATH": str(ROOT / "tests")}, exit_code=2)
    assert f"error: {tmp_path} is not a bundle; run `nox -s bundle` first\n" in done.stderr
