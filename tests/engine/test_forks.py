"""Check the warm process, and how Windows, which doesn't support forks, replaces it."""

import os
import sys
from pathlib import Path

import pytest

from harness.artifacts import fork_server, import_smoke
from harness.artifacts.forks import ForkServer
from harness.artifacts.install import Environment
from harness.processes.commands import CommandError

BACKEND = """
def build_wheel(out):
    print("building")
    if out == "nowhere":
        raise ValueError("there is no such folder")
    return "a-1-py3-none-any.whl"
"""


@pytest.mark.parametrize(
    ("out", "key", "text"),
    [("dist", "result", "a-1-py3-none-any.whl"), ("nowhere", "error", "there is no such folder")],
)
def test_build_runs_without_forks(
    out: str, key: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without os.fork, a new process runs a build and returns its output and result or error."""
    (tmp_path / "backend.py").write_text(BACKEND, encoding="utf-8")
    monkeypatch.delattr(os, "fork")
    answer = fork_server.answer(
        "build",
        {
            "hook": "build_wheel",
            "backend": "backend",
            "path": ["."],
            "project": str(tmp_path),
            "out": out,
            "env": {},
        },
    )
    assert "building" == answer["printed"].strip()
    assert text in answer[key]


def test_windows_command_is_called_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows, where scripts are executables, a command's entry point is called directly."""
    info = tmp_path / "wave-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: wave\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[console_scripts]\nwave-hello = wave_hello:main\n")
    (tmp_path / "wave_hello.py").write_text("def main():\n    print('Hello')\n    return 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "argv", [])
    assert ("Hello\n", "", 3) == import_smoke.call(tmp_path / "Scripts" / "wave-hello", [])


def test_end_of_the_warm_process_is_reported(tmp_path: Path) -> None:
    """If the warm process ends, this and all later requests fail with its exit code."""
    (tmp_path / "backend.py").write_text("import os\n\nos._exit(3)\n", encoding="utf-8")
    system = '[build-system]\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    (tmp_path / "pyproject.toml").write_text(system, encoding="utf-8")
    server = ForkServer(Environment.make(tmp_path / "environment"))
    for _ in range(2):
        with pytest.raises(CommandError, match="the warm process ended with 3"):
            server.build("build_wheel", tmp_path, tmp_path / "dist", warm_up=True)
