"""Check that the `copier` command with cached templates works like the plain command."""

from pathlib import Path

import pytest
from jinja2.sandbox import SandboxedEnvironment

from engine.tiny import CARDS
from harness.artifacts.inspect import tree
from harness.rendering import copier_program
from harness.rendering.copier_program import VARIABLE, compile_once
from harness.rendering.render import copier_command
from harness.rendering.template import Answers

FOLDED: Answers = {"recipient": "Zoë {{ 1 }}", "format": "folded", "decorations": ["glitter"]}
REJECTED = FOLDED | {"envelope": False, "stamp": True}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache folder for compiled templates."""
    folder = tmp_path / "templates"
    folder.mkdir()
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


@pytest.mark.parametrize(
    ("answers", "exit_code"), [(FOLDED, 0), (REJECTED, 1)], ids=["accepted", "rejected"]
)
def test_results_equal_those_of_the_plain_command(
    answers: Answers, exit_code: int, tmp_path: Path
) -> None:
    """The cached command has the same exit code, output, and files as the plain command."""
    results = []
    for name in ("plain", "empty cache", "full cache"):
        folder = tmp_path / name
        folder.mkdir()
        finished = copier_command(
            *("copy", "--defaults", CARDS.root, "card"),
            answers=answers,
            cwd=folder,
            exit_code=exit_code,
            plain=name == "plain",
        )
        # For a rejected answer, compare only the message, which is the last line of the traceback.
        lines = finished.stderr.splitlines()
        results.append((finished.stdout, lines[-1:] if exit_code else lines, tree(folder)))
    plain, empty, full = results
    assert plain == empty
    assert plain == full


def test_each_template_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second environment reuses the compiled code but with a different file name."""
    code = compile_once(SandboxedEnvironment(), "{{ 1 }}", "card.md", "/one/card.md")
    monkeypatch.delattr(copier_program, "compile_template")
    again = compile_once(SandboxedEnvironment(), "{{ 1 }}", "card.md", "/two/card.md")
    assert code.co_code == again.co_code
    assert "/two/card.md" == again.co_filename


def test_templates_that_differ_have_their_own_code(cache: Path) -> None:
    """A template is compiled again if its text, its name, or the environment differs."""
    environment = SandboxedEnvironment()
    for number, differing in enumerate(
        [
            (environment, "{{ 1 }}\n", "card.md"),
            (environment, "{{ 2 }}\n", "card.md"),
            (environment, "{{ 1 }}\n", "other.md"),
            (SandboxedEnvironment(keep_trailing_newline=True), "{{ 1 }}\n", "card.md"),
            (SandboxedEnvironment(extensions=["jinja2.ext.do"]), "{{ 1 }}\n", "card.md"),
        ],
        start=1,
    ):
        compile_once(*differing)
        assert number == len(list(cache.iterdir()))


def test_extensions_preprocess_cached_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cached templates are also preprocessed, because preprocessing resets Copier's extension."""
    seen = []
    environment = SandboxedEnvironment()
    compile_once(environment, "{{ 1 }}")
    monkeypatch.setattr(environment, "preprocess", lambda *given: seen.append(given))
    compile_once(environment, "{{ 1 }}")
    assert [("{{ 1 }}", None, None)] == seen
