"""Relax the checks of a new project until its existing code passes them.

Each violated Ruff rule is ignored in the affected folders, and each module with type errors is
excluded from type checking. Comments in pyproject.toml show the number of violations for each
exception. All other rules and modules, including new ones, stay strict.
"""

import json
import os
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from adoption.building import last_line
from adoption.findings import AdoptionError, counted
from adoption.template import choice_facts

HEADERS = ["[tool.ruff.lint.extend-per-file-ignores]"]
HEADERS += ["[[tool.mypy.overrides]]", "[[tool.ty.overrides]]"]
RUFF_COMMENT = """\
# The existing code violates these rules. The comments show the number of violations.
# To enforce a rule, delete its line, run `ruff check --fix`, and correct the rest."""
TYPES_COMMENT = """\
# The types of these {things} are not checked. The comments show the number of errors.
# To check one, delete its line and correct the errors."""


@dataclass(frozen=True)
class Violation:
    """A violation of a lint rule, or a type error.

    Attributes:
        path: The file's path relative to the project's folder, with forward slashes.
        rule: The code of the rule or the error.
        name: The readable name of the rule, or "" if it has none.
        message: The tool's message.
    """

    path: str
    rule: str
    name: str = ""
    message: str = ""


def relax(folder: Path) -> list[str]:
    """Relax the checks of a project, and return one line about each tool.

    After an error, pyproject.toml is unchanged.

    Raises:
        AdoptionError: The settings can't be relaxed, a tool can't run, a file has a syntax error,
            or a check still fails.
    """
    file = folder / "pyproject.toml"
    try:
        original = file.read_text(encoding="utf-8")
        tables = tomllib.loads(original).get("tool", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AdoptionError(f"{file} can't be read: {error}") from error
    names = [name for name in CHECKS if name in tables]
    if "ruff" not in names:
        raise AdoptionError(
            f"{file} has no [tool.ruff] table; run the command in an adopted project"
        )
    existing = next((header for header in HEADERS if header in original), "")
    if existing or "ignore" in tables.get("pyright", {}):
        text = existing or "[tool.pyright] ignore"
        raise AdoptionError(f"{file} is already relaxed; delete {text} to do it again")
    content = file.read_bytes()
    try:
        found = add_exceptions(file, original, names)
    except BaseException:
        file.write_bytes(content)
        raise
    others = [
        name for name in choice_facts("type_checker") if name in tables.keys() - CHECKS.keys()
    ]
    by_hand = [f"{name}: not supported; add exceptions to [tool.{name}] by hand" for name in others]
    return [summary(name, violations) for name, violations in found.items()] + by_hand


def add_exceptions(file: Path, original: str, names: list[str]) -> dict[str, list[Violation]]:
    """Add exceptions to pyproject.toml until the checks pass, and return the violations by tool.

    Args:
        file: The path of pyproject.toml.
        original: The text of pyproject.toml.
        names: The names of the tools, which are keys of `CHECKS`.

    Raises:
        AdoptionError: A tool can't run, a file has a syntax error, or a check still fails.
    """
    found: dict[str, list[Violation]] = {name: [] for name in names}
    # Repeat the checks, because ignoring a rule can make a `noqa` comment unnecessary, which is
    # another violation.
    for _ in range(3):
        new = {name: CHECKS[name].run(file.parent) for name in names}
        if not any(new.values()):
            break
        check_syntax(violation for each in new.values() for violation in each)
        for name in names:
            found[name] += new[name]
        text = original
        for name in names:
            text = CHECKS[name].write(text, found[name]) if found[name] else text
        file.write_text(text, encoding="utf-8")
    else:
        name, violation = next((name, each[0]) for name, each in new.items() if each)
        raise AdoptionError(f"{name} still fails: {violation.path}: {violation.message}")
    return found


def check_syntax(violations: Iterable[Violation]) -> None:
    """Check that no violation is a syntax error, which can't be ignored.

    Raises:
        AdoptionError: A violation is a syntax error.
    """
    for each in violations:
        if each.rule in ("invalid-syntax", "syntax"):
            raise AdoptionError(f"{each.path} has a syntax error: {each.message}")


def summary(name: str, violations: list[Violation]) -> str:
    """Return a summary of the exceptions for a tool, such as "ruff: nothing to relax"."""
    if not violations:
        return f"{name}: nothing to relax"
    if name == "ruff":
        rules = len({violation.rule for violation in violations})
        return f"ruff: ignored {counted(len(violations), 'violation')} of {counted(rules, 'rule')}"
    files = len({violation.path for violation in violations})
    return f"{name}: ignored {counted(len(violations), 'error')} in {counted(files, 'file')}"


def run_tool(folder: Path, name: str, *arguments: str) -> str:
    """Run a tool from .venv, or else with `uv run`, and return its stdout.

    Raises:
        AdoptionError: The tool can't be found, or it fails without output.
    """
    scripts = [folder.absolute() / ".venv" / place / name for place in ("bin", "Scripts")]
    installed = shutil.which(name, path=os.pathsep.join(str(path.parent) for path in scripts))
    uv = shutil.which("uv")
    if not installed and not uv:
        raise AdoptionError(f"{name} is not installed; create .venv as CONTRIBUTING.md describes")
    command = [installed] if installed else [str(uv), "run", name]
    done = subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"},
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode not in (0, 1) and not done.stdout.strip():
        raise AdoptionError(f"{name} failed: {last_line(done.stderr)}")
    return done.stdout


def parsed(name: str, text: str) -> Any:
    """Return the parsed JSON output of a tool.

    Raises:
        AdoptionError: The output isn't JSON.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise AdoptionError(f"{name} failed: {last_line(text)}") from error


def run_ruff(folder: Path) -> list[Violation]:
    """Return the violations that Ruff reports.

    https://docs.astral.sh/ruff/settings/#output-format
    """
    results = parsed("ruff", run_tool(folder, "ruff", "check", "--output-format=json"))
    root = folder.resolve()
    return [
        Violation(
            Path(each["filename"]).resolve().relative_to(root).as_posix(),
            *(each["code"] or "invalid-syntax", each.get("name") or "", each["message"]),
        )
        for each in results
    ]


def run_mypy(folder: Path) -> list[Violation]:
    """Return the errors that mypy reports.

    https://mypy.readthedocs.io/en/stable/command_line.html#cmdoption-mypy-output
    """
    lines = run_tool(folder, "mypy", "--output=json").splitlines()
    results = [parsed("mypy", line) for line in lines if line.strip()]
    return [
        Violation(
            PurePosixPath(*Path(each["file"]).parts).as_posix(),
            each["code"] or "",
            "",
            each["message"],
        )
        for each in results
        if each["severity"] == "error"
    ]


def run_ty(folder: Path) -> list[Violation]:
    """Return the errors and warnings that ty reports.

    https://docs.astral.sh/ty/reference/cli/#ty-check
    """
    results = parsed("ty", run_tool(folder, "ty", "check", "--output-format=gitlab"))
    return [
        Violation(each["location"]["path"], each["check_name"], "", each["description"])
        for each in results
    ]


def run_pyright(folder: Path) -> list[Violation]:
    """Return the errors that Pyright reports.

    https://microsoft.github.io/pyright/#/command-line?id=json-output
    """
    results = parsed("pyright", run_tool(folder, "pyright", "--outputjson"))
    root = folder.resolve()
    return [
        Violation(
            Path(each["file"]).resolve().relative_to(root).as_posix(),
            *(each.get("rule", ""), "", each["message"]),
        )
        for each in results["generalDiagnostics"]
        if each["severity"] == "error"
    ]


def write_ruff(text: str, violations: list[Violation]) -> str:
    """Return the text of pyproject.toml with the violated rules ignored in each top-level folder.

    Each file in the root folder has its own entry.

    https://docs.astral.sh/ruff/settings/#lint_extend-per-file-ignores
    """
    folders: dict[str, list[Violation]] = {}
    for each in violations:
        top, _, rest = each.path.partition("/")
        folders.setdefault(f"{top}/**" if rest else top, []).append(each)
    lines = [RUFF_COMMENT, "[tool.ruff.lint.extend-per-file-ignores]"]
    for pattern, found in sorted(folders.items()):
        names = {each.rule: each.name for each in found}
        counts = Counter(each.rule for each in found)
        comments = ((rule, f"{number} {names[rule]}") for rule, number in counts.most_common())
        lines += array(json.dumps(pattern), comments)
    return appended(text, lines)


def write_mypy(text: str, violations: list[Violation]) -> str:
    """Return the text of pyproject.toml with a list of modules whose errors mypy ignores.

    https://mypy.readthedocs.io/en/stable/config_file.html#confval-ignore_errors
    """
    counts = Counter(module_name(each.path) for each in violations)
    lines = [TYPES_COMMENT.format(things="modules"), "[[tool.mypy.overrides]]"]
    lines += array("module", numbered(counts))
    return appended(text, [*lines, "ignore_errors = true"])


def module_name(path: str) -> str:
    """Return a module's name, such as "demo.cli" for src/demo/cli.py."""
    module = PurePosixPath(path.removeprefix("src/")).with_suffix("")
    return ".".join(module.parts[:-1] if module.name == "__init__" else module.parts)


def write_ty(text: str, violations: list[Violation]) -> str:
    """Return the text of pyproject.toml with a list of files whose errors ty ignores.

    https://docs.astral.sh/ty/reference/configuration/#overrides
    """
    counts = Counter(each.path for each in violations)
    lines = [TYPES_COMMENT.format(things="files"), "[[tool.ty.overrides]]"]
    lines += array("include", numbered(counts))
    return appended(text, [*lines, 'rules.all = "ignore"'])


def write_pyright(text: str, violations: list[Violation]) -> str:
    """Return the text of pyproject.toml with a list of files whose errors Pyright ignores.

    https://microsoft.github.io/pyright/#/configuration?id=main-configuration-options
    """
    counts = Counter(each.path for each in violations)
    lines = [TYPES_COMMENT.format(things="files"), *array("ignore", numbered(counts))]
    table = re.compile(r"^\[tool\.pyright\]\n(?:[^\[\n].*\n)*", re.MULTILINE)
    return table.sub(lambda found: found[0] + "\n".join(lines) + "\n", text, count=1)


def numbered(counts: Counter[str]) -> Iterator[tuple[str, str]]:
    """Yield the items in alphabetical order, each with its count as a comment."""
    for item in sorted(counts):
        yield item, str(counts[item])


def array(key: str, items: Iterable[tuple[str, str]]) -> list[str]:
    """Return the lines of a TOML array. Each item consists of a string and its comment."""
    lines = [f"    {json.dumps(item)},  # {comment}".rstrip() for item, comment in items]
    return [f"{key} = [", *lines, "]"]


def appended(text: str, lines: Iterable[str]) -> str:
    """Append lines to a text as a separate paragraph."""
    return "\n".join([text.rstrip("\n"), "", *lines, ""])


@dataclass(frozen=True)
class Check:
    """A tool that checks a project.

    Attributes:
        run: A function that returns the violations in a project's folder.
        write: A function that adds exceptions for violations to the text of pyproject.toml.
    """

    run: Callable[[Path], list[Violation]]
    write: Callable[[str, list[Violation]], str]


CHECKS = {
    "ruff": Check(run_ruff, write_ruff),
    "mypy": Check(run_mypy, write_mypy),
    "ty": Check(run_ty, write_ty),
    "pyright": Check(run_pyright, write_pyright),
}
