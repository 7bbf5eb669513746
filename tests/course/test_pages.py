"""Pages of the documentation: each command does what the page shows."""

from pathlib import Path

import pytest

from harness.course import lessons


@pytest.mark.parametrize(
    "page",
    lessons.pages(),
    ids=lambda page: page.relative_to(lessons.DOCS).with_suffix("").as_posix(),
)
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path, releases: Path) -> None:
    """Each command of a page ends as the page says and prints what it shows."""
    lessons.run_page(page, tmp_path, releases)


def page_of(folder: Path, text: str) -> Path:
    """Return a page that contains some text."""
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    return page


CONSOLE = "```console\n{}\n```\n"
MARKED = "```{{code-block}} console\n:class: {}\n:caption: Not run here: no engine.\n{}\n```\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (CONSOLE.format("$ echo a\nb"), "printed:\na\n\nand the page shows:\nb\n"),
        (CONSOLE.format("$ false"), "should end well, ended with 1"),
        (MARKED.format("fails", "$ true"), "should fail, ended with 0"),
        (CONSOLE.format("$ exit 3"), "ended the session"),
        (CONSOLE.format("echo a"), "a console block begins with a command"),
    ],
)
def test_a_page_that_is_wrong_is_found(
    text: str, problem: str, tmp_path: Path, releases: Path
) -> None:
    """A command that does something other than its page shows is reported with page and line."""
    page = page_of(tmp_path, text)
    with pytest.raises(lessons.PageError) as raised:
        lessons.run_page(page, tmp_path, releases)
    assert problem in str(raised.value)


def test_what_can_not_be_run_is_not_run(tmp_path: Path, releases: Path) -> None:
    """A block with a reason not to run it isn't run."""
    lessons.run_page(page_of(tmp_path, MARKED.format("not-run", "$ false")), tmp_path, releases)


def test_any_output_can_be_accepted(tmp_path: Path, releases: Path) -> None:
    """A block can leave out what its commands print, but they must succeed."""
    block = "```{{code-block}} console\n:class: any-output\n\n{}\n```\n"
    page = page_of(tmp_path, block.format("$ echo a\n$ false"))
    with pytest.raises(lessons.PageError, match="`false` should end well"):
        lessons.run_page(page, tmp_path, releases)


def test_hidden_commands_prepare_the_next_block(tmp_path: Path, releases: Path) -> None:
    """A command in a comment runs in the order of the page."""
    text = "<!-- run: greeting=Hello &&\n  name=Ada -->\n\n" + CONSOLE.format("$ echo $name\nAda")
    lessons.run_page(page_of(tmp_path, text), tmp_path, releases)


def test_the_session_goes_on_from_block_to_block(tmp_path: Path, releases: Path) -> None:
    """Commands share a folder and variables, files go into that folder, and `...` is any text."""
    text = (
        CONSOLE.format("$ mkdir there && cd there\n$ greeting=Hello")
        + "```{code-block} text\n:caption: names/all.txt\nAda\nBob\n```\n"
        + CONSOLE.format(
            "$ cat names/all.txt\nAda\n...\n$ for i in 1 2\n> do echo $greeting\n> done\nHello\nHello\n$ pwd\n/home/ada/there"
        )
    )
    lessons.run_page(page_of(tmp_path, text), tmp_path, releases)


def test_lines_are_shown_as_a_terminal_shows_them(tmp_path: Path, releases: Path) -> None:
    """Overwritten text in a line is not shown, but a line with a Windows line ending is."""
    text = CONSOLE.format("$ printf '1%%\\r2%%\\nend\\r\\n'\n2%\nend")
    lessons.run_page(page_of(tmp_path, text), tmp_path, releases)


def test_real_outputs_are_written_into_a_page(tmp_path: Path, releases: Path) -> None:
    """With `write`, a command's real output replaces the output on the page; the rest stays."""
    text = "# Title\n\n" + CONSOLE.format("$ echo a\nb\n$ echo c\n...") + "\nEnd.\n"
    page = page_of(tmp_path, text)
    lessons.run_page(page, tmp_path, releases, write=True)
    assert text.replace("\nb\n", "\na\n") == page.read_text(encoding="utf-8")
