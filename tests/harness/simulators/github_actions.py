"""Run a project's GitHub workflows on this machine with simulated runners.

The commands run unchanged in the same shell as on GitHub. The workflow's conditions, variables,
permissions, matrices, and artifacts apply. Actions and `gh` are simulated:

- `actions/checkout`: checks out the event's ref with the requested depth.
- `astral-sh/setup-uv`: adds uv and the interpreters to PATH.
- `actions/upload-artifact`, `actions/download-artifact`: store artifacts in folders.
- `pypa/gh-action-pypi-publish`: runs twine, which uploads to `harness.simulators.package_index`.
- `gh`: runs `harness.simulators.gh`.

A called workflow shares its caller's artifacts. An unsupported key, action, input, or expression
raises an error that names it. The page about CI lists what isn't tested.
"""

import fnmatch
import functools
import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from uv import find_uv_bin

from harness.artifacts.repository import git
from harness.processes.commands import run
from harness.simulators import gh
from harness.simulators.github_expressions import asks_for_status, evaluate, interpolate
from harness.simulators.package_index import Network
from harness.simulators.workflows import Job, check_keys

REPOSITORY = "ada/my-project"

# The supported keys of workflows, jobs, jobs that call a workflow, and steps.
WORKFLOW_KEYS = {"concurrency", "defaults", "env", "jobs", "name", "on", "permissions"}
JOB_KEYS = {"env", "environment", "if", "needs", "permissions", "runs-on", "steps", "strategy"}
JOB_KEYS |= {"name", "timeout-minutes"}
CALL_KEYS = {"if", "name", "needs", "permissions", "uses"}
STEP_KEYS = {"env", "if", "name", "run", "shell", "uses", "with"}

# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#defaultsrunshell
SHELLS = {
    None: ("bash", "-e"),
    "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"),
}


class StepError(Exception):
    """A step failed. The message says why."""


@dataclass(frozen=True)
class Event:
    """An event in the repository.

    Attributes:
        name: The name of the event, such as `push`.
        ref: The full name of the ref, such as `refs/tags/v1.2.3`.
    """

    name: str
    ref: str

    @property
    def short_ref(self) -> str:
        """Return the ref without its prefix, such as `v1.2.3`."""
        return re.sub(r"^refs/(heads|tags|pull)/", "", self.ref)

    def starts(self, workflow: Mapping[str, Any]) -> bool:
        """Return whether the event starts a workflow.

        Raises:
            NotImplementedError: The workflow filters the event by unsupported keys.
        """
        triggers = workflow["on"]
        if self.name not in triggers:
            return False
        filters = dict(triggers[self.name] or {})
        patterns = {
            kind: filters.pop(key, None) for kind, key in (("heads", "branches"), ("tags", "tags"))
        }
        if filters:
            raise NotImplementedError(f"on: {self.name}: {filters}")
        kind = self.ref.split("/")[1]
        # If a workflow filters only branches or only tags, refs of the other kind don't start it.
        # For pull requests, filters are ignored, because the target branch isn't simulated.
        if self.name == "pull_request" or not any(patterns.values()):
            return True
        return any(fnmatch.fnmatchcase(self.short_ref, p) for p in patterns[kind] or ())


PULL_REQUEST = Event("pull_request", "refs/pull/7/merge")


@dataclass
class Outcome:
    """The outcome of a job.

    Attributes:
        result: `success`, `failure`, or `skipped`.
        failure: A message with the first failed step and the reason, or "".
        printed: The output of the commands that succeeded.
        summary: The job summary that the commands wrote, or "" for a called workflow.
        artifacts: The names of the uploaded artifacts.
        not_run: The matrix combinations that this machine can't run, with the reasons.
        called: The run of the called workflow, if the job calls one.
    """

    result: str = "success"
    failure: str = ""
    printed: str = ""
    summary: str = ""
    artifacts: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    called: "Run | None" = None


@dataclass
class Run:
    """A run of a workflow.

    Attributes:
        workflow: The parsed workflow.
        event: The event that started it.
        folder: The folder in which the jobs run.
        artifacts: The folder with the artifacts.
        jobs: Each job's outcome by name, in execution order.
    """

    workflow: Mapping[str, Any]
    event: Event
    folder: Path
    artifacts: Path
    jobs: dict[str, Outcome] = field(default_factory=dict)

    def results(self) -> dict[str, str]:
        """Return the result of each job."""
        return {name: outcome.result for name, outcome in self.jobs.items()}

    def until(self, *names: str) -> "Run":
        """Return a copy of the run that contains only some of the jobs."""
        return replace(self, jobs={name: self.jobs[name] for name in names})

    def failures(self) -> str:
        """Return the messages of all failed jobs, separated by newlines."""
        return "\n".join(outcome.failure for outcome in self.jobs.values() if outcome.failure)

    def not_run(self) -> list[str]:
        """Return the matrix combinations that this machine can't run, with the reasons."""
        return [leg for outcome in self.jobs.values() for leg in outcome.not_run]

    def artifact(self, name: str) -> Path:
        """Return the folder of an artifact."""
        return self.artifacts / name


class Service:
    """A simulation of GitHub: a repository, its secrets and releases, and its runners."""

    def __init__(
        self,
        folder: Path,
        origin: Path,
        network: Network,
        pythons: Mapping[str, Path],
        secrets: Mapping[str, Mapping[str, str]] | None = None,
        *,
        is_fork: bool = False,
    ) -> None:
        """Set up the service for a repository.

        Args:
            folder: The folder for runs and releases.
            origin: The repository.
            network: The package indexes, which must be running.
            pythons: The runners' interpreters by version.
            secrets: The secrets of each environment, by name.
            is_fork: Whether the repository is a fork.
        """
        self.folder = folder
        self.origin = origin
        self.network = network
        self.pythons = pythons
        self.secrets = secrets or {}
        self.is_fork = is_fork
        self.releases = folder / "releases"
        self.numbers = itertools.count(1)
        self._tools = self._make_tools(folder / "tools")

    def _make_tools(self, folder: Path) -> dict[str, Path]:
        """Create the folders for PATH: one for the runners, and one that `setup-uv` adds."""
        runner, uv = folder / "runner", folder / "uv"
        runner.mkdir(parents=True)
        stand_in = f'#!/bin/sh\nexec "{sys.executable}" "{gh.__file__}"'
        stand_in += f' "{self.releases}" "{self.origin}" "$@"\n'
        (runner / "gh").write_text(stand_in, encoding="utf-8")
        (runner / "gh").chmod(0o755)
        link_uv(uv, self.pythons)
        return {"runner": runner, "uv": uv}

    def run(
        self,
        workflow: Mapping[str, Any],
        event: Event,
        *,
        file: str,
        called: Mapping[str, Mapping[str, Any]] | None = None,
        again: Run | None = None,
    ) -> Run | None:
        """Run a workflow if the event starts it.

        Args:
            workflow: The parsed workflow.
            event: The event.
            file: The workflow's file name, such as `publish.yml`.
            called: The parsed workflows that it may call, by path, such as
                `./.github/workflows/ci.yml`.
            again: An earlier run. As with "Re-run failed jobs", a job doesn't run again if it and
                all jobs that it needs succeeded in the earlier run and haven't changed.

        Returns:
            The run, or None if the event doesn't start the workflow.

        Raises:
            ExpressionError: An expression is malformed or not supported.
            NotImplementedError: Another feature is not supported. The message names it.
            ValueError: A called workflow lacks its trigger or requests too many permissions.
        """
        if not event.starts(workflow):
            return None
        folder = self.folder / f"run-{next(self.numbers)}"
        made = Run(workflow, event, folder, folder / "artifacts")
        made.artifacts.mkdir(parents=True)
        self._jobs(made, file, called or {}, again)
        return made

    def _jobs(
        self,
        made: Run,
        file: str,
        called: Mapping[str, Mapping[str, Any]],
        again: Run | None = None,
    ) -> None:
        """Run a workflow's jobs in dependency order."""
        check_keys(made.workflow, WORKFLOW_KEYS, "workflow")
        interpolate(made.workflow["concurrency"]["group"], {"github": self._github(made)})
        waiting = dict(made.workflow["jobs"])
        while waiting:
            ready = [name for name, job in waiting.items() if set(_needs(job)) <= set(made.jobs)]
            if not ready:
                raise NotImplementedError(f"{', '.join(waiting)}: a needed job never ends")
            job = waiting.pop(ready[0])
            check_keys(job, CALL_KEYS if "uses" in job else JOB_KEYS, ready[0])
            taken = again and self._taken(made, ready[0], again)
            made.jobs[ready[0]] = taken or self._job(made, ready[0], job, file, called)

    def _github(self, made: Run) -> dict[str, Any]:
        """Return the `github` context."""
        is_pull_request = made.event.name == "pull_request"
        return {
            "event": {
                "pull_request": {"number": 7} if is_pull_request else None,
                "repository": {"fork": self.is_fork},
            },
            "event_name": made.event.name,
            "ref": made.event.ref,
            "ref_name": made.event.short_ref,
            "repository": REPOSITORY,
            "run_id": made.artifacts.parent.name.removeprefix("run-"),
            "server_url": "https://github.com",
        }

    def _taken(self, made: Run, name: str, again: Run) -> Outcome | None:
        """Reuse a job's outcome and artifacts from an earlier run, and return the outcome.

        If the job or one that it needs didn't succeed or has changed, return None.
        """
        jobs = made.workflow["jobs"]
        for each in (name, *_all_needs(jobs, name)):
            is_done = each in again.jobs and again.jobs[each].result == "success"
            if not is_done or again.workflow["jobs"][each] != jobs[each]:
                return None
        for artifact in again.jobs[name].artifacts:
            shutil.copytree(again.artifact(artifact), made.artifact(artifact), dirs_exist_ok=True)
        return again.jobs[name]

    def _job(
        self, made: Run, name: str, job: Job, file: str, called: Mapping[str, Mapping[str, Any]]
    ) -> Outcome:
        """Run a job with each combination of its matrix that this machine supports.

        A job whose condition is false is skipped.

        Raises:
            NotImplementedError: This machine supports none of the combinations.
        """
        needs = {each: {"result": made.jobs[each].result} for each in _needs(job)}
        before = {each: made.jobs[each].result for each in _all_needs(made.workflow["jobs"], name)}
        status = _status(before.values())
        contexts = {"github": self._github(made), "needs": needs}
        if not _holds(job.get("if"), contexts, status):
            return Outcome("skipped")
        if "uses" in job:
            return self._call(made, name, called[job["uses"]], file)
        outcome = Outcome()
        matrices = legs(job)
        for matrix in matrices:
            leg = _Leg(self, made, name, job, file, contexts | {"matrix": matrix})
            if reason := leg.missing():
                outcome.not_run.append(f"{leg.title}: {reason}")
                continue
            leg.run(outcome)
        if len(outcome.not_run) == len(matrices):
            raise NotImplementedError(
                f"{name}: this machine can't run any of its combinations: {outcome.not_run}"
            )
        return outcome

    def _call(self, made: Run, name: str, workflow: Mapping[str, Any], file: str) -> Outcome:
        """Run a called workflow with its caller's artifacts and event.

        https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations

        Raises:
            ValueError: The workflow has no `workflow_call` trigger, or one of its jobs requests
                more permissions than the calling job grants.
        """
        if "workflow_call" not in workflow["on"]:
            raise ValueError(f"{name}: the called workflow has no `workflow_call` trigger")
        granted = made.workflow["jobs"][name].get("permissions", made.workflow["permissions"])
        for inner, job in workflow["jobs"].items():
            for scope, level in job.get("permissions", {}).items():
                if granted.get(scope) not in (level, "write"):
                    raise ValueError(f"{name}: {inner} requests {scope}: {level}")
        run = Run(workflow, made.event, made.folder / name, made.artifacts)
        self._jobs(run, file, {})
        outcomes = run.jobs.values()
        return Outcome(
            "failure" if any(outcome.result == "failure" for outcome in outcomes) else "success",
            run.failures(),
            "".join(outcome.printed for outcome in outcomes),
            artifacts=[artifact for outcome in outcomes for artifact in outcome.artifacts],
            not_run=run.not_run(),
            called=run,
        )


class _Leg:
    """A job with one matrix combination, which has its own runner."""

    def __init__(
        self,
        service: Service,
        made: Run,
        name: str,
        job: Job,
        file: str,
        contexts: Mapping[str, Any],
    ) -> None:
        self.service = service
        self.made = made
        self.name = name
        self.job = job
        self.file = file
        self.permissions = job.get("permissions", made.workflow["permissions"]) or {}
        granted = ",".join(f"{scope}={level}" for scope, level in self.permissions.items())
        environment = job.get("environment", {})
        self.environment = environment if isinstance(environment, str) else environment.get("name")
        self.contexts = {
            **contexts,
            "github": {**contexts["github"], "token": granted},
            "secrets": service.secrets.get(self.environment or "", {}),
        }
        matrix = contexts["matrix"].values()
        self.title = f"{name} ({', '.join(map(str, matrix))})" if matrix else name
        self.folder = made.folder / "-".join([name, *map(str, matrix)])
        self.workspace = self.folder / "work"
        self.path = [service._tools["runner"]]
        self.variables = self._texts(made.workflow.get("env", {})) | self._texts(job.get("env", {}))
        interpolate(job.get("name", ""), self.contexts)

    def _texts(self, values: Mapping[str, Any]) -> dict[str, str]:
        return {name: interpolate(str(value), self.contexts) for name, value in values.items()}

    def missing(self) -> str:
        """Return the reason why this machine can't run the job, or ""."""
        runner = interpolate(self.job["runs-on"], self.contexts)
        if not runner.startswith("ubuntu-"):
            return f"{runner} is not available"
        python = self.variables.get("UV_PYTHON")
        return (
            f"Python {python} is not available"
            if python and python not in self.service.pythons
            else ""
        )

    def run(self, outcome: Outcome) -> None:
        """Run the job's steps, and add their results to the outcome."""
        self.workspace.mkdir(parents=True)
        (self.folder / "home").mkdir()
        (self.folder / "temporary").mkdir()
        (self.folder / "summary").touch()
        failed = False
        for number, step in enumerate(self.job["steps"], 1):
            check_keys(step, STEP_KEYS, f"{self.name}, step {number}")
            status = _status(["failure"] if failed else [])
            if not _holds(step.get("if"), self.contexts, status):
                continue
            title = step.get("name") or step.get("run") or step["uses"].split("@")[0]
            try:
                if "uses" in step:
                    self._use(step, outcome)
                else:
                    outcome.printed += self._shell(step)
            except StepError as error:
                failed = True
                if not outcome.failure:
                    outcome.failure = f"{self.title}: {title}: {error}"
                outcome.result = "failure"
        outcome.summary += (self.folder / "summary").read_text(encoding="utf-8")

    def _environment(self, step: Mapping[str, Any]) -> dict[str, str]:
        """Return a step's environment variables."""
        path = [*map(str, self.path), os.defpath]
        if programs := shutil.which("git"):
            path.append(str(Path(programs).parent))
        github = self.contexts["github"]
        identity: dict[str, str] = {}
        if self.permissions.get("id-token") == "write":
            claims = {"repository": REPOSITORY, "workflow": self.file}
            if self.environment:
                claims["environment"] = self.environment
            identity = self.service.network.identify(claims)
        return {
            **machine_variables(),
            **self.service.network.variables(),
            **identity,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": github["event_name"],
            "GITHUB_REF": github["ref"],
            "GITHUB_REF_NAME": github["ref_name"],
            "GITHUB_REPOSITORY": github["repository"],
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "HOME": str(self.folder / "home"),
            "PATH": os.pathsep.join(path),
            "TMPDIR": str(self.folder / "temporary"),
            **self.variables,
            **self._texts(step.get("env", {})),
        }

    def _call(self, *command: str, step: Mapping[str, Any]) -> str:
        """Run a program as a step would, and return its output.

        Raises:
            StepError: The program failed.
        """
        finished = subprocess.run(
            command,
            cwd=self.workspace,
            env=self._environment(step),
            check=False,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
        )
        if finished.returncode:
            raise StepError(f"ended with {finished.returncode}\n{finished.stdout}")
        return finished.stdout

    def _shell(self, step: Mapping[str, Any]) -> str:
        defaults = self.made.workflow.get("defaults", {}).get("run", {})
        shell = step.get("shell", defaults.get("shell"))
        if shell not in SHELLS:
            raise NotImplementedError(f"{self.name}: shell: {shell}")
        script = self.folder / "script"
        script.write_text(interpolate(step["run"], self.contexts), encoding="utf-8")
        return self._call(*SHELLS[shell], str(script), step=step)

    # Simulated actions.

    def _use(self, step: Mapping[str, Any], outcome: Outcome) -> None:
        action = step["uses"].split("@")[0]
        if action not in ACTIONS:
            raise NotImplementedError(f"{self.name}: uses: {action}")
        act, inputs = ACTIONS[action]
        given = dict(step.get("with", {}))
        check_keys(given, inputs, f"{self.name}: {action}")
        act(self, step, outcome)

    def check_out(self, step: Mapping[str, Any], outcome: Outcome) -> None:
        """Check out the event's ref. As in a private repository, this requires permission.

        Raises:
            StepError: The job doesn't have permission.
        """
        if self.permissions.get("contents") not in ("read", "write"):
            raise StepError("the job's permissions lack contents: read")
        depth = step.get("with", {}).get("fetch-depth", 1)
        event = self.made.event
        refs = [f"+{event.ref}:{event.ref.replace('refs/heads/', 'refs/remotes/origin/')}"]
        if depth == 0:
            refs += ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]
        options = ["--no-tags", *([f"--depth={depth}"] if depth else [])]
        git(self.workspace, "init", "--quiet", "--initial-branch=main")
        git(self.workspace, "fetch", "--quiet", *options, self.service.origin.as_uri(), *refs)
        git(self.workspace, "checkout", "--quiet", refs[0].split(":")[1])

    def set_up_uv(self, step: Mapping[str, Any], outcome: Outcome) -> None:
        """Add uv and the interpreters to PATH."""
        self.path.insert(0, self.service._tools["uv"])

    def upload_artifact(self, step: Mapping[str, Any], outcome: Outcome) -> None:
        """Store a file or a folder's files as an artifact. Hidden files are left out.

        Raises:
            StepError: The artifact already exists and `overwrite` isn't set, or no files were found
                and `if-no-files-found` is `error`.
        """
        inputs = step["with"]
        artifact = self.made.artifact(inputs["name"])
        source = self.workspace / inputs["path"]
        found = [source] if source.is_file() else sorted(source.rglob("*"))
        root = source.parent if source.is_file() else source
        files = [
            file
            for file in found
            if file.is_file()
            and not any(part.startswith(".") for part in file.relative_to(root).parts)
        ]
        if not files and inputs.get("if-no-files-found") == "error":
            raise StepError(f"no files were found with the path {inputs['path']}")
        if files and artifact.exists():
            if not inputs.get("overwrite"):
                raise StepError(f"an artifact named {inputs['name']} already exists")
            shutil.rmtree(artifact)
        for file in files:
            copy = artifact / file.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        outcome.artifacts.append(inputs["name"])

    def download_artifact(self, step: Mapping[str, Any], outcome: Outcome) -> None:
        """Copy an artifact from a job that this job needs.

        Raises:
            StepError: No needed job uploaded the artifact.
        """
        inputs = step["with"]
        artifact = self.made.artifact(inputs["name"])
        before = sorted(_all_needs(self.made.workflow["jobs"], self.name))
        if not any(inputs["name"] in self.made.jobs[each].artifacts for each in before):
            jobs = ", ".join(before) or "none"
            raise StepError(f"no artifact of the needed jobs ({jobs}) is named {inputs['name']}")
        shutil.copytree(artifact, self.workspace / inputs["path"], dirs_exist_ok=True)

    def publish(self, step: Mapping[str, Any], outcome: Outcome) -> None:
        """Upload the files in dist/ to PyPI with a password or the job's identity.

        Raises:
            StepError: No files were found, or the upload failed.
        """
        files = sorted(str(file) for file in (self.workspace / "dist").glob("*"))
        if not files:
            raise StepError("dist/ is empty")
        command = (sys.executable, "-m", "twine", "upload", "--disable-progress-bar")
        inputs = step.get("with", {})
        env = {"TWINE_PASSWORD": inputs["password"]} if "password" in inputs else {}
        outcome.printed += self._call(*command, *files, step={**step, "env": env})


Action = Callable[[_Leg, Mapping[str, Any], Outcome], None]

# The method and the supported inputs of each action.
ACTIONS: dict[str, tuple[Action, set[str]]] = {
    "actions/checkout": (_Leg.check_out, {"fetch-depth", "persist-credentials"}),
    "actions/download-artifact": (_Leg.download_artifact, {"name", "path"}),
    "actions/upload-artifact": (
        _Leg.upload_artifact,
        {"if-no-files-found", "name", "overwrite", "path"},
    ),
    "astral-sh/setup-uv": (_Leg.set_up_uv, {"enable-cache", "version"}),
    "pypa/gh-action-pypi-publish": (_Leg.publish, {"password"}),
}


def _needs(job: Job) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else needs


def _all_needs(jobs: Mapping[str, Job], name: str) -> set[str]:
    """Return the jobs that a job needs, directly or indirectly."""
    direct = _needs(jobs[name])
    return set(direct).union(*(_all_needs(jobs, each) for each in direct))


def _status(before: Any) -> dict[str, bool]:
    """Return the values of the status functions, given the results of earlier jobs or steps."""
    results = set(before)
    return {
        "always": True,
        "cancelled": False,
        "failure": "failure" in results,
        "success": results <= {"success"},
    }


def _holds(condition: Any, contexts: Mapping[str, Any], status: Mapping[str, bool]) -> bool:
    """Return whether a job or a step should run.

    https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
    """
    text = str(condition or "success()").strip()
    if match := re.fullmatch(r"\$\{\{(.*)\}\}", text, re.DOTALL):
        text = match[1]
    holds = bool(evaluate(text, contexts, status))
    return holds and (status["success"] or asks_for_status(text))


def legs(job: Job) -> list[dict[str, Any]]:
    """Return the combinations in a job's matrix, or one empty combination if it has no matrix.

    Each entry of `include` extends all combinations whose original values it doesn't change. If
    there are none, which is always the case if the matrix has only `include`, the entry becomes a
    new combination.
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrixinclude
    """
    strategy = dict(job.get("strategy", {}))
    check_keys(strategy, {"fail-fast", "matrix"}, "strategy")
    matrix = dict(strategy.get("matrix", {}))
    included = matrix.pop("include", [])
    check_keys(matrix, set(matrix) - {"exclude"}, "matrix")
    axes = [
        dict(zip(matrix, values, strict=True)) for values in itertools.product(*matrix.values())
    ]
    if included and not matrix:
        axes = []
    found = [dict(axis) for axis in axes]
    for extra in included:
        fitting = [
            leg
            for axis, leg in zip(axes, found, strict=False)
            if all(axis[name] == extra[name] for name in axis.keys() & extra.keys())
        ]
        for leg in fitting:
            leg |= extra
        if not fitting:
            found.append(dict(extra))
    return found


def link_uv(folder: Path, pythons: Mapping[str, Path]) -> None:
    """Create a folder for PATH that contains only uv, uvx, and some interpreters."""
    folder.mkdir(parents=True)
    program = Path(find_uv_bin())
    for name in ("uv", "uvx"):
        (folder / name).symlink_to(program.with_name(name))
    for version, python in pythons.items():
        (folder / f"python{version}").symlink_to(python)


@functools.cache
def machine_variables() -> dict[str, str]:
    """Return the variables that make uv and pip use this machine's settings and caches."""
    kept = re.compile("(PIP|SSL|UV)_")
    return {
        **{name: value for name, value in os.environ.items() if kept.match(name)},
        "LANG": "C.UTF-8",
        # Use the shared cache so that nothing is downloaded twice.
        "UV_CACHE_DIR": run(find_uv_bin(), "cache", "dir").stdout.strip(),
        "UV_PYTHON_DOWNLOADS": "never",
    }
