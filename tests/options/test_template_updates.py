"""What is promised of who tells of the template's releases; a program plays GitHub's `gh`."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from uv import find_uv_bin

from harness import workflows
from harness.answers import Answers, choices
from harness.commands import CommandError, run
from harness.inspect import tree
from harness.releases import commit, git, next_release, past_releases
from harness.render import recorded_answers, render
from harness.template import ROOT
from harness.updates import start
from harness.workshop import Workshop

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}
WORKFLOW = BASE | {"template_updates": "workflow"}
FILES = {
    "renovate": {"renovate.json"},
    "workflow": {".github/workflows/template.yml"},
    "none": set[str](),
}


@pytest.mark.parametrize("chosen", choices("template_updates"))
def test_only_its_own_files_are_there(chosen: str, workshop: Workshop) -> None:
    """A project has the file of its choice and of no other."""
    files = set(tree(workshop.project(BASE | {"template_updates": chosen})))
    assert FILES[chosen] == files & set[str]().union(*FILES.values())


@pytest.mark.parametrize(
    ("ci", "default"), [("github", "renovate"), ("gitlab", "renovate"), ("none", "none")]
)
def test_the_default_is_what_can_be(ci: str, default: str, workshop: Workshop) -> None:
    """Without an answer, Renovate is asked where there is a hosting service for certain."""
    assert default == recorded_answers(workshop.project(BASE | {"ci": ci}))["template_updates"]


@pytest.mark.parametrize("ci", ["gitlab", "none"])
def test_a_workflow_needs_github(ci: str, tmp_path: Path) -> None:
    """Elsewhere, the workflow is refused by a sentence that says what can be."""
    sentence = "it runs on GitHub alone; write --data template_updates=renovate or none"
    with pytest.raises(ValueError, match=sentence):
        render(tmp_path / "project", WORKFLOW | {"ci": ci})
    assert not (tmp_path / "project").exists()


def test_renovate_does_nothing_else(workshop: Workshop) -> None:
    """Only Renovate's manager for Copier is on: all else is left to Dependabot or to nobody."""
    for ci in ("github", "gitlab"):
        file = workshop.project(BASE | {"ci": ci, "template_updates": "renovate"}) / "renovate.json"
        assert ["copier"] == json.loads(file.read_text(encoding="utf-8"))["enabledManagers"]


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("gh:ORG/packagestan", "https://github.com/ORG/packagestan"),
        ("gl:ORG/packagestan", "https://gitlab.com/ORG/packagestan"),
        ("https://example.com/ORG/packagestan", "https://example.com/ORG/packagestan"),
    ],
)
def test_renovate_finds_the_template(source: str, address: str, workshop: Workshop) -> None:
    """Renovate, which takes a template's address as it is, learns what Copier's short ones mean."""
    file = workshop.project(BASE | {"template_updates": "renovate"}) / "renovate.json"
    found = source
    for rule in json.loads(file.read_text(encoding="utf-8"))["packageRules"]:
        (pattern,) = [text.strip("/") for text in rule["matchPackageNames"]]
        if re.search(pattern, found):
            words = re.fullmatch(
                r"{{replace '(.+)' '(.+)' packageName}}", rule["overridePackageName"]
            )
            assert words
            found = re.sub(words[1], words[2], found)
    assert address == found


@pytest.mark.parametrize("chosen", choices("template_updates"))
def test_the_templates_actions_are_left_to_it(chosen: str, workshop: Workshop) -> None:
    """Dependabot leaves newer versions of the template's actions to updates, if there are any.

    It ignores kinds of versions, which holds for no security update.
    """
    project = workshop.project(BASE | {"template_updates": chosen})
    actions, packages = workflows.read(project / ".github" / "dependabot.yml")["updates"]
    pinned = yaml.safe_load((ROOT / "template" / "data" / "actions.yml").read_text("utf-8"))
    kinds = [f"version-update:semver-{part}" for part in ("major", "minor", "patch")]
    every = [{"dependency-name": name, "update-types": kinds} for name in pinned]
    assert (every if chosen != "none" else []) == actions.get("ignore", [])
    assert "ignore" not in packages


def test_the_workflow_reads_and_writes_apart(workshop: Workshop) -> None:
    """The job that runs what is fetched may write nothing; the other may write issues alone."""
    workflow = workflows.github(workshop.project(WORKFLOW), "template")
    assert {"schedule", "workflow_dispatch"} == set(workflow["on"])
    jobs = workflow["jobs"]
    assert {"contents": "read"} == jobs["look"]["permissions"]
    assert {"issues": "write"} == jobs["issue"]["permissions"]
    assert "look" == jobs["issue"]["needs"]
    (step,) = jobs["issue"]["steps"]
    assert "uses" not in step
    assert "${{" not in step["run"]


def looked(project: Path, folder: Path) -> dict[str, str]:
    """Run the step that compares a project with its template, and return its outputs.

    Copier is the one of the tests; `uvx` would fetch it.
    """
    bin_ = folder / "bin"
    bin_.mkdir(parents=True)
    uvx = bin_ / "uvx"
    uvx.write_text(
        f'#!/bin/sh\n[ "$1 $2" = "--from copier>=9.19" ] || exit 9\n'
        f'shift 3\nexec "{sys.executable}" -m copier "$@"\n',
        encoding="utf-8",
    )
    uvx.chmod(0o755)
    steps = workflows.github(project, "template")["jobs"]["look"]["steps"]
    (text,) = [step["run"] for step in steps if "run" in step]
    path = os.pathsep.join([str(bin_), str(Path(find_uv_bin()).parent), os.environ["PATH"]])
    output = folder / "output"
    output.touch()
    # As GitHub calls bash.
    run(
        *("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", text),
        cwd=project,
        env={"PATH": path, "GITHUB_OUTPUT": str(output), "UV_PYTHON": sys.executable},
    )
    return dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())


def test_the_workflow_sees_what_there_is_to_do(releases: Path, tmp_path: Path) -> None:
    """A project that is current has nothing to say; others name the release and the conflicts."""
    project = start(releases, next_release(), tmp_path / "project", WORKFLOW)
    assert {} == looked(project, tmp_path / "current")

    answers = project / ".copier-answers.yml"
    text = answers.read_text(encoding="utf-8")
    old = past_releases()[0]
    answers.write_text(text.replace(f"_commit: {next_release()}", f"_commit: {old}"), "utf-8")
    marked = "<<<<<<< before updating\na\n=======\nb\n>>>>>>> after updating\n"
    for name in ("a.txt", "b.txt"):
        (project / name).write_text(marked, encoding="utf-8")
    commit(project, "Conflicts")
    found = looked(project, tmp_path / "outdated")
    assert f"Current version is {old}, latest version is {next_release()}." in found["release"]
    merge = "merge by hand what stands between <<<<<<< and >>>>>>>"
    assert f"a.txt: {merge}; b.txt: {merge}" == found["left"]


def test_a_template_out_of_reach_fails(releases: Path, tmp_path: Path) -> None:
    """Where the template can't be read, the run fails and says nothing of an update."""
    project = start(releases, next_release(), tmp_path / "project", WORKFLOW)
    answers = project / ".copier-answers.yml"
    text = answers.read_text(encoding="utf-8").replace(str(releases), str(tmp_path / "gone"))
    answers.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError):
        looked(project, tmp_path / "step")
    assert "" == (tmp_path / "step" / "output").read_text(encoding="utf-8")
    assert "M .copier-answers.yml" in git("status", "--porcelain", cwd=project)


GH = '''\
#!{python}
"""Plays `gh issue`; what is asked of it in jq's language is shown, and answered in Python."""

import json, pathlib, sys

file = pathlib.Path({state!r})
issues = json.loads(file.read_text())
options = dict(zip(sys.argv[1:], sys.argv[2:]))
verb = options["issue"]
text = pathlib.Path(options["--body-file"]).read_text() if "--body-file" in options else ""
if verb == "list":
    assert 'first(.[] | select(.author.is_bot and .title == "Update from the template"))' in (
        options["--jq"]
    )
    for issue in issues:
        wanted = issue["is_bot"] and issue["title"] == "Update from the template"
        if wanted and issue["state"] == options["--state"]:
            print(issue["number"])
            break
elif verb == "create":
    new = {{"number": len(issues) + 1, "title": options["--title"], "is_bot": True}}
    issues.append(new | {{"state": "open", "body": text}})
else:
    (issue,) = [issue for issue in issues if str(issue["number"]) == options[verb]]
    issue |= {{"body": text}} if verb == "edit" else {{"state": "closed"}}
file.write_text(json.dumps(issues))
'''


def test_there_is_one_issue(tmp_path: Path, workshop: Workshop) -> None:
    """An issue is opened, edited as long as it is needed and closed; those of people stay."""
    (step,) = workflows.github(workshop.project(WORKFLOW), "template")["jobs"]["issue"]["steps"]
    state, gh = tmp_path / "issues.json", tmp_path / "bin" / "gh"
    people = {"number": 1, "title": "Update from the template", "is_bot": False, "state": "open"}
    state.write_text(json.dumps([people]), encoding="utf-8")
    gh.parent.mkdir()
    gh.write_text(GH.format(python=sys.executable, state=str(state)), encoding="utf-8")
    gh.chmod(0o755)

    def issues(release: str, left: str) -> list[dict[str, Any]]:
        path = f"{gh.parent}{os.pathsep}{os.environ['PATH']}"
        run(
            *("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]),
            cwd=tmp_path,
            env={"PATH": path, "RELEASE": release, "LEFT": left},
        )
        found: list[dict[str, Any]] = json.loads(state.read_text(encoding="utf-8"))
        assert people == found[0]
        return found[1:]

    assert [] == issues("", "")
    (made,) = issues("Latest version is 2.", "")
    assert "Latest version is 2. Update in a commit of its own:" in made["body"]
    assert "merge" not in made["body"]
    (made,) = issues("Latest version is 3.", "`$(a)`.txt: merge")
    assert "Latest version is 3." in made["body"]
    assert "\n    `$(a)`.txt: merge\n" in made["body"]
    (made,) = issues("", "b.txt: merge")
    assert made["body"].startswith("An update has left something to merge:")
    (made,) = issues("", "")
    assert "closed" == made["state"]
    assert 2 == len(issues("Latest version is 4.", ""))


@pytest.mark.parametrize("chosen", choices("template_updates"))
def test_contributing_says_who_tells(chosen: str, workshop: Workshop) -> None:
    """CONTRIBUTING.md names the file that tells of updates, or none."""
    project = workshop.project(BASE | {"template_updates": chosen})
    text = (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
    every = set[str]().union(*FILES.values())
    assert FILES[chosen] == {name for name in every if f"`{name}`" in text}
    assert (chosen == "none") != ("The template's own actions" in text)
