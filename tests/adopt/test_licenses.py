"""Test finding, moving, and comparing an existing project's license."""

import dataclasses
from pathlib import Path

import pytest
from packaging.metadata import RawMetadata

from adoption.comparison import compare
from adoption.findings import Reading
from adoption.licenses import FAMILIES, find_license, license_targets, understood
from adoption.moves import removed_starters
from adoption.moving import move
from adoption.project_table import entries_by_hand
from harness.adoption.adopted_packages import unbuilt_project, unexplained
from harness.packagestan.template import ROOT
from harness.updates.projects import start, update
from harness.updates.releases import add_release, commit, copy_template, git

MIT, BSD, GPL = (
    (ROOT / f"template/licenses/{name}.txt").read_text(encoding="utf-8")
    for name in ("MIT", "BSD-3-Clause", "GPL-3.0-or-later")
)
THIRD_CLAUSE = BSD[BSD.index("3. Neither") : BSD.index("THIS SOFTWARE")]
CONDITION = "Do not use it on Sundays, and never sell it to others.\n"
ENDS = ("only", "or-later")
GPL_ENDS = ("", "+", "-only", "-or-later")
SAYS = "also says 'do not use it on sundays and never sell it to others'"
LATER = '# License: GPL 3, or (at your option) any\n# later version.\n"""Tides."""\n'
MIT_CLASSIFIER = "License :: OSI Approved :: MIT License"
BSD_CLASSIFIER = "License :: OSI Approved :: BSD License"
LGPL = {f"LGPL-{version}-{end}" for version in ("2.0", "2.1", "3.0") for end in ENDS}
GPL_CLASSIFIER = "License :: OSI Approved :: GNU General Public License v3 (GPLv3)"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("The MIT License (MIT)", {"MIT"}),
        ("Apache License, Version 2.0", {"Apache-2.0"}),
        ("SPDX-License-Identifier: mpl-2.0", {"MPL-2.0"}),
        ("3-Clause BSD License", {"BSD-3-Clause"}),
        ("GNU General Public License v3 or later (GPLv3+)", {"GPL-3.0-or-later"}),
        ("GPL-3.0", {"GPL-3.0-only", "GPL-3.0-or-later"}),
        ("LGPLv2.1", {"LGPL-2.1-only", "LGPL-2.1-or-later"}),
        ("Python Software Foundation License", {"PSF-2.0", "Python-2.0", "Python-2.0.1"}),
        ("mit OR apache-2.0", {"MIT OR Apache-2.0"}),
        ("BSD", {"BSD-3-Clause", "BSD-2-Clause", "BSD-4-Clause", "BSD-1-Clause", "0BSD"}),
        ("MPL", {"MPL-2.0", "MPL-1.1", "MPL-1.0"}),
        ("Zope Public License", {"ZPL-2.1", "ZPL-2.0", "ZPL-1.1"}),
        (
            "Artistic License",
            {"Artistic-2.0", "Artistic-1.0", "Artistic-1.0-Perl", "Artistic-1.0-cl8"},
        ),
        ("GNU Affero General Public License v3", {"AGPL-3.0-only", "AGPL-3.0-or-later"}),
        ("AGPL", {"AGPL-3.0-only", "AGPL-3.0-or-later"}),
        ("GPL v2 only", {"GPL-2.0-only"}),
        ("GPL version 2 or newer", {"GPL-2.0-or-later"}),
        ("GPL-2.0 or above", {"GPL-2.0-or-later"}),
        ("LGPL 3 or later", {"LGPL-3.0-or-later"}),
        ("GNU Library or Lesser General Public License (LGPL)", LGPL),
        ("lgpl", LGPL),
        ("GPL", {f"GPL-{version}.0-{end}" for version in "123" for end in ENDS}),
        ("see the file", set()),
    ],
)
def test_license_names_are_understood(statement: str, expected: set[str]) -> None:
    """A statement maps to the SPDX expressions that it may mean, or to none if it is unknown."""
    assert expected == {*understood(statement)}


# Common names of licenses, and the last parts of license classifiers.
NAMES = {
    "MIT": "MIT; MIT License; MIT/X11; Expat",
    "Apache-2.0": "Apache 2; Apache 2.0; Apache License 2.0; Apache Software License; Apache License v2.0"
    "; Apache Version 2.0 only; ASL 2; ASL 2.0; AL2",
    "BSD-3-Clause": "New BSD; Modified BSD License; Revised BSD; BSD 3; BSD-3; BSD three clause; BSD3"
    "; 3-Clause BSD; Three-Clause BSD License; 3-clause new BSD",
    "BSD-2-Clause": "Simplified BSD; FreeBSD; BSD 2-clause; BSD two clause; 2-clause BSD; two clause BSD",
    "MPL-2.0": "Mozilla Public License 2.0 (MPL 2.0); MPL 2; MPL v2.0; MPL2; Mozilla Public License 2"
    "; Mozilla Public License, version 2.0",
    "ZPL-2.1": "ZPL 2.1; Zope Public License 2.1",
    "ISC": "ISC License (ISCL); ISC",
    "Unlicense": "The Unlicense (Unlicense)",
    "Zlib": "zlib/libpng License",
    "CC0-1.0": "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication; CC0",
    "LicenseRef-Proprietary": "Other/Proprietary License; Commercial; All rights reserved; Proprietary",
}


@pytest.mark.parametrize("expression", NAMES)
def test_common_license_names_are_understood(expression: str) -> None:
    """Each common name maps to a single SPDX expression."""
    found = {name: understood(name) for name in NAMES[expression].split("; ")}
    assert dict.fromkeys(found, (expression,)) == found


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("BSD-style; BSD-like; BSD License", FAMILIES["BSD"]),
        ("PSF; PSFL; PSF-2; PSF 2.0 license", FAMILIES["PSF"]),
        ("Mozilla Public License", FAMILIES["MPL"]),
        ("ZPL", FAMILIES["ZPL"]),
    ],
)
def test_ambiguous_license_names_mean_a_family(names: str, expected: tuple[str, ...]) -> None:
    """Each ambiguous name may mean any license of its family."""
    assert [expected] * len(names.split("; ")) == [understood(name) for name in names.split("; ")]


@pytest.mark.parametrize(
    ("files", "metadata", "expected"),
    [
        ({"LICENSE": BSD}, {"classifiers": [BSD_CLASSIFIER]}, "BSD-3-Clause"),
        ({"LICENSE": BSD.replace(THIRD_CLAUSE, "")}, {"license": "BSD"}, "BSD-2-Clause"),
        (
            {"LICENSE": BSD.replace("holder nor the", "holders, nor")},
            {"license": "BSD"},
            "BSD-3-Clause",
        ),
        (
            {
                "LICENSE": BSD.replace(
                    "used to endorse or promote products", "sold for more than it"
                )
            },
            {"license": "BSD"},
            "LicenseRef-BSD",
        ),
        ({"COPYING": MIT}, {}, "MIT"),
        ({}, {"license": MIT}, "MIT"),
        ({"LICENSE": MIT}, {"license_expression": "MIT AND PSF-2.0"}, "MIT AND PSF-2.0"),
        ({}, {"license_expression": "MIT", "license": "BSD-3-Clause"}, "MIT"),
        ({}, {"license": "BSD-3-Clause", "classifiers": [MIT_CLASSIFIER]}, "BSD-3-Clause AND MIT"),
        ({"setup.cfg": "[metadata]\nlicense = Apache 2\n"}, {}, "Apache-2.0"),
        ({"pyproject.toml": '[project]\n[tool.poetry]\nlicense = "ISC"\n'}, {}, "ISC"),
        ({"pyproject.toml": '[project]\nlicense = "ISC"\n'}, {"license": "UNKNOWN"}, "ISC"),
        ({"setup.cfg": "[metadata]\nlicense_files =\n  my.txt\n", "my.txt": MIT}, {}, "MIT"),
        ({"setup.cfg": "[metadata]\nlicense_file = my.txt\n", "my.txt": MIT}, {}, "MIT"),
        ({"pyproject.toml": '[project]\nlicense = {text = "ISC"}\n'}, {}, "ISC"),
        (
            {"legal.txt": MIT, "pyproject.toml": '[project]\nlicense = {file = "legal.txt"}\n'},
            {},
            "MIT",
        ),
        ({"tide/__init__.py": "# SPDX-License-Identifier: MPL-2.0\n"}, {}, "MPL-2.0"),
        ({"LICENSE": GPL, "tide/__init__.py": LATER}, {"license": "GPLv3"}, "GPL-3.0-or-later"),
        ({"LICENSE": GPL}, {"classifiers": [GPL_CLASSIFIER]}, "GPL-3.0-only"),
        ({"LICENSE": "Ask Maren."}, {"license": "Maren's license"}, "LicenseRef-Maren-s-license"),
        ({}, {"license": "GPLv3"}, "GPL-3.0-only"),
        ({}, {"license": "Proprietary"}, "LicenseRef-Proprietary"),
        ({}, {}, ""),
    ],
)
def test_license_is_found(
    files: dict[str, str], metadata: dict[str, str], expected: str, tmp_path: Path
) -> None:
    """The metadata, the settings, the license texts, and the code determine the license.

    Without any of them, the expression is empty.
    """
    assert expected == find_license(unbuilt_project(tmp_path, files, **metadata)).expression


@pytest.mark.parametrize(
    ("files", "metadata", "problem"),
    [
        (
            {"LICENSE": BSD},
            {"license": "MIT"},
            "the metadata states MIT, but LICENSE is BSD-3-Clause",
        ),
        (
            {"LICENSE": MIT, "LICENSE.bsd": BSD},
            {},
            "the project contains the texts of MIT and BSD-3-Clause; decide whether to join them with AND or OR",
        ),
        (
            {},
            {"license": "BSD-3-Clause", "classifiers": [MIT_CLASSIFIER]},
            "the metadata names BSD-3-Clause and MIT; decide whether to join them with AND or OR",
        ),
        (
            {"LICENSE": GPL},
            {"license": "GPLv3"},
            "no file says whether later versions of the license apply",
        ),
        ({"LICENSE": "Ask."}, {}, "neither its name nor its text identifies it"),
        ({"LICENSE": MIT}, {"license_expression": "MIT OR Apache-2.0"}, ""),
        *(({"LICENSE": GPL}, {"license_expression": f"GPL-3.0{end}"}, "") for end in GPL_ENDS),
        ({"LICENSE": f"{MIT}\n{CONDITION}"}, {}, f"LICENSE {SAYS}"),
        (
            {"LICENSE": f"{GPL}\n{CONDITION}"},
            {"license": "GPLv3"},
            f"no file says whether later versions of the license apply; LICENSE {SAYS}",
        ),
        (
            {"LICENSE": BSD, "LICENSE.mit": f"{MIT}\n{CONDITION}"},
            {},
            (
                "the project contains the texts of BSD-3-Clause and MIT; decide whether to join them with"
                f" AND or OR; LICENSE.mit {SAYS}"
            ),
        ),
    ],
)
def test_license_questions_are_reported(
    files: dict[str, str], metadata: dict[str, str], problem: str, tmp_path: Path
) -> None:
    """A license has a problem only if it is contradictory, ambiguous, unknown, or extended."""
    assert problem == find_license(unbuilt_project(tmp_path, files, **metadata)).problem


def test_unknown_license_is_kept(tmp_path: Path) -> None:
    """An unknown license is kept with its text, and the classifier that blocks uploads is removed."""
    project = unbuilt_project(tmp_path, {"COPYING": "Ask Maren."}, license="Maren's license")
    private = "Private :: Do Not Upload"
    rendered = {"license": "MIT", "license-files": ["LICENSE"], "classifiers": [private]}
    rendered |= {"requires-python": ">=3.11", "dependencies": []}
    entries = entries_by_hand(project, {}, rendered)
    assert "LicenseRef-Maren-s-license" == entries["license"]
    assert [] == entries["classifiers"]
    assert {"COPYING": "LICENSE"} == license_targets(project)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["COPYING", "LICENSE-MIT"], {"COPYING": "LICENSE", "LICENSE-MIT": "LICENSE-MIT"}),
        (["LICENSE-MIT"], {"LICENSE-MIT": "LICENSE"}),
        (["LICENSE-A", "LICENSE-B"], {"LICENSE-A": "LICENSE-A", "LICENSE-B": "LICENSE-B"}),
    ],
)
def test_main_license_file_is_renamed(
    files: list[str], expected: dict[str, str], tmp_path: Path
) -> None:
    """Only the main license file becomes LICENSE."""
    assert expected == license_targets(unbuilt_project(tmp_path, dict.fromkeys(files, "")))


def test_default_license_text_is_removed(tmp_path: Path) -> None:
    """The default license text is removed if the template doesn't offer the project's license."""
    project = unbuilt_project(tmp_path, {}, license="ISC")
    assert ["LICENSE"] == removed_starters(project, [])


def test_several_license_files_keep_their_names(tmp_path: Path) -> None:
    """Neither of two license files with names such as LICENSE-MIT is renamed to LICENSE."""
    project = unbuilt_project(tmp_path, {"LICENSE-MIT": MIT, "LICENSE-BSD": BSD})
    assert {"LICENSE-BSD": "LICENSE-BSD", "LICENSE-MIT": "LICENSE-MIT"} == license_targets(project)


def test_changed_license_is_unexplained(tmp_path: Path) -> None:
    """A different license or text is unexplained, but another name for the same license isn't."""
    old = unbuilt_project(tmp_path, {"LICENSE": MIT}, license="The MIT License")
    metadata = RawMetadata(name="tide", version="1.0", license_expression="MIT")
    wheel = dataclasses.replace(old.wheel, metadata=metadata, licenses={"LICENSE": MIT.encode()})
    new = dataclasses.replace(old, wheel=wheel)
    assert [] == unexplained(old, new)
    assert 2 == len(compare(old, new))
    wheel = dataclasses.replace(
        wheel, metadata=RawMetadata(**metadata | {"license_expression": "ISC"})
    )
    changed = "license: was The MIT License, is now ISC"
    assert [changed] == unexplained(old, dataclasses.replace(old, wheel=wheel))
    metadata = RawMetadata(name="tide", version="1.0", license_expression="ISC")
    wheel = dataclasses.replace(old.wheel, metadata=metadata, licenses={"LICENSE": b"ISC"})
    assert [
        changed,
        "license file LICENSE: only in the new wheel",
    ] == unexplained(old, dataclasses.replace(old, wheel=wheel))


def test_guessed_license_is_unexplained(tmp_path: Path) -> None:
    """A guessed combination of licenses is unexplained, because only the owner can confirm it."""
    old = unbuilt_project(tmp_path, {"LICENSE": MIT, "LICENSE.bsd": BSD})
    expression = find_license(old).expression
    metadata = RawMetadata(name="tide", version="1.0", license_expression=expression)
    wheel = dataclasses.replace(old.wheel, metadata=metadata)
    found = unexplained(old, dataclasses.replace(old, wheel=wheel))
    assert [f"license: was none, is now {expression}"] == found


def test_updates_keep_an_unsupported_license(tmp_path: Path) -> None:
    """An update keeps an unsupported license. Changes to the default license cause conflicts."""
    template = tmp_path / "template"
    template.mkdir()
    git("init", "--quiet", cwd=template)
    copy_template(template)
    add_release(template, "1.0.0")
    new = start(template, "1.0.0", tmp_path / "new", {"project_name": "Tide"})
    old = unbuilt_project(tmp_path / "old", {"COPYING": "Ask the harbor master.\n"})
    reading = Reading(moves=[("COPYING", "LICENSE")], by_hand={"license": "LicenseRef-Harbor"})
    move(old, reading, new)
    commit(new, "Adopt")
    for name in ("licenses/MIT.txt", "project/pyproject.toml.jinja"):
        file = template / "template" / name
        text = file.read_text(encoding="utf-8").replace("MIT License", "The MIT License")
        file.write_text(text.replace("\nlicense = ", "\nlicense  = "), encoding="utf-8")
    add_release(template, "1.1.0")
    assert ["LICENSE", "pyproject.toml"] == update(new)
    assert "\nAsk the harbor master.\n=======\n" in (new / "LICENSE").read_text(encoding="utf-8")
    assert 'license = "LicenseRef-Harbor"' in (new / "pyproject.toml").read_text(encoding="utf-8")
