"""Answers that contain special syntax, and comparisons of files that contain them."""

import ast
import functools
import itertools
import json
import re
import string
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st
from jinja2 import TemplateError, meta
from jinja2.sandbox import SandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml

from harness.rendering.copier_internals import checked_answer, native, question_of, render_context
from harness.rendering.template import Answers
from harness.space.questionnaire import Questionnaire

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

# Strings that have a special meaning in some format or program.
SNIPPETS = [
    *("'; DROP TABLE users; --", "$(touch owned)", "`touch owned`", "; touch owned #", "| sh"),
    *("&& id", "${IFS}", "$'\\n'", "%PATH%", "~root", "../../etc/passwd", "!event", "<(id)"),
    *("{{ ''.__class__ }}", "{% include 'copier.yml' %}", "{%- set x = 1 -%}", "{# x", "}}", "%}"),
    *("{% endraw %}", "{{ '{{' }}", "{{ range(9**9) | list }}", "${{ github.token }}", "$${x}"),
    *("__import__('os').system('id')", "f'{x}'", "%(x)s", "{0.__class__}", "\\u202e", "\\N{DASH}"),
    *("'''", "''' + x + '''", 'r"""', "\\'", '\\"', "\\\\", "\\\n".strip(), "# noqa", "# type: x"),
    *("[table]", "[[array]]", "a = 1", "a.b = 'c'", "inf", "nan", "+1", "1_000", "07:32:00"),
    *("!!python/object:os.system x", "!!str", "&a", "*a", "<<: *a", "? key", "- - x", "~", "null"),
    *("true", "False", "No", "on", "0o17", "1e3", ".inf", "=", "%YAML 1.1", "@at", ">-", "|+"),
    *("# h", "###### h", "* * *", "1) x", "    code", "~~~", "![x](y)", "[x]: y", "[^1]", ":::"),
    *("<https://example.com>", "<a@example.com>", "www.example.com", "@user", "#1", ":smile:"),
    *(
        "<script>",
        "</title>",
        "<!--",
        "-->",
        "<?php",
        "<![CDATA[",
        "&lt;",
        "&#x41;",
        "&nbsp;",
        "&copy 1",
    ),
    *("javascript:alert(1)", "${jndi:ldap://x}", "%00", "%0d%0a", "%2e%2e%2f", "\\r\\n", "\\0"),
    *("CON", "NUL", "aux.py", "-rf", "--help", "--data=x", "file:///etc/passwd", "//x", "a:b@c"),
    *("rich[all]", "a>=1", "a @ https://x", "a; b", "x==1.*", "a==1 --hash=x", "-e .", "-r x"),
    *("class", "import", "None", "__init__", "json", "python", "pip", "setup", "test", "con-"),
    *("{{cookiecutter.x}}", "<%= x %>", "#{x}", "@{x}", "$x$", "\\begin{x}", ".. raw:: html"),
]

# Control characters, invisible characters, and characters from many scripts, including combining
# marks and emoji.
CONTROL = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))]
INVISIBLE = list(
    "\u00a0\u00ad\u034f\u0600\u061c\u070f\u115f\u1680\u17b4\u180e\u2000\u2003\u2007\u200b\u200c\u200d"
    "\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2061\u2066\u2067\u2068"
    "\u2069\u206a\u2800\u3000\u3164\ufe00\ufe0f\ufeff\uffa0\ufff9\ufffb\ufffc\ufffd\ufffe\uffff"
    "\ud800\udbff\udc00\udcff\udfff\U0001d173\U000e0001\U000e0020\U000e007f\U000e0100"
)
SCRIPTS = list(
    "éßøłđıİſﬁﬀΩЖאبहไ가한日本々〆ーﾊ\u0301\u0308\u0338\u20dd\u3099\u05b0\u064b\u0e33\u0e47\u1100\u11a8"
    "ͅͰ\u1e9eǅ㎏½²①Ⅷ٣०߀𝟘𝔸𝒜𐐀𠮷🎉👩🏽🇪🏴\ue000\uf8ff\U000f0000\U0010fffd\U0001fffe\U0010ffff"
)


@functools.cache
def hostile_texts() -> list[str]:
    """Return the strings to try as answers to each text question."""
    signs = string.punctuation
    lengths = [n + d for n in (4, 39, 40, 64, 100, 200, 254, 500, 512) for d in (0, 1)]
    texts = [
        *TEXTS,
        *(form.format(c) for c in signs for form in ("{0}", "{0} a", "a {0}", "{0}a{0}", "{0}{0}{0}")),
        *(f"a{first}{second}b" for first in signs for second in "\"#$%&'*:<>@[\\`{|}~!"),
        *(text for s in SNIPPETS for text in (s, f"a {s} b", f"a{s}b", f"https://example.com/{s}")),
        *(f"{s}@example.com" for s in SNIPPETS),
        *(f"https://example.com/{c}{c}" for c in signs),
        *(f"{c}a{c}@example.com" for c in signs),
        *(form.format(c) for c in CONTROL for form in ("a{0}b", "{0}a", "a{0}")),
        *(form.format(c) for c in INVISIBLE for form in ("a{0}b", "{0}a", "a{0}")),
        *(form.format(c) for c in SCRIPTS for form in ("a{0}b", "{0}a", "a{0}")),
        *("a.b", "a-b", "a_b", "A1", "a--b", "octocat", "x" * 100_000, "日" * 100, " ", "", " a", "a ", "a  b"),
        *("x" * n for n in lengths),
        *("é" * n for n in lengths),
        *(f"https://example.com/{'x' * n}" for n in (479, 480, 481)),
        *(str(year) for year in (0, 999, 1000, 1970, 2026, 2999, 3000, 12026)),
    ]  # fmt: skip
    return list(dict.fromkeys(texts))


# Malformed YAML, YAML of unexpected types, YAML with side effects, and valid answers.
YAML_TEXTS = [
    *("[", "]", "{", "}", "[a", "[a]]", "{a: b", '["a', "['a", '"', "'", "a: b: c", "- a\nb", "\t- a"),
    *("", " ", "#", "---", "...", "a\n---\nb", "[a]\n---\n[b]", "--- [a]\n...\nb", "%YAML 9.9\n---\na"),
    *("null", "~", "true", "1", "1.5", "2026-01-01", "2026-99-99", "rich", "!!binary eA==", "!!set {a}"),
    *("!!omap [a: b]", "!!pairs [a: b]", "!!timestamp [a]", "!!int a", "!!float a", "!!bool a", "!x [a]"),
    *("!!python/object/apply:os.system [id]", "!!python/name:os.system", "!!python/tuple [a]"),
    *("*a", "[*a]", "&a [*a]", "&a {b: *a}", "{<<: a}", "{<<: [a]}", "{[a]: b}", "{{a: b}: c}", "? [a]"),
    *("[" * 5000, "- " * 5000, "{a: " * 5000, "&a " * 50, "[" * 40 + "]" * 40, "9" * 10_000),
    *("@a", "`a`", "%a", "!", "&", "*", "|", ">", "| a", "[,]", "[a,,b]", "{,}", "a:\n\t- b", "\0", "\x85"),
    *("\ud800", "[\x7f]", "\ufffe", '["\\x"]', '["\\ud800"]', "{{ 7 * 7 }}", "{% raw %}", "[{{ x }}]"),
    *("{colors: rich}", "{colors: [1]}", "{colors: null}", "{1: [a]}", "{null: [a]}", "{a b: []}", "{all: []}"),
    *("[[]]", "[{}]", "[null]", "[1]", '[""]', '[" "]', '["a\\nb"]', '["rich>>1"]', "[rich[x]]", "[{rich: 1}]"),
    *("[uv, nix]", "[uv]", "[uv, uv]", "uv", "{uv: pip}", "[UV]", '["uv "]', "[pip, uv]", "[]", "{}"),
    *('["rich>=13"]', "- rich>=13", "[rich]", "{a: [rich]}", "a:\n- rich", '{"a": ["b; c"]}', "[a] # b"),
]  # fmt: skip

# Strategies for lines that the macro `line_error` accepts, and for text with special syntax.
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


@functools.cache
def markdown() -> MarkdownIt:
    """Return a parser for GitHub Flavored Markdown."""
    return MarkdownIt("gfm-like", {"linkify": False})


def shown(text: str) -> str:
    """Return the text that is visible in the first paragraph or heading of a Markdown document.

    Raises:
        AssertionError: The paragraph or heading contains markup.
    """
    (inline, *_) = [token for token in markdown().parse(text) if token.type == "inline"]
    assert all(child.type == "text" for child in inline.children or [])
    return "".join(child.content for child in inline.children or [])


def free_questions(questionnaire: Questionnaire, *types: str) -> list[str]:
    """Return the questions of the given types that are answered with text or YAML.

    Multiselect questions are included only if "yaml" is given, because their answers can be YAML.
    """
    return [
        name
        for name, question in questionnaire.asked().items()
        if question["type"] in types
        and ("choices" not in question or (question.get("multiselect") and "yaml" in types))
    ]


def plain_answers(name: str) -> Iterator[str]:
    """Yield plain answers to a question. Each question that accepts text accepts at least one of them."""
    word = name.replace("_", "")
    yield from (
        f"Plain {word}",
        f"plain-{word}",
        f"plain_{word}",
        f"https://{word}.example.com/plain",
    )
    yield from (f"plain@{word}.example.com", "2999")


def holders(value: Any, pattern: re.Pattern[str]) -> set[int]:
    """Return the IDs of matching strings in a structure and of the objects that contain them."""
    if isinstance(value, str):
        return {id(value)} if pattern.search(value) else set()
    inner: set[int] = set()
    if isinstance(value, dict):
        inner.update(*(holders(part, pattern) for pair in value.items() for part in pair))
    elif isinstance(value, list):
        inner.update(*(holders(part, pattern) for part in value))
    return inner | {id(value)} if inner else inner


def changed(value: Any, change: Callable[[str], str], only: set[int]) -> Any:
    """Return a copy of a structure in which a function has changed some of the strings.

    Args:
        value: The structure.
        change: The function.
        only: The IDs of the strings to change and of the objects that contain them. All other
            objects, usually almost the entire structure, are shared instead of copied.
    """
    if id(value) not in only:
        return value
    match value:
        case str():
            return change(value)
        case dict():
            return {
                changed(k, change, only): changed(item, change, only) for k, item in value.items()
            }
        case _:
            return [changed(item, change, only) for item in value]


def spaced(page: str) -> str:
    """Return HTML with collapsed spaces, as browsers show it."""
    return re.sub("[ \n]+", " ", page)


def syntax(node: Any) -> Any:
    """Return a Python syntax tree as nested lists that can be compared."""
    match node:
        case ast.AST():
            return [type(node).__name__, *(syntax(getattr(node, f, None)) for f in node._fields)]
        case list():
            return [syntax(item) for item in node]
        case _:
            return node


def content(name: str, text: str) -> Any:
    """Return the parsed contents of a file, or its text if the format is unknown.

    Args:
        name: The file's name, whose suffix determines the format.
        text: The file's text.
    """
    match Path(name).suffix:
        case ".toml":
            return tomllib.loads(text)
        case ".yml":
            return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        case ".json":
            return json.loads(text)
        case ".py":
            return syntax(ast.parse(text))
        case ".md":
            return spaced(markdown().render(text))
        case _:
            return text


def surroundings(answer: str, text: str) -> set[str]:
    """Return each occurrence of an answer with the nearby characters in its line.

    The nearby characters show how the answer is quoted and escaped. The rest of the line is left
    out, because it may differ: for example, it may contain the license's name.
    """
    return set(re.findall(rf"[^\n]{{0,20}}{re.escape(answer)}[^\n]{{0,20}}", text))


@functools.cache
def names_in(
    environment: SandboxedEnvironment, text: str
) -> tuple[frozenset[str], frozenset[str | None]]:
    """Return the names of the variables and templates that a Jinja template uses.

    A template whose name is computed is represented by None.
    """
    tree = environment.parse(text)
    used = frozenset(meta.find_undeclared_variables(tree))
    return used, frozenset(meta.find_referenced_templates(tree))


class Form:
    """Answered questions in which individual answers can be replaced to compare files.

    Attributes:
        plain: A plain answer to each question that accepts text and has no given answer.
    """

    def __init__(
        self,
        questionnaire: Questionnaire,
        answers: Answers,
        first: Answers | None = None,
        read: Callable[[str, str], Any] = content,
    ) -> None:
        """Answer all questions. Questions that accept text get a plain answer if none is given.

        Args:
            questionnaire: The questions.
            answers: The given answers.
            first: Initial answers to questions whose default is rejected or empty.
            read: A function that returns a file's parsed contents, given its name and text.

        Raises:
            ValueError: Copier rejected an answer.
        """
        self.questionnaire = questionnaire
        self.template = questionnaire.template
        self.environment = self.template.shared_parts()[1]
        self.read = read
        self.answers: Answers = dict(first or {}) | answers
        free = free_questions(questionnaire, "str")
        self._ask()
        for name in free:
            if name not in answers:
                self.answers[name] = next(
                    answer for answer in plain_answers(name) if not self.refusal(name, answer)
                )
        # Ask again, so that Copier checks all plain answers together.
        self._ask()
        self.plain = {name: self.answers[name] for name in free}
        self.plain = {name: text for name, text in self.plain.items() if name not in answers}

    def _ask(self) -> None:
        """Make Copier ask the questions with the current answers."""
        self.worker = self.template.asked_worker(self.answers)
        self.context = dict(render_context(self.worker))

    def refusal(self, name: str, answer: Any) -> str:
        """Return Copier's message if it rejects an answer from `--data`, or "" if it accepts it."""
        try:
            checked_answer(question_of(self.worker, name, self.context | {name: answer}), answer)
        except (TypeError, ValueError, TemplateError, yaml.YAMLError) as error:
            return str(error)
        return ""

    def answered(self, answers: Answers) -> Answers:
        """Return the template context with some answers replaced by other valid ones."""
        context = self.context | answers
        context["_copier_answers"] = context["_copier_answers"] | answers
        for name in self._derived(frozenset(answers)):
            question = self.questionnaire.questions()[name]
            text = self.environment.from_string(question["default"]).render(context)
            context[name] = native(question["type"], text)
        return context

    @functools.cache  # noqa: B019
    def _derived(self, names: frozenset[str]) -> list[str]:
        """Return the names of the computed values that depend on any of these answers."""
        affected = set(names)
        for name, question in self.questionnaire.questions().items():
            if question.get("when") is False:
                used, included = names_in(self.environment, question["default"])
                for path in included - {None}:
                    text = (self.template.root / str(path)).read_text(encoding="utf-8")
                    used |= names_in(self.environment, text)[0]
                if None in included or used & affected:
                    affected.add(name)
        return [name for name in self.questionnaire.questions() if name in affected - names]

    @functools.cached_property
    def sources(self) -> dict[str, str]:
        """Return the Jinja source of each rendered file, by path."""
        folder = self.worker.template_copy_root
        found = {}
        for path in sorted(folder.rglob("*.jinja")):
            name = path.relative_to(folder).as_posix().removesuffix(".jinja")
            rendered = self.environment.from_string(name).render(self.context)
            if all(rendered.split("/")):
                found[rendered] = path.read_text(encoding="utf-8")
        return found

    def file(self, name: str, context: Answers) -> str:
        """Return the text of a file, rendered with a context."""
        return self.environment.from_string(self.sources[name]).render(context)

    @functools.cached_property
    def plain_files(self) -> dict[str, str]:
        """Return the text of each file, rendered with plain answers, by path."""
        return {name: self.file(name, self.context) for name in self.sources}

    @functools.cached_property
    def plain_contents(self) -> dict[str, Any]:
        """Return the parsed contents of each file, rendered with plain answers, by path."""
        return {name: self.read(name, text) for name, text in self.plain_files.items()}

    @functools.cached_property
    def plain_holders(self) -> dict[str, set[int]]:
        """Return, for each file, the IDs of the objects that contain a plain answer."""
        texts = {form(text) for text in self.plain.values() for form in (str, escapeHtml)}
        pattern = re.compile("|".join(map(re.escape, texts)))
        return {name: holders(value, pattern) for name, value in self.plain_contents.items()}

    def expected(self, name: str, answers: dict[str, str]) -> Any:
        """Return a file's expected contents if the given answers replace the plain ones."""
        swap = {self.plain[question]: answer for question, answer in answers.items()}
        if name.endswith(".md"):
            swap = {escapeHtml(plain): escapeHtml(answer) for plain, answer in swap.items()}
        pattern = re.compile("|".join(map(re.escape, swap)))
        value = changed(
            self.plain_contents[name],
            lambda text: pattern.sub(lambda found: swap[found[0]], text),
            self.plain_holders[name],
        )
        return spaced(value) if name.endswith(".md") else value

    def files_to_judge(self, judged: set[tuple[str, str]]) -> dict[str, list[str]]:
        """Return, for each question, the files with new occurrences of its plain answer.

        Args:
            judged: The occurrences that have already been compared, as pairs of a path
                and the answer with its surrounding text. New occurrences are added to the set.
        """
        found: dict[str, list[str]] = {name: [] for name in self.plain}
        new = set()
        for file, text in self.plain_files.items():
            for name, answer in self.plain.items():
                places = {(file, place) for place in surroundings(answer, text)}
                if not places <= judged:
                    found[name].append(file)
                    new |= places
        judged |= new
        return {name: files for name, files in found.items() if files}


def batches(answers: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    """Yield sets of answers that together contain every string for every question.

    Each question starts with a different string, because two commands can't have the same name.
    """
    columns = [
        [(name, texts[(number + place) % len(texts)]) for place in range(len(texts))]
        for number, (name, texts) in enumerate(answers.items())
    ]
    for row in itertools.zip_longest(*columns):
        yield dict(pair for pair in row if pair is not None)
