"""Check that answers with special syntax are written unchanged."""

import ast
import json
import re
import string
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import people, read_wheel
from harness.artifacts.install import Environment
from harness.packagestan.answers import choices, questions
from harness.packagestan.hostile_answers import accepted, content, forms, free_questions, refusals
from harness.packagestan.template import environment, render
from harness.rendering.render import recorded_answers
from harness.space.hostile_answers import LINES, SYNTAX, YAML_TEXTS, batches, hostile_texts, shown

# A regular expression for a message that names its question, with a placeholder for the name.
NAMED = "(?:Validation error for question|Invalid choice for) '{}': [^\n]+"


# Computing the messages about all strings takes several seconds, so these tests run in one process.
needs_refusals = pytest.mark.xdist_group("hostile answers")


def test_hostile_texts_are_comprehensive() -> None:
    """The hostile strings contain the control characters below U+0020 and all ASCII punctuation.

    There are more than 2,000 strings.
    """
    assert 2000 < len(hostile_texts())
    assert {*map(chr, range(32)), *string.punctuation} <= set("".join(hostile_texts()))


@pytest.mark.slow
@needs_refusals
def test_every_text_is_unchanged_or_rejected() -> None:
    """Each hostile string appears unchanged in the files or is rejected with a message.

    Each question that accepts any text is answered with each string. Except for the answer, programs
    must read the same contents from the files as with plain text.
    """
    for name in free_questions("str"):
        for text, refusal in refusals(name).items():
            assert not refusal or re.fullmatch(NAMED.format(name), refusal), (name, text)
    judged: set[tuple[str, str]] = set()
    for form in forms():
        files = form.files_to_judge(judged)
        for answers in batches(accepted(*files)):
            context = form.answered(answers)
            for file in sorted({file for name in answers for file in files[name]}):
                said = content(file, form.file(file, context))
                assert form.expected(file, answers) == said, (file, answers)


@needs_refusals
def test_each_answer_appears_in_a_file() -> None:
    """The answer to every question that accepts any text appears in a file.

    The summary appears in exactly the expected files.
    """
    judged: set[tuple[str, str]] = set()
    reached: dict[str, set[str]] = {}
    for form in forms():
        for name, files in form.files_to_judge(judged).items():
            reached.setdefault(name, set()).update(files)
    assert set(free_questions("str")) == set(reached)
    code = {"src/plain_packagename/__init__.py", "src/plain_packagename/__main__.py"}
    texts = {"README.md", "pyproject.toml", "zensical.toml"}
    assert code | texts | {".copier-answers.yml"} == reached["project_description"]


@pytest.mark.slow
@needs_refusals
def test_compared_files_equal_rendered_files(tmp_path: Path) -> None:
    """For a sample of strings, the files rendered in memory equal the files that Copier writes."""
    for number, form in enumerate(forms()):
        texts = hostile_texts()[number :: len(hostile_texts()) // 4]
        sample = {
            name: [text for text in texts if text in these]
            for name, these in accepted(*form.plain).items()
            if name != "gui_command_name"  # This must differ from the other command.
        }
        for batch, answers in enumerate(batches(sample)):
            project = render(tmp_path / f"{number}-{batch}", form.answers | answers)
            context = form.answered(answers)
            package = f"src/{context['package_name']}/"
            for file in form.sources:
                written = project / file.replace(f"src/{form.plain['package_name']}/", package)
                assert form.file(file, context) == written.read_text(encoding="utf-8"), file
            assert answers.items() <= recorded_answers(project).items()


@pytest.mark.slow
@needs_refusals
def test_rejected_text_writes_nothing(tmp_path: Path) -> None:
    """If a question rejects an answer, the message names the question, and nothing is written."""
    form = forms()[0]
    for name in form.plain:
        refused = [text for text, refusal in refusals(name).items() if refusal]
        for text in refused[:: len(refused) // 5]:
            with pytest.raises(ValueError, match=NAMED.format(name)):
                render(tmp_path / "project", form.answers | {name: text})
            assert not (tmp_path / "project").exists()


def as_listed(name: str, text: str) -> Any:
    """Return the value of a YAML string. Selected choices are in the question's order."""
    value = yaml.safe_load(text)
    if questions()[name].get("multiselect"):
        return [choice for choice in choices(name) if choice in value]
    return value


@pytest.mark.slow
@pytest.mark.parametrize("name", free_questions("yaml"))
def test_every_yaml_answer_is_recorded_or_rejected(name: str, tmp_path: Path) -> None:
    """The value of each YAML answer is recorded, or a message rejects the answer."""
    form = forms()[0]
    carried = 0
    for number, text in enumerate(YAML_TEXTS):
        project = tmp_path / str(number)
        answers = form.answers | {name: text}
        if refusal := form.refusal(name, text):
            assert re.fullmatch(NAMED.format(name), refusal), text
            if number % 10 == 0:
                with pytest.raises(Exception, match=NAMED.format(name)):
                    render(project, answers)
                assert not project.exists()
        else:
            carried += 1
            assert as_listed(name, text) == recorded_answers(render(project, answers))[name]
    assert 0 < carried < len(YAML_TEXTS)


@pytest.mark.slow
@needs_refusals
def test_code_stays_clean_with_any_text(tmp_path: Path, artifacts: ArtifactCache) -> None:
    """Whatever the names and the summary are, Ruff finds nothing to format or fix."""
    ruff = Environment.make(tmp_path / "environment")
    ruff.install("ruff")
    names = ("project_name", "project_description", "user_name")
    script = next(form for form in forms() if form.answers["mode"] == "script")
    for form in (forms()[0], script):
        # With non-ASCII letters in the summary, the project's settings allow ambiguous letters.
        answers = form.answers | {"project_description": "Çok güzel"}
        project = render(tmp_path / form.answers["mode"], answers)
        held = [
            file
            for file, text in form.plain_files.items()
            if file.endswith(".py") and any(form.plain[name] in text for name in names)
        ]
        for number, answers in enumerate(batches(accepted(*names))):
            context = form.answered(answers)
            for file in held:
                folder = (project / file).parent / f"n{number}"
                folder.mkdir(exist_ok=True)
                path = folder / Path(file).name
                path.write_text(form.file(file, context), encoding="utf-8")
                path.chmod((project / file).stat().st_mode)
        ruff.run("ruff", "format", "--no-cache", "--check", "--diff", project)
        ruff.run("ruff", "check", "--no-cache", project)


@pytest.mark.slow
@pytest.mark.parametrize("backend", choices("backend"))
@pytest.mark.parametrize(
    ("name", "address"),
    [
        (
            'O\'Brien, Zoë "Bob" \\ Jr.; (Ltd.): [x] @home 🎉 שלום {{ x }} # % ---',
            "o'brien+tag@example.co.uk",
        ),
        ('Acme, "Inc." (since 1999)', ""),
    ],
    ids=["address", "no-address"],
)
def test_author_and_summary_are_unchanged_in_the_metadata(
    name: str, address: str, backend: str, artifacts: ArtifactCache
) -> None:
    """With each backend, the metadata contains the author and the summary unchanged."""
    answers = {
        "project_name": "My Project",
        "project_description": f'{name}: "quoted" \\n {{{{ x }}}} 100% </script> # 🎉',
        "user_name": name,
        "user_email": address,
        "backend": backend,
    }
    metadata = read_wheel(artifacts.wheel_from_tree(answers)).metadata
    assert answers["project_description"] == metadata["summary"]
    assert {(name, address)} == people(metadata)


@pytest.mark.parametrize("license_", ["MIT", "BSD-3-Clause", "Proprietary"])
def test_copyright_holder_is_unchanged_in_the_license(
    license_: str, artifacts: ArtifactCache
) -> None:
    """The license contains the copyright holder's name unchanged."""
    name = 'Zoë "Bob" O\'Brien \\ {{ x }} & Söhne'
    answers = {"project_name": "My Project", "user_name": name, "license": license_}
    assert name in (artifacts.project(answers) / "LICENSE").read_text("utf-8")


def test_requirements_are_unchanged(artifacts: ArtifactCache) -> None:
    """Requirements are unchanged in pyproject.toml, inline metadata, and the README."""
    requirements = [
        "packaging>=24 ; python_version < '4' and sys_platform != \"it's\"",
        'tomli>=2; python_version < "3.11"',
        "demo @ https://example.com/a%20b.zip?x=1&y='2'#sha256=0",
    ]
    answers = {
        "project_name": "My Project",
        "mode": "script",
        "dependencies": requirements[:1],
        "extras": {"more": requirements},
    }
    project = artifacts.project(answers)
    metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    assert requirements[:1] == metadata["dependencies"]
    assert {"more": requirements, "all": ["my-project[more]"]} == metadata["optional-dependencies"]
    script = (project / "src" / "my_project" / "__main__.py").read_text("utf-8")
    block = "".join(line[2:] for line in script.split("# ///")[1].splitlines(keepends=True)[1:])
    assert requirements[:1] == tomllib.loads(block)["dependencies"]
    readme = (project / "README.md").read_text("utf-8")
    assert all(f"`{requirement}`" in readme for requirement in requirements)
    assert "| `more` | `packaging>=24 " in readme


class Title(HTMLParser):
    """The title and the text of an HTML element."""

    def __init__(self, html: str) -> None:
        """Parse an element."""
        super().__init__()
        self.title, self.text = "", ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the title."""
        self.title += dict(attrs)["title"] or ""

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        self.text += data


@pytest.mark.slow
@given(LINES | SYNTAX)
@settings(derandomize=True, deadline=None, max_examples=500)
def test_quoting_keeps_any_line(text: str) -> None:
    """Any line is accepted, and is unchanged after it is quoted and parsed again in each format.

    The formats are TOML, Python strings and docstrings, HTML, and Markdown. In Python, zero-width
    spaces are escaped.
    """
    template = environment().from_string(
        "{% from 'template/macros/text.jinja' import line_error %}"
        "{% from 'template/macros/toml.jinja' import toml_string, toml_key %}"
        "{% from 'template/macros/docstring.jinja' import docstring %}"
        "{% from 'template/macros/python.jinja' import python_string %}"
        "{% from 'template/macros/html.jinja' import html %}"
        "{% from 'template/macros/markdown.jinja' import markdown %}"
        "{{ [line_error(text, 1000), toml_string(text), toml_key(text), docstring(text),"
        " python_string(text), html(text), markdown(text)] | to_json }}"
    )
    error, toml, key, docstring, python, html, markdown = json.loads(template.render(text=text))
    assert "" == error
    assert {text: text} == tomllib.loads(f"{key} = {toml}")
    assert text == ast.literal_eval(f'"""{docstring}"""') == ast.literal_eval(python)
    assert "\u200b" not in docstring + python
    title = Title(f'<p title="{html}">{html}</p>')
    assert text == title.title == title.text
    assert text == shown(markdown)
    assert text == shown(f"# {markdown}")


@pytest.mark.slow
@given(LINES | SYNTAX)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_answers_file_keeps_any_line(text: str) -> None:
    """Any line is unchanged after it is written as in the answers file and parsed again."""
    written = environment().from_string("{{ answers | to_nice_yaml }}").render(answers={"a": text})
    assert {"a": text} == yaml.safe_load(written)
