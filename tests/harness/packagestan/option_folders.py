"""Find problems in choices' folders.

`test_each_choice_is_one_folder` reports the problems. An incomplete choice makes many other tests
fail, so by default, `conftest.py` runs only that test until the choice is complete.
"""

import collections
import difflib
import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from harness.packagestan.answers import (
    LISTED_CHOICES,
    axes,
    default,
    labels,
    preset,
    question_files,
    questions,
    written_choices,
)
from harness.packagestan.template import OPTIONS, ROOT

# Axes whose choices are files.
FILES = {"license": ROOT / "template" / "licenses", "preset": ROOT / "template" / "presets"}

# For each of these axes, the suffix of the files and the contents of a new file.
CONTENTS = {"license": (".txt", "the text of the license"), "preset": (".yml", "the answers")}

# Axes whose choices have no folders because they affect only conditions in templates.
WITHOUT_FOLDERS = {"docs_hosting", "python_min", "release_tool", "test_matrix"}

# Files that some choices of an axis don't have. For example, conda and direnv have no lock file,
# and only some build backends read the version from git.
OPTIONAL = {
    "backend": {"vcs.toml.jinja"},
    "environments": {"check.jinja", "envrc.jinja", "lock.jinja", "run.jinja"},
    "publish": {"github.yml.jinja", "gitlab.yml.jinja"},
}

# Facts that may be missing (ADDITIONAL), empty (EMPTY), or null if nothing is installed (NULL).
ADDITIONAL = {"retired", "reviewed"}
EMPTY = {
    "build_folder",
    "config",
    "docs_config",
    "executable_file",
    "file",
    "ignored",
    "repo_review",
}
EMPTY |= {"upper_bound", "vcs", "vcs_error"}
NULL = {"requirement", "requires"}

# Except for the choice `none`, at least one fact in each of these pairs must not be empty.
ALTERNATIVES = [("file", "executable_file"), ("config", "docs_config")]

TYPES = {bool: "true or false", str: "text", list: "a list", dict: "an object"}


def file_problems(axis: str, folder: Path, offered: list[str]) -> list[str]:
    """Return one sentence for each problem with the files of an axis whose choices are files.

    Args:
        axis: The axis.
        folder: The folder with a file for each choice.
        offered: The choices in the question, except those without a file.
    """
    ending, content = CONTENTS[axis]
    found = [
        f"template/{folder.name}/{path.name}: offer it in the question, or delete the file"
        for path in sorted(folder.iterdir())
        if path.name not in {f"{choice}{ending}" for choice in offered}
    ]
    for choice in offered:
        file = folder / f"{choice}{ending}"
        if not file.exists():
            found.append(f"template/{folder.name}/{file.name}: create it with {content}")
        elif not file.read_text(encoding="utf-8").strip():
            found.append(f"template/{folder.name}/{file.name}: add {content}; the file is empty")
    return found


def folder_axes() -> list[str]:
    """Return the axes whose choices have folders."""
    without = WITHOUT_FOLDERS | FILES.keys()
    return [axis for axis in axes() if "choices" in questions()[axis] and axis not in without]


def listed(axis: str) -> list[str]:
    """Return all choices of a question, including retired ones and those without a folder."""
    if not is_written(questions()[axis]):
        return list(labels(axis))
    values = written_choices(questions()[axis]).values()
    return [value["value"] if isinstance(value, dict) else value for value in values]


@functools.cache
def all_problems() -> list[str]:
    """Return the problems with the choices of all axes in `folder_axes`."""
    return [problem for axis in folder_axes() for problem in axis_problems(axis)]


def axis_problems(axis: str) -> list[str]:
    """Return one sentence for each problem with an axis.

    The choices' folders are checked only if the question is valid.
    """
    question = questions()[axis]
    return choices_problems(axis, question) or problems(OPTIONS / axis, listed(axis), page(axis))


def choices_problems(axis: str, question: dict[str, Any]) -> list[str]:
    """Return one sentence if a question's choices are not a map of labels to choices, or []."""
    try:
        values = written_choices(question).values() if is_written(question) else []
    except yaml.YAMLError:
        values = [""]
    if all(isinstance(value, dict) or (isinstance(value, str) and value) for value in values):
        return []
    return [f'{question_file(axis)}: write each choice of `{axis}` on a line as "label: choice"']


def is_written(question: dict[str, Any]) -> bool:
    """Return whether the choices are in the question itself, not in a file that it includes."""
    offered = question["choices"]
    return not isinstance(offered, str) or bool(LISTED_CHOICES.search(offered))


def question_file(axis: str) -> str:
    """Return the path of the file that contains a question."""
    return next(
        path
        for path in question_files()
        if re.search(rf"(?m)^{axis}:", (ROOT / path).read_text(encoding="utf-8"))
    )


def page(axis: str) -> str:
    """Return the text of an axis's reference page, or "" if the page doesn't exist."""
    file = ROOT / "docs" / "reference" / "options" / f"{axis}.md"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def problems(folder: Path, offered: list[str], page: str) -> list[str]:
    """Return one sentence for each problem with an axis's folders or its reference page.

    Args:
        folder: The axis's folder.
        offered: The choices in the question, including retired ones.
        page: The text of the axis's reference page.
    """
    found = [
        f"{shown(path)}: offer it in the question, or delete the folder"
        for path in sorted(folder.iterdir())
        if path.name not in offered
    ]
    facts = {choice: read(folder / choice / "choice.json") for choice in offered}
    expected = common_facts([data for data in facts.values() if isinstance(data, dict)])
    prose = re.sub(r"(?s)<!-- \[\[\[cog.*?\[\[\[end\]\]\] -->", "", page)
    for choice in offered:
        if not (folder / choice).is_dir() and (choice != "none" or expected):
            found.append(f"{shown(folder / choice)}: create it from the folder of a similar choice")
            continue
        found += part_problems(folder, choice)
        data = facts[choice]
        file = shown(folder / choice / "choice.json")
        if isinstance(data, str):
            found.append(f"{file}: {data}")
        elif data is not None:
            found += [f"{file}: {text}" for text in fact_problems(data, expected, choice)]
            if "retired" in data and choice in defaults(folder.name):
                found.append(f"{file}: select a different default in the question and the presets")
            found += vcs_problems(folder / choice, data)
        if choice != "none" and not re.search(
            rf"(?i)(?<![\w-]){re.escape(choice)}(?![\w-])", prose
        ):
            name = f"docs/reference/options/{folder.name}.md"
            found.append(f"{name}: describe `{choice}` outside the generated sections")
    return found


def shown(path: Path) -> str:
    """Return the path of a file or folder in an axis's folder, relative to the repository."""
    return f"template/options/{path.as_posix().rpartition('/options/')[2]}"


def read(file: Path) -> dict[str, Any] | str | None:
    """Return a choice's facts, a problem with the file, or None if the file is missing or empty."""
    if not file.exists() or not file.read_text(encoding="utf-8").strip():
        return None
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        return f"correct the JSON: {error}"
    return data if isinstance(data, dict) else "write an object in braces"


def common_facts(choices: list[dict[str, Any]]) -> dict[str, type]:
    """Return, by name, the usual types of the facts that more than half of the choices have."""
    types: dict[str, collections.Counter[type]] = collections.defaultdict(collections.Counter)
    for data in choices:
        for key, value in data.items():
            types[key][type(value)] += 1
    return {
        key: next(kind for kind, _ in kinds.most_common() if kind is not type(None))
        for key, kinds in types.items()
        if 2 * kinds.total() > len(choices) and key not in ADDITIONAL
    }


def part_problems(folder: Path, choice: str) -> Iterator[str]:
    """Yield one sentence for each of a choice's files that is missing or empty."""
    parts = {path.name for path in folder.glob("*/*")} - OPTIONAL.get(folder.name, set())
    if choice == "none":
        parts &= {"choice.json"}
    for name in sorted(parts - {path.name for path in folder.glob(f"{choice}/*")}):
        yield f"{shown(folder / choice / name)}: add this file, which the other choices have"
    for path in sorted(folder.glob(f"{choice}/*")):
        if not path.read_text(encoding="utf-8").strip():
            yield f"{shown(path)}: write its contents; the file is empty"


def fact_problems(data: dict[str, Any], expected: dict[str, type], choice: str) -> Iterator[str]:
    """Yield one sentence for each problem with a choice's facts.

    Args:
        data: The facts.
        expected: The types of the facts that every choice must have, by name.
        choice: The choice's name.
    """
    missing = expected.keys() - data.keys()
    misspelled = set[str]()
    for key in sorted(data.keys() - expected.keys() - ADDITIONAL - {"documentation"}):
        possible = (missing | ADDITIONAL) - data.keys() - misspelled
        if similar := difflib.get_close_matches(key, sorted(possible), n=1):
            misspelled |= set(similar)
            yield f'rename "{key}" to "{similar[0]}"'
        else:
            yield f'remove "{key}", or add it to the other choices'
    for key in sorted(missing - misspelled):
        yield f'add "{key}"'
    for key in [key for key in data if key in expected]:
        value = data[key]
        if value is None and key in NULL:
            continue
        if type(value) is not expected[key]:
            yield f'change "{key}" to {TYPES[expected[key]]}, as in the other choices'
        elif not value and value is not False and choice != "none" and key not in EMPTY:
            yield f'fill in "{key}"{", or use null if nothing is installed" if key in NULL else ""}'
    for keys in ALTERNATIVES:
        if choice != "none" and set(keys) <= data.keys() and not any(data[key] for key in keys):
            yield f'fill in "{keys[0]}" or "{keys[1]}"'
    installs = any(data.get(key) for key in NULL)
    if "reviewed" in data or (installs and "reviewed" not in misspelled):
        reviewed = data.get("reviewed", "")
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(reviewed)):
            yield 'add "reviewed", the date on which you checked the requirement'
    if "retired" in data and not re.fullmatch(r"\d+(\.\d+)+", str(data["retired"])):
        yield 'set "retired" to a release of the template, such as "0.5"'


def vcs_problems(folder: Path, data: dict[str, Any]) -> Iterator[str]:
    """Yield one sentence for each problem with a build backend's settings for versions from git."""
    vcs, error = data.get("vcs"), data.get("vcs_error")
    if not isinstance(vcs, dict) or not isinstance(error, str):
        return
    file = shown(folder / "choice.json")
    if not vcs.get("requires") and not error:
        yield f'{file}: fill in "vcs_error", or "requires" in "vcs" if the version can come from git'
    if vcs.get("requires") and error:
        yield f'{file}: remove the text of "vcs_error", or "requires" in "vcs"'
    if vcs and not vcs.get("variable"):
        yield f'{file}: add "variable", which sets the version without git, to "vcs"'
    if vcs and not (folder / "vcs.toml.jinja").exists():
        yield f'{shown(folder / "vcs.toml.jinja")}: add this file, because "vcs" is filled in'
    if not vcs and (folder / "vcs.toml.jinja").exists():
        yield f'{shown(folder / "vcs.toml.jinja")}: delete this file, or fill in "vcs" in choice.json'


def defaults(axis: str) -> set[Any]:
    """Return the default answers to a question, including those in the presets."""
    presets = [preset(file.stem) for file in FILES["preset"].glob("*.yml")]
    return {default(axis), *(answers.get(axis) for answers in presets)}
