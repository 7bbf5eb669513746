"""The names of packages, derived from the project's name."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name, is_normalized_name

from harness.render import recorded_answers, render
from harness.template import environment

NAMES = environment().from_string(
    "{% import 'template/macros/names.jinja' as names %}"
    "{% import 'template/macros/name_errors.jinja' as errors %}"
    "{% set distribution = names.distribution_name_from(project) %}"
    "{{ distribution }}|{{ names.package_name_from(distribution) }}"
    "|{{ errors.distribution_name_error(distribution) }}"
    "|{{ errors.package_name_error(names.package_name_from(distribution)) }}"
)


@pytest.mark.parametrize(
    ("project", "distribution", "package"),
    [
        ("My Project", "my-project", "my_project"),
        ("my.project", "my-project", "my_project"),
        ("MY--project", "my-project", "my_project"),
        ("my_project", "my-project", "my_project"),
        ("2048-game", "2048-game", "py2048_game"),
        ("class", "class", "class_"),
        ("None", "none", "none"),
        ("straße", "strasse", "strasse"),
        ("Crème Brûlée", "creme-brulee", "creme_brulee"),
        ("Cafe\u0301", "cafe", "cafe"),
        ("Łódź & Iași", "lodz-iasi", "lodz_iasi"),
        ("Işık", "isik", "isik"),
        ("Ærø", "aero", "aero"),
        ("🚀 Rocket!", "rocket", "rocket"),
        ("C++ tools", "c-tools", "c_tools"),
        ("json", "json", "json_"),
        ("tests", "tests", "tests_"),
        ("pytest", "pytest-project", "pytest_project"),
        ("python", "python-project", "python_project"),
        ("-x-", "x", "x"),
        ("x" * 100, "x" * 64, "x" * 40),
    ],
)
def test_names_follow_from_the_project_name(
    project: str, distribution: str, package: str, tmp_path: Path
) -> None:
    """The distribution name and the import name are derived from the project's name."""
    answers = recorded_answers(render(tmp_path / "project", {"project_name": project}))
    assert distribution == answers["distribution_name"]
    assert package == answers["package_name"]
    assert (tmp_path / "project" / "src" / package / "__init__.py").is_file()


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.text(min_size=1, max_size=100))
def test_derived_names_are_valid_or_missing(project: str) -> None:
    """For any project name, the derived names are valid, or there are none."""
    distribution, package, *errors = NAMES.render(project=project).split("|")
    if distribution:
        assert is_normalized_name(distribution)
        assert package.isidentifier()
        assert ["", ""] == errors


@given(st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,20}[A-Za-z0-9]\Z"))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_names_are_normalized_like_packaging(name: str) -> None:
    """A name is normalized like the `packaging` library normalizes it."""
    macro = environment().from_string(
        "{% import 'template/macros/names.jinja' as names %}{{ names.normalized(name) }}"
    )
    assert canonicalize_name(name) == macro.render(name=name)
