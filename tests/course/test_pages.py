"""Test the commands on documentation pages, and the harness that runs them."""

import re
from pathlib import Path

import pytest

from harness.course import lessons
from harness.packagestan.template import ROOT

each_page = pytest.mark.parametrize(
    "page",
    lessons.pages(),
    ids=lambda page: page.relative_to(lessons.DOCS).with_suffix("").as_posix(),
)


@each_page
def test_commands_match_the_page(page: Path, tmp_path: Path, releases: Path) -> None:
    """The output and the exit status of each command match the page."""
    lessons.run_page(page, tmp_path, releases)


# macOS or zsh doesn't support these commands, options, and variables.
ONLY_ON_LINUX = re.compile(
    r"\bsed (?:-\w+ )*-i (?!'')|\bgrep (?:--|-\w*P)|\benv --|BASH_REMATCH|\breadlink -f|\bsort -\w*V"
    r"|(?<!git )\b(?:cp|rm|mv|ls|head|tail|mkdir|wc|cut) --|\bdate -d|\bstat -c|\bsha256sum\b|\bxargs -r"
)


@each_page
def test_commands_are_portable(page: Path) -> None:
    """Commands use no features that macOS or zsh lacks, and no comments, which zsh rejects."""
    consoles = [block.parsed for block in lessons.parse(page) if hasattr(block.parsed, "commands")]
    shown = [command for console in consoles for command in console.commands]
    # Leave out the text of here-documents.
    typed = [c.text.partition("<<")[0] for c in shown if c.prompted.startswith("$ ")]
    assert [] == [text for text in typed if ONLY_ON_LINUX.search(text)]
    assert [] == [text for text in typed if re.search(r"(?m)(?:^|[^\\'\"{$]\s)#(?!.*['\"])", text)]


def test_tests_of_skipped_commands_exist() -> None:
    """If a page names a test module for a skipped block, the module exists."""
    reasons = [
        block.parsed.not_run
        for page in lessons.pages()
        for block in lessons.parse(page)
        if isinstance(block.parsed, lessons.Console)
    ]
    named = {test for reason in reasons for test in re.findall(r"tests/\S+\.py", reason)}
    assert named
    assert [] == [test for test in sorted(named) if not (ROOT / test).is_file()]


def page_of(folder: Path, text: str) -> Path:
    """Write a page to a folder, and return the page's path."""
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    return page


CONSOLE = "```console\n{}\n```\n"
MARKED = "```{{code-block}} console\n:class: {}\n:caption: Not run here: no engine.\n{}\n```\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (CONSOLE.format("$ echo a\nb"), "printed:\na\n\nThe page shows:\nb\n"),
        (CONSOLE.format("$ false"), "should succeed, but its exit status is 1"),
        (MARKED.format("fails", "$ true"), "should fail, but its exit status is 0"),
        (CONSOLE.format("$ exit 3"), "ended the session"),
        (CONSOLE.format("echo a"), "a console block begins with a command"),
    ],
)
def test_wrong_page_is_reported(text: str, problem: str, tmp_path: Path, releases: Path) -> None:
    """Wrong output, a wrong exit status, an ended session, and an invalid block are reported."""
    page = page_of(tmp_path, text)
    with pytest.raises(lessons.PageError) as raised:
        lessons.run_page(page, tmp_path, releases)
    assert problem in str(raised.value)


def test_block_with_a_reason_is_not_run(tmp_path: Path, releases: Path) -> None:
    """A block with the class `not-run` is skipped."""
    lessons.run_page(page_of(tmp_path, MARKED.format("not-run", "$ false")), tmp_path, releases)


def test_output_can_be_omitted(tmp_path: Path, releases: Path) -> None:
    """Commands in a block with the class `any-output` may print anything, but they must succeed."""
    block = "```{{code-block}} console\n:class: any-output\n\n{}\n```\n"
    page = page_of(tmp_path, block.format("$ echo a\n$ false"))
    with pytest.raises(lessons.PageError, match="`false` should succeed"):
        lessons.run_page(page, tmp_path, releases)


def test_hidden_commands_are_run(tmp_path: Path, releases: Path) -> None:
    """The commands in a `run` comment are run before the next block."""
    text = "<!-- run: greeting=Hello &&\n  name=Ada -->\n\n" + CONSOLE.format("$ echo $name\nAda")
    lessons.run_page(page_of(tmp_path, text), tmp_path, releases)


def test_blocks_share_a_session(tmp_path: Path, releases: Path) -> None:
    """Blocks share the current folder, files, and variables, and `...` matches any text."""
    text = (
        CONSOLE.format("$ mkdir there && cd there\n$ greeting=Hello")
        + "```{code-block} text\n:caption: names/all.txt\nAda\nBob\n```\n"
        + CONSOLE.format(
            "$ cat names/all.txt\nAda\n...\n$ for i in 1 2\n> do echo $greeting\n> done\nHello\nHello\n$ pwd\n/home/ada/there"
        )
    )
    lessons.run_page(page_of(tmp_path, text), tmp_path, releases)


def test_output_looks_as_in_a_terminal(tmp_path: Path, releases: Path) -> None:
    """A carriage return overwrites the line, except in a Windows line ending."""
    text = CONSOLE.format("$ printf '1%%\\r2%%\\nend\\r\\n'\n2%\nend")
    lessons.run_page(page_of(tmp_path, text), tmp_path, releases)


def test_output_is_written_into_a_page(tmp_path: Path, releases: Path) -> None:
    """With `write`, only output that differs from the page is replaced."""
    text = "# Title\n\n" + CONSOLE.format("$ echo a\nb\n$ echo c\n...") + "\nEnd.\n"
    page = page_of(tmp_path, text)
    lessons.run_page(page, tmp_path, releases, write=True)
    assert text.replace("\nb\n", "\na\n") == page.read_text(encoding="utf-8")
