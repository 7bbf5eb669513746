"""Check how the tests use Copier's private parts."""

import re
import runpy
from importlib.metadata import version

import pytest

from harness.packagestan.template import ROOT
from harness.rendering import copier_internals
from harness.rendering.copier_internals import ADVICE, TESTED, Template, Worker

PRIVATE = re.compile(r"(?m)^\s*(?:from copier\._|from copier import .*\b_|import copier\._)")


def test_copier_version_is_supported() -> None:
    """The installed version of Copier is supported. If it isn't, the message says what to do."""
    assert TESTED.contains(version("copier")), ADVICE


@pytest.mark.parametrize(
    ("owner", "name"),
    [(Worker, "_ask"), (Worker, "_sync_git_index_executable_bit"), (Template, "_cleanup")],
)
def test_missing_part_is_explained(owner: type, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If Copier lacks a private part, importing `copier_internals` fails with advice."""
    monkeypatch.delattr(owner, name)
    with pytest.raises(ImportError, match=re.escape(ADVICE)):
        runpy.run_path(copier_internals.__file__)


def test_only_two_modules_import_private_parts() -> None:
    """Only two modules import private parts: one for the tests, and one for the start page."""
    modules = [
        file for folder in ("docs", "tests", "tools") for file in (ROOT / folder).rglob("*.py")
    ]
    found = [file.name for file in modules if PRIVATE.search(file.read_text(encoding="utf-8"))]
    assert ["copier_browser.py", "copier_internals.py"] == sorted(found)
