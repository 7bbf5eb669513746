"""What the documentation says of many projects is so."""

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
from harness.updates import start, update

PAGE = (ROOT / "docs" / "how-to" / "fleets.md").read_text(encoding="utf-8")
BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}


def blocks(language: str) -> list[str]:
    """Return the blocks of the page in a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def commands(folder: Path) -> dict[str, str]:
    """Return variables with which a shell finds `copier` and `python`, the ones of the tests."""
    copier = folder / "copier"
    copier.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m copier "$@"\n', encoding="utf-8")
    copier.chmod(0o755)
    (folder / "python").symlink_to(sys.executable)
    return IDENTITY | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def test_the_loop_commits_what_is_merged(releases: Path, tmp_path: Path) -> None:
    """The loop updates what it can in a branch, leaves what conflicts, and passes what is new."""
    clones, programs = tmp_path / "clones", tmp_path / "programs"
    clones.mkdir()
    programs.mkdir()
    old, new = past_releases()[-1], next_release()
    for name, version in (("behind", old), ("conflict", old), ("current", new)):
        start(releases, version, clones / name, BASE)
    contributing = clones / "conflict" / "CONTRIBUTING.md"
    text = contributing.read_text(encoding="utf-8")
    contributing.write_text(text.replace("changes nothing in", "changes little in"), "utf-8")
    commit(clones / "conflict", "Work")
    (loop,) = blocks("bash")
    said = run("bash", "-c", loop, cwd=clones, env=commands(programs)).stdout
    branches = {
        clone.name: git("branch", "--show-current", cwd=clone).strip() for clone in clones.iterdir()
    }
    expected = {"behind": "template-update", "conflict": "main", "current": "main"}
    assert expected == branches
    assert "conflict/: update it by hand\n" in said
    assert "Work" == git("log", "-1", "--format=%s", cwd=clones / "conflict").strip()
    for clone in clones.iterdir():
        assert "" == git("status", "--porcelain", cwd=clone)
        answers = (clone / ".copier-answers.yml").read_text(encoding="utf-8")
        assert (clone.name != "conflict") == (f"_commit: {new}" in answers)
    assert "main" == git("branch", "--format=%(refname:short)", cwd=clones / "conflict").strip()


def test_settings_give_the_defaults(tmp_path: Path, releases: Path) -> None:
    """What the settings file says is what a project has by default, and fits together."""
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
    """The pinned release is taken even when there is a newer one."""
    pinned = past_releases()[-1]
    copying, updating = next(text for text in blocks("console") if "--vcs-ref" in text).splitlines()
    words = copying.split()
    assert ["$", "copier", "copy", "--vcs-ref", "v1.4.0"] == words[:5]
    options = ("--defaults", "--quiet", words[3], pinned)
    project = tmp_path / words[-1]
    copier_command("copy", *options, releases, project, answers=BASE, env=IDENTITY)
    assert f"_commit: {pinned}\n" in (project / ".copier-answers.yml").read_text("utf-8")

    assert "$ copier update --vcs-ref v1.4.0" == updating
    older = start(releases, past_releases()[0], tmp_path / "older", BASE)
    update(older, version=pinned)
    assert f"_commit: {pinned}\n" in (older / ".copier-answers.yml").read_text("utf-8")


def test_examples_for_renovate_are_json() -> None:
    """What is shown of Renovate's settings is JSON that speaks of Copier's manager."""
    shown = [json.loads(text) for text in blocks("json")]
    assert 2 == len(shown)
    for settings in shown:
        assert [["copier"]] == [rule["matchManagers"] for rule in settings["packageRules"]]


def test_a_fleet_has_everything(releases: Path) -> None:
    """The projects of the simulation are of each release with each mode and each backend."""
    number = len(past_releases()) * len(choices("mode")) * len(choices("backend"))
    found = {(v, a["mode"], a["backend"]) for v, a in fleet(releases, number)}
    assert number == len(found)
    assert list(fleet(releases, number)) == list(fleet(releases, number))
