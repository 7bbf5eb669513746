"""Check and correct the object references of entry points.

https://packaging.python.org/en/latest/specifications/entry-points/
"""

import ast

from packaging.utils import canonicalize_name

from adoption.projects import Project
from adoption.requirements import required_name
from adoption.wheels import is_extension_module


def missing_object(reference: str, project: Project) -> str:
    """Describe the module or object that a reference names but the wheel lacks, or return "".

    References to dependencies are not checked. For extension modules, the object is not checked.
    """
    module, _, attribute = reference.split("[")[0].strip().partition(":")
    path = module.strip().replace(".", "/")
    files = project.wheel.files
    dependencies = {required_name(text) for text in project.wheel.extras[""]}
    if canonicalize_name(path.split("/")[0]) in dependencies:
        return ""
    for file in (f"{path}.py", f"{path}/__init__.py"):
        if file in files:
            name = attribute.strip().split(".")[0]
            return "" if not name or defines(files[file], name) else f'"{name}" in {module}'
    if any(name.startswith(f"{path}.") and is_extension_module(name) for name in files):
        return ""
    return f"the module {module}"


def defines(source: bytes, name: str) -> bool:
    """Return whether a module's code binds a name or might bind it dynamically.

    Code that can't be parsed might bind any name.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return True
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        if bound_names(node) & {name, "*", "__getattr__"}:
            return True
        # Names bound inside a function or class don't belong to the module.
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            nodes += ast.iter_child_nodes(node)
    return False


def bound_names(node: ast.AST) -> set[str]:
    """Return the names that a node binds directly. A star import binds "*"."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return {node.id}
    return set()


def suggestion(reference: str, project: Project) -> str:
    """Return the probable meaning of an invalid object reference, or "" if it is unknown.

    A common mistake is to name a file instead of a module, as in "main.py:run".
    """
    module, _, attribute = reference.partition(":")
    path = module.strip().removesuffix(".py").replace(".", "/")
    found = [
        name.removesuffix(".py").replace("/", ".")
        for name, content in project.wheel.files.items()
        if f"/{name}".endswith(f"/{path}.py") and attribute and defines(content, attribute.strip())
    ]
    return f"{found[0]}:{attribute.strip()}" if len(found) == 1 else ""


def valid_entry_points(project: Project) -> dict[tuple[str, str], str]:
    """Return the entry points' object references by (group, name).

    Invalid object references are corrected if their meaning is clear, and left out otherwise.
    """
    corrected = {
        key: suggestion(value, project) if missing_object(value, project) else value
        for key, value in project.wheel.entry_points.items()
    }
    return {key: value for key, value in corrected.items() if value}
