"""Answers full of other languages' syntax arrive unchanged."""

import ast
import json
import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from harness.answers import Answers, choices
from harness.inspect import people, read_wheel
from harness.install import Environment
from harness.render import recorded_answers
from harness.template import environment
from harness.workshop import Workshop

TEXTS = [
    "A \"quoted\" thing, and 'another'",
    '"""',
    "'''\"\"\"''' ends with a quote \"",
    "C:\\new\\table \\",
    "\\N{BULLET} \\x00 \\u0000 \\\\",
    "# not a comment",
    "100% %s %(prog)s {name} ${HOME} $(id) `id`",
    "{{ project_name }} {% raw %} {# comment #}",
    "{{ 7 * 7 }}",
    "key: value, [list], {map}, - item, &anchor *alias !tag |",
    "---",
    "...",
    "- item",
    "1. item",
    "> quote",
    "+++",
    "=====",
    "[text](https://example.com) ![image](x.png) [ref]: x",
    "*emphasis* **strong** __init__ snake_case _x_ ~~gone~~",
    "<b>bold</b> <!-- comment --> </script><script>alert(1)</script>",
    "&copy; &#169; &amp; AT&T",
    "| a | b |",
    "```python",
    "heading #",
    "/// script",
    "# /// script",
    "🎉 👩‍👩‍👧 🇪🇸 \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "שלום עולם  العربية",
    "Zażółć gęślą jaźń, 日本語, ไทย, e\u0301",
    "zero\u200bwidth no\u00a0break soft\u00adhyphen",
    "null",
    "yes",
    "3.10",
    "0x10",
    "2026-11-21",
    "x" * 512,
]


def shown(markdown: str) -> str:
    """Return the text that a reader of Markdown sees in its first paragraph or heading."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    (inline, *_) = [token for token in tokens if token.type == "inline"]
    assert all(child.type == "text" for child in inline.children or [])
    return "".join(child.content for child in inline.children or [])


@pytest.mark.parametrize("mode", choices("mode"))
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_description_arrives_in_every_file(text: str, mode: str, workshop: Workshop) -> None:
    """The description is the same in the metadata's source, the docstring and the README."""
    answers: Answers = {"project_name": "My Project", "project_description": text, "mode": mode}
    project = workshop.project(answers)
    metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    assert text == metadata["description"]
    package = project / "src" / "my_project"
    for module in ["__init__.py", *(["__main__.py"] if mode == "script" else [])]:
        tree = ast.parse((package / module).read_text("utf-8"))
        assert text == ast.get_docstring(tree, clean=False)
    readme = (project / "README.md").read_text("utf-8")
    assert readme.startswith("# My Project\n\n")
    assert text == shown(readme.removeprefix("# My Project\n\n").split("\n\n## ")[0])
    assert text == recorded_answers(project)["project_description"]


def test_descriptions_leave_the_code_clean(tmp_path: Path, workshop: Workshop) -> None:
    """Ruff finds nothing to format and nothing to mend, whatever the description."""
    ruff = Environment.make(tmp_path / "environment")
    ruff.install("ruff")
    projects = [
        workshop.project({"project_name": "My Project", "project_description": text, "mode": mode})
        for text in TEXTS
        for mode in ("library", "script")
    ]
    ruff.run("ruff", "format", "--no-cache", "--check", "--diff", *projects)
    ruff.run("ruff", "check", "--no-cache", *projects)


@pytest.mark.parametrize("text", [text for text in TEXTS if len(text) <= 100 and text != "---"])
def test_a_project_name_arrives_in_the_readme(text: str, workshop: Workshop) -> None:
    """The project's name is the README's heading, whatever it holds."""
    answers = {"project_name": text, "distribution_name": "my-project"}
    project = workshop.project(answers)
    readme = (project / "README.md").read_text("utf-8")
    assert text == shown(readme.split("\n\n")[0])
    assert "my_project" == recorded_answers(project)["package_name"]


@pytest.mark.parametrize("backend", choices("backend"))
@pytest.mark.parametrize(
    ("name", "address"),
    [
        ('O\'Brien "Bob" \\ Jr.', "o'brien+tag@example.co.uk"),
        ("Doe, Jane; (Ltd.): [x] @home", "jane@example.com"),
        ("Zoë 🎉 שלום {{ x }} # % ---", "zoe@example.com"),
        ('Acme, "Inc." (since 1999)', ""),
    ],
    ids=["quotes", "separators", "letters", "no-address"],
)
def test_people_and_texts_arrive_in_the_metadata(
    name: str, address: str, backend: str, workshop: Workshop
) -> None:
    """Each backend writes the author and the description as they were given."""
    answers = {
        "project_name": "My Project",
        "project_description": f'{name}: "quoted" \\n {{{{ x }}}} 100% </script> # 🎉',
        "user_name": name,
        "user_email": address,
        "backend": backend,
    }
    metadata = read_wheel(workshop.wheel_from_tree(answers)).metadata
    assert answers["project_description"] == metadata["summary"]
    assert {(name, address)} == people(metadata)


@pytest.mark.parametrize("license_", ["MIT", "BSD-3-Clause", "Proprietary"])
def test_a_holder_arrives_in_the_license(license_: str, workshop: Workshop) -> None:
    """The licence names its holder as given."""
    name = 'Zoë "Bob" O\'Brien \\ {{ x }} & Söhne'
    answers = {"project_name": "My Project", "user_name": name, "license": license_}
    assert name in (workshop.project(answers) / "LICENSE").read_text("utf-8")


def test_requirements_arrive_where_they_are_used(workshop: Workshop) -> None:
    """Requirements are the same in pyproject.toml, in a script's block and in the README."""
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
    project = workshop.project(answers)
    metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    assert requirements[:1] == metadata["dependencies"]
    assert {"more": requirements, "all": ["my-project[more]"]} == metadata["optional-dependencies"]
    script = (project / "src" / "my_project" / "__main__.py").read_text("utf-8")
    block = "".join(line[2:] for line in script.split("# ///")[1].splitlines(keepends=True)[1:])
    assert requirements[:1] == tomllib.loads(block)["dependencies"]
    readme = (project / "README.md").read_text("utf-8")
    assert all(f"`{requirement}`" in readme for requirement in requirements)
    assert "| `more` | `packaging>=24 " in readme


# What line_error accepts.
LINES = st.text(
    st.characters(
        exclude_categories=["Cc", "Cs"],
        exclude_characters="\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        "\ufeff\ufffe\uffff",
    ),
    min_size=1,
).filter(lambda text: text == text.strip())
SYNTAX = (
    st.lists(
        st.sampled_from([*"\"'\\#*_`[]()<>&!|~-+=.:;{}%$ 1a", "{{", "}}", '"""', "<b", "&amp;"]),
        min_size=1,
    )
    .map(lambda parts: "".join(parts).strip())
    .filter(bool)
)


@given(LINES | SYNTAX)
@settings(derandomize=True, deadline=None, max_examples=500)
def test_quoting_keeps_any_line(text: str) -> None:
    """Any accepted line is the same after it was written and read in each format."""
    template = environment().from_string(
        "{% from 'template/macros/text.jinja' import line_error %}"
        "{% from 'template/macros/toml.jinja' import toml_string, toml_key %}"
        "{% from 'template/macros/python.jinja' import docstring %}"
        "{% from 'template/macros/markdown.jinja' import markdown %}"
        "{{ [line_error(text, 1000), toml_string(text), toml_key(text), docstring(text),"
        " markdown(text)] | to_json }}"
    )
    error, toml, key, docstring, markdown = json.loads(template.render(text=text))
    assert "" == error
    assert {text: text} == tomllib.loads(f"{key} = {toml}")
    assert text == ast.literal_eval(f'"""{docstring}"""')
    assert text == shown(markdown)
    assert text == shown(f"# {markdown}")


@given(LINES | SYNTAX)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_the_answers_file_keeps_any_line(text: str) -> None:
    """Copier's answers file gives any accepted line back."""
    written = environment().from_string("{{ answers | to_nice_yaml }}").render(answers={"a": text})
    assert {"a": text} == yaml.safe_load(written)
