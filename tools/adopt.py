# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "build>=1.5",
#     "copier>=9.19",
#     "packaging>=26",
#     "pyyaml>=6",
#     "tomli-w>=1.2",
# ]
# ///
"""Adopt an existing project: read what its wheel says, and compare it with the new one.

    uv run tools/adopt.py read my-project
    uv run tools/adopt.py compare my-project my-project-adopted

docs/how-to/adopt.md leads through it. The existing project is built by its own build backend, in a
copy, so that one way of reading serves setup.py, setup.cfg, Poetry's tables and [project].
"""

import argparse
import ast
import configparser
import contextlib
import dataclasses
import email.utils
import fnmatch
import glob
import importlib.metadata
import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import build
import build.env
import copier
import jinja2
import pyproject_hooks
import tomli_w
import yaml
from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

TEMPLATE = Path(__file__).resolve().parents[1]

# What setup.py and others call the licences that the template offers. "BSD" alone is several.
LICENSES = {
    "mit": "MIT",
    "mit license": "MIT",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "gplv3+": "GPL-3.0-or-later",
    "gnu general public license v3 or later (gplv3+)": "GPL-3.0-or-later",
    "the unlicense (unlicense)": "Unlicense",
    "other/proprietary license": "Proprietary",
    "proprietary": "Proprietary",
    "licenseref-proprietary": "Proprietary",
}

# Folders that hold nothing of the project's own; old build results would reach the new wheel.
LEFTOVERS = ("__pycache__", "*.py[cod]", "*.egg-info", ".tox", ".nox", "node_modules")
VCS_PLUGINS = {"setuptools-scm", "hatch-vcs", "poetry-dynamic-versioning"}


# What has become of something in the new wheel.
LOST, NEW = "the new wheel lacks it", "only the new wheel has it"


class AdoptionError(Exception):
    """Why nothing is done: one sentence that says what is wrong."""


# Reading wheels.


@dataclass(frozen=True)
class Wheel:
    """A wheel's content.

    Attributes:
        files: The content of each file outside `.dist-info`, by its path.
        licenses: The content of each licence file, by its name in the metadata.
        tags: The tags, like "py3-none-any".
        entry_points: The object references by (group, name).
        metadata: The core metadata as they were written.
    """

    files: dict[str, bytes]
    licenses: dict[str, bytes]
    tags: list[str]
    entry_points: dict[tuple[str, str], str]
    metadata: RawMetadata

    @property
    def extras(self) -> dict[str, set[str]]:
        """The requirements of each extra, by its normalised name; those of all under ""."""
        return split_requirements(self.metadata)

    @property
    def summary(self) -> str:
        """The one line that describes the package; "" for none."""
        lines = self.metadata.get("summary", "").split("\n")
        return "" if lines[0] == "UNKNOWN" else lines[0].strip()

    @property
    def urls(self) -> dict[str, str]:
        """All web addresses by their labels."""
        fields = {"Homepage": self.metadata.get("home_page", "")}
        fields["Download"] = self.metadata.get("download_url", "")
        urls = {label: url for label, url in fields.items() if url and url != "UNKNOWN"}
        return urls | self.metadata.get("project_urls", {})


def read_wheel(path: Path) -> Wheel:
    """Read a wheel.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/

    Raises:
        AdoptionError: It is no wheel.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return read_archive(archive)
    except (OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
        raise AdoptionError(f"{path} can't be read as a wheel: {error}") from error


def read_archive(archive: zipfile.ZipFile) -> Wheel:
    """Read an opened wheel.

    Raises:
        ValueError: It lacks what a wheel has.
    """
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    (dist_info,) = {name.split("/")[0] for name in names if ".dist-info/" in name}
    metadata = parse_email(archive.read(f"{dist_info}/METADATA"))[0]
    if not {"name", "version"} <= set(metadata):
        raise ValueError("its metadata lack the name or the version")
    licenses = {}
    for name in metadata.get("license_files", []):
        for place in (f"{dist_info}/licenses/{name}", f"{dist_info}/{name}"):
            if place in names:
                licenses[name] = archive.read(place)
    data = dist_info.removesuffix(".dist-info") + ".data/"
    files = {}
    for name in names:
        if not name.startswith(f"{dist_info}/"):
            files[re.sub(rf"\A{re.escape(data)}", ".data/", name)] = archive.read(name)
    distribution = importlib.metadata.PathDistribution(zipfile.Path(archive, f"{dist_info}/"))
    return Wheel(
        files=files,
        licenses=licenses,
        tags=re.findall(r"(?m)^Tag: (.*?)\r?$", archive.read(f"{dist_info}/WHEEL").decode()),
        entry_points={
            (point.group, point.name): point.value for point in distribution.entry_points
        },
        metadata=metadata,
    )


# Markers that only say to which extras a requirement belongs, as build backends write them.
EXTRAS = r'\(?extra == "[^"]+"(?: or extra == "[^"]+")*\)?'
OF_EXTRAS = re.compile(rf"(?:(?P<before>.+) and )?{EXTRAS}|{EXTRAS} and (?P<after>.+)")


def split_requirements(metadata: RawMetadata) -> dict[str, set[str]]:
    """Return the requirements of each extra; those that don't depend on one under "".

    A requirement of the package itself, as in `all = ["demo[a,b]"]`, is replaced by what it means.

    https://packaging.python.org/en/latest/specifications/core-metadata/#provides-extra-multiple-use
    """
    split: dict[str, set[str]] = {"": set()}
    split |= {canonicalize_name(extra): set() for extra in metadata.get("provides_extra", [])}
    for text in metadata.get("requires_dist", []):
        requirement = Requirement(text)
        marker = str(requirement.marker or "")
        names = re.findall(r'extra == "([^"]+)"', marker)
        found = OF_EXTRAS.fullmatch(marker)
        rest = (found["before"] or found["after"] or "") if found else ""
        # An "or" outside of parentheses would not end before the "and" of the extra.
        if found and not re.search(r"\bextra\b|\bor\b", re.sub(r"\([^()]*\)", "", rest)):
            requirement.marker = None
            text = f"{requirement} ; {rest}" if rest else str(requirement)
        for name in names or [""]:
            split.setdefault(canonicalize_name(name), set()).add(one_spelling(text))
    own = canonicalize_name(metadata["name"])
    for _ in split:  # an extra may refer to one that refers to another
        for requirements in split.values():
            for text in sorted(requirements):
                requirement = Requirement(text)
                if requirement.name == own and not requirement.marker:
                    requirements.remove(text)
                    for extra in requirement.extras:
                        requirements |= split.get(canonicalize_name(extra), set())
    return split


def one_spelling(text: str) -> str:
    """Return a requirement in one spelling, for build backends write it in several.

    >>> one_spelling('PyYAML (!=6.0,>=6) ; python_full_version < "3.12"')
    'pyyaml!=6.0,>=6; python_version < "3.12"'
    """
    requirement = Requirement(text)
    requirement.name = canonicalize_name(requirement.name)
    requirement.extras = {canonicalize_name(extra) for extra in requirement.extras}
    return str(requirement).replace("python_full_version", "python_version")


def people(names: str, addresses: str) -> list[tuple[str, str]]:
    """Return people as (name, address) from a pair of fields such as Author and Author-email."""
    listed = [name.strip() for name in names.split(",") if name.strip() not in ("", "UNKNOWN")]
    with_address = email.utils.getaddresses([addresses]) if "@" in addresses else []
    nameless = [address for name, address in with_address if not name]
    if len(nameless) == 1:
        # Author and Author-email are those of one person; a comma may stand in the name.
        pairs = [(", ".join(listed), address) for address in nameless]
    elif len(nameless) == len(listed):
        pairs = list(zip(listed, nameless, strict=True))
    else:
        pairs = [*((name, "") for name in listed), *(("", address) for address in nameless)]
    return pairs + [(name, address) for name, address in with_address if name]


# The existing project.


@dataclass
class Project:
    """A project's wheel and what its folder says that no wheel does.

    Attributes:
        wheel: What its own build backend makes of it.
        folder: Its folder; None if only the wheel is known.
        settings: What pyproject.toml holds.
        packages: Each top-level import package or module of the wheel, with its folder or file.
    """

    wheel: Wheel
    folder: Path | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    packages: dict[str, Path | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The distribution name, normalised."""
        return canonicalize_name(self.wheel.metadata["name"])

    @property
    def main_package(self) -> str:
        """The import package that the template gets; "" if there is none."""
        names = [name for name in self.packages if name not in ("tests", "test")]
        expected = self.name.replace("-", "_")
        names.sort(
            key=lambda name: (
                name.lower() != expected,
                name.startswith("_"),
                not self.files_of(name),
                name,
            )
        )
        return names[0] if names else ""

    def files_of(self, package: str) -> list[str]:
        """Return the paths of a top-level package's files; none for a module."""
        return [name for name in self.wheel.files if name.startswith(f"{package}/")]

    @property
    def has_vcs_version(self) -> bool:
        """Whether the version is read from the version control system."""
        requires = self.settings.get("build-system", {}).get("requires", [])
        source = self.settings.get("tool", {}).get("pdm", {}).get("version", {}).get("source")
        return source == "scm" or any(required_name(text) in VCS_PLUGINS for text in requires)


def required_name(text: str) -> str:
    """Return the normalised name in a requirement."""
    return canonicalize_name(Requirement(text).name)


def read_project(folder: Path) -> Project:
    """Build a project in a copy and read the wheel.

    Raises:
        AdoptionError: It is no project, or can't be built.
    """
    settings = read_settings(folder)
    with tempfile.TemporaryDirectory(prefix="packagestan-adopt-") as temporary:
        try:
            copied = shutil.copytree(
                folder, Path(temporary) / folder.resolve().name, symlinks=True, ignore=leftovers
            )
        except (OSError, shutil.Error) as error:
            raise AdoptionError(f"{folder} can't be copied: {error}") from error
        wheel = read_wheel(build_wheel(copied, Path(temporary) / "wheel"))
    return with_packages(Project(wheel, folder, settings))


def with_packages(project: Project) -> Project:
    """Return a project, with its packages found."""
    wheel = project.wheel
    tops = {name.split("/")[0] for name in wheel.files if not name.startswith(".data/")}
    for top in sorted(tops):
        module = top.split(".")[0]
        if top.endswith((".py", ".so", ".pyd")) or "." not in top:
            project.packages[module] = source_of(top, project) if project.folder else None
    return project


def read_settings(folder: Path) -> dict[str, Any]:
    """Return what a project's pyproject.toml holds; nothing if there is none.

    Raises:
        AdoptionError: The folder holds no project.
    """
    if not folder.is_dir():
        raise AdoptionError(f"{folder} is no folder; give that of the project, or a wheel")
    file = folder / "pyproject.toml"
    has_setup = (folder / "setup.py").is_file()
    if not file.is_file():
        if not has_setup:
            raise AdoptionError(
                f"{folder} has neither pyproject.toml nor setup.py, so that nothing can build it"
            )
        return {}
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AdoptionError(f"{file} is no TOML: {error}") from error
    known = {"build-system", "project"} & set(settings)
    if not (known or has_setup or (folder / "setup.cfg").is_file()):
        raise AdoptionError(
            f"{file} has neither [build-system] nor [project]: it is no package's, but holds"
            " settings of tools"
        )
    return settings


def leftovers(folder: str, names: list[str]) -> set[str]:
    """Return what in a folder is not copied: environments and results of former builds."""
    found = {name for name in names for pattern in LEFTOVERS if fnmatch.fnmatch(name, pattern)}
    found |= {name for name in names if (Path(folder) / name / "pyvenv.cfg").is_file()}
    if {"pyproject.toml", "setup.py"} & set(names):
        results = {"build", "dist"} & set(names)
        found |= {name for name in results if not (Path(folder) / name / "__init__.py").exists()}
    return found


def build_wheel(folder: Path, out: Path) -> Path:
    """Build a wheel through PEP 517, in an isolated environment, and return it.

    Raises:
        AdoptionError: The build failed.
    """
    has_uv = shutil.which("uv") or importlib.util.find_spec("uv")
    try:
        with (
            warnings.catch_warnings(action="ignore"),  # the backend's, which is left
            build.env.DefaultIsolatedEnv(installer="uv" if has_uv else "pip") as environment,
        ):
            builder = build.ProjectBuilder.from_isolated_env(
                environment, folder, runner=pyproject_hooks.quiet_subprocess_runner
            )
            environment.install(builder.build_system_requires)
            environment.install(builder.get_requires_for_build("wheel"))
            return Path(builder.build("wheel", out))
    except build.BuildBackendException as error:
        cause = error.exception
        output = cause.output if isinstance(cause, subprocess.CalledProcessError) else str(cause)
        raise AdoptionError(f"the build of {folder.name} failed: {last_line(output)}") from error
    except build.BuildException as error:
        raise AdoptionError(f"{folder.name} can't be built: {last_line(str(error))}") from error
    except subprocess.CalledProcessError as error:
        raise AdoptionError(
            f"what the build of {folder.name} needs can't be installed:"
            f" {last_line(error.stderr or error.output)}"
        ) from error


def last_line(output: str | bytes | None) -> str:
    """Return the last line of a program's output that says something."""
    text = output.decode(errors="replace") if isinstance(output, bytes) else output or ""
    lines = [line.strip() for line in text.splitlines() if line.strip(" ^~-\t")]
    return lines[-1] if lines else "it said nothing"


def source_of(top: str, project: Project) -> Path | None:
    """Return where a top-level package or module of the wheel is in the project's folder.

    It is the folder or file of this name with the most of the wheel's files, for a project may
    have several.
    """
    assert project.folder is not None
    files = [PurePosixPath(name).parts[1:] for name in project.wheel.files if is_in(name, top)]
    found = [
        path
        for pattern in (top, f"*/{top}", f"*/*/{top}")
        for path in sorted(project.folder.glob(pattern))
        if not {"build", "dist", ".git", "node_modules"}
        & set(path.parts[len(project.folder.parts) :])
    ]
    counts = [sum(path.joinpath(*parts).is_file() for parts in files) for path in found]
    return found[counts.index(max(counts))] if any(counts) else None


def is_in(name: str, folder: str) -> bool:
    """Return whether a path is a folder's or a file's own."""
    return name == folder or name.startswith(f"{folder}/")


# What is found out about it.


@dataclass(frozen=True)
class Finding:
    """Something that the owner of a project must know.

    Attributes:
        text: One sentence.
        explains: The differences between the wheels that follow from it, as patterns of
            `fnmatch`.
    """

    text: str
    explains: tuple[str, ...] = ()


@dataclass
class Reading:
    """What is read from an existing project.

    Attributes:
        answers: Answers to the template's questions.
        by_hand: What must be written into [project], for no answer says it.
        not_carried: What else the answers can't say.
        broken: What is wrong in the existing project.
        moves: Where each source goes: (path in the old folder, path in the new one).
    """

    answers: dict[str, Any] = field(default_factory=dict)
    by_hand: dict[str, Any] = field(default_factory=dict)
    not_carried: list[Finding] = field(default_factory=list)
    broken: list[Finding] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)


def questions() -> dict[str, dict[str, Any]]:
    """Return the template's questions by their names."""
    lines = (TEMPLATE / "copier.yml").read_text(encoding="utf-8").splitlines()
    merged: dict[str, dict[str, Any]] = {}
    for line in lines:
        if line.startswith("!include "):
            text = (TEMPLATE / line.removeprefix("!include ")).read_text(encoding="utf-8")
            merged |= yaml.safe_load(text)
    return merged


def template_data(name: str) -> Any:
    """Return one of the template's data files."""
    return yaml.safe_load((TEMPLATE / f"template/data/{name}.yml").read_text(encoding="utf-8"))


def read_answers(project: Project, reading: Reading) -> dict[str, Any]:
    """Return what the wheel answers to the template's questions, not yet tried."""
    wheel, metadata = project.wheel, project.wheel.metadata
    requirements = wheel.extras
    extras = {name: sorted(texts) for name, texts in requirements.items() if name}
    everything = set().union(*(texts for name, texts in requirements.items() if name != "all"))
    if "all" in extras and set(extras["all"]) <= everything:
        del extras["all"]
        reading.not_carried.append(
            Finding('The extra "all" is the template\'s own, which refers to all other extras.')
        )
    commands = [name for group, name in wheel.entry_points if group == "console_scripts"]
    windows = [name for group, name in wheel.entry_points if group == "gui_scripts"]
    names = {required_name(text) for text in requirements[""]}
    repository = repository_of(wheel)
    github = re.match(r"https://github\.com/([^/]+)/", repository)
    data = [
        name
        for name in project.files_of(project.main_package)
        if not name.endswith((".py", "py.typed"))
    ]
    authors = people(metadata.get("author", ""), metadata.get("author_email", ""))
    answers = {
        "project_name": metadata["name"],
        "project_description": wheel.summary or metadata["name"],
        "mode": "app" if commands else "library",
        "backend": backend_of(project, reading),
        "license": license_of(project, reading),
        "user_name": next((name for name, _ in authors if name), None),
        "user_email": next((address for _, address in authors if address), None),
        "distribution_name": project.name,
        "package_name": project.main_package or None,
        "github_user": github[1] if github else None,
        "repository_url": repository,
        "copyright_year": copyright_year(project),
        "python_min": python_min(metadata.get("requires_python", "")),
        "versioning": "vcs" if project.has_vcs_version else "static",
        "dependencies": sorted(requirements[""]),
        "extras": extras,
        "package_data": bool(data),
        "command_name": commands[0] if commands else "",
        "cli_library": next((name for name in ("typer", "click") if name in names), "argparse"),
        "gui_command_name": windows[0] if windows else "",
        "plugins": False,
    }
    return {name: answer for name, answer in answers.items() if answer is not None}


def repository_of(wheel: Wheel) -> str:
    """Return the address of the repository; "" if none is named."""
    labels = {re.sub(r"[\W_]", "", label).lower(): url for label, url in wheel.urls.items()}
    for label in ("repository", "source", "sourcecode", "code", "github", "gitlab", "homepage"):
        url = labels.get(label, "")
        if url and (label != "homepage" or re.match(r"https?://(?:github|gitlab)\.", url)):
            return url
    return ""


def backend_of(project: Project, reading: Reading) -> str | None:
    """Return the choice that is the project's own build backend; setuptools without one."""
    module = project.settings.get("build-system", {}).get("build-backend", "setuptools.build_meta")
    module = module.removesuffix(":__legacy__").replace("poetry.masonry", "poetry.core.masonry")
    for choice, data in template_data("build_backends").items():
        if module == data["module"]:
            return str(choice)
    reading.not_carried.append(
        Finding(f"The build backend {module} is none of the template's; hatchling replaces it.")
    )
    return None


def license_of(project: Project, reading: Reading) -> str:
    """Return the licence; "Proprietary", which gives nothing away, if it is none of the choices."""
    metadata = project.wheel.metadata
    classified = [
        text.split(" :: ")[-1]
        for text in metadata.get("classifiers", [])
        if text.startswith("License :: ")
    ]
    stated = [metadata.get("license_expression", ""), metadata.get("license", ""), *classified]
    stated = [text.strip() for text in stated if text.strip() not in ("", "UNKNOWN")]
    offered = [*template_licenses(), *LICENSES]
    for text in stated:
        for known in offered:
            if text.lower() == known.lower():
                return LICENSES.get(known, known)
    if stated:
        first = stated[0].splitlines()[0]
        text = f'The licence "{first}" is no choice of the template\'s, or may mean several.'
        listed = reading.not_carried
    else:
        text, listed = "No licence is stated: nobody may use it.", reading.broken
    text += (
        " The answer is Proprietary, which gives nothing away: write another one, or the right"
        " SPDX expression into pyproject.toml and its text into LICENSE."
    )
    listed.append(
        Finding(text, ("license: *", f"license file *: {NEW}", f"classifier Private *: {NEW}"))
    )
    return "Proprietary"


def license_names(wheel: Wheel) -> list[str]:
    """Return the names of the licence files, that of the licence itself first."""
    main = re.compile(r"(?i)(?:.*/)?(?:licen[cs]e|copying)")
    return sorted(wheel.licenses, key=lambda name: (main.match(name) is None, name))


def template_licenses() -> list[str]:
    """Return the names of the licences that the template offers."""
    return sorted(file.stem for file in (TEMPLATE / "template/licenses").glob("*.txt"))


def copyright_year(project: Project) -> str | None:
    """Return the first year of a copyright notice in the licence files."""
    for content in project.wheel.licenses.values():
        found = re.search(
            r"(?i)copyright\D{0,20}((?:19|20)\d\d)\b", content.decode(errors="replace")
        )
        if found:
            return found[1]
    return None


def supports(specifiers: SpecifierSet, version: str) -> bool:
    """Return whether a specifier set takes some release of a Python version such as "3.11"."""
    return any(f"{version}.{number}" in specifiers for number in range(40))


def python_min(requires_python: str) -> str | None:
    """Return the oldest Python of the template's that Requires-Python allows."""
    specifiers = SpecifierSet(requires_python)
    return next((str(v) for v in template_data("python_versions") if supports(specifiers, v)), None)


def narrowed(requires_python: str, minimum: str) -> str:
    """Return Requires-Python for a project whose oldest Python may have been raised.

    >>> narrowed(">=3.8,<4", "3.11")
    '>=3.11,<4'
    """
    lowest = Version(minimum)
    kept: list[Specifier] = []
    for specifier in SpecifierSet(requires_python):
        version = Version(specifier.version.removesuffix(".*"))
        if specifier.operator in (">=", ">", "~=", "==") and version >= lowest:
            return requires_python
        if specifier.operator == "~=" and len(version.release) == 2:
            kept.append(Specifier(f"<{version.major + 1}"))
        elif specifier.operator in ("<", "<=", "!=") and version >= lowest:
            kept.append(specifier)
    return ",".join([f">={minimum}", *sorted(map(str, kept))])


@contextlib.contextmanager
def plain_template() -> Iterator[Path]:
    """Yield the template without its repository: Copier takes a plain folder as it stands."""
    with tempfile.TemporaryDirectory(prefix="packagestan-adopt-") as temporary:
        folder = Path(temporary)
        shutil.copy(TEMPLATE / "copier.yml", folder)
        shutil.copytree(TEMPLATE / "template", folder / "template")
        yield folder


# A question's validator raises the first, its `ask` the second.
REJECTED = (ValueError, jinja2.TemplateError)


def accepted(answers: dict[str, Any], reading: Reading) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the answers that Copier takes, and [project] as it renders them.

    What Copier refuses is told in its own words.
    """
    with plain_template() as template:
        while True:
            out = template / "rendered"
            try:
                copier.run_copy(
                    str(template), out, data=answers, defaults=True, quiet=True, overwrite=True
                )
            except copier.errors.CopierError as error:
                raise AdoptionError(f"Copier refuses to render: {error}") from error
            except REJECTED as error:
                answers = without_refused(answers, str(error), reading, template)
                continue
            project = tomllib.loads((out / "pyproject.toml").read_text(encoding="utf-8"))["project"]
            return answers, project


def without_refused(
    answers: dict[str, Any], error: str, reading: Reading, template: Path
) -> dict[str, Any]:
    """Return answers without what Copier has refused, which is noted.

    Raises:
        AdoptionError: It is not an answer that Copier has refused.
    """
    found = re.match(
        r"(?:Validation error|Invalid choice) for (?:question )?'(\w+)': (.*)", error, re.DOTALL
    )
    if found and found[1] == "publish" and "publish" not in answers:
        # By default, the project would be published to PyPI, which rejects what it depends on.
        reading.not_carried.append(Finding(f"`publish` is none: {found[2]}."))
        return answers | {"publish": "none"}
    if not found or found[1] not in answers:
        raise AdoptionError(f"Copier refuses what was read: {error}")
    name, sentence = found[1], found[2]
    kept = dict(answers)
    value = kept.pop(name)
    reading.not_carried.append(Finding(f"`{name}` can't be {value!r}: {sentence}."))
    rest: Any = None
    if isinstance(value, list):
        rest = [each for each in value if takes(answers, name, [each], template)]
    elif isinstance(value, dict):
        rest = {
            key: [each for each in texts if takes(answers, name, {key: [each]}, template)]
            for key, texts in value.items()
            if takes(answers, name, {key: []}, template)
        }
    # What is taken piece by piece, but not as a whole, is dropped; else this would not end.
    return kept if rest is None or rest == value else kept | {name: rest}


def takes(answers: dict[str, Any], name: str, part: Any, template: Path) -> bool:
    """Return whether Copier takes a part of an answer."""
    try:
        copier.run_copy(
            *(str(template), template / "tried"),
            data=answers | {name: part},
            defaults=True,
            quiet=True,
            pretend=True,
        )
    except REJECTED as error:
        return f"'{name}'" not in str(error)
    return True


def examine(project: Project) -> Reading:
    """Find out what answers a project gives, what they can't say, and what is broken."""
    reading = Reading()
    reading.answers = read_answers(project, reading)
    find_broken(project, reading)
    find_not_carried(project, reading)
    find_moves(project, reading)
    return reading


def read(project: Project) -> Reading:
    """Examine a project, try the answers, and find out what is left to write by hand.

    Raises:
        AdoptionError: The template and this program don't fit each other.
    """
    reading = examine(project)
    unknown = set(reading.answers) - set(questions())
    if unknown:
        raise AdoptionError(f"the template has no question {', '.join(sorted(unknown))}")
    reading.answers, rendered = accepted(reading.answers, reading)
    reading.by_hand = {
        name: value
        for name, value in wanted(project, reading, rendered).items()
        if value != rendered.get(name)
    }
    return reading


# What goes into [project] by hand.


def wanted(project: Project, reading: Reading, rendered: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of [project] with which nothing of the old metadata is lost."""
    wheel, metadata = project.wheel, project.wheel.metadata
    table: dict[str, Any] = {}
    if reading.answers.get("versioning") != "vcs":
        table["version"] = metadata["version"]
    readme = readme_of(project)
    if readme:
        table["readme"] = readme
    table["requires-python"] = rendered["requires-python"]
    if metadata.get("requires_python"):
        minimum = rendered["requires-python"].removeprefix(">=")
        table["requires-python"] = narrowed(metadata["requires_python"], minimum)
        if SpecifierSet(table["requires-python"]) == SpecifierSet(rendered["requires-python"]):
            table["requires-python"] = rendered["requires-python"]
    expression = metadata.get("license_expression")
    if expression and reading.answers.get("license") != expression:
        table["license"] = expression
    if len(wheel.licenses) > 1:
        table["license-files"] = ["LICENSE", *license_names(wheel)[1:]]
    authors = people(metadata.get("author", ""), metadata.get("author_email", ""))
    if len(authors) > 1 or not all(name for name, _ in authors):
        table["authors"] = as_people(authors)
    maintainers = people(metadata.get("maintainer", ""), metadata.get("maintainer_email", ""))
    if maintainers:
        table["maintainers"] = as_people(maintainers)
    table["keywords"] = [text for text in metadata.get("keywords", []) if text]
    # What the template says of a new package, and may not be so.
    untrue = ["Development Status"]
    untrue += ["Private"] if "license" in table else []
    untrue += ["Typing"] if not any(name.endswith("/py.typed") for name in wheel.files) else []
    old = {text for text in metadata.get("classifiers", []) if not is_outdated(text)}
    untrue += [text.split(" :: ")[0] for text in old if text.startswith("Operating System")]
    kept = [text for text in rendered["classifiers"] if text.split(" :: ")[0] not in untrue]
    table["classifiers"] = sorted({*kept, *old})
    requirements = wheel.extras
    dependencies = requirements.pop("")
    if dependencies - set(map(one_spelling, rendered["dependencies"])):
        table["dependencies"] = sorted(dependencies)
    extras = rendered.get("optional-dependencies", {})
    missing = {
        extra: sorted(texts)
        for extra, texts in requirements.items()
        if extra != "all" and texts - set(map(one_spelling, extras.get(extra, [])))
    }
    if missing or ("all" in requirements and "all" in reading.answers.get("extras", {})):
        table["optional-dependencies"] = {n: sorted(t) for n, t in requirements.items()}
    urls = rendered.get("urls", {})
    lost = {label: url for label, url in wheel.urls.items() if url not in urls.values()}
    if lost:
        table["urls"] = urls | lost
    tables = entry_point_tables(project)
    return table | {
        name: tables.get(name, {})
        for name in ("scripts", "gui-scripts", "entry-points")
        if name in tables or name in rendered
    }


def readme_of(project: Project) -> str:
    """Return the name of the file that is the description; "" if it is not found."""
    text = project.wheel.metadata.get("description", "").strip()
    if not text or project.folder is None:
        return ""
    for file in sorted(project.folder.glob("[Rr][Ee][Aa][Dd][Mm][Ee]*")):
        if file.is_file() and file.read_text(encoding="utf-8", errors="replace").strip() == text:
            return file.name
    return ""


def as_people(listed: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Return people as [project] lists them."""
    pairs = [{"name": name, "email": address} for name, address in listed]
    return [{key: value for key, value in pair.items() if value} for pair in pairs]


def is_outdated(classifier: str) -> bool:
    """Return whether a classifier says what another field says: the licence or the Pythons."""
    return classifier.startswith(("License :: ", "Programming Language :: Python"))


def entry_point_tables(project: Project) -> dict[str, Any]:
    """Return the tables of [project] with the old entry points, mended where that is certain."""
    tables: dict[str, Any] = {}
    names = {"console_scripts": "scripts", "gui_scripts": "gui-scripts"}
    for (group, name), value in project.wheel.entry_points.items():
        mended = value if not what_is_missing(value, project) else suggestion(value, project)
        if not mended:
            continue
        if group in names:
            tables.setdefault(names[group], {})[name] = mended
        else:
            tables.setdefault("entry-points", {}).setdefault(group, {})[name] = mended
    return tables


def what_is_missing(reference: str, project: Project) -> str:
    """Return what an object reference names and the wheel lacks; "" if it is there.

    https://packaging.python.org/en/latest/specifications/entry-points/
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
    if any(name.startswith(f"{path}.") and name.endswith((".so", ".pyd")) for name in files):
        return ""
    return f"the module {module}"


def defines(source: bytes, name: str) -> bool:
    """Return whether a module's code binds a name, or may do so in a way that can't be read."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return True
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = {node.name}  # what it binds inside is not the module's
        else:
            names = set()
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {(alias.asname or alias.name).split(".")[0] for alias in node.names}
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names = {node.id}
            nodes += ast.iter_child_nodes(node)
        if names & {name, "*", "__getattr__"}:
            return True
    return False


def suggestion(reference: str, project: Project) -> str:
    """Return what an entry point probably means that names a file; "" if that is not certain."""
    module, _, attribute = reference.partition(":")
    path = module.strip().removesuffix(".py").replace(".", "/")
    found = [
        name.removesuffix(".py").replace("/", ".")
        for name, content in project.wheel.files.items()
        if f"/{name}".endswith(f"/{path}.py") and attribute and defines(content, attribute.strip())
    ]
    return f"{found[0]}:{attribute.strip()}" if len(found) == 1 else ""


# What is broken, what is not carried, what moves.


def find_broken(project: Project, reading: Reading) -> None:
    """Note what is wrong with the existing project."""
    wheel, note = project.wheel, reading.broken.append
    for (group, name), value in wheel.entry_points.items():
        missing = what_is_missing(value, project)
        if missing:
            mended = suggestion(value, project)
            advice = f"; {mended} is meant, it seems" if mended else "; name what it shall call"
            text = f"The entry point `{name} = {value}` in {group} fails: the wheel lacks {missing}"
            note(Finding(f"{text}{advice}.", (f"entry point {group}/{glob.escape(name)}: *",)))
    missing_files = list(missing_from_wheel(project))
    for name in missing_files:
        note(
            Finding(
                f"The wheel lacks `{name}`, which is in the source tree.",
                (f"file {glob.escape(name)}: {NEW}",),
            )
        )
    if not wheel.files:
        note(Finding("The wheel is empty.", (f"file *: {NEW}",)))
    for name in ("tests", "test"):
        if name in project.packages:
            text = (
                f"The wheel installs a top-level package `{name}`, which is not the project's own"
            )
            note(
                Finding(
                    f"{text} name; leave it in {name}/, outside src/.", (f"file {name}/*: {LOST}",)
                )
            )
    if not wheel.summary:
        text = "There is no summary; answer project_description with one line."
        note(Finding(text, ("summary: it was none, and is *",)))
    if not wheel.licenses and not any("licence" in finding.text for finding in reading.broken):
        text = "The wheel has no licence file; the template writes one."
        note(Finding(text, (f"license file *: {NEW}",)))
    authors = people(wheel.metadata.get("author", ""), wheel.metadata.get("author_email", ""))
    if not authors:
        note(
            Finding("No author is stated; the answer is the template's own.", (f"author *: {NEW}",))
        )
    written = written_version(project)
    try:
        if written and str(Version(written)) != written:
            note(Finding(f"The version {written} is not normalised; it is {Version(written)}."))
    except InvalidVersion:
        note(Finding(f"The version {written} is none by PEP 440."))
    name = wheel.metadata["name"]
    if name != project.name:
        note(
            Finding(
                f"The name {name} is not normalised; it is {project.name}.",
                (f"name: *, and is {project.name}",),
            )
        )


def missing_from_wheel(project: Project) -> Iterator[str]:
    """Yield the files of the packages' folders that the wheel lacks, as paths in the wheel."""
    compiled = any(name.endswith((".so", ".pyd")) for name in project.wheel.files)
    sources = (".c", ".cc", ".cpp", ".h", ".hpp", ".pyx", ".pxd", ".rs") if compiled else ()
    for package, source in project.packages.items():
        if source is None or not source.is_dir() or package in ("tests", "test"):
            continue
        for file in sorted(source.rglob("*")):
            parts = file.relative_to(source).parts
            hidden = any(part.startswith(".") for part in parts) or "__pycache__" in parts
            name = "/".join([package, *parts])
            if (
                hidden
                or not file.is_file()
                or file.suffix in (".pyc", ".pyo", ".so", ".pyd", *sources)
            ):
                continue
            if name not in project.wheel.files:
                yield name


def written_version(project: Project) -> str:
    """Return the version as it is written in the project's files; "" if it is not to be found."""
    if project.folder is None:
        return ""
    settings = project.settings
    for table in (settings.get("project", {}), settings.get("tool", {}).get("poetry", {})):
        if isinstance(table.get("version"), str):
            return str(table["version"])
    parser = configparser.RawConfigParser()
    with contextlib.suppress(configparser.Error, UnicodeDecodeError):
        parser.read(project.folder / "setup.cfg", encoding="utf-8")
        version = parser.get("metadata", "version", fallback="")
        if version:
            return "" if version.startswith(("attr:", "file:")) else version
    setup = project.folder / "setup.py"
    if setup.is_file():
        with contextlib.suppress(SyntaxError, ValueError):
            for node in ast.walk(ast.parse(setup.read_bytes())):
                if isinstance(node, ast.keyword) and node.arg == "version":
                    is_text = isinstance(node.value, ast.Constant)
                    return str(ast.literal_eval(node.value)) if is_text else ""
    return ""


def find_not_carried(project: Project, reading: Reading) -> None:
    """Note what the answers and [project] can't say."""
    wheel, note = project.wheel, reading.not_carried.append
    files = wheel.files
    compiled = [name for name in files if name.endswith((".so", ".pyd"))]
    if compiled or any(not tag.endswith("-none-any") for tag in wheel.tags):
        names = f" ({', '.join(compiled)})" if compiled else ""
        note(
            Finding(
                f"It has extension modules{names}, which the template does not build: keep what"
                " builds them, with setuptools or another build backend."
            )
        )
    for package in project.packages:
        own = [name for name in files if name.startswith(f"{package}/")]
        if own and f"{package}/__init__.py" not in files:
            note(
                Finding(
                    f"`{package}` is a namespace package; write its parts into the build"
                    " backend's table."
                )
            )
    others = [n for n in project.packages if n not in (project.main_package, "tests", "test")]
    if others:
        note(
            Finding(
                f"The wheel has several top-level packages or modules; the template packs"
                f" `{project.main_package}`. Add {', '.join(f'`{name}`' for name in others)} to"
                " the build backend's table."
            )
        )
    main = project.main_package
    if main and f"{main}.py" in files:
        text = f"`{main}.py` is a single module; it becomes the package `src/{main}/`."
        note(Finding(text, (f"file {main}.py: {LOST}", f"file {main}/__init__.py: {NEW}")))
    for name in files:
        if name.startswith(".data/"):
            note(
                Finding(
                    f"`{name.removeprefix('.data/')}` is installed outside the packages; make"
                    " a script an entry point, and data a file of the package."
                )
            )
    groups = {group for group, _ in wheel.entry_points} - {"console_scripts", "gui_scripts"}
    if groups:
        note(Finding(f"Entry points of {', '.join(sorted(groups))} are below, to be copied."))
    old, new = wheel.metadata.get("requires_python", ""), reading.answers.get("python_min")
    minimum = str(new or template_data("python_versions")[0])
    risen = narrowed(old, minimum)
    if SpecifierSet(risen) != SpecifierSet(old):
        text = f"Requires-Python, so far {old or 'none'}, becomes {risen}: the template supports no"
        change = f"it was {SpecifierSet(old) or 'none'}, and is {SpecifierSet(risen)}"
        note(Finding(f"{text} older Python.", (f"requires-python: {change}",)))
    if project.has_vcs_version:
        text = "git gives the version: compare after the commit, when the new project has the tags."
        note(Finding(text, ("version: *",)))
    table = project.settings.get("project", {})
    for name in table.get("dynamic", []):
        note(Finding(f"`{name}` is dynamic: what it is today is written down."))
    poetry = project.settings.get("tool", {}).get("poetry", {})
    if len(poetry.get("authors", [])) > 1:
        note(Finding("Poetry's wheel names the first author only; add the others to `authors`."))
    note_settings(project, reading)


def note_settings(project: Project, reading: Reading) -> None:
    """Note the settings that no wheel shows."""
    tables = [f"[tool.{name}]" for name in project.settings.get("tool", {})]
    if "dependency-groups" in project.settings:
        tables.append("[dependency-groups]")
    if tables:
        text = f"Settings in pyproject.toml are not read: {', '.join(tables)}."
        reading.not_carried.append(Finding(text))
    if project.folder is not None:
        names = ("setup.cfg", "tox.ini", "noxfile.py", ".pre-commit-config.yaml", "Pipfile")
        found = [name for name in names if (project.folder / name).exists()]
        found += sorted(file.name for file in project.folder.glob("requirements*.txt"))
        if found:
            text = f"Settings of tools and pins are not read: {', '.join(found)}."
            reading.not_carried.append(Finding(text))


def find_moves(project: Project, reading: Reading) -> None:
    """Note where each source goes."""
    if project.folder is None:
        return
    for name, source in project.packages.items():
        if source is not None and name not in ("tests", "test"):
            old = source.relative_to(project.folder).as_posix()
            module = name == project.main_package and source.is_file()
            reading.moves.append((old, f"src/{name}/__init__.py" if module else "src/"))
    readme = readme_of(project)
    reading.moves += [(readme, readme)] if readme else []
    for number, name in enumerate(license_names(project.wheel)):
        if (project.folder / name).is_file():
            reading.moves.append((name, name if number else "LICENSE"))
    for name, new in (("CHANGELOG.md", "CHANGELOG.md"), ("tests", "")):
        if (project.folder / name).exists():
            reading.moves.append((name, new))


# What is written.


def report(project: Project, reading: Reading) -> str:
    """Return the report as Markdown."""
    lines = [f"# Adopting {project.wheel.metadata['name']}", ""]
    for title, findings in (
        ("Broken already", reading.broken),
        ("Not carried", reading.not_carried),
    ):
        sentences = [f"- {finding.text}" for finding in findings] or ["Nothing was found."]
        lines += [f"## {title}", "", *sentences, ""]
    lines += ["## Write into pyproject.toml", ""]
    if reading.by_hand:
        text = tomli_w.dumps({"project": reading.by_hand}).strip()
        lines += ["In place of what these keys have there:", "", "```toml", text, "```", ""]
    else:
        lines += ["Nothing: the answers say it all.", ""]
    lines += ["## Move", "", "With the old project in `$OLD` and the new one in `$NEW`:", ""]
    lines += ["```sh"]
    folders = sorted(
        {str(PurePosixPath(new).parent) for _, new in reading.moves if "__init__" in new}
    )
    for folder in ["src", *folders]:
        lines.append(f'mkdir -p "$NEW"/{shlex.quote(folder)}')
    for old, new in reading.moves:
        target = shlex.quote(new) if new else ""
        lines.append(f'cp -R "$OLD"/{shlex.quote(old)} "$NEW"/{target}')
    if reading.by_hand.get("readme"):
        lines.append('rm "$NEW"/README.md')
    return "\n".join([*lines, "```", ""])


# Comparing wheels.


@dataclass(frozen=True)
class Difference:
    """A difference between two wheels.

    Attributes:
        what: What differs, like "file demo/data.json".
        change: What has become of it.
        reason: Why that is right; "" if nobody knows.
    """

    what: str
    change: str
    reason: str = ""

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.what}: {self.change}" + (f" ({self.reason})" if self.reason else "")


def changes(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield how two maps differ."""
    for name in sorted({*old, *new}):
        if name not in new:
            yield Difference(f"{kind} {name}", LOST)
        elif name not in old:
            yield Difference(f"{kind} {name}", NEW)
        elif old[name] != new[name]:
            values = (old[name], new[name])
            told = not any(isinstance(value, bytes) for value in values)
            change = f"it was {old[name]}, and is {new[name]}" if told else "its content differs"
            yield Difference(f"{kind} {name}", change)


def facts(wheel: Wheel) -> dict[str, Any]:
    """Return the metadata of which there is one value each."""
    metadata = wheel.metadata
    requires = metadata.get("requires_python", "")
    return {
        "name": metadata["name"],
        "version": str(Version(metadata["version"])),
        "summary": wheel.summary,
        "requires-python": str(SpecifierSet(requires)),
        "license": metadata.get("license_expression") or metadata.get("license", ""),
        "description": metadata.get("description", "").strip(),
        "tags": sorted(wheel.tags),
    }


def differences(old: Wheel, new: Wheel) -> Iterator[Difference]:
    """Yield every difference between two wheels, without reasons."""
    one, other = facts(old), facts(new)
    for name, value in one.items():
        if value != other[name]:
            if name == "description":  # a page of text
                shown = ["one text" if value else "", "another" if other[name] else ""]
            else:
                shown = [value, other[name]]
            yield Difference(name, f"it was {shown[0] or 'none'}, and is {shown[1] or 'none'}")
    extras, new_extras = old.extras, new.extras
    yield from changes("extra", dict.fromkeys(extras), dict.fromkeys(new_extras))
    for extra in sorted({*extras, *new_extras}):
        kind = f"requirement of extra {extra}" if extra else "requirement"
        yield from changes(
            kind,
            dict.fromkeys(extras.get(extra, ())),
            dict.fromkeys(new_extras.get(extra, ())),
        )
    yield from changes(
        "entry point",
        {"/".join(key): value for key, value in old.entry_points.items()},
        {"/".join(key): value for key, value in new.entry_points.items()},
    )
    yield from changes("file", old.files, new.files)
    for name, content in old.licenses.items():
        if content not in new.licenses.values():
            yield Difference(f"license file {name}", LOST)
    for name, content in new.licenses.items():
        if content not in old.licenses.values():
            yield Difference(f"license file {name}", NEW)
    others = listed(new)
    for kind, values in listed(old).items():
        yield from changes(kind, dict.fromkeys(values), dict.fromkeys(others[kind]))


def listed(wheel: Wheel) -> dict[str, set[str]]:
    """Return the metadata of which there are several values each."""
    metadata = wheel.metadata
    authors = people(metadata.get("author", ""), metadata.get("author_email", ""))
    maintainers = people(metadata.get("maintainer", ""), metadata.get("maintainer_email", ""))
    return {
        "author": {f"{name} <{address}>" for name, address in authors},
        "maintainer": {f"{name} <{address}>" for name, address in maintainers},
        "keyword": {text for text in metadata.get("keywords", []) if text},
        "classifier": set(metadata.get("classifiers", [])),
        "URL": {url.rstrip("/") for url in wheel.urls.values()},
    }


def still_broken(old: Project, new: Project) -> Iterator[Difference]:
    """Yield what was broken in the existing project, and is so in the new one, too."""
    for name in missing_from_wheel(old):
        if name not in new.wheel.files:
            change = "neither wheel has it, and it is in the source tree"
            yield Difference(f"file {name}", change)
    for (group, name), value in new.wheel.entry_points.items():
        missing = what_is_missing(value, new)
        if missing:
            change = f"{value} fails, for the new wheel lacks {missing}"
            yield Difference(f"entry point {group}/{name}", change)


# What the template does to every project, as patterns of the differences.
BY_DESIGN = {
    f"file */py.typed: {NEW}": "it says that the package has type hints",
    f"extra all: {NEW}": "the template's extra all refers to all others",
    f"requirement of extra all *: {NEW}": "the template's extra all refers to all others",
    f"classifier Typing :: Typed: {NEW}": "the template's",
    f"classifier Development Status :: *: {NEW}": "the template's",
    f"classifier Environment :: Console: {NEW}": "the template's",
    f"classifier Operating System :: OS Independent: {NEW}": "the template's",
    f"classifier Programming Language :: Python*: {NEW}": "requires-python says which",
    f"classifier Programming Language :: Python*: {LOST}": "requires-python says which",
    f"classifier License :: *: {LOST}": "the licence expression replaces it",
    "description: it was none, and is *": "the template's README.md",
}


def compare(old: Project, new: Project) -> list[Difference]:
    """Return every difference between two projects' wheels, with the reason where there is one.

    A reason is what the report on the old project says, or what the template does by design.
    """
    reading = examine(old)
    reasons = dict(BY_DESIGN)
    for finding in (*reading.broken, *reading.not_carried):
        reasons |= dict.fromkeys(finding.explains, "the report tells it")
    expression = f"{'LicenseRef-' * (reading.answers['license'] == 'Proprietary')}"
    expression += reading.answers["license"]
    reasons[f"license: it was *, and is {expression}"] = "the same as an SPDX expression"
    for url in old.wheel.urls.values():
        for page in ("issues", "blob/main/CHANGELOG.md"):
            address = f"{url.rstrip('/').removesuffix('.git')}/{page}"
            reasons[f"URL {glob.escape(address)}: {NEW}"] = "a page of the repository"
    found = [
        dataclasses.replace(
            difference,
            reason=next(
                (
                    why
                    for what, why in reasons.items()
                    if fnmatch.fnmatchcase(str(difference), what)
                ),
                "",
            ),
        )
        for difference in differences(old.wheel, new.wheel)
    ]
    return [*found, *still_broken(old, new)]


def read_accepted(file: Path | None) -> list[str]:
    """Return the patterns of a file of accepted differences, one a line, "#" before a comment.

    Raises:
        AdoptionError: The file can't be read.
    """
    if file is None:
        return []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AdoptionError(f"{file} can't be read: {error}") from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


# The commands.


def ask(paths: Sequence[Path], yes: bool) -> None:
    """Ask whether foreign build code may run, unless that was said before.

    Raises:
        AdoptionError: It may not.
    """
    folders = [str(path) for path in paths if path.is_dir()]
    if yes or not folders:
        return
    print(f"The build of {' and '.join(folders)} runs the code of its setup.py or build backend,")
    print("with your rights, as installing it from there does. Only go on if you trust it.")
    try:
        answer = input("Build it? [y/N] ")
    except EOFError:
        raise AdoptionError("nobody is there to ask; give --yes to build it") from None
    if answer.strip().lower() not in ("y", "yes"):
        raise AdoptionError("nothing was built, and nothing was written")


def open_project(path: Path) -> Project:
    """Read a project from its folder or from its wheel."""
    if path.suffix == ".whl" and path.is_file():
        return with_packages(Project(read_wheel(path)))
    return read_project(path)


def run_read(existing: Path, output: Path, yes: bool) -> int:
    """Write what is read from an existing project, and return the exit code."""
    read_settings(existing)
    if not output.is_dir():
        raise AdoptionError(f"{output} is no folder; make it, or give another --output")
    if output.resolve().is_relative_to(existing.resolve()):
        raise AdoptionError(
            f"{output} is in the existing project, which is not changed; give another --output"
        )
    ask([existing], yes)
    project = read_project(existing)
    reading = read(project)
    answers = f"# What was read from {project.wheel.metadata['name']}.\n" + yaml.safe_dump(
        reading.answers, allow_unicode=True, sort_keys=False
    )
    texts = {
        output / f"{project.name}.answers.yml": answers,
        output / f"{project.name}.report.md": report(project, reading),
    }
    for file in texts:
        if file.exists():
            raise AdoptionError(f"{file} exists; move it away, or give another --output")
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
        print(f"wrote {file}")
    number = len(reading.broken)
    if number:
        print(f"{number} thing{'s are' * (number > 1) or ' is'} broken already; see the report.")
    return 0


def run_compare(old: Path, new: Path, accept: Path | None, yes: bool) -> int:
    """Print every difference between two projects' wheels, and return the exit code."""
    patterns = read_accepted(accept)
    for path in (old, new):
        if not (path.suffix == ".whl" and path.is_file()):
            read_settings(path)
    ask([old, new], yes)
    found = compare(open_project(old), open_project(new))
    open_ones = []
    for difference in found:
        if difference.reason:
            print(f"explained: {difference}")
        elif any(fnmatch.fnmatchcase(difference.what, pattern) for pattern in patterns):
            print(f"accepted: {difference}")
        else:
            open_ones.append(difference)
    for difference in open_ones:
        print(f"not explained: {difference}")
    if open_ones:
        print(
            "Mend what is not explained, or write what stands before its colon into a file for"
            " --accept.",
            file=sys.stderr,
        )
    return 1 if open_ones else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0, or 1 for a loss or an error."""
    parser = argparse.ArgumentParser(prog="adopt.py", description=(__doc__ or "").split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    reader = commands.add_parser("read", help="write answers for Copier and a report")
    reader.add_argument("existing", type=Path, help="the folder of the existing project")
    reader.add_argument("--output", type=Path, default=Path(), help="the folder to write into")
    comparer = commands.add_parser("compare", help="list every difference between two wheels")
    comparer.add_argument("old", type=Path, help="the existing project's folder or wheel")
    comparer.add_argument("new", type=Path, help="the new project's folder or wheel")
    comparer.add_argument("--accept", type=Path, help="a file of accepted differences, one a line")
    for each in (reader, comparer):
        each.add_argument("--yes", action="store_true", help="build without asking")
    given = parser.parse_args(arguments)
    try:
        if given.command == "read":
            return run_read(given.existing, given.output, given.yes)
        return run_compare(given.old, given.new, given.accept, given.yes)
    except AdoptionError as error:
        print(f"adopt.py: {error}", file=sys.stderr)
    except (InvalidRequirement, InvalidSpecifier, InvalidVersion) as error:
        print(f"adopt.py: the metadata can't be understood: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
