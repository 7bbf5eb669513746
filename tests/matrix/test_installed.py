"""Install each variant, and use it as its users would."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.variant import Variant
from harness.packagestan.coverage import contents_of


@pytest.fixture
def used(variant: Variant) -> dict[str, Any]:
    """Return the results of using the installed package."""
    commands = []
    if command := variant.recorded["command_name"]:
        commands += [[command, "Ada"], [command, "Ada", "--language", "es"]]
        commands += [[command, "--version"], [command, "--help"], [command, "Ada", "--language=xx"]]
    # On other systems, the window would open and wait, because it doesn't require DISPLAY.
    window = variant.recorded["gui_command_name"]
    if window and sys.platform == "linux":
        commands.append([window])
    return variant.used(*commands)


def test_installed_package_works(variant: Variant, used: dict[str, Any]) -> None:
    """The installed package has its type marker, data, and entry points, and its commands work."""
    answers = variant.recorded
    site_packages = Path(used["file"]).parents[1]
    assert ("site-packages", True) == (site_packages.name, used["typed"])
    assert variant.distributions.wheel.name.split("-")[1] == used["version"]
    assert (["greetings.json"] if answers["package_data"] else []) == used["data"]
    names = [answers["command_name"], answers["gui_command_name"]]
    names += ["la"] if answers["plugins"] else []
    assert sorted(filter(None, names)) == used["loaded"]
    results = iter(used["commands"])
    if command := answers["command_name"]:
        assert ["Hello, Ada!\n", "", 0] == next(results)
        assert ["¡Hola, Ada!\n", "", 0] == next(results)
        assert [f"{command} {used['version']}\n", "", 0] == next(results)
        printed, errors, code = next(results)
        assert ("", 0) == (errors, code)
        assert command in printed
        printed, errors, code = next(results)
        assert ("", 2) == (printed, code)
        assert "xx" in errors
    window = answers["gui_command_name"]
    if window and sys.platform == "linux":
        printed, errors, code = next(results)
        assert ("", 1) == (printed, code)
        assert errors.startswith(f"{window}: error: ")


def test_project_tests_pass(variant: Variant, artifacts: ArtifactCache) -> None:
    """The project's tests pass against the installed wheel.

    Variants with the same contents, modules, and tests are tested only once.
    """

    def test(folder: Path) -> None:
        report = variant.test()
        # Without a display, the GUI tests are skipped.
        assert re.search(r"^\d+ passed(, [1-3] skipped)? in ", report, re.MULTILINE), report
        folder.mkdir()

    artifacts.once(f"tested-{contents_of(variant.answers)}-{variant.source}", test)
