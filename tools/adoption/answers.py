"""Derive answers to the template's questions from an existing project."""

import re
from typing import Any

from packaging.specifiers import SpecifierSet

from adoption.files import default_branch, find_roles
from adoption.licenses import copyright_year, find_license
from adoption.projects import Project
from adoption.requirements import required_name, supports
from adoption.template import choice_facts, template_data
from adoption.wheels import Wheel


def derive_answers(project: Project) -> dict[str, Any]:
    """Return the answers that can be derived from a project. Copier hasn't validated them yet."""
    answers = identity_answers(project) | package_answers(project) | command_answers(project.wheel)
    return {name: answer for name, answer in answers.items() if answer is not None}


def identity_answers(project: Project) -> dict[str, Any]:
    """Return the answers about the project itself, such as its names, license, and repository.

    Unknown answers are None.
    """
    wheel, name = project.wheel, project.wheel.metadata["name"]
    repository = repository_url(wheel)
    github = re.match(r"https://github\.com/([^/]+)/", repository)
    return {
        "project_name": name,
        "project_description": wheel.summary or name,
        "license": find_license(project).choice or None,
        "user_name": next((name for name, _ in wheel.authors if name), None),
        "user_email": next((address for _, address in wheel.authors if address), None),
        "distribution_name": project.name,
        "package_name": project.main_package or None,
        "github_user": github[1] if github else None,
        "repository_url": repository,
        "copyright_year": copyright_year(project),
        "default_branch": default_branch(project.folder),
        "changelog": has_changelog(project),
    }


def package_answers(project: Project) -> dict[str, Any]:
    """Return the answers about the build, the Python versions, the dependencies, and the package.

    Unknown answers are None.
    """
    wheel = project.wheel
    extras = {name: sorted(texts) for name, texts in wheel.extras.items() if name}
    if has_generated_all(wheel):
        del extras["all"]
    files = project.files_of(project.main_package)
    return {
        "backend": backend_choice(project),
        "python_min": minimum_python(wheel),
        "versioning": "vcs" if project.has_vcs_version else "static",
        "dependencies": sorted(wheel.extras[""]),
        "extras": extras,
        "package_data": any(not name.endswith((".py", "py.typed")) for name in files),
        "plugins": False,
    }


def command_answers(wheel: Wheel) -> dict[str, Any]:
    """Return the answers about the commands that the wheel installs, including `mode`."""
    commands = [name for group, name in wheel.entry_points if group == "console_scripts"]
    windows = [name for group, name in wheel.entry_points if group == "gui_scripts"]
    required = {required_name(text) for text in wheel.extras[""]}
    return {
        "mode": "app" if commands else "library",
        "command_name": commands[0] if commands else "",
        "cli_library": next((name for name in ("typer", "click") if name in required), "argparse"),
        "gui_command_name": windows[0] if windows else "",
    }


def has_changelog(project: Project) -> bool | None:
    """Return whether the project has a CHANGELOG.md, or None if it has no changelog."""
    names = find_roles(project.folder).changelogs
    return "CHANGELOG.md" in names if names else None


def has_generated_all(wheel: Wheel) -> bool:
    """Return whether the extra "all" exists and only repeats the wheel's other requirements.

    The template generates such an extra.
    """
    extras = wheel.extras
    others = set().union(*(texts for name, texts in extras.items() if name != "all"))
    return "all" in extras and extras["all"] <= others


def repository_url(wheel: Wheel) -> str:
    """Return the repository's URL, or "" if the metadata doesn't identify it."""
    labels = {re.sub(r"[\W_]", "", label).lower(): url for label, url in wheel.urls.items()}
    for label in ("repository", "source", "sourcecode", "code", "github", "gitlab", "homepage"):
        url = labels.get(label, "")
        if url and (label != "homepage" or re.match(r"https?://(?:github|gitlab)\.", url)):
            return url
    return ""


def build_backend(project: Project) -> str:
    """Return the name of the build backend's module. The default is setuptools.build_meta.

    Legacy names of setuptools' and Poetry's backends are replaced with the current ones.
    """
    module = project.settings.get("build-system", {}).get("build-backend", "setuptools.build_meta")
    module = str(module).removesuffix(":__legacy__")
    return module.replace("poetry.masonry", "poetry.core.masonry")


def backend_choice(project: Project) -> str | None:
    """Return the template's choice for the build backend, or None if no choice matches."""
    module = build_backend(project)
    for choice, data in choice_facts("backend").items():
        if module in (data["module"], data["vcs"].get("module")):
            return choice
    return None


def minimum_python(wheel: Wheel) -> str | None:
    """Return the oldest Python version that the template and Requires-Python allow, or None."""
    specifiers = SpecifierSet(wheel.metadata.get("requires_python", ""))
    versions = map(str, template_data("python_versions"))
    return next((version for version in versions if supports(specifiers, version)), None)
