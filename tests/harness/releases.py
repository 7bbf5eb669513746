"""The template's releases, kept as text, and repositories that are made from them.

A release is kept as a stream of `git fast-import`: its files, with their modes, as far as they
differ from the release before it. Git alone reads and writes such streams, they can be read as
they stand, and no later change of the template touches them.
https://git-scm.com/docs/git-fast-import
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.version import Version

from .commands import run
from .repository import GIT
from .template import ROOT

RELEASES = ROOT / "tests" / "releases"

# Who commits, when, and by which settings: the same everywhere, so that commits have the same ids.
IDENTITY = GIT | {
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00+0000",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00+0000",
    "GIT_CONFIG_NOSYSTEM": "1",
}


class NoHistoryError(AssertionError):
    """The releases that updates start from are not there."""


def git(*arguments: str | Path, cwd: Path, exit_code: int | None = 0) -> str:
    """Run git without anybody's settings and return what it printed.

    Raises:
        CommandError: Git ended with another exit code.
    """
    return run("git", *arguments, cwd=cwd, env=IDENTITY, exit_code=exit_code).stdout


def commit(repository: Path, message: str) -> None:
    """Commit all that is in a repository."""
    git("add", "--all", cwd=repository)
    git("commit", "--quiet", "--allow-empty", f"--message={message}", cwd=repository)


def past_releases() -> list[str]:
    """Return the versions of the releases that are kept, oldest first.

    Raises:
        NoHistoryError: There are fewer than two.
    """
    versions = sorted((file.stem for file in RELEASES.glob("*.fast-import")), key=Version)
    if len(versions) < 2:
        raise NoHistoryError(
            f"{RELEASES} holds {len(versions)} releases, and updates are tested from two at least: "
            "check out the whole repository, with tests/releases/"
        )
    return versions


def next_release() -> str:
    """Return the version under which the template as it stands is tested: one above the last."""
    last = Version(past_releases()[-1])
    return f"{last.major}.{last.minor + 1}.0"


def import_releases(repository: Path) -> None:
    """Make a repository with a commit and a tag for each release that is kept."""
    repository.mkdir()
    git("init", "--quiet", "--initial-branch=main", cwd=repository)
    for version in past_releases():
        with (RELEASES / f"{version}.fast-import").open("rb") as stream:
            command = ["git", "fast-import", "--quiet"]
            subprocess.run(command, stdin=stream, cwd=repository, check=True)
    git("reset", "--quiet", "--hard", past_releases()[-1], cwd=repository)


def copy_template(repository: Path) -> None:
    """Put the template as it stands into a repository, in the place of what is there."""
    git("rm", "-r", "--quiet", "--ignore-unmatch", ".", cwd=repository)
    shutil.copy(ROOT / "copier.yml", repository)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "template", repository / "template", ignore=ignored)


def add_release(repository: Path, version: str) -> None:
    """Commit what a repository holds, and tag the commit."""
    commit(repository, f"Release {version}")
    git("tag", version, cwd=repository)


def make_repository(repository: Path) -> Path:
    """Make a repository of all releases, with the template as it stands as the newest.

    Raises:
        NoHistoryError: There are no releases to start from.
    """
    import_releases(repository)
    copy_template(repository)
    add_release(repository, next_release())
    return repository


def keep(version: str) -> Path:
    """Keep the template as it stands as a release and return the file that was written.

    Raises:
        ValueError: The version isn't newer than all that are kept.
    """
    last = past_releases()[-1]
    if Version(version) <= Version(last):
        raise ValueError(f"{version} is not newer than {last}; take a higher version")
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "releases"
        import_releases(repository)
        copy_template(repository)
        add_release(repository, version)
        parent = git("rev-parse", last, cwd=repository).strip()
        options = ("--reference-excluded-parents", f"{last}..{version}")
        stream = git("fast-export", *options, cwd=repository)
    file = RELEASES / f"{version}.fast-import"
    # The name of the release before it can be read, and survives a change of that release.
    file.write_bytes(stream.replace(f"from {parent}\n", f"from refs/tags/{last}^0\n").encode())
    return file


if __name__ == "__main__":
    print(keep(sys.argv[1]))
