"""The template under test."""

import functools
import json
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment

ROOT = Path(__file__).parents[3]
OPTIONS = ROOT / "template" / "options"

Answers = dict[str, Any]


@functools.cache
def facts(axis: str) -> dict[str, dict[str, Any]]:
    """Return the facts about each choice of an axis, as in its `choice.json`."""
    files = sorted((OPTIONS / axis).glob("*/choice.json"))
    return {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}


@functools.cache
def environment() -> SandboxedEnvironment:
    """Return a Jinja environment like the one in which Copier renders an untrusted template."""
    return SandboxedEnvironment(
        loader=FileSystemLoader(ROOT),
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
        keep_trailing_newline=True,
    )
