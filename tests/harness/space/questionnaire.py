"""A template's questions and their possible answers."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from harness.rendering.template import Answers, Template


class Questionnaire:
    """The questions of a template.

    An axis is a question with choices or a yes-or-no question.

    Attributes:
        template: The template.
        defaults: Answers that replace the questions' defaults.
    """

    def __init__(self, template: Template, defaults: Mapping[str, Any] | None = None) -> None:
        """Use the questions of a template, optionally with other defaults."""
        self.template = template
        self.defaults = defaults or {}

    def questions(self) -> dict[str, dict[str, Any]]:
        """Return all questions by name, in the order in which they are asked."""
        return self.template.questions()

    def asked(self) -> dict[str, dict[str, Any]]:
        """Return the questions that Copier may ask. Computed values are not among them."""
        return {
            name: question
            for name, question in self.questions().items()
            if question.get("when") is not False and question.get("ask") is not False
        }

    def axes(self) -> list[str]:
        """Return the names of all axes."""
        return [
            name
            for name, question in self.questions().items()
            if question.get("when") is not False
            and ("choices" in question or question["type"] == "bool")
        ]

    def default(self, axis: str) -> Any:
        """Return the default choice of an axis."""
        return self.defaults.get(axis, self.questions()[axis]["default"])

    def choices(self, axis: str) -> list[Any]:
        """Return the choices of a question, default first.

        The choices of a multiselect question keep their order.

        Args:
            axis: The name of a question with choices, or of a yes-or-no question.

        Raises:
            KeyError: The question has no choices.
        """
        default = self.default(axis)
        if self.questions()[axis]["type"] == "bool":
            return [default, not default]
        return sorted(self.labels(axis), key=lambda value: value != default)

    def labels(self, axis: str) -> dict[Any, str]:
        """Return the labels of the choices that a question offers for new projects, by choice."""
        offered = self.questions()[axis]["choices"]
        if isinstance(offered, str):
            context = {"_copier_conf": {"src_path": self.template.root}}
            text = self.template.environment().from_string(offered).render(context)
            offered = yaml.safe_load(text)
        if isinstance(offered, list):
            return {value: str(value) for value in offered}
        return {
            value["value"] if isinstance(value, dict) else value: label
            for label, value in offered.items()
        }

    def answers(self, axis: str) -> list[Any]:
        """Return an axis's possible answers: its choices or, for multiselect, sets of choices."""
        offered = self.choices(axis)
        if not self.questions()[axis].get("multiselect"):
            return offered
        return [
            list(chosen)
            for number in range(len(offered) + 1)
            for chosen in itertools.combinations(offered, number)
        ]

    def combinations(self, *names: str) -> Iterator[Answers]:
        """Yield every combination of answers to some axes."""
        for chosen in itertools.product(*(self.answers(name) for name in names)):
            yield dict(zip(names, chosen, strict=True))
