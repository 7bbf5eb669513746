"""The instructions for many projects work as documented."""

import json
import os
import re
import sys
from pathlib import Path

from harness.answers import Answers, choices
from harness.commands import run
from harness.fleet import fleet
from harness.releases import IDENTITY, commit, git, next_release, past_releases
from harness.render import copier_command, recorded_answers
from harness.template import ROOT
from harness.updates import start

PAGE = (ROOT / "docs" / "how-to" / "fleets.md").read_text(encoding="utf-8")
BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}


def blocks(language: str) -> list[str]:
    """Return the blocks of the page in a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_loop_commits_clean_updates(releases: Path, tmp_path: Path) -> None:
    """The loop updates in a branch, and leaves conflicts, uncommitted work, and current projects."""
    clones, programs = tmp_path / "clones", tmp_path / "programs"
    clones.mkdir()
    programs.mkdir()
    copier = programs / "copier"
    copier.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m copier "$@"\n', encoding="utf-8")
    copier.chmod(0o755)
    old, new = past_releases()[-1], next_release()
    versions = {"behind": old, "conflict": old, "current": new, "dirty": old}
    for name, version in versions.items():
        start(releases, version, clones / name, BASE)
    contributing = clones / "conflict" / "CONTRIBUTING.md"
    text = contributing.read_text(encoding="utf-8")
    contributing.write_text(text.replace("##", "###"), encoding="utf-8")
    commit(clones / "conflict", "Work")
    (clones / "dirty" / "notes.txt").write_text("Mine.\n", encoding="utf-8")
    (clones / "dirty" / "README.md").write_text("Mine.\n", encoding="utf-8")

    (loop,) = blocks("bash")
    path = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    said = run("bash", "-c", loop, cwd=clones, env=IDENTITY | path).stdout

    branches = {
        clone.name: git("branch", "--show-current", cwd=clone).strip() for clone in clones.iterdir()
    }
    expected = {"behind": "template-update", "conflict": "main", "current": "main", "dirty": "main"}
    assert expected == branches
    assert "conflict/: update it by hand\n" in said
    assert "dirty/: skipped because of uncommitted changes\n" in said
    recorded = {
        clone.name: f"_commit: {new}\n" in (clone / ".copier-answers.yml").read_text("utf-8")
        for clone in clones.iterdir()
    }
    assert {"behind": True, "conflict": False, "current": True, "dirty": False} == recorded
    assert "Work" == git("log", "-1", "--format=%s", cwd=clones / "conflict").strip()
    assert "main" == git("branch", "--format=%(refname:short)", cwd=clones / "conflict").strip()
    states = {
        clone.name: git("status", "--porcelain", cwd=clone).split() for clone in clones.iterdir()
    }
    dirty = ["M", "README.md", "??", "notes.txt"]
    assert {"behind": [], "conflict": [], "current": [], "dirty": dirty} == states


def test_settings_give_the_defaults(tmp_path: Path, releases: Path) -> None:
    """The settings on the page become the defaults, and are valid together."""
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


def test_a_release_can_be_pinned(tmp_path: Path, releases: Path) -> None:
    """The documented options select a release even if there is a newer one."""
    pinned = past_releases()[-1]
    text = next(text for text in blocks("console") if "--vcs-ref" in text)
    copying, updating = (line.removeprefix("$ copier ").split() for line in text.splitlines())
    assert ["copy", "--vcs-ref", "v1.4.0"] == copying[:3]
    assert ["update", "--skip-answered", "--vcs-ref", "v1.4.0"] == updating
    project = tmp_path / "project"
    copier_command(*copying[:2], pinned, "--defaults", releases, project, answers=BASE)
    git("init", "--quiet", cwd=project)
    commit(project, "Start")
    copier_command(*updating[:3], pinned, "--defaults", project, env=IDENTITY)
    assert f"_commit: {pinned}\n" in (project / ".copier-answers.yml").read_text("utf-8")


def test_examples_for_renovate_are_json() -> None:
    """The examples of Renovate's settings are JSON and configure Copier's manager."""
    shown = [json.loads(text) for text in blocks("json")]
    assert 2 == len(shown)
    for settings in shown:
        assert [["copier"]] == [rule["matchManagers"] for rule in settings["packageRules"]]


def test_the_simulated_fleet_covers_modes_and_backends() -> None:
    """The simulated projects cover each release with each mode and each backend."""
    number = len(past_releases()) * len(choices("mode")) * len(choices("backend"))
    found = {(version, answers["mode"], answers["backend"]) for version, answers in fleet(number)}
    assert number == len(found)
