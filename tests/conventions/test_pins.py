"""Check pins against tests/pins.yml, a second record of when and where each pin was seen."""

import datetime
import functools
import re
from typing import Any

import pytest
import yaml

from harness.packagestan.reviews import reviews
from harness.packagestan.template import ROOT
from harness.processes.commands import run


@functools.cache
def seen() -> dict[str, dict[str, Any]]:
    """Return the second record's entries by kind and name. Each has a pin, a date, and a place."""
    return dict(yaml.safe_load((ROOT / "tests" / "pins.yml").read_text(encoding="utf-8")))


def data(name: str) -> dict[str, Any]:
    """Return the contents of one of the template's data files."""
    file = ROOT / "template" / "data" / f"{name}.yml"
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def pinned(kind: str) -> dict[str, str]:
    """Return the template's pins of one kind, by name."""
    if kind == "actions":
        return {name: f"{pin['version']} {pin['commit']}" for name, pin in data(kind).items()}
    if kind == "images":
        images = data(kind)
        pythons = images.pop("python")
        return images | {f"python {version}": pin for version, pin in pythons.items()}
    return data(kind)


@pytest.mark.parametrize("kind", ["actions", "hooks", "images"])
def test_pins_match_the_second_record(kind: str) -> None:
    """The template's actions, hooks, and images have exactly the pins in the second record."""
    assert {name: entry["pin"] for name, entry in seen()[kind].items()} == pinned(kind)


def test_written_pins_match_the_second_record() -> None:
    """Each pin in the documentation and in .github is recorded with its commit and version."""
    recorded = {
        f"{name}@{commit}  # {version}"
        for name, entry in (seen()["actions"] | seen()["course"]).items()
        for version, commit in [entry["pin"].split()]
    }
    files = run("git", "ls-files", "docs", ".github", cwd=ROOT).stdout.splitlines()
    texts = [(ROOT / file).read_bytes().decode(errors="ignore") for file in files]
    written = {pin for text in texts for pin in re.findall(r"\S+@[0-9a-f]{40}\b.*", text)}
    assert len(written) > 5
    assert set() == written - recorded


@pytest.mark.parametrize("kind", ["actions", "course", "hooks", "images"])
def test_records_have_evidence_and_a_date(kind: str) -> None:
    """Each entry says when and where the pin was seen."""
    for name, entry in seen()[kind].items():
        assert {"pin", "seen", "where"} == set(entry), name
        assert isinstance(entry["seen"], datetime.date), name
        assert re.search(r"\w+ \w+", entry["where"]), name


def test_reviews_are_not_in_the_future() -> None:
    """No file has a review date in the future."""
    today = datetime.datetime.now(tz=datetime.UTC).date()
    assert [] == [path for path, day in reviews().items() if day > today]
