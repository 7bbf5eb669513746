"""The variants that cover Packagestan's answers."""

from pathlib import Path

from platformdirs import user_cache_path

from harness.packagestan.answers import FULL, QUESTIONNAIRE
from harness.packagestan.template import ROOT, TEMPLATE
from harness.rendering.template import Answers
from harness.space.coverage import Coverage


def inputs() -> list[Path]:
    """Return the files that determine the possible answers.

    `test_space.py` checks that they include every file that the questions read.
    """
    rendered = ROOT / "template" / "project"
    return [file for file in TEMPLATE.files() if not file.is_relative_to(rendered)]


COVERAGE = Coverage(
    QUESTIONNAIRE,
    inputs=inputs,
    # The default year is the current year. With a fixed year, the variants don't change every year.
    given={"project_name": "My Project", "copyright_year": "2026"},
    texts=FULL | {"index_url": "https://packages.example.com/zoe/upload/"},
    empty={"extras": {}},
    shaping={"dependencies", "extras", "command_name", "gui_command_name", "index_url"},
    # A preset affects only which questions are asked and what their defaults are.
    left_out={"preset"},
    combined=("mode", "backend", "versioning", "package_data", "plugins"),
    cache=user_cache_path("packagestan") / "variants",
)

factors = COVERAGE.factors
answers_of = COVERAGE.answers_of
contents_of = COVERAGE.name_of
covering = COVERAGE.covering
covering_rows = COVERAGE.rows
interactions = COVERAGE.interactions
each_level_once = COVERAGE.each_level_once
each_choice_once = COVERAGE.each_choice_once


def contents() -> dict[str, Answers]:
    """Return the answers for each possible combination of the combined axes, by name.

    All other answers are from `FULL` or are defaults.
    """
    possible = filter(COVERAGE.is_possible, COVERAGE.combinations())
    return {contents_of(row): FULL | row for row in possible}


def summary() -> list[str]:
    """Return a summary of the possible answers and the variants, line by line."""
    rows = covering_rows()
    met, out, every = interactions(rows, COVERAGE.strength)
    return [
        f"{len(rows):6} variants",
        f"{len(factors()):6} factors",
        f"{len(contents()):6} combinations of mode, backend, versioning, and contents",
        f"{len({contents_of(row) for row in rows}):6} of them covered by a variant",
        f"{every:6} combinations of {COVERAGE.strength} choices that shape a project",
        f"{met:6} of them covered by a variant",
        f"{out:6} of them rejected",
        f"{every - met - out:6} of them missed",
    ]
