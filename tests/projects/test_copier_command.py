"""Run the `copier` command as users do, without `--trust`."""

import os
import shutil
from pathlib import Path

import pytest
import yaml

from harness.artifacts.inspect import tree
from harness.artifacts.repository import GIT
from harness.packagestan.template import ROOT
from harness.processes.commands import run
from harness.rendering.render import copier_command, recorded_answers

pytestmark = pytest.mark.slow


@pytest.fixture
def empty_home(tmp_path: Path) -> dict[str, str]:
    """Return the environment variables for a home folder without settings."""
    home = tmp_path / "home"
    home.mkdir()
    variables = ("HOME", "USERPROFILE", "APPDATA", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    settings = {"COPIER_SETTINGS_PATH": str(home / "settings.yml")}
    return dict.fromkeys(variables, str(home)) | settings | {"GIT_CONFIG_GLOBAL": os.devnull}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository whose release 1.0.0 is the template, including uncommitted changes."""
    repository = tmp_path / "packagestan"
    run("git", "clone", "--quiet", ROOT, repository)
    shutil.copy(ROOT / "copier.yml", repository)
    shutil.rmtree(repository / "template")
    shutil.copytree(ROOT / "template", repository / "template")
    commit(repository, "The current template", "1.0.0")
    return repository


def commit(repository: Path, message: str, tag: str) -> None:
    """Commit all files, and tag the commit."""
    run("git", "add", "--all", cwd=repository)
    run(
        "git",
        "commit",
        "--quiet",
        "--allow-empty",
        f"--message={message}",
        cwd=repository,
        env=GIT,
    )
    run("git", "tag", tag, cwd=repository)


def test_renders_from_a_repository_in_an_empty_home(
    empty_home: dict[str, str], repository: Path, tmp_path: Path
) -> None:
    """A project is created from only a name, and its answers record the template's release."""
    project = tmp_path / "project"
    answers = {"project_name": "My Project"}
    copier_command("copy", "--defaults", repository, project, answers=answers, env=empty_home)
    recorded = yaml.safe_load((project / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert "1.0.0" == recorded["_commit"]
    license_ = (project / "LICENSE").read_text(encoding="utf-8")
    assert f"Copyright (c) {recorded['copyright_year']} My Project contributors\n" in license_
    assert (project / "src" / "my_project" / "py.typed").is_file()


def test_renders_without_git(empty_home: dict[str, str], tmp_path: Path) -> None:
    """A project can be created from a plain folder on a machine without git."""
    template = tmp_path / "template"
    template.mkdir()
    shutil.copy(ROOT / "copier.yml", template)
    shutil.copytree(ROOT / "template", template / "template")
    project = tmp_path / "project"
    no_git = empty_home | {"PATH": str(tmp_path / "empty")}
    answers = {"project_name": "My Project"}
    copier_command("copy", "--defaults", template, project, answers=answers, env=no_git)
    assert (project / "pyproject.toml").is_file()


def test_personal_settings_provide_defaults(
    empty_home: dict[str, str], repository: Path, tmp_path: Path
) -> None:
    """Copier's settings file provides the default author, email address, and GitHub account."""
    mine = {"user_name": "Zoë Ünï", "user_email": "zoe@example.com", "github_user": "zoe"}
    settings = Path(empty_home["COPIER_SETTINGS_PATH"])
    settings.write_text(yaml.safe_dump({"defaults": mine}, allow_unicode=True), encoding="utf-8")
    project = tmp_path / "project"
    answers = {"project_name": "My Project"}
    copier_command("copy", "--defaults", repository, project, answers=answers, env=empty_home)
    recorded = recorded_answers(project)
    assert mine == {name: recorded[name] for name in mine}
    pyproject = (project / "pyproject.toml").read_text(encoding="utf-8")
    assert 'Repository = "https://github.com/zoe/my-project"\n' in pyproject
    assert "Copyright (c) " in (project / "LICENSE").read_text(encoding="utf-8")
    assert "Zoë Ünï\n" in (project / "LICENSE").read_text(encoding="utf-8")


def test_two_renders_are_equal(
    empty_home: dict[str, str], repository: Path, tmp_path: Path
) -> None:
    """With the same answers, projects in different folders have the same files."""
    trees = []
    for folder in ("one", "another/folder"):
        answers = {"project_name": "My Project", "copyright_year": "2026"}
        project = tmp_path / folder
        copier_command("copy", "--defaults", repository, project, answers=answers, env=empty_home)
        trees.append(tree(project))
    assert trees[0] == trees[1]


def test_existing_files_are_kept_by_default(
    empty_home: dict[str, str], repository: Path, tmp_path: Path
) -> None:
    """Without a terminal, Copier stops before it overwrites a file.

    With --overwrite, it replaces existing files, but not starter files.
    """
    project = tmp_path / "project"
    project.mkdir()
    (project / "README.md").write_text("Mine.\n", encoding="utf-8")
    (project / "LICENSE").write_text("Mine.\n", encoding="utf-8")
    answers = {"project_name": "My Project"}
    finished = copier_command(
        "copy", "--defaults", repository, project, answers=answers, env=empty_home, exit_code=None
    )
    assert 0 != finished.returncode
    assert "Mine.\n" == (project / "LICENSE").read_text(encoding="utf-8")
    copier_command("copy", "--defaults", "--overwrite", repository, project, answers=answers)
    assert "Mine.\n" == (project / "README.md").read_text(encoding="utf-8")
    assert "Mine.\n" != (project / "LICENSE").read_text(encoding="utf-8")


def test_update_leaves_the_starter_files_alone(
    empty_home: dict[str, str], repository: Path, tmp_path: Path
) -> None:
    """An update merges changes to the template, but neither changes nor restores starter files."""
    project = tmp_path / "project"
    answers = {"project_name": "My Project", "mode": "app"}
    copier_command("copy", "--defaults", repository, project, answers=answers, env=empty_home)
    run("git", "init", "--quiet", cwd=project)
    (project / "README.md").write_text("# Rewritten\n", encoding="utf-8")
    (project / "tests" / "test_greetings.py").unlink()
    commit(project, "A year of work", "v1")
    guide = "{% if contributing %}CONTRIBUTING.md{% endif %}.jinja"
    for path in ("README.md.jinja", "tests/test_greetings.py.jinja", guide):
        with (repository / "template" / "project" / path).open("a", encoding="utf-8") as file:
            file.write("\nNew in 2.0.0\n")
    commit(repository, "The next release", "2.0.0")

    copier_command("update", "--defaults", project, env=empty_home | GIT)

    assert "2.0.0" in (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert (project / "CONTRIBUTING.md").read_text(encoding="utf-8").endswith("\nNew in 2.0.0\n")
    assert "# Rewritten\n" == (project / "README.md").read_text(encoding="utf-8")
    assert not (project / "tests" / "test_greetings.py").exists()
    changed = run("git", "status", "--porcelain", cwd=project).stdout.split("\n")[:-1]
    assert [" M .copier-answers.yml", " M CONTRIBUTING.md"] == sorted(changed)


def test_update_without_changes_changes_nothing(
    empty_home: dict[str, str], repository: Path, tmp_path: Path
) -> None:
    """An update to an identical release changes only the answers file of an untouched project."""
    project = tmp_path / "project"
    answers = {"project_name": "My Project", "mode": "script", "plugins": True}
    copier_command("copy", "--defaults", repository, project, answers=answers, env=empty_home)
    run("git", "init", "--quiet", cwd=project)
    commit(project, "Start", "v1")
    before = tree(project)
    commit(repository, "The next release", "2.0.0")
    copier_command("update", "--defaults", project, env=empty_home | GIT)
    answers_file = before.pop(".copier-answers.yml")
    after = tree(project)
    assert answers_file != after.pop(".copier-answers.yml")
    assert before == after
