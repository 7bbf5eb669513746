"""Mutation operators, which create faults in lines of text.

The operators only search lines for brackets and patterns, so they work for Jinja, YAML, TOML, JSON,
Python, and shell scripts. Faults that a parser rejects are left out, because they are too easy to
catch.
"""

import ast
import hashlib
import json
import re
import tomllib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import yaml
from jinja2 import TemplateSyntaxError

from harness.packagestan.template import environment

# Consecutive lines. As a replacement, an empty tuple deletes the old lines.
Lines = tuple[str, ...]

BRACKETS = {"[": "]", "(": ")", "{": "}"}
PROSE = re.compile(r"\.(md|txt)\b|licenses/|messages/")
DATA: dict[str, Callable[[str], object]] = {
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".yml": yaml.safe_load,
}

# Matches a condition and the text before and after it.
CONDITION = re.compile(
    r"(?P<start>\{%-?\s*(?:el)?if |^\s*(?:el)?if (?=.*(?:;|:$))|^\s*(?:while|assert) |^\s*(?:- )?if: "
    r"|(?<=[\w)\]}'\"]) if )(?P<condition>.+?)(?P<end>\s*-?%\}| else\b|;|:$|\s*-?\}\}|[\])}]?,?$)"
)
STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|`([^`]+)`")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)*(?![\w])")
SHA = re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b")
URL = re.compile(r"https?://[\w./#?=&%~:@-]+")


@dataclass(frozen=True)
class Fault:
    """A fault in a file.

    Attributes:
        file: The path in the repository.
        line: The number of the first changed line, starting at 1.
        operator: The name of the operator.
        old: The replaced lines.
        new: The new lines.
    """

    file: str
    line: int
    operator: str
    old: Lines
    new: Lines

    def seed(self, lines: list[str]) -> None:
        """Apply the fault to the file's lines."""
        start = self.line - 1
        assert tuple(lines[start : start + len(self.old)]) == self.old, self.file
        lines[start : start + len(self.old)] = self.new

    def __str__(self) -> str:
        """Return the old and the new lines as a single line."""
        old, new = (" ⏎ ".join(line.strip() for line in lines) for lines in (self.old, self.new))
        return f"{old} → {new or '(nothing)'}"


def number_of(text: str, length: int) -> int:
    """Derive a number below the given length from a string."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % length


def closing(line: str, start: int, stop: str = "") -> int:
    """Return the position of the closing bracket, or the line's length if there is none.

    Args:
        line: The line.
        start: The position after the opening bracket.
        stop: A regular expression. If it matches earlier, outside nested brackets and strings, the
            result is the position of the match.
    """
    depth, quote = 0, ""
    for place in range(start, len(line)):
        sign = line[place]
        if quote:
            quote = "" if sign == quote and line[place - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif not depth and stop and re.match(stop, line[place:]):
            return place
        elif sign in BRACKETS:
            depth += 1
        elif sign in BRACKETS.values():
            depth -= 1
            if depth < 0:
                return place
    return len(line)


def conditions(line: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end positions of each condition in a line."""
    for found in CONDITION.finditer(line):
        yield found.span("condition")


def negate_condition(line: str, file: str) -> Iterator[str]:
    """Yield the line with each condition negated in turn."""
    for start, end in conditions(line):
        condition = line[start:end]
        if line[:start].endswith("if: "):
            bare = condition.removeprefix("${{").removesuffix("}}").strip()
            yield f"{line[:start]}${{{{ !({bare}) }}}}{line[end:]}"
        elif line[end:].startswith(";"):
            yield f"{line[:start]}! {condition}{line[end:]}"
        else:
            positive = condition.removeprefix("not ")
            yield (
                line[:start]
                + (positive if positive != condition else f"not ({condition})")
                + line[end:]
            )


def take_other_branch(line: str, file: str) -> Iterator[str]:
    """Yield the line with each condition replaced by true, and then by false."""
    constants = ("True", "False") if file.endswith(".py") else ("true", "false")
    for start, end in conditions(line):
        for constant in constants:
            yield line[:start] + constant + line[end:]


def drop_condition(line: str, file: str) -> Iterator[str]:
    """Yield the line without one of the conditions that a logical operator combines."""
    ends = r" and | or | else\b| if |\s*-?%\}|\s*-?\}\}|:$|,| && | \|\| "
    for found in re.finditer(r" (?:and|or|&&|\|\|) ", line):
        before = line[: found.start()]
        if before.count("'") % 2 or (before.count('"') % 2 and "{{" not in before):
            continue  # A word in a string isn't an operator.
        yield line[: found.start()] + line[closing(line, found.end(), ends) :]
        starts = list(re.finditer(r"\b(?:if|and|or|return) |(?<![=!<>])= |\(|\{\{-? ", before))
        if starts and not re.search(r"[()]", before[starts[-1].end() :]):
            yield line[: starts[-1].end()] + line[found.end() :]


def remove_element(line: str, file: str) -> Iterator[str]:
    """Yield the line without one element of a list or map, or one argument of a call."""
    for start, sign in enumerate(line):
        around = line[max(start - 1, 0) : start + 2]
        if sign not in BRACKETS or any(mark in around for mark in ("{{", "{%", "{#")):
            continue
        end = closing(line, start + 1)
        commas = [start]
        while (comma := closing(line, commas[-1] + 1, ",")) < end:
            commas.append(comma)
        if end == len(line) or (len(commas) == 1 and (sign != "[" or end == start + 1)):
            continue
        for before, after in zip(commas, [*commas[1:], end], strict=True):
            if before == start:
                rest = line[after + (after != end) :].lstrip()
                yield line[: start + 1] + rest
            else:
                yield line[:before] + line[after:]


def drop_filter(line: str, file: str) -> Iterator[str]:
    """Yield the line without one filter or command after a pipe. Ignore Python modules."""
    if file.endswith(".py"):
        return
    for found in re.finditer(r" \| \w+", line):
        end = found.end()
        if line[end : end + 1] == "(":
            end = closing(line, end + 1) + 1
        yield line[: found.start()] + line[end:]


def changed(token: str) -> str:
    """Return a token with one letter or digit changed, if it contains any."""
    places = [place for place, sign in enumerate(token) if sign.isalnum() and sign.isascii()]
    if not places:
        return token
    place = places[number_of(token, len(places))]
    ring = next(
        ring
        for ring in ("0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if token[place] in ring
    )
    ring = "abcdef" if SHA.fullmatch(token) and ring[0] == "a" else ring
    return token[:place] + ring[(ring.index(token[place]) + 1) % len(ring)] + token[place + 1 :]


def change_character(line: str, file: str) -> Iterator[str]:
    """Yield the line with one character of a string, number, hash, or URL changed.

    In license texts, words are also changed.
    """
    tokens = [SHA, URL, NUMBER, STRING]
    if "licenses/" in file:
        tokens.append(re.compile(r"[A-Za-z]{2,}"))
    for token in tokens:
        for found in token.finditer(line):
            span = found.span(found.lastindex or 0)
            if found[0] and "{{" not in found[0]:
                yield line[: span[0]] + changed(line[slice(*span)]) + line[span[1] :]


def weaken_expression(line: str, file: str) -> Iterator[str]:
    """Yield the line with one weakened assertion, character class, or quantifier."""
    if not re.search(r"regex_|\bre\.|pattern|[Ee]xpression|\\\\?[AZbdsw]|\(\?[:=!]", line):
        return
    for expression, replacement in (
        (r"\\{1,2}[AZb]|(?<=[\"'])\^|\$(?=[\"'])|\((?:\?[!=]|\?<[!=])[^()]*\)", ""),
        (r"\[\^?(?:[^\]\\\s,]|\\.){2,}\]", "."),
        (r"(?<=[\])])\+", "*"),
        (r"(?<=[\w\])])\{\d+,?\d*\}", "*"),
    ):
        for found in re.finditer(expression, line):
            yield line[: found.start()] + replacement + line[found.end() :]


OPERATORS: dict[str, Callable[[str, str], Iterator[str]]] = {
    function.__name__.replace("_", " "): function
    for function in (
        negate_condition,
        take_other_branch,
        drop_condition,
        remove_element,
        drop_filter,
        change_character,
        weaken_expression,
    )
}
PAIR = re.compile(r"(\s*(?:- )?[\w.\"'-]+\s*[:=]\s+)(\S.*)")


def indentation(line: str) -> int:
    """Return the indentation of a line, or a large number if the line is empty."""
    return len(line) - len(line.lstrip()) if line.strip() else 1000


def delete_lines(lines: list[str], number: int) -> tuple[str, Lines]:
    """Return the name of the operator that deletes a line, and the lines that it deletes.

    If the line is a key without a value on the same line, the lines indented below it are included.
    """
    line = lines[number]
    end = number + 1
    if re.match(r"\s*(?:- )?[\w.-]+:\s*$", line):
        while end < len(lines) and indentation(lines[end]) > indentation(line):
            end += 1
        while not lines[end - 1].strip():
            end -= 1
    return "remove entry" if PAIR.match(line) or end > number + 1 else "delete line", tuple(
        lines[number:end]
    )


def swapped(first: str, second: str) -> Lines:
    """Return two siblings in reverse order, or an empty tuple if they can't be swapped.

    For key-value pairs, only the values are swapped.
    """
    if indentation(first) != indentation(second) or re.search(r"\{%|^\s*[\])}]", first + second):
        return ()
    pairs = PAIR.fullmatch(first), PAIR.fullmatch(second)
    if pairs[0] and pairs[1]:
        values = [pair[2].rstrip(",") for pair in pairs if pair]
        commas = ["," * pair[2].endswith(",") for pair in pairs if pair]
        return (pairs[0][1] + values[1] + commas[0], pairs[1][1] + values[0] + commas[1])
    if any(pairs) or first.endswith(",") != second.endswith(","):
        return ()
    return second, first


def code_lines(file: str, text: str) -> set[int]:
    """Return the numbers, starting at 0, of lines that aren't empty, comments, or docstrings."""
    lines = text.splitlines()
    left = {number for number, line in enumerate(lines) if line.strip()}
    for found in re.finditer(r"(?s)\{#.*?#\}|<!--.*?-->", text):
        first = text.count("\n", 0, found.start())
        left -= {
            number
            for number in range(first, first + found[0].count("\n") + 1)
            if not re.sub(r"\{%.*?%\}", "", lines[number].replace(found[0], "")).strip()
            or found[0].count("\n")
        }
    if not PROSE.search(file):
        left -= {
            number for number, line in enumerate(lines) if line.lstrip().startswith(("#", "//"))
        }
    if file.endswith(".py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                left -= set(range(node.lineno - 1, node.end_lineno or node.lineno))
    return left


def is_valid(file: str, text: str) -> bool:
    """Return whether a file's parser accepts the text."""
    try:
        if file.endswith(".py"):
            with warnings.catch_warnings(action="ignore"):
                compile(text, file, "exec", dont_inherit=True)
        elif file.startswith("template/") or file == "copier.yml":
            environment().parse(text)
        for suffix, parse in DATA.items():
            if file.endswith(suffix) and "{%" not in text and "!include" not in text:
                parse(text)
    except (SyntaxError, TemplateSyntaxError, ValueError, yaml.YAMLError):
        return False
    return True


def candidates(file: str, lines: list[str], number: int) -> Iterator[Fault]:
    """Yield the faults for a line. They may be invalid or duplicates."""
    line = lines[number]
    operator, deleted = delete_lines(lines, number)
    # An "if" in a sentence isn't a condition.
    is_prose = bool(PROSE.search(file)) and not re.search(r"\{[{%]", line)
    yield Fault(file, number + 1, operator, deleted, ())
    if number + 1 < len(lines) and (pair := swapped(line, lines[number + 1])):
        yield Fault(file, number + 1, "swap siblings", (line, lines[number + 1]), pair)
    for name, function in OPERATORS.items():
        if not is_prose or name == "change character":
            for new in function(line, file):
                yield Fault(file, number + 1, name, (line,), (new,) if new.strip() else ())


def faults(file: str, text: str, only: int | None = None) -> list[Fault]:
    """Return the valid faults for a file's contents.

    Args:
        file: The path in the repository.
        text: The file's contents.
        only: A line number, starting at 0, or None for all lines.
    """
    lines = text.splitlines()
    numbers = code_lines(file, text)
    found = []
    for number in sorted(numbers if only is None else numbers & {only}):
        for fault in dict.fromkeys(candidates(file, lines, number)):
            changed_lines = list(lines)
            fault.seed(changed_lines)
            if fault.old != fault.new and is_valid(file, "\n".join(changed_lines) + "\n"):
                found.append(fault)
    return found
