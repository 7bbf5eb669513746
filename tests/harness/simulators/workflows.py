"""Read a project's GitHub workflows and GitLab pipeline."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

Job = dict[str, Any]


def check_keys(given: Mapping[str, Any], known: set[str], where: str) -> None:
    """Check that all keys are supported.

    Raises:
        NotImplementedError: There are other keys. The message names them.
    """
    if unknown := sorted(set(given) - known):
        raise NotImplementedError(f"{where}: {', '.join(unknown)}")


class Loader(yaml.SafeLoader):
    """A loader whose only Booleans are `true` and `false`, so GitHub's key `on` stays a string."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read(file: Path) -> dict[str, Any]:
    """Read a workflow, a GitLab pipeline, or Dependabot's configuration."""
    return dict(yaml.load(file.read_text(encoding="utf-8"), Loader))


def github(project: Path, name: str) -> dict[str, Any]:
    """Read one of a project's GitHub workflows.

    Args:
        project: The folder that contains `.github`.
        name: The name of the workflow's file without its suffix, such as "ci".
    """
    return read(project / ".github" / "workflows" / f"{name}.yml")


def gitlab(project: Path) -> dict[str, Job]:
    """Return a GitLab pipeline's jobs after resolving `include` and `extends`.

    Hidden jobs and jobs without a script are left out.
    """
    pipeline = read(project / ".gitlab-ci.yml")
    for included in pipeline.get("include", []):
        pipeline |= read(project / included["local"])

    def extended(job: Job) -> Job:
        return _merged(extended(pipeline[job["extends"]]), job) if "extends" in job else job

    jobs = {name: extended(job) for name, job in pipeline.items() if isinstance(job, dict)}
    return {name: job for name, job in jobs.items() if "script" in job and name[0] != "."}


def _merged(base: Job, job: Job) -> Job:
    """Merge a job into its base. Maps are merged recursively, and other values are replaced.

    https://docs.gitlab.com/ci/yaml/#extends
    """
    merged = base | job
    for key in base.keys() & job.keys():
        if isinstance(base[key], dict) and isinstance(job[key], dict):
            merged[key] = _merged(base[key], job[key])
    return merged


def scripts(project: Path) -> Iterator[str]:
    """Yield the shell scripts in a project's GitHub workflows and GitLab pipeline."""
    for file in sorted(project.glob(".github/workflows/*.yml")):
        for job in read(file)["jobs"].values():
            yield from (step["run"] for step in job.get("steps", []) if "run" in step)
    if (project / ".gitlab-ci.yml").exists():
        for job in gitlab(project).values():
            yield "\n".join(job["script"])
