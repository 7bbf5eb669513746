"""Test answers with zero, one, or many requirements, extras, keywords, tools, and names."""

import itertools
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.packagestan.answers import choices
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}

# Requirements in various forms, not in alphabetical order.
REQUIREMENTS = [
    "zope.interface>=6",
    "PyYAML[speed]>=6,!=6.0.1",
    'tomli>=2; python_version < "3.11"',
    "attrs",
    "rich~=13.0",
    "idna==3.*",
    'a-b-c>=1,<2; sys_platform != "win32" and python_version >= "3.12"',
]
NUMBERS = [0, 1, 3, 7]
each_number = pytest.mark.parametrize("number", NUMBERS)


def metadata(project: Path) -> dict[str, Any]:
    """Return the [project] table of a project's pyproject.toml."""
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["project"])


def read(project: Path, name: str) -> str:
    """Return the text of a file in a project."""
    return (project / name).read_text(encoding="utf-8")


@each_number
def test_dependencies_keep_their_order(number: int, artifacts: ArtifactCache) -> None:
    """Any number of dependencies is listed and recorded in the given order."""
    project = artifacts.project(BASE | {"dependencies": REQUIREMENTS[:number]})
    assert REQUIREMENTS[:number] == metadata(project)["dependencies"]
    assert REQUIREMENTS[:number] == recorded_answers(project)["dependencies"]


@each_number
@pytest.mark.parametrize("library", choices("cli_library"))
def test_script_block_has_the_same_dependencies(
    library: str, number: int, artifacts: ArtifactCache
) -> None:
    """A script and pyproject.toml list the same dependencies. The command-line library is last."""
    chosen = {"mode": "script", "cli_library": library, "dependencies": REQUIREMENTS[:number]}
    project = artifacts.project(BASE | chosen)
    listed = metadata(project)["dependencies"]
    assert REQUIREMENTS[:number] == listed[:number]
    assert [library] * (library != "argparse") == [Requirement(t).name for t in listed[number:]]
    lines = read(project, "src/my_project/__main__.py").split("# ///")[1].splitlines()[1:]
    block = tomllib.loads("\n".join(line.removeprefix("# ") for line in lines))
    assert {"requires-python": ">=3.11", "dependencies": listed} == block


# The first extra has no requirements, the second extra has one, and so on.
EXTRAS = {
    name: REQUIREMENTS[:number]
    for number, name in enumerate(
        ["zip", "a", "fast-yaml", "colors", "x1", "docs", "test", "all-1"]
    )
}


@each_number
@pytest.mark.parametrize("backend", ["hatchling", "poetry_core"])
def test_extras_have_their_requirements(
    backend: str, number: int, artifacts: ArtifactCache
) -> None:
    """Each extra has its requirements, "all" combines them, and the README lists the extras.

    The first extra is the example.
    """
    extras = dict(itertools.islice(EXTRAS.items(), number))
    project = artifacts.project(BASE | {"backend": backend, "extras": extras})
    found = metadata(project).get("optional-dependencies", {})
    combined = found.pop("all", [])
    assert [*extras.items()] == [*found.items()]
    together = list(dict.fromkeys(itertools.chain.from_iterable(extras.values())))
    if backend == "poetry_core":
        assert together == combined
    else:
        assert [f"my-project[{','.join(extras)}]"] * (number > 0) == combined
    readme = read(project, "README.md")
    assert ["my-project[zip]"] * (number > 0) == re.findall(r"Extras such as `(.+?)` add", readme)
    rows = re.findall(r"(?m)^\| `(.+?)` \| (.+) \|$", readme)
    shown = {
        name: ", ".join(f"`{text}`" for text in each) or "nothing" for name, each in extras.items()
    }
    assert [*shown.items(), *[("all", "all of the above")] * (number > 0)] == rows


@each_number
def test_colors_are_tested_with_their_requirements(number: int, artifacts: ArtifactCache) -> None:
    """The test dependencies include each requirement of the "colors" extra, which has a test."""
    colors = ["rich>=13", *REQUIREMENTS[:number]]
    project = artifacts.project(BASE | {"extras": {"colors": colors}})
    groups = tomllib.loads(read(project, "pyproject.toml"))["dependency-groups"]
    assert colors == groups["test"][2:]
    assert (project / "tests" / "test_colors.py").exists()


@each_number
def test_keywords_keep_their_order(number: int, artifacts: ArtifactCache) -> None:
    """Any number of keywords is listed in the given order."""
    keywords = ["zeta", "two words", "grüße", "it's", '"q"', "#x", "a"][:number]
    found = metadata(artifacts.project(BASE | {"keywords": keywords}))
    assert ({"keywords": keywords} if keywords else {}) == {
        key: value for key, value in found.items() if key == "keywords"
    }


# The file of each environment tool except pip, and a phrase about each tool in CONTRIBUTING.md.
FILES = {"uv": ".python-version", "conda": "environment.yml", "direnv": ".envrc"}
HEADINGS = {
    "uv": "Install [uv](https://docs.astral.sh/uv/getting-started/installation/)",
    "pip": "the versions that `pylock.toml` pins",
    "conda": "conda environment with Python from",
    "direnv": "install [direnv](https://direnv.net/)",
}
SUBSETS = [
    list(chosen)
    for number in range(5)
    for chosen in itertools.combinations(choices("environments"), number)
]


@pytest.mark.parametrize("chosen", SUBSETS, ids=lambda chosen: "-".join(chosen) or "none")
def test_project_has_only_the_selected_environment_tools(
    chosen: list[str], artifacts: ArtifactCache
) -> None:
    """A project has files, guides, and lock commands for only the selected tools.

    Without uv, pyproject.toml requires `build`.
    """
    project = artifacts.project(BASE | {"environments": chosen})
    assert chosen == recorded_answers(project)["environments"]
    files = set(tree(project))
    assert {FILES[name] for name in chosen if name in FILES} == files & set(FILES.values())
    guide = read(project, "CONTRIBUTING.md")
    assert chosen == [name for name in choices("environments") if HEADINGS[name] in guide]
    assert ("uv" in chosen) == ("uv.lock" in guide)
    assert ("pip" in chosen) == ("pylock.toml" in guide)
    justfile = read(project, "justfile")
    assert ("pip" in chosen) == ("--output-file pylock.toml" in justfile)
    assert ("uv" not in chosen) == ('"build>=' in read(project, "pyproject.toml"))


@pytest.mark.parametrize("chosen", SUBSETS, ids=lambda chosen: "-".join(chosen) or "none")
def test_direnv_activates_the_first_environment(
    chosen: list[str], artifacts: ArtifactCache
) -> None:
    """.envrc has a command for the first tool other than direnv, or for pip if direnv is the only one.

    Without direnv, the project has no .envrc.
    """
    if "direnv" not in chosen:
        assert not (artifacts.project(BASE | {"environments": chosen}) / ".envrc").exists()
        return
    first = next((name for name in chosen if name != "direnv"), "pip")
    line = {"uv": "uv sync", "conda": "layout anaconda my-project-dev"}.get(
        first, ".venv/bin/python -m pip install --quiet --editable . --group dev"
    )
    envrc = read(artifacts.project(BASE | {"environments": chosen}), ".envrc")
    assert line in envrc.splitlines()


@pytest.mark.parametrize("version", choices("python_min"))
@pytest.mark.parametrize("checker", choices("type_checker"))
def test_all_files_have_the_same_python_version(
    checker: str, version: str, artifacts: ArtifactCache
) -> None:
    """All tools are set to the oldest Python version, and GitLab tests it and all newer versions."""
    chosen = {"environments": ["uv", "conda"], "ci": "gitlab", "type_checker": checker}
    project = artifacts.project(BASE | chosen | {"python_min": version})
    assert f"{version}\n" == read(project, ".python-version")
    conda = yaml.safe_load(read(project, "environment.yml"))
    assert f"python>={version}" == conda["dependencies"][0]
    tool = tomllib.loads(read(project, "pyproject.toml"))["tool"]
    found = {
        "mypy": lambda: tool["mypy"]["python_version"],
        "ty": lambda: tool["ty"]["environment"]["python-version"],
        "pyright": lambda: tool["pyright"]["pythonVersion"],
    }.get(checker, lambda: version)()
    assert version == found
    pipeline = yaml.safe_load(read(project, ".gitlab-ci.yml"))
    pythons = choices("python_min")[choices("python_min").index(version) :]
    assert [{"UV_PYTHON": pythons}] == pipeline["tests"]["parallel"]["matrix"]
    assert version == pipeline["lowest dependencies"]["variables"]["UV_PYTHON"]
    assert pythons[-1] == pipeline["newest dependencies"]["variables"]["UV_PYTHON"]


AUTHORS = [
    "",
    "Ada",
    "Ada Lovelace",
    "Lovelace, Ada",
    "Acme (Inc.)",
    "Zoë O'Brien",
    'Bob "B" Smith',
    "A: b; c",
    "[bot]",
    "李小龍",
]


@pytest.mark.parametrize("email", ["", "ada@example.com"])
@pytest.mark.parametrize("backend", ["hatchling", "uv_build"])
@pytest.mark.parametrize("author", AUTHORS)
def test_author_is_a_single_person(
    author: str, backend: str, email: str, artifacts: ArtifactCache
) -> None:
    """The name and the email address share an author entry, unless uv_build requires two."""
    answers = {"user_name": author, "user_email": email, "backend": backend}
    project = artifacts.project(BASE | answers | {"docs_engine": "zensical"})
    name = author or "My Project contributors"
    split = backend == "uv_build" and email and set(name) & set('"(),:;@[]')
    together = [{"name": name} | ({"email": email} if email else {})]
    expected = [{"name": name}, {"email": email}] if split else together
    assert expected == metadata(project)["authors"]
    assert f"Copyright (c) 2026 {name}\n" in read(project, "LICENSE")


@pytest.mark.parametrize(
    ("project_name", "author"),
    [("A <B> C", "A B C contributors"), ("<>", "contributors"), ("a<b", "a b contributors")],
)
def test_default_author_has_no_angle_brackets(
    project_name: str, author: str, artifacts: ArtifactCache
) -> None:
    """The default author never contains angle brackets, so an email address can follow it."""
    answers = {"project_name": project_name, "distribution_name": "my-project"}
    assert [{"name": author}] == metadata(artifacts.project(BASE | answers))["authors"]


@pytest.mark.parametrize("number", [1, 2, 3, 6])
@pytest.mark.parametrize("ending", ["", "/"])
def test_repository_url_determines_the_links(
    ending: str, number: int, artifacts: ArtifactCache
) -> None:
    """Links to issues and the changelog require a URL of exactly an account and a repository.

    So does the README's CI badge.
    """
    path = "/".join(["ada", "my-project", "tree", "main", "a", "b"][:number])
    url = f"https://github.com/{path}{ending}"
    project = artifacts.project(BASE | {"repository_url": url})
    urls = metadata(project)["urls"]
    base = f"https://github.com/{path}"
    others = {"Issues": f"{base}/issues", "Changelog": f"{base}/blob/main/CHANGELOG.md"}
    assert {"Repository": url} | (others if number == 2 else {}) == urls
    readme = read(project, "README.md")
    assert (number == 2) == (f"{base}/actions/workflows/ci.yml/badge.svg" in readme)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_direct_references_are_allowed_where_they_are_used(
    number: int, artifacts: ArtifactCache
) -> None:
    """Hatchling is configured to allow direct references only if a dependency is one."""
    before = REQUIREMENTS[:number]
    link = "demo @ https://example.com/demo.zip"
    for chosen, expected in (
        ({"dependencies": before, "extras": {"a": before}}, False),
        ({"dependencies": [*before, link]}, True),
        ({"extras": {"a": before, "b": [*before, link]}}, True),
    ):
        project = artifacts.project(BASE | chosen | {"publish": "none"})
        tool = tomllib.loads(read(project, "pyproject.toml"))["tool"]["hatch"]
        assert expected == tool.get("metadata", {}).get("allow-direct-references", False)


def test_answers_file_lists_each_answer_once(artifacts: ArtifactCache) -> None:
    """The answers file contains each answer once, unchanged, and in alphabetical order."""
    answers = BASE | {"dependencies": REQUIREMENTS, "extras": EXTRAS, "mode": "app"}
    project = artifacts.project(answers)
    assert answers.items() <= recorded_answers(project).items()
    assert [*EXTRAS] == [*recorded_answers(project)["extras"]]
    keys = re.findall(r"(?m)^(\w+):", read(project, ".copier-answers.yml"))
    assert sorted(set(keys)) == keys
