"""Test the type checkers."""

import os
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.install import Environment
from harness.packagestan.answers import FULL, choices, rendered
from harness.packagestan.template import facts
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "task_runner": "none"}
CHECKERS = [checker for checker in rendered("type_checker") if checker != "none"]
# Answers for starter code with all optional parts, and with as few as possible.
CONTENTS: dict[str, Answers] = {
    "full": FULL | {"task_runner": "none", "package_data": True},
    "bare": BASE | {"extras": {}, "package_data": False},
}
WORDS = re.compile(rf"\b({'|'.join(CHECKERS)}|pylance)\b|types with", re.IGNORECASE)


@pytest.fixture(scope="module")
def environment(artifacts: ArtifactCache) -> Environment:
    """Return an environment with all type checkers and the test dependencies."""
    checkers = [facts("type_checker")[checker]["requirement"] for checker in CHECKERS]
    return artifacts.environment("type-checkers", FULL, "--group", "test", *checkers)


def check(environment: Environment, project: Path, exit_code: int = 0) -> str:
    """Run the project's type checker in an active environment, and return the output."""
    tools = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["tool"]
    chosen = next(checker for checker in CHECKERS if checker in tools)
    command = facts("type_checker")[chosen]["command"]
    (package,) = (path.name for path in (project / "src").iterdir() if path.is_dir())
    active = {
        "PATH": f"{environment.bin}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(environment.bin.parent),
        # Use a separate cache for each package, because mypy treats files with the same path, size,
        # and time (in seconds) as unchanged.
        "MYPY_CACHE_DIR": f"{os.environ['MYPY_CACHE_DIR']}-{package}",
    }
    return environment.run(
        *shlex.split(command), cwd=project, env=active, exit_code=exit_code
    ).stdout


@pytest.mark.slow
@pytest.mark.parametrize("contents", CONTENTS)
@pytest.mark.parametrize("mode", choices("mode"))
@pytest.mark.parametrize("checker", CHECKERS)
def test_starter_code_has_no_errors(
    checker: str,
    mode: str,
    contents: str,
    environment: Environment,
    tmp_path: Path,
    artifacts: ArtifactCache,
) -> None:
    """The type checker finds no errors in the starter code and its tests."""
    answers = CONTENTS[contents] | {"mode": mode, "type_checker": checker}
    check(environment, artifacts.copy(answers, tmp_path / "project"))


@pytest.mark.slow
@pytest.mark.parametrize("checker", CHECKERS)
def test_tests_in_subfolders_work(
    checker: str, environment: Environment, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The type checker and pytest accept test files with the same name in different folders."""
    project = artifacts.copy(BASE | {"type_checker": checker}, tmp_path / "project")
    for kind in ("unit", "integration"):
        folder = project / "tests" / kind
        folder.mkdir()
        (folder / "conftest.py").write_text(
            f'import pytest\n\n\n@pytest.fixture\ndef name() -> str:\n    return "{kind}"\n',
            encoding="utf-8",
        )
        (folder / "test_models.py").write_text(
            "from my_project import greet\n\n\ndef test_model(name: str) -> None:\n"
            f'    assert greet(name) == "Hello, {kind}!"\n',
            encoding="utf-8",
        )
    check(environment, project)
    command = (
        "python",
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "tests/unit",
        "tests/integration",
    )
    finished = environment.run(*command, cwd=project, env={"PYTHONPATH": str(project / "src")})
    assert "2 passed" in finished.stdout


# Code with problems that strict settings report. `strict_rules` in choice.json lists the rules that
# the checker's report must mention.
LOOSE = """\
class Box:
    pass


def first(names: list) -> None:
    print(names)


def second(box: Box) -> str:
    if box:
        return 1  # type: ignore
    return ""


def third(names: list[str]) -> list[str]:
    return [name for name in names if isinstance(name, str)]


def fourth(number: int) -> int:
    if number > 1:
        found = 1
    return found


def fifth() -> int:
    if fourth is not None:
        return 1
    return ""  # ty: ignore
"""


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["src/my_project", "tests"])
@pytest.mark.parametrize("checker", CHECKERS)
def test_settings_are_strict(
    checker: str, folder: str, environment: Environment, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """Strict rules apply to the package and to the tests."""
    project = artifacts.copy(BASE | {"type_checker": checker}, tmp_path / "project")
    (project / folder / "loose.py").write_text(LOOSE, encoding="utf-8")
    found = set(re.findall(r"[\[(]([\w-]+)[\])]", check(environment, project, exit_code=1)))
    assert set() == set(facts("type_checker")[checker]["strict_rules"]) - found


@pytest.mark.parametrize("checker", rendered("type_checker"))
def test_only_the_selected_checker_is_configured(checker: str, artifacts: ArtifactCache) -> None:
    """pyproject.toml requires and configures only the selected checker, with the oldest Python."""
    project = artifacts.project(BASE | {"type_checker": checker, "python_min": "3.12"})
    file = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    expected = {checker} - {"none"}
    assert expected == set(CHECKERS) & set(file["tool"])
    tools = {
        re.split(r"[^a-z-]", text)[0]
        for text in file["dependency-groups"]["dev"]
        if isinstance(text, str)
    }
    assert expected == set(CHECKERS) & tools
    for name in expected:
        assert "3.12" in str(file["tool"][name])


@pytest.mark.parametrize("mode", choices("mode"))
def test_type_checkers_are_not_mentioned_if_none_is_selected(
    mode: str, artifacts: ArtifactCache
) -> None:
    """Without a type checker, no file mentions one, but the package keeps its type marker.

    The answers file is not checked.
    """
    answers = BASE | {"mode": mode, "type_checker": "none", "devcontainer": True}
    project = artifacts.project(answers)
    assert (project / "src" / "my_project" / "py.typed").is_file()
    for path in project.rglob("*"):
        if path.is_file() and path.name != ".copier-answers.yml":
            assert not WORDS.search(path.read_text(encoding="utf-8")), path
