"""Test package data."""

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import read_wheel, sdist_files
from harness.packagestan.answers import choices

BASE = {"project_name": "My Project", "mode": "app", "command_name": "greet"}


@pytest.mark.parametrize("backend", choices("backend"))
def test_sdist_and_wheel_contain_the_data(backend: str, artifacts: ArtifactCache) -> None:
    """The sdist and the wheel contain greetings.json."""
    dist = artifacts.distributions(BASE | {"backend": backend})
    assert "my_project/data/greetings.json" in read_wheel(dist.wheel).files
    assert "src/my_project/data/greetings.json" in sdist_files(dist.sdist)


@pytest.mark.slow
@pytest.mark.parametrize("package_data", choices("package_data"))
@pytest.mark.parametrize("mode", choices("mode"))
def test_greetings_are_the_same(mode: str, package_data: bool, artifacts: ArtifactCache) -> None:
    """The command prints the same greetings with and without package data.

    The wheel contains greetings.json only with package data.
    """
    answers = BASE | {"mode": mode, "package_data": package_data}
    wheel = artifacts.wheel_from_tree(answers)
    assert package_data == ("my_project/data/greetings.json" in read_wheel(wheel).files)
    environment = artifacts.environment("wheel", answers, wheel)
    for language, greeting in (("en", "Hello"), ("es", "¡Hola"), ("de", "Hallo")):
        finished = environment.run("greet", "Ada", "--language", language)
        assert f"{greeting}, Ada!\n" == finished.stdout
