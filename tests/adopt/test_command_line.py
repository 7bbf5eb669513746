"""Test the command line of adopt.py: rejected projects, confirmations, and output folders."""

import io
from pathlib import Path

import pytest

from adoption.command_line import confirmed, main
from harness.artifacts.inspect import tree


def files_for(case: str, folder: Path) -> Path:
    """Create a project that can't be adopted, and return its path.

    Args:
        case: The name of the fault. For "nowhere", the returned path doesn't exist.
        folder: The folder to create.
    """
    folder.mkdir()
    contents = {
        "empty": {},
        "tools": {"pyproject.toml": "[tool.ruff]\nline-length = 100\n"},
        "toml": {"pyproject.toml": "[project\n"},
        "fails": {"setup.py": "raise SystemExit('the compiler is missing')\n"},
        "missing": {
            "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "no_such_backend"\n'
        },
    }
    for name, text in contents.get(case, {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "nowhere" if case == "nowhere" else folder


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("nowhere", "is not a folder; specify the project's folder"),
        ("empty", "has neither pyproject.toml nor setup.py; create a new project"),
        ("tools", "has neither [build-system] nor [project]; add them"),
        ("toml", "pyproject.toml is not valid TOML: "),
        ("fails", "the build of project failed: the compiler is missing"),
        ("missing", "no_such_backend"),
    ],
)
def test_unsuitable_projects_are_rejected(
    case: str,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An unsuitable project is rejected with a one-line message, and no files change."""
    project = files_for(case, tmp_path / "project")
    before = tree(tmp_path)
    for name in ("out", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert 1 == main(["read", "--yes", "--output", str(tmp_path / "out"), str(project)])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("adopt.py: ")
    assert sentence in line
    assert before == tree(tmp_path)
    assert [] == [*(tmp_path / "temporary").iterdir()]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("", "no input is available to confirm the build; use --yes"),
        ("n\n", "canceled; nothing was built or written"),
    ],
)
def test_build_requires_permission(
    answer: str,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The program asks before it runs setup.py. Without permission, nothing is run or written."""
    project = tmp_path / "project"
    project.mkdir()
    code = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    (project / "setup.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    monkeypatch.chdir(tmp_path)
    assert 1 == main(["read", "project"])
    printed = capsys.readouterr()
    assert "runs the code of setup.py" in printed.out
    assert sentence in printed.err
    assert {"project/setup.py"} == set(tree(tmp_path))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("y", True), (" YES ", True), ("", False), ("e", False), ("n", False), ("yes please", False)],
)
def test_only_yes_confirms(answer: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only "y" and "yes" confirm an action, regardless of case and surrounding spaces."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))
    assert expected is confirmed("Build?", "the build")


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        (".", "is in the existing project"),
        ("src", "is in the existing project"),
        ("elsewhere", "is not a folder"),
    ],
)
def test_output_folder_must_be_outside_the_project(
    output: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The output folder must exist and must not be the existing project or inside it."""
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "setup.py").touch()
    assert 1 == main(["read", "--yes", "--output", str(project / output), str(project)])
    message = capsys.readouterr().err
    assert problem in message
    assert "use another --output" in message
    assert {"project/setup.py"} == set(tree(tmp_path))
