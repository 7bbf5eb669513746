"""Making a release of a generated project: what it changes, and what it refuses."""

import datetime
import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pexpect
import pytest
import yaml
from uv import find_uv_bin

from harness.answers import Answers
from harness.commands import run
from harness.inspect import tree
from harness.install import Environment
from harness.repository import active, call, commit, git, task
from harness.template import ROOT
from harness.workshop import Workshop

BASE: Answers = {
    "project_name": "My Project",
    "mode": "app",
    "task_runner": "none",
    "type_checker": "ty",
    "backend": "flit_core",
    "docs_engine": "none",
    "environments": ["pip"],
}
STATIC: list[Answers] = [
    {"task_runner": "nox", "backend": "setuptools", "mode": "library"},
    {"task_runner": "make", "backend": "uv_build", "mode": "script"},
    {"task_runner": "invoke", "backend": "flit_core"},
    {"task_runner": "none", "backend": "poetry_core"},
]
VCS: list[Answers] = [
    {"versioning": "vcs", "task_runner": "none", "backend": "poetry_core"},
    {"versioning": "vcs", "task_runner": "just", "backend": "pdm_backend", "mode": "library"},
]
RUNNERS = ["just", "nox", "make", "invoke", "none"]


@pytest.fixture
def tools(workshop: Workshop) -> Environment:
    """The group "dev" with every task runner, and the app.

    The other modes have the same names; what is imported are the files of the checked clone.
    """
    data = yaml.safe_load((ROOT / "template" / "data" / "tools.yml").read_text(encoding="utf-8"))
    wheel = workshop.distributions(BASE).wheel
    runners = [data[name] for name in ("just", "nox", "invoke")]
    return workshop.environment("release", BASE, "--group", "dev", *runners, wheel)


@pytest.fixture
def project(tmp_path: Path, workshop: Workshop) -> Path:
    """A project whose first commit is made."""
    project = workshop.copy(BASE, tmp_path / "project")
    commit(project)
    return project


def release(
    tools: Environment,
    project: Path,
    *arguments: str,
    typed: str = "y\n",
    exit_code: int = 0,
    **env: str,
) -> CompletedProcess[str]:
    """Call the program behind the task "release" and type an answer."""
    command = ("python", "tools/release.py", *arguments)
    variables = {"PYTHONPATH": "src"} | env
    return call(tools, project, *command, typed=typed, exit_code=exit_code, env=variables)


def state(project: Path) -> tuple[object, str, str]:
    """Return all that a refusal must leave as it is: files, commits and tags."""
    known = git(project, "show-ref", exit_code=None)
    return tree(project), git(project, "status", "--porcelain", exit_code=None), known


def changelog(project: Path) -> str:
    """Return the project's changelog."""
    return (project / "CHANGELOG.md").read_text(encoding="utf-8")


def assert_released(project: Path, version: str, before: str) -> None:
    """Fail unless a version is committed, tagged and dated, and nothing else has happened."""
    assert "" == git(project, "status", "--porcelain")
    assert f"Release {version}" == git(project, "log", "-1", "--format=%s")
    assert git(project, "rev-parse", "HEAD") == git(project, "rev-parse", f"v{version}^{{}}")
    heading = "## [Unreleased]\n"
    dated = f"{heading}\n## [{version}] - {datetime.date.today()}\n"
    assert before.replace(heading, dated) == changelog(project)


@pytest.mark.parametrize("chosen", STATIC, ids=lambda chosen: "-".join(chosen.values()))
def test_static_version_is_released(
    chosen: Answers, tools: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """The version changes in its line of pyproject.toml alone, which keeps its comments."""
    project = workshop.copy(BASE | chosen, tmp_path / "project")
    file = project / "pyproject.toml"
    text = file.read_text(encoding="utf-8").replace('"0.1.0"', "'0.1.0'   # what  it is")
    file.write_text(text, encoding="utf-8")
    commit(project)
    before = changelog(project)
    command = task(chosen["task_runner"], "release", "minor")
    call(tools, project, *command, typed="y\n", env={"PYTHONPATH": "src"})
    assert_released(project, "0.2.0", before)
    assert text.replace("'0.1.0'", "'0.2.0'") == file.read_text(encoding="utf-8")
    changed = git(project, "diff", "--name-only", "HEAD~").split("\n")
    assert ["CHANGELOG.md", "pyproject.toml"] == changed


@pytest.mark.parametrize("chosen", VCS, ids=lambda chosen: "-".join(chosen.values()))
def test_version_from_git_is_released(
    chosen: Answers, tools: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """The next version follows from the newest tag, and only the changelog changes."""
    project = workshop.copy(BASE | chosen, tmp_path / "project")
    commit(project, "v1.9.0", "v1.10.1", "vintage")
    before = changelog(project)
    if chosen["task_runner"] == "none":
        fast(project, "python tools/build.py distributions")
    commit(project)
    command = task(chosen["task_runner"], "release", "patch")
    call(tools, project, *command, typed="yes\n", env={"PYTHONPATH": "src"})
    assert_released(project, "1.10.2", before)
    assert "CHANGELOG.md" == git(project, "diff", "--name-only", "HEAD~")


def test_is_shown_and_asked_in_a_terminal(
    tools: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """What will change, in the lock too, is shown before the question; nothing is pushed.

    The command that is told at the end pushes the commit and the tag.
    """
    answers = BASE | {"environments": ["uv"], "task_runner": "just", "backend": "hatchling"}
    project = workshop.copy(answers, tmp_path / "project")
    run(find_uv_bin(), "lock", "--quiet", cwd=project)
    fast(project)
    remote = tmp_path / "remote"
    run("git", "init", "--quiet", "--bare", remote)
    git(project, "remote", "add", "origin", str(remote))
    git(project, "push", "--quiet", "--set-upstream", "origin", "HEAD")
    before = changelog(project)
    variables = os.environ | active(tools) | {"PYTHONPATH": "src", "TERM": "dumb"}
    terminal = pexpect.spawn(
        "just", ["release", "0.1.1"], cwd=str(project), env=variables, encoding="utf-8", timeout=120
    )
    terminal.expect_exact("Commit this and tag it v0.1.1? [y/N] ")
    shown = terminal.before or ""
    for line in ('-version = "0.1.0"', '+version = "0.1.1"', "+## [0.1.1] - "):
        assert line in shown
    assert "" == git(project, "tag")
    terminal.sendline("y")
    terminal.expect(pexpect.EOF)
    (push,) = re.findall(r" {4}(git push .*)\r\n", terminal.before or "")
    terminal.close()
    assert 0 == terminal.exitstatus
    assert_released(project, "0.1.1", before)
    run(find_uv_bin(), "lock", "--check", "--quiet", cwd=project)
    assert "" == git(remote, "tag")
    git(project, *push.split()[1:])
    assert "v0.1.1" == git(remote, "tag")
    assert git(project, "rev-parse", "HEAD") == git(remote, "rev-parse", "v0.1.1^{}")


def test_first_release_has_the_version_of_the_beginning(tools: Environment, project: Path) -> None:
    """The version that stands there can be released once, and keeps its line."""
    fast(project)
    before = changelog(project)
    release(tools, project, "v0.1.0")
    assert_released(project, "0.1.0", before)
    sentence = "0.1.0 has a tag already; take a newer one, such as 0.1.1.\n"
    assert sentence == release(tools, project, "0.1.0", exit_code=1).stderr


@pytest.mark.parametrize(
    ("current", "part", "expected"),
    [
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2", "patch", "1.2.1"),
        ("2.0.0rc1", "major", "2.0.0"),
        ("2.0.1.dev2", "patch", "2.0.1"),
        ("2.0.1rc1", "minor", "2.1.0"),
    ],
)
def test_parts_are_raised(
    current: str, part: str, expected: str, tools: Environment, project: Path
) -> None:
    """A part is raised as Semantic Versioning says, and a pre-release becomes its release."""
    code = f"import release; print(release.raised('{part}', release.Version('{current}')))"
    found = tools.run("python", "-c", code, env={"PYTHONPATH": str(project / "tools")}).stdout
    assert f"{expected}\n" == found


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Return what replaces a text in a file and commits that."""

    def change(project: Path) -> None:
        text = (project / name).read_text(encoding="utf-8")
        assert old in text
        (project / name).write_text(text.replace(old, new), encoding="utf-8")
        commit(project)

    return change


def add(name: str, text: str) -> Callable[[Path], None]:
    """Return what adds a file and commits it."""

    def change(project: Path) -> None:
        (project / name).write_text(text, encoding="utf-8")
        commit(project)

    return change


def leave_uncommitted(project: Path) -> None:
    """Make a change and a file, and commit neither."""
    with (project / "README.md").open("a", encoding="utf-8") as file:
        file.write("More.\n")
    (project / "notes.txt").touch()


ENTRY = "### Added\n\n- A greeting in English, German and Spanish.\n"
REFUSED: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "nothing": (str, "", "The version is missing; give major, minor, patch or one like 0.2.0."),
    "word": (
        str,
        "bigger",
        '"bigger" is no version to release; give major, minor, patch or one like 0.2.0.',
    ),
    "local": (
        str,
        "0.2.0+mine",
        '"0.2.0+mine" is no version to release; give major, minor, patch or one like 0.2.0.',
    ),
    "older": (str, "0.0.9", "0.0.9 is older than 0.1.0; take a newer one, such as 0.1.1."),
    "dirty": (
        leave_uncommitted,
        "minor",
        "Not all changes are committed (README.md, notes.txt); commit or stash them first.",
    ),
    "tag": (
        lambda project: git(project, "tag", "v0.2"),
        "minor",
        "0.2.0 has a tag already; take a newer one, such as 0.2.1.",
    ),
    "section": (
        edit("CHANGELOG.md", ENTRY, f"{ENTRY}\n## [0.2.0] - 2026-01-01\n\n- More.\n"),
        "minor",
        "CHANGELOG.md has a section 0.2.0 already; take a newer one.",
    ),
    "no-section": (
        edit("CHANGELOG.md", "## [Unreleased]", "## Soon"),
        "minor",
        'CHANGELOG.md has no section "## [Unreleased]"; tell the changes in one.',
    ),
    "no-entry": (
        edit("CHANGELOG.md", ENTRY, "### Added\n\n## [0.1.0] - 2026-01-01\n\n- All.\n"),
        "minor",
        'CHANGELOG.md has nothing below "## [Unreleased]"; tell the changes.',
    ),
    "line": (
        edit("pyproject.toml", 'version = "0.1.0"', '"version" = "0.1.0"'),
        "minor",
        'pyproject.toml needs a line like version = "1.2.0" below [project].',
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_is_refused_in_a_sentence(case: str, tools: Environment, project: Path) -> None:
    """What is not ready is told in one sentence, at once, and all is left as it was."""
    prepare, wanted, sentence = REFUSED[case]
    prepare(project)
    before = state(project)
    refused = release(tools, project, wanted, exit_code=1)
    assert ("", f"{sentence}\n") == (refused.stdout, refused.stderr)
    assert before == state(project)


@pytest.mark.parametrize("around", [False, True])
def test_is_refused_without_a_repository(
    around: bool, tools: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """A folder that is no repository, or that lies within another one, is not released."""
    project = workshop.copy(BASE, tmp_path / "around" / "project")
    if around:
        commit(project.parent)
    sentence = "The project's folder is no git repository; make one with git init.\n"
    env = {"GIT_CEILING_DIRECTORIES": str(tmp_path)}
    assert sentence == release(tools, project, "minor", exit_code=1, **env).stderr


def add_duplicate(project: Path) -> None:
    """Add a file that the wheel then has twice, and commit it."""
    data = project / "src" / "my_project" / "data"
    (data / "copy.json").write_bytes((data / "greetings.json").read_bytes())
    commit(project)


FAILING: dict[str, Callable[[Path], None]] = {
    "lint": add("src/my_project/more.py", '"""More."""\n\nimport os\n'),
    "typecheck": add("src/my_project/more.py", '"""More."""\n\nMORE: int = ""\n'),
    "test": add(
        "tests/test_more.py",
        '"""Fails."""\n\nimport pytest\n\n\ndef test_more() -> None:\n'
        '    """Fails."""\n    pytest.fail("It does.")\n',
    ),
    "build": edit("pyproject.toml", 'license = "MIT"', 'license = "MYT"'),
    "check-dist": add_duplicate,
}


@pytest.mark.parametrize("check", FAILING)
def test_a_failing_check_is_named(
    check: str, tools: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """Each check that fails stops the release before the question, and all is left as it was."""
    project = workshop.copy(BASE | {"task_runner": "just"}, tmp_path / "project")
    commit(project)
    FAILING[check](project)
    before = state(project)
    refused = release(tools, project, "minor", exit_code=1)
    sentence = f'"just {check}" fails, as it says above; mend that and commit first.'
    assert sentence == refused.stderr.splitlines()[-1]
    assert "[y/N]" not in refused.stdout
    assert before == state(project)


@pytest.mark.parametrize("runner", RUNNERS)
def test_every_runner_tells_a_refusal(
    runner: str, tools: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """The task fails with the same sentence in every runner, with a value and without one."""
    project = workshop.copy(BASE | {"task_runner": runner}, tmp_path / "project")
    commit(project)
    before = state(project)
    for value, sentence in (("", "The version is missing; "), ("0.0.9", "0.0.9 is older than")):
        refused = call(tools, project, *task(runner, "release", value), exit_code=None)
        assert 0 != refused.returncode
        assert re.search(f"(?m)^{sentence}", refused.stdout + refused.stderr)
    assert before == state(project)


@pytest.mark.parametrize("typed", ["n\n", "\n", ""])
def test_only_yes_is_yes(typed: str, tools: Environment, project: Path) -> None:
    """Another answer, or none, changes nothing."""
    fast(project)
    before = state(project)
    refused = release(tools, project, "minor", typed=typed, exit_code=1)
    assert refused.stdout.endswith("Not released; all files are as they were.\n")
    assert before == state(project)


def fast(project: Path, check: str = "ruff check --no-cache") -> None:
    """Leave only one check, for tests of what comes after the checks, and commit that."""
    file = project / "tools" / "release.py"
    text = file.read_text(encoding="utf-8")
    one = re.sub(r"(?s)\nCHECKS = \(.*?\n\)\n", f'\nCHECKS = ("{check}",)\n', text)
    assert one != text
    file.write_text(one, encoding="utf-8")
    commit(project)


def test_a_commit_that_git_refuses_is_undone(tools: Environment, project: Path) -> None:
    """When a hook of the repository refuses the commit, all is left as it was."""
    fast(project)
    hook = project / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    before = state(project)
    refused = release(tools, project, "minor", exit_code=1)
    assert "git commit fails, as it says above; mend that first.\n" == refused.stderr
    assert before == state(project)


def test_a_program_that_is_missing_is_named(tools: Environment, project: Path) -> None:
    """A check whose program is not installed is told in a sentence, too."""
    edit("tools/release.py", '"ruff check"', '"no-such-program check"')(project)
    before = state(project)
    refused = release(tools, project, "minor", exit_code=1)
    sentence = "no-such-program is not installed; activate an environment that has it.\n"
    assert sentence == refused.stderr
    assert before == state(project)


def test_the_build_must_have_the_version(
    tools: Environment, tmp_path: Path, workshop: Workshop
) -> None:
    """A build that takes another version than the tag's is refused."""
    project = workshop.copy(BASE | {"versioning": "vcs", "backend": "hatchling"}, tmp_path / "p")
    fast(project, "python tools/build.py distributions")
    env = {"SETUPTOOLS_SCM_PRETEND_VERSION": "9.9"}
    refused = release(tools, project, "minor", exit_code=1, **env)
    sentence = "The build made 9.9, not 0.1.0; see where it gets that from."
    assert sentence == refused.stderr.splitlines()[-1]
    assert "" == git(project, "tag")


def test_line_ends_and_links_are_kept(tools: Environment, project: Path) -> None:
    """A changelog with Windows' line ends and with links at its end keeps both."""
    fast(project)
    links = "\n[unreleased]: https://example.com/changes\n"
    text = (changelog(project) + links).replace("\n", "\r\n").encode()
    (project / "CHANGELOG.md").write_bytes(text)
    commit(project)
    release(tools, project, "minor")
    dated = f"\r\n## [0.2.0] - {datetime.date.today()}\r\n".encode()
    expected = text.replace(b"## [Unreleased]\r\n", b"## [Unreleased]\r\n" + dated)
    assert expected == (project / "CHANGELOG.md").read_bytes()


def test_program_fits_the_versioning(workshop: Workshop) -> None:
    """The program has what its project's source of the version needs, and nothing else."""
    static = workshop.project(BASE | {"backend": "hatchling"})
    vcs = workshop.project(BASE | {"backend": "hatchling", "versioning": "vcs"})
    texts = {p: (p / "tools" / "release.py").read_text(encoding="utf-8") for p in (static, vcs)}
    assert "pyproject.toml" in texts[static]
    assert "pyproject.toml" not in texts[vcs]
    assert "--merged" in texts[vcs]
    assert "--merged" not in texts[static]
    assert "uv.lock" not in texts[static]
    group = tomllib.loads((static / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    assert {"packaging", "pip", "pypiserver", "twine"} <= {
        re.split(r"[^a-z-]", text)[0] for text in group["release"]
    }
