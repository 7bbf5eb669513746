"""What plugins promise."""

import pytest

from harness.answers import choices
from harness.inspect import read_wheel
from harness.workshop import Workshop


@pytest.mark.parametrize("mode", choices("mode"))
@pytest.mark.parametrize("plugins", choices("plugins"))
def test_the_group_is_there_when_asked_for(mode: str, plugins: bool, workshop: Workshop) -> None:
    """With plugins, the wheel has an entry-point group and its loader; without, neither."""
    answers = {"project_name": "My Project", "mode": mode, "plugins": plugins}
    wheel = read_wheel(workshop.wheel_from_tree(answers))
    groups = {group for group, _ in wheel.entry_points}
    assert plugins == ("my_project.languages" in groups)
    module = "__main__" if mode == "script" else "plugins"
    assert (plugins and mode != "script") == ("my_project/plugins.py" in wheel.files)
    if plugins:
        reference = wheel.entry_points["my_project.languages", "la"]
        assert f"my_project.{module}:LATIN" == reference


@pytest.mark.parametrize("mode", choices("mode"))
def test_no_word_of_plugins_without_them(mode: str, workshop: Workshop) -> None:
    """Without plugins, no file of the project speaks of them."""
    project = workshop.project({"project_name": "My Project", "mode": mode, "plugins": False})
    for path in (*project.rglob("*.py"), *project.rglob("*.md")):
        assert "plugin" not in path.read_text(encoding="utf-8").lower(), path
