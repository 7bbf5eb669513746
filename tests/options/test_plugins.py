"""Test support for plugins."""

from pathlib import Path

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import read_wheel
from harness.artifacts.install import Environment
from harness.packagestan.answers import choices
from harness.rendering.template import Answers

PLUGINS: Answers = {"project_name": "My Project", "command_name": "greet", "plugins": True}

# The code of broken third-party plugins.
BROKEN = {
    "syntax": "GREETING = ",
    "import": "import a_module_that_does_not_exist",
    "exception": "raise RuntimeError('no connection')",
    "attribute": "",
    "type": "GREETING = 42",
    "placeholder": "GREETING = 'Hi, {nobody}!'",
}


@pytest.mark.parametrize("mode", choices("mode"))
@pytest.mark.parametrize("plugins", choices("plugins"))
def test_entry_point_group_exists_if_selected(
    mode: str, plugins: bool, artifacts: ArtifactCache
) -> None:
    """Only a project with plugins has an entry point group for them.

    The example plugin is in plugins.py or, in a script, in `__main__`.
    """
    answers = {"project_name": "My Project", "mode": mode, "plugins": plugins}
    wheel = read_wheel(artifacts.wheel_from_tree(answers))
    groups = {group for group, _ in wheel.entry_points}
    assert plugins == ("my_project.languages" in groups)
    module = "__main__" if mode == "script" else "plugins"
    assert (plugins and mode != "script") == ("my_project/plugins.py" in wheel.files)
    if plugins:
        reference = wheel.entry_points["my_project.languages", "la"]
        assert f"my_project.{module}:LATIN" == reference


@pytest.mark.parametrize("mode", choices("mode"))
def test_plugins_are_not_mentioned_without_them(mode: str, artifacts: ArtifactCache) -> None:
    """Without plugins, no Python or Markdown file mentions them."""
    project = artifacts.project({"project_name": "My Project", "mode": mode, "plugins": False})
    for path in (*project.rglob("*.py"), *project.rglob("*.md")):
        assert "plugin" not in path.read_text(encoding="utf-8").lower(), path


def publish(environment: Environment, name: str, code: str) -> None:
    """Install a distribution with one module and an entry point for one language."""
    folder = environment.site_packages
    (folder / f"{name}.py").write_text(code, encoding="utf-8")
    dist_info = folder / f"{name}-1.0.dist-info"
    dist_info.mkdir()
    (dist_info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    points = f"[my_project.languages]\n{name}_code = {name}:GREETING\n"
    (dist_info / "entry_points.txt").write_text(points, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("mode", choices("mode"))
def test_broken_plugins_are_skipped_with_a_warning(
    mode: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """The command warns about each broken plugin, and uses the working plugin."""
    environment = Environment.make(tmp_path / "environment")
    environment.install("--no-deps", artifacts.wheel_from_tree(PLUGINS | {"mode": mode}))
    for name, code in BROKEN.items():
        publish(environment, f"broken_{name}", code)
    publish(environment, "fr", "GREETING = 'Bonjour, {name} !'")
    finished = environment.run("greet", "Ada")
    assert "Hello, Ada!\n" == finished.stdout
    assert "Traceback" not in finished.stderr
    for name in BROKEN:
        assert f"skipped the plugin broken_{name}:GREETING" in finished.stderr
    assert "plugin fr" not in finished.stderr
    assert "Bonjour, Ada !\n" == environment.run("greet", "Ada", "--language=fr_code").stdout
