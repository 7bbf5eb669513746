"""Test the hosts for the documentation site."""

import itertools
import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.answers import choices
from harness.processes.commands import run
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "github_user": "Ada", "ci": "github"}
ENGINES = [engine for engine in choices("docs_engine") if engine != "none"]
ENVIRONMENTS = ["pip", "uv"]
ADDRESSES = {
    "readthedocs": "https://my-project.readthedocs.io/",
    "pages": "https://ada.github.io/my-project/",
}


@pytest.mark.parametrize("hosting", choices("docs_hosting"))
def test_metadata_and_readme_link_to_the_site(hosting: str, artifacts: ArtifactCache) -> None:
    """The metadata and the README link to the site only on the selected host."""
    project = artifacts.project(BASE | {"docs_engine": "sphinx", "docs_hosting": hosting})
    metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    expected = ADDRESSES.get(hosting)
    assert expected == metadata["urls"].get("Documentation")
    readme = (project / "README.md").read_text("utf-8")
    for address in ADDRESSES.values():
        assert (address == expected) == (address in readme)


@pytest.mark.parametrize("hosting", choices("docs_hosting"))
@pytest.mark.parametrize("engine", choices("docs_engine"))
def test_project_has_only_its_hosts_files(
    engine: str, hosting: str, artifacts: ArtifactCache
) -> None:
    """A project has only the selected host's configuration, and none without a site."""
    project = artifacts.project(BASE | {"docs_engine": engine, "docs_hosting": hosting})
    has_site = engine != "none"
    expected = has_site and hosting == "readthedocs"
    assert expected == (project / ".readthedocs.yaml").is_file()
    expected = has_site and hosting == "pages"
    assert expected == (project / ".github/workflows/docs.yml").is_file()


def on_read_the_docs(engine: str, environment: str) -> Answers:
    """Return the answers for a project with these tools and a site on Read the Docs."""
    return BASE | {
        "docs_engine": engine,
        "docs_hosting": "readthedocs",
        "environments": [environment],
    }


def jobs(engine: str, environment: str, artifacts: ArtifactCache) -> dict[str, Any]:
    """Return the build jobs in a project's .readthedocs.yaml, by name."""
    project = artifacts.project(on_read_the_docs(engine, environment))
    settings = yaml.safe_load((project / ".readthedocs.yaml").read_text("utf-8"))
    return dict(settings["build"]["jobs"])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("engine", ENGINES)
def test_read_the_docs_has_the_commands_of_each_choice(
    engine: str, environment: str, artifacts: ArtifactCache
) -> None:
    """Installation depends only on the environment tool, and building only on the generator."""
    own = jobs(engine, environment, artifacts)
    assert jobs(ENGINES[0], environment, artifacts)["install"] == own["install"]
    assert jobs(engine, ENVIRONMENTS[0], artifacts).get("build") == own.get("build")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "environment"), list(zip(ENGINES, itertools.cycle(ENVIRONMENTS), strict=False))
)
def test_read_the_docs_builds_the_site(
    engine: str, environment: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The site can be built as .readthedocs.yaml specifies, in an environment like the host's.

    Each generator is tested with only one environment tool. The test above shows that this is
    sufficient.
    """
    project = artifacts.copy(on_read_the_docs(engine, environment), tmp_path / "project")
    settings = yaml.safe_load((project / ".readthedocs.yaml").read_text("utf-8"))
    if environment == "uv":
        run(find_uv_bin(), "lock", "--quiet", cwd=project)
    folder = tmp_path / "environment"
    run(find_uv_bin(), "venv", "--quiet", "--seed", folder)
    output = tmp_path / "output"
    env = {
        "PATH": f"{folder}/bin{os.pathsep}{os.environ['PATH']}",
        "READTHEDOCS_VIRTUALENV_PATH": str(folder),
        "READTHEDOCS_OUTPUT": str(output),
    }
    jobs = settings["build"]["jobs"]
    for command in jobs["install"] + jobs.get("build", {}).get("html", []):
        run("bash", "-c", command, cwd=project, env=env)
    if engine == "sphinx":
        # https://docs.readthedocs.com/platform/stable/config-file/v2.html#sphinx
        assert settings["sphinx"]["fail_on_warning"]
        source = Path(settings["sphinx"]["configuration"]).parent
        sphinx = ("-m", "sphinx", "-T", "-W", "--keep-going", source, output / "html")
        run(folder / "bin" / "python", *sphinx, cwd=project, env=env)
    assert "My Project" in (output / "html" / "index.html").read_text("utf-8")
    shutil.rmtree(folder)
