"""Test updates of recorded answers, and options that are added later."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2.exceptions import FilterArgumentError

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import read_wheel, tree
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers
from harness.updates.projects import operate, render, start, status, update
from harness.updates.releases import commit, git

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}


def edit_answers(project: Path, **changed: Any) -> None:
    """Change recorded answers in the answers file, as a user might, and commit the file."""
    file = project / ".copier-answers.yml"
    answers = yaml.safe_load(file.read_text(encoding="utf-8")) | changed
    file.write_text(yaml.safe_dump(answers), encoding="utf-8")
    commit(project, "Edit the answers")


@pytest.fixture
def old(releases: Path, tmp_path: Path) -> Path:
    """Return a project created from release 0.3."""
    return start(releases, "0.3.0", tmp_path / "old", BASE)


@pytest.fixture
def project(releases: Path, tmp_path: Path) -> Path:
    """Return a project created from the current template."""
    return start(releases, None, tmp_path / "project", BASE)


@pytest.mark.parametrize(
    ("recorded", "hooks"),
    [(True, "local"), (False, "none"), ("true", "local"), ("false", "none")],
    ids=repr,
)
def test_hooks_are_carried_over(
    recorded: bool | str, hooks: str, releases: Path, tmp_path: Path
) -> None:
    """The old answers true and false become "local" and "none", even if they were quoted by hand.

    Another update changes nothing.
    """
    given = recorded in (True, "true")
    project = start(releases, "0.3.0", tmp_path / "project", BASE | {"hooks": given})
    edit_answers(project, hooks=recorded)
    update(project)
    assert hooks == recorded_answers(project)["hooks"]
    assert given == (project / ".pre-commit-config.yaml").exists()
    commit(project, "Update")
    update(project)
    assert [] == status(project)


@pytest.mark.parametrize("given", [True, "false"])
def test_old_answers_for_hooks_are_rejected(given: bool | str, old: Path) -> None:
    """If an old answer is given, the message names the new answers, and nothing is written."""
    with pytest.raises(FilterArgumentError, match="use hooks=local instead of true, or hooks=none"):
        update(old, hooks=given)
    assert [] == status(old)


@pytest.mark.parametrize(("customize", "preset"), [(True, "custom"), (False, "standard")])
def test_customize_becomes_a_preset(customize: bool, preset: str, old: Path) -> None:
    """A preset replaces the recorded answer `customize`.

    Of the other recorded answers, only `hooks` and `starters` change.
    """
    edit_answers(old, customize=customize, type_checker="ty", ci="gitlab")
    before = recorded_answers(old)
    update(old)
    after = recorded_answers(old)
    assert preset == after["preset"]
    changed = {name for name, answer in before.items() if answer != after.get(name)}
    assert {"customize", "hooks", "starters"} == changed
    assert "customize" not in after


@pytest.mark.parametrize("operation", ["update", "recopy"])
@pytest.mark.parametrize("version", ["0.3.0", None])
def test_preset_cannot_be_changed(
    version: str | None, operation: str, releases: Path, tmp_path: Path
) -> None:
    """A changed preset is rejected, even with a different answers file, and nothing is written."""
    project = start(releases, version, tmp_path / "project", BASE)
    (project / ".copier-answers.yml").rename(project / "answers.yml")
    commit(project, "Move the answers file")
    with pytest.raises(
        FilterArgumentError, match="change individual answers, for example with --data docs"
    ):
        operate(operation, project, {"preset": "full"}, answers_file="answers.yml")
    assert [] == status(project)


@pytest.mark.parametrize("operation", ["update", "recopy"])
def test_data_file_may_repeat_the_preset(operation: str, project: Path) -> None:
    """Given answers may contain the recorded preset, but no other preset."""
    recorded = recorded_answers(project)
    for answers in ({"preset": "standard"}, recorded):
        operate(operation, project, answers)
    for answers in ({"preset": "minimal"}, recorded | {"preset": "full"}):
        with pytest.raises(FilterArgumentError, match="change individual answers"):
            operate(operation, project, answers)
    assert [] == status(project)


@pytest.mark.parametrize("version", ["0.3.0", None])
def test_documentation_site_can_be_added(
    version: str | None, releases: Path, tmp_path: Path
) -> None:
    """If Sphinx is added later, the project has the same pages as a new project."""
    project = start(releases, version, tmp_path / "project", BASE | {"docs_engine": "none"})
    assert [] == update(project, docs_engine="sphinx")
    fresh = render(releases, None, tmp_path / "fresh", BASE | {"docs_engine": "sphinx"})
    pages = {name: file for name, file in tree(fresh).items() if name.startswith("docs/")}
    assert {"docs/api.md", "docs/changelog.md", "docs/conf.py", "docs/index.md"} == pages.keys()
    assert pages == {name: file for name, file in tree(project).items() if name in pages}


@pytest.mark.parametrize("version", ["0.3.0", None])
def test_github_account_can_be_added(version: str | None, releases: Path, tmp_path: Path) -> None:
    """If an account is added later, the metadata contains URLs, but the README stays unchanged."""
    project = start(releases, version, tmp_path / "project", BASE)
    readme = (project / "README.md").read_text(encoding="utf-8")
    assert [] == update(project, github_user="ada")
    pyproject = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    urls = pyproject["project"]["urls"]
    assert "https://github.com/ada/my-project" in urls.values()
    assert readme == (project / "README.md").read_text(encoding="utf-8")


def test_deleted_changelog_stays_deleted(old: Path) -> None:
    """A deleted changelog isn't restored, even though 0.3 recorded no set of starter files for it."""
    (old / "CHANGELOG.md").unlink()
    commit(old, "Delete the changelog")
    update(old)
    assert not (old / "CHANGELOG.md").exists()
    assert "changelog" in recorded_answers(old)["starters"]["sets"]


def test_changelog_can_be_added(releases: Path, tmp_path: Path) -> None:
    """A project gets a changelog if it is selected later."""
    project = start(releases, None, tmp_path / "project", BASE | {"changelog": False})
    assert not (project / "CHANGELOG.md").exists()
    assert [] == update(project, changelog=True)
    assert (project / "CHANGELOG.md").is_file()


@pytest.mark.parametrize("page", ["# Rewritten\n", None])
def test_pages_of_old_projects_belong_to_the_user(page: str | None, old: Path) -> None:
    """After users edit or delete pages that 0.3 managed, updates neither change nor restore them.

    The rest of docs/ doesn't change either, except conf.py.
    """
    for name in ("api", "changelog"):
        file = old / "docs" / f"{name}.md"
        file.unlink() if page is None else file.write_text(page, encoding="utf-8")
    commit(old, "Work on the pages")
    before = {name: file for name, file in tree(old).items() if name.startswith("docs/")}
    assert [] == update(old, extras={})
    after = {name: file for name, file in tree(old).items() if name.startswith("docs/")}
    del before["docs/conf.py"], after["docs/conf.py"]
    assert before == after
    assert "docs/add-a-language.md" in after


def test_extra_deleted_by_hand_can_be_recorded(project: Path) -> None:
    """If an extra is deleted as the README describes, later updates cause no conflicts."""
    file = project / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    head, _, rest = text.partition("[project.optional-dependencies]\n")
    tail = rest[rest.index("\n\n") + 2 :].replace('    "rich>=13",\n', "")
    file.write_text(head + tail, encoding="utf-8")
    commit(project, "Delete the example")
    assert [] == update(project, extras={})
    assert [" M .copier-answers.yml"] == status(project)
    commit(project, "Record the deleted extra")
    assert [] == update(project, github_user="ada")
    assert "optional-dependencies" not in tomllib.loads(file.read_text("utf-8"))["project"]


def test_extras_can_be_removed(releases: Path, tmp_path: Path) -> None:
    """Removing the example extra doesn't change a rewritten API page."""
    project = start(releases, None, tmp_path / "project", BASE | {"docs_engine": "sphinx"})
    (project / "docs" / "api.md").write_text("# Our API\n", encoding="utf-8")
    commit(project, "Rewrite the page")
    assert [] == update(project, extras={})
    assert "# Our API\n" == (project / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("backend", ["hatchling", "setuptools", "poetry_core"])
def test_versions_still_come_from_git(
    backend: str, releases: Path, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """After an update from 0.3, the backend reads the version from git without a script."""
    answers = BASE | {"backend": backend, "versioning": "vcs"}
    project = start(releases, "0.3.0", tmp_path / "project", answers)
    assert [] == update(project)
    commit(project, "Update")
    git("tag", "v1.4.0", cwd=project)
    assert not (project / "build_backend.py").exists()
    wheel = read_wheel(artifacts.build_wheel(project, tmp_path / "dist"))
    assert "1.4.0" == wheel.metadata["version"]


def test_versions_from_git_are_not_lost(releases: Path, tmp_path: Path) -> None:
    """A backend that can't compute the same versions is rejected unless versions become static."""
    answers = BASE | {"backend": "hatchling", "versioning": "vcs"}
    project = start(releases, "0.3.0", tmp_path / "project", answers)
    for backend in ("flit_core", "pdm_backend"):
        with pytest.raises(FilterArgumentError, match=f"add --data versioning=static; .*{backend}"):
            update(project, backend=backend)
        assert [] == status(project)
    assert [] == update(project, backend="flit_core", versioning="static")


def test_pdm_keeps_its_version_from_git(releases: Path, tmp_path: Path) -> None:
    """A project that combined pdm_backend with git when this was possible keeps the combination."""
    answers = BASE | {"backend": "pdm_backend", "versioning": "vcs"}
    project = start(releases, "0.3.0", tmp_path / "project", answers)
    assert [] == update(project)
    assert answers.items() <= recorded_answers(project).items()
    assert 'source = "scm"\n' in (project / "pyproject.toml").read_text(encoding="utf-8")


def test_direct_reference_stops_the_update(releases: Path, tmp_path: Path) -> None:
    """The update stops if a project from 0.3 publishes to PyPI and has a direct reference.

    With `publish=none`, the update succeeds.
    """
    requirement = "idna @ git+https://github.com/kjd/idna@v3.7"
    project = start(releases, "0.3.0", tmp_path / "project", BASE | {"dependencies": [requirement]})
    with pytest.raises(ValueError, match="PyPI rejects"):
        update(project)
    assert [] == status(project)
    assert [] == update(project, publish="none")


def test_invalid_list_of_starter_files_is_rejected(project: Path) -> None:
    """An invalid record of starter files stops the update, and no file changes."""
    edit_answers(project, starters="some")
    with pytest.raises(ValueError, match="the record of starter files is damaged"):
        update(project)
    assert [] == status(project)


def test_import_name_cannot_change(project: Path) -> None:
    """A changed import name is rejected, and no file changes."""
    with pytest.raises(ValueError, match="keep my_project; an update can't rename a package"):
        update(project, package_name="other")
    assert [] == status(project)


def test_package_renamed_by_hand_is_updated(project: Path, releases: Path, tmp_path: Path) -> None:
    """A package that was renamed as documented is updated like a new package with this name."""
    (project / "src" / "my_project").rename(project / "src" / "other")
    for name in tree(project):
        text = (project / name).read_text(encoding="utf-8")
        (project / name).write_text(text.replace("my_project", "other"), encoding="utf-8")
    commit(project, "Rename the package")
    assert [] == update(project, license="Unlicense")
    answers = BASE | {"package_name": "other", "license": "Unlicense"}
    managed = {"pyproject.toml", "LICENSE", ".copier-answers.yml"}
    fresh = tree(render(releases, None, tmp_path / "fresh", answers))
    after = tree(project)
    assert {name: fresh[name] for name in managed} == {name: after[name] for name in managed}
    assert fresh.keys() == after.keys()
