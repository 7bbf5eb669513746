"""Test adopting packages from tests/packages/, and the how-to guide's commands."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from harness.adoption.adopted_packages import (
    COMMANDS,
    PACKAGES,
    adopted_project,
    existing_project,
    unexplained,
    wheel_in,
)
from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.packagestan.answers import questions
from harness.packagestan.template import ADDRESS, CLONE_ADDRESS, ROOT, snapshot
from harness.processes.commands import run
from harness.rendering.render import recorded_answers

# setup-py-broken-script is adopted in test_page_commands_adopt_a_project.
ADOPTED = ["flat-layout", "poetry", "setup-cfg", "setup-py", "src-layout"]


@pytest.mark.parametrize("name", ADOPTED)
def test_adopted_package_loses_nothing(name: str, artifacts: ArtifactCache) -> None:
    """Each difference between the wheels is explained if the user follows the report."""
    new = wheel_in(adopted_project(artifacts, name))
    assert [] == unexplained(existing_project(artifacts, name), new)


@pytest.mark.parametrize("name", ADOPTED)
def test_copier_records_the_answers(name: str, artifacts: ArtifactCache) -> None:
    """Each answer belongs to a question that isn't hidden, and Copier records it unchanged."""
    folder = adopted_project(artifacts, name)
    answers = yaml.safe_load((folder / "answers.yml").read_text(encoding="utf-8"))
    recorded = recorded_answers(folder / "new")
    assert answers == {question: recorded.get(question) for question in answers}
    for question in answers:
        assert questions()[question].get("when") is not False, question


def test_page_commands_adopt_a_project(tmp_path: Path) -> None:
    """The guide's commands adopt a project with a setup.py, and keep its git history.

    The existing project stays unchanged until its files are replaced. Untracked files stay
    untracked.
    """
    git = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    old = shutil.copytree(PACKAGES / "setup-py-broken-script", tmp_path / "my-project")
    run("git", "init", "--quiet", "--initial-branch=main", cwd=old)
    run("git", "add", "--all", cwd=old)
    run(*git, "commit", "--quiet", "--message=Begin", cwd=old)
    template = shutil.copytree(snapshot(), tmp_path / "packagestan")
    shutil.copytree(ROOT / "tools", template / "tools", ignore=shutil.ignore_patterns("__py*"))
    before = tree(old)

    identity = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com"}
    identity |= {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def bash(*blocks: int) -> str:
        text = re.sub(r"(?m)^\$ ", "", "".join(COMMANDS[number] for number in blocks))
        for written, replacement in (
            (f"git clone {CLONE_ADDRESS.removesuffix('.git')}\n", ""),
            (ADDRESS, "packagestan"),
            ("my-project.answers", "genre-tagger.answers"),
            ("adopt.py read", "adopt.py read --yes"),
            ("adopt.py move", "adopt.py move --yes"),
            ("adopt.py compare", "adopt.py compare --yes"),
        ):
            text = text.replace(written, replacement)
        return run("bash", "-eu", "-c", text, cwd=tmp_path, env=identity | {"PATH": path}).stdout

    bash(0)
    assert before == tree(old)
    bash(1)
    assert "copied 3 files to my-project-adopted\n" in bash(2)
    output = bash(3)
    assert "explained: file genre_tagger/data/genres.json: only in the new wheel" in output
    assert "not explained" not in output
    assert before == tree(old)
    (old / "passwords.txt").write_text("not tracked", encoding="utf-8")
    deleted = bash(4, 5)
    assert ["requirements.txt", "setup.py"] == deleted.split()
    file = "src/genre_tagger/data/genres.json"
    log = run("git", "log", "--follow", "--format=%s", "--", file, cwd=old).stdout
    assert ["Adopt Packagestan", "Begin"] == log.splitlines()
    assert "?? passwords.txt\n" == run("git", "status", "--porcelain", cwd=old).stdout
    assert "requirements.txt" in tree(old)
