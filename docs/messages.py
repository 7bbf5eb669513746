"""Generate tables of error messages from the source files.

Messages of the template start with the remedy ("remedy; problem"), because Copier's prompt cuts off
the end of long messages. Each message of `tools/adopt.py` has the form "problem" or "problem; remedy".
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from jinja2 import nodes

from harness.packagestan.answers import written_choices
from harness.packagestan.template import ROOT, environment, facts
from tables import section, table

# The placeholder for the variable parts of a message.
ANY = "..."


def template_messages() -> None:
    """Print a table of the template's messages about rejected answers."""
    found = {message for text in sources() for message in in_template(text)}
    # In one message, the problem is the reason why a backend can't read the version from git.
    reasons = [each["vcs_error"] for each in facts("backend").values() if each["vcs_error"]]
    rows = set()
    for message in found:
        remedy, _, problem = message.partition("; ")
        rows |= {(each, remedy) for each in (reasons if problem == ANY else [problem])}
    print_table(rows)


def adoption_messages() -> None:
    """Print a table of the error messages of `tools/adopt.py`."""
    modules = (ROOT / "tools" / "adoption").glob("*.py")
    found = {each for file in modules for each in in_python(file.read_text(encoding="utf-8"))}
    rows = {message.partition("; ")[::2] for message in found}
    details = "see the end of the message"
    print_table({(problem, remedy or details) for problem, remedy in rows})


def print_table(rows: Iterable[tuple[str, ...]]) -> None:
    """Print a table of messages, sorted by problem, ignoring case and punctuation.

    Args:
        rows: The problem and the remedy of each message.
    """
    ordered = sorted(rows, key=lambda row: [re.sub(r"\W", "", cell).lower() for cell in row])
    cells = [[re.sub(r"([|*<\[])", r"\\\1", cell) for cell in row] for row in ordered]
    section(table(["problem", "what to do"], cells))


def sources() -> Iterator[str]:
    """Yield the texts in the template's macros and questions that may contain messages."""
    for file in sorted((ROOT / "template" / "macros").glob("*.jinja")):
        yield file.read_text(encoding="utf-8")
    for file in sorted((ROOT / "template" / "questions").glob("*.yml")):
        yield from texts(yaml.safe_load(file.read_text(encoding="utf-8")))


def texts(value: Any) -> Iterator[str]:
    """Yield the strings in nested lists and mappings, except help texts and placeholders."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "choices" and "call offer" in each:
                yield from texts(written_choices(value))
            elif key not in ("help", "placeholder"):
                yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def in_template(text: str) -> Iterator[str]:
    """Yield the messages in a Jinja source text.

    >>> list(in_template("{% if not year %}use a year like 2026; {{ year }} is not one{% endif %}"))
    ['use a year like 2026; ... is not one']
    """
    tree = environment().parse(text)
    found = ["".join(map(words, output.nodes)) for output in tree.find_all(nodes.Output)]
    for call in tree.find_all(nodes.Call):
        found += map(words, call.args[-1:])
    for row in tree.find_all(nodes.List):
        # The items are a pattern, a remedy, and a problem.
        if len(row.items) == 3 and "\\" in words(row.items[0]):
            found.append(f"{words(row.items[1])}; {ANY} {words(row.items[2])}")
    for message in (" ".join(each.split()) for each in found):
        if re.fullmatch(r'[a-zA-Z](?:[^;]|";")*(?:; |, because )\S.*', message):
            yield message.replace(", because ", "; ")


def words(node: nodes.Node) -> str:
    """Return the text of an expression, with "..." in place of the variable parts."""
    if isinstance(node, nodes.TemplateData):
        return node.data
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return node.value
    if isinstance(node, nodes.Concat):
        return "".join(map(words, node.nodes))
    if isinstance(node, nodes.CondExpr):
        other = f" or {words(node.expr2)}" if node.expr2 else ""
        return words(node.expr1) + other
    return ANY


def in_python(text: str) -> Iterator[str]:
    """Yield the messages of user-facing errors in a Python module's source.

    >>> list(in_python('raise AdoptionError(f"{file} exists; move it")'))
    ['... exists; move it']
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            name, argument = ast.unparse(node.exc.func), node.exc.args[0]
            if name not in ("AdoptionError", "argparse.ArgumentTypeError"):
                continue
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value
            elif isinstance(argument, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else ANY for p in argument.values]
                yield "".join(map(str, parts))
