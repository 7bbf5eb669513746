"""Show the course's checkpoints: the commands that create them, and the changes between them."""

import difflib
import shlex
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from harness.artifacts.inspect import tree
from harness.packagestan.template import ADDRESS

from .boxes import COURSE
from .renders import GREETINGS, checkpoint_file, checkpoint_project
from .start_links import text_of

# The fence is longer than any fence in a project's Markdown files.
FENCE = "~" * 12


def texts(project: Path) -> dict[str, str]:
    """Return the texts of a project's files by path, excluding the answers file."""
    return {
        name: (project / name).read_text(encoding="utf-8")
        for name in tree(project)
        if name != ".copier-answers.yml"
    }


def summary(before: dict[str, str], after: dict[str, str]) -> str:
    """Return a Markdown list of the added, removed, and changed files.

    >>> print(summary({"a": "1", "b": "1"}, {"b": "2", "c": "1"}))
    - Adds `c`.
    - Removes `a`.
    - Changes `b`.
    """
    changed = {name for name in before.keys() & after.keys() if before[name] != after[name]}
    groups = {
        "Adds": after.keys() - before.keys(),
        "Removes": before.keys() - after.keys(),
        "Changes": changed,
    }
    return "\n".join(
        f"- {verb} {', '.join(f'`{name}`' for name in sorted(names))}."
        for verb, names in groups.items()
        if names
    )


def difference(before: dict[str, str], after: dict[str, str]) -> str:
    """Return the differences between two projects in unified diff format."""
    lines: list[str] = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        lines += difflib.unified_diff(
            (old or "").splitlines(),
            (new or "").splitlines(),
            "/dev/null" if old is None else f"a/{name}",
            "/dev/null" if new is None else f"b/{name}",
            lineterm="",
        )
    return "\n".join(lines)


class Checkpoint(SphinxDirective):
    """The state of the running example at the start of a lesson."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the commands, a link to the start page, and the changes since the previous checkpoint.

        The changes are left out if no checkpoint has the preceding number.
        """
        (number,) = self.arguments
        source = Path(self.env.srcdir)
        try:
            project = checkpoint_project(source, number)
            parts = [commands(number), on_start_page(source, number)]
            previous = f"{int(number) - 1:0{len(number)}}"
            if checkpoint_file(source, previous).exists():
                parts.append(changes(previous, checkpoint_project(source, previous), project))
        except (ExtensionError, ValueError) as error:
            raise self.error(str(error)) from error
        self.env.note_reread()
        return self.parse_text_to_nodes("\n".join(parts))


def commands(number: str) -> str:
    """Return Markdown with the commands that create or update a checkpoint's project."""
    return f"""\
This lesson starts with the project whose answers are in {{download}}`{number}.yml
</course/checkpoints/{number}.yml>`. Create it:

```{{code-block}} console
:class: generated

$ copier copy --defaults --data-file {COURSE}/checkpoints/{number}.yml {ADDRESS} ~/greetings
$ cd ~/greetings && git init --quiet && git add --all && git commit --quiet --message "Start" && cd ~
```

If you have the project from an earlier lesson, commit your work and update it instead. Your changes to
`README.md`, `src/`, and `tests/` are kept:

```{{code-block}} console
:class: generated

$ copier update --defaults --skip-answered --data-file {COURSE}/checkpoints/{number}.yml ~/greetings
```
"""


def on_start_page(source: Path, number: str) -> str:
    """Return a Markdown sentence that links to the start page with a checkpoint's answers.

    Args:
        source: The documentation's source folder.
        number: The checkpoint's number, such as "05".
    """
    answers = yaml.safe_load(checkpoint_file(source, number).read_text(encoding="utf-8")) or {}
    words = [f"{name}={text_of(answer)}" for name, answer in (GREETINGS | answers).items()]
    return f"To look at its files first, open {{start}}`the start page <{shlex.join(words)}>`.\n"


def changes(number: str, before: Path, after: Path) -> str:
    """Return the changes since a checkpoint as Markdown.

    Args:
        number: The number of the earlier checkpoint.
        before: The folder of the earlier project.
        after: The folder of the later project.
    """
    old, new = texts(before), texts(after)
    if old == new:
        return f"Nothing has changed since checkpoint {number}.\n"
    return f"""\
:::::{{dropdown}} What has changed since checkpoint {number}
{summary(old, new)}

This compares two new projects. An update doesn't change `README.md`, `CHANGELOG.md`, `docs/`, `src/`, or
`tests/`. It only adds the starter files of a newly selected option.

{FENCE}{{code-block}} diff

{difference(old, new)}
{FENCE}
:::::
"""
