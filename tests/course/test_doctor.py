"""Test the doctor, which checks a learner's computer before the course."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
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
    """Write a program that runs `echo` with the given arguments, and sends its output to stderr."""
    path.write_text(f"#!/bin/sh\necho {output} >&2\n")
    path.chmod(0o755)


PYTHON = ".".join(map(str, sys.version_info[:3]))
OPTIONAL = """\
  optional: conda (lesson 2, section about conda)
  optional: direnv (lesson 2, section about direnv)
  optional: docker (lesson 11)
"""


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
    oldest = runpy.run_path(str(DOCTOR))["OLDEST"]
    expected = f"""\
  ok: Python {PYTHON}
  ok: Python modules venv and ensurepip
  missing: uv {oldest["uv"]} or later (not on PATH)
    Hint: Install or update it: https://docs.astral.sh/uv/getting-started/installation/
  missing: uvx (not on PATH)
    Hint: It is installed together with uv. Is uv's folder on PATH?
  missing: git 2.27 or later (this is git 2.9.5)
    Hint: Install or update it: https://git-scm.com/downloads
  missing: copier {oldest["copier"]} or later (not on PATH)
    Hint: Run: uv tool install --upgrade copier. Then run: uv tool update-shell
  ok: Git settings user.name and user.email
  missing: a package index (can't be checked without uv)
    Hint: Install uv first.
{OPTIONAL}Missing: 5
"""
    assert expected == finished.stdout


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, {}),
        (
            {"uv": "uv 0.99.1; exit 2"},
            {
                "ok: uv 0.99.1": "missing: uv {uv} or later (`uv --version` printed: uv 0.99.1)\n"
                "    Hint: Install or update it: https://docs.astral.sh/uv/getting-started/installation/",
                "ok: package index": "missing: a package index. uv printed:\n    uv 0.99.1\n"
                "    Hint: Are you online? Do you need a proxy? The offline bundle works without a network.",
            },
        ),
        (
            {"copier": "copier 99"},
            {
                "ok: copier 99.1": "missing: copier {copier} or later (`copier --version` printed: copier 99)\n"
                "    Hint: Run: uv tool install --upgrade copier. Then run: uv tool update-shell"
            },
        ),
    ],
)
def test_each_requirement_is_checked(
    changes: dict[str, str], lines: dict[str, str], tmp_path: Path
) -> None:
    """The doctor accepts newer versions, and reports programs that fail or print no version."""
    outputs = {"uv": "uv 0.99.1", "uvx": "uvx 0.99.1", "git": "git version 2.50.1"}
    outputs["copier"] = "copier 99.1"
    for name, output in (outputs | changes).items():
        program(tmp_path / name, output)
    expected = f"""\
  ok: Python {PYTHON}
  ok: Python modules venv and ensurepip
  ok: uv 0.99.1
  ok: uvx 0.99.1
  ok: git 2.50.1
  ok: copier 99.1
  ok: Git settings user.name and user.email
  ok: package index
{OPTIONAL}"""
    for old, new in lines.items():
        expected = expected.replace(old, new.format(**runpy.run_path(str(DOCTOR))["OLDEST"]))
    missing = expected.count("missing: ")
    expected += f"Missing: {missing}\n" if missing else "Your computer is ready for the course.\n"
    ended = run(sys.executable, DOCTOR, env={"PATH": str(tmp_path)}, exit_code=int(missing > 0))
    assert expected == ended.stdout


@pytest.mark.parametrize(("missing", "example"), [("name", "Ada"), ("email", "ada@example.com")])
def test_git_settings_are_checked(missing: str, example: str, tmp_path: Path) -> None:
    """The doctor reports each missing Git setting, and shows the command that sets it."""
    program(tmp_path / "git", f'$([ "$2" = user.{missing} ] || echo git version 2.50.1)')
    ended = run(sys.executable, DOCTOR, env={"PATH": str(tmp_path)}, exit_code=1)
    assert (
        f"  missing: the Git setting user.{missing}\n    Hint: Run: git config --global"
        f" user.{missing} {example}. Replace {example} with your own.\n"
    ) in ended.stdout


def test_unknown_certificate_gets_its_own_hint(tmp_path: Path) -> None:
    """If uv rejects a certificate, the doctor's hint is about a network's own certificates."""
    program(tmp_path / "uv", "cause: invalid peer certificate: UnknownIssuer; exit 2")
    ended = run(sys.executable, DOCTOR, env={"PATH": str(tmp_path)}, exit_code=1)
    hint = "Does your network use its own certificates? Set the variable UV_SYSTEM_CERTS=1."
    assert f"UnknownIssuer\n    Hint: {hint}\n" in ended.stdout
