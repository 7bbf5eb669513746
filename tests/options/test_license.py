"""What each licence promises."""

import tomllib

import pytest
from packaging.licenses import canonicalize_license_expression

from harness.answers import choices
from harness.inspect import read_wheel
from harness.workshop import Workshop

HOLDER = {"project_name": "My Project", "user_name": "Zoë Ünï", "copyright_year": "2026"}

# The first words of each licence's text.
OPENING = {
    "MIT": "MIT License",
    "Apache-2.0": "Apache License",
    "BSD-3-Clause": "BSD 3-Clause License",
    "MPL-2.0": "Mozilla Public License Version 2.0",
    "GPL-3.0-or-later": "GNU GENERAL PUBLIC LICENSE",
    "Unlicense": "This is free and unencumbered software",
    "Proprietary": "Copyright (c) 2026 Zoë Ünï. All rights reserved.",
}

# Licences that name their holder; the others are the same text for everybody.
NAMED = ["MIT", "BSD-3-Clause", "Proprietary"]


@pytest.mark.parametrize("license_", choices("license"))
def test_license_file_holds_its_text(license_: str, workshop: Workshop) -> None:
    """LICENSE is the licence that was chosen, with its holder and year where it has them."""
    text = (workshop.project(HOLDER | {"license": license_}) / "LICENSE").read_text("utf-8")
    assert text.lstrip().startswith(OPENING[license_])
    assert (license_ in NAMED) == ("2026" in text and "Zoë Ünï" in text)


@pytest.mark.parametrize("license_", choices("license"))
def test_metadata_name_the_license(license_: str, workshop: Workshop) -> None:
    """The metadata have a valid SPDX expression, and the wheel carries the text (PEP 639)."""
    expression = "LicenseRef-Proprietary" if license_ == "Proprietary" else license_
    wheel = read_wheel(workshop.wheel_from_tree(HOLDER | {"license": license_}))
    assert expression == canonicalize_license_expression(wheel.metadata["license_expression"])
    assert {"LICENSE"} == set(wheel.licenses)


def test_proprietary_packages_are_not_uploaded(workshop: Workshop) -> None:
    """A proprietary package has the classifier that public indexes refuse, others don't."""
    for license_ in choices("license"):
        project = workshop.project(HOLDER | {"license": license_})
        metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
        private = "Private :: Do Not Upload" in metadata["classifiers"]
        assert (license_ == "Proprietary") == private
        contributing = (project / "CONTRIBUTING.md").read_text("utf-8")
        assert (license_ != "Proprietary") == ("publish-test" in contributing)


@pytest.mark.parametrize("backend", choices("backend"))
def test_every_backend_knows_a_private_license(backend: str, workshop: Workshop) -> None:
    """A licence that is not on the SPDX list builds with every backend."""
    answers = HOLDER | {"license": "Proprietary", "backend": backend}
    metadata = read_wheel(workshop.wheel_from_tree(answers)).metadata
    assert "LicenseRef-Proprietary" == metadata["license_expression"]
