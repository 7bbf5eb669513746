"""Compare answers and generated files with the expected values in this file."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.packagestan.template import ROOT
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers
from harness.simulators import workflows

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}

# The default answers for a library with the "standard" preset.
STANDARD: Answers = BASE | {
    "project_description": "",
    "mode": "library",
    "preset": "standard",
    "backend": "hatchling",
    "license": "MIT",
    "user_name": "",
    "user_email": "",
    "github_user": "",
    "distribution_name": "my-project",
    "package_name": "my_project",
    "repository_url": "",
    "default_branch": "main",
    "keywords": [],
    "python_min": "3.11",
    "dependencies": [],
    "extras": {"colors": ["rich>=13"]},
    "package_data": True,
    "command_name": "",
    "cli_library": "argparse",
    "gui_command_name": "",
    "plugins": False,
    "environments": ["uv"],
    "task_runner": "just",
    "type_checker": "mypy",
    "hooks": "pre-commit",
    "ci": "github",
    "test_matrix": "standard",
    "versioning": "static",
    "changelog": True,
    "contributing": True,
    "release_tool": "bump-my-version",
    "publish": "trusted",
    "index_url": "",
    "testpypi": False,
    "docs_engine": "none",
    "docs_hosting": "none",
    "devcontainer": False,
    "container": False,
    "template_updates": "none",
    "annotated": False,
}
# Given answers, and the default answers that change because of them.
OTHERS: dict[str, tuple[Answers, Answers]] = {
    "minimal": (
        {"preset": "minimal"},
        {
            "extras": {},
            "package_data": False,
            "task_runner": "none",
            "hooks": "none",
            "ci": "none",
            "changelog": False,
            "contributing": False,
            "release_tool": "none",
            "publish": "none",
        },
    ),
    "full": (
        {"preset": "full"},
        {
            "docs_engine": "sphinx",
            "docs_hosting": "readthedocs",
            "devcontainer": True,
            "template_updates": "workflow",
        },
    ),
    "custom": ({"preset": "custom"}, {}),
    "app": ({"mode": "app"}, {"command_name": "my-project"}),
    "script": (
        {"mode": "script"},
        {"command_name": "my-project", "extras": {}, "package_data": False, "publish": "none"},
    ),
    "GitLab": (
        {"preset": "full", "ci": "gitlab"},
        {"docs_engine": "sphinx", "docs_hosting": "readthedocs", "devcontainer": True},
    ),
    "proprietary": ({"license": "Proprietary"}, {"publish": "none"}),
    "private index": ({"index_url": "https://packages.example.com/"}, {"publish": "token"}),
}


@pytest.mark.parametrize(("given", "derived"), [({}, {}), *OTHERS.values()], ids=["", *OTHERS])
def test_default_answers(given: Answers, derived: Answers, artifacts: ArtifactCache) -> None:
    """Each unanswered question has the expected default."""
    recorded = recorded_answers(artifacts.project(BASE | given))
    del recorded["starters"]
    assert STANDARD | given | derived == recorded


FILES: dict[str, list[str]] = {
    "minimal": [
        *(".copier-answers.yml", ".gitattributes", ".gitignore", ".python-version", "LICENSE"),
        *("README.md", "pyproject.toml", "src/my_project/__init__.py"),
        *("src/my_project/greetings.py", "src/my_project/py.typed", "tests/test_greetings.py"),
    ],
    "standard": [
        *(".github/dependabot.yml", ".github/workflows/ci.yml", ".github/workflows/publish.yml"),
        *(".pre-commit-config.yaml", "CHANGELOG.md", "CONTRIBUTING.md", "RELEASING.md"),
        *("justfile", "src/my_project/data/greetings.json", "tests/test_colors.py"),
    ],
    "full": [
        *(".devcontainer/devcontainer.json", ".github/workflows/template.yml"),
        *(".readthedocs.yaml", "docs/api.md", "docs/changelog.md", "docs/conf.py", "docs/index.md"),
    ],
}


@pytest.mark.parametrize("number", range(3), ids=list(FILES))
def test_files_of_each_preset(number: int, artifacts: ArtifactCache) -> None:
    """Each preset has exactly the previous preset's files and the files listed for it."""
    name = list(FILES)[number]
    expected = [file for files in list(FILES.values())[: number + 1] for file in files]
    assert sorted(expected) == sorted(tree(artifacts.project(BASE | {"preset": name})))


def project_table(project: Path) -> Any:
    """Return the parsed contents of a project's pyproject.toml."""
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


NAMES = {
    "": {
        "test": ["pytest", "pytest-cov", "rich"],
        "dev": ["+test", "mypy", "prek", "ruff", "rust-just"],
        "release": ["bump-my-version", "check-wheel-contents", "twine"],
    },
    "minimal": {"test": ["pytest", "pytest-cov"], "dev": ["+test", "mypy", "ruff"]},
    "everything": {
        "test": ["pytest", "pytest-cov", "rich"],
        "docs": ["furo", "myst-parser", "sphinx"],
        "dev": ["+test", "+docs", "+release", "ty", "pre-commit-hooks", "prek", "ruff", "nox"],
        "release": ["build", "bump-my-version", "check-wheel-contents", "twine"],
    },
    "other tools": {
        "test": ["pytest", "pytest-cov", "rich"],
        "docs": ["mkdocstrings-python", "zensical"],
        "dev": ["+test", "+docs", "pyright", "ruff", "invoke"],
        "release": ["check-wheel-contents", "twine"],
    },
}
TOOLS: dict[str, Answers] = {
    "": {},
    "minimal": {"preset": "minimal"},
    "everything": {
        "docs_engine": "sphinx",
        "type_checker": "ty",
        "hooks": "local",
        "task_runner": "nox",
        "environments": [],
    },
    "other tools": {
        "docs_engine": "zensical",
        "type_checker": "pyright",
        "hooks": "none",
        "task_runner": "invoke",
        "versioning": "vcs",
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_dependency_groups_have_the_selected_tools(name: str, artifacts: ArtifactCache) -> None:
    """Dependency groups contain exactly the expected tools, each with a lower bound."""
    groups = project_table(artifacts.project(BASE | TOOLS[name]))["dependency-groups"]
    found = {
        group: [
            "+" + each["include-group"] if isinstance(each, dict) else each for each in requirements
        ]
        for group, requirements in groups.items()
    }
    assert NAMES[name] == {
        group: [each.partition(">=")[0].partition("[")[0] for each in requirements]
        for group, requirements in found.items()
    }
    tools = [each for requirements in found.values() for each in requirements if each[0] != "+"]
    assert all(">=" in each for each in tools)


CLASSIFIERS = [
    "Development Status :: 3 - Alpha",
    "Operating System :: OS Independent",
    "Programming Language :: Python :: 3",
    "Programming Language :: Python :: 3 :: Only",
    *(f"Programming Language :: Python :: 3.{minor}" for minor in range(11, 16)),
    "Typing :: Typed",
]


@pytest.mark.parametrize(
    ("chosen", "more"),
    [
        ({}, []),
        ({"mode": "app"}, ["Environment :: Console"]),
        ({"license": "Proprietary"}, ["Private :: Do Not Upload"]),
    ],
    ids=["library", "app", "proprietary"],
)
def test_classifiers(chosen: Answers, more: list[str], artifacts: ArtifactCache) -> None:
    """The metadata has the expected classifiers in sorted order, and the version 0.1.0."""
    project = project_table(artifacts.project(BASE | chosen))["project"]
    assert sorted([*CLASSIFIERS, *more]) == project["classifiers"]
    assert "0.1.0" == project["version"]


ALL = BASE | {
    "preset": "full",
    "mode": "app",
    "github_user": "ada",
    "container": True,
    "testpypi": True,
    "docs_hosting": "pages",
}
# The names of the workflows and jobs, and the jobs' time limits in minutes.
JOBS: dict[str, dict[str, tuple[str, int | None]]] = {
    "CI": {
        "lint": ("Lint and types", 10),
        "docs": ("Documentation", 10),
        "build": ("Build", 10),
        "container": ("Container image", 15),
        "tests": (
            (
                "Tests (${{ matrix.os }}, Python ${{ matrix.python }}"
                "${{ matrix.lowest && ', lowest dependencies' || '' }})"
            ),
            15,
        ),
        "result": ("Result", 5),
    },
    "Documentation": {"build": ("Build", 10), "deploy": ("Deploy", 10)},
    "Publish": {
        "checks": ("Checks", None),
        "tag": ("Tag", 5),
        "testpypi": ("TestPyPI", 10),
        "pypi": ("PyPI", 10),
        "github-release": ("GitHub release", 10),
    },
    "Template": {"check": ("Compare with the template", 10)},
}


def read_workflows(project: Path) -> dict[str, Any]:
    """Return a project's workflows by name."""
    read = map(workflows.read, sorted((project / ".github" / "workflows").iterdir()))
    return {each["name"]: each for each in read}


def test_jobs_have_names_and_time_limits(artifacts: ArtifactCache) -> None:
    """Workflows and jobs have the expected names, and jobs have the expected time limits and systems."""
    found = read_workflows(artifacts.project(ALL))
    assert JOBS == {
        name: {key: (job["name"], job.get("timeout-minutes")) for key, job in each["jobs"].items()}
        for name, each in found.items()
    }
    systems = {job.get("runs-on") for each in found.values() for job in each["jobs"].values()}
    assert {"ubuntu-latest", "${{ matrix.os }}", None} == systems


def test_workflows_start_at_odd_minutes(artifacts: ArtifactCache) -> None:
    """Scheduled workflows run on Mondays, but not on the hour, when GitHub is busy.

    CI runs scripts with bash by default.
    """
    schedules = {
        name: each["on"]["schedule"]
        for name, each in read_workflows(artifacts.project(ALL)).items()
        if "schedule" in each["on"]
    }
    assert {"CI": [{"cron": "23 4 * * 1"}], "Template": [{"cron": "17 5 * * 1"}]} == schedules
    assert {"run": {"shell": "bash"}} == read_workflows(artifacts.project(ALL))["CI"]["defaults"]


def test_pipeline_has_its_images_and_limits(artifacts: ArtifactCache) -> None:
    """The pipeline has the expected images, stages, and default settings for jobs."""
    project = artifacts.project(ALL | {"ci": "gitlab", "docs_hosting": "none"})
    first, second = (
        yaml.safe_load((project / name).read_text(encoding="utf-8"))
        for name in (".gitlab-ci.yml", ".gitlab/publish.yml")
    )
    images = yaml.safe_load((ROOT / "tests" / "pins.yml").read_text(encoding="utf-8"))["images"]
    uv, docker = images["uv"]["pin"], images["docker"]["pin"]
    assert f"ghcr.io/astral-sh/uv:{uv}-trixie" == first["default"]["image"]
    assert ("15 minutes", True) == (first["default"]["timeout"], first["default"]["interruptible"])
    container = first["container"]
    assert (f"docker:{docker}-cli", [f"docker:{docker}-dind"]) == (
        container["image"],
        container["services"],
    )
    assert "registry.gitlab.com/gitlab-org/cli:latest" == second["release"]["image"]
    assert ["check", "build", "test", "testpypi", "publish", "release"] == first["stages"]


def test_renovate_has_the_default_settings(artifacts: ArtifactCache) -> None:
    """renovate.json has the expected keys and preset, and its two rules apply only to Copier."""
    project = artifacts.project(BASE | {"template_updates": "renovate"})
    settings = json.loads((project / "renovate.json").read_text(encoding="utf-8"))
    assert "https://docs.renovatebot.com/renovate-schema.json" == settings["$schema"]
    assert ["config:recommended"] == settings["extends"]
    assert {"$schema", "description", "extends", "enabledManagers", "packageRules"} == set(settings)
    assert [["copier"]] * 2 == [rule["matchManagers"] for rule in settings["packageRules"]]


def test_dev_container_is_named_after_the_distribution(artifacts: ArtifactCache) -> None:
    """devcontainer.json contains the expected keys, and is named after the distribution."""
    project = artifacts.project(BASE | {"devcontainer": True})
    file = project / ".devcontainer" / "devcontainer.json"
    description = json.loads(file.read_text(encoding="utf-8"))
    assert {"name", "image", "postCreateCommand", "customizations"} == set(description)
    assert "my-project" == description["name"]


@pytest.mark.parametrize("engine", ["sphinx", "zensical"])
def test_read_the_docs_has_a_current_system(engine: str, artifacts: ArtifactCache) -> None:
    """Read the Docs builds the site with the newest Python 3 on Ubuntu 24.04."""
    answers = {"docs_engine": engine, "docs_hosting": "readthedocs"}
    file = artifacts.project(BASE | answers) / ".readthedocs.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert 2 == settings["version"]
    # https://docs.readthedocs.com/platform/stable/config-file/v2.html
    assert "ubuntu-24.04" == settings["build"]["os"]
    assert {"python": "3"} == settings["build"]["tools"]
    expected = {"version", "build"} | ({"sphinx"} if engine == "sphinx" else set())
    assert expected == set(settings)
