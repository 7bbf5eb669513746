"""Packagestan as the template under test, and facts from its files."""

import contextlib
import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from harness.rendering.copier_internals import Worker
from harness.rendering.template import Answers, Template

ROOT = Path(__file__).parents[3]
OPTIONS = ROOT / "template" / "options"


class Packagestan(Template):
    """Packagestan, including retired choices, which only existing projects can have."""

    @contextlib.contextmanager
    def prepared_worker(self, destination: Path, answers: Answers) -> Iterator[Worker]:
        """Yield a Copier worker. If an answer is retired, simulate an update of an existing project.

        In an update, Copier renders the recorded answers, including the record of starter files,
        into an empty folder.
        """
        if any("retired" in facts(axis).get(str(answers[axis]), {}) for axis in answers):
            answers = answers | {"starters": {"sets": []}}
        with super().prepared_worker(destination, answers) as worker:
            yield worker


TEMPLATE = Packagestan(ROOT, "copier.yml", "template")

questions = TEMPLATE.questions
environment = TEMPLATE.environment
snapshot = TEMPLATE.snapshot
shared_parts = TEMPLATE.shared_parts
render = TEMPLATE.render
refusal = TEMPLATE.refusal
asked_worker = TEMPLATE.asked_worker

# A placeholder for the account that hosts the template, because each fork has a different account.
ORG = "ORG"
ADDRESS = f"gh:{ORG}/packagestan"
CLONE_ADDRESS = f"https://github.com/{ORG}/packagestan.git"


def macro_result(file: str, call: str, context: Mapping[str, Any]) -> str:
    """Return the result of a macro.

    Args:
        file: The name of the macro's file in `template/macros`, without its suffix.
        call: The call of the macro.
        context: The names and values that the macro and its arguments can use.
    """
    name = call.partition("(")[0]
    text = f"{{% from 'template/macros/{file}.jinja' import {name} with context %}}{{{{ {call} }}}}"
    return environment().from_string(text).render(context)


@functools.cache
def facts(axis: str) -> dict[str, dict[str, Any]]:
    """Return the facts in the `choice.json` of each choice of an axis, by choice."""
    files = sorted((OPTIONS / axis).glob("*/choice.json"))
    return {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}


def starter_files() -> dict[str, dict[str, list[str]]]:
    """Return the sets of starter files by name, including the documentation generators' sets."""
    text = (ROOT / "template" / "data" / "starters.yml").read_text(encoding="utf-8")
    engines = {name: engine["starters"] for name, engine in facts("docs_engine").items()}
    return dict(yaml.safe_load(text)) | {name: files for name, files in engines.items() if files}
