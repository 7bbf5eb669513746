"""Create and serve the offline bundle: all files for a class without internet access."""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Template

import urllib3
from uv import find_uv_bin

from harness.course import lessons
from harness.course.lessons import COURSE
from harness.packagestan.template import CLONE_ADDRESS, ROOT, render
from harness.processes.commands import CommandError, run
from harness.updates.releases import next_release, release_commits

# Each file is resolved separately, so the bundle can contain several versions of a package.
REQUIREMENTS = [COURSE / f"bundle{part}.txt" for part in ("", "-older", "-oldest")]

# The output folders of `nox -s docs slides`.
BUILT = {
    "site": ROOT / "docs" / "_build" / "html",
    "slides": ROOT / "docs" / "_build" / "slides",
    "handouts": ROOT / "docs" / "_build" / "handouts",
}

PACKAGES = ROOT / "tests" / "packages"

# The course's folders for learners. The bundle also contains two scripts for them.
FOLDERS = ("checkpoints", "exercises", "puzzles")

PORT = 8080


class BundleError(Exception):
    """The bundle can't be created. The message says why and what to do."""


README = """\
# The course without internet access

The instructor starts the index on one machine, in the parent folder:

    nox -s bundle -- serve

Learners set these variables. Replace `instructor` with the name of that machine:

    export UV_DEFAULT_INDEX=http://instructor:$port/simple/
    export PIP_INDEX_URL=http://instructor:$port/simple/
    export PIP_TRUSTED_HOST=instructor
    export COURSE_INDEX=http://instructor:$port/simple/
    export COURSE_UPLOAD=http://instructor:$port/
    export COURSE_TOKEN=course

They also configure Git to clone the template from their copy of this folder:

    git config --global url."/path/of/bundle/packagestan.bundle".insteadOf $address

| path | content |
| --- | --- |
| `site/` | the lessons (open `site/course/index.html`) |
$start\
| `slides/` | the slides (open `slides/course/index.html`) |
| `handouts/` | the lessons without solutions, for printing (`handouts/course/index.html`) |
| `wheelhouse/` | all packages that the lessons and a project with default answers install |
| `course/` | the doctor, the checker, exercises, puzzles, and checkpoints |
| `packagestan.bundle` | the template with its releases |
"""

# The README's line about the start page, which `nox -s docs` adds to the site.
START = """\
| `site/start/` | the start page (run `python3 -m http.server --directory site` and open `/start/` there) |
"""


def default_project(folder: Path) -> tuple[str, list[str]]:
    """Return the Python version and the locked packages of a project with default answers.

    The lock file covers all dependency groups and extras, and also contains packages for other
    systems and Python versions. `uv lock` reads the metadata of all packages, so the index must
    contain them.

    Args:
        folder: An empty folder for the project.

    Returns:
        The version from `.python-version`, and a requirement such as `rich==15.0.0` for each package.

    Raises:
        CommandError: The dependencies can't be resolved.
    """
    project = render(folder / "project", {"project_name": "Greetings"})
    run(find_uv_bin(), "lock", "--quiet", "--python", sys.executable, cwd=project)
    lock = tomllib.loads((project / "uv.lock").read_text(encoding="utf-8"))
    version = (project / ".python-version").read_text(encoding="utf-8").strip()
    return version, [
        f"{package['name']}=={package['version']}"
        for package in lock["package"]
        if "editable" not in package["source"]
    ]


def make_wheelhouse(folder: Path, *options: str) -> None:
    """Download the wheels that the lessons and a default project install, and their dependencies.

    Args:
        folder: The folder for the wheels.
        options: Options for `pip download`, for example to select another platform.

    Raises:
        CommandError: A package has no suitable wheel, or the index can't be reached.
    """
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
    for requirements in REQUIREMENTS:
        wheels = ("--only-binary=:all:", "--dest", folder, "--requirement", requirements)
        run(*pip, *wheels, *options)
    with tempfile.TemporaryDirectory() as place:
        version, pinned = default_project(Path(place))
    # Ignore dependencies and Python requirements, because the list is complete and some of its
    # packages are for other Python versions.
    listed = ("--only-binary=:all:", "--no-deps", "--ignore-requires-python", "--dest", folder)
    run(*pip, *listed, f"--python-version={version}", *options, *pinned)


def make_bundle(file: Path) -> None:
    """Write the template's repository, including all releases, to a file that Git can clone.

    Copier uses the newest tag. If the checkout lacks the releases' tags, the file contains them
    anyway. If the current commit has no tag, it becomes the next release, as it does when the
    lessons are tested.

    https://git-scm.com/docs/git-bundle

    Raises:
        BundleError: The commit of a past release is missing.
    """
    with tempfile.TemporaryDirectory() as place:
        clone = Path(place) / "packagestan.git"
        run("git", "clone", "--quiet", "--bare", ROOT, clone)
        tags = {tag.removeprefix("v") for tag in run("git", "tag", cwd=clone).stdout.split()}
        for version, commit in release_commits().items():
            if version not in tags:
                try:
                    run("git", "tag", version, commit, cwd=clone)
                except CommandError as error:
                    raise BundleError(
                        f"release {version} is missing; run `git fetch --unshallow --tags` first"
                    ) from error
        if not run("git", "tag", "--points-at=HEAD", cwd=clone).stdout:
            run("git", "tag", next_release(), "HEAD", cwd=clone)
        run("git", "bundle", "create", "--quiet", file, "HEAD", "--tags", cwd=clone)


def copy_course(folder: Path) -> None:
    """Copy the files for learners, and add each puzzle's package to the puzzle's folder."""
    for name in FOLDERS:
        shutil.copytree(COURSE / name, folder / name)
    for script in ("check.py", "doctor.py"):
        shutil.copy(COURSE / script, folder)
    for puzzle in sorted((folder / "puzzles").iterdir()):
        shutil.copytree(PACKAGES / puzzle.name, puzzle / "package")


def make(folder: Path, *options: str) -> None:
    """Create or update the bundle. Learners' existing uploads are kept.

    Args:
        folder: The bundle's folder.
        options: Options for `pip download`. If there are any, the existing wheels are kept.

    Raises:
        BundleError: The site, the slides, or the handouts have not been built, or a past release is
            missing.
        CommandError: A package has no suitable wheel, or the index can't be reached.
    """
    if missing := [name for name, built in BUILT.items() if not built.is_dir()]:
        raise BundleError(f"{' and '.join(missing)}: not built; run `nox -s docs slides` first")
    for part in (*BUILT, "course", *([] if options else ["wheelhouse"])):
        shutil.rmtree(folder / part, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    for name, built in BUILT.items():
        shutil.copytree(built, folder / name)
    make_wheelhouse(folder / "wheelhouse", *options)
    make_bundle(folder / "packagestan.bundle")
    copy_course(folder / "course")
    (folder / "uploads").mkdir(exist_ok=True)
    start = START if (folder / "site" / "start").is_dir() else ""
    text = Template(README).substitute(port=PORT, address=CLONE_ADDRESS, start=start)
    (folder / "README.md").write_text(text, encoding="utf-8")


@contextlib.contextmanager
def served(folder: Path, port: int = PORT) -> Iterator[subprocess.Popen[bytes]]:
    """Serve a bundle's packages and learners' uploads.

    Args:
        folder: The bundle.
        port: The port to listen on, at all of the machine's addresses.

    Yields:
        The server's process, which ends with the context.

    Raises:
        urllib3.exceptions.MaxRetryError: The server doesn't answer.
    """
    # The server stores uploads in the first folder.
    folders = [folder / "uploads", folder / "wheelhouse"]
    options = ["--port", str(port), "--disable-fallback", "--passwords", ".", "--authenticate", "."]
    command = [sys.executable, "-m", "pypiserver", "run", *options, *map(str, folders)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            urllib3.PoolManager(retries=urllib3.Retry(connect=10, backoff_factor=0.1)).request(
                "GET", f"http://127.0.0.1:{port}/simple/"
            )
            yield server
        finally:
            server.terminate()


def variables(port: int = PORT, host: str = "127.0.0.1") -> dict[str, str]:
    """Return the environment variables that make uv and pip use the bundle's index."""
    index = f"http://{host}:{port}/simple/"
    return {"UV_DEFAULT_INDEX": index, "PIP_INDEX_URL": index, "PIP_TRUSTED_HOST": host}


def check(folder: Path, pages: list[Path]) -> None:
    """Run the commands on pages with empty caches and only a bundle's index.

    `main` calls this function in a process without network access.

    Args:
        folder: The bundle.
        pages: The pages to run.

    Raises:
        PageError: The result of a command differs from its page.
    """
    with served(folder), tempfile.TemporaryDirectory() as place:
        caches = {name: f"{place}/{name}" for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR")}
        for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
            del os.environ[name]
        os.environ |= {**variables(), **caches, "PIP_CONFIG_FILE": os.devnull}
        lessons.run_pages(pages, Path(place))


# The prefix of a command that runs in a network namespace with only the loopback interface.
ALONE = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


def main() -> None:
    """Create the offline bundle, serve it, or run the course's pages with it."""
    parser = argparse.ArgumentParser(prog="nox -s bundle --", description=main.__doc__)
    parser.add_argument("what", nargs="?", choices=["make", "serve", "check", "alone"])
    parser.add_argument(
        "--folder", type=Path, default=Path("offline-bundle"), help="default: %(default)s"
    )
    parser.add_argument(
        "--page", type=Path, action="append", help="with `check`; default: all pages of the course"
    )
    options, others = parser.parse_known_args()
    folder = options.folder.resolve()
    if options.what in ("serve", "check") and not (folder / "wheelhouse").is_dir():
        parser.error(f"{folder} is not a bundle; run `nox -s bundle` first")
    if options.what == "serve":
        with served(folder) as server:
            print(f"Serving {folder} on port {PORT}. Press Ctrl+C to stop.")
            server.wait()
    elif options.what == "check":
        again = (sys.executable, *sys.orig_argv[1:])
        command = [part if part != "check" else "alone" for part in again]
        sys.exit(subprocess.run([*ALONE, *command], check=False).returncode)
    elif options.what == "alone":
        course = [page for page in lessons.pages() if COURSE in page.parents]
        check(folder, options.page or course)
    else:
        try:
            make(folder, *others)
        except BundleError as error:
            parser.error(str(error))
        print(f"Wrote {folder}. `nox -s bundle -- serve` starts its index.")


if __name__ == "__main__":
    main()
