"""Convert an existing project's pytest settings.

https://docs.pytest.org/en/stable/reference/customize.html
"""

import configparser
import fnmatch
import shlex
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from adoption.files import find_roles
from adoption.findings import Finding
from adoption.projects import Project

# The first of these files that has the table or section contains the settings. The first four take
# precedence even without it.
SECTIONS = {
    "pytest.toml": "pytest",
    ".pytest.toml": "pytest",
    "pytest.ini": "pytest",
    ".pytest.ini": "pytest",
    "pyproject.toml": "tool.pytest",
    "tox.ini": "pytest",
    "setup.cfg": "tool:pytest",
}
# Options whose values are lists of words or lists of lines.
# https://docs.pytest.org/en/stable/reference/reference.html
WORDS = {"addopts", "doctest_optionflags", "norecursedirs", "python_classes", "python_files"}
WORDS |= {"python_functions", "pythonpath", "required_plugins", "testpaths", "usefixtures"}
LINES = ("filterwarnings", "markers")
COLLECTED = ("test_*.py", "*_test.py")  # pytest's default for `python_files`.


def pytest_table(project: Project, moves: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the `[tool.pytest]` entries for running a project's tests in the new project.

    They replace the template's table completely, because old tests rarely pass with the template's
    strict settings. If no tests are moved, the table is empty.

    Args:
        project: The existing project.
        moves: The old path and the new path of each moved file.
    """
    targets = dict(moves)
    _, own = own_settings(project)
    tests = [targets[name] for name in find_roles(project.folder).tests if name in targets]
    if not tests:
        return {}
    table: dict[str, Any] = {"strict": False, "filterwarnings": [], "addopts": ["-ra"]}
    table |= own
    table.pop("minversion", None)  # Only pytest 9 and later versions read this table.
    table["testpaths"] = test_paths(own.get("testpaths", []), tests, targets)
    if "testpaths" not in own and any("--doctest" in option for option in table["addopts"]):
        table["testpaths"] = ["."]  # Any file may contain doctests.
    names = sorted({PurePosixPath(name).name for name in tests})
    patterns = own.get("python_files", list(COLLECTED))
    others = [name for name in names if not matches(name, patterns)]
    if others:
        table["python_files"] = [*patterns, *others]
    return table


def pytest_finding(project: Project) -> Finding | None:
    """Return a finding about pytest's settings, or None if the project has no tests."""
    if not find_roles(project.folder).tests:
        return None
    source, _ = own_settings(project)
    origin = f"the settings from {source}" if source else "pytest's defaults"
    return Finding(
        f"The tests run with {origin}. The template's settings are stricter: `strict = true`,"
        ' `filterwarnings = ["error"]`, `log_level = "INFO"`, and the import mode `importlib`. Add'
        " these settings when the tests pass with them."
    )


def own_settings(project: Project) -> tuple[str, dict[str, Any]]:
    """Return the name of the file with a project's pytest settings, and the converted settings.

    If the project has no settings, both are empty. Files that can't be parsed are ignored.
    """
    assert project.folder is not None
    for name, section in SECTIONS.items():
        found: Mapping[str, Any] | None
        if name == "pyproject.toml":
            tables = project.settings.get("tool", {}).get("pytest", {})
            found = tables.get("ini_options", tables or None)
        else:
            found = file_settings(project.folder / name, section)
        if found is not None:
            is_native = name in ("pytest.toml", ".pytest.toml")  # The types are already correct.
            return name, {
                key: value if is_native else converted(key, value) for key, value in found.items()
            }
    return "", {}


def file_settings(file: Path, section: str) -> Mapping[str, Any] | None:
    """Return pytest's settings in a TOML or INI file.

    Args:
        file: The file, which may be missing.
        section: The name of the table or section.

    Returns:
        The settings, or None if the file is missing, can't be parsed, or isn't a source of settings.
    """
    parser = configparser.RawConfigParser()
    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".toml":
            return dict(tomllib.loads(text).get(section, {}))
        parser.read_string(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, configparser.Error):
        return None
    if parser.has_section(section):
        return parser[section]
    return {} if file.name in ("pytest.ini", ".pytest.ini") else None


def converted(name: str, value: Any) -> Any:
    """Convert the value of an option to the type that `[tool.pytest]` requires."""
    if not isinstance(value, str):
        return value if isinstance(value, bool | list) else str(value)
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("#")]
    if name in WORDS:
        return [word for line in lines for word in shlex.split(line)]
    if name in LINES or len(lines) > 1:
        return lines
    text = lines[0] if lines else ""
    return {"true": True, "false": False}.get(text.lower(), text)


def test_paths(own: Iterable[str], tests: Iterable[str], targets: Mapping[str, str]) -> list[str]:
    """Return the value of `testpaths`: the new locations of the old paths, and of other tests.

    Args:
        own: The old paths, which may be patterns.
        tests: The paths of the test modules in the new project.
        targets: The new path of each moved file.
    """
    paths: dict[str, None] = {}
    for path in own:
        for old, new in targets.items():
            if path.strip("./") and is_below(old, path):
                rest = old.removeprefix(path.removeprefix("./").rstrip("/"))
                is_folder = rest and new.endswith(rest)
                paths[new.removesuffix(rest) if is_folder or new == old else short(new)] = None
    paths |= dict.fromkeys(short(name) for name in tests if not below_any(name, paths))
    return sorted(path for path in paths if not below_any(path, set(paths) - {path}))


def collected_tests(project: Project) -> list[str]:
    """Return the paths of the test modules that pytest collects with the project's settings."""
    _, own = own_settings(project)
    paths, patterns = own.get("testpaths", ["."]), own.get("python_files", COLLECTED)
    tests = find_roles(project.folder).tests
    return [name for name in tests if below_any(name, paths) and matches(name, patterns)]


def short(name: str) -> str:
    """Return the path in `testpaths` for a test module: its test folder, or else its own path."""
    parts = PurePosixPath(name).parts
    numbers = [number for number, part in enumerate(parts[:-1]) if part.startswith("test")]
    return "/".join(parts[: numbers[0] + 1]) if numbers else name


def is_below(name: str, path: str) -> bool:
    """Return whether a file matches a path or pattern, or is in a matching folder."""
    path = path.removeprefix("./").rstrip("/")
    parents = (name, *map(str, PurePosixPath(name).parents))
    return path == "" or any(fnmatch.fnmatchcase(parent, path) for parent in parents)


def below_any(name: str, paths: Iterable[str]) -> bool:
    """Return whether a file matches any of the paths, or is in a matching folder."""
    return any(is_below(name, path) for path in paths)


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Return whether a file matches any of pytest's file patterns."""
    return any(PurePosixPath(name).match(pattern) for pattern in patterns)
