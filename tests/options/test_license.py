"""Test the licenses."""

import hashlib
import tomllib

import pytest
from packaging.licenses import canonicalize_license_expression

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import read_wheel
from harness.packagestan.answers import choices

HOLDER = {"project_name": "My Project", "user_name": "Zoë Ünï", "copyright_year": "2026"}

# The first words of each license, and the SHA-256 hash of the text that starts with them. Before
# hashing, each run of whitespace is replaced with a space. The hashes are from independent copies:
# pytest (MIT), click (BSD-3-Clause), filelock 3.12 (Unlicense, with the current URL), and Debian's
# /usr/share/common-licenses.
TEXTS = {
    "MIT": (
        "Permission is hereby granted",
        "fe2a9817987f862eaced948f0468c7f51d2fedfc48c5c505b246a49a3870e9a5",
    ),
    "Apache-2.0": (
        "Apache License",
        "0ffddef9e48f8a09aed5caf2d44f7ba1c1be2d9b8e0a6f693b1635b2d5566645",
    ),
    "BSD-3-Clause": (
        "Redistribution and use",
        "70435d703f5e4bdca9a1fa6b9291501b0dd850d2ad5457b491ce936217b1e063",
    ),
    "MPL-2.0": (
        "Mozilla Public License",
        "a7fae6cb34ec631564f892e475d03e5d8781b78949caf5c54d404d384e30fffe",
    ),
    "GPL-3.0-or-later": (
        "GNU GENERAL PUBLIC LICENSE",
        "972a178adadacfbdddec346b16d45fd4ed9937ec5e4a5bb46d8685ba4e73a0b1",
    ),
    "Unlicense": (
        "This is free and unencumbered software",
        "5a96e1ae907028ad1caf75a69b30ccd002d8e0806b91b38a5f5ad05603b7f392",
    ),
}

# The text before the first words, for licenses that name the copyright holder.
NOTICES = {
    "MIT": "MIT License Copyright (c) 2026 Zoë Ünï",
    "BSD-3-Clause": "BSD 3-Clause License Copyright (c) 2026, Zoë Ünï",
}


@pytest.mark.parametrize("license_", TEXTS)
def test_license_file_has_the_whole_text(license_: str, artifacts: ArtifactCache) -> None:
    """LICENSE contains the expected notice and the license text. Whitespace may differ."""
    text = (artifacts.project(HOLDER | {"license": license_}) / "LICENSE").read_text("utf-8")
    start, expected = TEXTS[license_]
    before, found, after = text.partition(start)
    assert NOTICES.get(license_, "") == " ".join(before.split())
    words = " ".join((found + after).split())
    assert expected == hashlib.sha256(words.encode()).hexdigest()


def test_proprietary_license_reserves_all_rights(artifacts: ArtifactCache) -> None:
    """A proprietary LICENSE names the year and the copyright holder, and reserves all rights."""
    project = artifacts.project(HOLDER | {"license": "Proprietary"})
    text = (project / "LICENSE").read_text("utf-8")
    assert text.startswith("Copyright (c) 2026 Zoë Ünï. All rights reserved.\n")
    sentence = (
        "No part of it may be copied, changed, distributed, or used without the written permission"
    )
    assert f"This software is proprietary. {sentence} of the copyright holder." in " ".join(
        text.split()
    )


@pytest.mark.parametrize("license_", choices("license"))
def test_metadata_has_the_license(license_: str, artifacts: ArtifactCache) -> None:
    """The metadata has a valid SPDX expression, and the wheel's only license file is LICENSE."""
    expression = "LicenseRef-Proprietary" if license_ == "Proprietary" else license_
    wheel = read_wheel(artifacts.wheel_from_tree(HOLDER | {"license": license_}))
    assert expression == canonicalize_license_expression(wheel.metadata["license_expression"])
    assert {"LICENSE"} == set(wheel.licenses)


@pytest.mark.parametrize("license_", choices("license"))
def test_only_proprietary_packages_are_private(license_: str, artifacts: ArtifactCache) -> None:
    """Only proprietary packages have the classifier that public indexes reject.

    RELEASING.md says that public indexes reject them, and no workflow publishes them.
    """
    project = artifacts.project(HOLDER | {"license": license_})
    metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    private = "Private :: Do Not Upload" in metadata["classifiers"]
    assert (license_ == "Proprietary") == private
    workflow = project / ".github" / "workflows" / "publish.yml"
    assert (license_ != "Proprietary") == workflow.exists()
    releasing = (project / "RELEASING.md").read_text("utf-8")
    assert private == ("Public package indexes reject the package." in releasing)


@pytest.mark.parametrize("backend", choices("backend"))
def test_backends_accept_a_private_license(backend: str, artifacts: ArtifactCache) -> None:
    """Every backend builds a project whose license is not on the SPDX list."""
    answers = HOLDER | {"license": "Proprietary", "backend": backend}
    metadata = read_wheel(artifacts.wheel_from_tree(answers)).metadata
    assert "LicenseRef-Proprietary" == metadata["license_expression"]
