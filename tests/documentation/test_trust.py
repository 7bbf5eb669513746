"""Test the claims in `docs/explanation/why-no-trust.md`."""

import re
import unicodedata
from pathlib import Path

import copier
import plumbum
import pytest

from harness.packagestan.template import ROOT, facts, refusal
from harness.updates.releases import IDENTITY, add_release, commit, git

PROJECT = ROOT / "template" / "project"

# Permitted expressions in file names, and the axis and key of the fact that each one inserts.
FACTS = {
    "{{ project.docs.config }}": ("docs_engine", "config"),
    "{{ project.docs.docs_config }}": ("docs_engine", "docs_config"),
    "{{ project.runner.executable_file }}": ("task_runner", "executable_file"),
    "{{ project.runner.file }}": ("task_runner", "file"),
    "{{ project.updates.file }}": ("template_updates", "file"),
}
RENDERED = {"{{ package_name }}", "{{ _copier_conf.answers_file }}", *FACTS}

# The name of git's folder, and its short name on Windows. Git, Windows, or macOS also accept
# different capitalization, trailing dots and spaces, streams, and invisible characters, so names
# are normalized before the comparison (https://git-scm.com/docs/git-fsck, hasDotgit).
REPOSITORIES = {".git", "git~1"}


def leads_into_a_repository(part: str) -> bool:
    """Return whether a part of a template path can become `.git`.

    Conditions are ignored, so the text inside them is always included. The values of expressions
    are unknown, so only listed expressions are accepted.
    """
    name = re.sub(r"{%.*?%}", "", part).removesuffix(".jinja")
    if "{{" in name:
        return name not in RENDERED
    visible = "".join(letter for letter in name if unicodedata.category(letter) != "Cf")
    plain = unicodedata.normalize("NFKC", visible).casefold()
    return re.split(r"[:/\\]", plain)[0].rstrip(" .") in REPOSITORIES


@pytest.mark.parametrize(("axis", "key"), FACTS.values())
def test_no_choice_writes_into_a_git_repository(axis: str, key: str) -> None:
    """File names in the facts about choices can't become `.git`."""
    paths = [choice[key] for choice in facts(axis).values()]
    names = [name for path in paths for name in path.split("/")]
    assert [] == [name for name in names if "{" in name or leads_into_a_repository(name)]


@pytest.mark.parametrize(
    "part",
    [
        *(
            ".git",
            ".GIT",
            ".Git.jinja",
            "{% if has.hooks %}.git{% endif %}",
            ".git ",
            ".git.",
            ".git:x",
        ),
        *("{% if has.hooks %}.g{% endif %}it", "GIT~1", ".g\u200cit", ".\uff47it", ".git\\hooks"),
        *("{{ '.git' }}", ".{{ package_name }}", "{{ package_name }}.jinja/{{ hooks }}"),
    ],
)
def test_spellings_of_the_git_folder_are_recognized(part: str) -> None:
    """The check recognizes spellings of `.git` and expressions that aren't permitted."""
    assert leads_into_a_repository(part)


def test_no_template_file_writes_into_a_git_repository() -> None:
    """No rendered path leads into `.git`, and no path is a symbolic link."""
    paths = sorted(PROJECT.rglob("*"))
    assert any(path.name.startswith(".gitignore") for path in paths)
    for path in paths:
        assert not path.is_symlink(), path
        found = [part for part in path.relative_to(PROJECT).parts if leads_into_a_repository(part)]
        assert [] == found, path


@pytest.mark.parametrize("name", [".git", "git~1", "../x", "a/b", ".GIT"])
def test_package_name_cannot_be_a_path(name: str) -> None:
    """A package name that could be a path or `.git` is rejected, because paths contain the name."""
    assert "package_name" in refusal({"project_name": "My Project", "package_name": name})


def test_template_can_run_a_hook_without_trust(tmp_path: Path) -> None:
    """Without `--trust`, Copier can write a hook that runs during commits and updates.

    The page warns about this. If a release of Copier prevents it, change the page.
    """
    template, project, log = (tmp_path / name for name in ("template", "project", "log"))
    hook = template / "project" / "{{ folder }}" / "hooks" / "pre-commit"
    hook.parent.mkdir(parents=True)
    hook.write_text(f"#!/bin/sh\npwd >> '{log}'\n", encoding="utf-8")
    hook.chmod(0o755)
    answers = "{{ _copier_conf.answers_file }}.jinja"
    (hook.parents[2] / answers).write_text("{{ _copier_answers | to_nice_yaml }}", encoding="utf-8")
    settings = "_subdirectory: project\nfolder: {type: str, when: false, default: .git}\n"
    (template / "copier.yml").write_text(settings, encoding="utf-8")
    git("init", "--quiet", cwd=template)
    for version in ("1.0.0", "2.0.0"):
        add_release(template, version)
    with plumbum.local.env(**IDENTITY):
        copier.run_copy(str(template), project, vcs_ref="1.0.0", quiet=True)
        git("init", "--quiet", cwd=project)
        commit(project, "Start")
        assert [str(project)] == log.read_text(encoding="utf-8").splitlines()

        copier.run_update(project, overwrite=True, quiet=True)

    _, *others = log.read_text(encoding="utf-8").splitlines()
    assert others
    assert str(project) not in others
