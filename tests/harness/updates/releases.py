"""The template's past releases, and temporary repositories that contain them."""

import functools
import shutil
import tempfile
from pathlib import Path
from typing import Any

import yaml
from packaging.version import Version

from harness.artifacts.inspect import unpack
from harness.artifacts.repository import GIT
from harness.packagestan.answers import FULL
from harness.packagestan.template import ROOT, facts
from harness.processes.commands import CommandError, run
from harness.rendering.template import Answers, Template
from harness.space.questionnaire import Questionnaire

# The file that maps the version of each past release to a commit.
RELEASES = ROOT / "tests" / "releases.yml"

# The parts of a release that Copier reads.
TEMPLATE = ("copier.yml", "template")

# Use a fixed author, date, and settings so that commits have the same IDs everywhere.
IDENTITY = GIT | {
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00+0000",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00+0000",
    "GIT_CONFIG_NOSYSTEM": "1",
}


class NoHistoryError(AssertionError):
    """The commit of a past release is missing from the repository."""


def git(*arguments: str | Path, cwd: Path, exit_code: int | None = 0) -> str:
    """Run git without personal settings, and return the output.

    Args:
        arguments: The subcommand and its arguments.
        cwd: The folder to run in.
        exit_code: The expected exit code, or None to accept any.

    Raises:
        CommandError: git ended with a different exit code.
    """
    return run("git", *arguments, cwd=cwd, env=IDENTITY, exit_code=exit_code).stdout


def commit(repository: Path, message: str) -> None:
    """Commit all changes in a repository. If there are none, create an empty commit."""
    git("add", "--all", cwd=repository)
    git("commit", "--quiet", "--allow-empty", f"--message={message}", cwd=repository)


def release_commits() -> dict[str, str]:
    """Return the commits of past releases by version, oldest first."""
    commits: dict[str, str] = yaml.safe_load(RELEASES.read_text(encoding="utf-8"))
    return commits


def past_releases() -> list[str]:
    """Return the versions of the past releases, oldest first."""
    return list(release_commits())


def missing_history() -> str:
    """Return advice if git can't read a past release, or "" if it can read all of them."""
    for version, revision in release_commits().items():
        try:
            git("cat-file", "-e", f"{revision}^{{tree}}", cwd=ROOT)
        except CommandError:
            return advice(version)
    return ""


def advice(version: str) -> str:
    """Return a sentence that says what to do if git can't read a past release."""
    return (
        "run `git fetch --unshallow` in a clone of the repository; updates are tested from release "
        f"{version}, and commit {release_commits()[version]} is missing or git cannot read it"
    )


@functools.cache
def release_choices(version: str) -> dict[str, list[Any]]:
    """Return answers that cover the choices of each question for which projects record an answer.

    For a question without choices, the list is empty.

    Raises:
        NoHistoryError: The release's commit is missing from the repository.
    """
    found: dict[str, list[Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        extract(version, Path(folder))
        questionnaire = Questionnaire(Template(Path(folder)))
        for name, question in questionnaire.questions().items():
            if question.get("when") is False:
                continue
            found[name] = [False, True] if question["type"] == "bool" else []
            if "choices" in question:
                values = list(questionnaire.labels(name))
                is_multiselect = question.get("multiselect")
                found[name] = [values, values[:1], values[1:], []] if is_multiselect else values
    return found


def covering_answers(version: str) -> list[Answers]:
    """Return sets of answers that together cover the choices of a past release.

    Some answers are replaced, because the release rejects them in combination with the others.
    """
    asked = release_choices(version)
    rows = []
    for row in range(max(map(len, asked.values()))):
        chosen = {name: answer for name, answer in FULL.items() if name in asked}
        for step, (name, offered) in enumerate(asked.items()):
            if offered:
                chosen[name] = offered[(row + step) % len(offered)]
        data = facts("backend").get(chosen["backend"], {})
        if not data.get("vcs"):
            chosen["versioning"] = "static"
        elif data["vcs_error"]:  # Only existing projects can still have this combination.
            chosen["versioning"] = "vcs"
        is_published = chosen["ci"] != "none" and chosen["license"] != "Proprietary"
        chosen["publish"] = ("token", "trusted")[row % 2] if is_published else "none"
        is_on_github = chosen["ci"] == "github"
        chosen["template_updates"] = ("workflow", "renovate")[row % 2] if is_on_github else "none"
        rows.append(chosen)
    return rows


def next_release() -> str:
    """Return the version that the current template has in tests: the next minor release."""
    last = Version(past_releases()[-1])
    return f"{last.major}.{last.minor + 1}.0"


def extract(version: str, folder: Path) -> None:
    """Extract the template of a past release into a folder.

    Raises:
        NoHistoryError: The release's commit is missing from the repository.
    """
    revision = release_commits()[version]
    with tempfile.TemporaryDirectory() as temporary:
        archive = Path(temporary) / "release.tar"
        try:
            run("git", "archive", f"--output={archive}", revision, *TEMPLATE, cwd=ROOT)
        except CommandError as error:
            raise NoHistoryError(f"{advice(version)}: {error}") from error
        unpack(archive, folder)


def copy_template(folder: Path) -> None:
    """Copy the current template into an existing folder."""
    shutil.copy(ROOT / "copier.yml", folder)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "template", folder / "template", ignore=ignored)


def first_release(repository: Path) -> Path:
    """Create a repository in which the current template is the only release, 1.0.0."""
    repository.mkdir()
    git("init", "--quiet", cwd=repository)
    copy_template(repository)
    add_release(repository, "1.0.0")
    return repository


def add_release(repository: Path, version: str) -> None:
    """Commit all files of a repository, and tag the commit."""
    commit(repository, f"Release {version}")
    git("tag", version, cwd=repository)


def make_repository(repository: Path) -> Path:
    """Create a repository with all past releases and with the current template as the newest one.

    Raises:
        NoHistoryError: The commit of a past release is missing.
    """
    repository.mkdir()
    git("init", "--quiet", "--initial-branch=main", cwd=repository)
    for version in past_releases():
        extract(version, repository)
        add_release(repository, version)
        git("rm", "-r", "--quiet", ".", cwd=repository)
    copy_template(repository)
    add_release(repository, next_release())
    return repository
