"""Test the environment tools, their files, and their lock files."""

import datetime
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.install import Environment
from harness.artifacts.repository import commit, git
from harness.packagestan.answers import choices, questions
from harness.packagestan.reviews import reviews
from harness.packagestan.template import ROOT
from harness.processes.commands import run
from harness.rendering.template import Answers

PLAIN: Answers = {"project_name": "My Project", "backend": "flit_core"}
TOOLS = "template/data/tools.yml"
MOST_DISTRIBUTIONS = 30


# A script that simulates conda. It creates a virtual environment with the name from environment.yml,
# and installs the requirements in the "pip" section.
CONDA = """\
#!/usr/bin/env bash
set -eu
name=$(sed -n 's/^name: //p' environment.yml)
place="$CONDA_ENVIRONMENTS/$name"
uv venv --quiet --seed "$place"
sed -n 's/^      - //p' environment.yml > "$place/requirements.txt"
"$place/bin/python" -m pip install --quiet --requirement "$place/requirements.txt"
"""
# A script that simulates direnv. It defines simplified versions of direnv's functions, and runs
# .envrc.
DIRENV = """\
watch_file() { echo "watches $*"; }
layout() { conda env create; source "$CONDA_ENVIRONMENTS/$2/bin/activate"; }
source .envrc
python -c 'import my_project, sys; print(sys.prefix)'
"""


def with_environments(*environments: str) -> Answers:
    """Return the answers for a project with the given environment tools."""
    return PLAIN | {"environments": list(environments)}


def uv(project: Path, *arguments: str) -> None:
    """Run uv in a project."""
    run(find_uv_bin(), *arguments, cwd=project)


def bash(
    project: Path, script: str, *, exit_code: int | None = 0
) -> subprocess.CompletedProcess[str]:
    """Run a script in a project with uv, pipx, Python, and the simulated conda on PATH."""
    tools = project.parent / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "conda").write_text(CONDA, encoding="utf-8")
    pipx = Path(sys.executable).with_name("pipx")
    for name, program in {"uv": find_uv_bin(), "pipx": pipx, "python": sys.executable}.items():
        # Use wrapper scripts, because Python can't find its virtual environment through a symbolic
        # link.
        (tools / name).write_text(f'#!/bin/sh\nexec "{program}" "$@"\n', encoding="utf-8")
    for file in tools.iterdir():
        file.chmod(0o755)
    env = {"PATH": f"{tools}:/usr/bin:/bin", "CONDA_ENVIRONMENTS": str(project.parent / "conda")}
    return run("bash", "-euc", script, cwd=project, env=env, exit_code=exit_code)


def lock_commands(project: Path) -> str:
    """Return the commands of the `lock` task, or "" if the project has no such task."""
    text = (project / "justfile").read_text(encoding="utf-8")
    found = re.search(r"(?m)^lock:\n((?:    .+\n)+)", text)
    return found[1] if found else ""


def check_commands(project: Path) -> str:
    """Return the script that checks pylock.toml in CI."""
    file = project / ".github" / "workflows" / "ci.yml"
    jobs = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values()
    steps = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    (check,) = [commands for commands in steps if "git diff" in commands]
    return str(check)


def locked(artifacts: ArtifactCache, *environments: str) -> Path:
    """Return a cached, committed project with the lock files that its `lock` task creates."""

    def make(folder: Path) -> None:
        folder.mkdir()
        project = artifacts.copy(with_environments(*environments), folder / "project")
        bash(project, lock_commands(project))
        commit(project)

    return artifacts.once(f"locked-{'-'.join(environments)}", make) / "project"


def pins(lock: Path) -> dict[str, str]:
    """Return the version of each package in pylock.toml or uv.lock, excluding the project."""
    data = tomllib.loads(lock.read_text(encoding="utf-8"))
    packages = data["packages"] if "packages" in data else data["package"]
    return {each["name"]: each["version"] for each in packages if each["name"] != "my-project"}


def test_uv_is_the_default(artifacts: ArtifactCache) -> None:
    """By default, a project uses uv and has no `lock` task.

    The question allows several answers.
    """
    assert questions()["environments"]["multiselect"]
    project = artifacts.project(PLAIN)
    assert (project / ".python-version").exists()
    assert "" == lock_commands(project)


@pytest.mark.parametrize("chosen", [[], ["pip"], ["conda"]])
def test_uv_is_not_required_unless_selected(chosen: list[str], artifacts: ArtifactCache) -> None:
    """If uv isn't selected, only CI and the command that creates pylock.toml mention it."""
    project = artifacts.project(with_environments(*chosen))
    for file in project.rglob("*"):
        if file.is_file() and ".github" not in file.parts:
            text = file.read_text(encoding="utf-8").replace("pipx run uv pip compile", "")
            assert not re.search(r"\buvx?\b", text), file


@pytest.mark.parametrize("name", ["base", "my-project", "2026-01-01", "1e5", "null"])
def test_conda_environment_has_a_valid_name(name: str, artifacts: ArtifactCache) -> None:
    """The conda environment is named after the distribution, with the suffix "-dev".

    The name is a string in YAML. conda-forge is the only channel, and pip installs the project in
    editable mode.
    """
    project = artifacts.project(with_environments("conda") | {"distribution_name": name})
    environment = yaml.safe_load((project / "environment.yml").read_text(encoding="utf-8"))
    assert f"{name}-dev" == environment["name"]
    assert ["conda-forge"] == environment["channels"]
    assert {"pip": ["--editable=."]} == environment["dependencies"][-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("main", "watched"),
    [
        ("uv", "pyproject.toml uv.lock"),
        ("pip", "pyproject.toml"),
        ("conda", "environment.yml pyproject.toml"),
    ],
)
def test_direnv_activates_the_environment(
    main: str, watched: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """.envrc creates and activates the other selected tool's environment.

    direnv watches the files that define the environment.
    """
    project = artifacts.copy(with_environments(main, "direnv"), tmp_path / "project")
    file = project / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    # Remove the development tools, which take a long time to install and aren't used here.
    file.write_text(re.sub(r"(?ms)^dev = \[.*?^\]", "dev = []", text), encoding="utf-8")
    first, *_, prefix = bash(project, DIRENV).stdout.splitlines()
    assert f"watches {watched}" == first
    conda = tmp_path / "conda" / "my-project-dev"
    assert (conda if main == "conda" else project / ".venv") == Path(prefix)


@pytest.mark.slow
@pytest.mark.parametrize("environments", [["pip"], ["uv", "pip"]])
def test_pylock_is_portable(environments: list[str], artifacts: ArtifactCache) -> None:
    """pylock.toml covers all supported Python versions and Windows, and contains no local paths."""
    lock = locked(artifacts, *environments) / "pylock.toml"
    text = lock.read_text(encoding="utf-8")
    assert ">=3.11" == tomllib.loads(text)["requires-python"]
    assert {"pytest", "mypy", "colorama"} <= set(pins(lock))
    assert "find-links" not in text
    assert str(lock.parent) not in text


@pytest.mark.slow
def test_pylock_has_the_pins_of_uv(artifacts: ArtifactCache) -> None:
    """With uv, pylock.toml pins the same versions as uv.lock."""
    project = locked(artifacts, "uv", "pip")
    assert pins(project / "pylock.toml").items() <= pins(project / "uv.lock").items()


@pytest.mark.slow
@pytest.mark.parametrize("environments", [["pip"], ["uv", "pip"]])
def test_pip_installs_locked_versions(
    environments: list[str], tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The project's tests pass after pip installs the packages in pylock.toml."""
    project = shutil.copytree(locked(artifacts, *environments), tmp_path / "project")
    own = Environment.make(tmp_path / "environment")
    own.install("pip>=26.1")
    pip_install = ("python", "-m", "pip", "install", "--quiet")
    own.run(*pip_install, "--requirement", "pylock.toml", cwd=project)
    own.run(*pip_install, "--no-deps", "--editable", ".", cwd=project)
    own.run("python", "-m", "pip", "check")
    assert " passed in " in own.run("pytest", cwd=project).stdout


@pytest.mark.slow
@pytest.mark.parametrize("environments", [["pip"], ["uv", "pip"]])
def test_ci_accepts_a_current_pylock(
    environments: list[str], tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The check passes for a current pylock.toml without changing files.

    It ignores missing upload times, which not every version of uv writes.
    """
    project = shutil.copytree(locked(artifacts, *environments), tmp_path / "project")
    bash(project, check_commands(project))
    assert "" == git(project, "status", "--porcelain")
    lock = project / "pylock.toml"
    text = lock.read_text(encoding="utf-8")
    lock.write_text(re.sub(r"upload-time = \S+, ", "", text), encoding="utf-8")
    commit(project)
    bash(project, check_commands(project))


@pytest.mark.slow
def test_ci_names_a_package_with_different_locked_versions(
    tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """If the lock files have different versions of Ruff, the check fails and names Ruff, but not mypy."""
    project = shutil.copytree(locked(artifacts, "uv", "pip"), tmp_path / "project")
    uv(project, "lock", "--quiet", "--upgrade-package=ruff==0.16.4")
    commit(project)
    checked = bash(project, check_commands(project), exit_code=1)
    assert ' name = "ruff"\n' in checked.stdout
    assert '+version = "0.16.4"\n' in checked.stdout
    assert 'name = "mypy"' not in checked.stdout


@pytest.mark.slow
def test_ci_names_a_missing_dependency(tmp_path: Path, artifacts: ArtifactCache) -> None:
    """Without uv, the check fails and names a dependency that is missing from pylock.toml."""
    project = shutil.copytree(locked(artifacts, "pip"), tmp_path / "project")
    file = project / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\ndependencies = [", '\ndependencies = ["cowsay", '), "utf-8")
    commit(project)
    checked = bash(project, check_commands(project), exit_code=1)
    assert ["cowsay"] == re.findall(r'(?m)^[-+]name = "(.+)"$', checked.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("environments", [["pip"], ["uv", "pip"]])
def test_ci_rejects_a_missing_pylock(
    environments: list[str], tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The check fails if pylock.toml isn't committed."""
    project = shutil.copytree(locked(artifacts, *environments), tmp_path / "project")
    git(project, "rm", "--quiet", "pylock.toml")
    commit(project)
    bash(project, check_commands(project), exit_code=1)


@pytest.mark.slow
def test_uv_rejects_an_outdated_lock_file(tmp_path: Path, artifacts: ArtifactCache) -> None:
    """With UV_LOCKED, as in CI, `uv sync` fails if uv.lock lacks a dependency."""
    project = artifacts.copy(PLAIN, tmp_path / "project")
    uv(project, "lock", "--quiet")
    uv(project, "add", "--quiet", "--frozen", "cowsay")
    env = {"UV_LOCKED": "1"}
    failed = run(find_uv_bin(), "sync", cwd=project, env=env, exit_code=1)
    assert "needs to be updated" in failed.stderr


@pytest.mark.slow
@pytest.mark.parametrize("mode", choices("mode"))
def test_development_environment_is_small(
    mode: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """`uv sync` installs at most 30 distributions, including the project."""
    project = artifacts.copy({"project_name": "My Project", "mode": mode}, tmp_path / "project")
    uv(project, "sync", "--quiet")
    listed = run(find_uv_bin(), "pip", "list", "--format=json", cwd=project).stdout
    names = {each["name"] for each in json.loads(listed)}
    assert "my-project" in names
    assert len(names) <= MOST_DISTRIBUTIONS, sorted(names)


def test_lower_bounds_are_at_most_a_year_old(tmp_path: Path) -> None:
    """No lower bound in tools.yml had a newer release one year before the file's last review."""
    year_before = reviews()[TOOLS] - datetime.timedelta(days=365)
    tools = yaml.safe_load((ROOT / TOOLS).read_text(encoding="utf-8")).values()
    requirements = [Requirement(text) for text in tools]
    names = tmp_path / "names.in"
    names.write_text("\n".join(each.name for each in requirements), encoding="utf-8")
    compile_ = ("pip", "compile", "--quiet", "--no-deps", "--no-header", "--no-annotate")
    newest = run(find_uv_bin(), *compile_, f"--exclude-newer={year_before}", names).stdout
    versions = dict(line.split("==") for line in newest.splitlines() if "==" in line)
    for requirement in requirements:
        (bound,) = [each.version for each in requirement.specifier if each.operator == ">="]
        assert Version(versions[requirement.name]) <= Version(bound), requirement
