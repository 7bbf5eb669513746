"""The documentation says what is so."""

import re
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from harness import marks, tables
from harness.commands import run
from harness.inspect import tree
from harness.install import Environment
from harness.template import ROOT
from harness.workshop import Workshop

README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """Return the commands of the README, in their order."""
    return [c.strip() for c in re.findall(r"```console\n(.*?)```", README, re.DOTALL)]


def listing(folder: Path, indent: str = "") -> list[str]:
    """Return a folder's content as lines, like the program `tree`."""
    lines = []
    entries = sorted(folder.iterdir())
    for entry in entries:
        last = entry == entries[-1]
        slash = "/" if entry.is_dir() else ""
        lines.append(f"{indent}{'└── ' if last else '├── '}{entry.name}{slash}")
        if entry.is_dir():
            lines += listing(entry, indent + ("    " if last else "│   "))
    return lines


@pytest.mark.parametrize(
    ("file", "part"), tables.made_texts(), ids=lambda value: getattr(value, "stem", value)
)
def test_what_is_made_is_up_to_date(file: Path, part: str) -> None:
    """What is made from the question files and from renders is shown as it is.

    `nox -s tables` writes it.
    """
    assert tables.made_texts()[file, part]() == marks.made_text(file, marks.start(part))


def test_readme_shows_what_comes_out(workshop: Workshop) -> None:
    """The README's listing is that of a new app."""
    project = workshop.project({"project_name": "My Project", "mode": "app"})
    expected = "\n".join(["my-project/", *listing(project)])
    assert expected in README


def test_first_command_gives_a_package_that_runs(tmp_path: Path) -> None:
    """The README's first command works from a clean clone, with Python, pip and git alone."""
    clone = tmp_path / "packagestan"
    run("git", "clone", "--quiet", ROOT, clone)
    environment = Environment.make(tmp_path / "environment")
    environment.install("pip")
    path = f"{environment.bin}:/usr/local/bin:/usr/bin:/bin"
    run("bash", "-c", commands()[0], cwd=clone, env={"PATH": path, "HOME": str(tmp_path)})
    project = tmp_path / "my-project"
    assert "src/my_project/greetings.py" in tree(project)
    environment.run("python", "-m", "pip", "install", "--quiet", project)
    code = "import my_project; print(my_project.greet('Ada'))"
    assert "Hello, Ada!\n" == environment.run("python", "-c", code).stdout


def test_ci_runs_the_second_command() -> None:
    """CI does what the README tells a newcomer to do."""
    assert commands()[-1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_readme_names_the_python_that_is_needed() -> None:
    """The README asks for the Python that the tests' code is written for."""
    assert "Python 3.11 or newer" in README
    assert sys.version_info >= (3, 11)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_of_pages_outside_of_the_site_lead_somewhere(page: str) -> None:
    """A link to a file of the repository names one, and any other is https."""
    tokens = MarkdownIt("commonmark").parse((ROOT / page).read_text(encoding="utf-8"))
    children = [child for token in tokens for child in token.children or []]
    links = {str(child.attrs["href"]) for child in children if child.type == "link_open"}
    assert links
    for link in links:
        assert link.startswith("https://") or (ROOT / link.partition("#")[0]).exists(), link
