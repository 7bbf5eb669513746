"""Whatever stops or disturbs an update ends in a sentence, and nothing is lost."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.answers import Answers
from harness.commands import run
from harness.inspect import tree
from harness.releases import IDENTITY, commit, git, past_releases
from harness.render import copier_command
from harness.updates import render, start, status, update

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}


def command(project: Path, exit_code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Update by the `copier` command."""
    return copier_command("update", "--defaults", project, env=IDENTITY, exit_code=exit_code)


def check(project: Path, exit_code: int = 0) -> str:
    """Run the task `template-check` and return what it says."""
    finished = run(sys.executable, "tools/template.py", cwd=project, exit_code=exit_code)
    return finished.stdout


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
    """`template-check` names each file with rejected changes, even one that git ignores."""
    project = start(releases, None, tmp_path / "project", BASE)
    (project / ".gitignore").write_text("*.rej\n", encoding="utf-8")
    (project / "pyproject.toml.rej").write_text("x\n", encoding="utf-8")
    said = check(project, exit_code=1)
    assert "pyproject.toml.rej: merge by hand what it holds, then delete it\n" == said


def test_a_damaged_record_is_found(releases: Path, tmp_path: Path) -> None:
    """`template-check` says what the answers file lacks, and how to find it."""
    project = start(releases, None, tmp_path / "project", BASE)
    replace_in_answers("(?m)^_commit: .*\n", "")(project)
    assert check(project, exit_code=1).startswith(".copier-answers.yml: _commit missing; find ")


def test_without_git_it_says_so(releases: Path, tmp_path: Path) -> None:
    """Where there is no repository, `template-check` says that."""
    project = render(releases, None, tmp_path / "project", BASE)
    assert "without git and a repository, nothing was updated" in check(project)


def test_a_hand_edited_record_of_starters_harms_nothing(releases: Path, tmp_path: Path) -> None:
    """A record of the starter files that means nothing is written anew; no file changes."""
    project = start(releases, None, tmp_path / "project", BASE)
    replace_in_answers("starters:\n(?: .*\n)+", "starters: some\n")(project)
    with pytest.raises(ValueError, match="it is no record of the starter files; restore"):
        update(project)
    assert [] == status(project)
