"""A run of a project's GitLab pipeline: the scripts of its jobs, in the order of their stages.

A job's `rules` say whether it is there; its `needs` or `dependencies` say whose artifacts it gets.
`before_script` is not run: what it installs, uv, is on the PATH. `curl` is a stand-in that notes
what it is told, and has no release. Rules of another form than those that the generated pipelines
have are an error that names them.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .actions import link_uv, machine_variables
from .indexes import Network, token
from .repository import git
from .workflows import Job, gitlab, read

PROJECT = "ada/my-project"
Variables = Mapping[str, str | None]

# What GitLab sets: https://docs.gitlab.com/ci/variables/predefined_variables/
COMMON = {"CI": "true", "CI_DEFAULT_BRANCH": "main", "CI_PROJECT_ID": "7", "GITLAB_CI": "true"}
COMMON |= {"CI_API_V4_URL": "https://gitlab.example.com/api/v4"}
COMMON |= {"CI_PROJECT_URL": f"https://gitlab.example.com/{PROJECT}"}
MERGE_REQUEST = {"CI_PIPELINE_SOURCE": "merge_request_event"}
MAIN = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"}
BRANCH = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "work"}

CURL = """#!/bin/sh
# A stand-in for curl: there is no release yet, and one can be made.
case "$*" in *--data-urlencode*) printf '%s\\n' "$@" >> "{told}";; *) exit 22;; esac
"""


def tag(name: str) -> dict[str, str]:
    """Return the variables of a pipeline for a tag."""
    return {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_TAG": name}


def holds(rule: str, variables: Variables) -> bool:
    """Return whether a condition of a rule is true.

    https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions

    Raises:
        NotImplementedError: It has another form than `$A`, `$A == $B`, `$A == "b"`, `$A =~ /b/` or
            several of them with `||`.
    """
    return any(_holds(part.strip(), variables) for part in rule.split("||"))


def _holds(text: str, variables: Variables) -> bool:
    match = re.fullmatch(r'\$(\w+)(?: (==|=~) (?:\$(\w+)|"([^"]*)"|/(.+)/))?', text)
    if not match or "&&" in text:
        raise NotImplementedError(f"rules: {text}")
    name, sign, other, literal, pattern = match.groups()
    value = variables.get(name)
    if sign is None:
        return bool(value)
    if sign == "=~":
        return bool(re.search(pattern, value or ""))
    return value == (variables.get(other) if other else literal)


def jobs(project: Path, event: Variables) -> dict[str, Job]:
    """Return the jobs of the pipeline that an event starts, in the order of their stages."""
    pipeline = read(project / ".gitlab-ci.yml")
    variables = COMMON | dict(event)
    if not _applies(pipeline["workflow"], variables):
        return {}
    found = {name: job for name, job in gitlab(project).items() if _applies(job, variables)}
    stages = pipeline["stages"]
    return dict(sorted(found.items(), key=lambda item: stages.index(item[1]["stage"])))


def _applies(job: Mapping[str, Any], variables: Variables) -> bool:
    return "rules" not in job or any(holds(rule["if"], variables) for rule in job["rules"])


@dataclass
class Pipeline:
    """A pipeline that is run.

    Attributes:
        folder: Where jobs work; it holds nothing yet.
        origin: The repository.
        network: The indexes; it must be running.
        event: The variables that say what happened.
        printed: What the job that each name stands for has printed.
        results: `success`, `failed` or `skipped`, by job.
    """

    folder: Path
    origin: Path
    network: Network
    event: Mapping[str, str]
    printed: dict[str, str] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)

    @property
    def told(self) -> Path:
        """The file of what `curl` was told."""
        return self.folder / "told.txt"

    def run(self, found: Mapping[str, Job], names: Collection[str]) -> None:
        """Run some of the jobs; none is begun after one has failed.

        Args:
            found: The jobs of the pipeline.
            names: Those to run.
        """
        tools = self.folder / "tools"
        link_uv(tools)
        (tools / "curl").write_text(CURL.format(told=self.told), encoding="utf-8")
        (tools / "curl").chmod(0o755)
        for name, job in found.items():
            if name not in names:
                continue
            if "failed" in self.results.values():
                self.results[name] = "skipped"
                continue
            self._job(name, job, tools)

    def _job(self, name: str, job: Job, tools: Path) -> None:
        ref = self.event.get("CI_COMMIT_TAG") or self.event["CI_COMMIT_BRANCH"]
        work = self.folder / name
        git(self.folder, "clone", "--quiet", self.origin.as_uri(), name)
        git(work, "checkout", "--quiet", ref)
        artifacts_of = "needs" if "needs" in job else "dependencies"
        for before in list(job.get(artifacts_of, self.results)):
            artifacts = self.folder / f"{before}-artifacts"
            if before not in self.results:
                self.printed[name] = f"{name} needs {before}, which was not run before"
                self.results[name] = "failed"
                return
            if artifacts.exists():
                shutil.copytree(artifacts, work, dirs_exist_ok=True)
        script = "\n".join(job["script"])
        finished = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=work,
            env=self._environment(job, tools),
            check=False,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
        )
        self.printed[name] = finished.stdout
        self.results[name] = "failed" if finished.returncode else "success"
        for path in job.get("artifacts", {}).get("paths", []):
            source, kept = work / path, self.folder / f"{name}-artifacts" / path
            if source.is_dir():
                shutil.copytree(source, kept)
            elif source.exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, kept)

    def _environment(self, job: Job, tools: Path) -> dict[str, str]:
        given = COMMON | dict(self.event) | {"CI_JOB_TOKEN": "secret"}
        own = {}
        pipeline = read(self.origin / ".gitlab-ci.yml")["variables"]
        for name, value in {**pipeline, **job.get("variables", {})}.items():
            own[name] = re.sub(r"\$(\w+)", lambda match: given.get(match[1], ""), str(value))
        # The cache of the machine is used instead.
        for name in ("UV_CACHE_DIR", "UV_NO_CACHE"):
            own.pop(name, None)
        for name, settings in job.get("id_tokens", {}).items():
            claims = {"project_path": PROJECT, "environment": job["environment"]}
            own[name] = token({"aud": settings["aud"], **claims})
        return {
            **machine_variables(),
            **self.network.variables(),
            **given,
            **own,
            "HOME": str(self.folder),
            "PATH": os.pathsep.join((str(tools), os.defpath)),
        }
