"""Check that each variant's files are valid, tidy, and consistent.

Most checks skip files whose contents they have already seen.
"""

import ast
import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path, PurePosixPath

import pytest
import yaml
from markdown_it import MarkdownIt

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.artifacts.install import Environment
from harness.artifacts.variant import Variant
from harness.packagestan import guides
from harness.packagestan.answers import FULL
from harness.packagestan.coverage import contents, covering
from harness.packagestan.template import facts

PARSERS: dict[str, Callable[[str], object]] = {
    ".toml": tomllib.loads,
    ".yml": yaml.safe_load,
    ".yaml": yaml.safe_load,
    ".json": json.loads,
    ".py": ast.parse,
}

# The file that contains each runner's tasks, and the command that calls the runner.
RUNNERS = {
    name: (data["file"] or data["executable_file"], re.escape(data["call"]))
    for name, data in facts("task_runner").items()
    if data["call"]
}

judged: set[tuple[str, bytes]] = set()


def new_texts(variant: Variant, check: str) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each file whose contents a check hasn't seen yet."""
    for name in tree(variant.project):
        content = (variant.project / name).read_bytes()
        key = (f"{check} {PurePosixPath(name).suffix}", hashlib.sha256(content).digest())
        if key not in judged:
            judged.add(key)
            yield name, content.decode()


def test_files_parse(variant: Variant) -> None:
    """TOML, YAML, JSON, and Python files can be parsed."""
    for name, text in new_texts(variant, "parsed"):
        PARSERS.get(PurePosixPath(name).suffix, str)(text)


def test_no_jinja_remains(variant: Variant) -> None:
    """No file except the answers file contains unrendered Jinja syntax."""
    for name, text in new_texts(variant, "searched for Jinja"):
        if name != ".copier-answers.yml":
            left = text.replace(FULL["project_description"], "").replace("{{ kind }}", "")
            # GitHub workflows, just, Renovate, and poetry-dynamic-versioning also use double
            # braces.
            left = re.sub(
                r"\${{.*?}}|{{ args }}|{{replace .*?}}|{{ get_version\([^)]*\) }}", "", left
            )
            assert not re.search(r"{{|}}|{%|%}|{#|#}", left), name


def test_files_are_tidy(variant: Variant) -> None:
    """Files end with one newline, and have no trailing spaces or superfluous blank lines.

    Python files may have double blank lines, and licenses keep their original layout.
    """
    for name, text in new_texts(variant, "found tidy"):
        if text and name != "LICENSE":
            assert text.endswith("\n"), name
            assert not text.endswith("\n\n"), name
            assert not text.startswith("\n"), name
            assert not re.search(r"[ \t]\n", text), name
            assert ("\n" * (4 if name.endswith(".py") else 3)) not in text, name


def test_comments_are_next_to_what_they_explain(variant: Variant) -> None:
    """A comment on a separate line is indented like the next line, which it explains."""
    for name, text in new_texts(variant, "found aligned"):
        if name.endswith((".yml", ".yaml", ".toml", ".py", "justfile", "Dockerfile")):
            lines = [line for line in text.splitlines() if line.strip()]
            for line, following in pairwise(lines):
                if line.lstrip().startswith("# "):
                    assert indentation(line) == indentation(following), (name, line)


def indentation(line: str) -> int:
    """Return the number of spaces at the beginning of a line."""
    return len(line) - len(line.lstrip(" "))


def test_each_sentence_has_its_own_line(variant: Variant) -> None:
    """Each sentence in the guides and the changelog is on its own line."""
    for name, text in new_texts(variant, "read"):
        if name in ("CONTRIBUTING.md", "RELEASING.md", "CHANGELOG.md"):
            without_code = re.sub(r"(?ms)^```.*?^```$", "", text)
            lines = re.findall(r"(?m)^(?!#|\|)(?: *(?:-|\d\.) | +)?(.+)$", without_code)
            assert [] == [line for line in lines if not line.endswith((".", ":"))], name
            assert [] == [line for line in lines if re.search(r"[.:] [A-Z`\[]", line)], name


def test_commands_have_no_comments(variant: Variant) -> None:
    """Commands on pages have no comments, because zsh on macOS would pass them as arguments."""
    for name, text in new_texts(variant, "read for comments"):
        if name.endswith(".md"):
            assert [] == re.findall(r"(?m)^\$ .*\s#.*$", text), name


def test_paragraphs_are_whole_sentences(variant: Variant) -> None:
    """Guides have text between code blocks, and paragraphs start and end like sentences.

    If they don't, a line is missing, or a condition has removed part of the text.
    """
    for name, text in new_texts(variant, "read for sentences"):
        if name in ("README.md", "CONTRIBUTING.md", "RELEASING.md"):
            # Skip the beginning of the README, which contains the user's summary.
            start = text.index("\n## ") if name == "README.md" else 0
            blocks = MarkdownIt("gfm-like", {"linkify": False}).parse(text[start:])
            kinds = [block.type for block in blocks if block.type in ("fence", "inline")]
            assert ("fence", "fence") not in pairwise(kinds), name
            paragraphs = [
                block.content
                for opened, block in pairwise(blocks)
                if opened.type == "paragraph_open"
            ]
            for paragraph in paragraphs:
                assert re.match(r"[A-Z0-9`\[!(]|(?:conda|uv|just) ", paragraph), paragraph
                assert re.search(r"[.:?!)`>]$", paragraph), paragraph
                assert not re.search(r"[a-z)`][.?!]\s+[a-z]", paragraph), paragraph


def test_guides_have_the_expected_lines(variant: Variant) -> None:
    """The guides contain the lines in guides.txt whose conditions the answers meet, in order."""
    for name in filter(lambda name: (variant.project / name).exists(), guides.GUIDES):
        assert guides.expected(name, variant.project) == guides.actual(name, variant.project)


def test_mentioned_files_exist(variant: Variant) -> None:
    """Linked files exist, and each file that a page mentions exists or is a lock file."""
    present = set(tree(variant.project))
    names = {PurePosixPath(name).name for name in present} | {"pylock.toml", "uv.lock"}
    for name in present:
        if not name.endswith(".md"):
            continue
        folder = PurePosixPath(name).parent
        for kind, target in references((variant.project / name).read_text(encoding="utf-8")):
            inside = {target, (folder / target).as_posix()}
            if kind == "link":
                found = (variant.project / folder / target).resolve()
                assert found.exists(), f"{name} links to {target}"
            elif "/" in target:
                assert inside & present, f"{name} mentions {target}"
            else:
                assert target in names, f"{name} mentions {target}"


def references(markdown: str) -> Iterator[tuple[str, str]]:
    """Yield ("link", address) for relative links and ("code", path) for files in code spans."""
    for block in MarkdownIt("commonmark").parse(markdown):
        for token in block.children or []:
            address = str(token.attrs.get("href", ""))
            if address and "://" not in address and not address.startswith(("#", "mailto:")):
                yield "link", address.partition("#")[0]
            if token.type == "code_inline" and re.fullmatch(
                r"[\w.-]+(/[\w.-]+)*\.(in|json|lock|md|py|sh|svg|toml|txt|yml)", token.content
            ):
                yield "code", token.content


def test_mentioned_tasks_exist(variant: Variant) -> None:
    """Pages mention only tasks that the selected runner has."""
    chosen = variant.recorded["task_runner"]
    pages = [variant.project / name for name in tree(variant.project) if name.endswith(".md")]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    for runner, (file, call) in RUNNERS.items():
        pattern = rf"(?:^\$ |`)(?:uv run )?{call} ([a-z][\w-]*)"
        called = {task for text in texts for task in re.findall(pattern, text, re.MULTILINE)}
        if runner != chosen:
            assert set() == called, runner
            continue
        text = (variant.project / file).read_text(encoding="utf-8")
        names = re.findall(r'^(?:def |.*name=")?([a-z][\w-]*)[ (:"]', text, re.MULTILINE)
        assert called <= {name.replace("_", "-") for name in names}
        assert "test" in called or not variant.recorded["contributing"]


@pytest.mark.xdist_group("ruff")
def test_python_code_passes_ruff(tmp_path: Path, artifacts: ArtifactCache) -> None:
    """Ruff accepts the format and style of each variant's code."""
    environment = Environment.make(tmp_path / "environment")
    environment.install("ruff")
    projects = [artifacts.project(answers) for answers in [*contents().values(), *covering()]]
    environment.run("ruff", "format", "--no-cache", "--check", "--diff", *projects)
    environment.run("ruff", "check", "--no-cache", *projects)
