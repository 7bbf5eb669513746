"""Generate sections of the documentation.

Comments in the pages call these functions. `nox -s tables` replaces the section after each comment
with the function's output. https://cog.readthedocs.io/

When this module runs as a script, it writes docs/project.svg.
"""

import difflib
import functools
import io
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.artifacts.inspect import tree
from harness.packagestan import answers
from harness.packagestan.answers import SHOWN_WITH, axes, default
from harness.packagestan.template import ROOT, environment, facts, render
from harness.rendering.template import Answers

# The reference pages compare variants of this project.
SHOWN: Answers = {"project_name": "My Project", "copyright_year": "2026", "mode": "app"}


def section(text: str) -> None:
    """Print a section between the blank lines that Markdown requires."""
    print(f"\n{text}\n")


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    columns = list(header)
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(choice: object) -> str:
    """Return a choice as Markdown code, in the form used on the command line. Booleans are lowercase."""
    return f"`{str(choice).lower() if isinstance(choice, bool) else choice}`"


def series(items: list[str]) -> str:
    """Join items with commas and "and". The list must not be empty."""
    *first, last = items
    return f"{', '.join(first)}{',' * (len(first) > 1)} and {last}" if first else last


def question_text(name: str) -> str:
    """Return a question's text before the first variable part, or its name if it has no text."""
    return str(answers.questions()[name].get("help", name)).split("{{")[0].strip()


def possible_answers(name: str) -> str:
    """Return the choices of a question as Markdown, or the type of its answer.

    The first choice is the default. If several choices can be selected, the defaults are listed
    separately.
    """
    question = answers.questions()[name]
    if name not in axes():
        return {"str": "text", "yaml": "YAML"}[question["type"]]
    offered = ", ".join(map(code, answers.choices(name)))
    if question.get("multiselect"):
        return f"any of {offered}; {', '.join(map(code, default(name)))} by default"
    return offered


def questions() -> None:
    """Print a table of the questions that Copier asks."""
    asked = [
        name
        for name, question in answers.questions().items()
        if question.get("when") is not False and question.get("ask") is not False
    ]
    rows = [(code(name), question_text(name), possible_answers(name)) for name in asked]
    section(table(["name", "question", "answers (default first)"], rows))


def choices(axis: str) -> None:
    """Print an axis's question and its choices, with descriptions if the axis has labels."""
    offered = answers.choices(axis)
    selected = default(axis) if answers.questions()[axis].get("multiselect") else offered[:1]
    shown = {each: code(each) + (" (default)" if each in selected else "") for each in offered}
    labels = labels_of(axis)
    if labels:
        rows = [(shown[each], description(each, labels[each])) for each in offered]
        listed = f"\n\n{table(['choice', 'description'], rows)}"
    else:
        listed = f" {', '.join(shown.values())}."
    section(f'The question "{question_text(axis)}" has these choices:{listed}')


def description(choice: str, label: str) -> str:
    """Return a choice's label. If the label repeats the choice's name, leave out the name.

    >>> description("uv", "uv - one tool"), description("gh", "GitHub - a service")
    ('one tool', 'GitHub: a service')
    """
    name, _, rest = label.partition(" - ")
    return rest if rest and name.lower() == choice.lower() else label.replace(" - ", ": ")


def labels_of(axis: str) -> dict[str, str]:
    """Return the labels of an axis by choice, excluding labels that equal the choice."""
    if "choices" not in answers.questions()[axis]:
        return {}
    labels = answers.labels(axis)
    names = answers.choices(axis) if axis == "preset" else labels
    return {name: labels[name] for name in names if labels[name] != name}


def tasks() -> None:
    """Print a table of all tasks that a project can have."""
    everything = {axis: answers.choices(axis)[0] for axis in axes()} | {"docs_engine": "sphinx"}
    everything["has"] = {"type_checker": True, "docs_site": True}
    everything["project"] = {
        "type_checker": facts("type_checker")["mypy"],
        "docs": facts("docs_engine")["sphinx"],
        "lock_commands": ["uv lock"],
    }
    text = environment().get_template("template/data/tasks.json").render(everything)
    rows = [(code(name), task["does"]) for name, task in yaml.safe_load(text).items()]
    section(table(["task", "description"], rows))


def backends() -> None:
    """Print a table of the build backends' requirements and values of `build-backend`."""
    backend = facts("backend")
    rows = [
        (code(name), code(backend[name]["requires"]), code(backend[name]["module"]))
        for name in answers.choices("backend")
    ]
    section(table(["choice", "requirement", "`build-backend`"], rows))


def changes(axis: str) -> None:
    """Print the changes that each choice of an axis makes to a project.

    If the axis accepts several choices, each is compared with an empty selection. Otherwise, each
    other choice is compared with the default.
    """
    if answers.questions()[axis].get("multiselect"):
        parts = [
            f"## Adding {code(choice)}\n\n{difference(shown_files(axis), shown_files(axis, choice))}"
            for choice in answers.choices(axis)
        ]
    else:
        first, *others = answers.choices(axis)
        parts = [
            f"## {code(choice)} instead of {code(first)}\n\n"
            + difference(shown_files(axis, first), shown_files(axis, choice))
            for choice in others
        ]
    section("\n\n".join(parts))


@functools.cache
def shown_files(axis: str, *chosen: Any) -> dict[str, str]:
    """Return the texts of the example project's files by path, excluding the answers file.

    Args:
        axis: The name of the axis.
        chosen: The selected choice, or nothing if the axis accepts several choices and none is
            selected.
    """
    answer = list(chosen) if answers.questions()[axis].get("multiselect") else chosen[0]
    with tempfile.TemporaryDirectory() as folder:
        project = render(
            Path(folder) / "project", SHOWN | SHOWN_WITH.get(axis, {}) | {axis: answer}
        )
        return {
            name: (project / name).read_text(encoding="utf-8")
            for name in tree(project)
            if name != ".copier-answers.yml"
        }


def difference(before: dict[str, str], after: dict[str, str]) -> str:
    """Return Markdown that lists the added, removed, and changed files.

    The differences in pyproject.toml are included. If the projects are equal, say so in a sentence.
    """
    changed = {name for name in before.keys() & after.keys() if before[name] != after[name]}
    groups = {
        "Adds": after.keys() - before.keys(),
        "Removes": before.keys() - after.keys(),
        "Changes": changed,
    }
    parts = [
        f"{verb} {series([code(file) for file in sorted(files)])}."
        for verb, files in groups.items()
        if files
    ]
    if "pyproject.toml" in changed:
        diff = difflib.unified_diff(
            before["pyproject.toml"].splitlines(), after["pyproject.toml"].splitlines(), n=1
        )
        lines = ["@@" if line.startswith("@@") else line for line in list(diff)[2:]]
        parts.append("\n".join(["In `pyproject.toml`:\n", "```diff", *lines, "```"]))
    return "\n\n".join(parts) or "Generates the same files for an app."


def runners() -> None:
    """Print a table of the task runners' commands."""
    runner = facts("task_runner")
    rows = [
        (
            f"[{name}]({runner[name]['documentation']})",
            code(runner[name]["list"]),
            code(f"{runner[name]['call']} lint"),
            code(runner[name]["some_tests"]),
        )
        for name in answers.choices("task_runner")
        if runner[name]["call"]
    ]
    section(table(["choice", "list the tasks", "run a task", "run some of the tests"], rows))


def files_of_choices() -> None:
    """Print a table of the files that are generated only for some choices.

    It covers task runners, documentation generators, template updates, and build backends.
    """
    named = {
        "task_runner": ("Tasks for {}", ("file", "executable_file")),
        "docs_engine": ("Settings for {}", ("config", "docs_config")),
        "template_updates": ("Checks for new template releases", ("file",)),
    }
    rows = []
    for axis, (purpose, keys) in named.items():
        for choice in answers.choices(axis):
            label = answers.labels(axis)[choice].partition(" - ")[0]
            paths = {key: facts(axis)[choice][key] for key in keys}
            if paths.get("docs_config"):
                paths["docs_config"] = f"docs/{paths['docs_config']}"
            condition = f"{code(axis)} is {code(choice)}"
            rows += [
                (code(path), purpose.format(label), condition) for path in paths.values() if path
            ]
    manifest = [name for name in answers.choices("backend") if facts("backend")[name]["manifest"]]
    condition = f"`backend` is {' or '.join(map(code, manifest))}"
    rows.append((code("MANIFEST.in"), "Files that the build backend adds to the sdist", condition))
    section(table(["file", "purpose", "when it exists"], rows))


def runners_on_windows() -> None:
    """Print which task runners work without a POSIX shell and which require one."""
    runner = facts("task_runner")
    names = [name for name in answers.choices("task_runner") if runner[name]["call"]]
    posix = [code(name) for name in names if runner[name]["posix_shell"]]
    others = [code(name) for name in names if not runner[name]["posix_shell"]]
    section(
        f"These task runners work without a POSIX shell: {', '.join(others)}.\n"
        f"These task runners require Git Bash or WSL: {', '.join(posix)}."
    )


def project_svg() -> str:
    """Return an SVG that shows a new library's files and their purposes.

    The purposes come from docs/reference/files.md.
    """
    text = (ROOT / "docs" / "reference" / "files.md").read_text(encoding="utf-8")
    purpose = dict(re.findall(r"^\| `(.+?)` \| (.+?) \| .+ \|$", text, re.MULTILINE))
    grid = Table.grid(padding=(0, 3))
    with tempfile.TemporaryDirectory() as folder:
        answers = {"project_name": "My Project", "github_user": "octocat"}
        project = render(Path(folder) / "my-project", answers)
        for line, file in listing(project):
            words = purpose.get(file.relative_to(project).as_posix(), "").split(". ")[0]
            plain = re.sub(r"\[(.+?)\]\(.+?\)", r"\1", words).replace("`", "")
            name = Text(line, style="bold blue" if file.is_dir() else "bold")
            name.stylize("not bold default", 0, len(line.rstrip("/")) - len(file.name))
            grid.add_row(name, plain.rstrip("."))
    console = Console(record=True, width=102, file=io.StringIO())
    # Without an empty last line, rich cuts off descenders and underscores.
    console.print(grid, "")
    svg = console.export_svg(title="my-project", unique_id="project")
    # Remove comments and web fonts. GitHub blocks fonts from other sites, and this site provides no fonts.
    svg = re.sub(r"@font-face {.*?}\s*|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code, ", "")
    return "".join(f"{line.rstrip()}\n" for line in svg.splitlines() if line.strip())


def listing(folder: Path, indent: str = "") -> Iterator[tuple[str, Path]]:
    """Yield a line like the `tree` command's, and the path, for each entry in a folder.

    Args:
        folder: The folder. Its subfolders are included.
        indent: The text at the start of each line.
    """
    entries = sorted(folder.iterdir())
    for entry in entries:
        is_last = entry == entries[-1]
        slash = "/" if entry.is_dir() else ""
        yield f"{indent}{'└── ' if is_last else '├── '}{entry.name}{slash}", entry
        if entry.is_dir():
            yield from listing(entry, indent + ("    " if is_last else "│   "))


@functools.cache
def latest_sample() -> dict[str, Any]:
    """Return the recorded results of the latest mutation test."""
    file = ROOT / "tests" / "sessions" / "mutation" / "latest.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


def share(part: int, whole: int) -> str:
    """Return a share as a percentage followed by both numbers, or "-" if the whole is 0."""
    return f"{part / whole:.0%} ({part} of {whole})" if whole else "-"


def faults() -> None:
    """Print the result of the latest mutation test."""
    sample = latest_sample()
    every = sample["scores"]["all"]
    section(
        f"In the latest mutation test (seed {sample['seed']}, {sample['date']}), the tests caught at\n"
        f"least {share(every['caught'], every['faults'])} of the deliberately introduced faults."
    )


def faults_by_part() -> None:
    """Print a table of the latest mutation test's results for each part of the template."""
    rows = [
        (
            part,
            share(counts["caught"], counts["faults"]),
            share(counts["caught by the quick suite"], counts["changing files"]),
            str(counts["without an effect"]),
        )
        for part, counts in latest_sample()["scores"].items()
    ]
    header = ["part", "caught", "caught by the quick tests, if a file changes", "without an effect"]
    section(table(header, rows))


def adoptions() -> None:
    """Print the recorded results of `nox -s adoptions`.

    Also list the expected failures and the rejected projects from tests/adopt/corpus.yml.
    """
    text = (ROOT / "docs" / "explanation" / "adoptions.json").read_text(encoding="utf-8")
    results = json.loads(text)
    corpus = yaml.safe_load((ROOT / "tests" / "adopt" / "corpus.yml").read_text(encoding="utf-8"))
    parts = [
        table(results["projects"][0], [project.values() for project in results["projects"]]),
        "These tests fail until you correct their paths, which the adoption reports list:",
        "\n".join(
            f"- {source['name']}, `{test}`: {reason}"
            for source in corpus
            for test, reason in source.get("fails", {}).items()
        ),
        "These projects are rejected with one clear message, and nothing is written:",
        "\n".join(f"- {each['name']}: {each['kind']}" for each in corpus if each.get("rejected")),
        f"Last run: {results['date']}.",
    ]
    section("\n\n".join(parts))


if __name__ == "__main__":
    (ROOT / "docs" / "project.svg").write_text(project_svg(), encoding="utf-8")
