"""Where each file of an existing project goes."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from adoption.files import TEST_FOLDERS, Roles, find_roles
from adoption.licenses import find_license, license_targets
from adoption.projects import TEST_PACKAGES, Project

# Files that the new project makes unnecessary, with what replaces them.
SUPERSEDED = {
    r"setup\.(py|cfg)|MANIFEST\.in|ez_setup\.py|versioneer\.py|pyproject\.toml": "pyproject.toml",
    r"\.?pytest\.ini": "`[tool.pytest]` in pyproject.toml",
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
    """Return pairs of a file in the old folder and its path in the new one.

    Files without a special role keep their paths. Those that the new project makes unnecessary are
    missing.
    """
    roles = find_roles(project.folder)
    moves = role_moves(project, roles)
    others = [name for name in roles.files if name not in moves and not superseded(name)]
    return [*moves.items(), *((name, name) for name in others)]


def role_moves(project: Project, roles: Roles) -> dict[str, str]:
    """Return where the packages, the tests, the README, the changelog, and the licenses go."""
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
    """Return the starter files of the new project that existing files replace under other names."""
    roles, targets = find_roles(project.folder), {new for _, new in moves}
    starters = {
        "README.md": bool(roles.readmes),
        "CHANGELOG.md": bool(roles.changelogs),
        # A license that the template doesn't offer must not get another one's text.
        "LICENSE": bool(license_targets(project)) or not find_license(project).choice,
    }
    return [name for name, replaced in starters.items() if replaced and name not in targets]


def superseded(name: str) -> str:
    """Return what replaces a file of the old project in the new one; "" if nothing does."""
    found = (new for old, new in SUPERSEDED.items() if re.fullmatch(old, name, re.IGNORECASE))
    return next(found, "")


def package_moves(project: Project, roles: Roles) -> Iterator[tuple[str, str]]:
    """Yield the moves of packages and modules into src/."""
    assert project.folder is not None
    for name, source in project.packages.items():
        if source is None or name in TEST_PACKAGES:
            continue
        path = source.relative_to(project.folder).as_posix()
        if source.is_file():
            is_main = name == project.main_package
            yield path, f"src/{name}/__init__.py" if is_main else f"src/{source.name}"
        for file in roles.files:
            if file.startswith(f"{path}/"):
                yield file, f"src/{name}/{file.removeprefix(f'{path}/')}"


def test_moves(project: Project, roles: Roles) -> Iterator[tuple[str, str]]:
    """Yield the moves of tests into tests/, with the data next to single test modules.

    A second test folder keeps its name, because the names of its files may be taken.
    """
    folders = [
        name
        for name in TEST_FOLDERS
        if any(test.startswith(f"{name}/") for test in roles.tests)
        or (name == "tests" and any(file.startswith("tests/") for file in roles.files))
    ]
    taken = set()
    for folder in folders[:1]:
        for file in roles.files:
            if file.startswith(f"{folder}/"):
                new = f"tests/{file.removeprefix(f'{folder}/')}"
                taken.add(new)
                yield file, new
    single = [name for name in roles.tests if re.fullmatch(r"(?:src/)?[^/]+", name)]
    for name in single:
        new = f"tests/{PurePosixPath(name).name}"
        if re.fullmatch(r"tests?\.py", PurePosixPath(name).name):
            new = f"tests/test_{project.main_package}.py"  # pytest doesn't collect test.py
        if new not in taken:
            taken.add(new)
            yield name, new
    assert project.folder is not None
    for data in data_of_tests(project.folder, single):
        for file in roles.files:
            if file == data or file.startswith(f"{data}/"):
                yield file, f"tests/{file}"


def data_of_tests(folder: Path, modules: list[str]) -> set[str]:
    """Return the files and folders next to test modules that their code names in strings."""
    found = set()
    for module in modules:
        try:
            tree = ast.parse((folder / module).read_bytes())
        except (SyntaxError, ValueError):
            continue
        texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        names = {text.split("/")[0] for text in texts if isinstance(text, str)}
        found |= {name for name in names if is_test_data(folder, name)}
    return found


def is_test_data(folder: Path, name: str) -> bool:
    """Return whether a name is that of a data file or folder that nothing else needs."""
    if not re.fullmatch(r"\w[\w.-]*", name) or name in ("src", "docs", "doc", "examples"):
        return False
    path = folder / name
    if path.is_dir():
        return not any(path.rglob("*.py"))
    suffixes = (".json", ".csv", ".xml", ".yml", ".yaml", ".ini")
    return path.is_file() and path.suffix in suffixes and not superseded(name)
