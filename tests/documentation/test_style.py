"""Check the conventions for headings, sentences, and phrases.

`replacements.txt` lists single words that `nox -s lint` rejects.
"""

import doctest
import itertools
import re
import sys

import pytest
from markdown_it import MarkdownIt

from harness.packagestan.template import ROOT
from harness.processes.commands import run

MOST_WORDS = 30

# Words that are capitalized in any position in a heading.
NAMES = {
    *("CI", "Copier", "GitHub", "GitLab", "Mac", "Packagestan", "Pipenv", "Poetry", "Python"),
    *("Renovate", "Windows"),
}

# Phrases that read like a translation or have an established alternative.
PHRASES = re.compile(
    r"\b(?:"
    r"(?<!on )of (?:its|your|their) own(?=[.,;:)])|for instance|e\.g\.|in silence|without a word"
    r"|house rules?|takes? back|as (?:it is|they are)[.,;:)]|what is (?:there|chosen|needed)"
    r"|(?:allows|enables) to|(?:is|are) told|an update (?:brings|gives|loses)"
    r"|(?:stands?|lies|sits) (?:in(?! for)|below|above|next)\b|(?:pip|uv|Copier|PyPI) knows"
    r"|(?<!there )(?<!that )(?:is|are) no (?!longer\b|more\b)|(?:is|are) (?:not )?there[.,;:)]"
    r"|makes? (?:an? )?(?:virtual )?(?:environments?|lock files?|wheels?|sdists?)\b"
    r"|, for (?:it|they|this|there) (?:is|are|was|has|can|would)|\d %(?!\})"
    r")",
    re.IGNORECASE,
)
# Files that aren't checked: third-party text, and packages with their owners' wording.
OTHER_WORDS = ("template/licenses/", "tests/packages/")

PAGES = [
    name
    for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
    if not (name := page.relative_to(ROOT).as_posix()).startswith("docs/_build/")
]

Blocks = list[tuple[str, str]]


def blocks(text: str) -> Blocks:
    r"""Return the kind and the Markdown text of each block on a page. Tables have no text.

    >>> blocks("# A\n\nRun this:\n\n```\nb\n```\n")
    [('heading', 'A'), ('paragraph', 'Run this:'), ('fence', 'b\n')]
    """
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    # Remove options, and replace colon fences with thematic breaks, which separate a directive's
    # content from the text around it.
    text = re.sub(r"^:\w+:.*\n", "\n", text, flags=re.MULTILINE)
    text = re.sub(r"^ *:{3,}.*\n", "\n***\n", text, flags=re.MULTILINE)
    found: Blocks = []
    kind, in_table = "", False
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type in ("heading_open", "paragraph_open"):
            kind = token.type.removesuffix("_open")
        elif token.type in ("table_open", "table_close"):
            in_table = token.type == "table_open"
            found += [("table", "")] if in_table else []
        elif token.type == "inline" and not in_table:
            found.append((kind, token.content))
        elif token.type in ("fence", "hr"):
            found.append((token.type, token.content))
    return found


def sentences(markdown: str) -> list[str]:
    """Return the sentences of a paragraph without markup. A code span counts as one word.

    >>> sentences("Run [`uv sync`](https://example.com/). It's **fast**.")
    ['Run CODE.', "It's fast."]
    """
    text = re.sub(r"`+[^`]+`+", "CODE", " ".join(markdown.split()))
    text = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", text).replace("*", "")
    return re.split(r"(?<=[.!?])[\")]* (?=\S)", text)


def is_sentence_case(heading: str) -> bool:
    """Return whether a heading is in sentence case. The word after a colon can have any case.

    >>> is_sentence_case("Lesson 1: Work on Windows"), is_sentence_case("Work On `A B`")
    (True, False)
    """
    words = re.sub(r"`[^`]+`|\[[^]]*\]", "Code", heading).split()
    following = [word for last, word in itertools.pairwise(words) if not last.endswith(":")]
    return all(word in NAMES | {"Code"} or word == word.lower() for word in following)


@pytest.fixture(params=PAGES, scope="module")
def page(request: pytest.FixtureRequest) -> Blocks:
    """Return the blocks of a page."""
    return blocks((ROOT / request.param).read_text(encoding="utf-8"))


def test_doctests_pass() -> None:
    """This module's doctests pass."""
    assert 0 == doctest.testmod(sys.modules[__name__]).failed


def test_headings_are_in_sentence_case(page: Blocks) -> None:
    """Headings are in sentence case and don't end with punctuation."""
    headings = [text for kind, text in page if kind == "heading"]
    assert [] == [text for text in headings if not is_sentence_case(text)]
    assert [] == [text for text in headings if text[-1] in ".:?!"]


def test_sentences_are_short(page: Blocks) -> None:
    """Sentences have at most 30 words."""
    texts = [text for kind, text in page if kind == "paragraph"]
    found = [sentence for text in texts for sentence in sentences(text)]
    assert [] == [sentence for sentence in found if len(sentence.split()) > MOST_WORDS]


def test_sentences_end_before_a_block(page: Blocks) -> None:
    """No sentence continues across a code block or a table."""
    for (kind, text), (next_kind, next_text) in itertools.pairwise(page):
        if kind == "paragraph" and next_kind in ("fence", "table"):
            assert re.search(r"[.:!?][)*\"]*$|-->$", text), text
        if kind in ("fence", "table") and next_kind == "paragraph":
            assert not re.match("[a-z]", next_text), next_text


def test_no_phrase_reads_like_a_translation() -> None:
    """No checked file contains a phrase that reads like a translation."""
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
    places = ("*.md", "*.toml", "*.yml", "noxfile.py", "docs", "template", "tests", "tools")
    skipped = (*OTHER_WORDS, "tests/documentation/test_style.py")
    found = []
    for name in run(*command, *places, cwd=ROOT).stdout.splitlines():
        file = ROOT / name
        if name.startswith(skipped) or not file.is_file():
            continue
        # A phrase can continue on the next line, even in a comment.
        text = re.sub(r"\s+(?:# )?(?=\w)", " ", file.read_text(encoding="utf-8"))
        found += [f"{name}: {text[m.start() - 30 : m.end() + 30]}" for m in PHRASES.finditer(text)]
    assert [] == found
