"""Determine the new path of each file in an existing project."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from adoption.files import TEST_FOLDERS, Roles, find_roles, is_test_file
from adoption.licenses import find_license, license_targets
from adoption.projects import TEST_PACKAGES, Project
from adoption.pytest_settings import matches, own_settings

# Patterns for files that the new project doesn't need, and descriptions of their replacements.
SUPERSEDED = {
    r"setup\.(py|cfg)|MANIFEST\.in|ez_setup\.py|versioneer\.py|pyproject\.toml": "pyproject.toml",
    r"\.?pytest\.(ini|toml)": "`[tool.pytest]` in pyproject.toml",
    r"\.coveragerc|\.?mypy\.ini|\.flake8|\.?pylintrc|\.?ruff\.toml|\.isort\.cfg|\.style\.yapf"
    r"|pyrightconfig\.json|\.bumpversion\.(cfg|toml)": "the tables of the tools in pyproject.toml",
    r"(\w+[-_.])?requirements([-_.]\w+)*\.(txt|in)|requirements/.*|Pipfile(\.lock)?"
    r"|(poetry|pdm|uv)\.lock|pdm\.toml|pylock(\.\w+)?\.toml": "the dependencies in pyproject.toml"
    " and the new lock file",
    r"tox\.(ini|toml)|noxfile\.py": "the project's tasks",
    r"\.github/workflows/.*|\.gitlab-ci\.yml|\.circleci/.*|\.travis\.yml|\.?appveyor\.yml"
    r"|azure-pipelines\.yml|\.cirrus\.yml": "the project's CI",
    r"\.pre-commit-config\.ya?ml": "the project's git hooks",
    r"(\.github/)?(\.?renovate(rc)?(\.json5?)?|dependabot\.ya?ml)|\.pyup\.yml": "the project's"
    " update bot",
    r"\.copier-answers\.yml|\.cruft\.json": "the answers file of this template",
}


def find_moves(project: Project) -> list[tuple[str, str]]:
    """Return the old path and the new path of each file to move.

    Files without a special role keep their paths. Files that the new project doesn't need are left
    out.
    """
    roles = find_roles(project.folder)
    moves = role_moves(project, roles)
    left = {*moves, *namespace_modules(project)}
    others = [name for name in roles.files if name not in left and not superseded(name)]
    return [*moves.items(), *((name, name) for name in others)]


def role_moves(project: Project, roles: Roles) -> dict[str, str]:
    """Return the new paths of packages, tests, README files, changelogs, and licenses by old path."""
    if project.folder is None:
        return {}
    moves = dict(package_moves(project, roles))
    moves |= {name: name for name in (*roles.readmes, *roles.changelogs) if name not in moves}
    for old, new in license_targets(project).items():
        if old in roles.files:
            moves.setdefault(old, new)
    for old, new in test_moves(project, roles):
        moves.setdefault(old, new)
    return moves


def removed_starters(project: Project, moves: Iterable[tuple[str, str]]) -> list[str]:
    """Return the new project's starter files that existing files with other names replace.

    If the template doesn't offer the license, LICENSE is included unless an existing file moves
    there.
    """
    roles, targets = find_roles(project.folder), {new for _, new in moves}
    starters = {
        "README.md": bool(roles.readmes),
        "CHANGELOG.md": bool(roles.changelogs),
        # If the template doesn't offer the license, the new LICENSE contains another text.
        "LICENSE": bool(license_targets(project)) or not find_license(project).choice,
    }
    return [name for name, replaced in starters.items() if replaced and name not in targets]


def superseded(name: str) -> str:
    """Return the description of an old file's replacement in the new project, or ""."""
    found = (new for old, new in SUPERSEDED.items() if re.fullmatch(old, name, re.IGNORECASE))
    return next(found, "")


def package_moves(project: Project, roles: Roles) -> Iterator[tuple[str, str]]:
    """Yield the old path and the new path in src/ of each module and each file in a package."""
    assert project.folder is not None
    for name, source in project.packages.items():
        if source is None or name in TEST_PACKAGES:
            continue
        path = source.relative_to(project.folder).as_posix()
        if source.is_file():
            is_main = name == project.main_package
            yield path, f"src/{name}/__init__.py" if is_main else f"src/{source.name}"
        for file in roles.files:
            if file.startswith(f"{path}/") and file not in namespace_modules(project):
                yield file, f"src/{name}/{file.removeprefix(f'{path}/')}"


def namespace_modules(project: Project) -> set[str]:
    """Return the paths at which the sources of namespace packages might contain `__init__.py`.

    The wheel lacks these files, because they would hide other packages in the namespace.
    """
    return {
        (source / "__init__.py").relative_to(project.folder).as_posix()
        for name, source in project.packages.items()
        if source is not None and project.folder is not None
        if project.files_of(name) and f"{name}/__init__.py" not in project.wheel.files
    }


def test_moves(project: Project, roles: Roles) -> Iterator[tuple[str, str]]:
    """Yield the old path and the new path of each file to move to tests/.

    These are the files in one test folder, and test modules in the root folder or src/ with their
    helpers and data.

    A second test folder keeps its name, because its files may have the same names. A folder that
    its own files import or mention also keeps its name.
    """
    assert project.folder is not None
    folders = [
        name
        for name in TEST_FOLDERS
        if any(test.startswith(f"{name}/") for test in roles.tests)
        or (name == "tests" and any(file.startswith("tests/") for file in roles.files))
    ]
    taken = set()
    for folder in folders[:1]:
        files = [file for file in roles.files if file.startswith(f"{folder}/")]
        texts = ((project.folder / file).read_text("utf-8", errors="replace") for file in files)
        named = rf"(?m)^\s*(?:from|import) {folder}\b|[\"']{folder}[/\"'.]"
        if folder == "tests" or not any(re.search(named, text) for text in texts):
            for file in files:
                new = f"tests/{file.removeprefix(f'{folder}/')}"
                taken.add(new)
                yield file, new
    patterns = own_settings(project)[1].get("python_files", ())
    single = [name for name in roles.tests if re.fullmatch(r"(?:src/)?[^/]+", name)]
    for name in single:
        new = f"tests/{PurePosixPath(name).name}"
        if re.fullmatch(r"tests?\.py", PurePosixPath(name).name) and not matches(name, patterns):
            new = f"tests/test_{project.main_package}.py"  # By default, pytest ignores test.py.
        while new in taken:
            new = f"{new.removesuffix('.py')}_2.py"
        taken.add(new)
        yield name, new
    for helper in helpers_of_tests(project, single):
        yield helper, f"tests/{PurePosixPath(helper).name}"
    for data in data_of_tests(project.folder, single):
        for file in roles.files:
            if file == data or file.startswith(f"{data}/"):
                yield file, f"tests/{file}"


def helpers_of_tests(project: Project, modules: list[str]) -> Iterator[str]:
    """Yield modules that test modules in the same folder import and that aren't in the wheel."""
    assert project.folder is not None
    for module in modules:
        text = (project.folder / module).read_text("utf-8", errors="replace")
        for name in set(re.findall(r"(?m)^\s*(?:from|import) +(\w+)", text)):
            helper = PurePosixPath(module).with_name(f"{name}.py")
            if name not in project.packages and (project.folder / helper).is_file():
                yield str(helper)


def data_of_tests(folder: Path, modules: list[str]) -> set[str]:
    """Return the test data in a project's root folder that strings in test modules mention.

    Args:
        folder: The project's folder.
        modules: The paths of the test modules.
    """
    texts = {text for module in modules for text in strings(folder / module)}
    return {name for name in {text.split("/")[0] for text in texts} if is_test_data(folder, name)}


def strings(file: Path) -> set[str]:
    """Return the strings in a module's code, or an empty set if it can't be parsed."""
    try:
        nodes = ast.walk(ast.parse(file.read_bytes()))
    except (SyntaxError, ValueError):
        return set()
    values = (node.value for node in nodes if isinstance(node, ast.Constant))
    return {value for value in values if isinstance(value, str)}


def outdated_paths(
    project: Project, moves: Iterable[tuple[str, str]], new: Iterable[str]
) -> Iterator[str]:
    """Yield paths in the tests' strings that are no longer correct.

    Each item has the form "`old path` (test module)". Only complete paths are found, including
    paths that the tests join from parts.

    Args:
        project: The existing project.
        moves: The old path and the new path of each moved file.
        new: The paths of the new project's files.
    """
    files, targets = find_roles(project.folder).files, dict(moves)
    kept = {*targets.values(), *new}
    # Data that moves with a test module stays next to it.
    kept |= {old for old, target in targets.items() if target == f"tests/{old}"}
    for module in [name for name in files if name.endswith(".py") and is_test_file(name)]:
        assert project.folder is not None
        text = (project.folder / module).read_text("utf-8", errors="replace")
        joined = re.sub(r"[\"'] *[/,] *[\"']", "/", text)
        quoted = {*re.findall(r"[\"'](?:\.{0,2}/)*([^\"'\s]+)(?=[\"'])", f"{text}\n{joined}")}
        outdated = {name for name in files if name not in kept}
        if PurePosixPath(module).name != PurePosixPath(targets.get(module, module)).name:
            outdated.add(PurePosixPath(module).name)
        for name in sorted(quoted & outdated):
            yield f"`{name}` ({module})"


def is_test_data(folder: Path, name: str) -> bool:
    """Return whether a file or folder in a project's root folder is probably test data."""
    if not re.fullmatch(r"\w[\w.-]*", name) or name in ("src", "docs", "doc", "examples"):
        return False
    path = folder / name
    if path.is_dir():
        return not any(path.rglob("*.py"))
    suffixes = (".json", ".csv", ".xml", ".yml", ".yaml", ".ini")
    return path.is_file() and path.suffix in suffixes and not superseded(name)
