"""Test the presets."""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.answers import QUESTIONNAIRE, axes, preset, questions
from harness.packagestan.budgets import HEADER, PRESETS, measure, sizes
from harness.packagestan.option_folders import listed
from harness.packagestan.template import ROOT, render, snapshot
from harness.rendering.render import copier_command, recorded_answers
from harness.simulators.terminal import COLUMNS, Terminal, helps

NAME = {"project_name": "My Project"}

ESSENTIAL = [
    *("project_name", "project_description", "mode", "preset", "backend", "license"),
    *("user_name", "user_email", "github_user"),
]

# All questions that Copier can ask, in order.
ASKABLE = [
    name
    for name, question in questions().items()
    if question.get("when") is not False and question.get("ask") is not False
]

# The key that selects the next choice.
DOWN = "\x1b[B"

in_terminal = pytest.mark.skipif(
    sys.platform == "win32", reason="pexpect.spawn requires a Unix terminal"
)


def preset_files() -> list[Path]:
    """Return the paths of the preset files."""
    return sorted((ROOT / "template" / "presets").iterdir())


def answered_by_presets() -> set[str]:
    """Return the names of the questions whose defaults come from the preset."""
    return {
        name
        for name, question in questions().items()
        if f"preset_answers.{name}" in str(question.get("default"))
    }


@pytest.mark.parametrize("file", preset_files(), ids=lambda file: file.stem)
def test_preset_answers_the_right_questions(file: Path) -> None:
    """A preset has a label, and answers exactly the questions whose defaults come from presets."""
    keys = set(yaml.safe_load(file.read_text(encoding="utf-8")))
    expected = answered_by_presets() | {"label"}
    problems = [f"answer {name}" for name in sorted(expected - keys)]
    problems += [f"remove {name}, which presets don't answer" for name in keys - expected]
    assert not problems, f"template/presets/{file.name}: {'; '.join(problems)}"


def test_comparison_has_current_numbers(artifacts: ArtifactCache) -> None:
    """The comparison in the README shows how many files and lines a default project has."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    files, lines = measure(artifacts.project(NAME | {"github_user": "ada"}))
    assert [str(files)] == re.findall(r"(?m)^\| files \| ([\d,]+) \|", text)
    assert [str(lines)] == re.findall(r"(?m)^\| lines \| ([\d,]+) \|", text)


def test_standard_is_the_default(artifacts: ArtifactCache) -> None:
    """The default preset is "standard", and a default project records this preset's answers."""
    recorded = recorded_answers(artifacts.project(NAME))
    assert "standard" == recorded["preset"]
    expected = preset("standard")
    assert expected == {name: recorded[name] for name in expected}


def test_recommended_choices_are_listed_first(artifacts: ArtifactCache) -> None:
    """A question lists the standard answer first, unless it is "none", which is always last.

    For questions with several answers, only the position of "none" is checked.
    """
    recorded = recorded_answers(artifacts.project(NAME))
    for axis in axes():
        if "choices" in questions()[axis] and axis != "preset":
            first, *_, last = offered = listed(axis)
            assert questions()[axis].get("multiselect") or recorded[axis] in (first, "none"), axis
            assert "none" in (last, *{"none"} - set(offered)), axis


def test_answer_overrides_the_preset(tmp_path: Path) -> None:
    """An explicit answer overrides the preset's answer, and other answers come from the preset."""
    answers = NAME | {"preset": "minimal", "docs_engine": "sphinx", "ci": "gitlab"}
    recorded = recorded_answers(render(tmp_path / "project", answers))
    expected = preset("minimal") | {"docs_engine": "sphinx", "ci": "gitlab"}
    assert expected == {key: recorded[key] for key in expected}


def test_script_has_no_site_and_does_not_publish(tmp_path: Path) -> None:
    """Even with the full preset, a script has no documentation, publishing, or container."""
    recorded = recorded_answers(
        render(tmp_path / "project", NAME | {"mode": "script", "preset": "full"})
    )
    chosen = [recorded[key] for key in ("docs_engine", "docs_hosting", "publish", "container")]
    assert ["none", "none", "none", False] == chosen


@pytest.mark.slow
def test_presets_stay_within_their_budgets(
    artifacts: ArtifactCache, record_property: Callable[[str, object], None]
) -> None:
    """No preset generates more files or lines than its budget allows."""
    rows = sizes(artifacts)
    table = [HEADER, *map(str, rows)]
    record_property("files and lines of the presets", table)
    assert all(row.is_within_budget for row in rows), "\n".join(table)


@pytest.mark.slow
def test_new_preset_requires_only_a_file(tmp_path: Path) -> None:
    """A new preset file is enough to offer the preset and use its answers."""
    template = Path(shutil.copytree(snapshot(), tmp_path / "template"))
    answers = preset("minimal") | {"ci": "gitlab", "hooks": "local"}
    text = yaml.safe_dump({"label": "Acme - what our projects have"} | answers)
    (template / "template" / "presets" / "acme.yml").write_text(text, encoding="utf-8")
    project = tmp_path / "project"
    copier_command("copy", "--defaults", template, project, answers=NAME | {"preset": "acme"})
    recorded = recorded_answers(project)
    assert "acme" == recorded["preset"]
    assert answers == {key: recorded[key] for key in answers}


def asked(project: Path, *arguments: str, **keys: str) -> list[str]:
    """Answer all questions in a terminal, and return their names.

    Args:
        project: The folder to create.
        arguments: Additional arguments for `copier copy`.
        keys: The keys to press before Enter, by question. Without keys, the default is accepted.
    """
    with Terminal(QUESTIONNAIRE, project, *arguments) as terminal:
        while name := terminal.next_question():
            terminal.send(keys.get(name, "") + "\r")
        return terminal.asked


@pytest.mark.slow
@in_terminal
@pytest.mark.parametrize("name", PRESETS)
def test_only_the_essentials_are_asked(name: str, tmp_path: Path) -> None:
    """With every preset except "custom", Copier asks only the essential questions."""
    moves = PRESETS.index(name) - PRESETS.index("standard")
    keys = {
        "project_name": "My Project",
        "preset": DOWN * moves if moves > 0 else "\x1b[A" * -moves,
    }
    assert ESSENTIAL == asked(tmp_path / "project", **keys)
    recorded = recorded_answers(tmp_path / "project")
    assert (name, "my-project") == (recorded["preset"], recorded["distribution_name"])


@pytest.mark.slow
@in_terminal
def test_distribution_name_is_asked_if_necessary(tmp_path: Path) -> None:
    """If the project's name has no ASCII form, Copier also asks for the distribution name."""
    keys = {"project_name": "日本語", "distribution_name": "nihongo"}
    assert [*ESSENTIAL, "distribution_name"] == asked(tmp_path / "project", **keys)
    assert "nihongo" == recorded_answers(tmp_path / "project")["package_name"]


@pytest.mark.slow
@in_terminal
def test_custom_asks_every_question(tmp_path: Path) -> None:
    """With "custom", every applicable question is asked in order."""
    # index_url doesn't apply to trusted publishing, docs_hosting requires a documentation
    # generator, and the other two questions require a command.
    left_out = {"index_url", "cli_library", "container", "docs_hosting"}
    keys = {"project_name": "My Project", "preset": DOWN * 2}
    assert [name for name in ASKABLE if name not in left_out] == asked(tmp_path / "one", **keys)
    keys |= {"mode": DOWN, "publish": DOWN, "docs_engine": DOWN}
    assert ASKABLE == asked(tmp_path / "two", **keys)


@pytest.mark.slow
@in_terminal
def test_questions_fit_into_a_terminal(tmp_path: Path) -> None:
    """In a terminal with 80 columns, each question and its choices are fully visible."""
    keys = {"project_name": "My Project", "mode": DOWN, "publish": DOWN, "docs_engine": DOWN}
    with Terminal(QUESTIONNAIRE, tmp_path / "project", "--data=preset=custom") as terminal:
        while name := terminal.next_question():
            for label in labels(name):
                terminal.wait_for(label)
            terminal.send(keys.get(name, "") + "\r")
        assert len(ASKABLE) - 1 == len(terminal.asked)


@pytest.mark.slow
@in_terminal
def test_unavailable_choices_are_explained(tmp_path: Path) -> None:
    """Unavailable choices are shown with the reason, and the default is available."""
    keys = {"dependencies": '\x05\x15["idna @ https://example.com/idna.zip"]'}
    reasons = {
        "versioning": "- Git - the latest git tag (use static; uv_build can't read git tags)",
        "publish": "- Trusted publishing - no token (use none; PyPI rejects URL dependencies)",
    }
    data = ("--data=preset=custom", "--data=project_name=My Project", "--data=backend=uv_build")
    with Terminal(QUESTIONNAIRE, tmp_path / "project", *data) as terminal:
        while name := terminal.next_question():
            terminal.wait_for(reasons.get(name, ""))
            terminal.send(keys.get(name, "") + "\r")
    recorded = recorded_answers(tmp_path / "project")
    assert ("static", "none") == (recorded["versioning"], recorded["publish"])


def labels(name: str) -> list[str]:
    """Return the labels of a question's choices, or an empty list if it has none."""
    offered = questions()[name].get("choices", {})
    return list(offered) if isinstance(offered, dict) else []


def test_questions_are_short() -> None:
    """Help text, labels, and reasons for unavailable choices fit in 80 columns."""
    widest = COLUMNS - len("🎤 ") - 1
    for name in ASKABLE:
        assert [] == [text for text in helps(QUESTIONNAIRE, name) if len(text) > widest]
        box = len("○ ") if questions()[name].get("multiselect") else 0
        assert [] == [label for label in labels(name) if len(label) + box > widest]
        offered = questions()[name].get("choices", {})
        for label, choice in offered.items() if isinstance(offered, dict) else ():
            if isinstance(choice, dict):
                text = choice["validator"].replace("{{ backend }}", "flit_core")
                for reason in filter(None, map(str.strip, re.split(r"{%.*?%}", text))):
                    assert len(f"- {label} ({reason})") <= widest
