"""Find files that contain an existing project's version, and the settings for writing them."""

import glob
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from adoption.findings import LOST, Finding
from adoption.projects import TEST_PACKAGES, Project
from adoption.requirements import required_name
from adoption.versions import last_tag, uses_pbr

# Build requirements that write version files with the default template of setuptools-scm.
SCM = {"setuptools-scm", "hatch-vcs", "flit-scm", "vcs-versioning"}

VERSION_MODULE = re.compile(r"(?:\A|/)_*(?:static_)?version_*\.py\Z")


def written_by_build(project: Project) -> list[str]:
    """Return the paths of the wheel's files into which the build has written the version.

    These files are declared in the settings, lack a source, or have a name such as _version.py. An
    earlier build may have left a file with such a name in the source tree. In addition,
    poetry-dynamic-versioning changes other modules.
    """
    if not project.has_vcs_version:
        return []
    declared = declared_files(project)
    version = project.wheel.metadata["version"].encode()
    names = [name for name, content in project.wheel.files.items() if version in content]
    found = [
        name
        for name in names
        if name.endswith(".py")
        and (
            VERSION_MODULE.search(name)
            or (is_found(project, name) and not source_of(project, name))
            or (is_poetry(project) and not is_source(project, name))
        )
    ]
    return sorted({*declared, *found})


def is_found(project: Project, name: str) -> bool:
    """Return whether the source of a file's top-level package or module is known."""
    return project.packages.get(name.split("/")[0].removesuffix(".py")) is not None


def source_of(project: Project, name: str) -> Path | None:
    """Return the source of a file in the wheel, or None if it has no source."""
    top, _, rest = name.partition("/")
    source = project.packages.get(top.removesuffix(".py"))
    file = source / rest if source and rest else source
    return file if file and file.is_file() else None


def is_source(project: Project, name: str) -> bool:
    """Return whether a file in the wheel has the same contents in the source tree.

    Line endings are ignored.
    """
    file = source_of(project, name)
    return file is not None and lines(file.read_bytes()) == lines(project.wheel.files[name])


def lines(content: bytes) -> bytes:
    """Return a file's contents with Unix line endings."""
    return content.replace(b"\r\n", b"\n")


def declared_files(project: Project) -> dict[str, str]:
    """Return the templates of the version files that the settings declare.

    The keys are paths in the wheel. An empty template means the plugin's default.

    https://setuptools-scm.readthedocs.io/en/latest/config/
    https://github.com/ofek/hatch-vcs#build-hook
    https://backend.pdm-project.org/metadata/#dynamic-project-version
    """
    tool = project.settings.get("tool", {})
    scm = tool.get("setuptools_scm", {}) | tool.get("setuptools-scm", {})
    hook = tool.get("hatch", {}).get("build", {}).get("hooks", {}).get("vcs", {})
    pdm = tool.get("pdm", {}).get("version", {})
    pdm_template = pdm.get("write_template", "__version__ = '{}'\n").replace("{}", "{version}")
    pairs = [
        (scm.get("version_file"), scm.get("version_file_template", "")),
        (scm.get("write_to"), scm.get("write_to_template", "")),
        (hook.get("version-file"), hook.get("template", "")),
        (pdm.get("write_to"), pdm_template),
    ]
    found = {}
    for path, template in pairs:
        if path:
            parts = PurePosixPath(path).parts
            for number in range(len(parts)):
                name = "/".join(parts[number:])
                if name in project.wheel.files:
                    found[name] = template
                    break
    return found


def template_for(project: Project, name: str) -> str:
    """Return the template for a version file in the format of setuptools-scm.

    An empty template means the default of setuptools-scm. If the settings neither specify
    a template nor imply the default, it is derived from the file in the wheel.

    Args:
        project: The existing project.
        name: The path of the file in the wheel.
    """
    declared = declared_files(project)
    requires = project.settings.get("build-system", {}).get("requires", [])
    if name in declared and (declared[name] or SCM & {required_name(text) for text in requires}):
        return declared[name]
    text = project.wheel.files[name].decode(errors="replace")
    # versioneer writes the date and hash of the commit, which would become outdated.
    text = re.sub(r'("(?:date|full-revisionid)": )"[^"]*"', r"\1null", text)
    escaped = text.replace("{", "{{").replace("}", "}}")
    return escaped.replace(project.wheel.metadata["version"], "{version}")


def version_settings(project: Project, backend: str) -> dict[str, Any]:
    """Return the tables that make the new build backend write the version files.

    The result is empty without version files, or if the backend can't write them.

    Args:
        project: The existing project.
        backend: The new project's build backend.
    """
    names = written_by_build(project)
    if not names:
        return {}
    if backend == "poetry_core":
        return poetry_settings(project, names)
    # The other backends write one file at most.
    name = names[0]
    template = template_for(project, name)
    if backend == "setuptools":
        entries = {"version_file": f"src/{name}"}
        entries |= {"version_file_template": template} if template else {}
        return {"tool": {"setuptools_scm": entries}}
    if backend != "hatchling":
        return {}
    entries = {"version-file": f"src/{name}"} | ({"template": template} if template else {})
    return {"tool": {"hatch": {"build": {"hooks": {"vcs": entries}}}}}


def poetry_settings(project: Project, names: list[str]) -> dict[str, Any]:
    """Return the table that makes poetry-dynamic-versioning write the version into files.

    https://github.com/mtkennerly/poetry-dynamic-versioning#configuration
    """
    old = project.settings.get("tool", {}).get("poetry-dynamic-versioning", {})
    table: dict[str, Any] = {"substitution": {"files": [f"src/{name}" for name in names]}}
    if "patterns" in old.get("substitution", {}):
        table["substitution"]["patterns"] = old["substitution"]["patterns"]
    if "files" in old:
        table["files"] = {
            f"src/{path.removeprefix('src/')}": entries for path, entries in old["files"].items()
        }
    return {"tool": {"poetry-dynamic-versioning": table}}


def ignored_files(project: Project) -> list[str]:
    """Return the .gitignore line for the version file that the new build creates, if any."""
    if is_poetry(project):
        return []
    return [f"/src/{name}" for name in written_by_build(project)[:1]]


def is_poetry(project: Project) -> bool:
    """Return whether the build uses poetry-dynamic-versioning, which changes existing files."""
    requires = project.settings.get("build-system", {}).get("requires", [])
    return "poetry-dynamic-versioning" in {required_name(text) for text in requires}


def find_versions(project: Project) -> Iterator[Finding]:
    """Yield findings about files that the build generates, tags, and copies of the version."""
    names = written_by_build(project)
    if names:
        yield Finding(
            f"The build writes the version into `{names[0]}`. The new build backend does the same"
            " with the lines below.",
            (f"file {glob.escape(names[0])}: different content",),
        )
    for name in [] if is_poetry(project) else names[1:]:
        yield Finding(
            f"The build also writes the version into `{name}`, but the new build backend only"
            f" writes one file. Import the version from `{names[0]}` there."
        )
    if uses_pbr(project.settings, project.folder):
        yield Finding(
            "PBR writes AUTHORS and ChangeLog during each build. The new project doesn't contain"
            " them unless you commit them.",
            (f"license file AUTHORS: {LOST}",),
        )
    if project.has_vcs_version:
        yield from tag_findings(project)
    for name, line in copies(project).items():
        advice = "Read it with `importlib.metadata.version` instead."
        if not project.has_vcs_version:
            advice = "bump-my-version updates it with the lines below. Otherwise, edit both."
        yield Finding(f"`{name}` contains a copy of the version: `{line}`. {advice}")


def tag_findings(project: Project) -> Iterator[Finding]:
    """Yield a finding about tags that the template's settings don't recognize as versions."""
    tag, version = last_tag(project.folder)
    if tag and tag != f"v{version}":
        yield Finding(
            f"The tags look like `{tag}`, but the new project only recognizes tags such as"
            f" `v{version}`. Before the first build, add one to the same commit:"
            f" `git tag v{version} '{tag}^{{}}'`."
        )


def copies(project: Project) -> dict[str, str]:
    """Return the first assignment of the version in each module, by the module's path in the wheel.

    Test packages and modules that the build has changed are left out.
    """
    version = re.escape(project.wheel.metadata["version"])
    pattern = re.compile(
        rf"^((?:__version__|VERSION|version)\s*(?::[^=\n]*)?=\s*(['\"]){version}\2)", re.MULTILINE
    )
    found, written = {}, written_by_build(project)
    for name, content in sorted(project.wheel.files.items()):
        is_own = name.split("/")[0].removesuffix(".py") not in (".data", *TEST_PACKAGES)
        if is_own and name.endswith(".py") and name not in written:
            match = pattern.search(content.decode(errors="replace"))
            if match and is_source(project, name):
                found[name] = match[1]
    return found


def bumped_files(project: Project, rendered: Mapping[str, Any]) -> dict[str, Any]:
    """Return bump-my-version's list of files, extended with modules that contain the version.

    If there are no such modules or bump-my-version isn't configured, the result is empty.

    https://callowayproject.github.io/bump-my-version/reference/configuration/file/

    Args:
        project: The existing project.
        rendered: The contents of the new project's pyproject.toml.
    """
    table = rendered.get("tool", {}).get("bumpversion")
    found = copies(project)
    if table is None or not found:
        return {}
    version = project.wheel.metadata["version"]
    files = [*table.get("files", [])]
    for name, line in found.items():
        target = name
        if name == f"{project.main_package}.py":
            target = f"{project.main_package}/__init__.py"
        before, _, after = line.rpartition(version)
        texts = {
            "search": f"{before}{{current_version}}{after}",
            "replace": f"{before}{{new_version}}{after}",
        }
        files.append({"filename": f"src/{target}", **texts})
    return {"tool": {"bumpversion": {"files": files}}}
