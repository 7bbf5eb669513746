"""Test the git hooks, which must work without an activated environment."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.install import Environment
from harness.artifacts.repository import GIT, git
from harness.packagestan.answers import FULL, choices
from harness.packagestan.coverage import each_level_once
from harness.packagestan.template import ROOT
from harness.processes.commands import run
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "github_user": "ada"}
FILE = ".pre-commit-config.yaml"

# The PyPI package of each hook repository, and its hooks as defined in .pre-commit-hooks.yaml.
PACKAGES = {
    "pre-commit/pre-commit-hooks": "pre-commit-hooks",
    "astral-sh/ruff-pre-commit": "ruff",
    "astral-sh/uv-pre-commit": "uv",
    "codespell-project/codespell": "codespell",
    "abravalheri/validate-pyproject": "validate-pyproject[all]",
    "zizmorcore/zizmor-pre-commit": "zizmor",
}
HOOKS: dict[str, list[dict[str, Any]]] = {
    "pre-commit/pre-commit-hooks": [
        {"id": "check-added-large-files"},
        {"id": "check-case-conflict"},
        {"id": "check-merge-conflict", "types": ["text"]},
        {"id": "check-toml", "types": ["toml"]},
        {"id": "check-yaml", "types": ["yaml"]},
        {"id": "end-of-file-fixer", "types": ["text"]},
        {"id": "trailing-whitespace", "entry": "trailing-whitespace-fixer", "types": ["text"]},
    ],
    "astral-sh/ruff-pre-commit": [
        {"id": "ruff-check", "entry": "ruff check --force-exclude", "types_or": ["python", "pyi"]},
        {"id": "ruff-format", "entry": "ruff format --force-exclude", "types_or": ["python"]},
    ],
    "astral-sh/uv-pre-commit": [
        {
            "id": "uv-lock",
            "entry": "uv lock",
            "files": r"^(uv\.lock|pyproject\.toml|uv\.toml)$",
            "pass_filenames": False,
        }
    ],
    "codespell-project/codespell": [{"id": "codespell", "types": ["text"]}],
    "abravalheri/validate-pyproject": [{"id": "validate-pyproject", "files": "^pyproject.toml$"}],
    "zizmorcore/zizmor-pre-commit": [
        {
            "id": "zizmor",
            "entry": "zizmor --no-progress",
            "types": ["yaml"],
            "files": r"(\.github/(workflows/.*|dependabot.ya?ml))|(action\.ya?ml)$",
        }
    ],
}

# A workflow with a mistake. REJECTED lists all mistakes that hooks must reject, each with the file,
# its contents, and the hook's ID.
WORKFLOW = """\
on: pull_request
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.head_ref }}
"""
REJECTED = {
    "large file": ("large.txt", "word\n" * 200_000, "check-added-large-files"),
    "case": ("readme.md", "A second one.\n", "check-case-conflict"),
    "conflict": (
        "notes.md",
        "<<<<<<< before\na\n=======\nb\n>>>>>>> after\n",
        "check-merge-conflict",
    ),
    "TOML": ("notes.toml", "a = \n", "check-toml"),
    "YAML": ("notes.yml", "a: [\n", "check-yaml"),
    "newline": ("notes.md", "a", "end-of-file-fixer"),
    "space": ("notes.txt", "a \n", "trailing-whitespace"),
    "unused import": ("src/my_project/more.py", '"""More."""\n\nimport os\n', "ruff-check"),
    "format": ("src/my_project/more.py", '"""More."""\n\nMORE = [1,2]\n', "ruff-format"),
    "spelling": ("notes.md", "Seperate words.\n", "codespell"),
    "workflow": (".github/workflows/more.yml", WORKFLOW, "zizmor"),
    "type": ("src/my_project/more.py", '"""More."""\n\nMORE: int = ""\n', "typecheck"),
    "rejected change": ("pyproject.toml.rej", "--- pyproject.toml\n", "rejected-changes"),
}
ONLY_REMOTE = {"large file", "case", "spelling", "workflow"}


def revisions() -> dict[str, str]:
    """Return the pinned revision of each hook repository."""
    text = (ROOT / "template" / "data" / "hooks.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def make_substitutes(folder: Path) -> None:
    """Create substitutes for the hook repositories on GitHub, which the tests can't access.

    Each substitute has the tag and the hooks that projects use, and installs the tool from PyPI.
    """
    for name, revision in revisions().items():
        repository = folder / name
        repository.mkdir(parents=True)
        requirement = f"{PACKAGES[name]}=={revision.removeprefix('v')}"
        (repository / "pyproject.toml").write_text(
            '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
            '[project]\nname = "substitute"\nversion = "0.0.0"\ndescription = "A substitute."\n'
            f'dependencies = ["{requirement}"]\n',
            encoding="utf-8",
        )
        (repository / "substitute.py").touch()
        hooks = [
            {"name": hook["id"], "entry": hook["id"], "language": "python"} | hook
            for hook in HOOKS[name]
        ]
        (repository / ".pre-commit-hooks.yaml").write_text(yaml.safe_dump(hooks), encoding="utf-8")
        git(repository, "init", "--quiet")
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "--message=Substitute")
        git(repository, "tag", revision)


Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def shell(tmp_path: Path, artifacts: ArtifactCache) -> Shell:
    """Return a function that runs a command with only system programs and uv on PATH.

    git uses the substitutes instead of the repositories on GitHub.
    """
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").symlink_to(find_uv_bin())
    (tools / "uvx").symlink_to(Path(find_uv_bin()).with_name("uvx"))
    substitutes = artifacts.once("hook-repositories", make_substitutes)
    variables = GIT | {
        "PATH": f"{tools}:/usr/bin:/bin",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{substitutes}/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
        "PREK_HOME": str(artifacts.folder / "prek"),
        "UV_PYTHON": sys.executable,
    }

    def run_in_shell(
        *command: str, cwd: Path, exit_code: int | None = 0
    ) -> subprocess.CompletedProcess[str]:
        return run(*command, cwd=cwd, env=variables, exit_code=exit_code)

    return run_in_shell


def with_hooks(project: Path, shell: Shell) -> Path:
    """Install the hooks in a project that uses uv, stage all files, and return the folder."""
    shell("git", "init", "--quiet", cwd=project)
    shell("uv", "run", "--quiet", "prek", "install", cwd=project)
    shell("git", "add", "--all", cwd=project)
    return project


@pytest.mark.slow
@pytest.mark.parametrize("mode", choices("mode"))
@pytest.mark.parametrize("hooks", ["pre-commit", "local"])
def test_new_project_can_be_committed(
    hooks: str, mode: str, shell: Shell, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """Without an activated environment, the hooks pass on a new project and change no files."""
    answers = BASE | {"hooks": hooks, "mode": mode}
    project = with_hooks(artifacts.copy(answers, tmp_path / "project"), shell)
    shell("git", "commit", "--message=Start", cwd=project)
    assert "" == shell("git", "status", "--porcelain", cwd=project).stdout


@pytest.mark.slow
def test_project_with_many_options_can_be_committed(
    shell: Shell, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The hooks pass on all files of a project with many options, including both lock files."""
    answers = FULL | {"preset": "full", "mode": "app", "default_branch": "main"}
    project = with_hooks(artifacts.copy(answers, tmp_path / "project"), shell)
    shell("uv", "run", "just", "lock", cwd=project)
    shell("git", "add", "--all", cwd=project)
    shell("git", "commit", "--message=Start", cwd=project)


@pytest.mark.slow
@pytest.mark.parametrize(("hooks", "environments"), [("pre-commit", []), ("local", ["pip"])])
def test_hooks_find_the_environment_of_pip(
    hooks: str, environments: list[str], shell: Shell, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """Without uv, the hooks use the tools in .venv, even if it isn't activated."""
    answers = BASE | {"hooks": hooks, "environments": environments}
    project = artifacts.copy(answers, tmp_path / "project")
    (tmp_path / "tools" / "uv").unlink()
    shell("git", "init", "--quiet", cwd=project)
    own = Environment.make(project / ".venv")
    own.install("--editable", ".", "--group", "dev", cwd=project)
    shell(".venv/bin/prek", "install", cwd=project)
    shell("git", "add", "--all", cwd=project)
    shell("git", "commit", "--message=Start", cwd=project)


def test_hooks_find_the_environment_of_conda(artifacts: ArtifactCache) -> None:
    """With conda, local hooks whose language is "system" run in the conda environment."""
    answers = BASE | {"hooks": "local", "environments": ["conda"]}
    config = yaml.safe_load((artifacts.project(answers) / FILE).read_text(encoding="utf-8"))
    for hook in config["repos"][0]["hooks"]:
        if hook["language"] == "system":
            prefix = "conda run --no-capture-output --name my-project-dev "
            assert hook["entry"].startswith(prefix)


@pytest.mark.slow
@pytest.mark.parametrize("hooks", ["pre-commit", "local"])
def test_mistakes_are_rejected(
    hooks: str, shell: Shell, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """Each hook rejects its mistake, and all are reported for a commit with several mistakes."""
    answers = BASE | {"hooks": hooks}
    project = with_hooks(artifacts.copy(answers, tmp_path / "project"), shell)
    shell("git", "commit", "--quiet", "--no-verify", "--message=Start", cwd=project)
    mistakes = [REJECTED[name] for name in REJECTED if hooks != "local" or name not in ONLY_REMOTE]
    for name, text, hook in mistakes:
        (project / name).write_text(text, encoding="utf-8")
        shell("git", "add", "--all", cwd=project)
        finished = shell(".venv/bin/prek", "run", hook, cwd=project, exit_code=1)
        assert f"- hook id: {hook}\n" in finished.stdout
        shell("git", "rm", "--quiet", "--force", name, cwd=project)
    made = {name: (text, hook) for name, text, hook in mistakes}
    for name, (text, _) in made.items():
        (project / name).write_text(text, encoding="utf-8")
    shell("git", "add", "--all", cwd=project)
    rejected = shell("git", "commit", "--message=More", cwd=project, exit_code=1)
    failed = re.findall(r"(?m)^- hook id: (.+)$", rejected.stdout + rejected.stderr)
    assert {hook for _, hook in made.values()} <= set(failed)


@pytest.mark.slow
@pytest.mark.parametrize("hooks", ["pre-commit", "local"])
def test_outdated_lock_file_is_rejected(
    hooks: str, shell: Shell, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A commit with outdated lock files is rejected, and the hooks update both files."""
    answers = BASE | {"hooks": hooks, "environments": ["uv", "pip"]}
    project = with_hooks(artifacts.copy(answers, tmp_path / "project"), shell)
    shell("uv", "run", "just", "lock", cwd=project)
    shell("git", "add", "--all", cwd=project)
    shell("git", "commit", "--quiet", "--no-verify", "--message=Start", cwd=project)
    shell("uv", "add", "--quiet", "--frozen", "cowsay", cwd=project)
    shell("git", "commit", "--all", "--message=More", cwd=project, exit_code=1)
    shell("git", "commit", "--all", "--message=More", cwd=project)
    for lock in ("uv.lock", "pylock.toml"):
        assert "cowsay" in git(project, "show", f"HEAD:{lock}")


@pytest.mark.slow
def test_generated_text_passes_the_spelling_check(artifacts: ArtifactCache) -> None:
    """In projects that together cover each choice of each option, codespell finds no mistakes."""
    version = revisions()["codespell-project/codespell"].removeprefix("v")
    own = artifacts.environment("codespell", BASE, f"codespell=={version}")
    variants = [*(BASE | chosen for chosen in each_level_once()), FULL | {"annotated": True}]
    projects = [artifacts.project(answers) for answers in variants]
    assert "" == own.run("codespell", *projects).stdout


@pytest.mark.slow
@pytest.mark.parametrize("hooks", ["pre-commit", "local"])
def test_configuration_is_valid_for_pre_commit(hooks: str, artifacts: ArtifactCache) -> None:
    """pre-commit, which users can run instead of prek, accepts the configuration."""
    own = artifacts.environment("pre-commit", BASE, "pre-commit")
    project = artifacts.project(BASE | {"hooks": hooks})
    own.run("pre-commit", "validate-config", project / FILE)


@pytest.mark.parametrize("license_", choices("license"))
def test_license_texts_are_accepted(license_: str, artifacts: ArtifactCache) -> None:
    """License texts have no trailing spaces and end with one newline, as the hooks require."""
    text = (artifacts.project(BASE | {"license": license_}) / "LICENSE").read_text(encoding="utf-8")
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
    assert re.search(r"[^\n]\n\Z", text)


def test_hooks_are_not_mentioned_if_none_are_selected(artifacts: ArtifactCache) -> None:
    """Without hooks, no file mentions prek or pre-commit."""
    project = artifacts.project(BASE | {"hooks": "none"})
    for file in project.rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"\bprek\b|pre-commit\b(?!_)", text), file


def hooks_of(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the hooks in a configuration by ID, each with its repository and revision."""
    return {
        hook["id"]: hook | {"repo": repository["repo"], "rev": repository.get("rev")}
        for repository in config["repos"]
        for hook in repository["hooks"]
    }


def test_this_repository_has_the_same_hooks(artifacts: ArtifactCache) -> None:
    """This repository has the same hooks as a project, except for `rejected-changes`.

    Exclusions are ignored, and the `typecheck` hook runs nox.
    """
    answers = BASE | {"hooks": "pre-commit", "environments": []}
    own, made = (
        yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
        for folder in (ROOT, artifacts.project(answers))
    )
    assert made["ci"] == own["ci"]
    expected, found = hooks_of(made), hooks_of(own)
    # Template updates can't leave rejected changes here, because this repository isn't generated.
    del expected["rejected-changes"]
    expected["typecheck"]["entry"] = "nox -s lint"
    for hook in found.values():
        hook.pop("exclude", None)
    assert expected == found


@pytest.mark.slow
def test_this_repository_passes_its_hooks(shell: Shell, tmp_path: Path) -> None:
    """All hooks except the type checker pass on all files in this repository."""
    names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    clone = tmp_path / "clone"
    # Run the hooks in a copy, because some of them change files.
    for name in filter(None, names.stdout.split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    shell("git", "init", "--quiet", cwd=clone)
    shell("git", "add", "--all", cwd=clone)
    command = ("uvx", "prek", "run", "--all-files", "--skip=typecheck")
    found = shell(*command, cwd=clone, exit_code=None)
    assert 0 == found.returncode, found.stdout
