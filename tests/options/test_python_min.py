"""What the minimum of Python promises."""

import re
import sys
import tomllib

import pytest
from trove_classifiers import classifiers

from harness.answers import choices
from harness.inspect import read_wheel
from harness.workshop import Workshop

VERSIONS = choices("python_min")


@pytest.mark.parametrize("version", VERSIONS)
def test_metadata_say_which_pythons(version: str, workshop: Workshop) -> None:
    """The metadata require the minimum and list every supported Python from it on."""
    answers = {"project_name": "My Project", "python_min": version}
    metadata = read_wheel(workshop.wheel_from_tree(answers)).metadata
    assert f">={version}" == metadata["requires_python"]
    prefix = "Programming Language :: Python :: 3."
    listed = [c for c in metadata["classifiers"] if c.startswith(prefix)]
    assert [prefix.removesuffix("3.") + v for v in VERSIONS[VERSIONS.index(version) :]] == listed
    assert set(listed) <= classifiers


@pytest.mark.parametrize("version", VERSIONS)
def test_tools_know_the_minimum(version: str, workshop: Workshop) -> None:
    """Mypy checks for the minimum; ruff reads it from requires-python."""
    answers = {"project_name": "My Project", "python_min": version}
    pyproject = (workshop.project(answers) / "pyproject.toml").read_text("utf-8")
    assert version == tomllib.loads(pyproject)["tool"]["mypy"]["python_version"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_script_says_its_python(version: str, workshop: Workshop) -> None:
    """The block at the top of a script has the minimum, too."""
    answers = {"project_name": "My Project", "python_min": version, "mode": "script"}
    script = workshop.project(answers) / "src" / "my_project" / "__main__.py"
    assert re.search(rf'(?m)^# requires-python = ">={version}"$', script.read_text("utf-8"))


def test_the_default_is_the_oldest() -> None:
    """Without an answer, every supported Python will do."""
    assert "{{ python_versions[0] }}" in default("python_min")
    assert VERSIONS == sorted(VERSIONS, key=lambda version: int(version.split(".")[1]))
    assert "{}.{}".format(*sys.version_info[:2]) in VERSIONS


def default(question: str) -> str:
    """Return the default of a question, as a template."""
    from harness.answers import questions

    return str(questions()[question]["default"])
