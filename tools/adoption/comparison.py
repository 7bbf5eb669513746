"""Compare the existing project's wheel and tests with the new project's."""

import dataclasses
import fnmatch
import glob
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from adoption.entry_points import missing_object
from adoption.faults import missing_from_wheel
from adoption.files import find_roles
from adoption.findings import LOST, NEW, AdoptionError
from adoption.licenses import PROPRIETARY, find_license, license_texts
from adoption.project_table import normalized_text
from adoption.projects import Project
from adoption.pytest_settings import collected_tests
from adoption.reading import examine
from adoption.wheels import Wheel

# `fnmatch` patterns for differences that the template causes by design, and their reasons.
BY_DESIGN = {
    f"file */py.typed: {NEW}": "it marks the package as typed",
    f"extra all: {NEW}": "the template's extra all refers to all others",
    f"requirement of extra all *: {NEW}": "the template's extra all refers to all others",
    f"classifier Typing :: Typed: {NEW}": "added by the template",
    f"classifier Development Status :: *: {NEW}": "added by the template",
    f"classifier Environment :: Console: {NEW}": "added by the template",
    f"classifier Operating System :: OS Independent: {NEW}": "added by the template",
    f"classifier Programming Language :: Python*: {NEW}": "requires-python is authoritative",
    f"classifier Programming Language :: Python: {LOST}": "requires-python is authoritative",
    f"classifier Programming Language :: Python :: [0-9]*: {LOST}": "requires-python is"
    " authoritative",
    f"file *-nspkg.pth: {LOST}": "native namespace packages don't need it",
    f"classifier License :: *: {LOST}": "the license expression replaces it",
    "description: was none, is now *": "the text of the README",
}


@dataclass(frozen=True)
class Difference:
    """A difference between two projects.

    Attributes:
        what: The subject, such as "file demo/data.json".
        change: A description of the change, such as "missing from the new wheel".
        reason: The reason why the change is expected, or "" if it is unexplained.
    """

    what: str
    change: str
    reason: str = ""

    def __str__(self) -> str:
        """Return the difference as one line."""
        return f"{self.what}: {self.change}" + (f" ({self.reason})" if self.reason else "")


def compare(old: Project, new: Project) -> list[Difference]:
    """Return the differences between two wheels, the remaining faults, and the lost tests.

    Only differences between the wheels can have a reason.
    """
    reasons = expected_differences(old, new.wheel)
    found = [
        dataclasses.replace(difference, reason=reason_for(difference, reasons))
        for difference in differences(old.wheel, new.wheel)
    ]
    return [*found, *remaining_faults(old, new), *lost_tests(old, new)]


def expected_differences(old: Project, new: Wheel) -> dict[str, str]:
    """Return the reasons for differences that the adoption is expected to cause, by pattern."""
    reading = examine(old)
    reasons = dict(BY_DESIGN)
    for finding in (*reading.faults, *reading.not_carried):
        reasons |= dict.fromkeys(finding.explains, "see the report")
    reasons |= expected_license(old, new)
    branch = reading.answers.get("default_branch", "main")
    for url in old.wheel.urls.values():
        for page in ("issues", f"blob/{branch}/CHANGELOG.md"):
            address = f"{url.rstrip('/').removesuffix('.git')}/{page}"
            reasons[f"URL {glob.escape(address)}: {NEW}"] = "a page of the repository"
    return reasons


def expected_license(old: Project, new: Wheel) -> dict[str, str]:
    """Return the reasons for expected differences between the licenses, by pattern.

    A different license or a changed text is never expected.
    """
    found, texts = find_license(old), license_texts(old)
    reasons = {}
    if not found.is_guess:
        expression = glob.escape(found.expression or PROPRIETARY)
        reasons[f"license: was *, is now {expression}"] = "the same license as an SPDX expression"
    for name, content in new.licenses.items():
        what = f"license file {glob.escape(name)}: {NEW}"
        if not texts and found.choice:
            reasons[what] = "the old project has no license text"
        elif normalized_text(content.decode(errors="replace")) in map(
            normalized_text, texts.values()
        ):
            reasons[what] = "the old wheel lacks this file from the old project"
    return reasons


def reason_for(difference: Difference, reasons: Mapping[str, str]) -> str:
    """Return the reason for a difference, or "" if no pattern matches it."""
    text = str(difference)
    return next((why for what, why in reasons.items() if fnmatch.fnmatchcase(text, what)), "")


def differences(old: Wheel, new: Wheel) -> Iterator[Difference]:
    """Yield the differences between two wheels, without reasons."""
    yield from changed_fields(single_fields(old), single_fields(new))
    yield from changed_requirements(old.extras, new.extras)
    yield from changes("entry point", named_entry_points(old), named_entry_points(new))
    yield from changes("file", old.files, new.files)
    yield from changed_licenses(old.licenses, new.licenses)
    others = multiple_fields(new)
    for kind, values in multiple_fields(old).items():
        yield from membership_changes(kind, values, others[kind])


def changes(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield the differences between two mappings.

    Args:
        kind: The items' kind, such as "file". It precedes each name.
        old: The old wheel's items by name.
        new: The new wheel's items by name.
    """
    for name in sorted({*old, *new}):
        if name not in new:
            yield Difference(f"{kind} {name}", LOST)
        elif name not in old:
            yield Difference(f"{kind} {name}", NEW)
        elif old[name] != new[name]:
            is_binary = any(isinstance(value, bytes) for value in (old[name], new[name]))
            change = "different content" if is_binary else was_is(old[name], new[name])
            yield Difference(f"{kind} {name}", change)


def was_is(old: Any, new: Any) -> str:
    """Return the description of a changed value."""
    return f"was {old or 'none'}, is now {new or 'none'}"


def membership_changes(kind: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Difference]:
    """Yield a difference for each name that only one of two collections contains.

    `changes` describes the arguments.
    """
    yield from changes(kind, dict.fromkeys(old), dict.fromkeys(new))


def changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield the differences in the values from `single_fields`."""
    for name, value in old.items():
        if value != new[name]:
            shown = (value, new[name])
            if name == "description":  # The text is too long to show.
                other = "a different text" if value else "a text"
                shown = (value and "one text", new[name] and other)
            yield Difference(name, was_is(*shown))


def changed_requirements(
    old: Mapping[str, set[str]], new: Mapping[str, set[str]]
) -> Iterator[Difference]:
    """Yield the differences in the extras and the requirements."""
    yield from membership_changes("extra", old, new)
    for extra in sorted({*old, *new}):
        kind = f"requirement of extra {extra}" if extra else "requirement"
        yield from membership_changes(kind, old.get(extra, ()), new.get(extra, ()))


def changed_licenses(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[Difference]:
    """Yield a difference for each license file whose text is in only one wheel."""
    for name, content in old.items():
        if content not in new.values():
            yield Difference(f"license file {name}", LOST)
    for name, content in new.items():
        if content not in old.values():
            yield Difference(f"license file {name}", NEW)


def named_entry_points(wheel: Wheel) -> dict[str, str]:
    """Return the object references of a wheel's entry points by "group/name"."""
    return {f"{group}/{name}": value for (group, name), value in wheel.entry_points.items()}


def single_fields(wheel: Wheel) -> dict[str, Any]:
    """Return the tags and the compared metadata fields that have a single value, by name."""
    metadata = wheel.metadata
    return {
        "name": metadata["name"],
        "version": str(Version(metadata["version"])),
        "summary": wheel.summary,
        "requires-python": str(SpecifierSet(metadata.get("requires_python", ""))),
        "license": metadata.get("license_expression") or metadata.get("license", ""),
        "description": metadata.get("description", "").strip(),
        "tags": sorted(wheel.tags),
    }


def multiple_fields(wheel: Wheel) -> dict[str, set[str]]:
    """Return the values of the compared metadata fields that can have several values, by kind."""
    return {
        "author": {f"{name} <{address}>" for name, address in wheel.authors},
        "maintainer": {f"{name} <{address}>" for name, address in wheel.maintainers},
        "keyword": set(wheel.keywords),
        "classifier": set(wheel.metadata.get("classifiers", [])),
        "URL": {url.rstrip("/") for url in wheel.urls.values()},
    }


def remaining_faults(old: Project, new: Project) -> Iterator[Difference]:
    """Yield differences for the faults that remain in the new project.

    These are source files that neither wheel contains, and entry points whose objects the new wheel
    lacks.
    """
    for name in missing_from_wheel(old):
        if name not in new.wheel.files:
            yield Difference(f"file {name}", "in the source tree, but in neither wheel")
    for (group, name), value in new.wheel.entry_points.items():
        if missing := missing_object(value, new):
            change = f"{value} fails because the new wheel doesn't contain {missing}"
            yield Difference(f"entry point {group}/{name}", change)


def lost_tests(old: Project, new: Project) -> Iterator[Difference]:
    """Yield a difference for each old test module that pytest doesn't collect in the new project.

    A moved module is recognized by its name or contents. If all modules are lost, the first
    difference says so.
    """
    if old.folder is None or new.folder is None:
        return
    collected = collected_tests(new)
    names = {PurePosixPath(name).name for name in collected}
    contents = {(new.folder / name).read_bytes() for name in collected}
    tests = find_roles(old.folder).tests
    lost = [
        name
        for name in tests
        if PurePosixPath(name).name not in names
        and (old.folder / name).read_bytes() not in contents
    ]
    if tests and len(lost) == len(tests):
        yield Difference("tests", "the new project runs none of the old project's tests")
    for name in lost:
        yield Difference(f"test module {name}", "pytest doesn't collect it in the new project")


def read_accepted(file: Path | None) -> list[str]:
    """Return the patterns in a file of accepted differences, or no patterns without a file.

    Blank lines and lines that start with "#" are ignored.

    Raises:
        AdoptionError: The file can't be read.
    """
    if file is None:
        return []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AdoptionError(f"{file} can't be read: {error}") from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
