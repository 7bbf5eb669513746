"""Test the command line of adopt.py: rejected projects, confirmations, and output folders."""

import io
from pathlib import Path

import pytest
from packaging.version import InvalidVersion

from adoption.building import BuildOptions
from adoption.command_line import confirmed, main
from adoption.findings import Finding, Reading
from adoption.projects import Project
from harness.adoption.adopted_packages import unbuilt_project
from harness.artifacts.inspect import tree

BUILD = "[--yes] [--constraint REQUIREMENT] [--require REQUIREMENT] [--timeout SECONDS]"
USAGE = {
    "read": f"[--output FOLDER] {BUILD} existing",
    "move": f"{BUILD} old new",
    "compare": f"[--accept FILE] {BUILD} old new",
    "relax": "project",
}


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


@pytest.mark.parametrize("error", ["", "canceled", "metadata", "exists"])
def test_results_are_written(
    error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`read` writes the answers and the report, unless a file exists or an error occurs."""
    old, out = tmp_path / "old", tmp_path / "out"
    project = unbuilt_project(old, {"setup.py": ""})
    out.mkdir()

    def build(folder: Path, options: BuildOptions) -> Project:
        assert (old, BuildOptions(["idna<3"], ["rich"], 5)) == (folder, options)
        if error == "canceled":
            raise KeyboardInterrupt
        if error == "metadata":
            raise InvalidVersion("Invalid version: 'x'")
        return project

    monkeypatch.setattr("adoption.command_line.read_project", build)
    reading = Reading(answers={"project_name": "Tide"}, faults=[Finding("No license.")])
    monkeypatch.setattr("adoption.command_line.read", lambda _: reading)
    files = [out / "tide.answers.yml", out / "tide.report.md"]
    if error == "exists":
        files[1].touch()
    before = tree(tmp_path)
    options = ["--constraint=idna<3", "--require=rich", "--timeout=5"]
    code = main(["read", "--yes", *options, "--output", str(out), str(old)])
    printed = capsys.readouterr()
    assert {"": 0, "canceled": 130}.get(error, 1) == code
    expected = {
        "": "",
        "canceled": "\n",
        "metadata": "adopt.py: the metadata is not valid: Invalid version: 'x'\n",
        "exists": f"adopt.py: {files[1]} already exists; move it or use another --output\n",
    }
    assert expected[error] == printed.err
    if error:
        assert ("", before) == (printed.out, tree(tmp_path))
    else:
        lines = [*(f"wrote {file}" for file in files), "The report lists 1 existing problem."]
        assert lines == printed.out.splitlines()
        assert "# Answers from tide.\nproject_name: Tide\n" == files[0].read_text(encoding="utf-8")
        assert files[1].read_text(encoding="utf-8").startswith("# Adopting tide\n")


@pytest.mark.parametrize("command", USAGE)
def test_help_shows_the_arguments(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The help shows the command's arguments and options."""
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert 0 == stopped.value.code
    usage, *_ = capsys.readouterr().out.split("\n\n")
    assert f"usage: adopt.py {command} [-h] {USAGE[command]}" == " ".join(usage.split())


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("--timeout", "0", "'0' is not a positive number; enter seconds such as 3600"),
        ("--timeout", "inf", "'inf' is not a positive number; enter seconds such as 3600"),
        ("--timeout", "x", "'x' is not a positive number; enter seconds such as 3600"),
        ("--require", "a b", "'a b' is not a requirement; use a form like 'setuptools<80'"),
    ],
)
def test_invalid_options_are_rejected(
    option: str, value: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An option with an invalid value is rejected with the reason."""
    with pytest.raises(SystemExit):
        main(["read", option, value, "tide"])
    line = capsys.readouterr().err.splitlines()[-1]
    assert f"adopt.py read: error: argument {option}: {problem}" == line


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
