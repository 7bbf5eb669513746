"""Test the site that each documentation generator builds."""

import shutil
import tomllib
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import ArtifactCache, key
from harness.artifacts.inspect import tree
from harness.artifacts.install import Environment
from harness.packagestan.answers import FULL, choices
from harness.packagestan.template import environment, facts
from harness.processes.commands import run
from harness.rendering.template import Answers
from harness.space.hostile_answers import TEXTS

# All projects with these names can share an environment.
NAMES: Answers = {"distribution_name": "my-project", "package_name": "my_project"}

# For each documentation generator, its facts, its build command, and its output folder.
ENGINES = {name: engine for name, engine in facts("docs_engine").items() if name != "none"}
BUILD = {name: engine["command"] for name, engine in ENGINES.items()}
SITE = {name: engine["site"] for name, engine in ENGINES.items()}

# Names with HTML, Markdown, Jinja, and Python syntax.
HOSTILE = "\"A\" <b>x</b> & 'it' &copy; {{ y }} C:\\new *z* </title> \u200b 🎉 #"
HOSTILE_AUTHOR = 'Zoë "Bob" O\'Brien & &copy; {{ y }} \\ 🎉'

# Text that CommonMark or a documentation generator could interpret as markup.
MARKUP = ["heading#", "##", "!!! note", "??? note", "::: my_project", '--8<-- "README.md"', "[^1]"]
MARKUP += ["% comment", "(target)="]


class Page(HTMLParser):
    """The text of a page's `article` element.

    Attributes:
        text: The complete text.
        first: The text of the first `h1` element and the first `p` element, by tag.
        inside: The tag of the element being recorded in `first`, or "".
    """

    def __init__(self, html: str) -> None:
        """Parse the HTML of a page."""
        super().__init__()
        self.text = ""
        self.first: dict[str, str] = {}
        self.inside = ""
        self.feed(html[html.index("<article") : html.index("</article>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start recording if this is the first `h1` or `p` element."""
        del attrs
        if tag in ("h1", "p") and tag not in self.first:
            self.inside = tag
            self.first[tag] = ""

    def handle_endtag(self, tag: str) -> None:
        """Stop recording at the end of the recorded element."""
        if tag == self.inside:
            self.inside = ""

    def handle_data(self, data: str) -> None:
        """Add text to the page and, except for a heading's link symbol, to the recorded element."""
        self.text += data
        if self.inside and data != "¶":
            self.first[self.inside] += data


def page(project: Path, engine: str, name: str) -> Page:
    """Return a page of a built site, given its name without a suffix, such as "index"."""
    folder = project / SITE[engine]
    file = folder / name / "index.html"
    if engine == "sphinx" or name == "index":
        file = folder / f"{name}.html"
    return Page(file.read_text(encoding="utf-8"))


def build(project: Path, engine: str, artifacts: ArtifactCache, exit_code: int | None = 0) -> int:
    """Build a project's site, and return the exit code.

    The packages are from the `docs` dependency group of a project with the same generator.
    """
    tools = artifacts.environment(
        "docs", NAMES | {"project_name": "My Project", "docs_engine": engine}, "--group=docs", "."
    )
    # The version comes from the environment, and the code comes from the project.
    source = {"PYTHONPATH": str(project / "src")}
    command = BUILD[engine].split()
    return tools.run(*command, cwd=project, env=source, exit_code=exit_code).returncode


def built(answers: Answers, artifacts: ArtifactCache) -> Path:
    """Return a cached project with a built site."""

    def make(folder: Path) -> None:
        artifacts.copy(answers, folder)
        build(folder, answers["docs_engine"], artifacts)

    return artifacts.once(key("docs", answers), make)


@pytest.mark.slow
@pytest.mark.parametrize("mode", choices("mode"))
@pytest.mark.parametrize("engine", BUILD)
class TestPages:
    """Test the pages that are built for a project with many options."""

    @pytest.fixture
    def project(self, mode: str, engine: str, artifacts: ArtifactCache) -> Path:
        """Return the project with its built site."""
        return built(FULL | NAMES | {"mode": mode, "docs_engine": engine}, artifacts)

    def test_api_page_documents_the_module(self, project: Path, engine: str) -> None:
        """The API page shows signatures with types, and renders Google-style docstrings."""
        text = " ".join(page(project, engine, "api").text.split())
        assert "greet(name:str,language:str='en')" in text.replace(" ", "")
        assert "The name to greet." in text
        assert "Args:" not in text
        assert "Return a mapping of language codes to greetings." in text
        assert 'Print a message, in color if the "colors" extra is installed.' in text
        assert "Raised for a language that has no greeting." in text

    def test_home_page_contains_the_readme(self, project: Path, engine: str) -> None:
        """The home page contains the README's title, summary, sections, and example."""
        home = page(project, engine, "index")
        assert FULL["project_name"] == home.first["h1"]
        assert FULL["project_description"] in home.text
        for word in ("Installation", "Usage", "¡Hola, Ada!"):
            assert word in home.text

    def test_changelog_page_contains_the_changelog(self, project: Path, engine: str) -> None:
        """The changelog page contains the title and the "Unreleased" section of CHANGELOG.md."""
        changelog = page(project, engine, "changelog")
        assert "Changelog" == changelog.first["h1"]
        assert "Unreleased" in changelog.text

    def test_task_runs_the_tested_command(self, project: Path, engine: str) -> None:
        """The `docs` task runs the same command as these tests."""
        assert f"\ndocs:\n    {BUILD[engine]}\n" in (project / "justfile").read_text("utf-8")

    def test_git_ignores_the_build(
        self, project: Path, engine: str, mode: str, tmp_path: Path, artifacts: ArtifactCache
    ) -> None:
        """Building the site adds no untracked files."""
        fresh = artifacts.project(FULL | NAMES | {"mode": mode, "docs_engine": engine})
        copy = shutil.copytree(project, tmp_path / "project")
        run("git", "init", "--quiet", cwd=copy)
        listed = run("git", "ls-files", "--others", "--exclude-standard", cwd=copy).stdout
        assert sorted(tree(fresh)) == sorted(listed.splitlines())


@pytest.mark.slow
def test_parameter_lists_have_dashes(artifacts: ArtifactCache) -> None:
    """Sphinx inserts a dash before a parameter's description, but keeps straight quotes."""
    project = built(FULL | NAMES | {"mode": "app", "docs_engine": "sphinx"}, artifacts)
    text = " ".join(page(project, "sphinx", "api").text.split())
    assert 'language – A language code such as "es".' in text


@pytest.mark.slow
@pytest.mark.parametrize("engine", BUILD)
def test_new_function_is_documented(engine: str, tmp_path: Path, artifacts: ArtifactCache) -> None:
    """A new public function appears on the API page without changes in docs/."""
    project = artifacts.copy(
        NAMES | {"project_name": "My Project", "docs_engine": engine}, tmp_path / "project"
    )
    module = project / "src/my_project/__init__.py"
    module.write_text(
        module.read_text("utf-8").replace('"greet"', '"greet", "wave"')
        + '\n\ndef wave() -> None:\n    """Wave a hand."""\n',
        "utf-8",
    )
    build(project, engine, artifacts)
    assert "Wave a hand." in page(project, engine, "api").text


@pytest.mark.slow
@pytest.mark.parametrize("engine", BUILD)
def test_site_without_a_changelog(engine: str, tmp_path: Path, artifacts: ArtifactCache) -> None:
    """Without CHANGELOG.md, the project has no changelog page, and a strict build passes."""
    answers = NAMES | {"project_name": "My Project", "docs_engine": engine, "changelog": False}
    project = artifacts.copy(answers, tmp_path / "project")
    build(project, engine, artifacts)
    assert not (project / "docs" / "changelog.md").exists()


@pytest.mark.slow
@pytest.mark.parametrize("engine", BUILD)
def test_any_text_is_shown_unchanged(engine: str, tmp_path: Path, artifacts: ArtifactCache) -> None:
    """No generator interprets names or other escaped text as markup.

    Sphinx changes only dashes and double backslashes.
    """
    names = {"project_name": HOSTILE, "user_name": HOSTILE_AUTHOR}
    answers = FULL | NAMES | names | {"docs_engine": engine}
    project = artifacts.copy(answers, tmp_path / "project")
    macro = environment().from_string(
        "{% from 'template/macros/markdown.jinja' import markdown %}{{ markdown(text) }}"
    )
    texts = TEXTS + MARKUP
    for number, text in enumerate(texts):
        written = macro.render(text=text)
        orphan = "---\norphan: true\n---\n\n" if engine == "sphinx" else ""
        file = project / "docs" / f"text{number}.md"
        file.write_text(f"{orphan}# {written}\n\n{written}\n", encoding="utf-8")
    build(project, engine, artifacts)
    assert HOSTILE == page(project, engine, "index").first["h1"]
    home = (project / SITE[engine] / "index.html").read_text(encoding="utf-8")
    author = {
        "sphinx": f"Copyright © 2026, {HOSTILE_AUTHOR}\n",
        "zensical": f'<meta name="author" content="{HOSTILE_AUTHOR}">',
    }
    assert author[engine] in unescape(home)
    for number, text in enumerate(texts):
        expected = text
        if engine == "sphinx":  # With smart dashes, Sphinx also replaces two backslashes with one.
            expected = text.replace("\\\\", "\\").replace("---", "—").replace("--", "–")
        assert {"h1": expected, "p": expected} == page(project, engine, f"text{number}").first


@pytest.mark.slow
@pytest.mark.parametrize("engine", BUILD)
def test_broken_link_fails_the_build(engine: str, tmp_path: Path, artifacts: ArtifactCache) -> None:
    """A link to a missing page makes a strict build fail."""
    answers = NAMES | {"project_name": "My Project", "docs_engine": engine}
    project = artifacts.copy(answers, tmp_path / "project")
    with (project / "docs" / "index.md").open("a", encoding="utf-8") as file:
        file.write("\n[missing](missing.md)\n")
    assert 0 != build(project, engine, artifacts, exit_code=None)


@pytest.mark.parametrize("mode", choices("mode"))
def test_documentation_tools_are_not_mentioned_without_a_generator(
    mode: str, artifacts: ArtifactCache
) -> None:
    """Without a generator, the project has no docs/ and doesn't mention documentation tools.

    CONTRIBUTING.md and the answers file are not checked.
    """
    project = artifacts.project(FULL | {"mode": mode, "docs_engine": "none"})
    assert not (project / "docs").exists()
    for name in set(tree(project)) - {".copier-answers.yml", "CONTRIBUTING.md"}:
        text = (project / name).read_text(encoding="utf-8").lower()
        for word in ("sphinx", "zensical", "furo", "mkdocs", "_build/", "site/"):
            assert word not in text, name


@pytest.mark.parametrize("engine", BUILD)
def test_dev_group_includes_the_engine(engine: str, artifacts: ArtifactCache) -> None:
    """The `dev` dependency group includes the `docs` group, which contains the generator."""
    project = artifacts.project({"project_name": "My Project", "docs_engine": engine})
    groups = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    assert engine in [text.split(">")[0] for text in groups["docs"]]
    assert {"include-group": "docs"} in groups["dev"]


@pytest.mark.slow
def test_settings_are_formatted_with_any_names(tmp_path: Path, artifacts: ArtifactCache) -> None:
    """Ruff finds nothing to reformat or report in conf.py, whatever names the project has."""
    ruff = Environment.make(tmp_path / "environment")
    ruff.install("ruff")
    names = [*TEXTS, HOSTILE, *("x" * length for length in range(84, 101))]
    projects = [
        artifacts.project(
            NAMES | {"project_name": name, "user_name": HOSTILE_AUTHOR, "docs_engine": "sphinx"}
        )
        for name in names
        if len(name) <= 100 and name != "---"
    ]
    files = [project / "docs" / "conf.py" for project in projects]
    ruff.run("ruff", "format", "--no-cache", "--check", "--diff", *files)
    ruff.run("ruff", "check", "--no-cache", *files)
