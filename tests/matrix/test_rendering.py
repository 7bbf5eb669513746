"""Check that rendering in the test process creates the same files as the command."""

import random
from pathlib import Path

from harness.artifacts.inspect import tree
from harness.packagestan.coverage import contents, covering
from harness.packagestan.template import render, snapshot
from harness.rendering.render import copier_command
from harness.rendering.template import Answers


def test_command_renders_the_same_files(tmp_path: Path) -> None:
    """For the defaults and for random variants, the `copier` command writes identical files."""
    defaults: Answers = {"project_name": "My Project"}
    chosen = random.SystemRandom().sample([*contents().values(), *covering()], 3)
    for number, answers in enumerate([defaults, *chosen]):
        project = tmp_path / f"command-{number}"
        copier_command("copy", "--defaults", snapshot(), project, answers=answers)
        assert tree(project) == tree(render(tmp_path / f"fast-{number}", answers)), answers
