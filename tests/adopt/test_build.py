"""Test builds of existing projects: constraints, remedies, interruptions, and copied files."""

import os
import select
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from build import BuildBackendException, BuildException

from adoption.building import BuildOptions, build_wheel, describe, error_line, remedy
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


OLDER = "an older Python may help: uv run --python 3.11 tools/adopt.py"
SCM = (
    "use a git clone with its tags, or set SETUPTOOLS_SCM_PRETEND_VERSION or PDM_BUILD_SCM_VERSION"
)
# Modules and attributes that Python 3.12, 3.13, or 3.14 removed.
# https://docs.python.org/3/whatsnew/
MODULES = ["imp", "asyncore", "asynchat", "smtpd", "distutils.core", "pipes", "cgi", "crypt"]
MODULES += ["lib2to3"]
ATTRIBUTES = [("configparser", "SafeConfigParser"), ("configparser", "readfp")]
ATTRIBUTES += [("pkgutil", "ImpImporter"), ("ast", "Str"), ("ast", "Num"), ("ast", "NameConstant")]


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
        ("No module named 'pkg_resources'", "add --constraint 'setuptools<80'"),
        *((f"ModuleNotFoundError: No module named '{name}'", OLDER) for name in MODULES),
        *((f"AttributeError: module {a!r} has no attribute {b!r}", OLDER) for a, b in ATTRIBUTES),
        ("No module named 'numpy.distutils'", "add --require numpy if setup.py imports it"),
        ("LookupError: unable to detect version\n\nHow to fix it: ...", SCM),
        ("PdmException: Cannot find the version from SCM", SCM),
        (
            "Exception: Versioning for this project requires a git repository",
            "use a git clone with its tags, or set PBR_VERSION",
        ),
        (
            "error in x setup command: use_2to3 is invalid.",
            "the code is for Python 2, so convert it with 2to3 first",
        ),
        ("SyntaxError: invalid syntax", ""),
    ],
)
def test_build_failure_suggests_a_remedy(output: str, expected: str) -> None:
    """The suggested remedy fits the error in a build's output."""
    assert (f"; {expected}" if expected else "") == remedy(error_line(output))


def failed(output: str | bytes | None, stderr: str = "") -> subprocess.CalledProcessError:
    """Return the error of a program that printed this output."""
    return subprocess.CalledProcessError(1, "pip", output, stderr)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            BuildBackendException(failed(b"a.b.OldError: no.\n  ^^^\nThe end.\n")),
            "the build of tide failed: a.b.OldError: no.",
        ),
        (
            BuildBackendException(ValueError("use_2to3 is invalid.")),
            "the build of tide failed: use_2to3 is invalid; the code is for Python 2, so convert it with 2to3 first",
        ),
        (failed("Wait.\nNo.\n~~~\n"), "the build requirements of tide can't be installed: No."),
        (
            failed(""),
            "the build requirements of tide can't be installed: there was no error message",
        ),
        (failed("Wait.", "No."), "the build requirements of tide can't be installed: No."),
        (
            BuildBackendException(failed(None)),
            "the build of tide failed: there was no error message",
        ),
        (BuildException("Wait.\nNo."), "tide can't be built: No."),
    ],
)
def test_failures_are_described(error: Exception, expected: str) -> None:
    """A message contains the exception that stopped the build, or the last line of the output."""
    assert expected == describe(error, "tide")


@pytest.mark.parametrize(("timeout", "exit_code"), [("0.1", 1), ("600", 130)])
def test_hanging_build_is_terminated(
    timeout: str,
    exit_code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
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
    # If a shell runs the tests in the background, they start with interrupts ignored.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, handler))
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
