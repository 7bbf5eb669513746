"""Run the starter code and its tests in this process, and check that the tests find faults."""

import ast
import contextlib
import importlib
import io
import itertools
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.answers import choices
from harness.rendering.template import Answers

BASE: Answers = {
    "project_name": "My Project",
    "command_name": "greet",
    "gui_command_name": "greet-window",
    "extras": {"colors": ["rich>=13"]},
    "plugins": True,
}
# Typer isn't a requirement of these tests, so its starter tests are only compared with Click's.
PROJECTS: dict[str, Answers] = {
    "app-argparse-data": {"mode": "app", "cli_library": "argparse", "package_data": True},
    "app-click": {"mode": "app", "cli_library": "click", "package_data": False},
    "script-argparse": {"mode": "script", "cli_library": "argparse", "package_data": False},
    "script-click-data": {"mode": "script", "cli_library": "click", "package_data": True},
}

# Replaces Click's version option with one that prints the same text, but exits with 1.
VERSION_FAILS = """@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=
    lambda context, _, value: value and (click.echo("greet 0.1.0") or context.exit(1)))
@(lambda *_, **__: lambda function: function)("""
# Correct code, faulty code, and a starter test that must fail, for each behavior that a starter
# test asserts. If several tests assert the behavior, there is one entry for each of them.
FAULTS: list[tuple[str, str, str]] = [
    ('"Hallo, {name}!"', '"Halo, {name}!"', "test_greets_in_the_given_language[de]"),
    ('"Hello, {name}!"', '"Hi, {name}!"', "test_greets_in_the_given_language[en]"),
    ('"Hello, {name}!"', '"Hi, {name}!"', "test_runs_as_a_module"),
    ('"Hello, {name}!"', '"Hi, {name}!"', "test_greets_the_name_in_the_entry"),
    ('"¡Hola, {name}!"', '"Hola, {name}!"', "test_greets_in_the_given_language[es]"),
    ('"¡Hola, {name}!"', '"Hola, {name}!"', "test_prints_a_greeting"),
    ('"¡Hola, {name}!"', '"Hola, {name}!"', "test_runs_when_copied"),
    ('"¡Hola, {name}!"', '"Hola, {name}!"', "test_runs_when_copied_with_its_data"),
    ('"en") -> str', '"es") -> str', "test_greets_in_english_by_default"),
    ("!r} (known: ", "} (", "test_rejects_an_unknown_language"),
    ("raise UnknownLanguageError(", "raise ValueError(", "test_rejects_an_unknown_language"),
    ('"Hallo, {name}!"', '"Hallo, {name}!", "nl": "Hoi!"', "test_every_greeting_contains_the_name"),
    # argparse
    (
        "error(str(error))\n    return 0",
        "error(str(error))\n    return 1",
        "test_prints_a_greeting",
    ),
    ("parser.error(str(error))", 'parser.error("")', "test_reports_an_unknown_language"),
    ("parser.error(str(error))", "parser.exit(1, str(error))", "test_reports_an_unknown_language"),
    ('print(f"{parser.prog} ', 'print(f"', "test_prints_the_version"),
    ("parser.exit()", "parser.exit(1)", "test_prints_the_version"),
    ("sys.exit(main())", "try: main()\nfinally: sys.exit(1)", "test_runs_as_a_module"),
    # Click
    ("(greet(name, language))", "(greet(name, language)) or exit(1)", "test_prints_a_greeting"),
    ("BadParameter(str(error),", 'BadParameter("",', "test_reports_an_unknown_language"),
    (
        'raise click.BadParameter(str(error), param_hint="--language")',
        "raise click.echo(str(error), err=True) or click.exceptions.Exit(1)",
        "test_reports_an_unknown_language",
    ),
    ('message="%(prog)s ', 'message="', "test_prints_the_version"),
    ("@click.version_option(", VERSION_FAILS, "test_prints_the_version"),
    # The other contents
    ('"bold green"', '"green"', "test_prints_in_color_with_rich"),
    ("Text(message, style=", "Text.from_markup(message, style=", "test_prints_in_color_with_rich"),
    ("print(message)", 'print(message, end="")', "test_prints_plain_text_without_rich"),
    ("greetings[plugin.name] = ", "_ = ", "test_greets_in_the_language_of_a_plugin"),
    ("{plugin.value}", "", "test_skips_a_broken_plugin_with_a_warning"),
    ("except Exception as", "except OSError as", "test_skips_a_broken_plugin_with_a_warning"),
    (
        "stacklevel=2)\n",
        'stacklevel=2)\n            greetings["en"] = "Hi"\n',
        "test_skips_a_broken_plugin_with_a_warning",
    ),
    ("greeting.set(greet(name.get()))", "pass", "test_greets_the_name_in_the_entry"),
    ('# requires-python = ">=', '# requires-python = ">', "test_inline_metadata_matches_pyproject"),
    ("# dependencies = [", '# dependencies = ["x",', "test_inline_metadata_matches_pyproject"),
]


class Variable:
    """A replacement for `tkinter.StringVar`."""

    def __init__(self, window: object) -> None:
        """Start with an empty text."""
        self.text, self.callbacks = "", list[Callable[..., None]]()

    def get(self) -> str:
        """Return the text."""
        return self.text

    def set(self, text: str) -> None:
        """Change the text, and call the callbacks."""
        self.text = text
        for callback in self.callbacks:
            callback("name", "index", "write")

    def trace_add(self, mode: str, callback: Callable[..., None]) -> None:
        """Add a callback for changes."""
        assert "write" == mode
        self.callbacks.append(callback)


def fake_tkinter() -> ModuleType:
    """Return a module that replaces tkinter and records the widgets and their layout in `shown`."""
    module = ModuleType("tkinter")
    shown: list[Any] = []

    def widget(kind: str) -> Any:
        return lambda _, textvariable: mock.Mock(
            pack=lambda **layout: shown.append((kind, textvariable.get(), layout))
        )

    names = {"StringVar": Variable, "TclError": RuntimeError, "Tk": mock.Mock(), "shown": shown}
    vars(module).update(names, ttk=mock.Mock(Entry=widget("Entry"), Label=widget("Label")))
    return module


@contextlib.contextmanager
def installed(project: Path) -> Iterator[None]:
    """Make a project importable, with its version and the entry points of its plugins."""
    metadata = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    dist_info = project / "src" / f"my_project-{metadata['version']}.dist-info"
    dist_info.mkdir()
    (dist_info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {metadata['name']}\nVersion: {metadata['version']}\n"
    )
    points = metadata.get("entry-points", {}).get("my_project.languages", {})
    lines = ["[my_project.languages]", *(f"{name} = {value}" for name, value in points.items())]
    (dist_info / "entry_points.txt").write_text("\n".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(project / "src")
        patch.setitem(sys.modules, "tkinter", fake_tkinter())
        # The tests must not depend on these variables.
        patch.setenv("NO_COLOR", "1")
        patch.setenv("TERM", "dumb")
        patch.setattr(subprocess, "check_output", run_script)
        try:
            yield
        finally:
            for name in [name for name in sys.modules if name.split(".")[0] == "my_project"]:
                del sys.modules[name]


def run_script(command: list[str], encoding: str) -> str:
    """Run a script in this process, and return its output."""
    assert "utf-8" == encoding
    with contextlib.redirect_stdout(io.StringIO()) as output, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", command[1:])
        with contextlib.suppress(SystemExit):
            runpy.run_path(command[1], run_name="__main__")
    return output.getvalue()


def results(project: Path, capsys: pytest.CaptureFixture[str], only: str = "") -> dict[str, str]:
    """Return the error of each starter test, or "" if it passes.

    Args:
        project: The project's folder.
        capsys: pytest's fixture, which starter tests use.
        only: The name of a test function, or "" for all tests.

    Returns:
        The errors by test. If a test has parameters, its first parameter follows in brackets.
    """
    found = {}
    with installed(project):
        for file in sorted((project / "tests").glob("test_*.py")):
            if only and f"def {only}(" not in file.read_text("utf-8"):
                continue
            functions = runpy.run_path(str(file))
            for name in [name for name in functions if name.startswith(only or "test_")]:
                marks = getattr(functions[name], "pytestmark", [])
                for number, values in enumerate(marks[0].args[1] if marks else [()]):
                    folder = project / f"{name}-{number}"
                    folder.mkdir()
                    arguments = dict(zip(marks[0].args[0], values, strict=True)) if marks else {}
                    error = failure(functions[name], arguments, folder, capsys)
                    found[f"{name}[{values[0]}]" if values else name] = error
    return found


def failure(
    function: Callable[..., None],
    arguments: dict[str, str],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> str:
    """Call a test with its parameters and fixtures, and return the error or ""."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        fixtures = {"capsys": capsys, "monkeypatch": patch, "tmp_path": folder}
        used = {key: value for key, value in fixtures.items() if key in function.__annotations__}
        try:
            function(**arguments, **used)
        except (Exception, SystemExit, pytest.fail.Exception) as error:  # noqa: BLE001 any error
            return f"{type(error).__name__}: {error}"
    return ""


@pytest.fixture(params=PROJECTS)
def answers(request: pytest.FixtureRequest) -> Answers:
    """Return a project's answers."""
    return BASE | PROJECTS[request.param]


def test_starter_tests_pass(
    answers: Answers, tmp_path: Path, artifacts: ArtifactCache, capsys: pytest.CaptureFixture[str]
) -> None:
    """All starter tests pass."""
    found = results(artifacts.copy(answers, tmp_path / "project"), capsys)
    assert {} == {name: error for name, error in found.items() if error}


@pytest.mark.parametrize(("correct", "faulty", "test"), FAULTS)
def test_starter_tests_find_faults(
    correct: str,
    faulty: str,
    test: str,
    tmp_path: Path,
    artifacts: ArtifactCache,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The starter test fails in each project that contains the fault."""
    found = []
    function = test.partition("[")[0]
    for number, answers in enumerate(PROJECTS.values()):
        original = artifacts.project(BASE | answers)
        files = {
            path.relative_to(original): path.read_text("utf-8")
            for path in (original / "src").rglob("*.*")
            if correct in path.read_text("utf-8")
        }
        tests = "".join(file.read_text("utf-8") for file in (original / "tests").glob("*.py"))
        if not files or f"def {function}(" not in tests:
            continue
        project = artifacts.copy(BASE | answers, tmp_path / str(number))
        for name, text in files.items():
            (project / name).write_text(text.replace(correct, faulty), "utf-8")
        found.append(results(project, capsys, function)[test])
    assert found
    assert all(found)


def test_starter_test_runs_the_main_module(
    tmp_path: Path, artifacts: ArtifactCache, capsys: pytest.CaptureFixture[str]
) -> None:
    """`test_runs_as_a_module` also runs the command if `__main__.py` checks its name."""
    project = artifacts.copy(BASE | {"mode": "app"}, tmp_path / "project")
    file = project / "src" / "my_project" / "__main__.py"
    guarded = 'if __name__ == "__main__":\n    sys.exit'
    file.write_text(file.read_text("utf-8").replace("sys.exit", guarded), "utf-8")
    function = "test_runs_as_a_module"
    assert {function: ""} == results(project, capsys, function)


def test_typer_has_the_same_tests_as_click(artifacts: ArtifactCache) -> None:
    """The starter tests for Typer differ from the tests for Click only in the library's name."""
    for mode in choices("mode"):
        click, typer = (
            (artifacts.project(BASE | {"mode": mode, "cli_library": library}) / "tests/test_cli.py")
            for library in ("click", "typer")
        )
        assert click.read_text("utf-8").replace("click", "typer") == typer.read_text("utf-8")


def test_starter_code_has_docstrings(artifacts: ArtifactCache) -> None:
    """Each module, class, and function that isn't private or local has a docstring.

    It describes each parameter in a text that contains the parameter's name.
    """
    for mode, library in itertools.product(("app", "script"), choices("cli_library")):
        project = artifacts.project(BASE | {"mode": mode, "cli_library": library})
        for file in (project / "src").rglob("*.py"):
            module = ast.parse(file.read_text("utf-8"))
            kinds = (ast.ClassDef, ast.FunctionDef)
            defined = [node for node in module.body if isinstance(node, kinds)]
            for node in [module, *(n for n in defined if not n.name.startswith("_"))]:
                text = ast.get_docstring(node)
                assert text, (file, node)
                parameters = text.partition("Args:\n")[2].partition("\n\n")[0]
                for name, description in re.findall(r"(\w+): (.+)", parameters):
                    assert name in description


def test_help_explains_every_argument(
    answers: Answers, tmp_path: Path, artifacts: ArtifactCache, capsys: pytest.CaptureFixture[str]
) -> None:
    """The help text explains the command and each argument, including the default."""
    project = artifacts.copy(answers, tmp_path / "project")
    module = "__main__" if answers["mode"] == "script" else "cli"
    with installed(project), pytest.raises(SystemExit) as error:
        importlib.import_module(f"my_project.{module}").main(["--help"])
    assert 0 == error.value.code
    shown = " ".join(capsys.readouterr().out.split()).lower()
    texts = {
        "argparse": [
            "usage: greet [-h] [--language code] [--version] name print a greeting.",
            "name the name to greet",
            "--language code a language code such as es (default: en)",
            "--version show the version and exit",
        ],
        "click": [
            "[options] name print a greeting.",
            "--language code a language code such as es. [default: en]",
            "--version show the version and exit.",
        ],
    }
    for text in texts[answers["cli_library"]]:
        assert text in shown


def test_package_exports_its_names(
    answers: Answers, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A package exports its functions and its version, and other names are missing.

    In a script, a function returns the version.
    """
    with installed(artifacts.copy(answers, tmp_path / "project")):
        package = importlib.import_module("my_project")
        if answers["mode"] == "script":
            assert "0.1.0" == importlib.import_module("my_project.__main__").version()
            return
        assert ["UnknownLanguageError", "greet", "languages", "show"] == package.__all__
        assert all(hasattr(package, name) for name in package.__all__)
        assert "0.1.0" == package.__version__
        with pytest.raises(AttributeError, match="module 'my_project' has no attribute 'gret'"):
            package.gret  # noqa: B018


@pytest.mark.parametrize("package_data", choices("package_data"))
@pytest.mark.parametrize("plugins", choices("plugins"))
def test_languages_returns_a_copy(
    plugins: bool, package_data: bool, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """`languages()` returns a copy, so callers can't change the package's greetings."""
    answers = BASE | {"mode": "app", "plugins": plugins, "package_data": package_data}
    with installed(artifacts.copy(answers, tmp_path / "project")):
        package = importlib.import_module("my_project")
        package.languages().clear()
        assert "Hello, Ada!" == package.greet("Ada")


def test_window_greets_the_name(
    answers: Answers, tmp_path: Path, artifacts: ArtifactCache, capsys: pytest.CaptureFixture[str]
) -> None:
    """The window has a field and a greeting.

    Without a display or tkinter, the command prints the cause and fails.
    """
    with (
        installed(artifacts.copy(answers, tmp_path / "project")),
        pytest.MonkeyPatch.context() as patch,
    ):
        gui = importlib.import_module("my_project.gui")
        tkinter: Any = sys.modules["tkinter"]
        assert 0 == gui.main()
        layout = {"padx": 20, "pady": 10}
        assert [("Entry", "world", layout), ("Label", "Hello, world!", layout)] == tkinter.shown
        tkinter.Tk.return_value.mainloop.assert_called_once_with()
        tkinter.Tk.side_effect = tkinter.TclError("no display")
        assert 1 == gui.main()
        patch.setitem(sys.modules, "tkinter", None)
        assert 1 == gui.main()
    expected = "greet-window: error: no display\n"
    expected += "greet-window: error: install tkinter (Debian: python3-tk)\n"
    assert ("", expected) == capsys.readouterr()
