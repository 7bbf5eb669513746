"""Every mode with every build backend: built, checked, installed and run."""

import json
import sys
import tomllib
from pathlib import Path

import pytest
from check_wheel_contents.checker import WheelChecker
from check_wheel_contents.contents import WheelContents
from pyroma import ratings

from harness.answers import FULL, Answers, combinations
from harness.build import build_wheel
from harness.commands import run
from harness.inspect import comparable, read_wheel, sdist_files, tree
from harness.install import Environment
from harness.workshop import Workshop

PACKAGE = "strasse_friends"

# Tests of one variant run in one process, one after another, and share what it has made.
pytestmark = pytest.mark.parametrize(
    "answers",
    [
        pytest.param(
            FULL | chosen, id="-".join(chosen.values()), marks=pytest.mark.xdist_group(str(chosen))
        )
        for chosen in combinations("mode", "backend")
    ],
)


def expected_modules(mode: str) -> set[str]:
    """Return the files that the package of a mode consists of, with every option on."""
    common = {"__init__.py", "__main__.py", "data/greetings.json", "gui.py", "py.typed"}
    return common if mode == "script" else common | {"cli.py", "greetings.py", "plugins.py"}


@pytest.fixture
def installed(answers: Answers, workshop: Workshop) -> Environment:
    """An environment in which only the wheel is installed, without extras."""
    return workshop.environment("wheel", answers, workshop.distributions(answers).wheel)


@pytest.fixture
def french_plugin(workshop: Workshop) -> Path:
    """The wheel of a second package, which adds a language to the first."""

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
        build_wheel(folder, folder / "dist")

    (wheel,) = (workshop.once("french-greetings", make) / "dist").glob("*.whl")
    return wheel


def test_distributions_pass_the_checks_of_twine(answers: Answers, workshop: Workshop) -> None:
    """Package indexes accept the sdist and the wheel."""
    dist = workshop.distributions(answers)
    run(sys.executable, "-m", "twine", "check", "--strict", dist.sdist, dist.wheel)


def test_wheel_passes_check_wheel_contents(answers: Answers, workshop: Workshop) -> None:
    """The wheel has what it should and nothing else, by check-wheel-contents."""
    checker = WheelChecker()
    checker.configure_options(package=(str(workshop.project(answers) / "src" / PACKAGE),))
    contents = WheelContents.from_wheel(workshop.distributions(answers).wheel)
    assert [] == [str(failure) for failure in checker.check_contents(contents)]


def test_metadata_are_rated_ten_of_ten(answers: Answers, workshop: Workshop) -> None:
    """Pyroma finds nothing that the metadata lack."""
    metadata = read_wheel(workshop.distributions(answers).wheel).metadata
    singular = {"classifiers": "classifier", "project_urls": "project-url"}
    data = {singular.get(k, k.replace("_", "-")): value for k, value in metadata.items()}
    assert (10, []) == ratings.rate(data)


def test_pyproject_is_valid(answers: Answers, workshop: Workshop) -> None:
    """pyproject.toml is valid, its tool tables included."""
    run(sys.executable, "-m", "validate_pyproject", workshop.project(answers) / "pyproject.toml")


def test_wheel_holds_the_package(answers: Answers, workshop: Workshop) -> None:
    """The wheel holds the modules, the data and the type marker of the package."""
    expected = {f"{PACKAGE}/{name}" for name in expected_modules(answers["mode"])}
    wheel = read_wheel(workshop.distributions(answers).wheel)
    assert expected == set(wheel.files)
    assert ["Root-Is-Purelib: true", "Tag: py3-none-any"] == wheel.tags
    assert {"LICENSE"} == set(wheel.licenses)


def test_wheel_from_tree_equals_wheel_from_sdist(answers: Answers, workshop: Workshop) -> None:
    """The sdist has all that the wheel is built from."""
    from_sdist = read_wheel(workshop.distributions(answers).wheel)
    assert from_sdist == read_wheel(workshop.wheel_from_tree(answers))


def test_sdist_carries_the_project(answers: Answers, workshop: Workshop) -> None:
    """The sdist has the tests, the docs, the licence and the changelog.

    What is hidden and what serves the repository alone may stay out.
    """
    files = set(tree(workshop.project(answers)))
    for_the_repository = {name for name in files if name.startswith(".")}
    for_the_repository |= {"environment.yml", "justfile", "tools/build.py"}
    for_the_repository.add("tools/check_release.py")
    sdist = sdist_files(workshop.distributions(answers).sdist)
    assert files - for_the_repository <= sdist
    own_additions = {".gitignore", "PKG-INFO", "pyproject.toml.orig", "setup.cfg"}
    additions = {name for name in sdist - files if ".egg-info/" not in name}
    assert additions <= own_additions


def test_answers_arrive_in_the_metadata(answers: Answers, workshop: Workshop) -> None:
    """Each answer stands unchanged in the core metadata."""
    wheel = read_wheel(workshop.distributions(answers).wheel)
    metadata = comparable(wheel.metadata)
    assert "strasse-friends" == metadata["name"]
    assert "0.1.0" == metadata["version"]
    assert answers["project_description"] == metadata["summary"]
    assert {(answers["user_name"], answers["user_email"])} == metadata["people"]
    assert {"Repository": answers["repository_url"]} == metadata["project_urls"]
    assert "MIT" == metadata["license_expression"]
    assert ["LICENSE"] == metadata["license_files"]
    assert "text/markdown" == metadata["description_content_type"]
    assert ["all", "colors", "fast-yaml"] == metadata["provides_extra"]
    assert [
        "packaging>=24",
        'pyyaml[speed]!=6.0.1,>=6; extra == "all"',
        'pyyaml[speed]!=6.0.1,>=6; extra == "fast-yaml"',
        'rich>=13; extra == "all"',
        'rich>=13; extra == "colors"',
        'tomli>=2; python_version < "3.11"',
    ] == metadata["requires_dist"]
    readme = (workshop.project(answers) / "README.md").read_text(encoding="utf-8")
    assert readme.strip() == metadata["description"]


def test_entry_points_are_those_asked_for(answers: Answers, workshop: Workshop) -> None:
    """The wheel has the console script, the GUI script and the plugin."""
    script = answers["mode"] == "script"
    program = f"{PACKAGE}.__main__" if script else f"{PACKAGE}.cli"
    plugin = f"{PACKAGE}.__main__" if script else f"{PACKAGE}.plugins"
    expected = {
        ("console_scripts", "greet"): f"{program}:main",
        ("gui_scripts", "greet-window"): f"{PACKAGE}.gui:main",
        (f"{PACKAGE}.languages", "la"): f"{plugin}:LATIN",
    }
    assert expected == read_wheel(workshop.distributions(answers).wheel).entry_points


def test_command_greets(installed: Environment) -> None:
    """The console script greets, in more than one language."""
    assert "Hello, Ada!\n" == installed.run("greet", "Ada").stdout
    assert "¡Hola, Ada!\n" == installed.run("greet", "Ada", "--language", "es").stdout
    assert "Hallo, Ada!\n" == installed.run("python", "-m", PACKAGE, "Ada", "--language=de").stdout


def test_command_tells_its_version_and_use(installed: Environment) -> None:
    """The console script has --version, from the installed metadata, and --help."""
    assert "greet 0.1.0\n" == installed.run("greet", "--version").stdout
    assert "usage: greet " in installed.run("greet", "--help").stdout


def test_command_refuses_a_bad_language(installed: Environment) -> None:
    """An unknown language ends in exit code 2 and one line on stderr."""
    finished = installed.run("greet", "Ada", "--language", "xx", exit_code=2)
    assert "" == finished.stdout
    assert finished.stderr.startswith("greet: error: unknown language 'xx'")
    assert 1 == finished.stderr.count("\n")


def test_window_command_needs_a_display(installed: Environment) -> None:
    """The GUI script starts; without a display it ends in exit code 1 and one line on stderr."""
    finished = installed.run("greet-window", env={"DISPLAY": ""}, exit_code=1)
    assert finished.stderr.startswith("greet-window: error: ")
    assert 1 == finished.stderr.count("\n")


def test_package_data_load_from_the_wheel(
    answers: Answers, installed: Environment, workshop: Workshop
) -> None:
    """importlib.resources finds the data in the installed package."""
    source = workshop.project(answers) / "src" / PACKAGE / "data" / "greetings.json"
    code = f"""
import importlib.resources
print((importlib.resources.files("{PACKAGE}") / "data" / "greetings.json").read_text("utf-8"))
"""
    read = json.loads(installed.run("python", "-c", code).stdout)
    assert json.loads(source.read_text(encoding="utf-8")) == read


def test_extra_colours_the_output(answers: Answers, workshop: Workshop) -> None:
    """The extra colours the output of the command, and without it the output is plain."""
    wheel = workshop.distributions(answers).wheel
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm"}
    plain = workshop.environment("wheel", answers, wheel)
    assert "Hello, Ada!\n" == plain.run("greet", "Ada", env=terminal).stdout
    colored = workshop.environment("colors", answers, f"strasse-friends[colors] @ {wheel.as_uri()}")
    assert "\x1b[1;32mHello, Ada!\x1b[0m\n" == colored.run("greet", "Ada", env=terminal).stdout


def test_plugin_of_another_package_adds_a_language(
    answers: Answers, french_plugin: Path, tmp_path: Path, workshop: Workshop
) -> None:
    """A second package's entry point adds a language to the command."""
    environment = Environment.make(tmp_path / "environment")
    environment.install(workshop.distributions(answers).wheel, french_plugin)
    assert "Bonjour, Ada !\n" == environment.run("greet", "Ada", "--language", "fr").stdout
    assert "Salve, Ada!\n" == environment.run("greet", "Ada", "--language", "la").stdout


def test_sdist_installs_into_an_empty_environment(answers: Answers, workshop: Workshop) -> None:
    """The sdist installs and its command finds its data."""
    environment = workshop.environment("sdist", answers, workshop.distributions(answers).sdist)
    assert "¡Hola, Ada!\n" == environment.run("greet", "Ada", "--language", "es").stdout


def test_own_tests_pass_against_the_wheel(answers: Answers, workshop: Workshop) -> None:
    """The project's own tests pass against the installed wheel, and every one is run."""
    project = workshop.project(answers)
    wheel = workshop.distributions(answers).wheel
    environment = workshop.environment("tests", answers, wheel, "--group", "test")
    code = f"import {PACKAGE}; print({PACKAGE}.__file__)"
    assert "site-packages" in environment.run("python", "-c", code, cwd=project).stdout
    pytest_command = ("python", "-m", "pytest", "-p", "no:cacheprovider")
    finished = environment.run(*pytest_command, cwd=project, env={"DISPLAY": ""})
    # The one test of the window itself needs a display.
    assert " passed, 1 skipped in " in finished.stdout


def test_dependency_groups_resolve(answers: Answers, workshop: Workshop) -> None:
    """The group "dev" includes the others, by PEP 735."""
    text = (workshop.project(answers) / "pyproject.toml").read_text(encoding="utf-8")
    groups = tomllib.loads(text)["dependency-groups"]
    included = {item["include-group"] for item in groups["dev"] if isinstance(item, dict)}
    assert {"test", "lint", "docs", "release"} == included
