"""Test data files in the package."""

import pytest

from harness.answers import choices
from harness.inspect import read_wheel, sdist_files
from harness.workshop import Workshop

BASE = {"project_name": "My Project", "mode": "app", "command_name": "greet"}


@pytest.mark.parametrize("backend", choices("backend"))
def test_sdist_and_wheel_contain_the_data(backend: str, workshop: Workshop) -> None:
    """With package data, the sdist and the wheel contain the file with the greetings."""
    dist = workshop.distributions(BASE | {"backend": backend})
    assert "my_project/data/greetings.json" in read_wheel(dist.wheel).files
    assert "src/my_project/data/greetings.json" in sdist_files(dist.sdist)


@pytest.mark.parametrize("package_data", choices("package_data"))
@pytest.mark.parametrize("mode", choices("mode"))
def test_greetings_are_the_same(mode: str, package_data: bool, workshop: Workshop) -> None:
    """The command prints the same greetings with and without a data file."""
    answers = BASE | {"mode": mode, "package_data": package_data}
    wheel = workshop.wheel_from_tree(answers)
    assert package_data == ("my_project/data/greetings.json" in read_wheel(wheel).files)
    environment = workshop.environment("wheel", answers, wheel)
    for language, greeting in (("en", "Hello"), ("es", "¡Hola"), ("de", "Hallo")):
        finished = environment.run("greet", "Ada", "--language", language)
        assert f"{greeting}, Ada!\n" == finished.stdout


@pytest.mark.parametrize("package_data", choices("package_data"))
@pytest.mark.parametrize("plugins", choices("plugins"))
def test_changing_the_languages_changes_no_greeting(
    plugins: bool, package_data: bool, workshop: Workshop
) -> None:
    """`languages` returns a new dictionary, so that callers can't change the package's own."""
    answers = BASE | {"package_data": package_data, "plugins": plugins}
    environment = workshop.environment("wheel", answers, workshop.wheel_from_tree(answers))
    code = "import my_project as p; p.languages()['en'] = 'Oh'; print(p.greet('Ada'))"
    assert "Hello, Ada!\n" == environment.run("python", "-c", code).stdout
