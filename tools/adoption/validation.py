"""Validate answers by rendering the template with Copier."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import copier
import jinja2
import yaml

from adoption.findings import AdoptionError, Finding
from adoption.overwritten import folder_files
from adoption.template import plain_template, questions

# Validators raise the first error, and expressions in `ask` raise the second.
REJECTED = (ValueError, jinja2.TemplateError)


@dataclass(frozen=True)
class Validated:
    """Validated answers and the project that Copier creates with them.

    Attributes:
        answers: The accepted answers.
        recorded: All recorded answers, including defaults.
        settings: The contents of the resulting pyproject.toml.
        files: The contents of each rendered file by path.
        findings: Findings about rejected answers, including Copier's reasons.
    """

    answers: dict[str, Any]
    recorded: dict[str, Any]
    settings: dict[str, Any]
    files: dict[str, bytes]
    findings: list[Finding]

    @property
    def table(self) -> dict[str, Any]:
        """Return the `[project]` table of the resulting pyproject.toml."""
        return dict(self.settings["project"])


def validate(answers: dict[str, Any]) -> Validated:
    """Render the template with the answers that Copier accepts, and return the result.

    Raises:
        AdoptionError: An answer's question doesn't exist, Copier can't render the template, or an
            error isn't about one of the answers.
    """
    unknown = set(answers) - set(questions())
    if unknown:
        raise AdoptionError(f"the template has no questions {', '.join(sorted(unknown))}")
    findings: list[Finding] = []
    with plain_template() as template:
        while True:
            out = template / "rendered"
            try:
                copier.run_copy(
                    str(template), out, data=answers, defaults=True, quiet=True, overwrite=True
                )
            except copier.errors.CopierError as error:
                raise AdoptionError(f"Copier can't render the template: {error}") from error
            except REJECTED as error:
                answers, finding = without_rejected(answers, str(error), template)
                findings.append(finding)
                continue
            recorded = yaml.safe_load((out / ".copier-answers.yml").read_text(encoding="utf-8"))
            settings = tomllib.loads((out / "pyproject.toml").read_text(encoding="utf-8"))
            return Validated(answers, recorded, settings, folder_files(out), findings)


def without_rejected(
    answers: dict[str, Any], error: str, template: Path
) -> tuple[dict[str, Any], Finding]:
    """Remove a rejected answer or its rejected parts, and return the answers and a finding.

    If the error is about publishing to PyPI or a backend's version source, change `publish` or
    `backend` instead.

    Raises:
        AdoptionError: The error is not about any of the answers.
    """
    found = re.match(
        r"(?:Validation error|Invalid choice) for (?:question )?'(\w+)': (.*)", error, re.DOTALL
    )
    if found and found[1] == "publish" and "publish" not in answers:
        # PyPI, the default index, rejects one of the project's dependencies.
        return answers | {"publish": "none"}, Finding(f"`publish` is set to none: {found[2]}.")
    if not found or found[1] not in answers:
        raise AdoptionError(f"Copier rejects the answers: {error}")
    name, reason = found[1], found[2]
    if name == "versioning" and answers.get("backend", "hatchling") != "hatchling":
        text = f"`backend` is set to hatchling, so that the version comes from git: {reason}."
        return answers | {"backend": "hatchling"}, Finding(text)
    text = f"`{name}` can't be {answers[name]!r}: {reason}."
    if name in ("distribution_name", "package_name"):
        text += " Its default is used instead, and the lines below restore the real name."
    finding = Finding(text)
    rest = accepted_parts(answers, name, template)
    kept = {other: answer for other, answer in answers.items() if other != name}
    # If each part is accepted but the whole isn't, keep nothing. Otherwise, validation would
    # never end.
    return kept if rest in (None, answers[name]) else kept | {name: rest}, finding


def accepted_parts(answers: dict[str, Any], name: str, template: Path) -> Any:
    """Return the parts of a list or map that Copier accepts, or None for any other answer."""
    value = answers[name]
    if isinstance(value, list):
        return [each for each in value if accepts(answers, name, [each], template)]
    if isinstance(value, dict):
        return {
            key: [each for each in texts if accepts(answers, name, {key: [each]}, template)]
            for key, texts in value.items()
            if accepts(answers, name, {key: []}, template)
        }
    return None


def accepts(answers: dict[str, Any], name: str, part: Any, template: Path) -> bool:
    """Return whether Copier accepts a part of an answer. Errors about other answers are ignored."""
    try:
        copier.run_copy(
            *(str(template), template / "tried"),
            data=answers | {name: part},
            defaults=True,
            quiet=True,
            pretend=True,
            exclude=["*"],  # Copier still validates all answers.
        )
    except REJECTED as error:
        return f"'{name}'" not in str(error)
    return True
