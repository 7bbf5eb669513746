"""Check the sdist and the wheel of each variant."""

import functools
import tomllib

from check_wheel_contents.checker import WheelChecker
from check_wheel_contents.contents import WheelContents
from packaging.utils import canonicalize_name
from pyroma import ratings
from twine.commands import check
from validate_pyproject.api import Validator

from harness.artifacts.inspect import (
    comparable,
    normalized_requirement,
    read_wheel,
    sdist_files,
    tree,
)
from harness.artifacts.variant import Variant
from harness.rendering.template import Answers

PACKED = ("src/", "tests/", "docs/", "LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml")

# Pyroma's messages about missing answers.
MISSING = {
    "project_description": "The package's Summary should be longer than 10 characters.",
    "keywords": "Your package does not have keywords data.",
    "user_email": "Your package does not have author-email data.",
    "repository": "Your package should have a 'url' field with a link to the project home page, or a "
    "'project_urls' field, with a dictionary of links, or both.",
}


def repository(answers: Answers) -> str:
    """Return the given repository URL, the default one on GitHub, or an empty string."""
    github_user, name = answers["github_user"], answers["distribution_name"]
    derived = f"https://github.com/{github_user}/{name}" if github_user else ""
    return str(answers["repository_url"] or derived)


def test_wheel_from_tree_equals_wheel_from_sdist(variant: Variant) -> None:
    """The wheel built from the sdist is byte-identical to the wheel built from the tree."""
    assert variant.distributions.wheel.read_bytes() == variant.wheel_from_tree.read_bytes()


def test_distributions_pass_twine_check(variant: Variant) -> None:
    """`twine check --strict` finds no problems."""
    dist = variant.distributions
    assert not check.check([str(dist.sdist), str(dist.wheel)], strict=True)


def test_wheel_has_no_common_mistakes(variant: Variant) -> None:
    """check-wheel-contents finds no problems.

    Without settings in the project, check-wheel-contents compares the wheel with `src/`.
    """
    checker = WheelChecker()
    file = variant.project / "pyproject.toml"
    if "check-wheel-contents" in tomllib.loads(file.read_text(encoding="utf-8"))["tool"]:
        checker.configure_options(configpath=str(file))
    else:
        checker.configure_options(src_dir=(str(variant.project / "src"),))
    assert checker.pkgtree is not None
    contents = WheelContents.from_wheel(variant.distributions.wheel)
    assert [] == [str(failure) for failure in checker.check_contents(contents)]


def test_metadata_lacks_only_missing_answers(variant: Variant) -> None:
    """Pyroma complains only about missing answers, or rates the metadata 10 out of 10."""
    metadata = read_wheel(variant.distributions.wheel).metadata
    singular = {"classifiers": "classifier", "project_urls": "project-url"}
    data = {singular.get(k, k.replace("_", "-")): value for k, value in metadata.items()}
    data["keywords"] = " ".join(metadata.get("keywords", []))
    answers = variant.recorded | {"repository": repository(variant.recorded)}
    if answers["docs_engine"] != "none" and answers["docs_hosting"] == "readthedocs":
        answers["repository"] = "only the documentation has a URL"
    # Without a summary, the metadata has the project's name instead.
    if len(answers["project_name"]) > 10:
        answers["project_description"] = answers["project_description"] or answers["project_name"]
    rating, found = ratings.rate(data)
    assert {text for name, text in MISSING.items() if not answers[name]} == set(found)
    assert found or rating == 10


def test_pyproject_is_valid(variant: Variant) -> None:
    """validate-pyproject accepts pyproject.toml."""
    text = (variant.project / "pyproject.toml").read_text(encoding="utf-8")
    assert validator()(tomllib.loads(text))


@functools.cache
def validator() -> Validator:
    """Return a cached validator, because loading the schemas takes longer than using them."""
    return Validator()


def test_sdist_contains_the_project(variant: Variant) -> None:
    """The sdist contains all PACKED files, and adds only files that build backends create."""
    expected = {name for name in tree(variant.project) if name.startswith(PACKED)}
    sdist = sdist_files(variant.distributions.sdist)
    assert set() == expected - sdist
    own_additions = {".gitignore", "PKG-INFO", "pyproject.toml.orig", "setup.cfg"}
    additions = {name for name in sdist - set(tree(variant.project)) if ".egg-info/" not in name}
    assert additions <= own_additions


def test_metadata_contains_the_answers(variant: Variant) -> None:
    """The core metadata matches the answers and the README."""
    answers = variant.recorded
    metadata = comparable(read_wheel(variant.distributions.wheel).metadata)
    own = canonicalize_name(answers["distribution_name"])
    extras = answers["extras"]
    assert own == metadata["name"]
    assert (answers["project_description"] or answers["project_name"]) == metadata["summary"]
    assert sorted(answers["keywords"]) == metadata["keywords"]
    author = answers["user_name"] or f"{answers['project_name']} contributors"
    assert {(author, answers["user_email"])} == metadata["people"]
    urls = metadata["project_urls"] or {}
    assert repository(answers) == urls.get("Repository", "")
    of_repository = {urls[name] for name in urls.keys() & {"Changelog", "Issues"}}
    assert all(
        url.startswith(f"https://github.com/{answers['github_user']}/") for url in of_repository
    )
    license_ = answers["license"]
    expected = "LicenseRef-Proprietary" if license_ == "Proprietary" else license_
    assert expected == metadata["license_expression"]
    assert f">={answers['python_min']}" == str(metadata["requires_python"])
    all_extras = [*extras, "all"] if extras else []
    assert sorted(map(canonicalize_name, all_extras)) == metadata["provides_extra"]
    wanted = set(map(normalized_requirement, answers["dependencies"]))
    for extra, requirements in extras.items():
        for text in requirements:
            wanted |= {
                normalized_requirement(f'{text}; extra == "{name}"')
                for name in ("all", canonicalize_name(extra))
            }
    found = set(metadata["requires_dist"])
    library = {text for text in found - wanted if text.startswith(("click", "typer"))}
    assert wanted == found - library
    has_library = answers["cli_library"] != "argparse" and bool(answers["command_name"])
    assert has_library == bool(library)
    readme = (variant.project / "README.md").read_text(encoding="utf-8")
    assert readme.strip() == metadata["description"]


def test_wheel_has_the_selected_entry_points(variant: Variant) -> None:
    """The wheel has exactly the selected console scripts, GUI scripts, and plugins."""
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
