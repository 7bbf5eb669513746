"""Test custom answers files, several templates, and projects in subfolders of repositories."""

import io
import re
import shlex
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import copier
import pytest

from harness.artifacts.inspect import tree
from harness.packagestan.template import ROOT
from harness.rendering.render import copier_command
from harness.rendering.template import Answers
from harness.updates.projects import operate, sharing, start, status
from harness.updates.releases import commit, git, next_release, past_releases
from sessions.fleet import one_file_releases

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}


def copy(releases: Path, project: Path, answers: Answers | None = None, **options: Any) -> str:
    """Create a project as `copier copy --defaults` does, and return Copier's messages.

    Args:
        releases: The template's repository.
        project: The folder to write to.
        answers: Additional answers to `BASE`.
        options: Arguments for `copier.run_copy`.
    """
    answers = BASE | (answers or {})
    with sharing(), redirect_stderr(io.StringIO()) as said:
        copier.run_copy(str(releases), project, answers, defaults=True, **options)
    return said.getvalue()


def repository(folder: Path) -> Path:
    """Create a repository with one committed file, and return its folder."""
    folder.mkdir()
    (folder / "notes.txt").write_text("Ours.\n", encoding="utf-8")
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    commit(folder, "Start")
    return folder


def test_instructions_name_the_answers_file(releases: Path, tmp_path: Path) -> None:
    """With a different answers file, the documented commands name it, and an update works."""
    name = "our answers.yml"
    answers = {"preset": "full", "template_updates": "workflow", "license": "MIT"}
    copy(releases, tmp_path, answers, answers_file=name)
    git("init", "--quiet", cwd=tmp_path)
    commit(tmp_path, "Start")
    option = f"--answers-file '{name}'"
    for file in ("README.md", "CONTRIBUTING.md"):
        text = (tmp_path / file).read_text(encoding="utf-8")
        assert f"uvx copier update --skip-answered {option}" in text
        assert text.count("copier update") == text.count(option)
    workflow = (tmp_path / ".github/workflows/template.yml").read_text(encoding="utf-8")
    assert f"uvx copier check-update --quiet {option} ||" in workflow
    assert not (tmp_path / ".copier-answers.yml").exists()

    operate("update", tmp_path, {"license": "Unlicense"}, answers_file=name)

    assert [" M LICENSE", f' M "{name}"', " M pyproject.toml"] == status(tmp_path)


def test_two_templates_are_updated_independently(releases: Path, tmp_path: Path) -> None:
    """With an answers file for each template, an update changes only its template's files."""
    template, name = one_file_releases(tmp_path / "template"), ".copier-answers.other.yml"
    project = start(releases, past_releases()[-1], tmp_path / "project", BASE)
    (project / "README.md").unlink()
    commit(project, "Leave the README to the other template")
    copy(template, project, answers_file=name, vcs_ref="1.0.0")
    commit(project, "Add the other template")

    operate("update", project, {}, answers_file=name)

    assert [f" M {name}", " M README.md"] == status(project)
    commit(project, "Update from the other template")
    operate("update", project, {})
    changed = {line[3:] for line in status(project)}
    assert f"_commit: {next_release()}\n" in (project / ".copier-answers.yml").read_text("utf-8")
    assert set() == changed & {name, "README.md"}


def test_recopying_replaces_the_configuration(releases: Path, tmp_path: Path) -> None:
    """`copier recopy` discards edits to configuration files, and restores deleted starter files.

    It keeps the user's other files.
    """
    project = start(releases, None, tmp_path / "project", BASE)
    fresh = tree(project)
    package = project / "src" / "my_project"
    for file in (project / "README.md", package / "__init__.py", project / "justfile"):
        file.write_text("# Ours.\n", encoding="utf-8")
    (package / "ours.py").touch()
    (package / "greetings.py").unlink()
    commit(project, "Work")
    worked_on = tree(project)

    said = operate("recopy", project, {})

    kept = {"README.md", "src/my_project/__init__.py", "src/my_project/ours.py"}
    assert fresh | {name: worked_on[name] for name in kept} == tree(project)
    assert 'My Project was generated again. "git status" lists what changed.' in said


@pytest.mark.parametrize(
    ("ci", "hint"),
    [
        ("github", "GitHub only runs workflows in .github/ at the root of a repository."),
        ("gitlab", "GitLab only reads .gitlab-ci.yml at the root of a repository."),
        ("none", ""),
    ],
)
def test_message_recognizes_a_subfolder(ci: str, hint: str, releases: Path, tmp_path: Path) -> None:
    """In a subfolder of a repository or worktree, the steps don't create a repository.

    A note describes how to create one, and says that CI files work only at the root.
    """
    outer = repository(tmp_path / "outer")
    git("worktree", "add", "--quiet", "../worktree", cwd=outer)
    for folder in (outer, tmp_path / "worktree"):
        answers = {"ci": ci, "github_user": "ada"}
        said = copy(releases, folder / "packages" / "mine", answers)
        steps, note = said.split("The folder is part of another git repository.")
        assert "git init" not in steps
        assert "git remote add" not in said
        assert "    git add --all .\n" in steps
        assert "    git init --initial-branch=main\n" in note
        assert hint in note
        assert ("at the root" in note) == bool(hint)
        assert [] == [line for line in note.splitlines() if len(line) > 80]


def test_message_recognizes_a_repository(releases: Path, tmp_path: Path) -> None:
    """The message creates a repository only if the project isn't already in one."""
    said = copy(releases, repository(tmp_path / "repository"))
    assert "git init" not in said
    assert "part of another git repository" not in said
    assert "    git init --initial-branch=main\n" in copy(releases, tmp_path / "elsewhere")


def test_update_in_a_subfolder_changes_only_the_subfolder(releases: Path, tmp_path: Path) -> None:
    """Neither an update nor undoing it changes files outside the project."""
    outer = repository(tmp_path / "outer")
    project = outer / "packages" / "mine"
    copy(releases, project, vcs_ref=past_releases()[-1])
    commit(outer, "Add a project")
    before = tree(project)
    (outer / "notes.txt").write_text("Uncommitted.\n", encoding="utf-8")
    (outer / "new.txt").touch()

    said = operate("update", project, {})

    changed = [line[3:] for line in status(outer)]
    assert {"notes.txt", "new.txt"} == {name for name in changed if "packages/mine" not in name}
    assert f"_commit: {next_release()}\n" in (project / ".copier-answers.yml").read_text("utf-8")
    (undo,) = [line for line in said.splitlines() if line.startswith("To undo the update: ")]
    for command in undo.removeprefix("To undo the update: ").split(" && "):
        git(*command.split()[1:], cwd=project)
    assert before == tree(project)
    assert [" M notes.txt", "?? new.txt"] == status(outer)


def test_existing_files_are_kept_as_documented(releases: Path, tmp_path: Path) -> None:
    """Copying with the documented options keeps exactly the files that the page describes."""
    page = (ROOT / "docs" / "how-to" / "start.md").read_text(encoding="utf-8")
    section = page.split("\n## If the destination folder is not empty\n")[1]
    overwrite, skip, exclude = re.findall("`(--.+?)`", section)
    files = ("README.md", ".gitignore", "docs/conf.py", "src/my_project/__main__.py")
    kept = []
    for options in (overwrite, f"{skip} {exclude}"):
        for name in files:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("Mine.\n", encoding="utf-8")
        answers = BASE | {"mode": "app", "docs_engine": "sphinx"}
        given = ("--defaults", *shlex.split(options))
        copier_command("copy", *given, str(releases), str(tmp_path), answers=answers)
        kept.append([name for name in files if (tmp_path / name).read_text("utf-8") == "Mine.\n"])
    assert [["README.md"], ["README.md", ".gitignore", "docs/conf.py"]] == kept
