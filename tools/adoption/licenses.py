"""The existing project's license and license files."""

import re

from adoption.findings import NEW, Finding
from adoption.template import license_choices
from adoption.wheels import Wheel

# Common names of the licenses that the template offers. "BSD" is missing because it is ambiguous.
LICENSE_NAMES = {
    "mit": "MIT",
    "mit license": "MIT",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "gplv3+": "GPL-3.0-or-later",
    "gnu general public license v3 or later (gplv3+)": "GPL-3.0-or-later",
    "the unlicense (unlicense)": "Unlicense",
    "other/proprietary license": "Proprietary",
    "proprietary": "Proprietary",
    "licenseref-proprietary": "Proprietary",
}


def stated_licenses(wheel: Wheel) -> list[str]:
    """Return every license that the metadata states, the most reliable field first."""
    metadata = wheel.metadata
    classified = [
        text.split(" :: ")[-1]
        for text in metadata.get("classifiers", [])
        if text.startswith("License :: ")
    ]
    stated = [metadata.get("license_expression", ""), metadata.get("license", ""), *classified]
    return [text.strip() for text in stated if text.strip() not in ("", "UNKNOWN")]


def license_choice(wheel: Wheel) -> str | None:
    """Return the template's choice that is the stated license; None if there is none."""
    for text in stated_licenses(wheel):
        for known in (*license_choices(), *LICENSE_NAMES):
            if text.lower() == known.lower():
                return LICENSE_NAMES.get(known, known)
    return None


def proprietary_finding(reason: str) -> Finding:
    """Return the finding that the license is set to Proprietary for a reason."""
    advice = (
        "The answer is Proprietary, which grants no rights. Choose another license, or write the"
        " correct SPDX expression to pyproject.toml and the license text to LICENSE."
    )
    differences = ("license: *", f"license file *: {NEW}", f"classifier Private *: {NEW}")
    return Finding(f"{reason} {advice}", differences)


def license_names(wheel: Wheel) -> list[str]:
    """Return the names of the license files, with the license itself first."""
    main = re.compile(r"(?i)(?:.*/)?(?:licen[cs]e|copying)")
    return sorted(wheel.licenses, key=lambda name: (main.match(name) is None, name))


def copyright_year(wheel: Wheel) -> str | None:
    """Return the year of the first copyright notice in the license files."""
    for content in wheel.licenses.values():
        text = content.decode(errors="replace")
        found = re.search(r"(?i)copyright\D{0,20}((?:19|20)\d\d)\b", text)
        if found:
            return found[1]
    return None
