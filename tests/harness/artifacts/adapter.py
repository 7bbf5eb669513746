"""The properties of a template's projects that the artifact cache depends on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.artifacts.interpreters import interpreters
from harness.rendering.template import Answers, Template


@dataclass(frozen=True)
class Adapter:
    """The projects of a template.

    Attributes:
        template: The template.
        versions: The versions of Python that the projects support.
        static: The answers of a project for each build backend. Its version is in a file.
        from_git: The answers of projects whose build backends read the version from git.
    """

    template: Template
    versions: Sequence[str]
    static: Sequence[Answers]
    from_git: Sequence[Answers] = ()

    def interpreters(self) -> dict[str, Path]:
        """Return this machine's interpreters by the versions that the projects support."""
        return interpreters(*self.versions)
