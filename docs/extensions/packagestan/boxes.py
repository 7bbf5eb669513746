"""Directives for lessons: boxes, challenges, and collapsible content."""

from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx_design.dropdown import DropdownDirective

from harness.course.minutes import work_of

LOGGER = logging.getLogger(__name__)

# The folder with the course's files on a learner's machine.
COURSE = "~/packagestan/docs/course"


class Box(SphinxDirective):
    """A box with a title and content. Its title is fixed unless a subclass overrides `run`."""

    has_content = True
    title: ClassVar[str]

    def box(self, title: str, *classes: str) -> nodes.admonition:
        """Return a box with a title, the directive's content, and CSS classes."""
        words, messages = self.parse_inline(title)
        box = nodes.admonition("", nodes.title(title, "", *words), *messages, classes=list(classes))
        self.set_source_info(box)
        box += self.parse_content_to_nodes()
        return box

    def run(self) -> list[nodes.Node]:
        """Return the box with its fixed title."""
        self.assert_has_content()
        return [self.box(self.title, self.name)]


class Questions(Box):
    """The questions that a lesson answers."""

    title = "Questions"


class Objectives(Box):
    """The skills that learners gain in a lesson."""

    title = "After this lesson, you can"


class Prerequisites(Box):
    """The requirements for a lesson."""

    title = "Before you start"


class KeyPoints(Box):
    """The key points of a lesson."""

    title = "Key points"


class Challenge(Box):
    """A task, optionally with its duration and the command that checks the solution."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {
        "check": directives.unchanged_required,
        "folder": directives.unchanged,
        "minutes": directives.positive_int,
    }

    def run(self) -> list[nodes.Node]:
        """Return the box, which has an anchor for links."""
        self.assert_has_content()
        (title,) = self.arguments
        minutes = f" ({self.options['minutes']} minutes)" if "minutes" in self.options else ""
        box = self.box(f"Challenge: {title}{minutes}", "challenge")
        box["ids"].append(f"challenge-{nodes.make_id(title)}")
        if "check" in self.options:
            box.insert(1, self.checker(self.options["check"]))
        return [box]

    def checker(self, name: str) -> nodes.paragraph:
        """Return a paragraph with the command that checks the solution.

        If the exercise or puzzle doesn't exist, log a warning.

        Args:
            name: The name of the exercise or puzzle.
        """
        course = Path(self.env.srcdir, "course")
        if not any((course / kind / name).is_dir() for kind in ("exercises", "puzzles")):
            LOGGER.warning(
                "there is no exercise and no puzzle %r", name, location=self.get_location()
            )
        command = f"uv run {COURSE}/check.py {name} {self.options.get('folder', '')}".strip()
        words: list[nodes.Node] = [nodes.Text("Check your work: "), nodes.literal("", command)]
        return nodes.paragraph("", "", *words, classes=["checker"])


class Question(Box):
    """A quiz question. Its content includes the collapsed answer."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the box with the question as its title."""
        self.assert_has_content()
        return [self.box(self.arguments[0], "question")]


class Fold(DropdownDirective):
    """Content that is collapsed until the reader opens it. It works without JavaScript."""

    title: ClassVar[str]

    def run_with_defaults(self) -> list[nodes.Node]:
        """Return the collapsed content. If the page specifies no title, use the default."""
        self.assert_has_content()
        self.arguments = self.arguments or [self.title]
        self.options["class-container"] = [self.name, *self.options.get("class-container", [])]
        return list(super().run_with_defaults())


class Hint(Fold):
    """A step toward the solution."""

    title = "Hint"


class Solution(Fold):
    """The solution to a challenge, and an explanation."""

    title = "Solution"


class Answer(Fold):
    """The answer to a question, and the reason for it."""

    title = "Answer"


class Instructor(Fold):
    """Notes for instructors. They start with the estimated duration of the lesson."""

    title = "For instructors"

    def run_with_defaults(self) -> list[nodes.Node]:
        """Return the collapsed notes, starting with the estimated minutes."""
        (fold,) = super().run_with_defaults()
        assert isinstance(fold, nodes.container)
        work = work_of(Path(self.env.doc2path(self.env.docname)))
        text = f"Minutes: {work.teach} to teach, {work.do} for challenges and the quiz."
        fold.insert(1, nodes.paragraph("", text, classes=["minutes"]))
        return [fold]


DIRECTIVES: dict[str, type[SphinxDirective]] = {
    "questions": Questions,
    "objectives": Objectives,
    "prerequisites": Prerequisites,
    "challenge": Challenge,
    "hint": Hint,
    "solution": Solution,
    "question": Question,
    "answer": Answer,
    "key-points": KeyPoints,
    "instructor": Instructor,
}
