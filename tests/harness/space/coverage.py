"""The space of answers, read from the question files, and the variants that cover it.

A factor is something with a small number of levels: an axis with its choices, each choice of a
question that accepts several, and each text, which is the default or a difficult text.
"""

import functools
import hashlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import copier
from filelock import FileLock
from jinja2 import meta

from harness.rendering.copier_internals import Worker, checked_answer, question_of, render_context
from harness.rendering.render import asked_worker
from harness.rendering.template import ROOT, Answers, environment
from harness.space import answers as answers_module
from harness.space import covering_array
from harness.space.answers import FULL, axes, choices, combinations, questions

# All levels of any so many factors meet: of those that shape a project, and of the texts that are
# only copied into it.
STRENGTH, STRENGTH_OF_TEXTS = 3, 2

# A text's levels: its default, the text in `TEXTS`, and, for extras, none at all.
DEFAULT, DIFFICULT, EMPTY = "default", "difficult", "empty"
TEXTS: Answers = FULL | {"index_url": "https://packages.example.com/zoe/upload/"}

# The texts that decide which files and sections a project has.
SHAPING = {"dependencies", "extras", "command_name", "gui_command_name", "index_url"}

Row = dict[str, Any]


@functools.cache
def factors() -> dict[str, list[Any]]:
    """Return the levels of each factor, the default first.

    `preset` is not a factor: it only decides what is asked and what the defaults are.

    Raises:
        KeyError: `TEXTS` has no answer to a new question.
    """
    found: dict[str, list[Any]] = {}
    for name, question in questions().items():
        is_asked = question.get("when") is not False and question.get("ask") is not False
        if not is_asked or name == "preset":
            continue
        if question.get("multiselect"):
            found |= {f"{name}.{choice}": [False, True] for choice in choices(name)}
        elif name in axes():
            found[name] = choices(name)
        elif TEXTS[name]:
            found[name] = [DEFAULT, DIFFICULT] + [EMPTY] * (name == "extras")
    return found


def texts() -> list[str]:
    """Return the factors that are only copied into files: names, people, and addresses."""
    return [name for name in factors() if "." not in name and name not in SHAPING.union(axes())]


def answers_of(row: Row) -> Answers:
    """Return the answers that correspond to some levels."""
    # The default would be the current year.
    answers: Answers = {"project_name": "My Project", "copyright_year": "2026"}
    for factor, level in row.items():
        axis, _, choice = factor.partition(".")
        if choice:
            chosen = answers.setdefault(axis, [])
            chosen += [choice] if level else []
        elif axis in axes():
            answers[axis] = level
        elif level == DIFFICULT:
            answers[axis] = TEXTS[axis]
        elif level == EMPTY:
            answers[axis] = {}
    return answers


@functools.cache
def combined() -> list[Row]:
    """Return every combination of mode, backend, versioning, package data, and plugins."""
    return list(combinations("mode", "backend", "versioning", "package_data", "plugins"))


def contents() -> dict[str, Answers]:
    """Return the possible combinations by name, with the texts of `FULL` for each of them.

    Every build backend gets the same answers.
    """
    return {contents_of(row): FULL | row for row in combined() if is_possible(row)}


def contents_of(answers: Answers) -> str:
    """Return the name of the combination in `contents` that some answers contain."""
    return "-".join(str(answers[name]).lower() for name in combined()[0])


def covering() -> list[Answers]:
    """Return answers in which the levels of any three factors that shape a project meet.

    They include every combination in `contents`. Texts meet the levels of every other factor.
    Combinations that Copier rejects are left out.
    """
    return [answers_of(row) for row in covering_rows()]


def covering_rows() -> list[Row]:
    """Return the levels of the answers in `covering`."""
    return list(plan()["rows"])


def refused() -> list[Row]:
    """Return the smallest sets of levels that Copier rejects."""
    return list(plan()["refused"])


def is_possible(row: Row) -> bool:
    """Return whether a row, or a part of one, contains nothing that is rejected."""
    return not any(forbidden.items() <= row.items() for forbidden in refused())


@functools.cache
def plan() -> dict[str, list[Row]]:
    """Return the rejected combinations, and the rows that cover the others.

    Computing them takes seconds. They are cached next to pytest's own cache, under a name
    that depends on Copier, the template's questions, and what these read.
    """
    files = [path for path in sorted((ROOT / "template").rglob("*")) if is_asked(path)]
    digest = hashlib.sha256(copier.__version__.encode())
    for path in [*map(Path, (__file__, answers_module.__file__, covering_array.__file__)), *files]:
        digest.update(path.read_bytes())
    folder = ROOT / ".pytest_cache" / "plans"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{digest.hexdigest()[:16]}.json"
    with FileLock(folder / "lock"):
        if not file.exists():
            for outdated in folder.glob("*.json"):
                outdated.unlink()
            forbidden = find_refused()
            made = {"refused": forbidden, "rows": find_covering(forbidden)}
            file.write_text(json.dumps(made), encoding="utf-8")
        return dict(json.loads(file.read_text(encoding="utf-8")))


def is_asked(path: Path) -> bool:
    """Return whether the possible answers depend on a file of the template."""
    is_data = path.parent.name in ("questions", "presets", "data", "macros")
    return path.is_file() and (is_data or path.name == "choice.json")


def find_refused() -> list[Row]:
    """Find the smallest sets of levels that Copier rejects, by checking answers as it does.

    The result of a validator only depends on the answers that it names, and on the answers that
    the defaults of these name. So only these questions are asked.
    """
    worker = asked_worker(answers_of({}))
    found: list[Row] = []
    for name in factors():
        if name.partition(".")[2] or name in texts():
            continue
        rows = [row for row in rows_of(named_together(name)) if is_refused(worker, name, row)]
        found += [
            part
            for part in smallest(rows)
            if not any(smaller.items() <= part.items() for smaller in found)
        ]
    return found


def is_refused(worker: Worker, name: str, row: Row) -> bool:
    """Return whether Copier rejects the levels in a row, up to a question.

    Args:
        worker: A worker that has asked the questions.
        name: The last question that is asked.
        row: A level of each factor on which the result depends.
    """
    given = answers_of(row)
    asked = list(questions())[: list(questions()).index(name) + 1]
    # The answers to later questions are unknown, unless they were given with `--data`.
    later = questions().keys() - asked
    context = {key: value for key, value in render_context(worker).items() if key not in later}
    context |= given | {"_copier_conf": {**context["_copier_conf"], "data": given}}
    try:
        for axis in asked:
            if axis in row:
                answer = [given[axis]] if axis in given else []
                context[axis] = checked_answer(question_of(worker, axis, context), *answer)
    except ValueError:
        return True
    return False


def smallest(rows: list[Row]) -> list[Row]:
    """Return the smallest sets of levels whose every completion is one of some rows.

    A set of levels is dropped when it is larger than necessary: another factor's level can be
    removed from it, because the set with each other level of this factor is among them, too.

    Args:
        rows: Rows of the same factors.
    """
    sets = {frozenset(row.items()) for row in rows}
    found: list[Row] = []
    while sets:
        wider = set()
        for held in sorted(sets, key=sorted):
            rests = [
                held - {item}
                for item in held
                if all(held - {item} | {(item[0], level)} in sets for level in factors()[item[0]])
            ]
            found += [dict(sorted(held))] if not rests else []
            wider.update(rests)
        sets = wider
    return found


def rows_of(names: list[str]) -> Iterator[Row]:
    """Yield every row of some factors."""
    for levels in itertools.product(*(factors()[name] for name in names)):
        yield dict(zip(names, levels, strict=True))


def named_together(name: str) -> list[str]:
    """Return a question, and those that its validators, or a default of these, name."""
    question = questions()[name]
    offered = question.get("choices")
    judges = [question.get("validator", "")]
    if isinstance(offered, dict):
        judges += [c.get("validator", "") for c in offered.values() if isinstance(c, dict)]
    named = variables("".join(judges))
    if not named & set(factors()) - set(texts()) - {name}:
        return []
    for other in named & set(factors()):
        if other not in axes():
            named |= variables(str(questions()[other]["default"]))
    return [factor for factor in factors() if factor in named | {name} and factor not in texts()]


def variables(template: str) -> set[str]:
    """Return the answers that a template uses."""
    return meta.find_undeclared_variables(environment().parse(template))


def find_covering(forbidden: list[Row]) -> list[Row]:
    """Find rows in which all levels meet, except for rejected combinations."""
    shaping = [name for name in factors() if name not in texts()]
    made = covering_array.Densest(
        factors(),
        [row for row in combined() if not any(part.items() <= row.items() for part in forbidden)],
        strength=STRENGTH_OF_TEXTS,
        sub_models=[{"fields": shaping, "strength": STRENGTH}],
        constraints=list(map(condition_against, forbidden)),
    )
    return [dict(row) for row in made.make()]


def condition_against(row: Row) -> dict[str, Any]:
    """Return the constraint that excludes a row, in covertable's format."""
    equal = [{"operator": "eq", "left": name, "value": level} for name, level in row.items()]
    return {"operator": "not", "condition": {"operator": "and", "conditions": equal}}


def interactions(rows: list[Row], strength: int) -> tuple[int, int, int]:
    """Count the combinations of the levels of factors that shape a project.

    Returns:
        The numbers of combinations in the rows, of rejected ones, and of all.
    """
    shaping = [name for name in factors() if name not in texts()]
    met = out = every = 0
    for names in itertools.combinations(shaping, strength):
        seen = {tuple(row[name] for name in names) for row in rows}
        for levels in itertools.product(*(factors()[name] for name in names)):
            every += 1
            met += levels in seen
            row = dict(zip(names, levels, strict=True))
            out += levels not in seen and not is_possible(row)
    return met, out, every


def summary() -> list[str]:
    """Return a summary of the space and the variants."""
    met, out, every = interactions(covering_rows(), STRENGTH)
    return [
        f"{len(covering_rows()):6} variants",
        f"{len(factors()):6} factors, which they cover",
        f"{len(contents()):6} combinations of mode, backend, versioning, and contents",
        f"{len({contents_of(row) for row in covering_rows()}):6} of them in a variant",
        f"{every:6} combinations of the choices of any {STRENGTH} that shape a project",
        f"{met:6} of them in a variant",
        f"{out:6} of them rejected by the questions",
        f"{every - met - out:6} of them missed",
    ]


@functools.cache
def each_level_once() -> list[Answers]:
    """Return a few of the covering answers that contain each level of each factor (greedy)."""
    missing = {(name, json.dumps(level)) for name, levels in factors().items() for level in levels}
    chosen = []
    while missing:
        held = [
            {(name, json.dumps(level)) for name, level in row.items()} for row in covering_rows()
        ]
        best = max(range(len(held)), key=lambda number: len(held[number] & missing))
        chosen.append(answers_of(covering_rows()[best]))
        missing -= held[best]
    return chosen


def each_choice_once() -> list[Answers]:
    """Return the same answers without the texts. They contain each choice of each axis."""
    return [
        {axis: answers[axis] for axis in axes() if axis in answers} for answers in each_level_once()
    ]
