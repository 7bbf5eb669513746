"""Run Copier in a browser, which has no git, no terminal, and only one process.

Pyodide is CPython compiled to WebAssembly. This module lets Copier run in it by replacing three
things:

- Modules that exist only on POSIX systems. Copier's dependencies import them, but rendering doesn't
  call them.
- The information that Copier gets from git: the template's version and its executable files.
- The prompts. A `Session` accepts answers in the same form as `--data`, and `Asked` contains what a
  form needs to show a question.

The questions, the answers, and the files come from Copier's own code. To speed up later renders, a
`Session` reuses compiled Jinja templates. It also reuses a template's earlier result if the values
that the template reads are the same.

The module works with any template that doesn't require `--trust`. For tests, it also runs outside a
browser.
"""

import errno
import importlib
import json
import shutil
import sys
import types
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any


class MissingModule(types.ModuleType):
    """A substitute for a missing POSIX module. Its functions fail when they are called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a function that fails like an unsupported system call.

        Raises:
            AttributeError: The name starts with two underscores.
        """
        if name.startswith("__"):
            raise AttributeError(name)

        def missing_function(*args: Any, **kwargs: Any) -> Any:
            raise OSError(errno.ENOSYS, f"{self.__name__}.{name} doesn't exist in a browser")

        return missing_function


# Replace the POSIX modules that Pyodide lacks.
for module in ("grp", "pwd", "resource"):
    try:
        importlib.import_module(module)
    except ModuleNotFoundError:
        sys.modules[module] = MissingModule(module)

from jinja2 import Template as JinjaTemplate
from jinja2 import Undefined
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

# The minor version of Copier with which the tests in tests/start_page have passed.
TESTED = SpecifierSet("~=9.19.0")

ADVICE = (
    f"The start page uses private parts of Copier and supports {TESTED}, but Copier "
    f"{version('copier')} is installed. Adapt docs/start/copier_browser.py, and run tests/start_page and "
    "`nox -s start_page`, which compare the results with those of the `copier` command. When they pass, "
    "change TESTED."
)

try:
    from copier import _main
    from copier._main import Worker
    from copier._settings import SettingsModel
    from copier._template import Template
    from copier._types import MISSING, Phase
    from copier._user_data import DEFAULT_DATA, AnswersMap, Question

    # Check that the private parts of Copier that this module replaces or calls still exist.
    for owner, name in (
        (Worker, "_ask"),
        (Worker, "_render_context"),
        (Worker, "_render_template"),
        (Worker, "answers_relpath"),
        (Worker, "jinja_env"),
        (Worker, "template"),
        (AnswersMap, "combined"),
        (Question, "_formatted_choices"),
        (Template, "git_index_modes"),
        (_main, "Question"),
    ):
        getattr(owner, name)
except (AttributeError, ImportError) as error:
    raise ImportError(ADVICE) from error

# The number of results to keep for each Jinja template: enough to switch between a few projects.
REMEMBERED = 4


class Recorder:
    """A record of the names that the current template has read from its context.

    Attributes:
        names: The names, or None between renders.
    """

    names: set[str] | None = None


class RecordingContext(Context):
    """A context that records which names are read."""

    def resolve_or_missing(self, key: str) -> Any:
        """Record a name, and return its value or Jinja's marker for a missing value."""
        if Recorder.names is not None:
            Recorder.names.add(key)
        return super().resolve_or_missing(key)

    def __contains__(self, name: str) -> bool:
        """Record a name, and return whether it has a value."""
        return self.resolve_or_missing(name) is not missing


def comparable(name: str, value: Any) -> Any:
    """Return a key for a value. Equal keys mean that a template renders the values identically.

    Args:
        name: The name of the value. Copier creates new objects for its own names in each run.
        value: The value in the context.
    """
    if name == "_copier_conf":
        return repr((dict(value["data"]), value["dst_path"]))
    if name == "_external_data" or isinstance(value, Undefined):
        return None  # A new project has no external data.
    if isinstance(value, (bool, dict, float, int, list, tuple)):
        return repr(value)  # 1, 1.0, and True are equal, but rendered differently.
    return value


class RememberingTemplate(JinjaTemplate):
    """A template that reuses an earlier result if the values that it reads are the same."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Return the rendered text."""
        # This resets the state that Copier's extension keeps for the `yield` tag.
        self.environment.preprocess("")
        given = dict(*args, **kwargs)
        seen: dict[str, Any] = {}
        runs: deque[tuple[dict[str, Any], str]] = vars(self).setdefault(
            "runs", deque(maxlen=REMEMBERED)
        )
        for reads, text in runs:
            for name, value in reads.items():
                if name not in seen:
                    seen[name] = comparable(name, given.get(name, missing))
                if seen[name] != value:
                    break
            else:
                if Recorder.names is not None:
                    Recorder.names |= reads.keys()
                return text
        outer, Recorder.names = Recorder.names, set()
        try:
            text = super().render(given)
            reads = {name: comparable(name, given.get(name, missing)) for name in Recorder.names}
        finally:
            Recorder.names = outer
        runs.appendleft((reads, text))
        return text


def remember(environment: SandboxedEnvironment) -> None:
    """Have an environment reuse compiled templates and earlier results.

    Templates whose source contains the word "yield" are excluded.
    """
    environment.context_class = RecordingContext
    environment.template_class = RememberingTemplate
    environment.auto_reload = False
    compiled: dict[str, JinjaTemplate] = {}
    compile_text = environment.from_string

    def from_string(source: Any, *args: Any, **kwargs: Any) -> JinjaTemplate:
        # Copier's `yield` tag has a side effect, so a template with this tag must be rendered each
        # time.
        if not isinstance(source, str) or "yield" in source:
            return compile_text(source, *args, **kwargs)
        if source not in compiled:
            compiled[source] = compile_text(source, *args, **kwargs)
        return compiled[source]

    vars(environment)["from_string"] = from_string


class BrowserWorker(Worker):
    """A Copier worker that merges the answers only once while it renders the files."""

    def _render_template(self) -> None:
        vars(self)["merged"] = (super().answers_relpath, super()._render_context())
        try:
            super()._render_template()
        finally:
            del vars(self)["merged"]

    def _render_context(self) -> Any:
        merged = vars(self).get("merged")
        return dict(merged[1]) if merged else super()._render_context()

    @property
    def answers_relpath(self) -> Path:
        """Return the path of the answers file, relative to the project's folder."""
        merged = vars(self).get("merged")
        return merged[0] if merged else super().answers_relpath


def merged_answers(answers: AnswersMap) -> dict[str, Any]:
    """Return all answers merged into one dictionary, which is faster than Copier's `ChainMap`."""
    return {
        **DEFAULT_DATA,
        "_external_data": answers.external,
        **answers.user_defaults,
        **answers.last,
        **answers.metadata,
        **answers.init,
        **answers.user,
    }


def as_text(answer: Any) -> str:
    """Return an answer in the form used after `--data NAME=`."""
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)


@contextmanager
def replaced(question: Callable[..., Question]) -> Iterator[None]:
    """In a `with` block, let Copier create questions with a given function and merge answers faster."""
    parts: list[tuple[Any, str, Any]] = [
        (_main, "Question", question),
        (AnswersMap, "combined", property(merged_answers)),
    ]
    originals = [(owner, name, vars(owner)[name]) for owner, name, _ in parts]
    for owner, name, value in parts:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in originals:
            setattr(owner, name, value)


@dataclass
class Source:
    """A template, and the information that git would report about it.

    Attributes:
        folder: The folder with the template's files.
        address: The address that the answers file records, such as `gh:owner/name`.
        commit: The output of `git describe --tags --always`, which the answers file records.
        modes: The file modes in git's index, by path. Only executable files need an entry.
    """

    folder: Path
    address: str
    commit: str | None = None
    modes: Mapping[str, int] = field(default_factory=dict)

    def template(self) -> Template:
        """Return Copier's object for the template, with the information from git."""
        template = Template(url=self.address)
        try:
            release = Version(self.commit or "")
        except InvalidVersion:
            release = None
        vars(template).update(
            vcs="git" if self.commit else None,
            commit=self.commit,
            commit_hash=None,
            version=release,
            local_abspath=self.folder.resolve(),
            git_index_modes={PurePosixPath(path): mode for path, mode in self.modes.items()},
        )
        return template


@dataclass
class Asked:
    """A question as Copier asks it, with all values computed.

    Attributes:
        name: The name of the question.
        help: The text of the question.
        type: The type of the answer, such as `str` or `yaml`.
        multiselect: Whether the answer is a list of choices.
        multiline: Whether the answer can have several lines.
        placeholder: An example that is shown while the answer is empty.
        choices: For each choice, the answer, the label, and the reason why it is unavailable, or ""
            if it is available.
        answer: The answer as text, even if it was rejected. If none was given, the default or "".
        default: The default as text, or None if the question has no valid default.
        given: Whether an answer was given and was rejected or differs from the default.
        asked: Whether Copier would ask the question or has rejected its answer.
        offered: Whether the question is asked, or Copier would ask it with the answers in
            `Session.everything`.
        error: The message that rejects the answer, or "".
    """

    name: str
    help: str = ""
    type: str = "str"
    multiselect: bool = False
    multiline: bool = False
    placeholder: str = ""
    choices: list[tuple[str, str, str]] = field(default_factory=list)
    answer: str = ""
    default: str | None = None
    given: bool = False
    asked: bool = True
    offered: bool = True
    error: str = ""


@dataclass
class File:
    """A rendered file.

    Attributes:
        content: The file's bytes.
        mode: The file's permissions, such as 0o644.
    """

    content: bytes
    mode: int


class RejectedError(ValueError):
    """Copier rejects an answer, or can't render the project with the answers."""


class Session:
    """A template that is rendered repeatedly with different answers.

    Args:
        source: The template.
        work: The folder to render into. Each project is deleted after it has been read.
        required: Answers to the questions without a default. They replace rejected answers so that
            the later questions can be shown.
        everything: Answers with which the template asks every question. They are used only to decide
            which questions are offered.
    """

    def __init__(
        self,
        source: Source,
        work: Path,
        required: Mapping[str, str] | None = None,
        everything: Mapping[str, Any] | None = None,
    ) -> None:
        """Load the template and its questions.

        Raises:
            ValueError: The template requires `--trust`.
        """
        self.template = source.template()
        self.work = work
        self.required = dict(required or {})
        self.everything = dict(everything or {})
        worker = self._worker({}, "project")
        remember(worker.jinja_env)
        self.environment = worker.jinja_env
        if self.template.tasks or self.template.jinja_extensions:
            raise ValueError("The template requires --trust, which isn't possible in a browser.")

    def questions(self) -> list[str]:
        """Return the names of the questions that accept an answer, in order."""
        return [
            name
            for name, question in self.template.questions_data.items()
            if question.get("when") is not False and question.get("ask") is not False
        ]

    def ask(self, answers: Mapping[str, str]) -> list[Asked]:
        """Return the questions as `copier copy --defaults` evaluates them.

        Args:
            answers: Answers by question, in the form of `--data`.

        Returns:
            The questions that are offered or answered. If an answer is rejected, the later
            questions are based on the answer in `required`, or else on the default.
        """
        return self._ask(answers)[0]

    def render(self, answers: Mapping[str, str], folder: str = "project") -> dict[str, File]:
        """Render a project as `copier copy --defaults` does, and return its files by path.

        Args:
            answers: Answers by question, in the form of `--data`.
            folder: The name of the project's folder.

        Raises:
            RejectedError: Copier rejects an answer, or can't render the project.
        """
        root = self.work / folder
        try:
            with replaced(Question), self._worker(answers, folder) as worker:
                worker.run_copy()
            return {
                path.relative_to(root).as_posix(): File(
                    path.read_bytes(), path.stat().st_mode & 0o777
                )
                for path in sorted(root.rglob("*"))
                if path.is_file()
            }
        except Exception as error:
            raise RejectedError(str(error)) from error
        finally:
            # Otherwise, Copier would reuse the project's recorded answers.
            shutil.rmtree(root, ignore_errors=True)

    def _worker(self, answers: Mapping[str, str], folder: str) -> Worker:
        worker = BrowserWorker(
            src_path=self.template.url,
            dst_path=self.work / folder,
            data=dict(answers),
            settings=SettingsModel(),
            defaults=True,
            quiet=True,
            overwrite=True,
        )
        vars(worker)["template"] = self.template
        if "environment" in vars(self):
            vars(worker)["jinja_env"] = self.environment
        return worker

    def _ask(self, answers: Mapping[str, str]) -> tuple[list[Asked], dict[str, str]]:
        """Return the questions, and the messages about rejected answers by question."""
        used = dict(answers)
        errors: dict[str, str] = {}
        while True:
            created: list[Question] = []

            def create(created: list[Question] = created, **details: Any) -> Question:
                created.append(Question(**details))
                return created[-1]

            with replaced(create), self._worker(used, "project") as worker:
                try:
                    with Phase.use(Phase.PROMPT):
                        worker._ask()
                except Exception as error:  # noqa: BLE001 whatever a template raises
                    name = created[-1].var_name
                    errors.setdefault(name, str(error))
                    given = used.pop(name, None)
                    if name in self.required and given != self.required[name]:
                        used[name] = self.required[name]
                    elif given is None:
                        break  # Even the default can be rejected because of other answers.
                    continue
                break
        with replaced(create):
            asked = [
                shown
                for question in created
                if (shown := self._describe(question, worker, answers, errors))
            ]
        return asked, errors

    def _describe(
        self, question: Question, worker: Worker, answers: Mapping[str, str], errors: dict[str, str]
    ) -> Asked | None:
        """Return a question with everything that a form shows, or None if it isn't shown."""
        name = question.var_name
        given = name in answers
        details = self.template.questions_data[name]
        if details.get("when") is False or details.get("ask") is False or not question.get_when():
            return None
        failed = name in errors
        asked = failed or question.get_ask()
        everything = replace_context(question, {**question.context, **self.everything})
        offered = asked or (bool(self.everything) and everything.get_ask())
        if not offered and not given:
            return None
        default = self._default(question)
        current = worker.answers.user.get(name, default)
        return Asked(
            name=name,
            help=question.get_message().strip(),
            type=question.get_type_name(),
            multiselect=question.multiselect,
            multiline=question.get_multiline(),
            placeholder=question.get_placeholder(),
            choices=[
                (as_text(choice.value), str(choice.title), str(choice.disabled or ""))
                for choice in question._formatted_choices
            ],
            answer=answers[name]
            if failed and given
            else ""
            if current is None
            else as_text(current),
            default=None if default is None else as_text(default),
            given=given and (failed or current != default),
            asked=asked,
            offered=offered,
            error=errors.get(name, ""),
        )

    def _default(self, question: Question) -> Any:
        """Return the default of a question, or None if it has no valid default."""
        name = question.var_name
        others = {key: value for key, value in question.answers.init.items() if key != name}
        context = {key: value for key, value in question.context.items() if key != name}
        unanswered = replace(
            replace_context(question, context),
            answers=AnswersMap(user_defaults=question.answers.user_defaults, init=others),
        )
        try:
            default = unanswered.get_default()
        except ValueError:
            return None
        return None if default is MISSING else default


def replace_context(question: Question, context: Mapping[str, Any]) -> Question:
    """Return a copy of a question with a different context."""
    return replace(question, context=context)
