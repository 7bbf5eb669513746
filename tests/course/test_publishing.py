"""Test lesson 9's commands that require a package index, and its form for a trusted publisher.

The page names this file where it skips these commands. TestPyPI is simulated.
"""

import os
import re
import signal
import socket
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pexpect
import pytest
import urllib3
import yaml
from twine.utils import TEST_REPOSITORY
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.course import checkpoints
from harness.course.lessons import COURSE, Console, parse, tools
from harness.processes.commands import run
from harness.rendering.template import Answers
from harness.simulators.package_index import Index, Network

PAGE = COURSE / "09-versions-and-publishing.md"
NAMES: Answers = {
    "distribution_name": "greetings-ada",
    "package_name": "greetings",
    "command_name": "greetings",
}


def commands(beginning: str) -> str:
    """Return the commands of the page's skipped block that begins with the given text."""
    blocks = [example.parsed for example in parse(PAGE)]
    (found,) = [
        block
        for block in blocks
        if isinstance(block, Console)
        and block.not_run
        and block.commands[0].text.startswith(beginning)
    ]
    return "".join(command.text for command in found.commands)


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Return the environment variables of a learner with an empty home folder."""
    home = tmp_path / "home"
    home.mkdir()
    return {
        **os.environ,
        "HOME": str(home),
        "PATH": f"{tools(tmp_path / 'tools')}:{os.environ['PATH']}",
        "UV_CACHE_DIR": run(find_uv_bin(), "cache", "dir").stdout.strip(),
        "UV_PYTHON_DOWNLOADS": "never",
    }


@pytest.fixture
def project(artifacts: ArtifactCache, tmp_path: Path) -> Path:
    """Return a renamed project whose distributions are in dist/."""
    answers = checkpoints.answers("09") | NAMES
    built = artifacts.distributions(answers)
    folder = artifacts.copy(answers, tmp_path / "greetings")
    (folder / "dist").mkdir()
    for file in (built.sdist, built.wheel):
        (folder / "dist" / file.name).write_bytes(file.read_bytes())
    return folder


def test_local_index_starts(project: Path, env: dict[str, str]) -> None:
    """Learners who work alone can start an index and upload to it."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = str(free.getsockname()[1])
    start = commands("mkdir ~/packages").replace("8080", port)
    variables = commands("export COURSE_INDEX").replace("8080", port)
    upload = 'uv publish --publish-url "$COURSE_UPLOAD" --token "$COURSE_TOKEN"'
    with subprocess.Popen(["bash", "-ec", start], env=env, start_new_session=True) as server:
        try:
            retries = urllib3.Retry(connect=10, backoff_factor=0.1)
            urllib3.PoolManager(retries=retries).request("GET", f"http://localhost:{port}/")
            uploaded = f'{variables}{upload}\ncurl --silent "${{COURSE_INDEX}}greetings-ada/"'
            page = run("bash", "-ec", uploaded, cwd=project, env=env).stdout
        finally:
            os.killpg(server.pid, signal.SIGTERM)
    assert ["whl", "tar.gz"] == re.findall(r">greetings_ada-0\.1\.0\S*?(whl|tar\.gz)</a>", page)


def test_package_is_published_on_testpypi(project: Path, env: dict[str, str]) -> None:
    """A package can be uploaded to TestPyPI with a token, and then installed and run."""
    testpypi = Index(TEST_REPOSITORY, "testpypi", project.parent / "index", tokens={"pypi-token"})
    address = f"https://{urlsplit(TEST_REPOSITORY).hostname}/simple/"
    install = commands("uv venv ~/rehearsal").replace("ADDRESS", address)
    with Network(project.parent, testpypi) as network:
        env |= network.variables() | {"TWINE_PASSWORD": "token-of-the-local-index"}
        upload = ["--noprofile", "--norc", "-ec", commands("unset TWINE_USERNAME")]
        terminal = pexpect.spawn(
            "bash", upload, cwd=project, env=env, encoding="utf-8", timeout=180
        )
        terminal.expect("Enter your API token: ")
        terminal.sendline("pypi-token")
        terminal.expect(pexpect.EOF)
        terminal.close()
        assert 0 == terminal.exitstatus, terminal.before
        # The cache must not store files from the simulated index under the real address.
        env |= {"SSL_CERT_FILE": str(network.certificate), "UV_NO_CACHE": "1"}
        printed = run("bash", "-ec", install, cwd=project, env=env).stdout
    assert {file.name for file in (project / "dist").iterdir()} == set(testpypi.files())
    assert "Hello, Ada!\n" == printed


def test_trusted_publisher_matches_the_project(artifacts: ArtifactCache) -> None:
    """The values in the form for the trusted publisher match the project of checkpoint 11."""
    form = dict(
        re.findall(r"^\| ([\w ]+) \| `(.+?)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    )
    project = artifacts.project(checkpoints.answers("11") | NAMES)
    metadata = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    file = project / ".github" / "workflows" / form["Workflow name"]
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    (job,) = [job for job in workflow["jobs"].values() if "environment" in job]
    assert metadata["name"] == form["PyPI Project Name"]
    address = f"https://github.com/{form['Owner']}/{form['Repository name']}"
    assert metadata["urls"]["Repository"] == address
    assert job["environment"]["name"] == form["Environment name"]
