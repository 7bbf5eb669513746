"""Process requirements, extras, and Requires-Python from core metadata."""

import re

from packaging.metadata import RawMetadata
from packaging.requirements import Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

# Patterns for markers that assign a requirement to extras, with or without another condition.
EXTRAS = r'\(?extra == "[^"]+"(?: or extra == "[^"]+")*\)?'
OF_EXTRAS = re.compile(rf"(?:(?P<before>.+) and )?{EXTRAS}|{EXTRAS} and (?P<after>.+)")


def required_name(text: str) -> str:
    """Return the normalized name of a requirement's distribution.

    Raises:
        InvalidRequirement: The text is not a requirement.
    """
    return canonicalize_name(Requirement(text).name)


def normalized(text: str) -> str:
    """Return a requirement's canonical spelling, because build backends use different spellings.

    >>> normalized('PyYAML (!=6.0,>=6) ; python_full_version < "3.12"')
    'pyyaml!=6.0,>=6; python_version < "3.12"'
    """
    requirement = Requirement(text)
    requirement.name = canonicalize_name(requirement.name)
    requirement.extras = {canonicalize_name(extra) for extra in requirement.extras}
    return str(requirement).replace("python_full_version", "python_version")


def split_by_extra(metadata: RawMetadata) -> dict[str, set[str]]:
    """Return the requirements of each extra by normalized extra name.

    Requirements without an extra are listed under "". Requirements on the project's own extras, as
    in `all = ["demo[a,b]"]`, are replaced with the requirements of these extras.

    https://packaging.python.org/en/latest/specifications/core-metadata/#provides-extra-multiple-use
    """
    split: dict[str, set[str]] = {"": set()}
    split |= {canonicalize_name(extra): set() for extra in metadata.get("provides_extra", [])}
    for text in metadata.get("requires_dist", []):
        extras, requirement = without_extras(text)
        for extra in extras or [""]:
            split.setdefault(canonicalize_name(extra), set()).add(normalized(requirement))
    replace_own_extras(split, canonicalize_name(metadata["name"]))
    return split


def without_extras(text: str) -> tuple[list[str], str]:
    """Return the extras to which a requirement belongs, and the requirement without their marker.

    If the marker can't be split safely, the requirement stays unchanged.
    """
    requirement = Requirement(text)
    marker = str(requirement.marker or "")
    extras = re.findall(r'extra == "([^"]+)"', marker)
    found = OF_EXTRAS.fullmatch(marker)
    rest = (found["before"] or found["after"] or "") if found else ""
    # "and" binds more tightly than "or", so a marker with "or" outside parentheses can't be split.
    if not found or re.search(r"\bextra\b|\bor\b", re.sub(r"\([^()]*\)", "", rest)):
        return extras, text
    requirement.marker = None
    return extras, f"{requirement} ; {rest}" if rest else str(requirement)


def replace_own_extras(split: dict[str, set[str]], own_name: str) -> None:
    """Replace requirements on the project's own extras with the requirements of those extras.

    Requirements with a marker are kept.

    Args:
        split: The requirements of each extra. They are changed in place.
        own_name: The project's normalized name.
    """
    for _ in split:  # Repeat this, because references between extras can form a chain.
        for requirements in split.values():
            for text in sorted(requirements):
                requirement = Requirement(text)
                if requirement.name == own_name and not requirement.marker:
                    requirements.remove(text)
                    for extra in requirement.extras:
                        requirements |= split.get(canonicalize_name(extra), set())


def supports(specifiers: SpecifierSet, version: str) -> bool:
    """Return whether a specifier set matches any release of a Python version such as "3.11"."""
    return any(f"{version}.{number}" in specifiers for number in range(40))


def raise_minimum(requires_python: str, minimum: str) -> str:
    """Raise the lower bound in Requires-Python to a minimum version, and keep the bounds above it.

    If the lower bound isn't below the minimum, return Requires-Python unchanged.

    >>> raise_minimum(">=3.8,<4", "3.11")
    '>=3.11,<4'
    """
    lowest = Version(minimum)
    kept: list[Specifier] = []
    for specifier in SpecifierSet(requires_python):
        version = Version(specifier.version.removesuffix(".*"))
        if specifier.operator in (">=", ">", "~=", "==") and version >= lowest:
            return requires_python
        if specifier.operator == "~=" and len(version.release) == 2:
            kept.append(Specifier(f"<{version.major + 1}"))
        elif specifier.operator in ("<", "<=", "!=") and version >= lowest:
            kept.append(specifier)
    return ",".join([f">={minimum}", *sorted(map(str, kept))])
