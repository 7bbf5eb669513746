"""Test the license, the citation, and the dev container, which help people reuse the course."""

import json
import re
import runpy

import yaml

from harness.course.lessons import COURSE, DOCS
from harness.packagestan.template import ROOT


def test_text_has_a_license() -> None:
    """docs/LICENSE contains CC BY 4.0, which the footer and the copyright page name."""
    text = (DOCS / "LICENSE").read_text(encoding="utf-8")
    title = text.splitlines()[0]
    assert "Creative Commons Attribution 4.0 International" == title
    sections = re.findall(r"^Section (\d) –", text, re.MULTILINE)
    assert [str(number) for number in range(1, 9)] == sections
    conf = (DOCS / "conf.py").read_text(encoding="utf-8")
    assert "(text: CC BY 4.0, code: MIT)" in conf
    # Furo links the footer to this page.
    assert "CC BY 4.0" in (DOCS / "copyright.md").read_text(encoding="utf-8")


def test_citation_is_complete() -> None:
    """CITATION.cff contains the license and the keys that version 1.2.0 of the format requires."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"authors", "cff-version", "message", "title"} <= set(citation)
    assert "1.2.0" == citation["cff-version"]
    assert "MIT" == citation["license"]


def test_dev_container_has_what_learners_need() -> None:
    """The dev container installs the tools that the doctor checks, except Git, and runs the doctor."""
    path = ROOT / ".devcontainer" / "learners" / "devcontainer.json"
    command = json.loads(path.read_text(encoding="utf-8"))["postCreateCommand"]
    needed = runpy.run_path(str(COURSE / "doctor.py"))["OLDEST"]
    installed = set(re.findall(r"pipx install (\S+)", command))
    assert set(needed) - {"git"} == installed
    assert command.endswith("python docs/course/doctor.py")
