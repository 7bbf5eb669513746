"""The parts of the documentation that are made from the question files and from renders."""

import difflib
import functools
import tempfile
from pathlib import Path
from typing import Any

from .answers import Answers, axes, choices, questions
from .inspect import tree
from .render import render
from .template import ROOT

START, END = "<!-- made by `nox -s tables` -->\n\n", "\n<!-- end of what is made -->"

OPTIONS = ROOT / "docs" / "reference" / "options"

# The project whose changes the reference pages show; its axes take their defaults.
SHOWN: Answers = {"project_name": "My Project", "copyright_year": "2026", "mode": "app"}


def shown_help(name: str) -> str:
    """Return what a question asks, without what depends on other answers."""
    return str(questions()[name].get("help", name)).split("{{")[0].strip()


def shown_choice(choice: Any) -> str:
    """Return a choice as it is written on the command line.

    >>> shown_choice(True)
    '`true`'
    """
    return f"`{str(choice).lower() if isinstance(choice, bool) else choice}`"


def questions_table() -> str:
    """Return the questions that are asked, as a Markdown table."""
    lines = [
        "| question | what it asks | answers, the default first |",
        "| --- | --- | --- |",
    ]
    for name, question in questions().items():
        if question.get("when") is False or question.get("ask") is False:
            continue
        kind = {"str": "text", "yaml": "YAML"}.get(question["type"])
        answers = ", ".join(map(shown_choice, choices(name))) if name in axes() else kind
        if question.get("multiselect"):
            default = ", ".join(map(shown_choice, question["default"]))
            answers = f"any of {answers}; the default is {default}"
        lines.append(f"| `{name}` | {shown_help(name)} | {answers} |")
    return "\n".join(lines) + "\n"


@functools.cache
def shown_files(axis: str, *chosen: Any) -> dict[str, str]:
    """Return the files of the shown project with one choice, but those that record answers."""
    answer = list(chosen) if questions()[axis].get("multiselect") else chosen[0]
    with tempfile.TemporaryDirectory() as folder:
        project = render(Path(folder) / "project", SHOWN | {axis: answer})
        return {
            name: (project / name).read_text(encoding="utf-8")
            for name in tree(project)
            if name != ".copier-answers.yml"
        }


def option_changes(axis: str) -> str:
    """Return what each choice of an axis changes in a project, read off real renders.

    Where several may be chosen, each alone is compared with none.
    """
    if questions()[axis].get("multiselect"):
        compared = "none of them"
        before = shown_files(axis)
        others = choices(axis)
        default = ", ".join(map(shown_choice, questions()[axis]["default"]))
    else:
        first, *others = choices(axis)
        before = shown_files(axis, first)
        compared = default = shown_choice(first)
    parts = [f"The question: {shown_help(axis)} The default is {default}.\n"]
    for choice in others:
        after = shown_files(axis, choice)
        parts.append(f"## {shown_choice(choice)} instead of {compared}\n")
        changed = {name for name in before.keys() & after.keys() if before[name] != after[name]}
        for verb, names in (
            ("Adds", after.keys() - before.keys()),
            ("Removes", before.keys() - after.keys()),
            ("Changes", changed),
        ):
            if names:
                parts.append(f"{verb} {', '.join(f'`{name}`' for name in sorted(names))}.\n")
        if before == after:
            parts.append("Changes nothing in an app.\n")
        if "pyproject.toml" in changed:
            diff = difflib.unified_diff(
                before["pyproject.toml"].splitlines(), after["pyproject.toml"].splitlines(), n=1
            )
            lines = [line if not line.startswith("@@") else "@@" for line in list(diff)[2:]]
            parts.append("In `pyproject.toml`:\n")
            parts.append("\n".join(["```diff", *lines, "```"]) + "\n")
    return "\n".join(parts)


def made_texts() -> dict[Path, str]:
    """Return what must stand between the marks, by the file that holds them."""
    pages = {OPTIONS / f"{axis}.md": option_changes(axis) for axis in axes()}
    return {ROOT / "README.md": questions_table()} | pages


def made_text(file: Path) -> str:
    """Return what stands between the marks of a file."""
    return file.read_text(encoding="utf-8").split(START)[1].split(END)[0]


def write() -> None:
    """Write what is made anew into the files that hold it; a new page gets it at its end."""
    for file, text in made_texts().items():
        before, mark, rest = file.read_text(encoding="utf-8").partition(START)
        before = before if mark else before.rstrip("\n") + "\n\n"
        after = rest.partition(END)[2] or "\n"
        file.write_text(before + START + text + END + after, encoding="utf-8")


if __name__ == "__main__":
    write()
