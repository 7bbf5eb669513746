"""Find out whether an existing project's version comes from git, and find its last tag."""

import configparser
import contextlib
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from adoption.requirements import required_name

# Build requirements that derive the version from git.
PLUGINS = {
    "better-setuptools-git-version",
    "flit-scm",
    "git-versioner",
    "hatch-vcs",
    "miniver",
    "pbr",
    "poetry-dynamic-versioning",
    "poetry-git-version-plugin",
    "poetry-version-plugin",
    "setuptools-git-ver",
    "setuptools-git-versioning",
    "setuptools-scm",
    "setuptools-vcs-version",
    "uv-dynamic-versioning",
    "vcs-versioning",
    "versioneer",
    "versioneer-518",
    "versioningit",
}
# Patterns for lines in setup.py and setup.cfg that derive the version from git. Projects often
# contain copies of versioneer and miniver instead of requiring them.
CALLS = re.compile(
    r"^\s*(?:use_scm_version|pbr|setuptools_git_versioning|version_config)\s*="
    r"|[(,]\s*(?:use_scm_version|pbr|setuptools_git_versioning|version_config)\s*="
    r"|\bversioneer\.get_version\(|\bget_cmdclass\(|\bsetuptools_scm\b.*\bget_version\b"
    r"|\bfrom setuptools_scm import|^\[versioneer\]",
    re.MULTILINE,
)


def comes_from_git(settings: Mapping[str, Any], folder: Path | None) -> bool:
    """Return whether a project's version comes from version control.

    Args:
        settings: The contents of pyproject.toml.
        folder: The project's folder, or None if it is unknown.
    """
    tool = settings.get("tool", {})
    if is_static(settings, folder):
        return False
    if tool.get("pdm", {}).get("version", {}).get("source") == "scm":
        return True
    requires = settings.get("build-system", {}).get("requires", [])
    if PLUGINS & {required_name(text) for text in requires}:
        return True
    return any(CALLS.search(text) for text in setup_texts(folder))


def uses_pbr(settings: Mapping[str, Any], folder: Path | None) -> bool:
    """Return whether a project uses pbr, which also generates files from the commit history."""
    requires = settings.get("build-system", {}).get("requires", [])
    is_required = "pbr" in {required_name(text) for text in requires}
    return is_required or any(re.search(r"\bpbr\s*=", text) for text in setup_texts(folder))


def setup_texts(folder: Path | None) -> list[str]:
    """Return the contents of setup.py and setup.cfg, if they exist."""
    files = [folder / name for name in ("setup.py", "setup.cfg")] if folder else []
    return [file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()]


def is_static(settings: Mapping[str, Any], folder: Path | None) -> bool:
    """Return whether pyproject.toml or setup.cfg contains the version or says where it is defined."""
    tool = settings.get("tool", {})
    parser = configparser.RawConfigParser()
    with contextlib.suppress(configparser.Error, UnicodeDecodeError):
        parser.read(folder / "setup.cfg" if folder else (), encoding="utf-8")
    text = parser.get("metadata", "version", fallback="")
    if text and "versioneer" not in text:
        return True
    own = "version" in settings.get("project", {})
    attribute = "version" in tool.get("setuptools", {}).get("dynamic", {})
    file = {"path", "file"} & {*tool.get("hatch", {}).get("version", {})}
    return own or attribute or bool(file)


def last_tag(folder: Path | None) -> tuple[str, str]:
    """Return the tag with the highest version and the version itself, or two empty strings.

    Only tags in the history of the current commit are considered. A prefix such as "v" or "demo-"
    is not part of the version.
    """
    if folder is None:
        return "", ""
    command = ("git", "-C", str(folder), "tag", "--merged", "HEAD")
    try:
        done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    except (OSError, subprocess.CalledProcessError):
        return "", ""
    found = []
    for tag in done.stdout.splitlines():
        text = re.sub(r"\A(?:[A-Za-z][\w.]*[-_/])?v?(?=\d)", "", tag)
        try:
            found.append((Version(text), tag))
        except InvalidVersion:
            continue
    version, tag = max(found, default=("", ""))
    return tag, str(version)
