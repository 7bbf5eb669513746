"""Run the scripts of a project's GitLab pipeline on this machine, stage by stage.

`rules` determine whether a job exists, and `needs` or `dependencies` determine which artifacts it
receives. A job with a matrix runs only once, with one of this machine's interpreters. uv comes from
PATH instead of the image, `glab` only records its arguments, and caches aren't simulated. An
unsupported key of a job or a rule, or an unsupported condition in a rule, raises an error.
"""

import itertools
import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.artifacts.repository import git
from harness.simulators.github_actions import link_uv, machine_variables
from harness.simulators.package_index import Network, token
from harness.simulators.workflows import Job, check_keys, gitlab, read

PROJECT = "ada/my-project"
Variables = Mapping[str, str | None]

# The supported keys of jobs and rules.
JOB_KEYS = {"artifacts", "cache", "coverage", "dependencies", "environment", "extends", "id_tokens"}
JOB_KEYS |= {"image", "needs", "parallel", "rules", "script", "stage", "variables"}
RULE_KEYS = {"auto_cancel", "if"}

# Predefined variables: https://docs.gitlab.com/ci/variables/predefined_variables/
COMMON = {
    "CI": "true",
    "CI_DEFAULT_BRANCH": "main",
    "CI_PROJECT_PATH": PROJECT,
    "GITLAB_CI": "true",
}
COMMON |= {"CI_PROJECT_URL": f"https://gitlab.example.com/{PROJECT}"}
MERGE_REQUEST = {"CI_PIPELINE_SOURCE": "merge_request_event"}
MAIN = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"}
BRANCH = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "work"}
SCHEDULE = {"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "main"}


def tag(name: str) -> dict[str, str]:
    """Return the event variables of a pipeline for a pushed tag."""
    return {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_TAG": name}


def holds(rule: str, variables: Variables) -> bool:
    """Return whether a rule's condition is true.

    https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions

    Raises:
        NotImplementedError: The condition isn't `$A`, `$A == $B`, `$A == "b"`, `$A =~ /b/`, or
            several of these joined with `||`.
    """
    # Evaluate all parts, so that an unsupported part is always found.
    parts = [_holds(part.strip(), variables) for part in rule.split("||")]
    return any(parts)


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
    """Return the jobs that an event starts, sorted by stage and keyed by name.

    Raises:
        NotImplementedError: A key or a condition is not supported. The message names it.
    """
    pipeline = read(project / ".gitlab-ci.yml")
    variables = COMMON | dict(event)
    if not _applies(pipeline["workflow"], variables):
        return {}
    found = {}
    for name, job in gitlab(project).items():
        check_keys(job, JOB_KEYS, name)
        if _applies(job, variables):
            found[name] = job
    stages = pipeline["stages"]
    return dict(sorted(found.items(), key=lambda item: stages.index(item[1]["stage"])))


def _applies(job: Mapping[str, Any], variables: Variables) -> bool:
    if "rules" not in job:
        return True
    for rule in job["rules"]:
        check_keys(rule, RULE_KEYS, "rules")
    held = [holds(rule["if"], variables) for rule in job["rules"]]
    return any(held)


def _sources(found: Mapping[str, Job], name: str) -> Collection[str]:
    """Return the jobs whose artifacts a job receives.

    A job without `needs` and `dependencies` receives the artifacts of all jobs in earlier stages.
    https://docs.gitlab.com/ci/yaml/#dependencies

    Args:
        found: The jobs of the pipeline, sorted by stage.
        name: The name of the job.
    """
    for key in ("needs", "dependencies"):
        if key in found[name]:
            return list(found[name][key])
    stage = found[name]["stage"]
    return list(itertools.takewhile(lambda each: found[each]["stage"] != stage, found))


@dataclass
class Pipeline:
    """A project's pipeline for one event.

    Attributes:
        folder: The folder for the jobs and their artifacts.
        origin: The repository.
        network: The package indexes, which must be running.
        pythons: The runners' interpreters by version.
        event: The variables of the event that started the pipeline.
        environments: The CI variables of each environment.
        printed: The output of each job.
        results: Each job's result in the last call of `run`: `success`, `failed`, or `skipped`.
    """

    folder: Path
    origin: Path
    network: Network
    pythons: Mapping[str, Path]
    event: Mapping[str, str]
    environments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)

    @property
    def glab(self) -> Path:
        """Return the file that records the arguments of `glab`."""
        return self.folder / "glab.txt"

    def artifacts(self, job: str) -> Path:
        """Return the folder of a job's artifacts."""
        return self.folder / f"{job}-artifacts"

    def run(self, found: Mapping[str, Job], names: Collection[str]) -> None:
        """Run some of the jobs. After a failure, skip the remaining jobs.

        Args:
            found: The jobs of the pipeline, in order.
            names: The names of the jobs to run.
        """
        self.results = {}
        tools = self.folder / "tools"
        if not tools.exists():
            link_uv(tools, self.pythons)
            script = f"#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{self.glab}'\n"
            (tools / "glab").write_text(script, encoding="utf-8")
            (tools / "glab").chmod(0o755)
            # Make programs trust the simulated network's authority in addition to the machine's.
            own = self.network.certificate.read_text(encoding="utf-8")
            others = Path(ssl.get_default_verify_paths().cafile or os.devnull)
            self.certificates.write_text(own + others.read_text(encoding="utf-8"), "utf-8")
        for name, job in found.items():
            if name not in names:
                continue
            if "failed" in self.results.values():
                self.results[name] = "skipped"
                continue
            self._job(name, job, _sources(found, name), tools)

    @property
    def certificates(self) -> Path:
        """Return the file with the certificate authorities that the jobs trust."""
        return self.folder / "authorities.pem"

    def _job(self, name: str, job: Job, sources: Collection[str], tools: Path) -> None:
        work = self.folder / name
        shutil.rmtree(work, ignore_errors=True)
        if job.get("variables", {}).get("GIT_STRATEGY") == "none":
            work.mkdir()
        else:
            ref = self.event.get("CI_COMMIT_TAG") or self.event["CI_COMMIT_BRANCH"]
            git(self.folder, "clone", "--quiet", self.origin.as_uri(), name)
            git(work, "checkout", "--quiet", ref)
        for before in sources:
            if self.artifacts(before).exists():
                shutil.copytree(self.artifacts(before), work, dirs_exist_ok=True)
        finished = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", "\n".join(job["script"])],
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
            if (work / path).exists():
                shutil.copytree(work / path, self.artifacts(name) / path)

    def _environment(self, job: Job, tools: Path) -> dict[str, str]:
        environment = job.get("environment", "")
        if isinstance(environment, dict):
            environment = environment["name"]
        given = COMMON | dict(self.event) | dict(self.environments.get(environment, {}))
        variables = read(self.origin / ".gitlab-ci.yml")["variables"] | job.get("variables", {})
        for legs in job.get("parallel", {}).get("matrix", []):
            variables |= {"UV_PYTHON": next(v for v in legs["UV_PYTHON"] if v in self.pythons)}
        own = {
            name: re.sub(r"\$(\w+)", lambda match: given.get(match[1], ""), str(value))
            for name, value in variables.items()
            # The jobs use this machine's cache instead.
            if name != "UV_CACHE_DIR"
        }
        for name, settings in job.get("id_tokens", {}).items():
            claims = {"project_path": PROJECT, "environment": environment}
            own[name] = token({"aud": settings["aud"], **claims})
        return {
            **machine_variables(),
            **self.network.variables(),
            "REQUESTS_CA_BUNDLE": str(self.certificates),
            "SSL_CERT_FILE": str(self.certificates),
            **given,
            **own,
            "HOME": str(self.folder),
            "PATH": os.pathsep.join((str(tools), os.defpath)),
        }
