"""Check the flags and values that templates derive from the answers."""

from functools import cache
from typing import Any

import pytest

from harness.packagestan.answers import QUESTIONNAIRE
from harness.packagestan.hostile_answers import FIRST
from harness.packagestan.template import facts
from harness.rendering.template import Answers
from harness.space.hostile_answers import Form

INDEX = "https://packages.example.com/upload/"
LINK = "idna @ https://example.com/idna.zip"


@cache
def form() -> Form:
    """Return the answered questions of a library without optional contents."""
    plain: Answers = {"preset": "minimal", "command_name": "", "gui_command_name": ""}
    texts = {name: "" for name in ("user_name", "user_email", "github_user", "repository_url")}
    texts |= {"project_description": "", "index_url": ""}
    return Form(QUESTIONNAIRE, FIRST | plain | texts)


# Answers, and the flags that they set or clear, compared with a plain library.
FLAGS: list[tuple[Answers, str]] = [
    ({"mode": "script"}, "script -greetings_module"),
    ({"command_name": "a"}, "command cli_module"),
    ({"command_name": "a", "mode": "script"}, "command script -greetings_module"),
    ({"gui_command_name": "a"}, "gui"),
    ({"plugins": True}, "plugins_module"),
    ({"plugins": True, "mode": "script"}, "script -greetings_module"),
    ({"extras": {"colors": ["idna", "Rich>=13"]}}, "colors"),
    ({"extras": {"colors": ["rich-argparse"], "more": ["rich"]}}, ""),
    ({"dependencies": [LINK]}, "direct_reference"),
    ({"extras": {"a": ["b"], "c": [LINK]}}, "direct_reference"),
    ({"backend": "setuptools"}, "manifest"),
    ({"versioning": "vcs"}, "vcs_version"),
    ({"release_tool": "bump-my-version"}, "bumpversion"),
    ({"release_tool": "bump-my-version", "versioning": "vcs"}, "vcs_version"),
    *(({"environments": [tool]}, f"-uv {tool}") for tool in ("pip", "conda", "direnv")),
    ({"environments": ["uv"]}, ""),
    ({"type_checker": "none"}, "-type_checker"),
    ({"hooks": "local"}, "hooks"),
    ({"contributing": True}, "release_group"),
    ({"task_runner": "make"}, "release_group"),
    ({"ci": "github"}, "github release_group"),
    ({"ci": "gitlab"}, "gitlab release_group"),
    ({"docs_engine": "sphinx"}, "docs_site"),
    ({"docs_engine": "sphinx", "docs_hosting": "pages"}, "docs_site pages"),
    ({"docs_engine": "zensical", "docs_hosting": "readthedocs"}, "docs_site readthedocs"),
    ({"docs_hosting": "pages"}, ""),
    ({"docs_hosting": "readthedocs"}, ""),
    ({"container": True}, ""),
    ({"container": True, "command_name": "a"}, "command cli_module container"),
    ({"publish": "token"}, "publish"),
    ({"publish": "token", "ci": "gitlab"}, "gitlab gitlab_publish publish release_group"),
    ({"publish": "trusted", "ci": "github"}, "github publish release_group"),
    ({"testpypi": True}, ""),
    ({"testpypi": True, "publish": "trusted"}, "publish testpypi"),
    ({"testpypi": True, "publish": "token", "index_url": INDEX}, "publish"),
    # Names with special characters that this backend wouldn't quote next to an address.
    *(
        ({"backend": "uv_build", "user_email": "a@example.com", "user_name": f"a{c}b"}, flag)
        for c, flag in [*((c, "separate_address") for c in '"(),:;@[]'), (".", ""), ("'", "")]
    ),
    ({"backend": "uv_build", "user_name": "a, b"}, ""),
    ({"backend": "uv_build", "user_email": "a@b.c", "project_name": "a, b"}, "separate_address"),
    ({"user_email": "a@b.c", "user_name": "a, b"}, ""),
]


@pytest.mark.parametrize(("answers", "flags"), FLAGS)
def test_answers_set_flags(answers: Answers, flags: str) -> None:
    """Each answer sets or clears exactly the expected flags."""
    plain = {"greetings_module", "uv", "type_checker"}
    cleared = {flag[1:] for flag in flags.split() if flag[0] == "-"}
    expected = plain - cleared | {flag for flag in flags.split() if flag[0] != "-"}
    has = form().answered(answers)["has"]
    assert expected == {flag for flag, value in has.items() if value is True}
    assert {True, False} == set(has.values())


GITHUB = {"github_user": "Ada"}
PAGES = {"docs_engine": "sphinx", "docs_hosting": "pages"}
VALUES: list[tuple[Answers, dict[str, Any]]] = [
    ({"project_name": "A <b>  c"}, {"author": "A b c contributors", "summary": "A <b>  c"}),
    ({"user_name": "Ada", "project_description": "x"}, {"author": "Ada", "summary": "x"}),
    ({"license": "Proprietary"}, {"license": "LicenseRef-Proprietary"}),
    ({"license": "Unlicense"}, {"license": "Unlicense"}),
    ({}, {"repository": "", "on_github": False, "documentation": "", "index": ""}),
    (GITHUB, {"repository": "https://github.com/Ada/plain-distributionname", "on_github": True}),
    (
        GITHUB | {"repository_url": "https://example.com/x/y"},
        {"repository": "https://example.com/x/y", "on_github": False},
    ),
    *(
        ({"repository_url": f"https://github.com/a/{path}"}, {"on_github": is_project})
        for path, is_project in [("b", True), ("b/", True), ("b/c", False), ("", False)]
    ),
    (GITHUB | PAGES, {"documentation": "https://ada.github.io/plain-distributionname/"}),
    (PAGES, {"documentation": ""}),
    (PAGES | {"repository_url": "https://github.com/a/b/c"}, {"documentation": ""}),
    (
        {"docs_engine": "sphinx", "docs_hosting": "readthedocs"},
        {"documentation": "https://plain-distributionname.readthedocs.io/"},
    ),
    ({"python_min": "3.14"}, {"pythons": ["3.14", "3.15"]}),
    ({"python_min": "3.15"}, {"pythons": ["3.15"]}),
    ({"cli_library": "typer", "dependencies": ["a"]}, {"dependencies": ["a"]}),
    *(
        (
            {"command_name": "a", "cli_library": "click", "dependencies": [text]},
            {"dependencies": [text] + facts("cli_library")["click"]["requires"] * is_added},
        )
        for text, is_added in [("a", True), ("Click>8", False), ("click; os_name == 'nt'", True)]
    ),
    ({"environments": []}, {"environment": "pip", "lock_commands": []}),
    ({"environments": ["direnv"]}, {"environment": "pip", "lock_commands": []}),
    ({"environments": ["conda", "direnv"]}, {"environment": "conda"}),
    ({"environments": ["uv", "pip"]}, {"environment": "uv"}),
    ({"index_url": INDEX}, {"upload_environment": "index", "index": f"{INDEX}simple/"}),
    ({"index_url": INDEX[:-1]}, {"index": f"{INDEX}simple/"}),
    ({"index_url": ""}, {"upload_environment": "pypi", "index": ""}),
    (
        {"package_name": "a"},
        {
            "modules": {
                "program": "a.greetings",
                "command": "a.cli",
                "plugins": "a.plugins",
                "api": "a",
            }
        },
    ),
    (
        {"package_name": "a", "mode": "script"},
        {"modules": dict.fromkeys(("program", "command", "plugins", "api"), "a.__main__")},
    ),
]


@pytest.mark.parametrize(("answers", "values"), VALUES)
def test_values_follow_from_the_answers(answers: Answers, values: dict[str, Any]) -> None:
    """The derived values have the expected contents."""
    project = form().answered(answers)["project"]
    assert values == {name: project[name] for name in values}


FACTS = {
    "docs_engine": "docs",
    "task_runner": "runner",
    "type_checker": "type_checker",
    "hooks": "hooks",
    "template_updates": "updates",
}


@pytest.mark.parametrize(("axis", "name"), FACTS.items())
def test_facts_about_the_choices_are_values(axis: str, name: str) -> None:
    """Templates can use the facts about the selected choices."""
    for choice, expected in facts(axis).items():
        assert expected == form().answered({axis: choice})["project"][name]


@pytest.mark.parametrize("backend", facts("backend"))
def test_build_system_follows_from_the_backend(backend: str) -> None:
    """The build requirements and the entry point also depend on the source of the version."""
    known = facts("backend")[backend]
    settings: dict[str, dict[str, Any]] = {"static": {}, "vcs": known["vcs"]}
    for versioning, vcs in settings.items():
        answers = {"backend": backend, "versioning": versioning}
        expected = {
            "requires": [known["requires"], *vcs.get("requires", [])],
            "module": vcs.get("module", known["module"]),
            "version_variable": vcs.get("variable", ""),
            "own_extras": known["own_extras"],
            "note": known["note"],
        }
        assert expected == form().answered(answers)["project"]["build_system"]
