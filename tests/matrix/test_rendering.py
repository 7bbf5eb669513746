"""Check that rendering with caches creates the same files as the plain command."""

import random
from pathlib import Path

from harness.artifacts.inspect import tree
from harness.packagestan.coverage import contents, covering
from harness.packagestan.template import render, snapshot
from harness.rendering.render import copier_command
from harness.rendering.template import Answers


def test_command_renders_the_same_files(tmp_path: Path) -> None:
    """For the defaults and for random variants, all three ways to render create equal files."""
    defaults: Answers = {"project_name": "My Project"}
    chosen = random.SystemRandom().sample([*contents().values(), *covering()], 3)
    for number, answers in enumerate([defaults, *chosen]):
        copied, cached = (tmp_path / f"{kind}-{number}" for kind in ("command", "cached"))
        for project in (copied, cached):
            copying = ("copy", "--defaults", snapshot(), project)
            copier_command(*copying, answers=answers, plain=project == copied)
        expected = tree(copied)
        assert expected == tree(cached), answers
        assert expected == tree(render(tmp_path / f"fast-{number}", answers)), answers
