"""The logic of the start page: the form, the files, the diffs, the commands, and the archive.

`worker.js` calls a `Page` in Pyodide. `assemble.py` writes the page's settings to `settings.json`.
This module works with the questions of any template.
"""

import difflib
import functools
import io
import json
import re
import shlex
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pygments.lexers import get_lexer_for_filename
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from copier_browser import Asked, File, RejectedError, Session, Source

# The number of unchanged lines around each difference.
CONTEXT = 3

# The timestamp of every file in an archive. It is fixed, so the same answers produce the same
# bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)

# An example for each highlighted file type. The page contains only the lexers for these types.
HIGHLIGHTED = (
    *("pyproject.toml", "a.md", "a.yml", "a.json", "a.py", "a.sh", "a.cfg", "a.ini"),
    *("Dockerfile", "Makefile"),
)

Files = dict[str, File]


def groups(folder: Path) -> dict[str, str]:
    """Return the group of each question in a file that `copier.yml` includes.

    Each group is named after the file.

    Args:
        folder: The template's folder.
    """
    lines = next(folder.glob("copier.y*ml")).read_text(encoding="utf-8").splitlines()
    patterns = [line.removeprefix("!include ") for line in lines if line.startswith("!include ")]
    found: dict[str, str] = {}
    for file in (file for pattern in patterns for file in sorted(folder.glob(pattern))):
        words = re.sub(r"^[\d_]+", "", file.stem).replace("_", " ")
        title = words.upper() if len(words) < 4 else words.capitalize()
        found |= dict.fromkeys(yaml.safe_load(file.read_text(encoding="utf-8")), title)
    return found


def bash_quote(word: str) -> str:
    """Quote a word for Bash, and escape control characters so that it is safe to paste."""
    if not any(unicodedata.category(sign) == "Cc" for sign in word):
        return shlex.quote(word)
    escaped = word.replace("\\", "\\\\").replace("'", "\\'")
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda sign: f"\\u{ord(sign[0]):04x}", escaped)
    return f"$'{plain}'"


def powershell_quote(word: str) -> str:
    """Quote a word for PowerShell, where typographic quotes can also end a string."""
    if re.fullmatch(r"[A-Za-z0-9_./:=-]+", word):
        return word
    doubled = re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", word)
    return f"'{doubled}'"


def commands(
    address: str, folder: str, answers: Mapping[str, str], options: list[str]
) -> dict[str, str]:
    """Return the command that creates the project, for Bash and PowerShell.

    Args:
        address: The address of the template.
        folder: The folder to create.
        answers: The answers that differ from the defaults.
        options: Additional options of `copier copy`.
    """
    fixed = ["uvx", "copier", "copy", "--defaults", *options]
    data = [f"{name}={answer}" for name, answer in answers.items()]
    found = {}
    for shell, quote, continued in (
        ("bash", bash_quote, " \\\n  "),
        ("powershell", powershell_quote, " `\n  "),
    ):
        parts = [" ".join(map(quote, fixed)), *(f"--data {quote(word)}" for word in data)]
        found[shell] = continued.join([*parts, f"{quote(address)} {quote(folder)}"])
    return found


def text_of(file: File | None) -> str | None:
    """Return the text of a file, None for a binary file, or "" if the file doesn't exist."""
    try:
        return "" if file is None else file.content.decode()
    except UnicodeDecodeError:
        return None


def states(before: Files, after: Files) -> dict[str, str]:
    """Return "added", "changed", "removed", or "" (unchanged) for each path in two projects."""
    return {
        path: "added"
        if path not in before
        else "removed"
        if path not in after
        else "changed"
        if before[path] != after[path]
        else ""
        for path in sorted(before.keys() | after.keys())
    }


@functools.lru_cache(maxsize=200)
def tokens(path: str, text: str) -> list[tuple[str, str]]:
    """Return the CSS class and the text of each token in a file.

    If the page contains no lexer for the file, its whole text is one token without a class.
    """
    try:
        lexer = get_lexer_for_filename(path, stripnl=False, ensurenl=False)
    except (ClassNotFound, ImportError):
        return [("", text)]
    return [(STANDARD_TYPES.get(kind, ""), part) for kind, part in lexer.get_tokens(text) if part]


def difference(before: str, after: str) -> Iterator[list[Any]]:
    """Yield the rows of a side-by-side comparison.

    Yields:
        The kind of the row ("equal", "replace", "delete", "insert", or "skip"), followed by each
        side's line number and text, which are None if the side has no line.
    """
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(CONTEXT)):
        if number or group[0][1] or group[0][3]:
            yield ["skip", None, None, None, None]
        for kind, a, a_end, b, b_end in group:
            for offset in range(max(a_end - a, b_end - b)):
                left, right = a + offset, b + offset
                yield [
                    kind,
                    *((left + 1, old[left]) if left < a_end else (None, None)),
                    *((right + 1, new[right]) if right < b_end else (None, None)),
                ]


def archive(files: Files, folder: str) -> bytes:
    """Return a zip archive of a project, including the file modes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archived:
        for path, file in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{folder}/{path}", EPOCH)
            entry.create_system = 3  # The code for Unix, which preserves file modes.
            entry.external_attr = (0o100000 | file.mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archived.writestr(entry, file.content)
    return buffer.getvalue()


class Page:
    """The page's state: the current project, and the project that it is compared with.

    Args:
        template: The folder of the template.
        work: The folder to render into.
        settings: `address`, `commit`, and `modes` as in `Source`; `required` and `everything` as in
            `Session`; `options` as in `commands`; and `folder`, the question whose answer names
            the project's folder.
    """

    def __init__(self, template: Path, work: Path, settings: Mapping[str, Any]) -> None:
        """Load the template."""
        self.settings = settings
        source = Source(template, settings["address"], settings["commit"], settings["modes"])
        self.session = Session(source, work, settings["required"], settings["everything"])
        self.groups = groups(template)
        self.folder = "project"
        self.before: Files = {}
        self.after: Files = {}
        self.is_compared = False

    def show(self, answers: Mapping[str, str], pinned: Mapping[str, str] | None) -> dict[str, Any]:
        """Ask the questions, render the project, and compare it with another project.

        Args:
            answers: Answers by question, in the form of `--data`. Unknown names cause a notice.
            pinned: The answers of the project to compare with, or None for the previous project.

        Returns:
            The data for the page. If an answer is rejected, the files are from the previous
            project, or else from a project with the default answers.
        """
        used = self._known(answers)
        asked = self.session.ask(used)
        errors = [question.error for question in asked if question.error]
        folder = {question.name: question.answer for question in asked}.get(self.settings["folder"])
        notices = []
        if unknown := sorted(answers.keys() - used.keys()):
            notices.append(f"This link answers unknown questions: {', '.join(unknown)}.")
        if not errors:
            try:
                files = self.session.render(used)
                self.folder = folder or "project"
                notices += self._replace(files, pinned)
            except RejectedError as error:
                errors.append(str(error))
        if not self.after:  # The first answers were rejected.
            self._replace(self.session.render(self.settings["required"]), None)
        return {
            "questions": [self._question(question) for question in asked],
            "notices": notices,
            "errors": errors,
            "files": self.listing(),
            "folder": self.folder,
            "commands": commands(
                self.settings["address"],
                self.folder,
                {question.name: question.answer for question in asked if question.given},
                self.settings["options"],
            ),
        }

    def listing(self) -> list[dict[str, Any]]:
        """Return the path, state, size, and executable flag of each file in either project."""
        return [
            {
                "path": path,
                "state": state,
                "size": len(self._file(path).content),
                "executable": bool(self._file(path).mode & 0o100),
            }
            for path, state in states(self.before, self.after).items()
        ]

    def view(self, path: str) -> dict[str, Any]:
        """Return a file's tokens, text, and diff. For binary content, the values are None."""
        before, after = text_of(self.before.get(path)), text_of(self.after.get(path))
        shown = before if path not in self.after else after
        return {
            "tokens": None if shown is None else tokens(path, shown),
            "rows": None if before is None or after is None else list(difference(before, after)),
            "text": shown,
        }

    def archive(self) -> bytes:
        """Return a zip archive of the current project."""
        return archive(self.after, self.folder)

    def call(self, method: str, arguments: str) -> str:
        """Call a method with JSON arguments, and return its result as JSON."""
        return json.dumps(getattr(self, method)(*json.loads(arguments)))

    def _file(self, path: str) -> File:
        return self.after.get(path) or self.before[path]

    def _known(self, answers: Mapping[str, str]) -> dict[str, str]:
        """Return the answers to the template's questions, in the template's order."""
        return {name: answers[name] for name in self.session.questions() if name in answers}

    def _replace(self, files: Files, pinned: Mapping[str, str] | None) -> list[str]:
        """Store new files and the previous or pinned files to compare with, and return notices."""
        before, self.after = self.after, files
        was_compared, self.is_compared = self.is_compared, pinned is not None
        if pinned is None:
            if was_compared:
                self.before = files
            elif before != files:
                self.before = before
        else:
            try:
                self.before = self.session.render(self._known(pinned))
            except RejectedError as error:
                self.before = files
                return [f"The project to compare with can't be created. {error}"]
        self.before = self.before or files
        return []

    def _question(self, question: Asked) -> dict[str, Any]:
        """Return a question's attributes and its group, with a shortened error message."""
        # The message is shown next to the question, so it doesn't need to repeat the name.
        error = re.sub(
            r"^(Validation error for question|Invalid choice for) '\w+': ", "", question.error
        )
        return {**vars(question), "error": error, "group": self.groups.get(question.name, "")}
