"""The expected lines of a project's guides and messages, according to guides.txt."""

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

from harness.packagestan.template import facts, questions
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers

TEXT = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")


def parsed(section: str) -> list[tuple[CodeType, str]]:
    """Return the lines in a section, each after its compiled condition."""
    found, block = [], "True"
    for line in filter(None, section.splitlines()[1:]):
        condition, _, text = line.removeprefix("?").strip().partition(" | ")
        if not line.startswith("?"):
            found.append((block, line))
        elif text:
            found.append((condition, text))
        else:
            block = condition or "True"
    return [(compile(condition, "guides.txt", "eval"), text) for condition, text in found]


# The lines in each section: a guide, the part of a guide about an environment tool, or a message.
SECTIONS = {part.partition("\n")[0]: parsed(part) for part in TEXT.split("\n= ")[1:]}
GUIDES = [name for name in SECTIONS if name.endswith(".md")]


def listed(names: list[str]) -> str:
    """Return the names that aren't empty as an enumeration."""
    *first, last = [name for name in names if name] or [""]
    return f"{', '.join(first)}{',' * (len(first) > 1)} and {last}" if first else last


def variables(answers: Answers) -> dict[str, Any]:
    """Return the variables for conditions: the answers, and facts that follow from them."""
    known = dict.fromkeys(questions(), "") | answers
    uv, pip = "uv" in known["environments"], "pip" in known["environments"]
    address = f"https://github.com/{known['github_user']}/{known['distribution_name']}"
    repository = known["repository_url"] or (address if known["github_user"] else "")
    on_github = re.fullmatch(r"https://github\.com/[^/]+/[^/]+/?", repository)
    owner, name = repository.rstrip("/").split("/")[-2:] if repository else ("", "")
    site = {
        "readthedocs": f"https://{known['distribution_name']}.readthedocs.io/",
        "pages": f"https://{owner.lower()}.github.io/{name}/" if on_github else "",
    }
    is_static, is_published = known["versioning"] == "static", known["publish"] != "none"
    return known | {
        "site": site.get(known["docs_hosting"], "") if known["docs_engine"] != "none" else "",
        "bumpversion": is_static and known["release_tool"] == "bump-my-version",
        "by_hand": is_static and known["release_tool"] == "none",
        "colors": "colors" in known["extras"],
        "has_hooks": known["hooks"] != "none",
        "main": [tool for tool in known["environments"] if tool != "direnv"] or ["pip"],
        "on_github": on_github,
        "other_extras": [extra for extra in known["extras"] if extra != "colors"],
        "pip": pip,
        "public": known["license"] != "Proprietary" or known["index_url"],
        "published": is_published or known["index_url"],
        "repository": repository.rstrip("/"),
        "requirements": known["dependencies"]
        or (known["command_name"] and known["cli_library"] != "argparse"),
        "trial": is_published and known["testpypi"] and not known["index_url"],
        "uv": uv,
    }


def words(known: dict[str, Any], project: Path) -> dict[str, str]:
    """Return the texts for the placeholders in lines."""
    package, extras, uv = known["package_name"], known["extras"], known["uv"]
    is_script, colors = known["mode"] == "script", known["colors"]
    runner = facts("task_runner")[known["task_runner"]]
    files = f"{known['repository']}/blob/{known['default_branch']}/" if known["on_github"] else ""
    index = f"{known['index_url'].rstrip('/')}/simple/ " if known["index_url"] else ""
    main = f"src/{package}/__main__.py"

    def existing(*names: str) -> str:
        names = tuple(name.replace("PACKAGE", f"src/{package}") for name in names)
        return listed([f"`{name}`" for name in names if (project / name).exists()])

    def requirement(extra: str = "") -> str:
        if known["published"]:
            return f"{known['distribution_name']}{extra}"
        place = f"{known['distribution_name']}{extra} @ git+{known['repository']}"
        return place if known["on_github"] else f".{extra}"

    rewritten = ["PACKAGE/cli.py", "tests/test_cli.py", "PACKAGE/gui.py", "tests/test_gui.py"]
    settings = {
        "set `description`": not known["project_description"],
        "delete the `[project.optional-dependencies]` table": [*extras] == ["colors"],
        "delete the `colors` extra (also from `all`)": colors and len(extras) > 1,
        "remove `rich` from the `test` group": colors,
        f'delete the `[project.entry-points."{package}.languages"]` table': known["plugins"],
    }
    version = "$(uv version --short)" if uv else "$(bump-my-version show current_version)"
    version = version if uv or known["bumpversion"] else "1.2.0"
    lock = f"pipx run uv pip compile --quiet --universal --python-version {known['python_min']}"
    lock = f"{lock} --group dev --output-file pylock.toml pyproject.toml"
    variable = {
        "pdm_backend": "PDM_BUILD_SCM_VERSION",
        "poetry_core": "POETRY_DYNAMIC_VERSIONING_BYPASS",
    }.get(known["backend"], "SETUPTOOLS_SCM_PRETEND_VERSION")
    license_ = f"[{known['license']}]({files}LICENSE)" if files else known["license"]
    needed = {extra: ", ".join(f"`{text}`" for text in extras[extra]) for extra in extras}
    return {
        "address": shlex.quote(known["repository"]),
        "api": f"{package}.__main__" if is_script else package,
        "branch": known["default_branch"],
        "call": runner["call"],
        "command": known["command_name"],
        "default index option": f"--default-index {index}" if index else "",
        "distribution": known["distribution_name"],
        "examples": existing(
            *["PACKAGE/greetings.py", "PACKAGE/plugins.py", "PACKAGE/data/"],
            *["tests/test_greetings.py", "tests/test_colors.py", "tests/test_plugins.py"],
        ),
        "except": f", except for `{main.replace('main', 'init') if is_script else main}`"
        if is_script or (project / main).exists()
        else "",
        "export": "uv export --quiet --no-emit-project --output-file pylock.toml" if uv else lock,
        "extras": "\n".join(f"| `{extra}` | {texts} |" for extra, texts in needed.items()),
        "files": files,
        "index option": f"--index-url {index}" if index else "",
        "license": license_ + " license" * (known["license"] != "Unlicense"),
        "list": runner["list"],
        "name": known["project_name"],
        "package": package,
        "release": "uv run --isolated --only-group release " if uv else "",
        "repository": known["repository"],
        "request": "merge request" if known["ci"] == "gitlab" else "pull request",
        "requirement": f'"{requirement()}"' if " " in requirement() else requirement(),
        "rewritten": existing(*["PACKAGE/__main__.py"] * is_script, *rewritten),
        "run": "uv run " if uv else "",
        "settings": listed([setting for setting, chosen in settings.items() if chosen]),
        "site": known["site"],
        "some tests": runner["some_tests"],
        "tag": f'"v{version}"' if "$" in version else f"v{version}",
        "title": (project / "README.md").read_text(encoding="utf-8").partition("\n")[0][2:],
        "update": f"{'uvx' if uv else 'pipx run'} copier update --skip-answered",
        "upload": "index" if index else "pypi",
        "upload option": f"--repository-url {known['index_url']} " if index else "",
        "version": version,
        "version argument": f"--build-arg {variable}=1.2.3 " * (known["versioning"] == "vcs"),
        "window": known["gui_command_name"],
        "with extra": requirement(f"[{next(iter(extras), '')}]"),
    }


def lines(section: str, known: dict[str, Any]) -> Iterator[str]:
    """Yield the lines in a section that meet their conditions, with placeholders."""
    for condition, line in SECTIONS[section]:
        if line == "<environments>":
            # direnv can't be first. Copier has sorted the other tools like the choices.
            for tool in dict.fromkeys([known["main"][0], *known["environments"]]):
                yield from lines(f"environment {tool}", known)
        elif eval(condition, known.copy()):
            yield line


def expected(section: str, project: Path, **others: Any) -> list[str]:
    """Return the expected lines of a guide or message, except empty lines and tasks.

    Args:
        section: The name of the section in guides.txt.
        project: The project's folder.
        others: More variables and texts for a message, by name.
    """
    known = variables(recorded_answers(project)) | others
    texts = words(known, project) | others
    steps = itertools.count(1)
    found = []
    for line in lines(section, known):
        if line.startswith("#. "):
            line = f"{next(steps)}. {line[3:]}"
        found += re.sub(r"<([a-z ]+)>", lambda match: texts[match[1]], line).splitlines()
    return found


def actual(guide: str, project: Path) -> list[str]:
    """Return the lines of a guide in a project, except empty lines and the table of tasks.

    Above the README's section "Installation", only badges are included, because the other lines
    contain the user's texts.
    """
    text = (project / guide).read_text(encoding="utf-8")
    if guide == "README.md":
        start, heading, rest = text.partition("## Installation\n")
        text = "\n".join([*re.findall(r"(?m)^\[?!\[.*", start), heading, rest])
    if guide == "CONTRIBUTING.md":
        text = re.sub(r"(?m)^\| `.* \|$", "", text)
    return [line for line in text.splitlines() if line]
