#!/usr/bin/env python3
"""Prints what CHANGELOG.md says of a tag; a tag that is no semantic version is refused.

The changelog is read by the script that generated projects have for that.
"""

import re
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
(SCRIPT,) = ROOT.glob("template/project/tools/*check_release.py*")

# https://semver.org/spec/v2.0.0.html, without what Copier, which orders by PEP 440, can't order.
SEMANTIC = r"v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"


def main(tag: str) -> int:
    """Print the notes of a tag and return the exit code."""
    if not re.fullmatch(SEMANTIC, tag):
        print(f"{tag} is no tag of a release; one is like v1.2.3", file=sys.stderr)
        return 1
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    notes = runpy.run_path(str(SCRIPT))["section"](changelog, tag.removeprefix("v"))
    if not notes:
        print(f"CHANGELOG.md says nothing of {tag.removeprefix('v')}", file=sys.stderr)
        return 1
    print(notes)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
