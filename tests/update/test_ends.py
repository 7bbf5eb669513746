"""Whatever stops or disturbs an update ends in a sentence, and nothing is lost."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from harness.answers import Answers
from harness.commands import run
from harness.inspect import tree
from harness.releases import IDENTITY, commit, git, next_release, past_releases
from harness.render import copier_command
from harness.updates import render, start, status, update
from harness.workshop import Workshop

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}


def command(project: Path, exit_code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Update by the `copier` command."""
    return copier_command("update", "--defaults", project, env=IDENTITY, exit_code=exit_code)


def check(project: Path, exit_code: int = 0, env: Mapping[str, str] | None = None) -> str:
    """Run the task `template-check` and return what it says."""
    program = (sys.executable, "tools/template.py")
    return run(*program, cwd=project, env=env, exit_code=exit_code).stdout


@pytest.fixture
def project(releases: Path, tmp_path: Path) -> Path:
    """A project of the last release but the newest."""
    return start(releases, past_releases()[-1], tmp_path / "project", BASE)


def test_the_command_does_the_same(project: Path, releases: Path, tmp_path: Path) -> None:
    """The real command updates to the newest release without `--trust`, and says what is next."""
    copy = shutil.copytree(project, tmp_path / "copy")
    said = command(copy).stderr
    update(project)
    assert tree(project) == tree(copy)
    commands = re.findall(r"(?m)^  (\S.*)$", said.split("Next, in")[1])
    assert ["python tools/template.py", "git diff"] == commands[:2]
    assert commands[2].startswith("git add --all && git commit ")
    assert "Nothing is left to merge.\n" == check(copy)
    copied = copier_command("copy", "--defaults", releases, tmp_path / "new", answers=BASE).stderr
    assert 3 == len(re.findall(r"(?m)^  (\S.*)$", copied.split("Next, in")[1]))


def remove_git(project: Path) -> None:
    """Take the repository away."""
    shutil.rmtree(project / ".git")


def leave_work(project: Path) -> None:
    """Leave work that is not committed."""
    (project / "README.md").write_text("Mine.\n", encoding="utf-8")


def replace_in_answers(old: str, new: str) -> Callable[[Path], None]:
    """Edit the answers file by hand and commit it."""

    def edit(project: Path) -> None:
        file = project / ".copier-answers.yml"
        text = file.read_text(encoding="utf-8")
        assert re.search(old, text)
        file.write_text(re.sub(old, new, text), encoding="utf-8")
        commit(project, "Edit the answers")

    return edit


@pytest.mark.parametrize(
    ("disturb", "sentence"),
    [
        pytest.param(remove_git, "only supported in git-tracked subprojects", id="no git"),
        pytest.param(leave_work, "Please commit or stash your local changes", id="dirty tree"),
        pytest.param(
            replace_in_answers("_commit: .*", "_commit: 0.1.9"),
            "0.1.9",
            id="unknown release",
        ),
        pytest.param(
            replace_in_answers("_commit: .*", "_commit: 99.0.0"), "99.0.0", id="later release"
        ),
        pytest.param(
            replace_in_answers("mode: .*", "mode: lib"),
            "Invalid choice for 'mode': 'lib' is not in ['library', 'app', 'script']",
            id="no such answer",
        ),
        pytest.param(
            replace_in_answers("(?m)^_commit: .*\n|^_src_path: .*\n", ""),
            "Template not found",
            id="no record",
        ),
        pytest.param(
            replace_in_answers("mode: .*", "mode: [app"), "expected ',' or ']'", id="YAML"
        ),
    ],
)
def test_what_cannot_be_updated_is_refused(
    disturb: Callable[[Path], None], sentence: str, project: Path
) -> None:
    """A project that can't be updated is left as it is; the how-to page explains each sentence."""
    disturb(project)
    before = tree(project)
    said = command(project, exit_code=1).stderr
    assert sentence in said
    assert before == tree(project)


def test_a_conflict_is_found(project: Path) -> None:
    """What couldn't be merged is named by `template-check`; git can take all of it back."""
    before = tree(project)
    contributing = project / "CONTRIBUTING.md"
    text = contributing.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    contributing.write_text("".join(f"Mine: {line}" for line in lines), encoding="utf-8")
    commit(project, "Other instructions")
    edited = tree(project)
    assert ["CONTRIBUTING.md"] == update(project)
    said = check(project, exit_code=1)
    assert "CONTRIBUTING.md: merge by hand what stands between <<<<<<< and >>>>>>>\n" == said
    git("reset", "--quiet", "--hard", cwd=project)
    git("clean", "--quiet", "--force", "-d", cwd=project)
    assert edited == tree(project)
    assert before.keys() == edited.keys()


def test_rejected_changes_are_found(releases: Path, tmp_path: Path) -> None:
    """`template-check` names each file with rejected changes, even one that git ignores.

    What is in a folder that git ignores is not the project's.
    """
    project = start(releases, None, tmp_path / "project", BASE)
    (project / ".gitignore").write_text("*.rej\n.venv/\n", encoding="utf-8")
    (project / ".venv").mkdir()
    for name in ("pyproject.toml.rej", ".venv/theirs.rej"):
        (project / name).write_text("x\n", encoding="utf-8")
    said = check(project, exit_code=1)
    assert "pyproject.toml.rej: merge by hand what it holds, then delete it\n" == said


@pytest.mark.parametrize(
    ("pattern", "replacement", "missing"),
    [
        ("(?m)^_commit: .*\n", "", "_commit"),
        ("(?m)^_commit: .*", "_commit:", "_commit"),
        ("(?m)^_commit: .*", "_commit: ''", "_commit"),
        ("(?m)^_commit: .*\n_src_path: .*", "_src_path: gh:ORG/packagestan", "_commit"),
        ("(?m)^_src_path: .*\n", "", "_src_path"),
        ("(?s).*", "", "_commit and _src_path"),
    ],
    ids=["no commit", "no value", "empty value", "hosted template", "no address", "nothing"],
)
def test_a_damaged_record_is_found(
    pattern: str, replacement: str, missing: str, releases: Path, tmp_path: Path
) -> None:
    """`template-check` says what the answers file has lost, and how to find it."""
    project = start(releases, None, tmp_path / "project", BASE)
    replace_in_answers(pattern, replacement)(project)
    sentence = (
        f".copier-answers.yml: {missing} missing; "
        "find the last good one: git log --patch .copier-answers.yml\n"
    )
    assert sentence == check(project, exit_code=1)


def test_a_commit_of_digits_is_a_release(releases: Path, tmp_path: Path) -> None:
    """A release that YAML must quote is not missing."""
    project = start(releases, None, tmp_path / "project", BASE)
    replace_in_answers("_commit: .*", "_commit: '1234567'")(project)
    assert "Nothing is left to merge.\n" == check(project)


@pytest.fixture
def from_folder(tmp_path: Path, workshop: Workshop) -> Path:
    """A project whose template was a plain folder."""
    project = workshop.copy(BASE, tmp_path / "project")
    git("init", "--quiet", "--initial-branch=main", cwd=project)
    commit(project, "Start")
    return project


def test_a_plain_folder_has_no_release(from_folder: Path, releases: Path) -> None:
    """A project from a plain folder has lost nothing; `template-check` says what updates need."""
    expected = (
        "Nothing is left to merge. A plain folder has no updates: to get some, set _src_path in "
        ".copier-answers.yml to the template's repository and _commit to the release that you have."
        "\n"
    )
    assert expected == check(from_folder)
    record = f"_commit: {next_release()}\n_src_path: {releases}"
    replace_in_answers("(?m)^_src_path: .*", record)(from_folder)
    assert "Nothing is left to merge.\n" == check(from_folder)
    assert [] == update(from_folder, project_description="Another one")
    assert " M pyproject.toml" in status(from_folder)
    commit(from_folder, "Update")
    replace_in_answers("(?m)^_commit: .*\n", "")(from_folder)
    assert "_commit missing" in check(from_folder, exit_code=1)


def test_a_plain_folders_address_can_be_lost(from_folder: Path) -> None:
    """In a project from a plain folder, only the address of the template can be missing."""
    replace_in_answers("(?m)^_src_path: .*\n", "")(from_folder)
    assert check(from_folder, exit_code=1).startswith(".copier-answers.yml: _src_path missing; ")


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        # Git's own tests say so that a repository belongs to somebody else.
        ({"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}, "config --global --add safe.directory "),
        ({"PATH": os.devnull}, "git is not there: install it"),
    ],
)
def test_a_repository_that_cannot_be_read_is_not_passed(
    env: dict[str, str], sentence: str, from_folder: Path
) -> None:
    """Where git can't read the repository, `template-check` says so and fails."""
    said = check(from_folder, exit_code=1, env=env)
    assert said.startswith("What is left to merge is not known, for git ")
    assert sentence in said


def test_without_git_it_says_so(releases: Path, tmp_path: Path) -> None:
    """Where there is no repository, `template-check` says that."""
    project = render(releases, None, tmp_path / "project", BASE)
    assert "without a repository, nothing was updated" in check(project)


def test_a_hand_edited_record_of_starters_harms_nothing(releases: Path, tmp_path: Path) -> None:
    """A record of the starter files that means nothing is written anew; no file changes."""
    project = start(releases, None, tmp_path / "project", BASE)
    replace_in_answers("starters:\n(?: .*\n)+", "starters: some\n")(project)
    with pytest.raises(ValueError, match="it is no record of the starter files; restore"):
        update(project)
    assert [] == status(project)
