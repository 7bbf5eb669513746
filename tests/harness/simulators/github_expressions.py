"""Evaluate the kinds of expressions that the template's GitHub workflows contain.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_][\w-]*|\|\||&&|==|!=|[!().,*])")
LITERALS = {"true": True, "false": False, "null": None}
# A condition that calls none of these functions also requires `success()`.
STATUS = {"always", "cancelled", "failure", "success"}


class ExpressionError(ValueError):
    """An expression is malformed or not supported."""


def contains(searched: Any, item: Any) -> bool:
    """Return whether a list contains an item or a string contains another, ignoring case."""
    if isinstance(searched, list):
        return any(is_same(each, item) for each in searched)
    return str(item).casefold() in str(searched).casefold()


def starts_with(text: Any, beginning: Any) -> bool:
    """Return whether a string starts with another, ignoring case."""
    return str(text).casefold().startswith(str(beginning).casefold())


def is_same(one: Any, other: Any) -> bool:
    """Return whether two values are equal, ignoring the case of strings."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return bool(one == other)


FUNCTIONS: dict[str, Callable[..., Any]] = {"contains": contains, "startsWith": starts_with}


def tokens(text: str) -> list[str]:
    """Return the tokens of an expression.

    Raises:
        ExpressionError: The text contains something that isn't a supported token.

    >>> tokens("a.b == 'c'")
    ['a', '.', 'b', '==', "'c'"]
    """
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match:
            raise ExpressionError(f"{text[position:].strip()!r} is not supported, in: {text}")
        found.append(match[1])
        position = match.end()
    return found


def asks_for_status(text: str) -> bool:
    """Return whether a condition contains the name of a status function, such as `always`."""
    return bool(STATUS & set(tokens(text)))


def evaluate(
    text: str, contexts: Mapping[str, Any], status: Mapping[str, bool] | None = None
) -> Any:
    """Return the value of an expression.

    Args:
        text: The text between `${{` and `}}`.
        contexts: The contexts by name, such as `github`.
        status: The results of the status functions by name, or None if they aren't available.

    Raises:
        ExpressionError: The expression is malformed or not supported.
    """
    functions = dict(FUNCTIONS)
    for name, value in (status or {}).items():
        functions[name] = functools.partial(bool, value)
    return _Reader(text, contexts, functions).read()


def interpolate(text: str, contexts: Mapping[str, Any]) -> str:
    """Replace each `${{ }}` expression in a string with its value.

    Raises:
        ExpressionError: An expression is malformed or not supported.

    >>> interpolate("ci-${{ github.run_id }}", {"github": {"run_id": "7"}})
    'ci-7'
    """

    def value(match: re.Match[str]) -> str:
        found = evaluate(match[1], contexts)
        if isinstance(found, bool):
            return str(found).lower()
        return "" if found is None else str(found)

    return re.sub(r"\$\{\{(.*?)\}\}", value, text)


class _Reader:
    """A parser that evaluates an expression from left to right, respecting operator precedence."""

    def __init__(
        self, text: str, contexts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.text = text
        self.contexts = contexts
        self.functions = functions
        self.rest = tokens(text)

    def read(self) -> Any:
        value = self._either()
        if self.rest:
            self._fail(self.rest[0])
        return value

    def _fail(self, what: str) -> NoReturn:
        raise ExpressionError(f"{what} is not supported, in: {self.text.strip()}")

    def _next(self, expected: str | None = None) -> str:
        if not self.rest:
            self._fail("its end")
        token = self.rest.pop(0)
        if expected not in (None, token):
            self._fail(token)
        return token

    def _has(self, sign: str) -> bool:
        if self.rest[:1] == [sign]:
            self.rest.pop(0)
            return True
        return False

    def _either(self) -> Any:
        value = self._both()
        while self._has("||"):
            other = self._both()
            value = value or other
        return value

    def _both(self) -> Any:
        value = self._compared()
        while self._has("&&"):
            other = self._compared()
            value = value and other
        return value

    def _compared(self) -> Any:
        value = self._single()
        if self._has("=="):
            return is_same(value, self._single())
        if self._has("!="):
            return not is_same(value, self._single())
        return value

    def _single(self) -> Any:
        if self._has("!"):
            return not self._single()
        if self._has("("):
            value = self._either()
            self._next(")")
            return value
        token = self._next()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token in LITERALS:
            return LITERALS[token]
        if self._has("("):
            return self._called(token)
        return self._looked_up(token)

    def _called(self, name: str) -> Any:
        arguments = []
        while not self._has(")"):
            arguments.append(self._either())
            if self.rest[:1] != [")"]:
                self._next(",")
        if name not in self.functions:
            self._fail(f"{name}()")
        try:
            return self.functions[name](*arguments)
        except TypeError:
            self._fail(f"{name}() with {len(arguments)} argument(s)")

    def _looked_up(self, name: str) -> Any:
        if name not in self.contexts:
            self._fail(name)
        value = self.contexts[name]
        while self._has("."):
            key = self._next()
            name += f".{key}"
            if key == "*" and isinstance(value, Mapping):
                value = list(value.values())
            elif isinstance(value, list):
                value = [self._member(each, key, name) for each in value]
            elif value is not None:
                value = self._member(value, key, name)
        return value

    def _member(self, value: Any, key: str, name: str) -> Any:
        if not isinstance(value, Mapping) or key not in value:
            self._fail(name)
        return value[key]
