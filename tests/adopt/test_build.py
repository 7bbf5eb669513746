"""Test builds of existing projects: constraints, remedies, interruptions, and copied files."""

import os
import select
import socket
from pathlib import Path

import pytest

from adoption.building import BuildOptions, build_wheel, error_line, remedy
from adoption.command_line import main
from adoption.projects import ignored

# A setup.py that waits for a long-running child process, which keeps a pipe open. If INTERRUPTS is
# true, it also interrupts the process that started the build, as Ctrl-C would.
HANGING = """\
import os, signal, subprocess
process = subprocess.Popen("echo started; exec sleep 600", shell=True, stdout=open(PIPE, "w"))
if INTERRUPTS:
    os.kill(PID, signal.SIGINT)
process.wait()
"""


def test_constraint_applies_to_build(tmp_path: Path) -> None:
    """With a constraint on setuptools, setup.py can import pkg_resources."""
    code = "import pkg_resources, setuptools\nsetuptools.setup(name='tide', version='1.0')\n"
    (tmp_path / "setup.py").write_text(code, encoding="utf-8")
    options = BuildOptions(constraints=["setuptools<80"])
    wheel = build_wheel(tmp_path, tmp_path / "out", options)
    assert "tide-1.0-py3-none-any.whl" == wheel.name


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("ModuleNotFoundError: No module named 'pkg_resources'", "--constraint 'setuptools<80'"),
        ("ModuleNotFoundError: No module named 'imp'", "uv run --python 3.11"),
        ("AttributeError: module 'x' has no attribute 'SafeConfigParser'", "--python 3.11"),
        ("ModuleNotFoundError: No module named 'numpy.distutils'", "--require numpy"),
        ("LookupError: unable to detect version\n\nHow to fix it: ...", "a git clone"),
        ("error in x setup command: use_2to3 is invalid.", "2to3"),
    ],
)
def test_build_failure_suggests_a_remedy(output: str, expected: str) -> None:
    """The suggested remedy fits the error in a build's output."""
    assert expected in remedy(error_line(output))


@pytest.mark.parametrize(("timeout", "exit_code"), [("0.1", 1), ("600", 130)])
def test_hanging_build_is_terminated(
    timeout: str,
    exit_code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A build that exceeds the time limit or is interrupted leaves no temporary files behind.

    After an interruption, the build's child process has ended.
    """
    for name in ("project", "out", "temporary"):
        (tmp_path / name).mkdir()
    pipe = tmp_path / "project" / "pipe"
    os.mkfifo(pipe)
    interrupts = exit_code == 130
    values = f"PIPE, PID, INTERRUPTS = {str(pipe)!r}, {os.getpid()}, {interrupts}\n"
    (tmp_path / "project" / "setup.py").write_text(values + HANGING, encoding="utf-8")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    arguments = ["read", "--yes", "--timeout", timeout, "--output", str(tmp_path / "out")]
    assert exit_code == main([*arguments, str(tmp_path / "project")])
    message = capsys.readouterr().err
    assert interrupts == ("didn't finish within 0.1 seconds" not in message)
    assert "Traceback" not in message
    assert [] == [*(tmp_path / "temporary").iterdir()]
    if interrupts:  # A build that times out may not have started the child process.
        poll = select.poll()
        poll.register(reader, 0)
        assert [(reader, select.POLLHUP)] == poll.poll(10_000)
    os.close(reader)


def test_only_files_and_folders_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets, pipes, and broken symbolic links are ignored, but files and valid links are not."""
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)  # A socket's address must be short.
        server.bind("socket")
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    names = [path.name for path in tmp_path.iterdir()]
    assert {"pipe", "socket", "broken"} == ignored(str(tmp_path), names)
