"""What a lesson is made of: boxes, challenges, and what is folded until it is wanted."""

from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx_design.dropdown import DropdownDirective

from harness.course.pages import front_matter

LOGGER = logging.getLogger(__name__)

# Where learners have the course's files.
COURSE = "~/packagestan/docs/course"


class Box(SphinxDirective):
    """A box with its own title."""

    has_content = True
    title: ClassVar[str]

    def box(self, title: str, *classes: str) -> nodes.admonition:
        """Return a box that holds what the directive holds."""
        words, messages = self.parse_inline(title)
        box = nodes.admonition("", nodes.title(title, "", *words), *messages, classes=list(classes))
        self.set_source_info(box)
        box += self.parse_content_to_nodes()
        return box

    def run(self) -> list[nodes.Node]:
        """Return the box."""
        self.assert_has_content()
        return [self.box(self.title, self.name)]


class Questions(Box):
    """What a lesson answers."""

    title = "Questions"


class Objectives(Box):
    """What a learner can do after a lesson."""

    title = "Afterwards, you can"


class Prerequisites(Box):
    """What a lesson needs."""

    title = "Before you start"


class KeyPoints(Box):
    """What to remember of a lesson."""

    title = "Key points"


class Challenge(Box):
    """A task for the learner, which a checker may judge."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"check": directives.unchanged_required, "folder": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return the box, whose name links can name."""
        self.assert_has_content()
        (title,) = self.arguments
        box = self.box(f"Challenge: {title}", "challenge")
        box["ids"].append(f"challenge-{nodes.make_id(title)}")
        if "check" in self.options:
            box.insert(1, self.checker(self.options["check"]))
        return [box]

    def checker(self, name: str) -> nodes.paragraph:
        """Return the sentence that names the checker's command, and warn if there is none."""
        course = Path(self.env.srcdir, "course")
        if not any((course / kind / name).is_dir() for kind in ("exercises", "puzzles")):
            LOGGER.warning(
                "there is no exercise and no puzzle %r", name, location=self.get_location()
            )
        command = f"uv run {COURSE}/check.py {name} {self.options.get('folder', '')}".strip()
        words: list[nodes.Node] = [nodes.Text("Check your work: "), nodes.literal("", command)]
        return nodes.paragraph("", "", *words, classes=["checker"])


class Fold(DropdownDirective):
    """What is folded until it is wanted, without JavaScript."""

    title: ClassVar[str]

    def run_with_defaults(self) -> list[nodes.Node]:
        """Return the fold, with its usual title if it is given none."""
        self.assert_has_content()
        self.arguments = self.arguments or [self.title]
        self.options["class-container"] = [self.name, *self.options.get("class-container", [])]
        return list(super().run_with_defaults())


class Hint(Fold):
    """A step towards the solution."""

    title = "Hint"


class Solution(Fold):
    """The solution of a challenge, and why it is one."""

    title = "Solution"


class Instructor(Fold):
    """What only who teaches a lesson needs, such as its minutes."""

    title = "For instructors"

    def run_with_defaults(self) -> list[nodes.Node]:
        """Return the fold, with the minutes of the page's front matter before all else."""
        (fold,) = super().run_with_defaults()
        assert isinstance(fold, nodes.container)
        minutes = front_matter(Path(self.env.doc2path(self.env.docname))).get("minutes")
        if minutes:
            text = f"Minutes: {minutes['teach']} to teach, {minutes['do']} to do."
            fold.insert(1, nodes.paragraph("", text, classes=["minutes"]))
        return [fold]


DIRECTIVES: dict[str, type[SphinxDirective]] = {
    "questions": Questions,
    "objectives": Objectives,
    "prerequisites": Prerequisites,
    "challenge": Challenge,
    "hint": Hint,
    "solution": Solution,
    "key-points": KeyPoints,
    "instructor": Instructor,
}
