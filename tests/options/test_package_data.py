"""What package data promise."""

import pytest

from harness.answers import choices
from harness.inspect import read_wheel, sdist_files
from harness.install import Environment
from harness.workshop import Workshop

BASE = {"project_name": "My Project", "mode": "app"}


@pytest.mark.parametrize("backend", choices("backend"))
def test_data_are_in_sdist_and_wheel(backend: str, workshop: Workshop) -> None:
    """With package data, the file of the greetings is in the sdist and in the wheel."""
    dist = workshop.distributions(BASE | {"backend": backend})
    assert "my_project/data/greetings.json" in read_wheel(dist.wheel).files
    assert "src/my_project/data/greetings.json" in sdist_files(dist.sdist)


@pytest.mark.parametrize("mode", choices("mode"))
def test_without_data_the_greetings_are_the_same(mode: str, workshop: Workshop) -> None:
    """Without package data, the program has no data file and greets as with one."""
    answers = BASE | {"mode": mode, "package_data": False, "command_name": "greet"}
    wheel = workshop.wheel_from_tree(answers)
    assert not [name for name in read_wheel(wheel).files if name.endswith(".json")]
    environment = workshop.environment("wheel", answers, wheel)
    for language, greeting in (("en", "Hello"), ("es", "¡Hola"), ("de", "Hallo")):
        finished = environment.run("greet", "Ada", "--language", language)
        assert f"{greeting}, Ada!\n" == finished.stdout


@pytest.mark.parametrize("mode", choices("mode"))
def test_own_tests_pass_without_data(mode: str, workshop: Workshop) -> None:
    """The project's own tests pass without package data, too."""
    answers = BASE | {"mode": mode, "package_data": False, "command_name": "greet"}
    environment: Environment = workshop.environment(
        "tests", answers, workshop.wheel_from_tree(answers), "--group", "test"
    )
    pytest_command = ("python", "-m", "pytest", "-p", "no:cacheprovider")
    finished = environment.run(*pytest_command, cwd=workshop.project(answers))
    # Each of the three locks is yet to be made.
    assert " passed, 3 skipped in " in finished.stdout
