"""Add the start page to the site, with its screenshot and links that fill in answers."""

import json
import posixpath
import shutil
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from harness.packagestan.answers import SHOWN_WITH, questions

from .renders import answers_of

PAGE = "start/index.html"

# The folder in which `nox -s docs` builds the page, relative to the documentation's folder.
BUILT = "_build/start"

# Each page in this folder describes one option. Its examples use the answers in `SHOWN`.
OPTIONS = "reference/options/"
SHOWN: dict[str, Any] = {"mode": "app"}


def text_of(answer: Any) -> str:
    """Return an answer in the form used after `--data NAME=`."""
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)


def address(page: str, answers: Mapping[str, Any], pinned: Mapping[str, Any] | None = None) -> str:
    """Return the relative address of the start page.

    Args:
        page: The name of the page that contains the link.
        answers: The answers that the start page fills in, by question.
        pinned: The answers of the project to compare with, or None.

    >>> address("reference/options/mode", {"mode": "app"}, {"mode": "script"})
    '../../start/index.html#mode=app&vs.=&vs.mode=script'
    """
    shown = {name: text_of(answer) for name, answer in answers.items()}
    if pinned is not None:
        shown["vs."] = ""
        shown |= {f"vs.{name}": text_of(answer) for name, answer in pinned.items()}
    path = posixpath.relpath(PAGE, posixpath.dirname(page) or ".")
    return f"{path}#{urlencode(shown)}" if shown else path


def compared(axis: str, title: nodes.title) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the answers for the two projects that a section of an option's page compares.

    Args:
        axis: The name of the option.
        title: The title of the section.

    Returns:
        The answers for the project with the choice and for the project to compare it with, or
        None if the title doesn't announce a comparison.
    """
    choices = [literal.astext() for literal in title.findall(nodes.literal)]
    base = {**SHOWN, **SHOWN_WITH.get(axis, {})}
    if " instead of " in title.astext() and len(choices) == 2:
        return base | {axis: choices[0]}, base | {axis: choices[1]}
    if title.astext().startswith("Adding ") and len(choices) == 1:
        return base | {axis: choices}, base | {axis: []}
    return None


def link_options(app: Sphinx, doctree: nodes.document) -> None:
    """On an option's page, link each section that compares two projects to the start page."""
    page = app.env.docname
    if not page.startswith(OPTIONS):
        return
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        if title is None or (both := compared(page.removeprefix(OPTIONS), title)) is None:
            continue
        target = address(page, *both)
        link = nodes.reference("", "Compare the files", refuri=target, internal=True)
        text = nodes.Text(" on the start page.")
        section.insert(section.index(title) + 1, nodes.paragraph("", "", link, text))


def copy_page(app: Sphinx, error: Exception | None) -> None:
    """Copy the start page into the HTML site if the page exists and the build succeeded."""
    built = app.srcdir / BUILT
    if error is None and app.builder.name == "html" and built.is_dir():
        shutil.copytree(built, app.outdir / "start", dirs_exist_ok=True)


class Screenshot(SphinxDirective):
    """A screenshot that links to the start page. `nox -s docs` takes it if it finds a browser."""

    def run(self) -> list[nodes.Node]:
        """Return the linked screenshot, or nothing if it or the start page doesn't exist."""
        picture = f"{BUILT}/screenshot.png"
        self.env.note_reread()
        if self.env.app.builder.name != "html" or not (self.env.srcdir / picture).exists():
            return []
        description = "The start page: questions, the command, and the difference between two files"
        image = nodes.image("", uri=f"/{picture}", alt=description, classes=["start-page"])
        link = nodes.reference("", "", image, refuri=address(self.env.docname, {}), internal=True)
        return [nodes.paragraph("", "", link)]


class Start(ReferenceRole):
    """A link to the start page: {start}`a command-line app <mode=app cli_library=click>`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or only its text if the builder's output contains no start page.

        If a question doesn't exist, return an error message.
        """
        if self.env.app.builder.name != "html":
            return [nodes.Text(self.title)], []
        answers = answers_of(self.target) if self.has_explicit_title else {}
        if unknown := answers.keys() - questions().keys():
            message = f"there is no question {', '.join(sorted(unknown))}"
            problem = self.inliner.reporter.error(message, line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, problem)], [problem]
        target = address(self.env.docname, answers)
        return [nodes.reference(self.rawtext, self.title, refuri=target, internal=True)], []
