"""Render projects while the site is built."""

import functools
import json
import os
import shlex
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from pygments.lexers import get_lexer_for_filename
from pygments.util import ClassNotFound
from sphinx.directives.code import LiteralInclude
from sphinx.errors import ExtensionError

from harness.packagestan.answers import questions
from harness.packagestan.template import ADDRESS, render

# The answers for the running example. The year is fixed, because the default (the current year)
# would change the output every year.
GREETINGS = {"project_name": "greetings", "copyright_year": "2026"}


# This folder is deleted when the build ends, and the next build renders the projects again.
PROJECTS = tempfile.TemporaryDirectory(prefix="packagestan-")


@functools.cache
def rendered_project(answers: str) -> Path:
    """Render a project and return its folder. Each set of answers is rendered only once.

    Args:
        answers: The answers by question, as JSON.

    Raises:
        ValueError: Copier rejects an answer.
    """
    # Use empty settings, because personal settings must not affect the site.
    settings = Path(__file__).with_name("settings.yml")
    os.environ["COPIER_SETTINGS_PATH"] = str(settings)
    folder = Path(tempfile.mkdtemp(dir=PROJECTS.name))
    project = render(folder / "project", json.loads(answers))
    record = project / ".copier-answers.yml"
    lines = record.read_text(encoding="utf-8").splitlines()
    # Record the template's address instead of the local folder, as in a learner's project.
    lines = [f"_src_path: {ADDRESS}" if line.startswith("_src_path:") else line for line in lines]
    record.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return project


def project_of(answers: dict[str, Any]) -> Path:
    """Render the running example with additional answers, and return its folder.

    Raises:
        ExtensionError: A question doesn't exist, or Copier rejects an answer.
    """
    if unknown := answers.keys() - questions().keys():
        raise ExtensionError(f"there is no question {', '.join(sorted(unknown))}")
    try:
        return rendered_project(json.dumps(GREETINGS | answers, sort_keys=True))
    except ValueError as error:
        raise ExtensionError(f"Copier rejects {answers}: {error}") from error


def checkpoint_file(source: Path, number: str) -> Path:
    """Return the path of a checkpoint's answers file, which may not exist.

    Args:
        source: The documentation's source folder.
        number: The checkpoint's number with two digits, such as "05".
    """
    return source / "course" / "checkpoints" / f"{number}.yml"


def checkpoint_project(source: Path, number: str) -> Path:
    """Render a checkpoint's project, and return its folder.

    `checkpoint_file` describes the arguments.

    Raises:
        ExtensionError: The checkpoint doesn't exist, or its answers are rejected.
    """
    file = checkpoint_file(source, number)
    if not file.exists():
        raise ExtensionError(f"there is no checkpoint {number}")
    return project_of(yaml.safe_load(file.read_text(encoding="utf-8")) or {})


def answers_of(text: str) -> dict[str, Any]:
    """Parse answers such as `mode=app plugins=true`, in which each value is YAML.

    Raises:
        ValueError: A word has no "=", or a quotation mark is missing.
        yaml.YAMLError: A value is not valid YAML.

    >>> answers_of("mode=app 'environments=[uv, pip]' plugins=true")
    {'mode': 'app', 'environments': ['uv', 'pip'], 'plugins': True}
    """
    pairs = [word.split("=", 1) for word in shlex.split(text)]
    return {name: yaml.safe_load(answer) for name, answer in pairs}


def language_of(name: str) -> str:
    """Return Pygments' name for a file's language, or "text" if it doesn't recognize the file.

    >>> language_of("pyproject.toml"), language_of("LICENSE")
    ('toml', 'text')
    """
    try:
        return str(get_lexer_for_filename(name).aliases[0])
    except ClassNotFound:
        return "text"


class Rendered(LiteralInclude):
    """A file from a rendered project, or a part of the file.

    The `checkpoint` or `answers` option specifies the project. Without either, it is the running
    example. The options of Sphinx's `literalinclude` are also accepted.
    """

    option_spec: ClassVar = LiteralInclude.option_spec | {
        "answers": answers_of,
        "checkpoint": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Return the code block."""
        source = Path(self.env.srcdir)
        try:
            if "checkpoint" in self.options:
                project = checkpoint_project(source, self.options["checkpoint"])
            else:
                project = project_of(self.options.get("answers", {}))
        except ExtensionError as error:
            raise self.error(error.message) from error
        (name,) = self.arguments
        self.options.setdefault("caption", f"`{name}`")
        self.options.setdefault("language", language_of(name))
        # Sphinx resolves a path that starts with a slash relative to the documentation's folder.
        self.arguments[0] = "/" + Path(os.path.relpath(project / name, source)).as_posix()
        return super().run()
