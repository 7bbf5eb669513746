"""Test the reminders about template releases with a simulated `gh`."""

import json
import re
import sys
from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.packagestan.answers import rendered
from harness.packagestan.template import facts, render
from harness.processes.commands import CommandError, run
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers
from harness.simulators import workflows
from harness.updates.projects import start
from harness.updates.releases import next_release, past_releases

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}
WORKFLOW = BASE | {"template_updates": "workflow"}
FILES = {name: {data["file"]} - {""} for name, data in facts("template_updates").items()}
# Like GitHub, stop at the first failing command.
BASH = ("bash", "-e", "-c")


@pytest.mark.parametrize("chosen", rendered("template_updates"))
def test_only_its_own_files_exist(chosen: str, artifacts: ArtifactCache) -> None:
    """A project has only the selected reminder's file."""
    files = set(tree(artifacts.project(BASE | {"template_updates": chosen})))
    assert FILES[chosen] == files & set[str]().union(*FILES.values())


@pytest.mark.parametrize(
    ("preset", "ci", "default"),
    [("standard", "github", "none"), ("full", "github", "workflow"), ("full", "gitlab", "none")],
)
def test_only_the_full_preset_has_reminders(
    preset: str, ci: str, default: str, artifacts: ArtifactCache
) -> None:
    """By default, only the full preset with GitHub Actions has a reminder, which is the workflow."""
    answers = recorded_answers(artifacts.project(BASE | {"preset": preset, "ci": ci}))
    assert default == answers["template_updates"]


@pytest.mark.parametrize("ci", ["gitlab", "none"])
def test_workflow_requires_github(ci: str, tmp_path: Path) -> None:
    """The workflow is rejected without GitHub, and the message names Renovate as an alternative."""
    with pytest.raises(ValueError, match="renovate; the workflow requires GitHub"):
        render(tmp_path / "project", WORKFLOW | {"ci": ci})
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("gh:ada/packagestan", "https://github.com/ada/packagestan"),
        ("gl:ada/packagestan", "https://gitlab.com/ada/packagestan"),
        ("https://example.com/ada/packagestan", "https://example.com/ada/packagestan"),
    ],
)
def test_renovate_finds_the_template(source: str, address: str, artifacts: ArtifactCache) -> None:
    """The rules expand Copier's abbreviations, which Renovate doesn't support, but don't change URLs."""
    file = artifacts.project(BASE | {"template_updates": "renovate"}) / "renovate.json"
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


def program(folder: Path, name: str, text: str) -> dict[str, str]:
    """Write a shell script, and return the variables that add it to PATH."""
    folder.mkdir(exist_ok=True)
    script = folder / name
    script.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    script.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def compare(project: Path, folder: Path) -> str:
    """Run the step that compares a project with the template, and return its outputs."""
    steps = workflows.github(project, "template")["jobs"]["check"]["steps"]
    (text,) = [step["run"] for step in steps if step.get("id") == "check"]
    # Use the installed version of Copier instead of the newest version.
    copier = f'[ "$1" = copier ] || exit 9; shift; exec "{sys.executable}" -m copier "$@"'
    output = folder / "output"
    variables = program(folder, "uvx", copier) | {"GITHUB_OUTPUT": str(output)}
    try:
        run(*BASH, text, cwd=project, env=variables)
    finally:
        found = output.read_text(encoding="utf-8")
        output.unlink()
    return found


@pytest.mark.slow
def test_workflow_detects_a_release(releases: Path, tmp_path: Path) -> None:
    """The first step detects outdated projects, and fails if the template isn't available."""
    project = start(releases, next_release(), tmp_path / "project", WORKFLOW)
    assert "status=0\n" == compare(project, tmp_path / "bin")

    answers = project / ".copier-answers.yml"
    text = answers.read_text(encoding="utf-8")
    old = text.replace(f"_commit: {next_release()}", f"_commit: {past_releases()[0]}")
    answers.write_text(old, encoding="utf-8")
    assert "status=2\n" == compare(project, tmp_path / "bin")

    answers.write_text(text.replace(str(releases), str(tmp_path / "gone")), encoding="utf-8")
    with pytest.raises(CommandError):
        compare(project, tmp_path / "bin")


@pytest.mark.parametrize(
    ("status", "issue", "expected"),
    [
        ("2", "", "issue create"),
        ("2", "7", ""),
        ("0", "7", "issue close 7"),
        ("0", "", ""),
    ],
)
def test_one_issue_is_opened_and_closed(
    status: str, issue: str, expected: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """An outdated project gets one issue, which is closed after the update."""
    job = workflows.github(artifacts.project(WORKFLOW), "template")["jobs"]["check"]
    (text,) = [step["run"] for step in job["steps"] if "GH_TOKEN" in step.get("env", {})]
    log = tmp_path / "log"
    gh = f"""case "$*" in "issue list"*) echo {issue};; *) echo "$@" >> '{log}';; esac"""
    run(*BASH, text, env=program(tmp_path / "bin", "gh", gh) | {"STATUS": status})
    called = log.read_text(encoding="utf-8") if log.exists() else ""
    assert called.startswith(expected)
    assert bool(expected) == bool(called)


def test_issue_is_found_by_its_title(artifacts: ArtifactCache, tmp_path: Path) -> None:
    """The filter finds the first issue that has the expected title and that a workflow opened."""
    job = workflows.github(artifacts.project(WORKFLOW), "template")["jobs"]["check"]
    (text,) = [step["run"] for step in job["steps"] if "GH_TOKEN" in step.get("env", {})]
    titles = {3: "Another", 7: "Update from the template", 5: "Update from the template"}
    issues = [{"number": number, "title": title} for number, title in titles.items()]
    (tmp_path / "issues.json").write_text(json.dumps(issues), encoding="utf-8")
    log = tmp_path / "log"
    # gh includes jq. The last argument is the filter.
    gh = f"""case "$*" in
"issue list --app github-actions --json number,title --jq "*) for filter; do :; done; jq --raw-output "$filter" '{tmp_path}/issues.json';;
*) echo "$@" >> '{log}';;
esac"""
    run(*BASH, text, env=program(tmp_path / "bin", "gh", gh) | {"STATUS": "0"})
    assert "issue close 7\n" == log.read_text(encoding="utf-8")
