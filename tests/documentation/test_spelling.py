"""Check that every word is in a dictionary, to find typos in prose and names.

`spelling.txt` lists this project's words that the English dictionary lacks.
"""

import builtins
import functools
import gc
import json
import keyword
import re
import sys
import warnings
from pathlib import Path

import pytest
import spylls
from spylls.hunspell import Dictionary

from harness.packagestan.template import OPTIONS, ROOT
from harness.processes.commands import run

WORDS = Path(__file__).with_name("spelling.txt")
PARTS = ("copier.yml", "template", "tools", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs")
# Third-party text, translations, pictures, and generated files.
EXCLUDED = re.compile(
    r"template/licenses/|locked_names|docs/(?:locales|start/static)|LICENSE$|\.(?:dot|png|svg)$|lock\.json$"
)
# URLs, hashes, colors, escape sequences, and string prefixes are not words.
NOT_WORDS = re.compile(
    r"https?://[^\s)>\"']+|#[0-9a-f]{6}\b|\b[0-9a-f]{12,}\b|sha256=\S+|\\[a-z]|\b[frb](?=[\"'])"
)
# Python's own names need no entry.
PYTHON = {*sys.stdlib_module_names, *keyword.kwlist, *dir(builtins), *dir(str), *dir(Path)}


@functools.cache
def choices() -> set[str]:
    """Return the words in the names of choices and their packages, which need no entry."""
    names = [folder.name for folder in OPTIONS.glob("*/*")]
    for file in OPTIONS.glob("*/*/choice.json"):
        facts = json.loads(file.read_text(encoding="utf-8"))
        names.append(str([facts.get("requires"), facts.get("requirement")]))
    return set(re.findall("[a-z]+", " ".join(names).lower()))


def words(text: str) -> set[str]:
    """Return the words to check in a string, including the parts of identifiers."""
    plain = NOT_WORDS.sub(" ", text)
    found = set(re.findall(r"[A-Za-z]+(?:'[a-z]+)?", plain)) - PYTHON
    parts = {part for word in found for part in re.findall(r"[A-Z]?[a-z']+|[A-Z]+(?![a-z])", word)}
    stripped = {part.strip("'") for part in parts}
    return {part for part in stripped if len(part) > 2 and part.lower() not in choices()}


def files() -> list[str]:
    """Return the files whose words are checked."""
    tracked = run("git", "ls-files", *PARTS, cwd=ROOT).stdout.splitlines()
    return [file for file in tracked if not EXCLUDED.search(file)]


@pytest.fixture(scope="module")
def unknown() -> dict[str, str]:
    """Return the unknown words in lowercase, and the first file that contains each."""
    data = Path(spylls.__path__[0], "hunspell", "data", "en", "en_US")
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        # The spell checker leaves its files open.
        dictionary = Dictionary.from_files(str(data))
        gc.collect()
    is_known = functools.cache(dictionary.lookup)
    found: dict[str, str] = {}
    for file in files():
        for word in words((ROOT / file).read_text(encoding="utf-8")):
            if word.lower() not in found and not is_known(word):
                found[word.lower()] = file
    return found


@pytest.fixture(scope="module")
def listed() -> list[str]:
    """Return the words in `spelling.txt`."""
    return WORDS.read_text(encoding="utf-8").split()


def test_splits_identifiers_into_words() -> None:
    """Identifiers are split into words."""
    assert {"HTTP", "Server", "user's", "names", "test"} == words(
        "The user's test_names, HTTPServer"
    ) - {"The"}


def test_every_word_is_in_a_dictionary(unknown: dict[str, str], listed: list[str]) -> None:
    """Each word is in the dictionary or in `spelling.txt`."""
    assert {word: file for word, file in unknown.items() if word not in set(listed)} == {}


def test_every_listed_word_is_used(unknown: dict[str, str], listed: list[str]) -> None:
    """The list is sorted, and contains only words that are used and that the dictionary lacks."""
    assert sorted(unknown) == listed
