"""Test the documented recipes for changing questions."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2.exceptions import FilterArgumentError

from harness.packagestan.answers import question_files
from harness.packagestan.template import ROOT
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers
from harness.updates.projects import start, status, update
from harness.updates.releases import add_release, commit, copy_template, git

PAGE = (ROOT / "docs" / "how-to" / "change-a-question.md").read_text(encoding="utf-8")


def recipe(title: str) -> tuple[str, str]:
    """Return the question files before and after a recipe, as shown on the page."""
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    before, after = re.findall(r"(?s)```yaml\n(.*?)```", section)
    return before, after


# The renamed choices in the recipes, by question.
RENAMED = {"backend": {"uv": "uv_build"}, "hooks": {"true": "local", "false": "none"}}

# Every project records this answer, so the macros use it to recognize existing projects.
STARTERS = "starters: {type: str, ask: false, default: recorded}\n"


def recorded(project: Path) -> Answers:
    """Return a project's recorded answers to the questions in a recipe."""
    return {n: answer for n, answer in recorded_answers(project).items() if n != "starters"}


def make_history(repository: Path, *releases: str) -> Path:
    """Create a template's repository with a release for each question file, and return its folder.

    Args:
        repository: The folder to create.
        releases: The contents of the question file in each release.
    """
    project = repository / "project"
    project.mkdir(parents=True)
    git("init", "--quiet", cwd=repository)
    copy_template(repository)
    renamed = repository / "template" / "data" / "renamed_choices.yml"
    renamed.write_text(yaml.safe_dump(RENAMED), encoding="utf-8")
    computed = (ROOT / question_files()[-1]).read_text(encoding="utf-8")
    check = computed[computed.index("valid_update:") :].split("\n\n")[0]
    external = '_external_data: {recorded: "{{ _copier_conf.answers_file }}"}\n'
    for number, questions in enumerate(releases, 1):
        settings = f"_subdirectory: project\n{external}{STARTERS}{questions}\n{check}\n"
        (repository / "copier.yml").write_text(settings, encoding="utf-8")
        (project / "{{ _copier_conf.answers_file }}.jinja").write_text(
            "{{ _copier_answers | to_nice_yaml }}", encoding="utf-8"
        )
        asked = [n for n, q in yaml.safe_load(questions).items() if q.get("when") is not False]
        text = "".join(f"{name} = {{{{ {name} }}}}\n" for name in asked)
        (project / "settings.txt.jinja").write_text(text, encoding="utf-8")
        add_release(repository, f"{number}.0.0")
    return repository


@pytest.mark.parametrize(
    ("title", "given", "kept"),
    [
        ("Rename a question", {"runner": "make"}, {"task_runner": "make"}),
        ("Rename a question", {}, {"task_runner": "just"}),
        ("Rename a choice", {"backend": "uv"}, {"backend": "uv_build"}),
        ("Rename a choice", {"backend": "hatchling"}, {"backend": "hatchling"}),
        ("Retire a choice", {"docs_engine": "mkdocs"}, {"docs_engine": "mkdocs"}),
        ("Remove a choice", {"docs_engine": "none"}, {"docs_engine": "none"}),
        ("Turn a yes-or-no question into choices", {"hooks": True}, {"hooks": "local"}),
        ("Turn a yes-or-no question into choices", {"hooks": False}, {"hooks": "none"}),
        ("Add a question", {"mode": "app"}, {"mode": "app", "line_length": 88}),
        ("Change a default", {}, {"python_min": "3.11"}),
    ],
    ids=str,
)
def test_recipe_keeps_the_answer(title: str, given: Answers, kept: Answers, tmp_path: Path) -> None:
    """After a question changes, an update keeps the meaning of a recorded answer."""
    repository = make_history(tmp_path / "template", *recipe(title))
    project = start(repository, "1.0.0", tmp_path / "project", given)

    assert [] == update(project)

    assert kept == recorded(project)
    lines = (project / "settings.txt").read_text(encoding="utf-8").splitlines()
    assert {f"{name} = {answer}" for name, answer in kept.items()} == set(lines)


@pytest.mark.parametrize(
    ("title", "fresh"),
    [
        ("Rename a question", {"task_runner": "just"}),
        ("Rename a choice", {"backend": "hatchling"}),
        ("Retire a choice", {"docs_engine": "sphinx"}),
        ("Remove a choice", {"docs_engine": "sphinx"}),
        ("Turn a yes-or-no question into choices", {"hooks": "pre-commit"}),
        ("Add a question", {"mode": "library", "line_length": 100}),
        ("Change a default", {"python_min": "3.12"}),
    ],
)
def test_new_project_gets_the_new_default(title: str, fresh: Answers, tmp_path: Path) -> None:
    """A new project from the release with the changed question gets the new default."""
    repository = make_history(tmp_path / "template", *recipe(title))
    project = start(repository, "2.0.0", tmp_path / "project", {})
    assert fresh == recorded(project)


def test_retired_choice_is_kept_and_cannot_be_selected(tmp_path: Path) -> None:
    """A project keeps a retired choice during updates, but can't select it again after a change."""
    before, after = recipe("Retire a choice")
    repository = make_history(tmp_path / "template", before, after, after + "# Later\n")
    project = start(repository, "1.0.0", tmp_path / "project", {"docs_engine": "mkdocs"})
    for version in ("2.0.0", "3.0.0"):
        update(project, version, docs_engine="mkdocs")
        assert {"docs_engine": "mkdocs"} == recorded(project)
        commit(project, "Update")
    update(project, docs_engine="sphinx")
    commit(project, "Another choice")
    with pytest.raises(ValueError, match="'mkdocs' is not in"):
        update(project, docs_engine="mkdocs")


def test_retired_choice_is_not_offered(tmp_path: Path) -> None:
    """A retired choice is rejected for a new project."""
    repository = make_history(tmp_path / "template", *recipe("Retire a choice"))
    with pytest.raises(ValueError, match="'mkdocs' is not in"):
        start(repository, None, tmp_path / "project", {"docs_engine": "mkdocs"})


def test_removed_choice_stops_the_update(tmp_path: Path) -> None:
    """If the recorded choice is removed, the message suggests another, and nothing is written."""
    repository = make_history(tmp_path / "template", *recipe("Remove a choice"))
    project = start(repository, "1.0.0", tmp_path / "project", {"docs_engine": "mkdocs"})
    with pytest.raises(FilterArgumentError, match="--data docs_engine=sphinx, or choose"):
        update(project)
    assert [] == status(project)


def test_every_recipe_is_tested() -> None:
    """Each recipe on the page has a test."""
    marks: list[Any] = test_new_project_gets_the_new_default.pytestmark  # type: ignore[attr-defined]
    assert re.findall(r"(?m)^## (.*)$", PAGE) == [title for title, _ in marks[0].args[1]]
