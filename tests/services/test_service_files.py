"""Compare the files for CI and other services with the expected contents in service_files.yml."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.answers import choices
from harness.packagestan.template import ROOT
from harness.rendering.template import Answers
from harness.simulators import workflows

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}
FILE = Path(__file__).with_name("service_files.yml")


@functools.cache
def pins(kind: str) -> dict[str, str]:
    """Return the pins of one kind in tests/pins.yml, which the template doesn't use."""
    entries = yaml.safe_load((ROOT / "tests/pins.yml").read_text(encoding="utf-8"))[kind]
    return {name: entry["pin"] for name, entry in entries.items()}


@functools.cache
def expected() -> dict[str, Any]:
    """Return the contents of service_files.yml."""
    text = FILE.read_text(encoding="utf-8").replace("<pythons>", str(choices("python_min")))
    for name, pin in pins("images").items():
        text = text.replace(f"<{name}>", pin)
    return dict(yaml.load(text, workflows.Loader))


def completed(content: Any) -> Any:
    """Return expected settings with complete GitHub jobs, steps, and hook repositories."""
    found = dict(content)
    for repository in found.get("repos", []):
        if name := repository["repo"].partition("github.com/")[2]:
            repository["rev"] = pins("hooks")[name]
    for name, job in found.get("jobs", {}).items():
        if "steps" in job:
            steps = [step if isinstance(step, dict) else abbreviated(step) for step in job["steps"]]
            found["jobs"] = found["jobs"] | {name: expected()["job"] | job | {"steps": steps}}
    return found


def abbreviated(step: str) -> dict[str, Any]:
    """Return the step that has an abbreviation in service_files.yml, or that runs a command."""
    return dict(expected()["steps"].get(step, {"run": step}))


# Other tests run the scripts of these steps, which are long.
SCRIPTS = {
    "Create the release unless it exists",
    "Check for a new template release",
    "Open or close the issue",
}


def read(file: Path) -> Any:
    """Read a file without the commits of actions, and without newlines at the end of scripts."""
    found = workflows.read(file)
    for job in found.get("jobs", {}).values():
        for step in job.get("steps", []):
            if step.get("name") in SCRIPTS:
                del step["run"]
            if "uses" in step:
                step["uses"] = step["uses"].partition("@")[0]
            if "run" in step:
                step["run"] = step["run"].strip()
    return found


FILES = [
    *(
        (f".github/workflows/{name}.yml", case["answers"], case[name])
        for case in expected()["github"]
        for name in ("ci", "publish", "docs")
        if name in case
    ),
    *(
        (file, case["answers"], case["content"])
        for file, cases in expected()["files"].items()
        for case in cases
    ),
]
CASES = [
    (ci, BASE | {"ci": ci} | case["answers"], case)
    for ci in ("github", "gitlab")
    for case in expected()[ci]
]


@pytest.mark.parametrize(("file", "answers", "content"), FILES)
def test_files_have_the_expected_contents(
    file: str, answers: Answers, content: Any, artifacts: ArtifactCache
) -> None:
    """Each file has exactly the expected settings, jobs, steps, and hooks."""
    assert completed(content) == read(artifacts.project(BASE | answers) / file)


@pytest.mark.parametrize(
    ("answers", "case"), [(answers, case) for ci, answers, case in CASES if ci == "gitlab"]
)
def test_pipelines_have_the_expected_jobs(
    answers: Answers, case: dict[str, Any], artifacts: ArtifactCache
) -> None:
    """The pipeline has exactly the expected settings and jobs."""
    project = artifacts.project(answers)
    jobs = workflows.gitlab(project)
    pipeline = workflows.read(project / ".gitlab-ci.yml")
    assert case["pipeline"] == {key: pipeline[key] for key in pipeline.keys() - jobs.keys()}
    for job in jobs.values():
        job.pop("extends", None)
        job["script"] = [line.strip() for line in job["script"]]
    assert {name: job for name, job in case["jobs"].items() if job} == jobs


def comments(ci: str, answers: Answers, artifacts: ArtifactCache) -> Iterator[tuple[str, str, str]]:
    """Yield each file and name with a note in service_files.yml, and the comment above the name."""
    more = {"annotated": True} | ({"template_updates": "workflow"} if ci == "github" else {})
    project = artifacts.project(answers | more)
    for file in filter(lambda name: (project / name).exists(), expected()["notes"]):
        text = (project / file).read_text(encoding="utf-8")
        for name in expected()["notes"][file]:
            # A comment is indented like the setting or the job below it.
            pattern = rf"(?m)((?:^{{0}}#.*\n)*)^{{0}}{re.escape(name)}:(?: |$)"
            for found in filter(None, (re.search(pattern.format(i), text) for i in ("", "  "))):
                yield file, name, " ".join(re.sub(r"(?m)^ *# ?", "", found[1]).split())


@pytest.mark.parametrize(("ci", "answers", "case"), CASES)
def test_notes_are_above_what_they_explain(
    ci: str, answers: Answers, case: dict[str, Any], artifacts: ArtifactCache
) -> None:
    """In annotated projects, the expected note is above each setting and each job."""
    notes = yaml.safe_load((ROOT / "template/data/notes.yml").read_text(encoding="utf-8"))
    for file, name, comment in comments(ci, answers, artifacts):
        note = expected()["notes"][file][name]
        note = note.replace("<publish>", answers.get("publish", "trusted"))
        assert " ".join(notes[note].split()) in comment, (file, name)


def test_each_name_with_a_note_exists(artifacts: ArtifactCache) -> None:
    """At least one project contains each setting or job that has a note."""
    listed = {(file, name) for file, names in expected()["notes"].items() for name in names}
    found = (comments(ci, answers, artifacts) for ci, answers, _ in CASES)
    assert listed == {(file, name) for each in found for file, name, _ in each}
