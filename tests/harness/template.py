"""The template under test."""

import functools
from pathlib import Path

from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment

ROOT = Path(__file__).parents[2]


@functools.cache
def environment() -> SandboxedEnvironment:
    """Return a Jinja environment like the one in which Copier renders an untrusted template."""
    return SandboxedEnvironment(
        loader=FileSystemLoader(ROOT),
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
        keep_trailing_newline=True,
    )
