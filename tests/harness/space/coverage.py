"""Find variants that cover the possible answers to a template's questions.

A factor has a small number of levels. An axis that accepts one choice is a factor whose levels are
the choices. Each choice of a multiselect question is a factor that is on or off. Most text
questions are factors whose levels are the default and difficult text.
"""

import functools
import hashlib
import itertools
import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock
from jinja2 import meta

from harness.rendering.copier_internals import Worker, checked_answer, question_of, render_context
from harness.rendering.template import Answers
from harness.space.covering_array import CoveringArray
from harness.space.questionnaire import Questionnaire

# The levels of a text question: the default, a difficult answer, and sometimes an empty answer.
DEFAULT, DIFFICULT, EMPTY = "default", "difficult", "empty"

# The harness, whose code also affects the variants.
HARNESS = Path(__file__).parents[1]

DAY = 24 * 60 * 60

Row = dict[str, Any]


class Coverage:
    """Variants that together contain every possible combination of a few levels.

    Attributes:
        strength: For any set of this many factors that shape a project, every possible combination
            of levels occurs. Text that is only copied into files occurs with each level of every
            other factor.
    """

    def __init__(
        self,
        questionnaire: Questionnaire,
        *,
        inputs: Callable[[], list[Path]],
        given: Answers,
        texts: Answers,
        empty: Mapping[str, Any] | None = None,
        shaping: Collection[str] = (),
        left_out: Collection[str] = (),
        combined: Sequence[str] = (),
        cache: Path,
        strength: int = 3,
    ) -> None:
        """Describe the space of possible answers.

        Args:
            questionnaire: The questions.
            inputs: A function that returns the files that determine the possible answers.
            given: Answers that are the same in every variant.
            texts: A difficult answer to each question that is not an axis. If the answer is empty,
                the question is not a factor.
            empty: Empty answers, by question. They are an additional level.
            shaping: The questions without choices that determine which files and sections a project
                has.
            left_out: Questions that are not factors.
            combined: Axes whose possible combinations all occur.
            cache: The folder for computed variants.
            strength: See the attribute.
        """
        self.questionnaire = questionnaire
        self.inputs = inputs
        self.given, self.difficult, self.empty = given, texts, empty or {}
        self.shaping, self.left_out, self.combined = set(shaping), set(left_out), combined
        self.strength = strength
        self.cache = cache

    @functools.cache  # noqa: B019 the cache lives as long as the tests
    def factors(self) -> dict[str, list[Any]]:
        """Return the levels of each factor by its name, which is `QUESTION` or `QUESTION.CHOICE`.

        The default comes first, except in multiselect questions.

        Raises:
            KeyError: A question that is not an axis has no difficult answer.
        """
        found: dict[str, list[Any]] = {}
        axes = self.questionnaire.axes()
        for name, question in self.questionnaire.asked().items():
            if name in self.left_out:
                continue
            if question.get("multiselect"):
                offered = self.questionnaire.choices(name)
                found |= {f"{name}.{choice}": [False, True] for choice in offered}
            elif name in axes:
                found[name] = self.questionnaire.choices(name)
            elif self.difficult[name]:
                found[name] = [DEFAULT, DIFFICULT] + [EMPTY] * (name in self.empty)
        return found

    def texts(self) -> list[str]:
        """Return the names of factors for text that is only copied into files, such as names."""
        shaping = self.shaping.union(self.questionnaire.axes())
        return [name for name in self.factors() if "." not in name and name not in shaping]

    def answers_of(self, row: Row) -> Answers:
        """Return the answers for a row of levels."""
        answers: Answers = dict(self.given)
        axes = self.questionnaire.axes()
        for factor, level in row.items():
            axis, _, choice = factor.partition(".")
            if choice:
                chosen = answers.setdefault(axis, [])
                chosen += [choice] if level else []
            elif axis in axes:
                answers[axis] = level
            elif level == DIFFICULT:
                answers[axis] = self.difficult[axis]
            elif level == EMPTY:
                answers[axis] = self.empty[axis]
        return answers

    def combinations(self) -> list[Row]:
        """Return every combination of the combined axes, even if it is rejected."""
        return list(self.questionnaire.combinations(*self.combined))

    def name_of(self, answers: Answers) -> str:
        """Return a name for the combination of the combined axes in the answers."""
        return "-".join(str(answers[name]).lower() for name in self.combined)

    def covering(self) -> list[Answers]:
        """Return answers that cover every combination of `strength` levels that shape a project.

        They also cover every combination of the combined axes, and each level of a text question
        with each level of every other factor. Combinations that Copier rejects are left out.
        """
        return [self.answers_of(row) for row in self.rows()]

    def rows(self) -> list[Row]:
        """Return the levels for the answers in `covering`."""
        return list(self.plan()["rows"])

    def refused(self) -> list[Row]:
        """Return the smallest sets of levels that Copier rejects."""
        return list(self.plan()["refused"])

    def is_possible(self, row: Row) -> bool:
        """Return whether a complete or partial row contains no rejected combination."""
        return not any(forbidden.items() <= row.items() for forbidden in self.refused())

    def digest(self) -> str:
        """Return a hash of the settings, code, and files that affect the variants."""
        digest = hashlib.sha256()
        for package in ("copier", "covertable", "jinja2", "jinja2-ansible-filters", "pyyaml"):
            digest.update(f"{package} {version(package)}\n".encode())
        settings = [self.given, self.difficult, self.empty, self.combined, self.strength]
        settings += [sorted(self.shaping), sorted(self.left_out), self.questionnaire.defaults]
        digest.update(json.dumps(settings, sort_keys=True).encode())
        code = [
            file for folder in ("rendering", "space") for file in HARNESS.glob(f"{folder}/*.py")
        ]
        named = [(file.relative_to(HARNESS), file) for file in sorted(code)]
        root = self.questionnaire.template.root
        named += [(file.relative_to(root), file) for file in self.inputs()]
        for name, file in named:
            digest.update(f"{name.as_posix()}\0".encode() + file.read_bytes())
        return digest.hexdigest()[:16]

    @functools.cache  # noqa: B019
    def plan(self) -> dict[str, list[Row]]:
        """Return the rejected combinations, and the rows that cover the other combinations.

        The results are cached because computing them takes seconds. Each computation deletes the
        results that have not been used for a week.
        """
        folder = self.cache
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{self.digest()}.json"
        with FileLock(folder / "lock"):
            if not file.exists():
                for other in folder.glob("*.json"):
                    if other.stat().st_mtime < time.time() - 7 * DAY:
                        other.unlink()
                forbidden = self.find_refused()
                made = {"refused": forbidden, "rows": self.find_covering(forbidden)}
                file.write_text(json.dumps(made), encoding="utf-8")
            file.touch()
            return dict(json.loads(file.read_text(encoding="utf-8")))

    def find_refused(self) -> list[Row]:
        """Find the smallest sets of levels that Copier rejects.

        A validator's result depends only on the answers that it uses and on the answers that their
        defaults use, so only these questions are varied.
        """
        worker = self.questionnaire.template.asked_worker(self.answers_of({}))
        found: list[Row] = []
        for name in self.factors():
            if name.partition(".")[2] or name in self.texts():
                continue
            every = self.rows_of(self.named_together(name))
            rows = [row for row in every if self.is_refused(worker, name, row)]
            found += [
                part
                for part in self.smallest(rows)
                if not any(smaller.items() <= part.items() for smaller in found)
            ]
        return found

    def is_refused(self, worker: Worker, name: str, row: Row) -> bool:
        """Return whether Copier rejects a row of levels at or before a question.

        Args:
            worker: A worker that has asked the questions.
            name: The last question that is asked.
            row: A level for each factor that affects the result.
        """
        given = self.answers_of(row)
        every = list(self.questionnaire.questions())
        asked = every[: every.index(name) + 1]
        # Answers to later questions are unknown unless they were given with `--data`.
        later = set(every) - set(asked)
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

    def smallest(self, rows: list[Row]) -> list[Row]:
        """Return each smallest set of levels such that `rows` has every row that contains the set.

        If a set occurs with every level of a factor, that factor doesn't matter, so its level is
        removed from the set.

        Args:
            rows: Rows with the same factors.
        """
        factors = self.factors()
        sets = {frozenset(row.items()) for row in rows}
        found: list[Row] = []
        while sets:
            wider = set()
            for held in sorted(sets, key=sorted):
                rests = [
                    held - {item}
                    for item in held
                    if all(held - {item} | {(item[0], level)} in sets for level in factors[item[0]])
                ]
                found += [dict(sorted(held))] if not rests else []
                wider.update(rests)
            sets = wider
        return found

    def rows_of(self, names: list[str]) -> Iterator[Row]:
        """Yield every combination of some factors' levels."""
        for levels in itertools.product(*(self.factors()[name] for name in names)):
            yield dict(zip(names, levels, strict=True))

    def named_together(self, name: str) -> list[str]:
        """Return the factors that determine whether a question's answer is rejected.

        They belong to the question itself and to the questions that its validators use, directly or
        through defaults. If the validators use no other factor that shapes a project, the list is empty.
        """
        question = self.questionnaire.questions()[name]
        offered = question.get("choices")
        judges = [question.get("validator", "")]
        if isinstance(offered, dict):
            judges += [c.get("validator", "") for c in offered.values() if isinstance(c, dict)]
        elif isinstance(offered, str):
            judges.append(offered)
        named = self.variables("".join(judges))
        if not named & set(self.factors()) - set(self.texts()) - {name}:
            return []
        for other in named & set(self.factors()):
            if other not in self.questionnaire.axes():
                named |= self.variables(str(self.questionnaire.questions()[other]["default"]))
        names = (named | {name}) - set(self.texts())
        return [factor for factor in self.factors() if factor in names]

    def variables(self, template: str) -> set[str]:
        """Return the names of the variables that a Jinja template uses but doesn't define."""
        environment = self.questionnaire.template.environment()
        return meta.find_undeclared_variables(environment.parse(template))

    def find_covering(self, forbidden: list[Row]) -> list[Row]:
        """Find rows that contain the combinations that `covering` describes.

        Args:
            forbidden: The rejected combinations, which the rows must not contain.
        """
        shaping = [name for name in self.factors() if name not in self.texts()]
        beginnings = [
            row
            for row in self.combinations()
            if not any(part.items() <= row.items() for part in forbidden)
        ]
        made = CoveringArray(
            self.factors(),
            beginnings if self.combined else [],
            strength=2,
            sub_models=[{"fields": shaping, "strength": self.strength}],
            constraints=list(map(condition_against, forbidden)),
        )
        return [dict(row) for row in made.make()]

    def interactions(self, rows: list[Row], strength: int) -> tuple[int, int, int]:
        """Count the combinations of levels that shape a project.

        Args:
            rows: The rows to search for the combinations.
            strength: The number of factors in each combination.

        Returns:
            The number of combinations in the rows, the number of rejected combinations, and the
            total number of combinations.
        """
        shaping = [name for name in self.factors() if name not in self.texts()]
        met = out = every = 0
        for names in itertools.combinations(shaping, strength):
            seen = {tuple(row[name] for name in names) for row in rows}
            for levels in itertools.product(*(self.factors()[name] for name in names)):
                every += 1
                met += levels in seen
                row = dict(zip(names, levels, strict=True))
                out += levels not in seen and not self.is_possible(row)
        return met, out, every

    @functools.cache  # noqa: B019
    def each_level_once(self) -> list[Answers]:
        """Greedily select a few of the covering answers that together contain each level."""
        rows = self.rows()
        held = [{(name, json.dumps(level)) for name, level in row.items()} for row in rows]
        missing = set[tuple[str, str]]().union(*held)
        chosen = []
        while missing:
            best = max(range(len(held)), key=lambda number: len(held[number] & missing))
            chosen.append(self.answers_of(rows[best]))
            missing -= held[best]
        return chosen

    def each_choice_once(self) -> list[Answers]:
        """Return the axes' answers from `each_level_once`, which contain every choice of every axis."""
        return [
            {axis: answers[axis] for axis in self.questionnaire.axes() if axis in answers}
            for answers in self.each_level_once()
        ]


def condition_against(row: Row) -> dict[str, Any]:
    """Return a constraint in covertable's format that excludes a combination of levels."""
    equal = [{"operator": "eq", "left": name, "value": level} for name, level in row.items()]
    return {"operator": "not", "condition": {"operator": "and", "conditions": equal}}
