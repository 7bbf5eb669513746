"""Compute a template's outputs to recognize faults without an effect.

Two templates are equivalent if they render the same files, messages, questions, and exclusions for
all covering variants, presets, and modes, and if their validators return the same messages for all
tested answers.
"""

import ast
import functools
import hashlib
import itertools
import json
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from harness.artifacts.inspect import tree
from harness.packagestan.answers import FULL, choices
from harness.packagestan.bad_answers import FREE, REJECTED
from harness.packagestan.coverage import covering, each_level_once
from harness.packagestan.hostile_answers import FIRST
from harness.packagestan.template import ROOT, TEMPLATE
from harness.rendering.copier_internals import question_of, render_context
from harness.rendering.template import Answers, Template
from harness.space.hostile_answers import Form, hostile_texts
from harness.space.questionnaire import Questionnaire

# The outputs in a case: the hash of each output by name, and a key "read FILE" for each Jinja
# template that was used.
Outputs = dict[str, str]
READ = "read "

# Words in the paths or lines of code that only updates run. Projects aren't updated here.
ONLY_UPDATES = ("recorded", "update", "starters", "renamed_choices", "users_files")
# The files with lists of reserved names, which have no order.
NAMES = ("template/data/locked_names.yml", "template/data/reserved_names.yml")
# The start of the paths of files about answers that users could enter. Few are tried here.
INPUT = ("template/macros/", "template/questions/", *NAMES)


def shows_everything(file: str, text: str, line: int) -> bool:
    """Return whether the outputs show every effect of a change to a line in a file.

    Args:
        file: The path in the repository.
        text: The file's contents.
        line: The line number.
    """
    lines = text.splitlines()
    start = next((n for n in range(line - 1, 0, -1) if not lines[n - 1].strip()), 0)
    paragraph = itertools.takewhile(str.strip, lines[start:])
    about_updates = any(word in part for word in ONLY_UPDATES for part in (file, *paragraph))
    return not about_updates and not file.startswith(INPUT)


def few_cases() -> list[Answers]:
    """Return answers that contain each factor level and each preset in each mode, and `FULL`."""
    presets = itertools.product(choices("preset"), choices("mode"))
    basic: Answers = {"project_name": "My Project", "copyright_year": "2026"}
    return [*each_level_once(), *(basic | {"preset": p, "mode": m} for p, m in presets), FULL]


def all_cases() -> list[Answers]:
    """Return the answers of the covering variants that aren't in `few_cases`."""
    few = few_cases()
    return [answers for answers in covering() if answers not in few]


def cases_that_read(file: str, cases: list[Answers], before: dict[str, Outputs]) -> list[Answers]:
    """Return the cases in which Jinja reads a file, or all cases if there are none."""
    known = {key(answers): READ + file in before[key(answers)] for answers in cases}
    return [answers for answers in cases if known[key(answers)]] or cases


def key(answers: Answers) -> str:
    """Return a string that identifies a set of answers."""
    return json.dumps(answers, sort_keys=True)


def noting(lookup: Callable[..., Any], used: set[str]) -> Callable[..., Any]:
    """Wrap a method of Jinja's environment to collect the names of the templates that it finds."""

    def wrapper(*args: Any, **options: Any) -> Any:
        template = lookup(*args, **options)
        used.add(template.name)
        return template

    return wrapper


def project_outputs(template: Template, answers: Answers, folder: Path) -> dict[str, str]:
    """Return a project's file hashes and other text that Copier renders for it, by name."""
    with template.prepared_worker(folder, answers) as worker:
        worker.run_copy()
        context = dict(render_context(worker))
        found = {f"file {name}": repr(content) for name, content in tree(folder).items()}
        for operation in ("copy", "update"):
            known = context | {"_copier_operation": operation}
            for what in ("message_after_copy", "message_after_update", "exclude", "skip_if_exists"):
                setting = getattr(worker.template, what)
                texts = [setting] if isinstance(setting, str) else setting
                rendered = [worker.jinja_env.from_string(text).render(known) for text in texts]
                # The order only matters if a pattern reverses earlier ones.
                if not any(text.startswith("!") for text in rendered):
                    rendered.sort()
                found[f"{what} in {operation}"] = "\n".join(rendered)
        for name, question in worker.template.questions_data.items():
            tried = (True, False) if question.get("type") == "bool" else (context.get(name),)
            validator = worker.jinja_env.from_string(question.get("validator", ""))
            messages = [validator.render(context | {name: answer}) for answer in tried]
            found[f"validator of {name}"] = "\n".join(messages)
            for key in ("help", "ask", "placeholder", "choices"):
                compiled = worker.jinja_env.from_string(str(question.get(key, "")))
                found[f"{key} of {name}"] = compiled.render(context)
    return found


def validator_outputs(template: Template, *, thoroughly: bool) -> dict[str, str]:
    """Return Copier's messages for each answer that is tried, or "" if it is accepted.

    For each answer from `--data`, there is a message from the question's `ask` or validator. For an
    answer at the prompt, there is only a message from the validator.

    Args:
        template: The template.
        thoroughly: Whether to also try hostile strings. Each text question gets a third of them.
    """
    form = Form(Questionnaire(template), {"publish": "token"}, FIRST)
    tried = [(name, answer) for name, answer, *_ in REJECTED]
    if thoroughly:
        texts = hostile_texts()
        tried += [
            (name, text) for number, name in enumerate(FREE) for text in texts[number % 3 :: 3]
        ]
    found = {}
    for name, answer in tried:
        shown = f"{name} = {json.dumps(answer)}"
        found[f"{shown} as data"] = form.refusal(name, answer)
        question = question_of(form.worker, name, form.context | {name: answer})
        found[f"{shown} at the prompt"] = message(
            functools.partial(question.validate_answer, answer)
        )
    return found


def message(validate: Callable[[], None]) -> str:
    """Call a validator, and return the error's message, or ""."""
    try:
        validate()
    except Exception as error:  # noqa: BLE001 whatever a fault causes is its effect
        return str(error)
    return ""


def outputs(
    folder: Path, cases: Iterable[Answers], *, thoroughly: bool = False
) -> Iterator[tuple[str, Outputs]]:
    """Yield the name and the outputs of each case. An error is also an output.

    The first case contains the outputs of the validators.

    Args:
        folder: The template's folder.
        cases: The answers to render with.
        thoroughly: Whether to also try hostile strings with the validators.
    """
    template = Template(folder, *TEMPLATE.parts)
    used: set[str] = set()
    try:
        _, environment = template.shared_parts()
    except Exception as error:  # noqa: BLE001 Copier can't load the template
        yield from ((key(answers), {"file error": type(error).__name__}) for answers in cases)
        return
    for name in ("get_template", "select_template"):
        vars(environment)[name] = noting(getattr(environment, name), used)
    with tempfile.TemporaryDirectory() as place:
        judge = functools.partial(validator_outputs, template, thoroughly=thoroughly)
        yield "validators", hashed(judge, place)
        for number, answers in enumerate(cases):
            project = Path(place) / str(number)
            make = functools.partial(project_outputs, template, answers, project)
            used.clear()
            found = hashed(make, str(project))
            yield key(answers), found | dict.fromkeys((READ + name for name in used), "")
            shutil.rmtree(project, ignore_errors=True)


def hashed(make: Callable[[], dict[str, str]], folder: str) -> Outputs:
    """Hash outputs, or the exception that computing them raises. Ignore the folder's path."""
    try:
        found = make()
    except Exception as error:  # noqa: BLE001 whatever a fault causes is its effect
        found = {"file error": f"{type(error).__name__} {error}"}
    return {
        what: hashlib.sha256(text.replace(folder, "~").encode(errors="surrogatepass")).hexdigest()
        for what, text in found.items()
    }


def differences(
    before: dict[str, Outputs], after: Iterable[tuple[str, Outputs]], *, only_first: bool = False
) -> set[tuple[str, str]]:
    """Return the case and the name of each output that differs.

    Args:
        before: The original outputs by case.
        after: The cases to compare, and their new outputs.
        only_first: Whether to stop after the first case with a difference.
    """
    found: set[tuple[str, str]] = set()
    for case, texts in after:
        known = before[case]
        found |= {
            (case, what)
            for what in known.keys() | texts.keys()
            if known.get(what) != texts.get(what) and not what.startswith(READ)
        }
        if found and only_first:
            break
    return found


def same_meaning(file: str, before: str, after: str) -> bool:
    """Return whether two versions of a file have the same meaning to the program that reads it.

    The result is False if the format is unknown, or if TOML, JSON, or YAML is invalid.
    """
    if file.endswith(".py"):
        return program(before) == program(after)
    try:
        if file in NAMES:
            return names(before) == names(after)
        if file.endswith(".toml"):
            return tomllib.loads(before) == tomllib.loads(after)
        if file.endswith(".json"):
            return bool(json.loads(before) == json.loads(after))
        if file.endswith((".yml", ".yaml")):
            return bool(yaml.safe_load(before) == yaml.safe_load(after))
        if file.endswith(".patch"):
            return patch(before) == patch(after)
    except (ValueError, yaml.YAMLError):
        return False
    return False


def names(text: str) -> dict[str, set[str]]:
    """Return the sets of names in a YAML map of lists."""
    return {kind: set(listed) for kind, listed in yaml.safe_load(text).items()}


def patch(text: str) -> list[str]:
    """Return the lines of a patch except the ones with diff's command, which git ignores."""
    return [line for line in text.splitlines() if not line.startswith("diff -")]


def program(text: str) -> str:
    """Return a module's syntax tree as text, without annotations and with sorted imports.

    Keyword arguments are also sorted.
    """
    module = ast.parse(text)
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            node.keywords.sort(key=lambda keyword: keyword.arg or "")
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(None)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
    is_import = [isinstance(node, ast.Import | ast.ImportFrom) for node in module.body]
    imports = sorted(
        ast.dump(node) for node, flag in zip(module.body, is_import, strict=True) if flag
    )
    rest = [ast.dump(node) for node, flag in zip(module.body, is_import, strict=True) if not flag]
    return "\n".join([*imports, *rest])


def template_copy(folder: Path) -> Path:
    """Copy the current template into a folder, and return the folder."""
    shutil.copytree(ROOT / "template", folder / "template")
    shutil.copy(ROOT / "copier.yml", folder)
    return folder
