"""Check external links against tests/links.yml, which records when and where each link was seen.

The tests run offline, so they can't open links. Comparing the links with a second list finds typos.
"""

import datetime
import functools
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.packagestan.template import OPTIONS, ORG, ROOT

PLACES = ("copier.yml", "*.md", "docs/**/*", "template/**/*", "tools/**/*")

# Links that don't have to be listed: examples, local addresses, the template's own repository and
# site, and SVG's XML namespace.
EXAMPLES = re.compile(
    rf"https?://(?:[\w.-]+\.)?(?:example\.com|localhost|127\.0\.0\.1|host/|{ORG}\.github\.io"
    rf"|github\.com/(?:ada|{ORG})\b|www\.w3\.org/2000/svg)"
)


@functools.cache
def listed() -> list[dict[str, Any]]:
    """Return the groups of links in tests/links.yml. Each group has a date, a place, and links."""
    return list(yaml.safe_load((ROOT / "tests" / "links.yml").read_text(encoding="utf-8")))


def links_in(path: Path) -> set[str]:
    """Return the external links in a file."""
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"https?://[\w.-]+\.[a-z]+[^\s\[\]\"`<>(){}|\\,]*", text)
    return {link.rstrip(".;:'") for link in links}


def used() -> set[str]:
    """Return the links in the template, documentation, and tools, except matches of EXAMPLES."""
    found: set[str] = set()
    for path in {path for place in PLACES for path in ROOT.glob(place)}:
        if (
            path.is_file()
            and "_build" not in path.parts
            and path.suffix not in (".mo", ".po", ".pyc")
        ):
            found |= links_in(path)
    return {link for link in found if not EXAMPLES.match(link)}


def documented(options: Path) -> set[str]:
    """Return each choice's documentation link if another file in the choice's folder repeats it.

    These links don't have to be listed, because a typo in one file would make them differ.
    """
    found: set[str] = set()
    for file in options.glob("*/*/choice.json"):
        facts = json.loads(file.read_text(encoding="utf-8"))
        others = [links_in(path) for path in file.parent.iterdir() if path != file]
        found |= {facts.get("documentation")} & set[str]().union(*others)
    return found


def test_every_link_is_listed() -> None:
    """Each link is listed once or repeated in a choice's folder, and each listed link is used."""
    links = [link for group in listed() for link in group["links"]]
    assert sorted(set(links)) == sorted(links)
    new = sorted(used() - set(links) - documented(OPTIONS))
    old = sorted(set(links) - used())
    assert not new, f"Open these links, and add them to a group in tests/links.yml: {new}"
    assert not old, f"Remove these links from tests/links.yml: {old}"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://just.systems/man/en/", {"https://just.systems/man/en/"}),
        ("https://just.systems/man/em/", set[str]()),
    ],
)
def test_documentation_link_is_repeated(link: str, expected: set[str], tmp_path: Path) -> None:
    """A documentation link may be unlisted only if another of the choice's files repeats it."""
    folder = tmp_path / "task_runner" / "just"
    folder.mkdir(parents=True)
    facts = json.dumps({"documentation": "https://just.systems/man/en/"})
    (folder / "choice.json").write_text(facts, encoding="utf-8")
    (folder / "tasks.jinja").write_text(f"# {link}\n", encoding="utf-8")
    assert expected == documented(tmp_path)


def test_links_have_a_date_and_a_place() -> None:
    """Each group has a date, a description of where its links were seen, and sorted links."""
    for group in listed():
        assert {"seen", "where", "links"} == set(group)
        assert isinstance(group["seen"], datetime.date)
        pairs = itertools.pairwise(group["links"])
        unsorted = [second for first, second in pairs if first > second]
        assert not unsorted, (
            f"Move these links up in tests/links.yml, because each group is sorted: {unsorted}"
        )
