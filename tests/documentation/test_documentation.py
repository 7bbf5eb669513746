"""Check the README and the documentation: generated sections, commands, links, and addresses."""

import ast
import re
import sys
from pathlib import Path

import pytest
from cogapp import Cog
from markdown_it import MarkdownIt

from harness.artifacts.inspect import tree
from harness.artifacts.install import Environment
from harness.course.pages import front_matter
from harness.packagestan.answers import axes
from harness.packagestan.template import ORG, ROOT
from harness.processes.commands import run
from tables import project_svg

README = (ROOT / "README.md").read_text(encoding="utf-8")

# Pages with generated sections.
GENERATED = [
    page
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
    if "[[[cog" in page.read_text(encoding="utf-8")
]


def commands() -> list[str]:
    """Return the README's blocks of commands, in order."""
    return [c.strip() for c in re.findall(r"```console\n(.*?)```", README, re.DOTALL)]


@pytest.mark.quick
@pytest.mark.parametrize("page", GENERATED, ids=lambda page: page.stem)
def test_generated_sections_are_up_to_date(page: Path) -> None:
    """Running cog would not change the page."""
    options = ("--check", "--diff", "-P", "-I", str(ROOT / "docs"))
    exit_code = Cog().main(["cog", *options, str(page)])
    assert 0 == exit_code, "Run `nox -s tables`, and commit the changes."


@pytest.mark.quick
def test_picture_is_up_to_date() -> None:
    """The README's picture is up to date, and doesn't load a font."""
    picture = (ROOT / "docs" / "project.svg").read_text(encoding="utf-8")
    assert project_svg() == picture, "Run `nox -s tables`, and commit the changes."
    assert "@font-face" not in picture


@pytest.mark.parametrize("axis", axes())
def test_page_of_an_axis_has_generated_sections(axis: str) -> None:
    """An axis's reference page has generated sections for its choices and their effects."""
    page = (ROOT / "docs" / "reference" / "options" / f"{axis}.md").read_text(encoding="utf-8")
    for name in ("choices", "changes"):
        block = f'<!-- [[[cog from tables import {name}; {name}("{axis}") ]]] -->'
        assert block in page, f"Add these two lines to {axis}.md:\n{block}\n<!-- [[[end]]] -->"


def test_first_command_creates_a_working_package(tmp_path: Path) -> None:
    """In a clean clone, the README's first command creates a package that works.

    PATH contains only Python with pip and the system's programs.
    """
    clone = tmp_path / "packagestan"
    run("git", "clone", "--quiet", ROOT, clone)
    programs = tmp_path / "bin"
    programs.mkdir()
    # Use the base interpreter, because a virtual environment may lack pip.
    (programs / "python3").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    path = f"{programs}:/usr/bin:/bin"
    run("bash", "-c", commands()[0], cwd=clone, env={"PATH": path, "HOME": str(tmp_path)})
    project = tmp_path / "my-project"
    assert "src/my_project/greetings.py" in tree(project)
    environment = Environment.make(tmp_path / "environment")
    environment.install(str(project))
    code = "import my_project; print(my_project.greet('Ada'))"
    assert "Hello, Ada!\n" == environment.run("python", "-c", code).stdout


def test_ci_runs_the_second_command() -> None:
    """The script that CI runs, `.ci/run`, contains the README's last command."""
    assert commands()[-1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_readme_names_the_oldest_python() -> None:
    """The README names Python 3.11 as the oldest version, and the tests run with 3.11 or later."""
    assert "Python 3.11 or newer" in README
    assert sys.version_info >= (3, 11)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_outside_the_site_are_valid(page: str) -> None:
    """Each link on the page refers to a file in the repository or starts with https://."""
    tokens = MarkdownIt("commonmark").parse((ROOT / page).read_text(encoding="utf-8"))
    children = [child for token in tokens for child in token.children or []]
    links = {str(child.attrs["href"]) for child in children if child.type == "link_open"}
    assert links
    for link in links:
        assert link.startswith("https://") or (ROOT / link.partition("#")[0]).exists(), link


def with_addresses() -> list[str]:
    """Return the pages that contain the template's address, except lessons after the preflight."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    names = [page.relative_to(ROOT).as_posix() for page in pages if page.is_file()]
    return [
        name
        for name in sorted(names)
        if f"{ORG}/packagestan" in (ROOT / name).read_text(encoding="utf-8")
        if not re.match(r"docs/(_build|course/(0[1-9]|1\d))", name)
    ]


def test_placeholder_account_is_defined_once() -> None:
    """Only one module defines the placeholder account, so a fork can change it in one place."""
    modules = run("git", "ls-files", "*.py", cwd=ROOT).stdout.splitlines()
    literal = re.compile(rf"(?<![{{\w`]){ORG}(?![\w`}}])")
    found = []
    for module in modules:
        tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
        texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        found += [module for text in texts if literal.search(str(text))]
    assert ["tests/harness/packagestan/template.py"] == found


@pytest.mark.parametrize("page", with_addresses())
def test_template_address_is_explained(page: str) -> None:
    """Each page with the template's address explains the address's placeholder account."""
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    assert f"`{ORG}` stands for the account that hosts the template" in text


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/how-to/*.md")), ids=lambda page: page.stem)
def test_commands_are_tested(page: Path) -> None:
    """A guide with commands has `commands: run` or an existing test's path in its front matter."""
    runs = front_matter(page).get("commands")
    if "console\n" in page.read_text(encoding="utf-8") or runs:
        assert runs == "run" or (ROOT / str(runs)).is_file()


def test_contributing_fits_on_two_screens() -> None:
    """CONTRIBUTING.md is at most 100 lines long."""
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) <= 100
