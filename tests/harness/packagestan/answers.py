"""Packagestan's questions, presets, and answers that test everything."""

import re

import yaml

from harness.packagestan.template import ROOT, TEMPLATE
from harness.rendering.template import Answers
from harness.space.questionnaire import Questionnaire

# Every option is on, and every free text contains something that breaks a careless template.
FULL: Answers = {
    "project_name": "Straße & Friends",
    "project_description": 'Says "hello" in C:\\new\\languages: 100% {{ kind }} # </b> 🎉 שלום',
    "user_name": "Zoë O'Brien",
    "user_email": "zoe+packages@example.com",
    "distribution_name": "strasse-friends",
    "package_name": "strasse_friends",
    "github_user": "zoe",
    "repository_url": "https://example.com/~zoe/strasse?view=it's#top",
    "default_branch": "release/2.x",
    "keywords": ["grüße", "it's", "two words"],
    "copyright_year": "2026",
    "dependencies": ["packaging>=24", 'tomli>=2; python_version < "3.11"'],
    "extras": {"colors": ["rich>=13"], "fast-yaml": ["PyYAML[speed]>=6,!=6.0.1"]},
    "command_name": "greet",
    "gui_command_name": "greet-window",
    "plugins": True,
    "environments": ["uv", "pip", "conda", "direnv"],
    "docs_engine": "sphinx",
}


def preset(name: str) -> Answers:
    """Return the answers that make up a preset, without its label."""
    text = (ROOT / "template" / "presets" / f"{name}.yml").read_text(encoding="utf-8")
    return {key: value for key, value in yaml.safe_load(text).items() if key != "label"}


# The defaults are those of a library for which only its name was answered.
QUESTIONNAIRE = Questionnaire(TEMPLATE, {"preset": "standard"} | preset("standard"))

questions = QUESTIONNAIRE.questions
axes = QUESTIONNAIRE.axes
choices = QUESTIONNAIRE.choices
labels = QUESTIONNAIRE.labels
default = QUESTIONNAIRE.default
answers = QUESTIONNAIRE.answers
combinations = QUESTIONNAIRE.combinations


def question_files() -> list[str]:
    """Return the paths of the question files in the order in which copier.yml includes them."""
    lines = (ROOT / "copier.yml").read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("!include ") for line in lines if line.startswith("!include ")]


def retired(axis: str) -> list[str]:
    """Return the choices of a question that only projects have that recorded them."""
    return re.findall(rf"is_recorded\('{axis}', '(.+?)'\)", str(questions()[axis]["choices"]))
