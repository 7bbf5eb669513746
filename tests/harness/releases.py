"""The template's past releases, and throwaway repositories that contain them."""

import shutil
import tarfile
import tempfile
from pathlib import Path

import yaml
from packaging.version import Version

from .commands import CommandError, run
from .repository import GIT
from .template import ROOT

# Maps each version to its commit.
RELEASES = ROOT / "tests" / "releases.yml"

# The parts of a release that Copier reads.
TEMPLATE = ("copier.yml", "template")

# The same author, date, and settings everywhere, so that commits have the same ids.
IDENTITY = GIT | {
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00+0000",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00+0000",
    "GIT_CONFIG_NOSYSTEM": "1",
}


class NoHistoryError(AssertionError):
    """The repository lacks the commit of a past release."""


def git(*arguments: str | Path, cwd: Path, exit_code: int | None = 0) -> str:
    """Run git without personal settings and return its output.

    Raises:
        CommandError: git ended with another exit code.
    """
    return run("git", *arguments, cwd=cwd, env=IDENTITY, exit_code=exit_code).stdout


def commit(repository: Path, message: str) -> None:
    """Commit all files of a repository."""
    git("add", "--all", cwd=repository)
    git("commit", "--quiet", "--allow-empty", f"--message={message}", cwd=repository)


def release_commits() -> dict[str, str]:
    """Return a mapping of past versions to commits, oldest first."""
    commits: dict[str, str] = yaml.safe_load(RELEASES.read_text(encoding="utf-8"))
    return commits


def past_releases() -> list[str]:
    """Return the versions of the past releases, oldest first."""
    return list(release_commits())


def next_release() -> str:
    """Return the version under which the current template is tested: one minor above the last."""
    last = Version(past_releases()[-1])
    return f"{last.major}.{last.minor + 1}.0"


def extract(version: str, folder: Path) -> None:
    """Write the template of a past release into a folder.

    Raises:
        NoHistoryError: The repository doesn't have the release's commit.
    """
    revision = release_commits()[version]
    with tempfile.TemporaryDirectory() as temporary:
        archive = Path(temporary) / "release.tar"
        try:
            run("git", "archive", f"--output={archive}", revision, *TEMPLATE, cwd=ROOT)
        except CommandError as error:
            raise NoHistoryError(
                "run `git fetch --unshallow` in a clone of the repository; updates are tested from "
                f"release {version}, and commit {revision} is missing or git cannot read it: {error}"
            ) from error
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")


def copy_template(folder: Path) -> None:
    """Copy the current template into a folder."""
    shutil.copy(ROOT / "copier.yml", folder)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "template", folder / "template", ignore=ignored)


def add_release(repository: Path, version: str) -> None:
    """Commit and tag the files of a repository."""
    commit(repository, f"Release {version}")
    git("tag", version, cwd=repository)


def make_repository(repository: Path) -> Path:
    """Create a repository with each past release, and the current template as the newest one.

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
