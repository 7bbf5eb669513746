"""Simulate GitHub's `gh` command, and store releases in a folder.

Usage: `python gh.py STORE ORIGIN release create ...`. STORE is the folder for releases, and ORIGIN
is the repository's folder. The other arguments are the ones that a workflow passes to `gh`. Only the
options that the generated workflows use are supported. GH_TOKEN contains the job's permissions,
because `harness.simulators.github_actions` provides them as the token.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Create a release or check that it exists. If this fails, exit with an error message."""
    store, origin, group, command, *rest = sys.argv[1:]
    parser = argparse.ArgumentParser(prog=f"gh {group} {command}", allow_abbrev=False)
    parser.add_argument("tag")
    if command == "create":
        parser.add_argument("--verify-tag", action="store_true")
        parser.add_argument("--generate-notes", action="store_true", required=True)
        parser.add_argument("--prerelease", action="store_true")
        parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_intermixed_args(rest)
    if (group, command) not in (("release", "create"), ("release", "view")):
        parser.error("not simulated")
    token = os.environ.get("GH_TOKEN") or sys.exit("gh: set the GH_TOKEN environment variable")
    if "GH_REPO" not in os.environ and not Path(".git").exists():
        sys.exit("gh: not a git repository, and GH_REPO is not set")
    release = Path(store, given.tag)
    if command == "view":
        sys.exit(None if release.exists() else "release not found")
    if "contents=write" not in token.split(","):
        sys.exit("HTTP 403: Resource not accessible by integration")
    tag = ["git", "-C", origin, "rev-parse", "--quiet", "--verify", f"refs/tags/{given.tag}"]
    if (
        not given.verify_tag
        or subprocess.run(tag, check=False, stdout=subprocess.DEVNULL).returncode
    ):
        sys.exit(f"tag {given.tag} doesn't exist in the repository, or --verify-tag is missing")
    if release.exists():
        sys.exit(f"a release with the same tag name already exists: {given.tag}")
    (release / "files").mkdir(parents=True)
    for file in given.files:
        shutil.copy(file, release / "files")
    created = {"prerelease": given.prerelease}
    (release / "release.json").write_text(json.dumps(created), encoding="utf-8")


if __name__ == "__main__":
    main()
