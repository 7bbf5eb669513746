"""Test the course's translations."""

import json
import re
from pathlib import Path

import pytest

from harness.course.lessons import DOCS

CATALOGS = sorted(DOCS.glob("locales/*/LC_MESSAGES/**/*.po"))

# A translation is outdated if its page contains a smaller share of the source strings.
SHARE = 0.8


def messages(catalog: Path) -> dict[str, str]:
    """Return the translations in a catalog by their source strings.

    https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
    """
    text = catalog.read_text(encoding="utf-8")
    strings = r'((?:\s*"(?:[^"\\]|\\.)*")+)'
    entries = re.findall(rf"^msgid{strings}\nmsgstr{strings}", text, re.MULTILINE)
    joined = [
        ["".join(json.loads(line) for line in part.split("\n") if line.strip()) for part in entry]
        for entry in entries
    ]
    return {original: translated for original, translated in joined if original}


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.stem)
def test_translation_fits_its_page(catalog: Path) -> None:
    """At least 80% of the source strings in a catalog are still on its page."""
    folder = catalog.parents[len(catalog.relative_to(DOCS).parts) - 4]
    page = DOCS / catalog.relative_to(folder).with_suffix(".md")
    text = " ".join(page.read_text(encoding="utf-8").split())
    found = [original in text for original in messages(catalog)]
    assert sum(found) >= SHARE * len(found)


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.stem)
def test_translation_keeps_code(catalog: Path) -> None:
    """A translation contains the same code and links as the original."""
    for original, translated in messages(catalog).items():
        for pattern in (r"`[^`]+`", r"\]\([^)]+\)"):
            codes = sorted(set(re.findall(pattern, original)))
            assert codes == sorted(set(re.findall(pattern, translated))), translated


def test_lesson_is_translated() -> None:
    """At least one lesson is translated."""
    assert [catalog for catalog in CATALOGS if re.match(r"\d\d-", catalog.name)]
