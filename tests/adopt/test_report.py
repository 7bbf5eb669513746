"""Test the whole report, and all findings about unusual and ordinary projects."""

import dataclasses
from pathlib import Path

from adoption.findings import Finding, Reading
from adoption.projects import Project
from adoption.reading import examine
from adoption.report import answers_file, report
from adoption.wheels import Wheel
from harness.adoption.adopted_packages import unbuilt_project

REPORT = """\
# Adopting tide

## Existing problems

Nothing was found.

## Not carried over

- `version` is dynamic.
- The tests run.

## Edit pyproject.toml

`adopt.py move` writes these entries. To write them yourself, replace the existing entries and add the \
missing ones. Replace `[tool.pytest]` as a whole.

```toml
[project]
keywords = []

[tool.pytest]
strict = false
```

## Move the files

`adopt.py move` copies the files. To copy them yourself, set `OLD` to the old project's folder and `NEW` \
to the new one's. Then run:

```sh
rm "$NEW"/README.md
mkdir -p "$NEW"/'my docs'
mkdir -p "$NEW"/src
cp -R "$OLD"/README.rst "$NEW"/README.rst
cp -R "$OLD"/lib/tide "$NEW"/src/
cp -R "$OLD"/'my docs/a.md' "$NEW"/'my docs/a.md'
echo /tide.db >> "$NEW"/.gitignore
echo '*.dat binary' >> "$NEW"/.gitattributes
```

## Files that are not moved

- `setup.py`, `setup.cfg`: replaced by pyproject.toml
- `LICENSE.txt`: the new project already has files with these names

## Files that the template replaces

### `CONTRIBUTING.md`

````diff
-```
````

### `.gitignore`

Unchanged.
"""
EMPTY = """\
# Adopting tide

## Existing problems

Nothing was found.

## Not carried over

Nothing was found.

## Edit pyproject.toml

No changes are necessary.

## Files that are not moved

All files are moved.

## Files that the template replaces

No files are replaced.
"""


def test_report_has_all_sections(tmp_path: Path) -> None:
    """The report contains all results in their sections, or says that there are none."""
    names = ["README.rst", "lib/tide/low.py", "my docs/a.md", "my docs/b.md"]
    project = unbuilt_project(tmp_path, dict.fromkeys(names, ""))
    moves = [(name, name.replace("lib/", "src/")) for name in names[:3]]
    reading = Reading(
        answers={"project_name": "Łódź", "keywords": []},
        by_hand={"keywords": []},
        tables={"tool": {"pytest": {"strict": False}}},
        gitignore=["/tide.db"],
        gitattributes=["*.dat binary"],
        not_carried=[Finding("`version` is dynamic."), Finding("The tests run.")],
        moves=moves,
        removed=["README.md"],
        replaced={"CONTRIBUTING.md": "-```", ".gitignore": ""},
        left={"pyproject.toml": ["setup.py", "setup.cfg"], "": ["LICENSE.txt"]},
    )
    assert f"{REPORT}\n" == report(project, reading)
    assert "# Answers from tide.\nproject_name: Łódź\nkeywords: []\n" == answers_file(
        project, reading
    )
    before, _, after = report(project, Reading()).partition("## Move the files\n")
    assert EMPTY == before + after[after.index("## ") :]
    assert "Replace `[tool.pytest]`" not in report(project, Reading(by_hand={"keywords": []}))


LOST, NEW = "missing from the new wheel", "only in the new wheel"
ODD = {
    "pyproject.toml": '[project]\nversion = "2.0-beta"\ndynamic = ["description", "version"]\n'
    '[build-system]\nbuild-backend = "maturin"\n[tool.black]\n[tool.pytest]\nstrict = true\n[tool.towncrier]\n'
    '[tool.poetry]\nauthors = ["Ada", "Bo"]\n',
    "tide/low.py": "def run(): ...\n",
    "tide/[1].dat": "4",
    "tide/.hidden": "",
    "tide/__pycache__/low.pyc": "",
    "tide/test_own.py": "def test_own(): ...\n",
    "README.md": "Another text",
    "CHANGELOG.md": "# 1.0\n",
}
# The findings about the project with these files, and the differences that they explain.
FAULTS = {
    "The project has no license, so nobody may use it. The answer is Proprietary, which grants no"
    " rights. Choose another license if you can.": [],
    "The entry point `tide = low.py:run` in console_scripts fails because the wheel doesn't contain"
    " the module low.py. It probably means tide.low:run.": ["entry point console_scripts/tide: *"],
    "The entry point `t[1] = tide.low:halt` in gui_scripts fails because the wheel doesn't contain"
    ' "halt" in tide.low. Correct the reference.': ["entry point gui_scripts/t[[]1]: *"],
    "The wheel doesn't contain `tide/[1].dat`, which is in the source tree.": [
        f"file tide/[[]1].dat: {NEW}"
    ],
    "The wheel installs a top-level package `tests`, which may conflict with other projects. Keep it"
    " in tests/, outside src/.": [f"file tests/*: {LOST}"],
    "The metadata has no summary. Set project_description to one line.": [
        "summary: was none, is now *"
    ],
    "The metadata has no author, so the template's default is used.": [f"author *: {NEW}"],
    "The version 2.0-beta is not normalized. Its normalized form is 2.0b0.": [],
}
NOT_CARRIED = {
    'The template generates the extra "all" from all other extras.': [],
    "The template doesn't support the build backend maturin, so hatchling replaces it.": [],
    "The wheel's tags change from py2-none-any, py3-none-any to py3-none-any because the new project"
    " only supports current versions of Python 3.": ["tags: was *, is now [[]'py3-none-any']"],
    "`tide` is a namespace package, so it has no `__init__.py`.": [],
    "The wheel has several top-level packages or modules: `tide`, `tide_one`. The new wheel has all of"
    " them with the lines below.": [],
    "`scripts/t[1]` is installed outside the packages. Turn a script into an entry point, and move"
    " data into the package.": [f"file .data/scripts/t[[]1]: {LOST}"],
    "No answer covers the entry points in a.b, pytest11. Copy them from below.": [],
    "The old wheel doesn't contain the tests in its packages (tide/test_own.py). The new wheel"
    " contains them.": [f"file tide/test_own.py: {NEW}"],
    "Requires-Python changes from >=3.8 to >=3.11 because the template doesn't support older versions"
    " of Python.": ["requires-python: was >=3.8, is now >=3.11"],
    "The long description differs from README.md. The new one is the text of README.md.": [
        "description: was one text, is now a different text"
    ],
    "`description` is dynamic. Its current value becomes static.": [],
    "`version` is dynamic. Its current value becomes static.": [],
    "Poetry's wheel only contains the first author. Add the others to `authors`.": [],
    "These tables in pyproject.toml are not carried over: `[tool.black]`, `[tool.poetry]`. Add what you"
    " still need to the settings of the new tools.": [],
    "The tests run with the settings from pyproject.toml. The template's settings are stricter: `strict"
    ' = true`, `filterwarnings = ["error"]`, `log_level = "INFO"`, and the import mode `importlib`.'
    " Add these settings when the tests pass with them.": [],
    "The release tool needs the heading `## [Unreleased]` in CHANGELOG.md. Add it.": [],
}


def test_all_findings_are_reported(tmp_path: Path) -> None:
    """An unusual project has these faults, and these properties aren't carried over."""
    metadata = {
        "requires_python": ">=3.8",
        "description": "One text",
        "requires_dist": ['rich; extra == "all"', 'rich; extra == "b"'],
        "provides_extra": ["all", "b"],
    }
    project = unbuilt_project(tmp_path, ODD, **metadata)
    packed = {"tide/low.py": b"def run(): ...\n", "tide_one.py": b"", "tests/__init__.py": b""}
    packed[".data/scripts/t[1]"] = b""
    points = {
        ("console_scripts", "tide"): "low.py:run",
        ("gui_scripts", "t[1]"): "tide.low:halt",
        ("pytest11", "tide"): "tide.low",
        ("a.b", "tide"): "tide.low:run",
    }
    tags = ["py2-none-any", "py3-none-any"]
    wheel = dataclasses.replace(project.wheel, files=packed, tags=tags, entry_points=points)
    packages = {"tests": None, "tide": tmp_path / "tide", "tide_one": None}
    reading = examine(dataclasses.replace(project, wheel=wheel, packages=packages))
    assert list(FAULTS.items()) == [(each.text, [*each.explains]) for each in reading.faults]
    assert list(NOT_CARRIED.items()) == [
        (each.text, [*each.explains]) for each in reading.not_carried
    ]


def test_ordinary_project_has_no_findings(tmp_path: Path) -> None:
    """A complete project without tests has no faults, and all its properties are carried over."""
    files = {
        "pyproject.toml": '[project]\nversion = "1.0"\n',
        "tide/__init__.py": "",
        "README.md": "Tide\r\n",
        "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n",
        "LICENSE": "",
    }
    metadata = {"requires_python": ">=3.11", "description": "Tide", "summary": "Heights"}
    metadata |= {"author": "Ada", "license_expression": "MIT"}
    project = unbuilt_project(tmp_path, files, **metadata)
    wheel = dataclasses.replace(project.wheel, licenses={"LICENSE": b""})
    reading = examine(dataclasses.replace(project, wheel=wheel))
    assert ([], []) == (reading.faults, reading.not_carried)


def test_incomplete_wheels_are_faulty(tmp_path: Path) -> None:
    """An empty wheel, an invalid version, and a missing license file are faults."""
    metadata = {"name": "tide", "version": "1", "author": "Ada", "summary": "Tide"}
    wheel = Wheel({}, {}, ["py3-none-any"], {}, metadata | {"license": "MIT"})  # type: ignore[arg-type]
    project = Project(wheel, tmp_path, {"project": {"version": "one"}})
    found = {each.text: each.explains for each in examine(project).faults}
    assert {
        "The wheel is empty.": (f"file *: {NEW}",),
        "The wheel doesn't contain a license file. Add one.": (),
        "The version one is not valid according to PEP 440.": (),
    } == found
