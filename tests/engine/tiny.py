"""Two tiny templates that are independent of Packagestan."""

from pathlib import Path

from harness.rendering.template import Template
from harness.space.coverage import Coverage
from harness.space.questionnaire import Questionnaire

TEMPLATES = Path(__file__).parent / "templates"

# A template with included question files, conditions, constraints, and a multiselect question.
CARDS = Template(TEMPLATES / "cards", "copier.yml", "questions", "card")

# A template whose questions are all in copier.yml. Its projects can be built.
PACKAGE = Template(TEMPLATES / "package", "copier.yml", "project")


def cards(root: Path, cache: Path, *, motto: str = "Ahoy: {{ x }} # 'a'") -> Coverage:
    """Return the space of possible answers for the cards template in a folder."""
    template = Template(root, *CARDS.parts)
    return Coverage(
        Questionnaire(template),
        inputs=template.files,
        given={"recipient": "Ada"},
        texts={"recipient": "", "motto": motto},
        shaping={"motto"},
        combined=("occasion", "stamp"),
        cache=cache,
    )
