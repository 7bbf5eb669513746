"""Answer Copier's prompts in a terminal with 80 columns."""

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pexpect
import pyte
from jinja2 import meta

from harness.space.questionnaire import Questionnaire

COLUMNS, LINES = 80, 40

# The maximum time to wait for output, in seconds.
PATIENCE = 20


class Terminal:
    """`copier copy` in a pseudo-terminal whose screen can be read.

    Attributes:
        asked: The names of the questions that `next_question` has returned, in order.
    """

    def __init__(self, questionnaire: Questionnaire, project: Path, *arguments: str) -> None:
        """Start `copier copy` with additional arguments."""
        template = str(questionnaire.template.snapshot())
        command = ["-m", "copier", "copy", *arguments, template, str(project)]
        # Otherwise, the prompts wait for a reply that only real terminals send.
        env = os.environ | {"PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm"}
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.Stream(self.screen)
        self.process = pexpect.spawn(
            sys.executable, command, encoding="utf-8", dimensions=(LINES, COLUMNS), env=env
        )
        self.asked: list[str] = []
        names = questionnaire.questions()
        self.names = {help_: name for name in names for help_ in helps(questionnaire, name)}

    def __enter__(self) -> Self:
        """Return the terminal."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the program."""
        self.process.close(force=True)

    @property
    def text(self) -> str:
        """Return the text on the screen, without trailing spaces."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def _read(self) -> bool:
        """Process the program's next output, and return False if the program has ended.

        Raises:
            AssertionError: The program printed nothing before the timeout.
        """
        try:
            self.stream.feed(self.process.read_nonblocking(10_000, timeout=PATIENCE))
        except pexpect.EOF:
            return False
        except pexpect.TIMEOUT:
            raise AssertionError(f"no more output after:\n{self.text}") from None
        return True

    def wait_for(self, text: str) -> None:
        """Wait until the screen shows the given text.

        Raises:
            AssertionError: The program stopped or didn't show the text in time. The message
                contains the screen.
        """
        deadline = time.monotonic() + PATIENCE
        while text not in self.text:
            assert self._read(), f"{text!r} is not in:\n{self.text}"
            assert time.monotonic() < deadline, f"{text!r} is not in:\n{self.text}"

    def next_question(self) -> str | None:
        """Wait for the next question, and return its name, or None if the program has ended.

        Raises:
            AssertionError: The program didn't ask a new question in time.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            lines = [line.strip() for line in self.text.splitlines() if line.startswith("🎤")]
            if lines:
                name = self.names.get(lines[-1].removeprefix("🎤").strip())
                if name and name not in self.asked:
                    self.asked.append(name)
                    return name
            if not self._read():
                return None
        raise AssertionError(f"no new question in:\n{self.text}")

    def send(self, keys: str) -> None:
        """Send keys to the program."""
        self.process.send(keys)


def helps(questionnaire: Questionnaire, name: str) -> set[str]:
    """Return all versions of a question's help text, which may depend on the axes' answers."""
    environment = questionnaire.template.shared_parts()[1]
    text = str(questionnaire.questions()[name].get("help", ""))
    used = meta.find_undeclared_variables(environment.parse(text))
    axes = used.intersection(questionnaire.axes())
    template = environment.from_string(text)
    return {template.render(row).strip() for row in questionnaire.combinations(*sorted(axes))}
