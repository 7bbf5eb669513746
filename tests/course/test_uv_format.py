"""Test lesson 8's commands that download Ruff from GitHub, using a mirror on this machine.

The page names this file where it skips these commands. The mirror serves the tests' copy of Ruff
for every version, so the tests only check which version uv downloads and how uv calls Ruff.
"""

import functools
import hashlib
import http.server
import json
import re
import shlex
import sysconfig
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from uv import find_uv_bin

from harness.course.lessons import COURSE, Console, parse
from harness.processes.commands import run

PAGE = COURSE / "08-tests-and-task-runners.md"
LONG_LINE = f"numbers = [{', '.join('1' * 31)}]\n"


class Mirror:
    """A mirror of the files that uv downloads from GitHub.

    Attributes:
        env: The environment variables that make uv use the mirror and an empty cache.
        asked: The paths of all requests.
    """

    def __init__(self, folder: Path) -> None:
        """Create a mirror without versions in an empty folder, and pack the tests' copy of Ruff."""
        self.asked: list[str] = []
        self.env: dict[str, str] = {}
        self._folder = folder
        self._platform = run(find_uv_bin(), "--version").stdout.split("(")[1].strip(" )\n")
        self._archive = folder / f"ruff-{self._platform}.tar.gz"
        with tarfile.open(self._archive, "w:gz", compresslevel=1) as archive:
            ruff = Path(sysconfig.get_path("scripts")) / "ruff"
            archive.add(ruff, f"ruff-{self._platform}/ruff")

    def offer(self, *versions: str) -> None:
        """Offer these versions of Ruff, which must be sorted from newest to oldest."""
        digest = hashlib.sha256(self._archive.read_bytes()).hexdigest()
        lines = []
        for version in versions:
            path = f"github/ruff/releases/download/{version}/{self._archive.name}"
            file = self._folder / path
            file.parent.mkdir(parents=True)
            file.hardlink_to(self._archive)
            artifact = {
                "platform": self._platform,
                "variant": "default",
                "url": f"{self.env['UV_ASTRAL_MIRROR_URL']}/{path}",
                "archive_format": "tar.gz",
                "sha256": digest,
            }
            release = {"version": version, "date": "2026-01-01T00:00:00Z", "artifacts": [artifact]}
            lines.append(json.dumps(release) + "\n")
        manifest = self._folder / "github" / "versions" / "main" / "v1" / "ruff.ndjson"
        manifest.parent.mkdir(parents=True)
        manifest.write_text("".join(lines), encoding="utf-8")

    @property
    def downloaded(self) -> list[str]:
        """Return the downloaded versions of Ruff."""
        return re.findall(r"/download/([^/]+)/", "\n".join(self.asked))


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    """Return a running mirror without versions of Ruff."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    created = Mirror(folder)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            created.asked.append(self.path)

    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        created.env = {
            "UV_ASTRAL_MIRROR_URL": f"http://127.0.0.1:{server.server_port}",
            "UV_CACHE_DIR": str(tmp_path / "cache"),
            "UV_HTTP_RETRIES": "0",
        }
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield created
        server.shutdown()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with a line of 103 characters."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "1"\n')
    (folder / "long.py").write_text(LONG_LINE, encoding="utf-8")
    return folder


def uv_format(number: int, mirror: Mirror, project: Path, exit_code: int) -> str:
    """Run one of the page's two commands, and return its output."""
    (block,) = [
        example.parsed
        for example in parse(PAGE)
        if isinstance(example.parsed, Console) and example.parsed.not_run
    ]
    program, *arguments = shlex.split(block.commands[number].text)
    assert "uv" == program
    ended = run(find_uv_bin(), *arguments, cwd=project, env=mirror.env, exit_code=exit_code)
    return ended.stdout + ended.stderr


def test_uv_chooses_the_version(mirror: Mirror, project: Path) -> None:
    """`uv format` uses the newest Ruff in a range that uv defines, not the newest overall."""
    mirror.offer("99.0.0", "0.15.9", "0.15.8", "0.1.0")
    printed = uv_format(0, mirror, project, exit_code=1)
    assert ["0.15.9"] == mirror.downloaded
    assert "`uv format` is experimental" in printed
    assert f"-{LONG_LINE}" in printed


def test_version_and_options_are_passed(mirror: Mirror, project: Path) -> None:
    """`--version` selects a version of Ruff, and the arguments after `--` are passed to Ruff."""
    mirror.offer("99.0.0", "0.17.5")
    assert "1 file would be reformatted" in uv_format(1, mirror, project, exit_code=1)
    assert ["0.17.5"] == mirror.downloaded
    (project / "long.py").write_text(LONG_LINE.replace("[1, ", "["), encoding="utf-8")
    assert "1 file already formatted" in uv_format(1, mirror, project, exit_code=0)
