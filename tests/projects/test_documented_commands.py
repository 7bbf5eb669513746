"""Run the commands in a project's README.md, CONTRIBUTING.md, and RELEASING.md."""

import os
import re
import shutil
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.repository import GIT
from harness.processes.commands import run
from harness.rendering.render import copier_command
from harness.rendering.template import Answers

pytestmark = pytest.mark.slow

# Programs that the commands call, directly or indirectly.
PROGRAMS = ("basename", "bash", "cat", "dirname", "env", "git", "realpath", "sed", "sh", "uname")

# Matches a command in a console block, or a code span with a complete command.
PREFIXES = "uv|uvx|just|nox|git|python|pytest|pipx|prek|ruff"
COMMAND = re.compile(rf"^\$ (.+)$|`((?:{PREFIXES}) (?!run`)[^`\n]+)`", re.MULTILINE)

# No package on PyPI has this name. The hooks are local, so that nothing is cloned from GitHub.
LIBRARY: Answers = {
    "project_name": "Greetings from Ada",
    "github_user": "ada",
    "hooks": "local",
}
APP = LIBRARY | {
    "mode": "app",
    "backend": "flit_core",
    "environments": ["pip"],
    "extras": {},
    "hooks": "none",
    "task_runner": "nox",
    "type_checker": "none",
}

# With pip, installing the tools for a nox session takes ten seconds. All sessions use the same
# function for this, so these two can use uv.
INSTALLED_WITH_UV = ("nox -s format", "nox -s lint")

# Prefixes of the first and the last command for contributors without uv in CONTRIBUTING.md.
FIRST_WITHOUT_UV, LAST_WITHOUT_UV = "python3 -m venv", "python -m pip install --editable"

REJECT_MAIN = """\
#!/bin/sh
if [ "$1" = refs/heads/main ]; then
    echo "changes must be made through a pull request" >&2
    exit 1
fi
"""


def documented(file: Path) -> list[str]:
    """Return the commands in a Markdown file in order."""
    text = file.read_text(encoding="utf-8")
    return [block or span for block, span in COMMAND.findall(text)]


class Shell:
    """A shell that has git, Python, and optionally uv on PATH, and can activate an environment.

    Attributes:
        project: The folder to run in.
        uv: The folder with uv, which is on PATH if `has_uv` is true.
        remote: A bare repository that replaces the project's repository on GitHub.
        activation: The command that activates an environment, or "true".
        variables: The environment variables to set.
    """

    def __init__(self, folder: Path, project: Path, *, has_uv: bool) -> None:
        """Create the folders with programs, and the remote repository."""
        self.project = project
        self.remote = folder / "remote.git"
        self.activation = "true"
        programs = folder / "programs"
        programs.mkdir()
        for name in PROGRAMS:
            (programs / name).symlink_to(str(shutil.which(name)))
        (programs / "python3").symlink_to(Path(sys.executable).resolve())
        self.uv = folder / "uv"
        self.uv.mkdir()
        (self.uv / "uv").symlink_to(find_uv_bin())
        (self.uv / "uvx").symlink_to(Path(find_uv_bin()).with_name("uvx"))
        run("git", "init", "--quiet", "--bare", "--initial-branch=main", self.remote)
        self.variables = GIT | {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.remote}.insteadOf",
            "GIT_CONFIG_VALUE_0": "https://github.com/ada/greetings-from-ada",
            "NO_COLOR": "1",
            "PATH": f"{programs}{os.pathsep}{self.uv}" if has_uv else str(programs),
            "PIP_FIND_LINKS": f"{os.environ.get('PIP_FIND_LINKS', '')} {project / 'dist'}",
            "PIPX_HOME": str(folder / "pipx"),
            "UV_PYTHON_DOWNLOADS": "never",
        }

    def run(self, command: str, exit_code: int | None = 0) -> CompletedProcess[str]:
        """Run a command in the active environment, which `source` commands change."""
        script = f"set -e\n{self.activation}\n{command}"
        finished = run(
            *(str(shutil.which("bash")), "-c", script),
            cwd=self.project,
            env=self.variables,
            exit_code=exit_code,
        )
        if command.startswith("source "):
            self.activation = command
        return finished

    def git(self, *arguments: str) -> str:
        """Run git in the project, and return the output."""
        return run("git", *arguments, cwd=self.project, env=self.variables).stdout.strip()

    def remote_refs(self) -> set[str]:
        """Return the names of the branches and tags in the remote."""
        command = ("git", "for-each-ref", "--format=%(refname)")
        return set(run(*command, cwd=self.remote).stdout.split())


def create(shell: Shell, releases: Path, answers: Answers) -> None:
    """Generate a project, run the commands in the message after copying, and check the result.

    The commands must commit all files and push them to main.
    """
    copied = copier_command("copy", "--defaults", releases, shell.project, answers=answers)
    lines = [line.strip() for line in re.findall(r"(?m)^    (.+)$", copied.stderr)]
    for command in "\n".join(lines).replace("\\\n", "").splitlines():
        shell.run(command)
    assert "" == shell.git("status", "--porcelain")
    assert {"refs/heads/main"} == shell.remote_refs()


def contribute(shell: Shell, commands: list[str]) -> None:
    """Run commands from CONTRIBUTING.md, and check that they leave no uncommitted changes."""
    for command in commands:
        path = f"PATH=$PATH:{shell.uv} " if command in INSTALLED_WITH_UV else ""
        shell.run(path + command.replace("NAME", "greet"))
    assert "" == shell.git("status", "--porcelain")


def release(shell: Shell) -> None:
    """Make and undo releases as documented in RELEASING.md, with and without branch protection."""
    commands = iter(documented(shell.project / "RELEASING.md"))
    bump, push = next(commands), next(commands)
    shell.run(bump)
    shell.run(push)
    assert {"refs/heads/main", "refs/tags/v0.2.0"} == shell.remote_refs()
    assert "## [0.2.0] - " in (shell.project / "CHANGELOG.md").read_text(encoding="utf-8")

    protection = shell.remote / "hooks" / "update"
    protection.write_text(REJECT_MAIN, encoding="utf-8")
    protection.chmod(0o755)
    for _ in range(3):
        shell.run(next(commands))
    # Simulate merging the pull request on the server.
    run("git", "update-ref", "refs/heads/main", "refs/heads/release", cwd=shell.remote)
    assert "refs/tags/v0.3.0" not in shell.remote_refs()
    for _ in range(3):
        shell.run(next(commands))
    assert "refs/tags/v0.3.0" in shell.remote_refs()

    released = shell.git("rev-parse", "HEAD")
    failing_hook = shell.project / ".git" / "hooks" / "commit-msg"
    failing_hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    failing_hook.chmod(0o755)
    assert 0 != shell.run(bump, exit_code=None).returncode
    shell.run(next(commands))
    assert "" == shell.git("status", "--porcelain")
    failing_hook.unlink()

    shell.run(bump)
    assert 0 != shell.run(push, exit_code=None).returncode
    assert "refs/tags/v0.4.0" not in shell.remote_refs()
    for command in commands:
        shell.run(command)
    assert released == shell.git("rev-parse", "HEAD")
    assert "" == shell.git("tag", "--list", "v0.4.0")


def test_commands_with_uv(tmp_path: Path, releases: Path) -> None:
    """In a library with uv, the commands for users of uv work with only git, Python, and uv."""
    shell = Shell(tmp_path, tmp_path / "project", has_uv=True)
    create(shell, releases, LIBRARY)
    commands = documented(shell.project / "CONTRIBUTING.md")
    first, last = (
        next(i for i, command in enumerate(commands) if command.startswith(start))
        for start in (FIRST_WITHOUT_UV, LAST_WITHOUT_UV)
    )
    contribute(shell, commands[:first] + commands[last + 1 :])
    release(shell)
    # The next test uses the venv module, which is slower.
    shell.run("uv venv --quiet --seed ../elsewhere")
    shell.run("source ../elsewhere/bin/activate")
    for command in documented(shell.project / "README.md"):
        shell.run(command)
    assert "greetings-from-ada 0.1.0" in shell.run("python -m pip list").stdout


def test_commands_without_uv(tmp_path: Path, releases: Path) -> None:
    """In a library with uv, all tasks except `build` also work with venv and pip."""
    project = tmp_path / "project"
    copier_command("copy", "--defaults", releases, project, answers=LIBRARY)
    shell = Shell(tmp_path, project, has_uv=False)
    commands = documented(project / "CONTRIBUTING.md")
    first, last = (
        next(i for i, command in enumerate(commands) if command.startswith(start))
        for start in (FIRST_WITHOUT_UV, LAST_WITHOUT_UV)
    )
    tasks = [command.removeprefix("uv run ") for command in commands if " just" in command]
    tasks.remove("just build")  # This requires uv, as CONTRIBUTING.md says.
    for command in [*commands[first : last + 1], *tasks]:
        shell.run(command.replace("NAME", "greet"))


def test_commands_with_pip(tmp_path: Path, releases: Path) -> None:
    """In an app with pip and nox, all commands except the README's `uv` commands work without uv."""
    shell = Shell(tmp_path, tmp_path / "project", has_uv=False)
    create(shell, releases, APP)
    contribute(shell, documented(shell.project / "CONTRIBUTING.md"))
    release(shell)
    shell.variables["PIPX_BIN_DIR"] = str(tmp_path / "bin")
    shell.variables["PATH"] += os.pathsep + str(tmp_path / "bin")
    for command in documented(shell.project / "README.md"):
        if not command.startswith("uv "):
            shell.run(command)
    assert "0.1.0" in shell.run("greetings-from-ada --version").stdout


@pytest.mark.parametrize(
    "chosen",
    [
        {"versioning": "vcs"},
        {"release_tool": "none"},
        {"release_tool": "none", "environments": []},
    ],
    ids=["from git", "uv", "by hand"],
)
def test_releases_without_a_tool(chosen: Answers, tmp_path: Path, artifacts: ArtifactCache) -> None:
    """A release without bump-my-version pushes main and a tag, and can be undone locally."""
    project = artifacts.copy(LIBRARY | {"hooks": "none"} | chosen, tmp_path / "project")
    shell = Shell(tmp_path, project, has_uv=True)
    shell.variables["UV_NO_SYNC"] = "1"
    for command in (
        *("git init --initial-branch=main", "git add --all", "git commit --message Start"),
        f"git remote add origin {shell.remote}",
        "git push --set-upstream origin main",
    ):
        shell.run(command)
    pyproject = project / "pyproject.toml"
    if "environments" in chosen:
        text = pyproject.read_text(encoding="utf-8")
        pyproject.write_text(text.replace('version = "0.1.0"', 'version = "1.2.0"'), "utf-8")
    texts = (project / "RELEASING.md").read_text(encoding="utf-8")
    block = texts[texts.index("```console") :]
    release_ = re.findall(r"(?m)^\$ (.+)$", block[: block.index("\n```\n")])
    undo = re.findall(r"`(git (?:tag --delete|reset) .+?)`", texts)
    for command in release_:
        shell.run(command)
    tag = "v0.2.0" if "release_tool" in chosen and "environments" not in chosen else "v1.2.0"
    assert {"refs/heads/main", f"refs/tags/{tag}"} == shell.remote_refs()
    assert "tag" == shell.git("cat-file", "-t", tag)
    pushed = run("git", "rev-parse", "main", f"{tag}^{{commit}}", cwd=shell.remote).stdout.split()
    assert [shell.git("rev-parse", "HEAD")] * 2 == pushed
    if "versioning" not in chosen:
        assert f'version = "{tag[1:]}"' in shell.git("show", f"{tag}:pyproject.toml")
        assert f"Release {tag[1:]}" == shell.git("log", "-1", "--format=%s", tag)
        before = shell.git("rev-parse", "HEAD~1")
    else:
        before = shell.git("rev-parse", "HEAD")
    for command in undo:
        shell.run(command)
    assert before == shell.git("rev-parse", "HEAD")
    assert "" == shell.git("tag", "--list")
