"""The sections of the documentation that are generated from the questions and from projects."""

import difflib
import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from harness import marks
from harness.artifacts.inspect import tree
from harness.rendering.render import render
from harness.rendering.template import ROOT, Answers, environment, facts
from harness.space.answers import axes, choices, default, questions

OPTIONS = ROOT / "docs" / "reference" / "options"

# The project whose changes the reference pages show. Its axes have their defaults, except those
# without which another axis would have no effect.
SHOWN: Answers = {"project_name": "My Project", "copyright_year": "2026", "mode": "app"}
SHOWN_WITH: dict[str, Answers] = {"docs_hosting": {"docs_engine": "sphinx"}}


def shown_help(name: str) -> str:
    """Return the help text of a question, without the part that depends on other answers."""
    return str(questions()[name].get("help", name)).split("{{")[0].strip()


def shown_choice(choice: Any) -> str:
    """Return a choice as you write it on the command line.

    >>> shown_choice(True)
    '`true`'
    """
    return f"`{str(choice).lower() if isinstance(choice, bool) else choice}`"


def questions_table() -> str:
    """Return the questions that are asked, as a Markdown table."""
    lines = [
        "| question | text | answers, starting with the default |",
        "| --- | --- | --- |",
    ]
    for name, question in questions().items():
        if question.get("when") is False or question.get("ask") is False:
            continue
        kind = {"str": "text", "yaml": "YAML"}.get(question["type"])
        answers = ", ".join(map(shown_choice, choices(name))) if name in axes() else kind
        if question.get("multiselect"):
            selected = ", ".join(map(shown_choice, default(name)))
            answers = f"any of {answers}; the default is {selected}"
        lines.append(f"| `{name}` | {shown_help(name)} | {answers} |")
    return "\n".join(lines) + "\n"


@functools.cache
def shown_files(axis: str, *chosen: Any) -> dict[str, str]:
    """Return the files of the shown project with one choice, except the record of the answers."""
    answer = list(chosen) if questions()[axis].get("multiselect") else chosen[0]
    with tempfile.TemporaryDirectory() as folder:
        project = render(
            Path(folder) / "project", SHOWN | SHOWN_WITH.get(axis, {}) | {axis: answer}
        )
        return {
            name: (project / name).read_text(encoding="utf-8")
            for name in tree(project)
            if name != ".copier-answers.yml"
        }


def shown_choices(axis: str) -> str:
    """Return the choices of an axis, with the explanations from the question file."""
    question = questions()[axis]
    selected = default(axis) if question.get("multiselect") else choices(axis)[:1]
    shown = {
        choice: shown_choice(choice) + (" (default)" if choice in selected else "")
        for choice in choices(axis)
    }
    help_ = f"The question: {shown_help(axis)}\n\n"
    labels = labels_of(axis)
    if not labels:
        return f"{help_}The choices: {', '.join(shown.values())}.\n"
    lines = [
        f"| {shown[c]} | {labels[c].partition(' - ')[2] or labels[c]} |" for c in choices(axis)
    ]
    return help_ + "\n".join(["| choice | what it is |", "| --- | --- |", *lines]) + "\n"


def labels_of(axis: str) -> dict[Any, str]:
    """Return the labels of an axis by its choices, if it has any."""
    offered = questions()[axis].get("choices", {})
    if axis == "preset":
        labels = {name: label(name) for name in choices(axis) if name != "custom"}
        return labels | {"custom": "Custom - answer every question"}
    if axis == "environments":
        file = ROOT / "template" / "data" / "environments.yml"
        offered = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(offered, dict):
        return {}
    values = (value["value"] if isinstance(value, dict) else value for value in offered.values())
    return dict(zip(values, offered, strict=True))


def label(preset: str) -> str:
    """Return the label of a preset."""
    text = (ROOT / "template" / "presets" / f"{preset}.yml").read_text(encoding="utf-8")
    return str(yaml.safe_load(text)["label"])


def tasks_table() -> str:
    """Return the tasks of a project that has all of them, as a Markdown table."""
    everything = {axis: choices(axis)[0] for axis in axes()} | {"docs_engine": "sphinx"}
    everything["has"] = {"type_checker": True, "docs_site": True}
    everything["project"] = {
        "type_checker": facts("type_checker")["mypy"],
        "docs": facts("docs_engine")["sphinx"],
        "lock_commands": ["uv lock"],
    }
    text = environment().get_template("template/data/tasks.json").render(everything)
    lines = [f"| `{name}` | {task['does']} |" for name, task in yaml.safe_load(text).items()]
    return "\n".join(["| task | what it does |", "| --- | --- |", *lines]) + "\n"


def backends_table() -> str:
    """Return the requirement and the entry point of each build backend, as a Markdown table."""
    backends = facts("backend")
    lines = [
        f"| `{name}` | `{backends[name]['requires']}` | `{backends[name]['module']}` |"
        for name in choices("backend")
    ]
    header = ["| choice | requirement | `build-backend` |", "| --- | --- | --- |"]
    return "\n".join([*header, *lines]) + "\n"


def option_changes(axis: str) -> str:
    """Return what each choice of an axis changes in a project.

    If several choices can be combined, each of them is compared with none.
    """
    if questions()[axis].get("multiselect"):
        compared, before, others = "none of them", shown_files(axis), choices(axis)
    else:
        first, *others = choices(axis)
        compared, before = shown_choice(first), shown_files(axis, first)
    parts = []
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


def made_texts() -> dict[tuple[Path, str], Callable[[], str]]:
    """Return the functions that generate the sections, by the file and the section's name."""
    made: dict[tuple[Path, str], Callable[[], str]] = {}
    made[OPTIONS.parent / "questions.md", "questions"] = questions_table
    for axis in axes():
        page = OPTIONS / f"{axis}.md"
        made[page, "choices"] = functools.partial(shown_choices, axis)
        made[page, "changes"] = functools.partial(option_changes, axis)
    made[OPTIONS / "task_runner.md", "tasks"] = tasks_table
    made[OPTIONS / "backend.md", "requirements"] = backends_table
    return made


def write() -> None:
    """Update the generated sections.

    Raises:
        ValueError: A file lacks the mark of a section.
    """
    for (file, part), make in made_texts().items():
        marks.write(file, marks.start(part), make())


if __name__ == "__main__":
    write()
