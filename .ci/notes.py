#!/usr/bin/env python3
"""Print the section of CHANGELOG.md for a tag such as v1.2.3."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Pre-releases aren't supported, because Copier orders them by PEP 440, which differs from Semantic
# Versioning: https://semver.org/spec/v2.0.0.html
SEMANTIC = r"v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"


def section(changelog: str, version: str) -> str:
    """Return the text of a version's changelog section, or "" if it has none.

    Args:
        changelog: A text with headings such as "## [1.2.3] - 2026-11-21".
        version: A version such as "1.2.3".
    """
    heading = rf"^## \[?{re.escape(version)}\]?(?:[ \t][^\n]*)?$"
    found = re.search(
        rf"{heading}(.*?)(?=^## |^\[[^\]]+\]: |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    return found[1].strip() if found else ""


def main(tag: str) -> int:
    """Print the section for a tag, and return the exit code."""
    if not re.fullmatch(SEMANTIC, tag):
        print(f"use a tag such as v1.2.3; {tag} is not supported", file=sys.stderr)
        return 1
    notes = section((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), tag.removeprefix("v"))
    if not notes:
        print(f"add a section for {tag.removeprefix('v')} to CHANGELOG.md", file=sys.stderr)
        return 1
    print(notes)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
