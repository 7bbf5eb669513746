"""Run the commands on documentation pages. Sybil parses the pages, and a shell runs the commands.

docs/how-to/write-documentation.md describes the blocks. https://sybil.readthedocs.io/
"""

import argparse
import contextlib
import doctest
import functools
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pexpect
import yaml
from pexpect.fdpexpect import fdspawn
from sybil import Document, Region
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer
from sybil.parsers.myst.lexers import DirectiveLexer
from uv import find_uv_bin

from harness.artifacts.repository import commit
from harness.course.pages import front_matter
from harness.packagestan.template import ADDRESS, CLONE_ADDRESS, ROOT, render
from harness.processes.commands import run
from harness.rendering import copier_program
from harness.simulators.package_index import plain_index
from harness.updates.releases import make_repository, next_release

DOCS = ROOT / "docs"
COURSE = DOCS / "course"
RUN_FOLDERS = {"tutorial", "course"}

# The path that replaces the home folder's path in output.
HOME = "/home/ada"

# If the environment variable is set, commands run in zsh, the default shell on macOS, and with
# BusyBox, which lacks some options of GNU tools. These programs print different messages, so only
# the exit status of each command is compared.
IS_PORTABLE = "PACKAGESTAN_PORTABLE" in os.environ
SHELL = ("zsh", "--no-rcs") if IS_PORTABLE else ("bash", "--noprofile", "--norc")

SECONDS_A_COMMAND = 180
END = "== end of the command =="

# Lines that pip prints only with some settings.
NOISE = re.compile(r"^Looking in (indexes|links): .*\n", re.MULTILINE)


class PageError(AssertionError):
    """A page is malformed, or the result of a command differs from the page."""


@dataclass
class Command:
    """A command on a page.

    Attributes:
        line: The number of the command's first line on the page.
        prompted: The command and its prompts, as shown on the page.
        text: The command without prompts.
        expected: The output that the page shows.
    """

    line: int
    prompted: str
    text: str
    expected: str


@dataclass
class Console:
    """A block of commands.

    Attributes:
        commands: The commands.
        not_run: The reason why the commands aren't run, or "" if they are.
        fails: Whether the last command is expected to fail.
        any_output: Whether the output may differ from the page.
    """

    commands: list[Command]
    not_run: str = ""
    fails: bool = False
    any_output: bool = False


@dataclass
class File:
    """A block with a file that the reader creates.

    Attributes:
        path: The path, relative to the session's current folder.
        text: The contents of the file.
    """

    path: str
    text: str


def commands_in(source: str, line: int) -> list[Command]:
    r"""Return the commands of a console block.

    Args:
        source: The text in the block.
        line: The number of the text's first line on the page.

    Raises:
        PageError: The block doesn't begin with a command.

    >>> commands_in("$ echo a \\\n> b\na b\n", 7)
    [Command(line=7, prompted='$ echo a \\\n> b\n', text='echo a \\\nb\n', expected='a b\n')]

    A here-document can contain empty lines.

    >>> [command.text for command in commands_in("$ cat <<E\n>\n> a\n> E\n\na\n", 7)]
    ['cat <<E\n\na\nE\n']
    """
    commands = []
    for number, shown in enumerate(source.splitlines(keepends=True), start=line):
        if shown.startswith("$ "):
            commands.append(Command(number, shown, shown[2:], ""))
        elif not commands:
            raise PageError(f"line {number}: a console block begins with a command, `$ …`")
        elif re.match(r">( |$)", shown) and not commands[-1].expected:
            commands[-1].prompted += shown
            commands[-1].text += re.sub("^> ?", "", shown)
        else:
            commands[-1].expected += shown
    return commands


def blocks(document: Document) -> Iterator[Region]:
    """Yield a page's blocks that contain commands or files. Sybil uses this function as a parser."""
    fences = [FencedCodeBlockLexer("console"), DirectiveLexer("code-block")]
    for lexer in fences:
        for region in lexer(document):
            lexemes = region.lexemes
            options = lexemes.get("options", {})
            source = lexemes["source"]
            line = document.text.count("\n", 0, document.text.index(source, region.start)) + 1
            classes = options.get("class", "").split()
            caption = options.get("caption", "")
            if "options" not in lexemes or lexemes["arguments"].strip() == "console":
                region.parsed = Console(
                    commands_in(source, line),
                    caption if "not-run" in classes else "",
                    "fails" in classes,
                    "any-output" in classes,
                )
            elif caption:
                region.parsed = File(caption, source)
            else:
                continue
            yield region
    # Readers don't see these commands, which usually prepare the next block.
    for hidden in re.finditer(r"^<!-- run: (.+?) -->$", document.text, re.MULTILINE | re.DOTALL):
        line = document.text.count("\n", 0, hidden.start()) + 1
        command = Command(line, hidden.group(), " ".join(hidden.group(1).split()), "")
        yield Region(hidden.start(), hidden.end(), Console([command], any_output=True))


def parse(page: Path) -> Document:
    """Return the parsed page, whose examples are the blocks with commands or files."""
    return Document.parse(str(page), blocks)


@functools.cache
def pages() -> list[Path]:
    """Return the pages of the tutorial and the course, and the pages with `commands: run`."""
    return [
        page
        for page in sorted(DOCS.rglob("*.md"))
        # The exercises' READMEs are files for learners, not pages.
        if "exercises" not in page.parts
        and (
            RUN_FOLDERS.intersection(page.relative_to(DOCS).parts[:1])
            or front_matter(page).get("commands") == "run"
        )
    ]


class Session:
    """A shell session that starts in its home folder."""

    def __init__(self, home: Path, env: dict[str, str]) -> None:
        """Start the shell.

        Args:
            home: The home folder, where the session starts.
            env: The environment variables.
        """
        self.home = home
        self._script = home.parent / "command.sh"
        self._shell = subprocess.Popen(
            SHELL,
            cwd=home,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self._shell.stdout
        self._output = fdspawn(
            self._shell.stdout.fileno(), encoding="utf-8", timeout=SECONDS_A_COMMAND
        )

    def run(self, command: str) -> tuple[str, int]:
        """Run a command, and return its output and its exit status.

        Raises:
            PageError: The command timed out or ended the session.
        """
        self._script.write_text(command, encoding="utf-8")
        line = f". '{self._script}' </dev/null; printf '\\n{END} %s\\n' $?\n"
        assert self._shell.stdin
        self._shell.stdin.write(line.encode())
        self._shell.stdin.flush()
        try:
            self._output.expect(rf"\n{END} (\d+)\n")
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            what = "didn't end" if isinstance(error, pexpect.TIMEOUT) else "ended the session"
            raise PageError(f"the command {what} after printing:\n{self._output.before}") from error
        assert isinstance(self._output.match, re.Match)
        return self.tidy(str(self._output.before)), int(self._output.match.group(1))

    def tidy(self, printed: str) -> str:
        """Format output as it appears on a page."""
        for place in {str(self.home), str(self.home.resolve())}:
            printed = printed.replace(place, HOME)
        lines = (line.rstrip().split("\r")[-1] for line in NOISE.sub("", printed).split("\n"))
        text = "\n".join(lines).strip("\n")
        return f"{text}\n" if text else ""

    def folder(self) -> Path:
        """Return the session's current folder."""
        printed, _ = self.run("pwd -P")
        return Path(printed.strip().replace(HOME, str(self.home.resolve())))

    def end(self) -> None:
        """Kill the shell's process group."""
        with contextlib.suppress(ProcessLookupError), self._shell:
            os.killpg(self._shell.pid, signal.SIGKILL)


def tools(folder: Path) -> Path:
    """Create a folder with the programs that pages expect readers to have installed."""
    folder.mkdir(parents=True)
    if IS_PORTABLE:
        run("busybox", "--install", "-s", folder)
        # Unlike `diff` on macOS and in the POSIX standard, BusyBox's `diff` always prints the
        # unified format.
        (folder / "diff").unlink()
        # Scripts that uv installs call realpath with `--`, which BusyBox rejects.
        (folder / "realpath").unlink()
    scripts = Path(sysconfig.get_path("scripts"))
    for program in (find_uv_bin(), scripts / "uvx"):
        (folder / Path(program).name).symlink_to(program)
    copier = folder / "copier"
    if cache := os.environ.get(copier_program.VARIABLE):
        settings = f"{copier_program.VARIABLE}={shlex.quote(cache)}"
        command = shlex.join([sys.executable, copier_program.__file__])
        copier.write_text(f'#!/bin/sh\n{settings} exec {command} "$@"\n', "utf-8")
        copier.chmod(0o755)
    else:
        copier.symlink_to(scripts / "copier")
    base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    (folder / "python3").symlink_to(base)
    return folder


def record_origin(project: Path) -> None:
    """Record a project's origin, as the `copier` command does, so that updates work."""
    record = project / ".copier-answers.yml"
    text = record.read_text(encoding="utf-8")
    origin = f"_commit: {next_release()}\n_src_path: {ADDRESS}\n"
    record.write_text(re.sub(r"^_src_path: .*\n", origin, text, flags=re.MULTILINE), "utf-8")


@contextlib.contextmanager
def session(page: Path, folder: Path, releases: Path) -> Iterator[Session]:
    """Start a page's session in a home folder with the files that the front matter requires.

    Args:
        page: The page.
        folder: An empty folder for the home folder, the tools, and the package index.
        releases: A repository with the template's releases.

    Yields:
        The session, which ends with the context.
    """
    wanted = front_matter(page)
    # uv's cache identifies wheels in a folder by their path, so each session needs a new path.
    home = Path(tempfile.mkdtemp(prefix="home-", dir=folder))
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n"
        f'[url "{releases}"]\n\tinsteadOf = {CLONE_ADDRESS}\n'
    )
    (home / "packagestan" / "docs").mkdir(parents=True)
    (home / "packagestan" / "docs" / "course").symlink_to(COURSE)
    if "checkpoint" in wanted:
        answers = COURSE / "checkpoints" / f"{wanted['checkpoint']}.yml"
        project = render(home / "greetings", yaml.safe_load(answers.read_text(encoding="utf-8")))
        record_origin(project)
        commit(project)
    if "puzzle" in wanted:
        shutil.copytree(ROOT / "tests" / "packages" / wanted["puzzle"], home / "puzzle")
    env = {
        "HOME": str(home),
        "PATH": f"{tools(folder / 'tools')}:{home}/.local/bin:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "TMPDIR": tempfile.gettempdir(),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_PROGRESS_BAR": "off",
        "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip")),
        "UV_CACHE_DIR": run(find_uv_bin(), "cache", "dir").stdout.strip(),
        "UV_NO_PROGRESS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    } | {
        # Keep the machine's settings for package indexes and proxies.
        name: value
        for name, value in os.environ.items()
        if re.match(
            r"(PIP|UV)_.*(INDEX|LINKS|CERT|HOST|CONFIG_FILE|TIMEOUT)|SSL_CERT|HTTPS?_PROXY|NO_PROXY",
            name,
        )
    }
    with contextlib.ExitStack() as stack:
        if "index" in wanted.get("needs", []):
            env |= stack.enter_context(plain_index(folder / "index"))
        shell = Session(home, env)
        stack.callback(shell.end)
        yield shell


CHECKER = doctest.OutputChecker()


def is_shown(expected: str, printed: str) -> bool:
    r"""Return whether output matches the page. `...` on the page matches any text.

    >>> is_shown("Python 3...\n", "Python 3.13.0\n")
    True
    """
    return expected == printed or CHECKER.check_output(expected, printed, doctest.ELLIPSIS)


def run_page(page: Path, folder: Path, releases: Path, *, write: bool = False) -> None:
    """Run the commands on a page in order, and compare their output with the page.

    Args:
        page: The page.
        folder: An empty folder for the session.
        releases: A repository with the template's releases.
        write: Whether to update the page instead of raising an error if output differs.

    Raises:
        PageError: The page is malformed, a command has the wrong exit status, or output differs
            from the page and `write` is False.
    """
    document = parse(page)
    real: list[tuple[int, int, str]] = []
    with session(page, folder, releases) as shell:
        for example in document:
            block = example.parsed
            if isinstance(block, File):
                file = shell.folder() / block.path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block.text, encoding="utf-8")
                continue
            if block.not_run:
                continue
            outputs = [_output(page, block, command, shell, write) for command in block.commands]
            shown = "".join(command.prompted + command.expected for command in block.commands)
            start = document.text.index(shown, example.region.start)
            real.append((start, start + len(shown), "".join(outputs)))
    if write:
        text = document.text
        for start, end, output in reversed(real):
            text = text[:start] + output + text[end:]
        page.write_text(text, encoding="utf-8")


def _output(page: Path, block: Console, command: Command, shell: Session, write: bool) -> str:
    """Run a command, and return its prompts, text, and output for the page.

    Raises:
        PageError: The result differs from the page.
    """
    place = f"{page}:{command.line}: `{command.text.strip()}`"
    try:
        printed, status = shell.run(command.text)
    except PageError as error:
        raise PageError(f"{place}: {error}") from error
    should_fail = block.fails and command is block.commands[-1]
    if should_fail != (status != 0):
        wanted = "should fail" if should_fail else "should succeed"
        raise PageError(f"{place} {wanted}, but its exit status is {status}. Output:\n{printed}")
    if IS_PORTABLE or block.any_output or is_shown(command.expected, printed):
        return command.prompted + command.expected
    if not write:
        raise PageError(f"{place} printed:\n{printed}\nThe page shows:\n{command.expected}")
    return command.prompted + printed


def run_pages(pages: list[Path], folder: Path, *, write: bool = False) -> None:
    """Run the commands on several pages, as `run_page` does.

    Args:
        pages: The pages.
        folder: An empty folder for the sessions.
        write: Whether to update the pages instead of raising an error if output differs.

    Raises:
        PageError: A page is malformed, or the result of a command differs from its page.
    """
    releases = make_repository(folder / "releases")
    for number, page in enumerate(pages):
        place = folder / str(number)
        place.mkdir()
        run_page(page.resolve(), place, releases, write=write)
        print(f"{page}: matches")


def main() -> None:
    """Run the commands on pages, and compare or update their output."""
    parser = argparse.ArgumentParser(
        prog="python -m harness.course.lessons", description=main.__doc__
    )
    parser.add_argument("pages", nargs="*", type=Path, default=pages())
    parser.add_argument("--write", action="store_true", help="update the output on the pages")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run_pages(options.pages, Path(folder), write=options.write)


if __name__ == "__main__":
    main()
