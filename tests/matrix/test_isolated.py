"""Check isolated builds and the use of packages in fresh environments."""

import tarfile
import tomllib
from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import DATE, ArtifactCache
from harness.artifacts.build import build_isolated
from harness.artifacts.install import Environment
from harness.packagestan.answers import FULL, choices, combinations
from harness.rendering.template import Answers

PACKAGE = "strasse_friends"

EVERY = [
    pytest.param(
        FULL | chosen, id="-".join(chosen.values()), marks=pytest.mark.xdist_group(str(chosen))
    )
    for number, chosen in enumerate(combinations("mode", "backend"))
    # Leave out a third of the combinations. Each mode and each backend still occurs more than once.
    if number % 3 != choices("mode").index(chosen["mode"])
]
BACKENDS = [
    pytest.param(FULL | {"mode": "app", "backend": backend}, id=backend)
    for backend in choices("backend")
]
MODES = [pytest.param(FULL | chosen, id=chosen["mode"]) for chosen in combinations("mode")]


@pytest.fixture
def french_plugin(artifacts: ArtifactCache) -> Path:
    """Return the wheel of a second package, which adds a language to the project."""

    def make(folder: Path) -> None:
        folder.mkdir()
        (folder / "french_greetings.py").write_text('FRENCH = "Bonjour, {name} !"\n')
        (folder / "pyproject.toml").write_text(
            f"""\
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
[project]
name = "french-greetings"
version = "1"
description = "Adds French."
entry-points."{PACKAGE}.languages".fr = "french_greetings:FRENCH"
"""
        )
        build_isolated(folder, folder / "dist")

    (wheel,) = (artifacts.once("french-greetings", make) / "dist").glob("*.whl")
    return wheel


@pytest.mark.parametrize("answers", EVERY)
def test_isolated_build_is_identical(
    answers: Answers, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """`python -m build` creates the same wheel as the forks, and an sdist with the same files.

    Only the contents of the files in sdists are compared, because setuptools and pdm-backend also
    record local file times and owners.
    """
    project = artifacts.copy(answers, tmp_path / "project")
    isolated = build_isolated(project, tmp_path / "dist", **DATE)
    forked = artifacts.distributions(answers)
    assert isolated.wheel.read_bytes() == forked.wheel.read_bytes()
    assert unpacked(isolated.sdist) == unpacked(forked.sdist)


def unpacked(sdist: Path) -> dict[str, bytes]:
    """Return the contents of each file in an sdist."""
    with tarfile.open(sdist) as archive:
        return {
            member.name: file.read()
            for member in archive.getmembers()
            if (file := archive.extractfile(member))
        }


@pytest.mark.parametrize("answers", BACKENDS)
def test_sdist_installs_into_an_empty_environment(
    answers: Answers, artifacts: ArtifactCache
) -> None:
    """The sdist can be installed, and its command finds the package data."""
    environment = artifacts.environment("sdist", answers, artifacts.distributions(answers).sdist)
    assert "¡Hola, Ada!\n" == environment.run("greet", "Ada", "--language", "es").stdout


@pytest.mark.parametrize("answers", MODES)
def test_extra_colors_the_output(answers: Answers, artifacts: ArtifactCache) -> None:
    """The output is colored only with the extra."""
    wheel = artifacts.distributions(answers).wheel
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm"}
    plain = artifacts.environment("wheel", answers, wheel)
    assert "Hello, Ada!\n" == plain.run("greet", "Ada", env=terminal).stdout
    colored = artifacts.environment(
        "colors", answers, f"strasse-friends[colors] @ {wheel.as_uri()}"
    )
    assert "\x1b[1;32mHello, Ada!\x1b[0m\n" == colored.run("greet", "Ada", env=terminal).stdout


@pytest.mark.parametrize("answers", MODES)
def test_plugin_of_another_package_adds_a_language(
    answers: Answers, french_plugin: Path, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """An entry point in a second package adds a language to the command."""
    environment = Environment.make(tmp_path / "environment")
    environment.install(artifacts.distributions(answers).wheel, french_plugin)
    assert "Bonjour, Ada !\n" == environment.run("greet", "Ada", "--language", "fr").stdout
    assert "Salve, Ada!\n" == environment.run("greet", "Ada", "--language", "la").stdout


@pytest.mark.parametrize("answers", MODES)
def test_all_project_tests_pass_against_the_wheel(
    answers: Answers, artifacts: ArtifactCache
) -> None:
    """The project's tests pass against the wheel, and only the GUI test is skipped."""
    project = artifacts.project(answers)
    wheel = artifacts.distributions(answers).wheel
    environment = artifacts.environment("tests", answers, wheel, "--group", "test")
    code = f"import {PACKAGE}; print({PACKAGE}.__file__)"
    assert "site-packages" in environment.run("python", "-c", code, cwd=project).stdout
    pytest_command = ("python", "-m", "pytest", "-p", "no:cacheprovider")
    finished = environment.run(*pytest_command, cwd=project, env={"DISPLAY": ""})
    # The GUI test requires a display.
    assert " passed, 1 skipped in " in finished.stdout


@pytest.mark.parametrize("answers", MODES)
def test_dependency_groups_resolve(answers: Answers, artifacts: ArtifactCache) -> None:
    """The "dev" group includes the "test" and "docs" groups (PEP 735)."""
    text = (artifacts.project(answers) / "pyproject.toml").read_text(encoding="utf-8")
    groups = tomllib.loads(text)["dependency-groups"]
    included = {item["include-group"] for item in groups["dev"] if isinstance(item, dict)}
    assert {"test", "docs"} == included
