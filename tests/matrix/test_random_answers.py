"""Test random combinations of answers."""

import os
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, assume, given, settings

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.variant import Variant
from harness.packagestan.coverage import answers_of, factors
from harness.packagestan.template import refusal
from harness.rendering.template import Answers
from matrix import test_distributions, test_files

# How many sets of answers to try. If the variable is set, each run tries different answers.
EXAMPLES = os.environ.get("PACKAGESTAN_EXAMPLES")

CHECKS = [
    *(test_distributions.test_wheel_from_tree_equals_wheel_from_sdist,),
    *(
        test_distributions.test_distributions_pass_twine_check,
        test_distributions.test_pyproject_is_valid,
    ),
    *(test_distributions.test_sdist_contains_the_project,),
    *(test_distributions.test_metadata_contains_the_answers,),
    *(test_distributions.test_wheel_has_the_selected_entry_points,),
    *(test_files.test_files_parse, test_files.test_files_are_tidy),
    *(test_files.test_mentioned_files_exist, test_files.test_mentioned_tasks_exist),
]


@st.composite
def full_answers(draw: st.DrawFn) -> Answers:
    """Draw a level for each factor, and a random summary and author."""
    row: dict[str, Any] = {
        name: draw(st.sampled_from(levels), label=name) for name, levels in factors().items()
    }
    line = st.text(min_size=1, max_size=60).map(str.strip)
    return answers_of(row) | {
        "project_description": draw(line, label="project_description"),
        "user_name": draw(line, label="user_name"),
    }


@pytest.mark.xdist_group("random answers")
@settings(
    max_examples=int(EXAMPLES or 15),
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(full_answers())
def test_any_accepted_answers_generate_a_package(
    artifacts: ArtifactCache, answers: Answers
) -> None:
    """Any accepted answers generate a package that passes all CHECKS."""
    assume(not refusal(answers))
    variant = Variant(answers, artifacts)
    for check in CHECKS:
        check(variant)
