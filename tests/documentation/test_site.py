"""Test the features of the documentation's Sphinx extension on a small site."""

import html
import re
from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.install import Environment
from harness.course import lessons
from harness.packagestan.template import ADDRESS, ROOT

CONF = f"""\
import sys
sys.path += [{str(ROOT / "docs" / "extensions")!r}, {str(ROOT / "tests")!r}]
extensions = ["packagestan", "sphinx_revealjs"]
revealjs_notes_from_comments = True
myst_enable_extensions = ["colon_fence", "substitution"]
html_theme = "furo"
packagestan_executed = ["course/**"]
"""

LESSON = """\
# A lesson

Ask ruff {{ versions.ruff }} or {{ requirements.uv_build }}, with Python {{ pythons.newest }}, and
upload by {{ versions.actions_upload_artifact }}.

```{diagram} path
Where Python *looks*

Python looks into each folder.
```

:::{objectives}
- say where Python looks
:::

::::{challenge} Shadow a *module*
:check: shadowed-module
:folder: shadow
:minutes: 6

Do it.

:::{hint}
Look at `sys.path`.
:::
:::{solution}
Like this.
:::
::::

```console
$ echo one
one
$ echo two \\
> three
two three
```

```{code-block} python
:caption: names/__init__.py

NAMES = []
```

```{code-block} console
:class: fails

$ false
```

```{code-block} console
:class: not-run
:caption: "Not run here: it needs a Docker engine."

$ docker build .
$ docker run it
```

::::{question} Where does `python` look *first*?
- A: here
- B: there

:::{answer}
A, because it does.
:::
::::

:::{key-points}
- Look.
:::

:::{instructor}
They believe.
:::
"""

PAGES = {
    "index": "# Site\n\n```{toctree}\n:caption: Pages\n:glob:\n\n*\ncourse/*\nreference/*\nreference/options/*\n```\n",
    "course/lesson": LESSON,
    "course/checkpoint": "# A checkpoint\n\n```{checkpoint} 02\n```\n\n```{checkpoint} 01\n```\n",
    "course/rendered": """\
# Renders

```{rendered} pyproject.toml
:answers: backend=flit_core copyright_year=1999
:start-at: "[build-system]"
:lines: 1-3
```

```{rendered} LICENSE
:checkpoint: "02"
:lines: 1-3
```

```{rendered} .copier-answers.yml
```
""",
    "reference/glossary": "# Glossary\n\n```{glossary}\nwheel\n  A wheel is a file.\n```\n",
    "terms": "# A wheel\n\nThe `wheel` and [a wheel](index.md), then wheels and a wheel.\n",
    "start": "# Start\n\nOpen {start}`an app <mode=app user_name='a & b'>` or {start}`the page`.\n",
    "reference/options/backend": "# backend\n\n## `uv_build` instead of `hatchling`\n\nText.\n",
    "reference/options/environments": "# environments\n\n## Adding `pip`\n\n## Lock files\n",
    "elsewhere": "# Not executed\n\n```console\n$ copier update\n```\n",
    "said": "---\ncommands: run\n---\n# Executed\n\n```console\n$ copier update\n```\n",
}

DIAGRAMS = {
    "path": 'digraph path { start [class=accent] start -> "site-packages" }',
    "wide": "digraph wide { rankdir=LR a -> b -> c -> d -> e -> f -> g }",
    "broken": "digraph broken { a -> ",
}

CHECKPOINTS = {
    "01": "copyright_year: '1843'\ndocs_engine: none\n",
    "02": "copyright_year: '1843'\ndocs_engine: none\ncontainer: true\nmode: app\n",
}


BAD = {
    "a challenge without its exercise": (
        ":::{challenge} One\n:check: nowhere\n\nDo.\n:::",
        "there is no exercise and no puzzle 'nowhere'",
    ),
    "a diagram that does not exist": ("```{diagram} nowhere\nOne.\n\nNone.\n```", "nowhere.dot"),
    "a diagram that cannot be read": ("```{diagram} broken\nOne.\n\nNone.\n```", "cannot be drawn"),
    "a diagram without a description": (
        "```{diagram} path\nOne.\n```",
        "the diagram path has no alternative text",
    ),
    "a diagram that is too wide for a phone": (
        "```{diagram} wide\nOne.\n\nA sentence.\n```",
        "pixels wide",
    ),
    "a file that is not rendered": ("```{rendered} Dockerfile\n```", "Dockerfile"),
    "a part that does not exist": (
        "```{rendered} LICENSE\n:start-at: Nobody says so\n```",
        "Nobody says so",
    ),
    "a question that does not exist": (
        "```{rendered} LICENSE\n:answers: color=red\n```",
        "there is no question color",
    ),
    "a rejected answer": (
        "```{rendered} LICENSE\n:answers: copyright_year=now\n```",
        "use a year like 2026",
    ),
    "a link to the start page with an unknown question": (
        "{start}`an app <modus=app>`",
        "there is no question modus",
    ),
    "a checkpoint that does not exist": ("```{checkpoint} 77\n```", "there is no checkpoint 77"),
    "a missing reason": (
        "```{code-block} console\n:class: not-run\n\n$ docker\n```",
        "add a caption that says why this is not run",
    ),
    "a link without https": ("<http://example.com/>", "starts with http:, not https:"),
    "a link to no host": ("[here](https://localhost/)", "has no valid host name"),
    "a link to a package index": (
        "[here](https://" + "pypi." + "org/project/ruff/)",
        "links to a package index",
    ),
    "an image without alternative text": (
        "![](picture.png)",
        "picture.png has no alternative text",
    ),
    "an empty box": (":::{hint}\n:::", "none found"),
}


class Site:
    """A small site, and the environment that builds it."""

    def __init__(self, environment: Environment, folder: Path) -> None:
        """Set the environment and the folder, which the build creates if necessary."""
        self.environment = environment
        self.folder = folder

    def build(self, pages: dict[str, str], builder: str = "html", *options: str) -> str:
        """Build pages, and return the warnings.

        Args:
            pages: The Markdown text of each page by name.
            builder: The name of the Sphinx builder.
            options: Additional options for Sphinx.
        """
        source = self.folder / "docs"
        checkpoints = {f"course/checkpoints/{n}.yml": text for n, text in CHECKPOINTS.items()}
        files = {f"{name}.md": text for name, text in pages.items()} | checkpoints
        files |= {"conf.py": CONF, "course/exercises/shadowed-module/check.toml": ""}
        files |= {f"diagrams/{name}.dot": text for name, text in DIAGRAMS.items()}
        for name, text in files.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(text, encoding="utf-8")
        command: tuple[str | Path, ...] = (
            "python",
            "-m",
            "sphinx",
            "-q",
            "-b",
            builder,
            *options,
            source,
            self.folder / builder,
        )
        return self.environment.run(*command, exit_code=None).stderr

    @property
    def warnings(self) -> str:
        """Return the recorded warnings of the build."""
        return (self.folder / "warnings.txt").read_text(encoding="utf-8")

    def page(self, name: str) -> str:
        """Return the HTML of a built page's article."""
        text = (self.folder / "html" / f"{name}.html").read_text(encoding="utf-8")
        return re.split("</?article[^>]*>", text)[1]

    def words(self, name: str) -> str:
        """Return a built page's text with whitespace collapsed to single spaces."""
        text = re.sub(r"<[^>]+>", "", self.page(name)).replace("¶", "")
        return " ".join(html.unescape(text).split())


@pytest.fixture(scope="module")
def site(sphinx: Environment, artifacts: ArtifactCache) -> Site:
    """Return a site that has correct pages and pages with one fault each."""

    def make(folder: Path) -> None:
        bad = {f"bad-{i}": f"# Bad\n\n{text}\n" for i, (text, _) in enumerate(BAD.values())}
        (folder / "docs").mkdir(parents=True)
        (folder / "docs" / "picture.png").touch()
        warnings = Site(sphinx, folder).build(PAGES | bad)
        (folder / "warnings.txt").write_text(warnings, encoding="utf-8")

    return Site(sphinx, artifacts.once("site", make))


def test_boxes_have_titles(site: Site) -> None:
    """Objectives, key points, challenges, questions, and answers have titles."""
    words = site.words("course/lesson")
    assert "After this lesson, you can say where Python looks" in words
    assert "Key points Look." in words
    assert "Challenge: Shadow a module (6 minutes)" in words
    assert "Where does python look first? A: here B: there Answer A, because it does." in words


def test_challenges_have_anchors(site: Site) -> None:
    """A challenge has an anchor that links can use."""
    assert 'id="challenge-shadow-a-module"' in site.page("course/lesson")


def test_challenge_shows_the_command_of_its_checker(site: Site) -> None:
    """A challenge with a checker shows the checker's command."""
    expected = "Check your work: uv run ~/packagestan/docs/course/check.py shadowed-module shadow"
    assert expected in site.words("course/lesson")


def test_collapsed_content_needs_no_javascript(site: Site) -> None:
    """Hints, solutions, answers, and notes for instructors are collapsed <details> with titles."""
    page = site.page("course/lesson")
    pattern = r"<details class=\"[^\"]*\"([^>]*)>\s*<summary.*?>(.*?)</summary>"
    folds = re.findall(pattern, page, re.DOTALL)
    titles = [re.sub(r"<[^>]+>", "", title).strip() for _, title in folds]
    assert ["Hint", "Solution", "Answer", "For instructors"] == titles
    assert all(not attributes for attributes, _ in folds)


def test_instructor_notes_start_with_the_minutes(site: Site) -> None:
    """Notes for instructors start with the estimated minutes.

    Five commands at 20 seconds, one file at a minute, and a few words round up to three minutes.
    The challenge takes six minutes, and the question takes one.
    """
    expected = "For instructors Minutes: 3 to teach, 7 for challenges and the quiz. They believe."
    assert expected in site.words("course/lesson")


def test_diagram_has_alternative_text_and_caption(site: Site) -> None:
    """A diagram is an inline SVG with alt text and a caption."""
    page = site.page("course/lesson")
    (svg,) = re.findall(
        r'<svg role="img" aria-label="Python looks into each folder.".*?</svg>', page, re.DOTALL
    )
    assert "site&#45;packages" in svg
    assert "Where Python <em>looks</em>" in page


def test_diagrams_have_no_ids(site: Site) -> None:
    """A diagram's SVG has neither IDs nor tooltips."""
    (svg,) = re.findall(r"<svg role=.*?</svg>", site.page("course/lesson"), re.DOTALL)
    assert " id=" not in svg
    assert "<title>" not in svg


def test_substitutions_insert_versions(site: Site) -> None:
    """Substitutions insert lower bounds, requirements, and versions of actions and Python."""
    words = site.words("course/lesson")
    data = ROOT / "template" / "data"
    (ruff,) = re.findall(
        r"^ruff: ruff>=(\S+)", (data / "tools.yml").read_text("utf-8"), re.MULTILINE
    )
    backend = ROOT / "template" / "options" / "backend" / "uv_build" / "choice.json"
    (uv_build,) = re.findall(r'"requires": "(uv_build.*)"', backend.read_text("utf-8"))
    actions = (data / "actions.yml").read_text("utf-8")
    (upload,) = re.findall(r"upload-artifact:\s+version: (\S+)", actions)
    (python,) = re.findall(r"\"([\d.]+)\"\]", (data / "python_versions.yml").read_text("utf-8"))
    assert f"Ask ruff {ruff} or {uv_build}, with Python {python}, and upload by {upload}." in words


def test_file_keeps_its_name(site: Site) -> None:
    """Markdown syntax in a caption's file name is shown unchanged."""
    assert "names/__init__.py NAMES = []" in site.words("course/lesson")


def test_footer_shows_the_tested_commands(site: Site) -> None:
    """An executed page's footer shows how many commands are tested and why the rest are not."""
    foot = "3 of 5 commands on this page are tested. Not tested: it needs a Docker engine (2)."
    assert site.words("course/lesson").endswith(foot)
    assert site.words("said").endswith("The command on this page is tested.")


def test_page_that_is_not_executed_has_no_footer(site: Site) -> None:
    """A page whose commands aren't run has no footer about tests."""
    assert "commands on this page" not in site.page("elsewhere")


def test_footer_is_on_the_pages_that_are_run() -> None:
    """The footer is configured for exactly the folders whose commands the tests run."""
    conf = (ROOT / "docs" / "conf.py").read_text(encoding="utf-8")
    (patterns,) = re.findall(r"^packagestan_executed = \[(.*)\]$", conf, re.MULTILINE)
    assert sorted(f'"{course}/**"' for course in lessons.RUN_FOLDERS) == sorted(
        patterns.split(", ")
    )


@pytest.mark.parametrize(
    ("page", "links"),
    [
        ("start", ["start/index.html#mode=app&user_name=a+%26+b", "start/index.html"]),
        (
            "reference/options/backend",
            [
                "../../start/index.html#mode=app&backend=uv_build&vs.=&vs.mode=app&vs.backend=hatchling"
            ],
        ),
        (
            "reference/options/environments",
            [
                (
                    "../../start/index.html#mode=app&environments=%5B%22pip%22%5D&vs.=&vs.mode=app"
                    "&vs.environments=%5B%5D"
                )
            ],
        ),
    ],
)
def test_links_to_the_start_page_fill_in_answers(page: str, links: list[str], site: Site) -> None:
    """Links to the start page fill in the given answers or the compared choices."""
    found = re.findall(r'href="([^"]*start/index.html[^"]*)"', site.page(page))
    assert links == list(map(html.unescape, found))


def test_checkpoint_links_to_the_start_page(site: Site) -> None:
    """A checkpoint's link to the start page contains the checkpoint's answers."""
    (link, *_) = re.findall(r'href="([^"]*start/index.html[^"]*)"', site.page("course/checkpoint"))
    assert "copyright_year=1843" in link
    assert "container=true" in link


def test_first_use_of_a_term_links_to_the_glossary(site: Site) -> None:
    """The first use of a term in prose becomes a link. Headings, code, and links don't count."""
    link = '<a class="reference internal" href="reference/glossary.html#term-wheel"><span>wheels</span></a>'
    assert f"then {link} and a wheel." in site.page("terms")
    assert "#term-wheel" not in site.page("terms").replace(link, "")


def test_generated_commands_are_not_counted(site: Site) -> None:
    """The footer doesn't count the commands that a checkpoint shows."""
    assert "commands on this page" not in site.page("course/checkpoint")


def test_failing_command_is_announced(site: Site) -> None:
    """A sentence before a block says that its command fails on purpose."""
    assert "This command fails on purpose: $ false" in site.words("course/lesson")
    assert site.words("course/lesson").count("on purpose") == 1


def test_rendered_shows_part_of_a_file(site: Site) -> None:
    """`rendered` shows part of a file rendered with the given answers, and the file's name."""
    expected = (
        '[build-system] requires = ["flit_core>=3.11,<5"] build-backend = "flit_core.buildapi"'
    )
    assert f"pyproject.toml {expected}" in site.words("course/rendered")


def test_rendered_shows_a_checkpoint(site: Site) -> None:
    """`rendered` can show a file from a checkpoint's project."""
    assert "Copyright (c) 1843 greetings contributors" in site.words("course/rendered")


def test_rendered_contains_no_local_path(site: Site) -> None:
    """The answers file shows the template's public address instead of a local path."""
    assert f"_src_path: {ADDRESS}" in site.words("course/rendered")
    assert "/tmp" not in site.page("course/rendered")


def test_checkpoint_shows_answers_commands_and_difference(site: Site) -> None:
    """A checkpoint links to its answers, and shows commands and changes since the previous one."""
    page, words = site.page("course/checkpoint"), site.words("course/checkpoint")
    assert re.search(r'<a class="reference download[^"]*" download="" href="[^"]*02.yml"', page)
    file = "~/packagestan/docs/course/checkpoints/02.yml"
    assert f"copier copy --defaults --data-file {file} {ADDRESS} ~/greetings" in words
    assert f"copier update --defaults --skip-answered --data-file {file}" in words
    assert "Adds .dockerignore, Dockerfile," in words
    assert "--- /dev/null +++ b/Dockerfile @@ -0,0" in words
    assert words.count("What has changed since checkpoint") == 1


def test_checkpoint_contains_no_local_path(site: Site) -> None:
    """A checkpoint shows neither the answers file's changes nor local paths."""
    assert ".copier-answers.yml" not in site.page("course/checkpoint")
    assert "/tmp" not in site.page("course/checkpoint")


@pytest.mark.parametrize("fault", BAD)
def test_faults_cause_warnings(site: Site, fault: str) -> None:
    """A faulty page causes a warning that describes the problem."""
    number = list(BAD).index(fault)
    (warning,) = re.findall(rf"/bad-{number}\.md.*?(?=\n/|\Z)", site.warnings, re.DOTALL)
    assert BAD[fault][1] in warning


def test_pages_without_faults_have_no_warnings(site: Site) -> None:
    """Pages without faults cause no warnings."""
    assert set() == set(re.findall(r"^/.*/([\w-]+)\.md", site.warnings, re.MULTILINE)) - {
        f"bad-{number}" for number in range(len(BAD))
    }


def test_documentation_builds_are_strict() -> None:
    """The noxfile runs sphinx-build with `-W`, which turns warnings into errors."""
    assert '"sphinx-build", "-W"' in (ROOT / "noxfile.py").read_text(encoding="utf-8")


def test_extension_doctests_pass(sphinx: Environment) -> None:
    """The extension's doctests pass."""
    folder = ROOT / "docs" / "extensions" / "packagestan"
    code = (
        "import doctest, importlib, sys\n"
        "names = sys.argv[1:]\n"
        "results = [doctest.testmod(importlib.import_module(n), optionflags=doctest.NORMALIZE_WHITESPACE)\n"
        "           for n in names]\n"
        "print(sum(r.attempted for r in results))\n"
        "sys.exit(any(r.failed for r in results))\n"
    )
    modules = [f"packagestan.{path.stem}" for path in folder.glob("[!_]*.py")]
    path = {"PYTHONPATH": f"{folder.parent}:{ROOT / 'tests'}"}
    assert int(sphinx.run("python", "-c", code, *modules, env=path).stdout) > 5


def test_code_blocks_are_focusable(site: Site) -> None:
    """Code blocks can be focused with the keyboard, because they scroll on small screens."""
    assert "<pre>" not in site.page("elsewhere")
    assert '<pre tabindex="0">' in site.page("elsewhere")


def test_slides_have_speaker_notes(sphinx: Environment, tmp_path: Path) -> None:
    """Slides contain pictures, challenges, questions, and key points. Other text becomes notes."""
    site = Site(sphinx, tmp_path)
    lesson = (
        "# A lesson\n\n:::{objectives}\n- see\n:::\n\n## Part\n\nFirst. Second.\n"
        + (LESSON[LESSON.index("::::{challenge}") :])
        + "\n## More\n\n```{diagram} path\nOne.\n\nA sentence.\n```\n"
    )
    assert "" == site.build({"index": lesson}, "revealjs")
    text = (site.folder / "revealjs" / "index.html").read_text(encoding="utf-8")
    notes = re.findall("<aside class=.notes.>(.*?)</aside>", text, re.DOTALL)
    shown = re.sub("<aside.*?</aside>", "", text, flags=re.DOTALL)
    titles = re.findall(r"<h[1-3]>(.*?)</h[1-3]>", shown)
    challenge = "Challenge: Shadow a module (6 minutes)"
    question = "Where does python look first?"
    assert ["A lesson", challenge, question, "Key points", "More"] == titles
    assert "A: here" in shown
    assert "<svg" in shown
    told = ("First. Second.", "echo two", "Like this.", "A, because it does.", "believe")
    assert not [part for part in told if part in shown]
    assert all(any(part in note for note in notes) for part in told)


def test_handouts_have_no_solutions(sphinx: Environment, tmp_path: Path) -> None:
    """Handouts have challenges with visible hints, but no solutions or notes for instructors."""
    site = Site(sphinx, tmp_path)
    assert "" == site.build({"index": LESSON}, "singlehtml", "-t", "handouts")
    text = (site.folder / "singlehtml" / "index.html").read_text(encoding="utf-8")
    assert "Shadow a" in text
    for part in ("Like this.", "because it does.", "They believe."):
        assert part not in text
    assert re.search(r"<details[^>]* open", text)


def test_lessons_can_be_translated(sphinx: Environment, tmp_path: Path) -> None:
    """Titles, captions, and alt text are in the catalogs and can be translated."""
    site = Site(sphinx, tmp_path)
    pages = {"index": "# Site\n\n```{toctree}\ncourse/lesson\n```\n", "course/lesson": LESSON}
    translated = {
        "A lesson": "Eine Lektion",
        "Where Python *looks*": "Wo Python *sucht*",
        "Python looks into each folder.": "Python sucht in jedem Verzeichnis.",
        "Where does `python` look *first*?": "Wo sucht `python` *zuerst*?",
        "Answer": "Antwort",
    }
    assert "" == site.build(pages, "gettext", "-D", "gettext_compact=0")
    catalog = (site.folder / "gettext" / "course" / "lesson.pot").read_text(encoding="utf-8")
    assert [] == [text for text in translated if f'msgid "{text}"\n' not in catalog]
    file = site.folder / "docs" / "locales" / "de" / "LC_MESSAGES" / "course" / "lesson.po"
    file.parent.mkdir(parents=True)
    entries = "".join(f'msgid "{old}"\nmsgstr "{new}"\n\n' for old, new in translated.items())
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    file.write_text(header + entries, encoding="utf-8")
    site.build(pages, "html", "-D", "language=de", "-D", "gettext_compact=0")
    page = site.page("course/lesson")
    assert 'aria-label="Python sucht in jedem Verzeichnis."' in page
    words = site.words("course/lesson")
    for text in ("Eine Lektion", "Wo Python sucht", "Wo sucht python zuerst?", "Antwort"):
        assert text in words


def test_timetable_adds_up(sphinx: Environment, tmp_path: Path) -> None:
    """A timetable shows when each lesson and break starts, its length, and the lessons' total.

    A lesson with too few minutes and a lesson that doesn't exist cause warnings.
    """
    site = Site(sphinx, tmp_path)
    table = '# Day\n\n```{{timetable}}\n:start: "09:00"\n\n07\nBreak 15\n07 20\n{}\n```\n'
    pages = {"course/07-lesson": LESSON, "index": table.format("")}
    site.build(pages)
    words = site.words("index")
    assert "09:00 10 A lesson 09:10 15 Break 09:25 20 A lesson 09:45" in words
    assert "The end, after 30 minutes of lessons" in words
    assert "lesson 07 takes 10 minutes, not 5" in site.build(
        pages | {"index": table.format("07 5")}
    )
    assert "there is no lesson 08" in site.build(pages | {"index": table.format("08")})
