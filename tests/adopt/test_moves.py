"""Test where existing files move, what replaces other files, and which problems are reported."""

import dataclasses
from pathlib import Path

import pytest

from adoption.comparison import lost_tests
from adoption.files import default_branch, find_roles, git, is_test_module
from adoption.findings import Finding, Reading
from adoption.gitignore import hidden_finding
from adoption.line_ends import attribute_lines
from adoption.moves import (
    find_moves,
    is_test_data,
    outdated_paths,
    removed_starters,
    strings,
    superseded,
)
from adoption.overwritten import changed_tables, difference, left_behind, own_tables, replaced_files
from adoption.pytest_settings import pytest_table
from adoption.reading import examine
from adoption.report import move_commands
from adoption.versions import last_tag
from harness.adoption.adopted_packages import (
    block,
    faults,
    not_carried,
    unbuilt_project,
    unexplained,
)
from harness.artifacts.inspect import tree
from harness.processes.commands import run

TEST = "def test_tide(): ...\n"
NEW = {
    ".gitignore": b"/dist/\n",
    "CONTRIBUTING.md": b"# Contributing\n",
    "LICENSE": b"",
    "README.md": b"",
    "pyproject.toml": b"",
    "renovate.json": b"{}\n",
}
SETTINGS = {"tool": {"ruff": {"line-length": 100}}}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("README.rst", "README.rst"),
        ("HISTORY.md", "HISTORY.md"),
        ("COPYING.txt", "LICENSE"),
        ("test/test_high.py", "tests/test_high.py"),
        ("testing/conftest.py", "testing/conftest.py"),
        ("test_low.py", "tests/test_low.py"),
        ("tests.py", "tests/test_tide.py"),
        ("heights/north.csv", "tests/heights/north.csv"),
        ("lib/tide/tests/test_own.py", "src/tide/tests/test_own.py"),
        ("lib/tide/__init__.py", "src/tide/__init__.py"),
        ("docs/index.rst", "docs/index.rst"),
        ("examples/tests.py", "examples/tests.py"),
        ("setup.py", ""),
        ("requirements/dev.txt", ""),
        (".pytest.toml", ""),
        (".github/workflows/tests.yml", ""),
    ],
)
def test_files_move_by_role(old: str, new: str, tmp_path: Path) -> None:
    """Files move according to their roles, keep their paths, or stay behind."""
    files = dict.fromkeys(
        ["README.rst", "HISTORY.md", "COPYING.txt", "testing/conftest.py", "setup.py"], ""
    )
    left_behind = ["requirements/dev.txt", ".pytest.toml", ".github/workflows/tests.yml"]
    files |= dict.fromkeys(left_behind, "")
    files |= dict.fromkeys(["test/test_high.py", "test_low.py", "examples/tests.py"], TEST)
    files |= {"tests.py": f"HEIGHTS = 'heights/north.csv'\n{TEST}", "heights/north.csv": "4\n"}
    files |= {"lib/tide/__init__.py": "", "lib/tide/tests/test_own.py": TEST, "docs/index.rst": ""}
    assert new == dict(find_moves(unbuilt_project(tmp_path, files))).get(old, "")


# The replacement of files that the new project doesn't need, and examples of their names.
REPLACED = {
    "pyproject.toml": "setup.py setup.cfg MANIFEST.in ez_setup.py versioneer.py pyproject.toml",
    "`[tool.pytest]` in pyproject.toml": "pytest.ini .pytest.ini pytest.toml .pytest.toml",
    "the tables of the tools in pyproject.toml": ".coveragerc mypy.ini .mypy.ini .flake8 pylintrc .pylintrc"
    " ruff.toml .ruff.toml .isort.cfg .style.yapf pyrightconfig.json .bumpversion.cfg .bumpversion.toml",
    "the dependencies in pyproject.toml and the new lock file": "requirements.txt dev-requirements.txt"
    " test_requirements.in ci.requirements.txt requirements-dev.txt Requirements.TXT requirements/dev.txt Pipfile"
    " Pipfile.lock poetry.lock pdm.lock uv.lock pdm.toml pylock.toml pylock.dev.toml",
    "the project's tasks": "tox.ini tox.toml noxfile.py",
    "the project's CI": ".github/workflows/a.yml .gitlab-ci.yml .circleci/config.yml .travis.yml"
    " appveyor.yml .appveyor.yml azure-pipelines.yml .cirrus.yml",
    "the project's git hooks": ".pre-commit-config.yaml .pre-commit-config.yml",
    "the project's update bot": "renovate.json renovate.json5 .renovaterc .renovaterc.json .github/renovate.json"
    " .github/dependabot.yml .github/dependabot.yaml .pyup.yml",
    "the answers file of this template": ".copier-answers.yml .cruft.json",
    "": "tide.py setup.txt tide/setup.py my.pytest.ini requirements.md tide/tox.ini Makefile",
}


@pytest.mark.parametrize("replacement", REPLACED)
def test_unnecessary_files_are_recognized(replacement: str) -> None:
    """Each file that the new project doesn't need is replaced by something else."""
    names = REPLACED[replacement].split()
    assert dict.fromkeys(names, replacement) == {name: superseded(name) for name in names}


ROLES = {
    "readmes": "README readme.md Readme.markdown README.rst README.txt README.adoc",
    "changelogs": "CHANGES Change-Log.md change_log.txt CHANGELOG.rst History.md NEWS.rst"
    " RELEASE_NOTES.md Release-Notes.adoc releases.md whats-new.rst WhatsNew.markdown",
    "licenses": "LICENSE licence.md LICENSE-MIT UNLICENSE copying COPYING.LESSER",  # codespell:ignore licence
    "tests": "test_low.py low_test.py test.py tests.py",
}


def test_files_have_roles(tmp_path: Path) -> None:
    """Files in the root folder have roles, but similar files don't."""
    others = ["README.html", "changing.md", "license.py", "licensed.txt", "recopying"]
    others += ["docs/README.md", "attest.py", "test_low.txt", "testing.py", "test_empty.py"]
    names = {role: sorted(text.split()) for role, text in ROLES.items()}
    files = {name: TEST for each in names.values() for name in each} | dict.fromkeys(others, "")
    unbuilt_project(tmp_path, files)
    expected = names | {"files": sorted(files)}
    assert expected == dataclasses.asdict(find_roles(tmp_path))


@pytest.mark.parametrize(
    ("code", "has_tests"),
    [
        *(("def test_low(): ...", True), ("async def test_low(): ...", True)),
        *(("    def test(self): ...", True), ("class TestLow:", True), (">>> 1", True)),
        *(("class Low(TestCase):", True), ("def protest(): ...", False), ("test = 1", False)),
    ],
)
def test_test_modules_contain_tests(code: str, has_tests: bool, tmp_path: Path) -> None:
    """A module with the name of a test module is only a test module if it contains tests."""
    unbuilt_project(tmp_path, {"test_low.py": f"import os\n{code}\n"})
    assert has_tests == is_test_module(tmp_path, "test_low.py")


def test_tables_of_replaced_tools_are_not_copied(tmp_path: Path) -> None:
    """Tables of tools that the template replaces are left out, and other tables are kept."""
    tools = {"black", "bumpversion", "flake8", "flit", "flit_scm", "hatch", "isort", "nox", "pbr"}
    tools |= {"pdm", "poetry", "poetry-dynamic-versioning", "pytest", "setuptools"}
    tools |= {"setuptools-git-versioning", "setuptools_scm", "tox", "uv", "uv-dynamic-versioning"}
    tools |= {"setuptools-scm", "versioneer", "versioningit"}
    tables = {name: {"old": True} for name in sorted(tools | {"ruff", "towncrier"})}
    project = dataclasses.replace(unbuilt_project(tmp_path, {}), settings={"tool": tables})
    rendered = {"tool": {name: {"old": name != "ruff"} for name in [*tables, "tomli"]}}
    assert ["[tool.ruff]"] == list(changed_tables(project, rendered))
    assert {"towncrier": {"old": True}} == own_tables(project, SETTINGS)


def test_module_in_python_files_keeps_its_name(tmp_path: Path) -> None:
    """A test module that matches the `python_files` setting keeps its file name."""
    files = {"tests.py": TEST, "tox.ini": "[pytest]\npython_files = tests.py\n"}
    assert [("tests.py", "tests/tests.py")] == find_moves(unbuilt_project(tmp_path, files))


def test_test_modules_get_unique_paths(tmp_path: Path) -> None:
    """A test module whose new path is already taken gets a numbered name."""
    files = {"tide/__init__.py": "", "test.py": TEST, "tests/test_tide.py": TEST}
    moves = dict(find_moves(unbuilt_project(tmp_path, files)))
    assert "tests/test_tide_2.py" == moves["test.py"]
    assert "tests/test_tide.py" == moves["tests/test_tide.py"]


def test_helper_modules_move_with_their_tests(tmp_path: Path) -> None:
    """A module that isn't in the wheel moves to tests/ with the test module that imports it."""
    test = f"import helper\nimport tide\n{TEST}"
    files = {"src/tide/__init__.py": "", "src/helper.py": "", "src/test_tide.py": test}
    moves = dict(find_moves(unbuilt_project(tmp_path, files)))
    assert "tests/helper.py" == moves["src/helper.py"]


def test_only_files_in_git_are_moved(tmp_path: Path) -> None:
    """In a git repository, untracked files are not moved."""
    project = unbuilt_project(tmp_path, {"tide/__init__.py": "", "notes.txt": ""})
    run("git", "init", "--quiet", cwd=tmp_path)
    run("git", "add", "tide", cwd=tmp_path)
    assert [("tide/__init__.py", "src/tide/__init__.py")] == find_moves(project)


def test_build_results_are_not_moved_without_git(tmp_path: Path) -> None:
    """Without git, the results of earlier builds are not moved, but a file named build is."""
    files = ["setup.py", "build/lib/tide.py", "dist/tide-1.0.tar.gz", "docs/build"]
    project = unbuilt_project(tmp_path, dict.fromkeys(files, ""))
    assert [("docs/build", "docs/build")] == find_moves(project)


def test_replaced_starters_are_removed(tmp_path: Path) -> None:
    """The starter README and changelog are removed only if files with other names replace them."""
    project = unbuilt_project(
        tmp_path, {"README": "", "NEWS.rst": "", "LICENSE": ""}, license="MIT"
    )
    assert ["README.md", "CHANGELOG.md"] == removed_starters(project, find_moves(project))
    project = unbuilt_project(tmp_path / "other", {"README.md": "", "LICENSE": ""}, license="MIT")
    assert [] == removed_starters(project, find_moves(project))


def test_each_file_is_moved_replaced_or_listed(tmp_path: Path) -> None:
    """Files and tables are kept, replaced, or left behind, and diffs show the replacements."""
    files = {
        ".gitignore": "*.log\n",
        ".github/CONTRIBUTING.rst": "Hello.\n",
        ".github/renovate.json5": "{}",
        "AUTHORS": "Maren",
        "LICENSE": "MIT",
        "pyproject.toml": "[project]\n[tool.ruff]\nline-length = 79\n[tool.towncrier]\nname = 'Tide'\n",
        "tide/__init__.py": "",
        "tox.ini": "",
    }
    project = unbuilt_project(tmp_path, files)
    moves = find_moves(project)
    replaced = replaced_files(project, NEW)
    assert {".gitignore", ".github/CONTRIBUTING.rst", ".github/renovate.json5"} == {*replaced}
    assert "-*.log\n+/dist/" in replaced[".gitignore"]
    assert {"the project's tasks": ["tox.ini"]} == left_behind(project, [*moves, *replaced.items()])
    assert (
        "-line-length = 79\n+line-length = 100" in changed_tables(project, SETTINGS)["[tool.ruff]"]
    )
    assert {"towncrier": {"name": "Tide"}} == own_tables(project, SETTINGS)


def test_reported_commands_move_the_files(tmp_path: Path) -> None:
    """The report's commands create the expected files, and copy whole folders if possible."""
    files = {
        "LICENSE": "MIT",
        "README.rst": "Tide",
        "docs/index.rst": "",
        "docs/more pages/one.rst": "",
        "test/test_tide.py": TEST,
        "requirements/dev.txt": "",
        "tide/__init__.py": "",
        "tide/data/high.csv": "4",
        "tide/__pycache__/high.pyc": "",
    }
    old, new = tmp_path / "old", tmp_path / "new"
    project = unbuilt_project(old, files)
    new.mkdir()
    (new / "README.md").touch()
    moves = find_moves(project)
    reading = Reading(moves=moves, removed=["README.md"], gitignore=["/tide.db"])
    commands = block("\n".join(move_commands(project, reading)), "sh")
    run("sh", "-eu", "-c", commands, env={"OLD": str(old), "NEW": str(new)})
    assert {".gitignore", *(target for _, target in moves)} == {
        name for name in tree(new) if "__pycache__" not in name
    }
    assert 'cp -R "$OLD"/docs "$NEW"/\n' in commands


@pytest.mark.parametrize(
    ("new", "lost"),
    [
        ({"tests/test_high.py": TEST, "tests/test_low.py": f"# Low\n{TEST}"}, []),
        (
            {"tests/test_high.py": TEST, "elsewhere/test_low.py": TEST},
            ["test module test/test_low.py"],
        ),
        (
            {"tests/conftest.py": ""},
            ["tests", "test module test/test_high.py", "test module test/test_low.py"],
        ),
    ],
)
def test_lost_tests_are_reported(new: dict[str, str], lost: list[str], tmp_path: Path) -> None:
    """A test module is reported as lost if pytest doesn't collect it in the new project.

    If all modules are lost, an additional difference says so.
    """
    tests = {"test/test_high.py": f"# High\n{TEST}", "test/test_low.py": f"# Low\n{TEST}"}
    old = unbuilt_project(tmp_path / "old", tests)
    settings = {"pyproject.toml": '[project]\n[tool.pytest]\ntestpaths = ["tests"]\n'}
    adopted = unbuilt_project(tmp_path / "new", new | settings)
    assert lost == [difference.what for difference in lost_tests(old, adopted)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("open('tide/__init__.py')", ["`tide/__init__.py` (test/test_high.py)"]),
        ("open(HERE / 'tide' / '__init__.py')", ["`tide/__init__.py` (test/test_high.py)"]),
        ('join(HERE, "..", "setup.py")', ["`setup.py` (test/test_high.py)"]),
        ("open('./COPYING')", ["`COPYING` (test/test_high.py)"]),
        ("open('pyproject.toml'), open('notes.txt'), open('tide')", []),
    ],
)
def test_outdated_paths_in_tests_are_reported(line: str, found: list[str], tmp_path: Path) -> None:
    """A file's path in a test is reported if the file moves or the new project lacks it."""
    files = dict.fromkeys(["tide/__init__.py", "setup.py", "COPYING", "notes.txt"], "")
    files |= {"test/test_high.py": f"{line}\n{TEST}", "pyproject.toml": "[project]\n"}
    project = unbuilt_project(tmp_path, files)
    assert found == list(outdated_paths(project, find_moves(project), NEW))


def test_renamed_test_module_with_its_old_name_is_reported(tmp_path: Path) -> None:
    """A renamed test module is reported if its old name is a string in its code."""
    files = {"test.py": f"NAMES = 'test.py', 'low.csv'\n{TEST}", "low.csv": ""}
    project = unbuilt_project(tmp_path, files)
    assert ["`test.py` (test.py)"] == list(outdated_paths(project, find_moves(project), NEW))


@pytest.mark.parametrize("is_tracked", [True, False])
def test_tracked_files_that_gitignore_hides_are_reported(is_tracked: bool, tmp_path: Path) -> None:
    """Files that the new project's .gitignore files match are reported only if git tracks them."""
    files = dict.fromkeys([".env", ".editor/a b.json", "docs/index.md", "docs/old.html"], "")
    project = unbuilt_project(tmp_path, files | {"docs/.gitignore": "*.html\n"})
    if is_tracked:
        run("git", "init", "--quiet", cwd=tmp_path)
        run("git", "add", "--force", ".editor", "docs", cwd=tmp_path)
    found = hidden_finding(project, find_moves(project), {".gitignore": b".editor/\n.env\n"})
    expected = (
        "Git tracks `.editor/a b.json`, `docs/old.html`, but the new .gitignore matches them. Before the"
        " commit, run `git --work-tree=../my-project-adopted add --force '.editor/a b.json' docs/old.html"
        " && git restore .`."
    )
    assert (expected if is_tracked else None) == (found and found.text)
    (tmp_path / "docs" / ".gitignore").write_text("", encoding="utf-8")
    found = hidden_finding(project, find_moves(project), {".gitignore": b".editor/\n"})
    assert is_tracked == (found is not None and "but the new .gitignore matches it. " in found.text)
    assert hidden_finding(project, find_moves(project), {}) is None


def test_folder_that_tests_refer_to_is_not_renamed(tmp_path: Path) -> None:
    """If a test imports from its folder, the folder isn't renamed, and `testpaths` contains it."""
    test = f"from test import tides\n{TEST}"
    project = unbuilt_project(tmp_path, {"test/test_tide.py": test, "test/tides.py": ""})
    assert {name: name for name in ("test/test_tide.py", "test/tides.py")} == dict(
        find_moves(project)
    )
    assert ["test"] == pytest_table(project, find_moves(project))["testpaths"]


def test_adding_tests_to_the_wheel_is_explained(tmp_path: Path) -> None:
    """The report announces tests that only the new wheel contains, so the change is explained."""
    project = unbuilt_project(tmp_path, {"tide/__init__.py": ""})
    (tmp_path / "tide" / "tests.py").write_text(TEST, encoding="utf-8")
    assert "tide/tests.py" not in faults(project)
    assert "doesn't contain the tests in its packages (tide/tests.py)" in not_carried(
        examine(project)
    )
    wheel = dataclasses.replace(project.wheel, files=project.wheel.files | {"tide/tests.py": b""})
    new = dataclasses.replace(project, wheel=wheel, folder=None)
    assert [] == unexplained(project, new)


def test_namespace_package_loses_its_init_module(tmp_path: Path) -> None:
    """A package's `__init__.py` that isn't in the wheel stays behind to keep the namespace."""
    project = unbuilt_project(tmp_path, {"src/tide/low.py": ""})
    (tmp_path / "src" / "tide" / "__init__.py").touch()
    assert [("src/tide/low.py", "src/tide/low.py")] == find_moves(project)
    assert {"a namespace package": ["src/tide/__init__.py"]} == left_behind(
        project, find_moves(project)
    )
    assert "src/tide/__init__.py" not in faults(project)


def test_line_endings_are_preserved(tmp_path: Path) -> None:
    """The lines for .gitattributes are the existing rules, then patterns for files with CRLF.

    In a repository, only tracked files that git stores with CRLF get patterns.
    """
    files = {"tide/__init__.py": "", ".gitattributes": "# Data\n*.dat binary\n", "low.txt": ""}
    project = unbuilt_project(tmp_path, files)
    for name in ("low.txt", "tide/a b.csv", "tide/b.csv", "one two.md"):
        (tmp_path / name).write_bytes(b"4\r\n5\r\n")
    moves = find_moves(project)
    expected = ["*.dat binary", "/src/tide/*.csv -text", "/low.txt -text", '"/one two.md" -text']
    assert expected == attribute_lines(project, moves)
    run("git", "-c", "core.autocrlf=true", "init", "--quiet", cwd=tmp_path)
    run("git", "-c", "core.autocrlf=true", "add", "low.txt", "tide", cwd=tmp_path)
    assert ["*.dat binary"] == attribute_lines(project, moves)
    (tmp_path / "low.txt").write_bytes(b"4\r\n5\n")
    run("git", "-c", "core.autocrlf=false", "add", "low.txt", "one two.md", cwd=tmp_path)
    expected = ["*.dat binary", "/low.txt -text", '"/one two.md" -text']
    assert expected == attribute_lines(project, moves)


@pytest.mark.parametrize("branch", ["main", "master", "trunk"])
def test_default_branch_is_detected(branch: str, tmp_path: Path) -> None:
    """The default branch is detected, even in a clone in which another branch is checked out.

    Outside a repository, the default branch is unknown.
    """
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    run("git", "init", "--quiet", f"--initial-branch={branch}", str(origin))
    run("git", *identity, "commit", "--quiet", "--allow-empty", "--message=Begin", cwd=origin)
    run("git", "clone", "--quiet", str(origin), str(clone))
    run("git", "switch", "--quiet", "--create=feature", cwd=clone)
    assert branch == default_branch(origin)
    assert branch == default_branch(clone)
    assert default_branch(tmp_path) is None


@pytest.mark.parametrize(
    ("name", "is_data"),
    [
        *((f"low.{suffix}", True) for suffix in ("json", "csv", "xml", "yml", "yaml", "ini")),
        *((name, False) for name in ("tox.ini", "low.txt", "src", "docs", "doc", "examples")),
        *(("heights", True), ("code", False), ("nothing", False), (".hidden", False)),
    ],
)
def test_test_data_is_recognized(name: str, is_data: bool, tmp_path: Path) -> None:
    """Test data is a file with a typical suffix or a folder without Python modules."""
    folders = [
        f"{folder}/a.txt" for folder in ("src", "docs", "doc", "examples", "heights", ".hidden")
    ]
    files = [f"low.{suffix}" for suffix in ("json", "csv", "xml", "yml", "yaml", "ini", "txt")]
    unbuilt_project(tmp_path, dict.fromkeys([*folders, *files, "tox.ini", "code/a.py"], ""))
    assert is_data == is_test_data(tmp_path, name)


def test_main_module_becomes_a_package(tmp_path: Path) -> None:
    """The main module moves to a package's `__init__.py`, and other modules stay modules."""
    project = unbuilt_project(tmp_path, {"tide.py": "", "lib/low.py": ""})
    packages = {"tide": tmp_path / "tide.py", "low": tmp_path / "lib" / "low.py", "lost": None}
    wheel = dataclasses.replace(project.wheel, files={"tide.py": b"", "low.py": b""})
    project = dataclasses.replace(project, wheel=wheel, packages=packages)
    assert {"tide.py": "src/tide/__init__.py", "lib/low.py": "src/low.py"} == dict(
        find_moves(project)
    )
    explained = (
        "file tide.py: missing from the new wheel",
        "file tide/__init__.py: only in the new wheel",
    )
    text = "`tide.py` is a single module. It becomes the package `src/tide/`."
    assert Finding(text, explained) in examine(project).not_carried


def test_binary_files_have_no_diff() -> None:
    """A sentence replaces the diff of binary files, and equal files have none."""
    assert "Binary files a/one and b/two differ" == difference(b"\xff", b"", "one", "two")
    assert "Binary files a/one and b/two differ" == difference(b"", b"\xff", "one", "two")
    assert "" == difference(b"\xff", b"\xff", "one", "two")


@pytest.mark.parametrize("code", ["print 'a statement in Python 2'", "a = 'low'\0"])
def test_invalid_modules_have_no_strings(code: str, tmp_path: Path) -> None:
    """A module that can't be parsed has no strings that could be paths."""
    (tmp_path / "test.py").write_text(code, encoding="utf-8")
    assert set() == strings(tmp_path / "test.py")


def test_git_is_optional(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If git isn't installed, its output is empty."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "" == git(tmp_path, "--version")
    assert ("", "") == last_tag(tmp_path)
