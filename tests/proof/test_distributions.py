"""Each variant is built: its sdist and its wheel are right."""

import functools
import tomllib

from check_wheel_contents.checker import WheelChecker
from check_wheel_contents.contents import WheelContents
from packaging.utils import canonicalize_name
from pyroma import ratings
from twine.commands import check
from validate_pyproject.api import Validator

from harness.inspect import comparable, normalized_requirement, read_wheel, sdist_files, tree
from harness.variant import Variant

PACKED = ("src/", "tests/", "docs/", "LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml")


def test_wheel_from_tree_equals_wheel_from_sdist(variant: Variant) -> None:
    """The sdist has all that the wheel is built from: both wheels are the same bytes."""
    assert variant.distributions.wheel.read_bytes() == variant.wheel_from_tree.read_bytes()


def test_indexes_accept_it(variant: Variant) -> None:
    """Twine finds nothing that a package index would refuse or show badly."""
    dist = variant.distributions
    assert not check.check([str(dist.sdist), str(dist.wheel)], strict=True)


def test_wheel_has_no_usual_mistake(variant: Variant) -> None:
    """check-wheel-contents finds nothing."""
    checker = WheelChecker()
    (package,) = (variant.project / "src").iterdir()
    checker.configure_options(package=(str(package),))
    contents = WheelContents.from_wheel(variant.distributions.wheel)
    assert [] == [str(failure) for failure in checker.check_contents(contents)]


def test_metadata_lack_only_what_was_not_given(variant: Variant) -> None:
    """Pyroma rates the metadata ten of ten; without address, or web page, it misses just that."""
    metadata = read_wheel(variant.distributions.wheel).metadata
    singular = {"classifiers": "classifier", "project_urls": "project-url"}
    data = {singular.get(k, k.replace("_", "-")): value for k, value in metadata.items()}
    missing = {
        "user_email": "Your package does not have author-email data.",
        "repository_url": "Your package should have a 'url' field with a link to the project home "
        "page, or a 'project_urls' field, with a dictionary of links, or both.",
    }
    expected = [text for name, text in missing.items() if not variant.recorded[name]]
    rating, found = ratings.rate(data)
    assert expected == found
    assert expected or rating == 10


def test_pyproject_is_valid(variant: Variant) -> None:
    """pyproject.toml is valid, its tool tables included."""
    text = (variant.project / "pyproject.toml").read_text(encoding="utf-8")
    assert validator()(tomllib.loads(text))


@functools.cache
def validator() -> Validator:
    """Return what knows the schemas, which takes longer to make than to use."""
    return Validator()


def test_sdist_carries_the_project(variant: Variant) -> None:
    """The sdist has the sources, the tests, the docs, the licence and the changelog."""
    expected = {name for name in tree(variant.project) if name.startswith(PACKED)}
    sdist = sdist_files(variant.distributions.sdist)
    assert set() == expected - sdist
    own_additions = {".gitignore", "PKG-INFO", "pyproject.toml.orig", "setup.cfg"}
    additions = {name for name in sdist - set(tree(variant.project)) if ".egg-info/" not in name}
    assert additions <= own_additions


def test_answers_arrive_in_the_metadata(variant: Variant) -> None:
    """Each answer stands unchanged in the core metadata."""
    answers = variant.recorded
    metadata = comparable(read_wheel(variant.distributions.wheel).metadata)
    own = canonicalize_name(answers["distribution_name"])
    extras = answers["extras"]
    assert own == metadata["name"]
    assert answers["project_description"] == metadata["summary"]
    assert {(answers["user_name"], answers["user_email"])} == metadata["people"]
    urls = metadata["project_urls"] or {}
    assert answers["repository_url"] == urls.get("Repository", "")
    assert all(url.startswith(answers["repository_url"]) for url in urls.values())
    license_ = answers["license"]
    expected = "LicenseRef-Proprietary" if license_ == "Proprietary" else license_
    assert expected == metadata["license_expression"]
    assert f">={answers['python_min']}" == str(metadata["requires_python"])
    assert sorted(map(canonicalize_name, [*extras, "all"])) == metadata["provides_extra"]
    wanted = set(map(normalized_requirement, answers["dependencies"]))
    for extra, requirements in extras.items():
        for text in requirements:
            wanted |= {
                normalized_requirement(f'{text}; extra == "{name}"')
                for name in ("all", canonicalize_name(extra))
            }
    found = {text for text in metadata["requires_dist"]}
    library = {text for text in found - wanted if text.startswith(("click", "typer"))}
    assert wanted == found - library
    has_library = answers["cli_library"] != "argparse" and bool(answers["command_name"])
    assert has_library == bool(library)
    readme = (variant.project / "README.md").read_text(encoding="utf-8")
    assert readme.strip() == metadata["description"]


def test_wheel_has_the_entry_points_asked_for(variant: Variant) -> None:
    """The wheel has the console script, the GUI script and the plugin that were asked for."""
    answers = variant.recorded
    package = answers["package_name"]
    is_script = answers["mode"] == "script"
    expected = {}
    if answers["command_name"]:
        program = "__main__" if is_script else "cli"
        expected["console_scripts", answers["command_name"]] = f"{package}.{program}:main"
    if answers["gui_command_name"]:
        expected["gui_scripts", answers["gui_command_name"]] = f"{package}.gui:main"
    if answers["plugins"]:
        module = "__main__" if is_script else "plugins"
        expected[f"{package}.languages", "la"] = f"{package}.{module}:LATIN"
    assert expected == read_wheel(variant.distributions.wheel).entry_points
