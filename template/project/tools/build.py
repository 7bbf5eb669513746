"""Builds the distributions, the same for everybody; draws the dependencies; cleans up.

It needs the dependency group "dev". `python tools/build.py --help` shows how it is called.
"""

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
PICTURE = ROOT / "build" / "dependencies.svg"

# 1980-01-01, the first day that a ZIP file, and so a wheel, can hold.
FIRST_DATE = 315532800

# What builds, tests and tools leave behind.
LEFT = [
    ".coverage",
    ".coverage.*",
    ".mypy_cache",
    ".pdm-build",
    ".pytest_cache",
    ".ruff_cache",
    "build",
    "dist",
    "docs/_build",
    "htmlcov",
    "src/*.egg-info",
    "src/**/__pycache__",
    "tests/**/__pycache__",
]


def main() -> int:
    """Do what the command line asks for and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    actions = {"distributions": build_distributions, "picture": draw_dependencies, "clean": clean}
    parser.add_argument("action", choices=actions)
    return actions[parser.parse_args().action]()


def build_distributions() -> int:
    """Build the sdist and, from it, the wheel into an empty dist/."""
    date = source_date()
    shutil.rmtree(DIST, ignore_errors=True)
    # Some build backends pack the permissions that files happen to have.
    os.umask(0o022)
    if exit_code := build("--sdist", ROOT, date):
        return exit_code
    (sdist,) = DIST.glob("*.tar.gz")
    normalize(sdist, date)
    with tempfile.TemporaryDirectory() as folder:
        shutil.unpack_archive(sdist, folder, filter="data")
        (tree,) = Path(folder).iterdir()
        return build("--wheel", tree, date)


def build(kind: str, tree: Path, date: int) -> int:
    """Build a distribution into dist/ and return the exit code.

    Args:
        kind: "--sdist" or "--wheel".
        tree: The folder of pyproject.toml.
        date: The time that the files get.
    """
    command = [sys.executable, "-m", "build", "--installer=uv", kind, f"--outdir={DIST}", str(tree)]
    variables = os.environ | {"SOURCE_DATE_EPOCH": str(date)}
    return subprocess.run(command, env=variables, check=False).returncode


def source_date() -> int:
    """Return the time of the last commit or, without one, a time that stays the same.

    https://reproducible-builds.org/docs/source-date-epoch/
    """
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    if git := shutil.which("git"):
        command = [git, "log", "-1", "--format=%ct", "--", "."]
        log = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
        if log.stdout.strip():
            return int(log.stdout)
    return FIRST_DATE


def normalize(sdist: Path, date: int) -> None:
    """Write an sdist anew, without what differs between machines: times, owners, permissions.

    Args:
        sdist: The file to replace.
        date: The time that everything in it gets.
    """
    packed = sdist.with_suffix(".new")
    with (
        tarfile.open(sdist) as old,
        packed.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=date) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            executable = member.isdir() or member.mode & 0o100
            member.mode = 0o755 if executable else 0o644
            member.mtime = date
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.pax_headers = {}
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    packed.replace(sdist)


def draw_dependencies() -> int:
    """Draw what is installed, and what needs it, where Graphviz is installed."""
    if not shutil.which("dot"):
        print("No picture: it needs Graphviz, https://graphviz.org/download/")
        return 0
    PICTURE.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pipdeptree", "--output", "graphviz-svg"]
    with PICTURE.open("wb") as file:
        finished = subprocess.run(command, stdout=file, check=False)
    print(f"The picture is {PICTURE.relative_to(ROOT)}")
    return finished.returncode


def clean() -> int:
    """Remove what builds, tests and tools have left."""
    for pattern in LEFT:
        for path in list(ROOT.glob(pattern)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
