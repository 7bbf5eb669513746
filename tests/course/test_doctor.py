"""Test the doctor, which checks a learner's computer before the course."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import yaml
from packaging.requirements import Requirement

from harness.course.lessons import COURSE
from harness.packagestan.template import ROOT, facts
from harness.processes.commands import run

DOCTOR = COURSE / "doctor.py"


def lower_bound(requirement: str) -> str:
    """Return the oldest version that a requirement accepts."""
    (oldest,) = re.findall(r">=([\d.]+)", requirement)
    return str(oldest)


def test_versions_match_the_template() -> None:
    """The doctor requires the template's minimum Python and Copier, and a supported uv."""
    doctor = runpy.run_path(str(DOCTOR))
    data = ROOT / "template" / "data"
    tools, pythons = (
        yaml.safe_load((data / f"{name}.yml").read_text(encoding="utf-8"))
        for name in ("tools", "python_versions")
    )
    assert pythons[0] == doctor["PYTHON"]
    assert lower_bound(tools["copier"]) == doctor["OLDEST"]["copier"]
    # uv uses its own build backend if the requirement accepts uv's version.
    accepted = Requirement(facts("backend")["uv_build"]["requires"]).specifier
    assert doctor["OLDEST"]["uv"] in accepted


def test_uv_is_the_version_in_the_lessons() -> None:
    """The doctor's minimum version of uv is the one pinned in requirements/test.txt."""
    pinned = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8")
    expected = re.findall(r"^uv==(.+)$", pinned, re.MULTILINE)
    assert expected == [runpy.run_path(str(DOCTOR))["OLDEST"]["uv"]]


def test_docstring_examples_are_correct() -> None:
    """The examples in the doctor's docstrings are correct."""
    run(sys.executable, "-m", "doctest", DOCTOR)


def program(path: Path, output: str) -> None:
    """Write a program that runs `echo` with the given text."""
    path.write_text(f"#!/bin/sh\necho {output}\n")
    path.chmod(0o755)


def test_each_missing_requirement_is_reported(tmp_path: Path) -> None:
    """The doctor prints a hint for each missing or outdated requirement, and the exit code is 1."""
    program(tmp_path / "git", "git version 2.9.5")
    finished = subprocess.run(
        [sys.executable, DOCTOR],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
    )
    assert 1 == finished.returncode
    ordered = (
        "ok: Python",
        "or later (not on PATH)\n    Hint: Install or update it: https://docs.astral.sh/uv/",
        "missing: git 2.27 or later (this is git 2.9.5)\n    Hint: Install or update it: https://",
        "missing: copier 9",
        "Hint: Run: uv tool install --upgrade copier. Then run: uv tool update-shell\n",
        "missing: a package index (can't be checked without uv)",
        "Missing: 5\n",
    )
    places = [finished.stdout.find(expected) for expected in ordered]
    assert places == sorted(places)
    assert -1 not in places


def test_unknown_certificate_gets_its_own_hint(tmp_path: Path) -> None:
    """If uv rejects a certificate, the doctor's hint is about a network's own certificates."""
    program(tmp_path / "uv", "cause: invalid peer certificate: UnknownIssuer; exit 2")
    ended = run(sys.executable, DOCTOR, env={"PATH": str(tmp_path)}, exit_code=1)
    assert "UnknownIssuer\n    Hint: Does your network use its own certificates?" in ended.stdout
