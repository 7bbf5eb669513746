"""Rehearsing to publish a generated project, on the machine of its developer."""

import re
import shutil
import socket
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml

from harness.answers import Answers
from harness.inspect import tree
from harness.install import Environment
from harness.repository import call, commit, task
from harness.template import ROOT
from harness.workshop import Workshop

BASE: Answers = {"project_name": "My Project", "task_runner": "none", "docs_engine": "none"}
# Each backend, each runner, each mode and both sources of the version.
CHOSEN: list[Answers] = [
    {"task_runner": "just", "backend": "hatchling", "mode": "library"},
    {"task_runner": "nox", "backend": "setuptools", "mode": "app", "versioning": "vcs"},
    {"task_runner": "make", "backend": "uv_build", "mode": "script"},
    {"task_runner": "invoke", "backend": "flit_core", "mode": "library"},
    {"task_runner": "none", "backend": "poetry_core", "mode": "app", "versioning": "vcs"},
    {"task_runner": "just", "backend": "pdm_backend", "mode": "script", "versioning": "vcs"},
]
REHEARSE = ("python", "tools/rehearse.py")


@pytest.fixture
def tools(workshop: Workshop) -> Environment:
    """The newest versions of the group "release", with every task runner."""
    return resolved(workshop, "highest")


def resolved(workshop: Workshop, resolution: str) -> Environment:
    """Return the group "release" with every task runner, in the versions that uv is told."""
    data = yaml.safe_load((ROOT / "template" / "data" / "tools.yml").read_text(encoding="utf-8"))
    runners = [data[name] for name in ("just", "nox", "invoke", "uv")]
    options = ("--group", "release", f"--resolution={resolution}")
    return workshop.environment(f"rehearsal-{resolution}", BASE, *options, *runners)


def change(project: Path, name: str, old: str, new: str) -> None:
    """Replace a text in a file of a project."""
    text = (project / name).read_text(encoding="utf-8")
    assert old in text
    (project / name).write_text(text.replace(old, new), encoding="utf-8")


def rehearse(
    tools: Environment, project: Path, *command: str, exit_code: int = 0, **env: str
) -> CompletedProcess[str]:
    """Rehearse, with settings of a user that must have no say, and see that nothing is left.

    All but the build must not leave the machine, and no file and no server may stay behind.
    """
    home = project.parent / "home"
    home.mkdir()
    (home / ".pypirc").write_text("[pypi]\nusername = ada\npassword = secret\n", encoding="utf-8")
    temporary = project.parent / "temporary"
    temporary.mkdir()
    before = tree(project)
    settings = {
        "TMPDIR": str(temporary),
        "TWINE_USERNAME": "ada",
        "TWINE_REPOSITORY_URL": "http://127.0.0.1:9/",
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "http_proxy": "http://127.0.0.1:9",
    }
    finished = call(tools, project, *command, env=settings | env, exit_code=exit_code)
    assert [] == list(temporary.iterdir())
    for port in set(re.findall(r"http://127\.0\.0\.1:(\d{4,})/", finished.stdout)):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(port)))
    # Besides dist/, some build backends leave what they always do.
    left = {name.split("/")[0] for name in set(tree(project)) - set(before)}
    assert left <= {"dist", "src", "build", ".pdm-build"}
    assert before == {name: tree(project)[name] for name in before}
    return finished


@pytest.mark.parametrize("chosen", CHOSEN, ids=lambda chosen: "-".join(chosen.values()))
def test_is_published_installed_and_run(
    chosen: Answers, tmp_path: Path, workshop: Workshop
) -> None:
    """The package is built, uploaded, installed and run by pip and by uv, and refused twice.

    The last project has the oldest tools that the group allows, the others have the newest.
    """
    tools = resolved(workshop, "lowest-direct" if chosen == CHOSEN[-1] else "highest")
    project = workshop.copy(BASE | chosen, tmp_path / "project")
    version = "0.1.0"
    if chosen.get("versioning") == "vcs":
        version = "1.2.3"
        change(project, "CHANGELOG.md", "[Unreleased]", f"[{version}] - 2026-01-01")
        commit(project, f"v{version}")
    shown = rehearse(tools, project, *task(chosen["task_runner"], "publish-rehearsal")).stdout
    told = version if chosen["mode"] == "library" else f"my-project {version}"
    assert 2 == shown.splitlines().count(told)
    steps = [line for line in shown.splitlines() if line.startswith("== ")]
    assert [
        "== Build and check",
        "== Upload",
        "== Install with pip, and run",
        "== Install with uv, and run",
        "== Upload once more",
        f"== my-project {version} can be published; the files in dist/ are those that were tried",
    ] == steps
    assert "That refusal is right: an index never takes a version's file twice" in shown
    assert 2 == len([f for f in (project / "dist").iterdir() if f.suffix in (".gz", ".whl")])


def built(project: Path, workshop: Workshop) -> Path:
    """Return a project whose dist/ is there and whose rehearsal starts after the checks."""
    dist = workshop.distributions(BASE)
    (project / "dist").mkdir()
    for file in (dist.sdist, dist.wheel):
        shutil.copy(file, project / "dist")
    change(project, "tools/rehearse.py", "for command in CHECKS:", "for command in ():")
    return project


@pytest.mark.parametrize("newest", ["## [0.2.0] - 2026-01-01", "## Soon"])
def test_changelog_must_agree(
    newest: str, tools: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """A version that the changelog doesn't speak of, or is past, ends the rehearsal."""
    project = built(workshop.copy(BASE, tmp_path / "project"), workshop)
    change(project, "CHANGELOG.md", "## [Unreleased]", newest)
    ended = rehearse(tools, project, *REHEARSE, exit_code=1)
    assert "== Upload" not in ended.stdout
    sentence = (
        "The build is 0.1.0, and CHANGELOG.md has no section for it and no "
        '"Unreleased" above older ones; make them agree.'
    )
    assert sentence == ended.stderr.splitlines()[-1]


def test_package_must_run_where_it_is_installed(
    tools: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """A package that lacks a file when it is installed ends the rehearsal, which tidies up."""
    answers = BASE | {"backend": "hatchling", "mode": "app"}
    project = workshop.copy(answers, tmp_path / "project")
    change(project, "tools/rehearse.py", '    "twine check --strict dist/*",\n', "")
    folder = 'packages = ["src/my_project"]\n'
    change(project, "pyproject.toml", folder, f'{folder}exclude = ["greetings.py"]\n')
    ended = rehearse(tools, project, *REHEARSE, exit_code=1)
    assert "== Install with pip, and run" in ended.stdout
    assert "== Install with uv, and run" not in ended.stdout
    sentence = "my-project failed, as it says above; the rehearsal ends here."
    assert sentence == ended.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("python tools", "false tools", "false failed, as it says above; the rehearsal ends here."),
        (
            "python tools",
            "no-such-program tools",
            "no-such-program is not installed; activate an environment that has it.",
        ),
    ],
    ids=["fails", "is-missing"],
)
def test_a_check_that_fails_ends_it(
    old: str, new: str, sentence: str, tools: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """A program that fails or is missing is named in a sentence."""
    project = workshop.copy(BASE, tmp_path / "project")
    change(project, "tools/rehearse.py", f'    "{old}', f'    "{new}')
    assert sentence == rehearse(tools, project, *REHEARSE, exit_code=1).stderr.rstrip("\n")


def test_an_index_that_does_not_start_is_told(
    tools: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """Without pypiserver, the rehearsal says what is missing and leaves nothing."""
    project = workshop.copy(BASE, tmp_path / "project")
    (project / "tools" / "pypiserver.py").write_text("raise SystemExit(1)\n", encoding="utf-8")
    code = "import pathlib, rehearse\nwith rehearse.package_index(pathlib.Path()): pass"
    folder = tmp_path / "index"
    folder.mkdir()
    ended = call(
        *(tools, folder, "python", "-c", code),
        env={"PYTHONPATH": str(project / "tools")},
        exit_code=1,
    )
    assert ended.stderr.endswith(
        "pypiserver did not start; is the dependency group dev installed?\n"
    )


def test_an_index_that_takes_files_twice_is_told(
    tools: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """An upload that is not refused, where it should be, ends the rehearsal."""
    project = workshop.copy(BASE | {"backend": "flit_core"}, tmp_path / "project")
    change(project, "tools/rehearse.py", '"--disable-fallback"', '"--overwrite"')
    change(project, "tools/rehearse.py", '    "twine check --strict dist/*",\n', "")
    change(project, "tools/rehearse.py", 'shutil.which("uv")', "False")
    ended = rehearse(tools, project, *REHEARSE, exit_code=1)
    sentence = "The index did not refuse the files that it has, as it should."
    assert sentence == ended.stderr.splitlines()[-1]
