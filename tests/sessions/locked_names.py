"""Find the names to reserve: names that dependencies of generated projects already use.

`nox -s names` locks generated projects and writes the names to template/data/locked_names.yml.
"""

import datetime
import itertools
import re
import tempfile
import textwrap
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from packaging.version import Version
from uv import find_uv_bin

from harness.packagestan.answers import answers, axes, choices, preset
from harness.packagestan.artifacts import version_variables
from harness.packagestan.reviews import reviews
from harness.packagestan.template import ROOT, facts, render
from harness.processes.commands import run
from harness.rendering.template import Answers

FILE = ROOT / "template" / "data" / "locked_names.yml"
HEADER = """\
# Distributions, import packages, and scripts in real lock files of the generated projects, with all
# options. A new project with one of these names can't be locked, or it hides the other one.
# `nox -s names` updates this file from the releases before the day of its review.
# (reviewed {day})
"""

FULL: Answers = preset("full") | {"project_name": "Example"}
# Answers for a project with commands. Without publishing and template updates, they can be combined
# with most other answers.
BASE: Answers = FULL | {
    "mode": "app",
    "gui_command_name": "example-window",
    "publish": "none",
    "template_updates": "none",
}

# The newest locked version of each distribution. A lock file for several Python versions can
# contain several versions of a distribution.
Pins = dict[str, Version]
Names = dict[str, set[str]]


def variants() -> Iterator[Answers]:
    """Yield the full preset, and then answers that together contain each choice of each axis.

    `preset` is left out, because it only provides defaults.
    """
    yield FULL
    for axis in axes():
        if axis != "preset":
            yield from (BASE | {axis: answer} for answer in answers(axis))


def projects(folder: Path) -> Iterator[Path]:
    """Render the variants that Copier accepts, and yield the projects' folders."""
    for number, variant in enumerate(variants()):
        try:
            yield render(folder / str(number), variant)
        except ValueError:
            # Copier rejects some combinations of choices.
            continue


def dependencies(project: Path) -> dict[str, Any]:
    """Return a project's dependencies, extras, and dependency groups."""
    tables = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    keys = ("dependencies", "optional-dependencies")
    found = {key: tables["project"].get(key) for key in keys}
    return found | dict(tables["dependency-groups"])


def before(day: datetime.date) -> str:
    """Return the uv option that ignores releases uploaded on or after a date."""
    return f"--exclude-newer={day}T00:00:00Z"


def lock(project: Path, day: datetime.date) -> Pins:
    """Lock a project with releases from before a date.

    Returns:
        The newest locked version of each distribution that comes from an index.

    Raises:
        CommandError: uv can't lock the project.
    """
    # Set the version for backends that would read it from git.
    version = dict.fromkeys(version_variables(), "1")
    run(find_uv_bin(), "lock", "--quiet", before(day), cwd=project, env=version)
    packages = tomllib.loads((project / "uv.lock").read_text(encoding="utf-8"))["package"]
    return newest(
        (each["name"], each["version"]) for each in packages if "registry" in each["source"]
    )


def resolve(requirements: Iterable[str], day: datetime.date, *options: str) -> Pins:
    """Resolve requirements for all platforms, using releases from before a date.

    Args:
        requirements: Requirements that can be installed together.
        day: The date.
        options: Additional options for `uv pip compile`.

    Returns:
        The newest version of each distribution.

    Raises:
        CommandError: uv can't resolve the requirements.
    """
    command = (find_uv_bin(), "pip", "compile", "--quiet", "--no-header", "--no-annotate")
    universal = ("--universal", f"--python-version={min(choices('python_min'), key=Version)}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.in"
        file.write_text("\n".join(requirements), encoding="utf-8")
        text = run(*command, *universal, before(day), *options, file).stdout
    return newest(re.findall(r"(?m)^([a-z0-9-]+)==([^\s;]+)", text))


def newest(versions: Iterable[tuple[str, str]]) -> Pins:
    """Return the newest version of each distribution.

    >>> newest([("sphinx", "9.0.4"), ("sphinx", "9.1")])
    {'sphinx': <Version('9.1')>}
    """
    found: Pins = {}
    for name, version in versions:
        found[name] = max(found.get(name, Version("0")), Version(version))
    return found


def template_data(name: str) -> dict[str, Any]:
    """Return the contents of one of the template's data files."""
    return dict(yaml.safe_load((ROOT / "template" / "data" / name).read_text(encoding="utf-8")))


def tools() -> list[str]:
    """Return the requirements of the tools that generated projects can use."""
    hooks = (
        name.partition("/")[2].removesuffix("-pre-commit") for name in template_data("hooks.yml")
    )
    own = [
        requirement
        for axis in ("task_runner", "type_checker")
        for choice in facts(axis).values()
        if (requirement := choice["requirement"])
    ]
    groups = [*facts("docs_engine").values(), *facts("hooks").values()]
    listed = itertools.chain(*(choice["requires"] or [] for choice in groups))
    return [*template_data("tools.yml").values(), *own, *listed, *hooks]


def build_requirements() -> list[str]:
    """Return the build backends' requirements, including plugins for versions from git."""
    backends = facts("backend").values()
    plugins = (each["vcs"].get("requires", []) for each in backends)
    return [each["requires"] for each in backends] + list(itertools.chain(*plugins))


def modules(project: Path) -> set[str]:
    """Return the names of the modules in the project's root folder."""
    return {path.stem for path in project.glob("*.py")}


def import_package(entry: str) -> str:
    """Return the lowercase import name of an entry in site-packages, or "".

    Names are compared in lowercase, because some file systems ignore case. Names that start with an
    underscore are ignored, because the template's packages can't have such names.

    >>> import_package("PIL"), import_package("six.py"), import_package("_cffi.abi3.so")
    ('pil', 'six', '')
    >>> import_package("bin"), import_package("attrs-26.1.0.dist-info")
    ('', '')
    """
    name = entry.lower().partition(".")[0]
    is_code = not entry.endswith((".dist-info", ".pth")) and entry not in ("bin", "share")
    is_name = re.fullmatch(r"[a-z][a-z0-9_]*", name) and not name.endswith("__mypyc")
    return name if is_code and is_name else ""


def script(file: str) -> str:
    """Return the lowercase name of a script, or "" if the name ends with a Python version.

    >>> script("Py.Test"), script("coverage-3.15"), script("rst2html5")
    ('py.test', '', 'rst2html5')
    """
    return "" if re.search(r"\d\.\d+$", file) else file.lower()


def contents(pins: Pins) -> Names:
    """Return the import packages and the scripts of distributions.

    Raises:
        CommandError: A distribution can't be installed with the newest supported Python.
    """
    with tempfile.TemporaryDirectory() as folder:
        python = max(choices("python_min"), key=Version)
        # Distributions that only other platforms require are also installed.
        options = ("--no-deps", "--only-binary=:all:", f"--python-version={python}")
        names = [f"{name}=={version}" for name, version in pins.items()]
        run(find_uv_bin(), "pip", "install", "--quiet", *options, f"--target={folder}", *names)
        entries = (entry.name for entry in Path(folder).iterdir())
        scripts = (file.name for file in (Path(folder) / "bin").iterdir())
        return {
            "import_packages": set(map(import_package, entries)) - {""},
            "scripts": set(map(script, scripts)) - {""},
        }


def names(day: datetime.date) -> Names:
    """Return the names of distributions, import packages, and scripts to reserve.

    Args:
        day: The date before which releases must have been uploaded.

    Raises:
        CommandError: uv can't lock a project, resolve requirements, or install a distribution.
    """
    pins: Pins = {}
    own_modules: set[str] = set()
    locked: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for project in projects(Path(folder)):
            own_modules |= modules(project)
            if dependencies(project) not in locked:
                locked.append(dependencies(project))
                pins |= lock(project, day)
    pins |= resolve(build_requirements(), day) | resolve(tools(), day, "--no-deps")
    found = contents(pins)
    found["import_packages"] |= own_modules
    found["scripts"] |= {*choices("environments"), *choices("task_runner")} - {"none"}
    return {"distributions": set(pins)} | found


def text(names: Names, day: datetime.date) -> str:
    """Return the text of the data file."""
    parts = [HEADER.format(day=day)]
    for kind, found in names.items():
        lines = textwrap.fill(
            ", ".join(sorted(found)), 98, break_on_hyphens=False, break_long_words=False
        )
        parts.append(f"{kind}: [\n{textwrap.indent(lines, '  ')},\n]\n")
    return "".join(parts)


def recorded() -> tuple[Names, datetime.date]:
    """Return the names in the data file, and the date of its review."""
    names = {kind: set(found) for kind, found in template_data(FILE.name).items()}
    return names, reviews()[FILE.relative_to(ROOT).as_posix()]


def write() -> None:
    """Update the data file with the names from the newest releases."""
    today = datetime.datetime.now(tz=datetime.UTC).date()
    FILE.write_text(text(names(today), today), encoding="utf-8")


if __name__ == "__main__":
    write()
