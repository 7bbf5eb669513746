"""The doctor, which says before the workshop what a computer lacks."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import yaml

from harness.lessons import WORKSHOP
from harness.template import ROOT

DOCTOR = WORKSHOP / "doctor.py"


def test_the_doctor_asks_for_what_the_template_needs() -> None:
    """The oldest versions that the doctor accepts are those that the template names."""
    doctor = runpy.run_path(str(DOCTOR))
    tools = yaml.safe_load((ROOT / "template/data/tools.yml").read_text(encoding="utf-8"))
    pythons = yaml.safe_load((ROOT / "template/data/python_versions.yml").read_text("utf-8"))
    assert pythons[0] == doctor["PYTHON"]
    for name in ("uv", "copier"):
        assert re.search(r">=([\d.]+)", tools[name])[1] == doctor["OLDEST"][name]  # type: ignore[index]


def test_the_doctor_names_all_that_is_missing(tmp_path: Path) -> None:
    """Where programs are missing or too old, each is named with what helps; the exit code is 1."""
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
