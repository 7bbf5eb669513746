"""Test relaxing checks by adding exceptions to pyproject.toml."""

import json
import sys
import tomllib
from pathlib import Path

import pytest

from adoption.command_line import main
from adoption.findings import AdoptionError
from adoption.relaxations import CHECKS, Check, Violation, module_name, relax, run_pyright
from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.install import Environment
from harness.processes.commands import run

PYPROJECT = """\
[tool.mypy]
files = ["src", "tests"]
mypy_path = "src"
explicit_package_bases = true
strict = true

[tool.ruff.lint]
select = ["D1", "F401"]
per-file-ignores."tests/**" = ["D1"]
"""
ALREADY = " is already relaxed; delete {} to do it again"
HEADERS = ["[tool.ruff.lint.extend-per-file-ignores]", "[[tool.mypy.overrides]]"]
HEADERS += ["[[tool.ty.overrides]]"]
MODULE = '''\
"""A module."""
import os

def old(value):
    """Return a value."""
    return value
'''


@pytest.fixture
def project(tmp_path: Path, artifacts: ArtifactCache) -> Path:
    """Return the folder of a project that fails Ruff and mypy. Its .venv contains both tools."""
    files = {
        "pyproject.toml": PYPROJECT,
        "src/tide/__init__.py": '"""A package."""\n',
        "src/tide/old.py": MODULE,
        "tests/test_old.py": "import os\nfrom tide.old import old\ndef test(): old(1)\n",
    }
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    checkers = artifacts.once(
        "checkers", lambda folder: Environment.make(folder).install("mypy", "ruff")
    )
    (tmp_path / ".venv").symlink_to(checkers)
    return tmp_path


def test_only_new_code_is_checked(project: Path) -> None:
    """Relaxed checks report violations in a new module, but not in existing ones."""
    assert 0 == main(["relax", str(project)])
    tables = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    ignored = tables["ruff"]["lint"]["extend-per-file-ignores"]
    assert {"src/**": ["F401"], "tests/**": ["F401"]} == ignored
    (override,) = tables["mypy"]["overrides"]
    assert ["tests.test_old", "tide.old"] == override["module"]
    scripts = project / ".venv" / "bin"
    (project / "src" / "tide" / "new.py").write_text("def new(value): ...\n", encoding="utf-8")
    check = ("check", "--output-format=concise")
    (line, *_) = run(scripts / "ruff", *check, cwd=project, exit_code=1).stdout.splitlines()
    assert line.startswith("src/tide/new.py:1:1: D100")
    (line, *_) = run(scripts / "mypy", cwd=project, exit_code=1).stdout.splitlines()
    assert line.startswith("src/tide/new.py:1: error:")


def test_unsupported_type_checker_is_reported(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For an unsupported type checker, a message says that the user must add exceptions by hand."""
    monkeypatch.delitem(CHECKS, "mypy")
    assert 0 == main(["relax", str(project)])
    assert "mypy: not supported; add exceptions to [tool.mypy] by hand" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.mypy]\n", " has no [tool.ruff] table; run the command in an adopted project"),
        ("[tool.ruff]\n[tool.pyright]\nignore = []\n", ALREADY.format("[tool.pyright] ignore")),
        *((f"[tool.ruff]\n{header}\n", ALREADY.format(header)) for header in HEADERS),
    ],
)
def test_settings_must_be_strict(text: str, message: str, tmp_path: Path) -> None:
    """A project is rejected if it has no settings for ruff, or if it is already relaxed."""
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(AdoptionError) as raised:
        relax(tmp_path)
    assert f"{tmp_path / 'pyproject.toml'}{message}" == str(raised.value)


def test_unreadable_settings_are_rejected(tmp_path: Path) -> None:
    """A missing or invalid pyproject.toml is rejected."""
    for text in (None, b"\xff", b"[tool"):
        if text is not None:
            (tmp_path / "pyproject.toml").write_bytes(text)
        with pytest.raises(AdoptionError, match=r"pyproject\.toml can't be read: "):
            relax(tmp_path)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, ["ruff: nothing to relax", "ty: nothing to relax"]),
        (
            {"ruff": ["D1", "D1", "F4"], "ty": ["x"]},
            ["ruff: ignored 3 violations of 2 rules", "ty: ignored 1 error in 1 file"],
        ),
    ],
)
def test_exceptions_are_counted(
    rules: dict[str, list[str]],
    expected: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each tool runs until it passes, and the summary says what is ignored."""
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\n[tool.ty]\n", encoding="utf-8")
    for name in ("ruff", "ty"):
        results = iter([[Violation("a.py", rule) for rule in rules.get(name, [])], []])
        check = Check(lambda _, results=results: next(results), CHECKS[name].write)  # type: ignore[misc]
        monkeypatch.setitem(CHECKS, name, check)
    assert expected == relax(tmp_path)


@pytest.mark.parametrize("rule", ["invalid-syntax", "syntax"])
def test_syntax_errors_are_rejected(
    rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A syntax error can't be ignored."""
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\n", encoding="utf-8")
    violation = Violation("a.py", rule, "", "Expected ')'")
    monkeypatch.setitem(CHECKS, "ruff", Check(lambda _: [violation], CHECKS["ruff"].write))
    with pytest.raises(AdoptionError) as raised:
        relax(tmp_path)
    assert "a.py has a syntax error: Expected ')'" == str(raised.value)


@pytest.mark.skipif(sys.platform == "win32", reason="the simulated tools are shell scripts")
@pytest.mark.parametrize(
    ("name", "script", "expected"),
    [
        (
            "ruff",
            (
                """echo '[{"filename": "src/a.py", "code": "F4", "name": "unused", "message": "No."},"""
                """ {"filename": "a.py", "code": null, "message": "No."}]'; exit 1"""
            ),
            [
                Violation("src/a.py", "F4", "unused", "No."),
                Violation("a.py", "invalid-syntax", "", "No."),
            ],
        ),
        (
            "ty",
            """echo '[{"location": {"path": "a.py"}, "check_name": "x", "description": "No."}]'""",
            [Violation("a.py", "x", "", "No.")],
        ),
        (
            "mypy",
            (
                """echo '{"file": "a.py", "severity": "error", "code": null, "message": "No."}'; echo;"""
                """ echo '{"file": "a.py", "severity": "note", "code": null, "message": "No."}'"""
            ),
            [Violation("a.py", "", "", "No.")],
        ),
        ("ruff", "echo 'Cause:'; echo 'no settings'", "ruff failed: no settings"),
        ("ty", "echo Broken. >&2; exit 2", "ty failed: Broken."),
    ],
)
def test_output_of_tools_is_read(
    name: str,
    script: str,
    expected: list[Violation] | str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Violations come from a tool's JSON output, and other output is a failure."""
    monkeypatch.chdir(tmp_path)
    program = tmp_path / ".venv" / "bin" / name
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    if isinstance(expected, list):
        assert expected == CHECKS[name].run(tmp_path)
    else:
        with pytest.raises(AdoptionError) as raised:
            CHECKS[name].run(tmp_path)
        assert expected == str(raised.value)


def test_missing_tool_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message says what to do if neither the tool nor uv is installed."""
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(AdoptionError) as raised:
        CHECKS["ty"].run(tmp_path)
    assert "ty is not installed; create .venv as CONTRIBUTING.md describes" == str(raised.value)


@pytest.mark.parametrize(
    ("path", "module"),
    [
        *(("src/tide/low.py", "tide.low"), ("src/tide/__init__.py", "tide")),
        *(("tests/test_low.py", "tests.test_low"), ("noxfile.py", "noxfile")),
    ],
)
def test_modules_have_names(path: str, module: str) -> None:
    """A module's name is its path without src/ and `__init__`."""
    assert module == module_name(path)


@pytest.mark.parametrize(
    ("name", "table", "expected"),
    [
        (
            "ty",
            "[tool.ty.src]\n",
            {"src": {}, "overrides": [{"include": ["a.py", "b.py"], "rules": {"all": "ignore"}}]},
        ),
        ("mypy", "[tool.mypy]\n", {"overrides": [{"module": ["a", "b"], "ignore_errors": True}]}),
        ("pyright", "[tool.pyright]\n# Strict.\n", {"ignore": ["a.py", "b.py"]}),
    ],
)
def test_files_are_left_out_of_type_checking(
    name: str, table: str, expected: dict[str, object]
) -> None:
    """Files with type errors are listed as exceptions. Comments show how many errors each has."""
    violations = [Violation("b.py", "x"), Violation("a.py", "x"), Violation("b.py", "y")]
    text = CHECKS[name].write(table + "\n[tool.other]\n", violations)
    assert {name: expected, "other": {}} == tomllib.loads(text)["tool"]
    lines = '    "a.py",  # 1\n    "b.py",  # 2\n'
    assert (lines.replace(".py", "") if name == "mypy" else lines) in text
    things = "modules" if name == "mypy" else "files"
    assert f"\n# The types of these {things} are not checked." in text


@pytest.mark.skipif(sys.platform == "win32", reason="the simulated Pyright is a shell script")
def test_errors_of_pyright_are_read(tmp_path: Path) -> None:
    """Pyright's errors get relative paths, and warnings are ignored. A script simulates Pyright."""
    file = str(tmp_path / "src" / "tide.py")
    found = {"file": file, "severity": "error", "message": "No.", "rule": "reportArgumentType"}
    results = {"generalDiagnostics": [found, found | {"severity": "warning"}]}
    program = tmp_path / ".venv" / "bin" / "pyright"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{json.dumps(results)}'\n", encoding="utf-8")
    program.chmod(0o755)
    expected = Violation("src/tide.py", "reportArgumentType", "", "No.")
    assert [expected] == run_pyright(tmp_path)


def test_rules_are_ignored_only_where_violated() -> None:
    """A violated rule is ignored only in the top-level folders and root files that violate it."""
    violations = [Violation("noxfile.py", "D100", "no-docstring"), Violation("a/b/c.py", "F401")]
    violations.append(Violation("a/d.py", "F401", "unused-import"))
    text = CHECKS["ruff"].write("", violations)
    expected = {"a/**": ["F401"], "noxfile.py": ["D100"]}
    assert expected == tomllib.loads(text)["tool"]["ruff"]["lint"]["extend-per-file-ignores"]
    assert '"F401",  # 2 unused-import\n' in text


def test_settings_are_restored_after_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """If a check never passes, pyproject.toml is restored, including its line endings."""
    file = tmp_path / "pyproject.toml"
    content = PYPROJECT.partition("\n\n")[2].replace("\n", "\r\n").encode()
    file.write_bytes(content)
    violation = Violation("tide.py", "D100", "no-docstring", "No docstring")
    written = []

    def check(folder: Path) -> list[Violation]:
        written.append((folder / file.name).read_bytes() != content)
        return [violation]

    monkeypatch.setitem(CHECKS, "ruff", Check(check, CHECKS["ruff"].write))
    assert 1 == main(["relax", str(tmp_path)])
    assert "ruff still fails: tide.py: No docstring" in capsys.readouterr().err
    assert [False, True, True] == written
    assert content == file.read_bytes()


def test_project_is_relaxed_only_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Relaxing a project again fails and changes nothing, because a duplicate table is invalid."""
    file = project / "pyproject.toml"
    text = f"{PYPROJECT}[tool.ruff.lint.extend-per-file-ignores]\n"
    file.write_text(text, encoding="utf-8")
    assert 1 == main(["relax", str(project)])
    assert "is already relaxed" in capsys.readouterr().err
    assert text == file.read_text(encoding="utf-8")
