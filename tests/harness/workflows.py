"""What is in the workflow files of a project."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Job = dict[str, Any]


class Loader(yaml.SafeLoader):
    """Reads YAML 1.2's booleans: GitHub's key "on" stays a text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read(file: Path) -> dict[str, Any]:
    """Read a workflow, a GitLab pipeline or Dependabot's settings."""
    return dict(yaml.load(file.read_text(encoding="utf-8"), Loader))


def github(project: Path, name: str) -> dict[str, Any]:
    """Read a workflow of a project.

    Args:
        project: The folder that has `.github`.
        name: The workflow's file without its suffix, for instance "ci".
    """
    return read(project / ".github" / "workflows" / f"{name}.yml")


def gitlab(project: Path) -> dict[str, Job]:
    """Read the jobs of a GitLab pipeline and of what it includes, hidden ones merged in."""
    pipeline = read(project / ".gitlab-ci.yml")
    for included in pipeline.get("include", []):
        pipeline |= read(project / included["local"])
    jobs = {name: job for name, job in pipeline.items() if "script" in job}
    return {name: pipeline.get(job.get("extends"), {}) | job for name, job in jobs.items()}


def scripts(project: Path) -> Iterator[str]:
    """Yield what the jobs of a project's workflows give to a shell, one text for each."""
    for file in sorted(project.glob(".github/workflows/*.yml")):
        for job in read(file)["jobs"].values():
            yield from (step["run"] for step in job["steps"] if "run" in step)
    if (project / ".gitlab-ci.yml").exists():
        for job in gitlab(project).values():
            yield "\n".join(job["script"])


def needed(jobs: dict[str, Job], name: str) -> set[str]:
    """Return the names of all jobs that must succeed before a job of GitHub begins."""
    direct = jobs[name].get("needs", [])
    direct = {direct} if isinstance(direct, str) else set(direct)
    return direct.union(*(needed(jobs, each) for each in direct))
