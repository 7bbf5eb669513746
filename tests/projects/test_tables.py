"""Compare the tools' settings with the second record in tables.toml."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.template import ROOT
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}
CASES = tomllib.loads(Path(__file__).with_name("tables.toml").read_text(encoding="utf-8"))["case"]


def contents(file: Path) -> Any:
    """Return a file's parsed contents or, in other formats, its lines.

    Comments and pinned images are left out.
    """
    text = file.read_text(encoding="utf-8")
    parsers: dict[str, Callable[[str], Any]] = {
        ".toml": tomllib.loads,
        ".json": json.loads,
        ".yml": yaml.safe_load,
    }
    if file.suffix in parsers:
        return parsers[file.suffix](text)
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not re.match("#|FROM .*:", line)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["answers"]))
def test_tables_are_the_same_as_in_the_second_record(
    case: dict[str, Any], artifacts: ArtifactCache
) -> None:
    """The tables in pyproject.toml and the other files are the same as in tables.toml.

    The first case lists all tables.
    """
    project = artifacts.project(BASE | case["answers"])
    tables = contents(project / "pyproject.toml")["tool"]
    expected = case.get("tool", {})
    assert expected == {name: tables[name] for name in (expected if case["answers"] else tables)}
    for name, content in case.get("file", {}).items():
        assert content == contents(project / name), name


def test_requirements_have_their_names() -> None:
    """Each development tool's requirement is listed under the tool's name."""
    tools = yaml.safe_load((ROOT / "template" / "data" / "tools.yml").read_text(encoding="utf-8"))
    assert {name: name for name in tools} == {
        name: Requirement(text).name for name, text in tools.items()
    }
