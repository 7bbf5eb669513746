"""Check external links against tests/links.yml, which records when and where each was seen.

The tests run offline, so they can't open links. Comparing the links with a second list finds typos.
"""

import datetime
import functools
import itertools
import re
from typing import Any

import yaml

from harness.packagestan.template import ORG, ROOT

PLACES = ("copier.yml", "*.md", "docs/**/*", "template/**/*", "tools/**/*")

# Example domains, local addresses, and the XML namespace of SVG.
EXAMPLES = re.compile(
    rf"https?://(?:[\w.-]+\.)?(?:example\.com|localhost|127\.0\.0\.1|host/|{ORG}\.github\.io"
    rf"|github\.com/(?:ada|{ORG})\b|www\.w3\.org/2000/svg)"
)


@functools.cache
def listed() -> list[dict[str, Any]]:
    """Return the groups of listed links, each with a date, a source, and its links."""
    return list(yaml.safe_load((ROOT / "tests" / "links.yml").read_text(encoding="utf-8")))


def used() -> set[str]:
    """Return the external links in the template, the documentation, and the tools."""
    found: set[str] = set()
    for path in {path for place in PLACES for path in ROOT.glob(place)}:
        if (
            path.is_file()
            and "_build" not in path.parts
            and path.suffix not in (".mo", ".po", ".pyc")
        ):
            text = path.read_text(encoding="utf-8")
            links = re.findall(r"https?://[\w.-]+\.[a-z]+[^\s\[\]\"`<>(){}|\\,]*", text)
            found |= {link.rstrip(".;:'") for link in links}
    return {link for link in found if not EXAMPLES.match(link)}


def test_every_link_is_listed() -> None:
    """The files contain exactly the listed links."""
    links = [link for group in listed() for link in group["links"]]
    assert sorted(set(links)) == sorted(links)
    new, old = sorted(used() - set(links)), sorted(set(links) - used())
    assert not new, f"Open these links, and add them to a group in tests/links.yml: {new}"
    assert not old, f"Remove these links from tests/links.yml: {old}"


def test_links_have_a_date_and_a_place() -> None:
    """Each group says when and where its links were seen, or that no one has seen them."""
    for group in listed():
        assert {"seen", "where", "links"} == set(group)
        assert isinstance(group["seen"], datetime.date)
        pairs = itertools.pairwise(group["links"])
        unsorted = [second for first, second in pairs if first > second]
        assert not unsorted, (
            f"Move these links up in tests/links.yml, because each group is sorted: {unsorted}"
        )
