"""Check that tests compare the adoption tool's messages as a whole."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from harness.packagestan.template import ROOT

# The messages that no test compares as a whole. "..." stands for any text.
LISTED = Path(__file__).with_name("messages.txt").read_text(encoding="utf-8").splitlines()

# At least two words, or one word and a period. Strings that are regular expressions are left out.
MESSAGE = re.compile(r"(?!.*(?:\\|\)\?|\|)).*(?:\w[`',.)]* [`(]?[a-z]{2}.*|[a-z]\.)")


def lines(file: Path) -> Iterator[str]:
    """Yield the lines of a module's strings, except docstrings.

    In f-strings, "..." replaces each value.
    """
    ignored: set[ast.AST] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        text = node.value if isinstance(node, ast.Constant) else ""
        if isinstance(node, ast.Expr):  # `ast.walk` yields the docstring later.
            ignored.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            ignored |= {*node.values}
            parts = [
                each.value if isinstance(each, ast.Constant) else "..." for each in node.values
            ]
            text = "".join(map(str, parts))
        if isinstance(text, str) and node not in ignored:
            yield from (line.strip() for line in text.splitlines())


def test_each_message_is_compared_as_a_whole() -> None:
    """A test contains each message as a whole, except the listed messages."""
    tests = [file for file in Path(__file__).parent.glob("test_*.py") if file != Path(__file__)]
    compared = "\n".join(line for file in tests for line in lines(file))
    modules = (ROOT / "tools" / "adoption").glob("*.py")
    messages = {line for file in modules for line in lines(file) if MESSAGE.fullmatch(line)}
    patterns = {each: ".+".join(map(re.escape, each.split("..."))) for each in messages}
    others = [
        each for each in messages if not re.search(rf"(?m)^(?:- )?{patterns[each]}$", compared)
    ]
    assert LISTED == sorted(others)
