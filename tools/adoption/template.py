"""The questions, data, and licenses of the template that this program belongs to."""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).resolve().parents[2]


def questions() -> dict[str, dict[str, Any]]:
    """Return the template's questions by name."""
    lines = (TEMPLATE / "copier.yml").read_text(encoding="utf-8").splitlines()
    merged: dict[str, dict[str, Any]] = {}
    for line in lines:
        if line.startswith("!include "):
            text = (TEMPLATE / line.removeprefix("!include ")).read_text(encoding="utf-8")
            merged |= yaml.safe_load(text)
    return merged


def template_data(name: str) -> Any:
    """Return the contents of one of the template's data files, such as "python_versions"."""
    return yaml.safe_load((TEMPLATE / f"template/data/{name}.yml").read_text(encoding="utf-8"))


def choice_facts(axis: str) -> dict[str, dict[str, Any]]:
    """Return the contents of a question's `choice.json` files by choice."""
    files = (TEMPLATE / "template/options" / axis).glob("*/choice.json")
    return {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}


def license_choices() -> list[str]:
    """Return the names of the licenses that the template offers."""
    return sorted(file.stem for file in (TEMPLATE / "template/licenses").glob("*.txt"))


@contextlib.contextmanager
def plain_template() -> Iterator[Path]:
    """Yield a copy of the template that isn't a git repository.

    From a repository, Copier would use the latest release instead of the working tree.
    """
    with tempfile.TemporaryDirectory(prefix="packagestan-adopt-") as temporary:
        folder = Path(temporary)
        shutil.copy(TEMPLATE / "copier.yml", folder)
        shutil.copytree(TEMPLATE / "template", folder / "template")
        yield folder
