"""Check that some test or `messages.txt` contains each message of the adoption tool as a whole."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.packagestan.template import ROOT

MODULES = sorted((ROOT / "tools" / "adoption").glob("*.py"))
TESTS = [file for file in Path(__file__).parent.glob("test_*.py") if file != Path(__file__)]

# Messages that no test compares as a whole, in which "..." is a placeholder.
LISTED = Path(__file__).with_name("messages.txt").read_text(encoding="utf-8").splitlines()

# At least two words, or one word and a period. Regular expressions have other characters, too.
MESSAGE = re.compile(r"(?!.*(?:\\|\)\?|\|)).*(?:\w[`',.)]* [`(]?[a-z]{2}.*|[a-z]\.)")


def lines(file: Path) -> Iterator[str]:
    """Yield the lines of the strings in a module's code, in which "..." is a placeholder."""
    ignored: set[ast.AST] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        text = node.value if isinstance(node, ast.Constant) else ""
        if isinstance(node, ast.Expr):  # The next string is a docstring.
            ignored.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            ignored |= {*node.values}
            text = "".join(
                getattr(each, "value", "") if isinstance(each, ast.Constant) else "..."
                for each in node.values
            )
        if isinstance(text, str) and node not in ignored:
            yield from (line.strip() for line in text.splitlines())


@functools.cache
def compared() -> str:
    """Return the listed messages and the strings in the tests, on separate lines."""
    return "\n".join([*LISTED, *(line for test in TESTS for line in lines(test))])


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.stem)
def test_each_message_is_compared_as_a_whole(file: Path) -> None:
    """Each message with at least two words is in a test or in the list."""
    for message in dict.fromkeys(filter(MESSAGE.fullmatch, lines(file))):
        pattern = ".+".join(map(re.escape, message.split("...")))
        assert re.search(rf"(?m)^(?:- )?{pattern}$", compared()), message
