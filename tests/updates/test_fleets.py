"""Test the documented instructions for many projects, and Renovate's settings."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.artifacts.inspect import tree
from harness.packagestan.answers import choices
from harness.packagestan.template import ROOT
from harness.processes.commands import run
from harness.rendering.render import copier_command, recorded_answers
from harness.rendering.template import Answers
from harness.updates.projects import start
from harness.updates.releases import IDENTITY, commit, git, past_releases
from sessions.fleet import fleet, one_file_releases
from sessions.renovate import ANSWERS_FILES, generated, published, recorded

PAGE = (ROOT / "docs" / "how-to" / "fleets.md").read_text(encoding="utf-8")
RECORD = ".copier-answers.yml"
BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}


def blocks(language: str) -> list[str]:
    """Return the contents of the page's code blocks in a language."""
    return re.findall(rf"```(?:{{code-block}} )?{language}\n(.*?)```", PAGE, re.DOTALL)


def in_a_branch(clone: Path) -> None:
    """Create a branch with the name that the loop uses, and commit to it."""
    git("switch", "--quiet", "--create", "template-update", cwd=clone)
    commit(clone, "Work")
    git("switch", "--quiet", "main", cwd=clone)


def in_ignored_files(clone: Path) -> None:
    """Check out an older commit, ignore README.md and log files, and create a log file."""
    commit(clone, "Work")
    git("checkout", "--quiet", "HEAD~1", cwd=clone)
    (clone / ".git" / "info" / "exclude").write_text("README.md\n*.log\n", encoding="utf-8")
    (clone / "mine.log").write_text("Mine.\n", encoding="utf-8")


def in_uncommitted_files(clone: Path) -> None:
    """Edit one file and create another, without committing either."""
    (clone / "README.md").write_text("Mine.\n", encoding="utf-8")
    (clone / "notes.txt").write_text("Mine.\n", encoding="utf-8")


def in_the_same_line(clone: Path) -> None:
    """Edit a line that the update changes."""
    edit(clone / "README.md", "Release", "Our release")


def without_record(clone: Path) -> None:
    """Delete the answers file, and commit the deletion."""
    (clone / RECORD).unlink()
    commit(clone, "Delete")


def edit(file: Path, old: str, new: str) -> None:
    """Replace a string in a file at the root of a repository, and commit the change."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    commit(file.parent, "Edit")


def state(clone: Path) -> dict[str, object]:
    """Return what the loop must not change in a clone: its files and git's state."""
    if not (clone / ".git").exists():
        return {"files": tree(clone)}
    return {
        "files": tree(clone),
        "index": git("ls-files", "--stage", cwd=clone),
        "head": (clone / ".git" / "HEAD").read_text(encoding="utf-8"),
        "worktrees": git("worktree", "list", cwd=clone),
        "branches": git("branch", "--verbose", cwd=clone),
    }


def test_loop_updates_in_branches(tmp_path: Path) -> None:
    """The loop updates clean clones in a branch, and never changes the clones' working trees.

    The template is small so that Copier runs fast.
    """
    clones, programs, temporary = (tmp_path / name for name in ("clones", "programs", "temporary"))
    for folder in (clones, programs, temporary):
        folder.mkdir()
    copier = programs / "copier"
    copier.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m copier "$@"\n', encoding="utf-8")
    copier.chmod(0o755)
    template = one_file_releases(tmp_path / "template")
    work: dict[str, Callable[[Path], None]] = {
        "busy": in_a_branch,
        "conflict": in_the_same_line,
        "current": lambda clone: None,
        "dirty": in_uncommitted_files,
        "no project": without_record,
        "no repository": lambda clone: shutil.rmtree(clone / ".git"),
        "other template": lambda clone: edit(clone / RECORD, f"{template}", f"{template}-2"),
        "two lines": lambda clone: edit(clone / RECORD, "_src_path", "_src_path: x\n_src_path"),
        "unknown": lambda clone: edit(clone / RECORD, "1.0.0", "1.0.1"),
        "with space": in_ignored_files,
    }
    for name, leave_work in work.items():
        version = "2.0.0" if name == "current" else "1.0.0"
        leave_work(start(template, version, clones / name, {"project_name": "My Project"}))
    before = {name: state(clones / name) for name in work}

    (loop,) = blocks("bash")
    address = "https://git.example.com/team/our-template.git"
    assert 1 == loop.count(address)
    env = IDENTITY | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "TMPDIR": str(temporary),
    }
    said = run("bash", "-c", loop.replace(address, str(template)), cwd=clones, env=env).stdout

    assert {
        "busy/": "skipped because the branch template-update cannot be created",
        "conflict/": "update it by hand",
        "dirty/": "skipped because of uncommitted changes",
        "no project/": f"skipped because {RECORD} does not name {template}",
        "no repository/": "skipped because it is not a git repository",
        "other template/": f"skipped because {RECORD} does not name {template}",
        "two lines/": f"skipped because {RECORD} does not name {template}",
        "unknown/": "skipped because the check for a new release failed",
        "with space/": "updated in the branch template-update",
    } == dict(line.split(": ", 1) for line in said.splitlines())
    updated = git("show", "template-update:README.md", cwd=clones / "with space")
    assert updated.endswith("\nRelease 2.0.0.\n")
    git("branch", "--delete", "--force", "template-update", cwd=clones / "with space")
    assert before == {name: state(clones / name) for name in work}
    assert [] == list(temporary.iterdir())


def test_settings_provide_the_defaults(tmp_path: Path, releases: Path) -> None:
    """The Copier settings on the page become the default answers, and are valid together."""
    settings = tmp_path / "settings.yml"
    (text,) = blocks("yaml")
    settings.write_text(text, encoding="utf-8")
    copier_command(
        *("copy", "--defaults", "--quiet", releases, tmp_path / "project"),
        answers=BASE,
        env=IDENTITY | {"COPIER_SETTINGS_PATH": str(settings)},
    )
    recorded = recorded_answers(tmp_path / "project")
    assert ("Example Ltd", "Proprietary") == (recorded["user_name"], recorded["license"])
    assert "https://packages.example.com/upload/" == recorded["index_url"]
    assert "token" == recorded["publish"]


def test_release_can_be_pinned(tmp_path: Path) -> None:
    """The documented options select a release even if a newer one exists."""
    template, pinned = one_file_releases(tmp_path / "template"), "1.0.0"
    text = next(text for text in blocks("console") if "--vcs-ref" in text)
    copying, updating = (line.split() for line in re.findall(r"(?m)^\$ copier (.+)", text))
    assert ["copy", "--vcs-ref", "v1.4.0"] == copying[:3]
    assert ["update", "--skip-answered", "--vcs-ref", "v1.4.0"] == updating
    project = tmp_path / "project"
    copier_command(*copying[:2], pinned, "--defaults", template, project, answers=BASE)
    git("init", "--quiet", cwd=project)
    commit(project, "Start")
    copier_command(*updating[:3], pinned, "--defaults", project, env=IDENTITY)
    assert f"_commit: {pinned}\n" in (project / RECORD).read_text("utf-8")


def waits_forever(settings: dict[str, Any], facts: dict[str, Any]) -> bool:
    """Return whether Renovate would wait forever for a minimum release age.

    Args:
        settings: The contents of a Renovate configuration.
        facts: Recorded facts about Renovate's defaults.
    """
    undated = set(facts["copier_datasources"]) & set(facts["datasources_without_timestamps"])
    behavior = facts["minimum_release_age_behaviour"]
    return bool(undated) and any(
        rule.get("minimumReleaseAge")
        and "timestamp-required" == rule.get("minimumReleaseAgeBehaviour", behavior)
        for rule in [settings, *settings["packageRules"]]
        if "copier" in rule.get("matchManagers", ["copier"])
    )


def test_renovate_proposes_releases() -> None:
    """No published settings wait for a minimum age, because Renovate can't see a release's age."""
    facts = recorded()
    assert waits_forever({"packageRules": [{"minimumReleaseAge": "3 days"}]}, facts)
    settings = published()
    assert len(settings) > len(ANSWERS_FILES)
    assert [] == [each for each in settings if waits_forever(each, facts)]


@pytest.mark.parametrize("name", ANSWERS_FILES)
def test_renovate_finds_the_answers_file(name: str) -> None:
    """The answers file matches Renovate's default pattern, or the project adds a pattern for it."""
    (default,) = [pattern.strip("/") for pattern in recorded()["copier_files"]]
    added = generated(name).get("copier", {"managerFilePatterns": []})["managerFilePatterns"]
    assert ([] if re.search(default, name) else [name]) == added


def test_simulated_projects_cover_modes_and_backends() -> None:
    """The simulated projects cover each release with each mode and backend."""
    number = len(past_releases()) * len(choices("mode")) * len(choices("backend"))
    found = {(version, answers["mode"], answers["backend"]) for version, answers in fleet(number)}
    assert number == len(found)
