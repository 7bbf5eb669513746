"""Where each file of an existing project goes."""

from adoption.licenses import license_names
from adoption.project_table import readme_name
from adoption.projects import TEST_PACKAGES, Project


def find_moves(project: Project) -> list[tuple[str, str]]:
    """Return pairs of a path in the old folder and its target in the new one.

    A target that ends in "/" is a folder; "" is the new project's folder.
    """
    if project.folder is None:
        return []
    moves = package_moves(project)
    if readme := readme_name(project):
        moves.append((readme, readme))
    for number, name in enumerate(license_names(project.wheel)):
        if (project.folder / name).is_file():
            moves.append((name, name if number else "LICENSE"))
    for name, target in (("CHANGELOG.md", "CHANGELOG.md"), ("tests", "")):
        if (project.folder / name).exists():
            moves.append((name, target))
    return moves


def package_moves(project: Project) -> list[tuple[str, str]]:
    """Return the moves of packages and modules into src/."""
    assert project.folder is not None
    moves = []
    for name, source in project.packages.items():
        if source is not None and name not in TEST_PACKAGES:
            path = source.relative_to(project.folder).as_posix()
            is_main_module = name == project.main_package and source.is_file()
            moves.append((path, f"src/{name}/__init__.py" if is_main_module else "src/"))
    return moves
