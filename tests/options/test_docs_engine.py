"""What each documentation tool promises."""

import ast
import json
import shutil
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings

from harness import tally
from harness.answers import FULL, Answers, choices
from harness.commands import run
from harness.hostile import LINES, SYNTAX, TEXTS, shown
from harness.inspect import tree
from harness.install import Environment
from harness.template import environment
from harness.workshop import Workshop, key

# One environment serves all projects of these names.
NAMES: Answers = {"distribution_name": "my-project", "package_name": "my_project"}

# What builds the pages, as CONTRIBUTING says, and the folder that they are in.
BUILD = {
    "sphinx": "sphinx-build -W --keep-going docs docs/_build/html",
    "zensical": "zensical build --clean --strict",
}
SITE = {"sphinx": "docs/_build/html", "zensical": "site"}

# A name that neither HTML nor Markdown nor Python may take for its own.
HOSTILE = "\"A\" <b>x</b> & 'it' &copy; {{ y }} C:\\new *z* </title> \u200b 🎉 #"
HOSTILE_AUTHOR = 'Zoë "Bob" O\'Brien & &copy; {{ y }} \\ 🎉'

# What documentation tools take for markup, and CommonMark doesn't.
MARKUP = ["heading#", "##", "!!! note", "??? note", "::: my_project", '--8<-- "README.md"', "[^1]"]


class Page(HTMLParser):
    """What the main part of a page shows.

    Attributes:
        text: All of its text.
        first: The text of the first element of each tag.
    """

    def __init__(self, html: str) -> None:
        """Read the HTML of a page."""
        super().__init__()
        self.text = ""
        self.first: dict[str, str] = {}
        self.inside = ""
        self.feed(html[html.index("<article") : html.index("</article>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start with the text of an element, unless it is in another or not the first."""
        del attrs
        if tag in ("h1", "p") and tag not in self.first:
            self.inside = tag
            self.first[tag] = ""

    def handle_endtag(self, tag: str) -> None:
        """End with the text of an element."""
        if tag == self.inside:
            self.inside = ""

    def handle_data(self, data: str) -> None:
        """Take some text, but for the sign of a heading's link."""
        self.text += data
        if self.inside and data != "¶":
            self.first[self.inside] += data


def page(project: Path, engine: str, name: str) -> Page:
    """Read a page that was built."""
    folder = project / SITE[engine]
    file = folder / name / "index.html"
    if engine == "sphinx" or name == "index":
        file = folder / f"{name}.html"
    return Page(file.read_text(encoding="utf-8"))


def build(project: Path, engine: str, workshop: Workshop, exit_code: int | None = 0) -> int:
    """Build a project's pages with what its dependency group `docs` asks for."""
    tools = workshop.environment(
        "docs", NAMES | {"project_name": "My Project", "docs_engine": engine}, "--group=docs", "."
    )
    tally.count("documentations built")
    # The environment has the version; the code is that of the project.
    source = {"PYTHONPATH": str(project / "src")}
    command = BUILD[engine].split()
    return tools.run(*command, cwd=project, env=source, exit_code=exit_code).returncode


def built(answers: Answers, workshop: Workshop) -> Path:
    """Return a project whose pages are built."""

    def make(folder: Path) -> None:
        workshop.copy(answers, folder)
        build(folder, answers["docs_engine"], workshop)

    return workshop.once(key("docs", answers), make)


@pytest.mark.parametrize("mode", choices("mode"))
@pytest.mark.parametrize("engine", BUILD)
class TestPages:
    """The pages of a project with every option on."""

    @pytest.fixture
    def project(self, mode: str, engine: str, workshop: Workshop) -> Path:
        """The project, its pages built without a warning."""
        return built(FULL | NAMES | {"mode": mode, "docs_engine": engine}, workshop)

    def test_api_has_the_docstrings(self, project: Path, engine: str) -> None:
        """The page of the API has signatures and docstrings, read as Google's style."""
        text = " ".join(page(project, engine, "api").text.split())
        assert "greet(" in text.replace(" ", "")
        assert "Whom to greet." in text
        assert "Args:" not in text
        assert "Return the greeting of each language, by its code." in text
        assert 'Print a message, in colour where rich is installed (the "colors" extra).' in text
        assert "There is no greeting in the language that was asked for." in text

    def test_start_page_says_what_it_is(self, project: Path, engine: str) -> None:
        """The start page has the name, the description, how to install and how to use it."""
        start = page(project, engine, "index")
        assert FULL["project_name"] == start.first["h1"]
        assert FULL["project_description"] == start.first["p"]
        assert "python -m pip install my-project" in start.text
        assert "¡Hola, Ada!" in start.text

    def test_changelog_is_the_one(self, project: Path, engine: str) -> None:
        """The changelog's page is CHANGELOG.md."""
        changelog = page(project, engine, "changelog")
        assert "Changelog" == changelog.first["h1"]
        assert "A greeting in English, German and Spanish." in changelog.text

    def test_tells_how_to_add_a_language(self, project: Path, engine: str) -> None:
        """A page says how to add to the starter program."""
        assert "Bonjour, {name} !" in page(project, engine, "add-a-language").text

    def test_its_build_is_told(self, project: Path, engine: str) -> None:
        """CONTRIBUTING tells how to build the pages, and the task does what is tested here."""
        assert "| `just docs` |" in (project / "CONTRIBUTING.md").read_text("utf-8")
        assert f"\ndocs:\n    {BUILD[engine]}\n" in (project / "justfile").read_text("utf-8")

    def test_git_ignores_what_a_build_writes(
        self, project: Path, engine: str, mode: str, tmp_path: Path, workshop: Workshop
    ) -> None:
        """After a build, git has nothing more to commit than before it."""
        fresh = workshop.project(FULL | NAMES | {"mode": mode, "docs_engine": engine})
        copy = shutil.copytree(project, tmp_path / "project")
        run("git", "init", "--quiet", cwd=copy)
        listed = run("git", "ls-files", "--others", "--exclude-standard", cwd=copy).stdout
        assert sorted(tree(fresh)) == sorted(listed.splitlines())


@pytest.mark.parametrize("engine", BUILD)
def test_any_text_is_shown_as_it_is(engine: str, tmp_path: Path, workshop: Workshop) -> None:
    """No tool takes anything in a name or a description for its markup."""
    names = {"project_name": HOSTILE, "user_name": HOSTILE_AUTHOR}
    answers = FULL | NAMES | names | {"docs_engine": engine}
    project = workshop.copy(answers, tmp_path / "project")
    macro = environment().from_string(
        "{% from 'template/macros/markdown_anywhere.jinja' import markdown_anywhere %}"
        "{{ markdown_anywhere(text) }}"
    )
    texts = TEXTS + MARKUP
    for number, text in enumerate(texts):
        written = macro.render(text=text)
        orphan = "---\norphan: true\n---\n\n" if engine == "sphinx" else ""
        file = project / "docs" / f"text{number}.md"
        file.write_text(f"{orphan}# {written}\n\n{written}\n", encoding="utf-8")
    build(project, engine, workshop)
    assert HOSTILE == page(project, engine, "index").first["h1"]
    for number, text in enumerate(texts):
        assert {"h1": text, "p": text} == page(project, engine, f"text{number}").first


@pytest.mark.parametrize("engine", BUILD)
def test_a_dead_link_fails_the_build(engine: str, tmp_path: Path, workshop: Workshop) -> None:
    """The build is strict: a link to a page that isn't there is an error."""
    answers = NAMES | {"project_name": "My Project", "docs_engine": engine}
    project = workshop.copy(answers, tmp_path / "project")
    with (project / "docs" / "index.md").open("a", encoding="utf-8") as file:
        file.write("\n[missing](missing.md)\n")
    assert 0 != build(project, engine, workshop, exit_code=None)


@pytest.mark.parametrize("mode", choices("mode"))
def test_without_a_tool_there_is_no_word_of_it(mode: str, workshop: Workshop) -> None:
    """Without a documentation tool, the project has one page to read, and nothing to build it."""
    project = workshop.project(FULL | {"mode": mode, "docs_engine": "none"})
    assert ["add-a-language.md"] == [path.name for path in (project / "docs").iterdir()]
    for name in set(tree(project)) - {".copier-answers.yml"}:
        text = (project / name).read_text(encoding="utf-8").lower()
        for word in ("sphinx", "zensical", "furo", "mkdocs", "_build/", "site/"):
            assert word not in text, name


@pytest.mark.parametrize("engine", BUILD)
def test_dev_has_the_tool(engine: str, workshop: Workshop) -> None:
    """The dependency group `dev` has what builds the pages."""
    project = workshop.project({"project_name": "My Project", "docs_engine": engine})
    groups = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    assert engine in [text.split(">")[0] for text in groups["docs"]]
    assert {"include-group": "docs"} in groups["dev"]


def test_settings_are_formatted_whatever_the_names(tmp_path: Path, workshop: Workshop) -> None:
    """Ruff changes nothing in conf.py, and finds nothing in it, whatever the names."""
    ruff = Environment.make(tmp_path / "environment")
    ruff.install("ruff")
    names = [*TEXTS, HOSTILE, *("x" * length for length in range(84, 101))]
    projects = [
        workshop.project(NAMES | {"project_name": name, "user_name": HOSTILE_AUTHOR})
        for name in names
        if len(name) <= 100 and name != "---"
    ]
    files = [project / "docs" / "conf.py" for project in projects]
    ruff.run("ruff", "format", "--no-cache", "--check", "--diff", *files)
    ruff.run("ruff", "check", "--no-cache", *files)


@given(LINES | SYNTAX)
@settings(derandomize=True, deadline=None, max_examples=500)
def test_quoting_keeps_any_line(text: str) -> None:
    """Any accepted line is the same after it was written and read in each format."""
    template = environment().from_string(
        "{% from 'template/macros/python.jinja' import python_string %}"
        "{% from 'template/macros/markdown_anywhere.jinja' import markdown_anywhere %}"
        "{{ [python_string(text), markdown_anywhere(text)] | to_json }}"
    )
    python, markdown = json.loads(template.render(text=text))
    assert text == ast.literal_eval(python)
    assert text == shown(markdown)
    assert text == shown(f"# {markdown}")
