"""The doctor, which reports before the course what is missing on a computer."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import yaml
from packaging.version import Version

from harness.course.lessons import COURSE
from harness.packagestan.template import ROOT, facts

DOCTOR = COURSE / "doctor.py"


def lower_bound(requirement: str) -> str:
    """Return the oldest version that a requirement accepts."""
    (oldest,) = re.findall(r">=([\d.]+)", requirement)
    return str(oldest)


def test_the_doctor_asks_for_what_the_template_needs() -> None:
    """The doctor doesn't accept a version that is older than the template requires."""
    doctor = runpy.run_path(str(DOCTOR))
    data = ROOT / "template" / "data"
    tools, pythons = (
        yaml.safe_load((data / f"{name}.yml").read_text(encoding="utf-8"))
        for name in ("tools", "python_versions")
    )
    uv_build = facts("backend")["uv_build"]
    assert pythons[0] == doctor["PYTHON"]
    assert lower_bound(tools["copier"]) == doctor["OLDEST"]["copier"]
    # uv runs its own build backend if the requirement accepts uv's version.
    assert Version(lower_bound(uv_build["requires"])) <= Version(doctor["OLDEST"]["uv"])


def test_the_doctor_names_all_that_is_missing(tmp_path: Path) -> None:
    """Each missing or outdated program is named with a remedy, and the exit code is 1."""
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.9.5\n")
    old.chmod(0o755)
    finished = subprocess.run(
        [sys.executable, DOCTOR],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
    )
    assert 1 == finished.returncode
    for seen in (
        "right: Python",
        "there is no command uv\n    Hint: Install it: https://",
        "there is no command copier\n    Hint: Install it: uv tool install copier",
        "this is git 2.9.5, and 2.27 is needed\n    Hint: Install it: https://",
        "packages can't be looked for without uv",
        "5 missing.",
    ):
        assert seen in finished.stdout
