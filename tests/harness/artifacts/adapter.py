"""Describe a template's projects to the artifact cache."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.artifacts.interpreters import interpreters
from harness.rendering.template import Answers, Template


@dataclass(frozen=True)
class Adapter:
    """A description of a template's projects.

    Attributes:
        template: The template.
        versions: The Python versions that the projects support.
        static: For each build backend, answers for a project whose version is in a file.
        from_git: For each build backend that can read the version from git, answers for a project
            that does so.
        version_variables: Environment variables that set the version if it can't come from git.
    """

    template: Template
    versions: Sequence[str]
    static: Sequence[Answers]
    from_git: Sequence[Answers] = ()
    version_variables: Collection[str] = ()

    def interpreters(self) -> dict[str, Path]:
        """Return this machine's interpreters for the supported versions, by version."""
        return interpreters(*self.versions)
