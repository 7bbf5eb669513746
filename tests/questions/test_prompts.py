"""Check which questions Copier asks, and their help text, placeholders, and unavailable choices."""

import itertools
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2.exceptions import FilterArgumentError

from harness.packagestan.answers import QUESTIONNAIRE, choices, questions, written_choices
from harness.packagestan.hostile_answers import FIRST
from harness.packagestan.template import environment
from harness.rendering.copier_internals import Question, question_of
from harness.rendering.template import Answers
from harness.space.hostile_answers import Form

ESSENTIAL = {"project_name", "project_description", "mode", "preset", "backend", "license"}
ESSENTIAL |= {"user_name", "user_email", "github_user"}

# When the questions apply that "custom" doesn't always ask.
APPLIES: dict[str, Callable[[Answers], bool]] = {
    "cli_library": lambda answers: answers["command_name"] != "",
    "test_matrix": lambda answers: answers["ci"] == "github",
    "release_tool": lambda answers: answers["versioning"] == "static",
    "index_url": lambda answers: answers["publish"] != "trusted",
    "testpypi": lambda answers: answers["publish"] != "none" and answers["index_url"] == "",
    "docs_hosting": lambda answers: answers["docs_engine"] != "none",
    "container": lambda answers: answers["command_name"] != "",
}
# Answers to vary: the choices, or an empty and a plain text.
VARIED = {
    "preset": ["standard", "custom"],
    "command_name": ["", "greet"],
    "ci": ["github", "gitlab", "none"],
    "versioning": ["static", "vcs"],
    "publish": ["trusted", "token", "none"],
    "index_url": ["", "https://packages.example.com/"],
    "docs_engine": ["sphinx", "none"],
}


@cache
def form() -> Form:
    """Return the answered questions of a new project with the preset "custom"."""
    return Form(QUESTIONNAIRE, FIRST | {"publish": "token", "preset": "custom"})


def asked(name: str, **others: Any) -> Question:
    """Return a question that isn't answered yet, given changes to the other answers."""
    context = {key: value for key, value in form().context.items() if key != name}
    context["starters"] = {"sets": []}
    return question_of(form().worker, name, context | others)


def cases(name: str) -> Iterator[Answers]:
    """Yield all combinations of answers on which a question may depend."""
    varied = VARIED if name in APPLIES else {"preset": choices("preset")}
    for chosen in itertools.product(*varied.values()):
        yield dict(zip(varied, chosen, strict=True))


@pytest.mark.parametrize("name", QUESTIONNAIRE.asked())
def test_question_is_asked_if_it_applies(name: str) -> None:
    """Essential questions are always asked, and the others with "custom" if they apply."""
    for answers in cases(name):
        applies = name not in APPLIES or APPLIES[name](answers)
        expected = name in ESSENTIAL or (answers["preset"] == "custom" and applies)
        assert expected == asked(name, **answers).get_ask(), answers


@pytest.mark.parametrize("name", sorted({*QUESTIONNAIRE.asked()} - {"preset"}))
def test_updates_know_which_questions_are_asked(name: str) -> None:
    """The macro `is_prompted` repeats the conditions, except with `--defaults`."""
    macro = environment().from_string(
        "{% from 'template/macros/recorded.jinja' import is_prompted with context %}"
        "{{ is_prompted(name) }}"
    )
    # An update never asks for the package's name, because it can't change.
    can_change = name != "package_name"
    conf = {"dst_path": "project", "answers_file": ".copier-answers.yml", "data": {}}
    for answers in cases(name):
        for defaults in (False, True):
            context = form().context | answers | {"_copier_conf": conf | {"defaults": defaults}}
            expected = asked(name, **answers).get_ask() and not defaults and can_change
            assert expected == bool(macro.render(context, name=name)), (answers, defaults)


def test_placeholders_show_examples_or_what_replaces_an_empty_answer() -> None:
    """A placeholder is a valid example, or the text that the project has without an answer."""
    shown = {
        name: asked(name).get_placeholder()
        for name, question in questions().items()
        if "placeholder" in question
    }
    project = form().answered({"user_name": "", "repository_url": ""})["project"]
    expected = {
        "project_name": "for example: My Project",
        "project_description": "for example: Convert between map projections.",
        "user_name": project["author"],
        "user_email": "for example: ada@example.com",
        "github_user": "for example: octocat",
        "repository_url": project["repository"],
        "index_url": "for example: https://packages.example.com/upload/",
    }
    assert expected == shown
    assert "" == asked("repository_url", github_user="").get_placeholder()
    for name, text in shown.items():
        assert "" == form().refusal(name, text.removeprefix("for example: "))


def test_help_says_whether_a_command_is_optional() -> None:
    """The help text mentions an empty command name only for libraries, which need no command."""
    texts = {
        mode: asked("command_name", mode=mode).get_message().strip() for mode in choices("mode")
    }
    assert "Command name (empty for none)" == texts.pop("library")
    assert {"app": "Command name", "script": "Command name"} == texts


def default(name: str, **others: Any) -> str:
    """Return the rendered default of a question, given changes to the other answers."""
    context = form().context | {"starters": {"sets": []}, "index_url": ""} | others
    return environment().from_string(str(questions()[name]["default"])).render(context)


INDEX = {"index_url": "https://packages.example.com/upload/"}
LINKS: list[Answers] = [
    {"dependencies": ["a", "idna @ https://example.com/idna.zip"]},
    {"extras": {"a": [], "b": ["idna @ https://example.com/idna.zip"]}},
]


@pytest.mark.parametrize(
    ("answers", "publish"),
    [
        ({}, "trusted"),
        ({"ci": "none"}, "none"),
        (INDEX, "token"),
        (INDEX | {"ci": "none"}, "none"),
        (INDEX | {"license": "Proprietary"}, "token"),
        ({"license": "Proprietary"}, "none"),
        ({"mode": "script"}, "none"),
        *((links | {"_copier_conf": {"defaults": False}}, "none") for links in LINKS),
        # Copier asks only with "custom", so the other presets reject the requirement instead.
        *(
            (links | {"preset": "standard", "_copier_conf": {"defaults": False}}, "trusted")
            for links in LINKS
        ),
        *((links, "trusted") for links in LINKS),  # These tests use `--defaults`.
    ],
)
def test_default_for_publishing_is_available(answers: Answers, publish: str) -> None:
    """By default, a project is published if its other answers allow it."""
    assert publish == default("publish", **answers)


def test_projects_from_old_releases_keep_their_settings() -> None:
    """Projects from 0.3 keep their keyword, their test jobs, and the meaning of `customize`."""
    old = {"sets": [], "package": "my_project"}
    assert '["greetings"]' == default("keywords", starters=old, customize=False)
    assert "[]" == default("keywords", starters=old) == default("keywords", customize=False)
    assert "full" == default("test_matrix", starters=old, customize=False)
    assert "standard" == default("test_matrix", starters=old)
    assert "standard" == default("test_matrix", customize=False)
    assert "standard" == default("preset") == default("preset", customize=False)
    assert "custom" == default("preset", customize=True)


def recorded(**answers: Any) -> Answers:
    """Return the context of an update in which Copier passes the recorded answers as data."""
    conf = {"data": {"starters": {}} | answers, "answers_file": "x", "dst_path": "x"}
    return {"_copier_conf": conf}


PDM = {"backend": "pdm_backend"}
NO_PDM = "use static; PyPI rejects pdm_backend's versions"
NO_FLIT = "use static; flit_core can't read git tags"
FLIT = {"backend": "flit_core"}
NO_CI = "use none; only a CI service can publish"
NO_LINKS = "use none; PyPI rejects URL dependencies"
NO_PAGES = "use another host; GitHub Pages requires GitHub Actions"
NO_WORKFLOW = "use renovate; the workflow requires GitHub"

UNAVAILABLE: list[tuple[str, Any, Answers, str]] = [
    ("publish", "trusted", {}, ""),
    ("publish", "trusted", {"ci": "none"}, NO_CI),
    ("publish", "trusted", {"license": "Proprietary"}, "use none; PyPI makes all packages public"),
    *(("publish", "trusted", links, NO_LINKS) for links in LINKS),
    ("publish", "token", {}, ""),
    ("publish", "token", {"ci": "none"}, NO_CI),
    ("publish", "token", {"license": "Proprietary"}, ""),
    *(("publish", "token", links, NO_LINKS) for links in LINKS),
    *(("publish", "token", links | INDEX, "") for links in LINKS),
    ("versioning", "vcs", {"backend": "hatchling"}, ""),
    ("versioning", "vcs", {"backend": "uv_build"}, "use static; uv_build can't read git tags"),
    # Existing projects keep a combination that new projects can't select anymore.
    ("versioning", "vcs", PDM, NO_PDM),
    ("versioning", "vcs", PDM | recorded(versioning="vcs", backend="hatchling"), NO_PDM),
    ("versioning", "vcs", PDM | recorded(versioning="static", **PDM), NO_PDM),
    ("versioning", "vcs", PDM | recorded(versioning="vcs", **PDM), ""),
    ("versioning", "vcs", FLIT | recorded(versioning="vcs", **FLIT), NO_FLIT),
    ("docs_hosting", "pages", {"ci": "github"}, ""),
    *(("docs_hosting", "pages", {"ci": ci}, NO_PAGES) for ci in ("gitlab", "none")),
    ("template_updates", "workflow", {"ci": "github"}, ""),
    *(("template_updates", "workflow", {"ci": ci}, NO_WORKFLOW) for ci in ("gitlab", "none")),
]


@pytest.mark.parametrize(("name", "choice", "others", "message"), UNAVAILABLE)
def test_unavailable_choice_has_a_reason(
    name: str, choice: str, others: Answers, message: str
) -> None:
    """A choice is unavailable if other answers prevent it, and the reason includes the remedy."""
    (text,) = (
        each["validator"]
        for each in written_choices(questions()[name]).values()
        if isinstance(each, dict) and each["value"] == choice
    )
    context = form().context | {"index_url": "", "starters": {"sets": []}} | others
    assert message == environment().from_string(text).render(context).strip()


COMMAND = "use a name like plain-distributionname; {} needs a command"
OWN_INDEX = "enter the URL of your own index; a proprietary package must not reach PyPI"
NO_INDEX = "use --data publish=token; trusted publishing only works with PyPI"
IMAGE = "add --data command_name=plain-distributionname; an image needs a command to run"

IMPOSSIBLE: list[tuple[str, Any, Answers, str]] = [
    ("command_name", "", {"mode": "app"}, COMMAND.format("an app")),
    ("command_name", "", {"mode": "script"}, COMMAND.format("a script")),
    ("command_name", "", {"mode": "library"}, ""),
    ("index_url", "", {"license": "Proprietary"}, OWN_INDEX),
    ("index_url", "", {"license": "Proprietary", "publish": "none"}, ""),
    ("index_url", "", {}, ""),
    ("index_url", INDEX["index_url"], {"publish": "trusted"}, NO_INDEX),
    ("index_url", INDEX["index_url"], {"publish": "none"}, ""),
    ("container", True, {"command_name": ""}, IMAGE),
    ("container", True, {}, ""),
    ("container", False, {"command_name": ""}, ""),
]


@pytest.mark.parametrize(("name", "answer", "others", "message"), IMPOSSIBLE)
def test_impossible_answer_has_a_reason(
    name: str, answer: Any, others: Answers, message: str
) -> None:
    """An answer that contradicts other answers is rejected."""
    context = form().context | others | {name: answer}
    text = questions()[name]["validator"]
    assert message == environment().from_string(text).render(context).strip()


@pytest.mark.parametrize("version", ["3.10", 3.17])
def test_recorded_python_version_is_offered(version: Any) -> None:
    """An existing project keeps a version that new projects can't select anymore."""
    assert [str(version), "3.11", "3.12", "3.13", "3.14", "3.15"] == offered_pythons(version)


@pytest.mark.parametrize(
    "version", ["3.12", 3.1, "3.100", "3.1x", "x3.10", "3.10\n", "3x10", "3.01", "4.10"]
)
def test_other_recorded_python_version_is_not_offered(version: Any) -> None:
    """An invalid version isn't offered even if it is recorded, and no version is offered twice."""
    assert ["3.11", "3.12", "3.13", "3.14", "3.15"] == offered_pythons(version)


def offered_pythons(version: Any) -> list[str]:
    """Return the offered Python versions if a version is recorded."""
    text = environment().from_string(questions()["python_min"]["choices"])
    return list(yaml.safe_load(text.render(recorded(python_min=version))))


def test_preset_of_a_project_cannot_change(tmp_path: Path) -> None:
    """An existing project rejects every given preset except its own."""
    conf: Answers = {"data": {"preset": ""}, "answers_file": "answers.yml", "dst_path": tmp_path}
    text = environment().from_string(questions()["preset"]["ask"])

    def is_accepted(preset: str, known: Answers, **others: Any) -> bool:
        names = {"preset": preset, "starters": {}, "_copier_conf": conf}
        try:
            text.render(names | {"_external_data": {"recorded": known}} | others)
        except FilterArgumentError:
            return False
        return True

    assert is_accepted("full", {})
    (tmp_path / "answers.yml").touch()
    for known, others, own in (
        ({"preset": "minimal"}, {}, "minimal"),
        ({"preset": "minimal"}, {"customize": True}, "minimal"),
        ({}, {}, "standard"),
        ({}, {"customize": False}, "standard"),
        ({}, {"customize": True}, "custom"),
    ):
        accepted = [name for name in choices("preset") if is_accepted(name, known, **others)]
        assert [own] == accepted
    conf["data"] = {}
    assert is_accepted("full", {"preset": "minimal"})


def test_questions_are_named_in_their_messages() -> None:
    """If the condition of a question shows a message, the message names this question."""
    for name, question in questions().items():
        named = re.findall(r"\brefuse(?:_wrong)?\('(\w+)'", str(question.get("ask")))
        assert {name} >= set(named)
