"""Test the complete messages after copying and updating."""

import re
import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan import guides
from harness.packagestan.template import TEMPLATE
from harness.rendering.copier_internals import Worker, render_context
from harness.rendering.template import Answers

BASE: Answers = {"project_name": "My Project"}
ANSWERS: dict[str, Answers] = {
    "uv": {"user_name": "Ada"},
    "GitHub": {"github_user": "ada", "environments": ["uv", "pip"], "default_branch": "trunk"},
    "GitLab": {
        "ci": "gitlab",
        "repository_url": "https://example.com/~ada/my-project?x=it's",
        "environments": ["pip"],
    },
    "by hand": {"ci": "none", "environments": [], "contributing": False},
    "backend": {"backend": "poetry_core", "versioning": "vcs"},
    "poetry": {"backend": "poetry_core", "environments": []},
    "vcs": {"versioning": "vcs", "environments": ["conda"]},
}
each_project = pytest.mark.parametrize("chosen", ANSWERS.values(), ids=ANSWERS)


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    """Return a folder outside any repository, with a space in its path."""
    folder = tmp_path / "my folder"
    folder.mkdir()
    return folder


def message(worker: Worker, operation: str, project: Path, **others: Any) -> list[str]:
    """Return a message's lines, except empty lines. Join lines that end with a backslash.

    Args:
        worker: A worker that has the project's answers.
        operation: "copy" or "update".
        project: The project's folder, which the message describes. The template is next to it.
        others: More variables in the context of the message.
    """
    conf = SimpleNamespace(
        dst_path=project,
        src_path=project.with_name(f"{project.name} template"),
        answers_file=Path("answers"),
    )
    context: dict[str, Any] = {**render_context(worker), "_copier_conf": conf, **others}
    text = getattr(worker.template, f"message_after_{operation}")
    rendered = worker.jinja_env.from_string(text).render(context)
    return [line for line in re.sub(r" \\\n +", " ", rendered).splitlines() if line]


@each_project
def test_message_after_copying(chosen: Answers, parent: Path, artifacts: ArtifactCache) -> None:
    """The message fits the answers and the surrounding repository, at most ten folders above.

    If the template's release is unknown, the message explains what to do.
    """
    worker = TEMPLATE.asked_worker(BASE | chosen)
    rendered = artifacts.project(BASE | chosen)
    for depth in (-1, 0, 1, 10, 11):
        top = parent / str(depth)
        project = top.joinpath(*"abcdefghijk"[: max(depth, 0)])
        project.mkdir(parents=True)
        template = project.with_name(f"{project.name} template")
        words = {"folder": shlex.quote(str(project)), "template": shlex.quote(str(template))}
        if depth >= 0:
            make_repository(top)
        for release, is_repository, again in ("1.0", 0, 0), ("", 0, 0), ("", 1, 0), ("", 0, 1):
            if is_repository:
                make_repository(template)
            known = {"release": release, "untrusted": is_repository, "again": again}
            known["depth"] = depth if depth < 11 else -1
            context = {
                "starters": {"package": "my_project"} if again else {},
                "_copier_answers": {"_commit": release} if release else {},
            }
            expected = guides.expected("message after copying", rendered, **known, **words)
            assert expected == message(worker, "copy", project, **context)


def make_repository(folder: Path) -> None:
    """Make a folder look like a git repository."""
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").touch()


def test_worktree_is_a_repository(parent: Path) -> None:
    """In a worktree, .git is a file, and the message doesn't create a repository."""
    worker = TEMPLATE.asked_worker(BASE)
    (parent / ".git").touch()
    assert not any("git init" in line for line in message(worker, "copy", parent))


@each_project
def test_message_after_updating(chosen: Answers, parent: Path, artifacts: ArtifactCache) -> None:
    """The message fits the answers.

    If the project was created before the template was rewritten, the message also lists the files
    that the template no longer provides.
    """
    worker = TEMPLATE.asked_worker(BASE | chosen)
    project = artifacts.project(BASE | chosen)
    for before_rewrite, lock_files in ((False, False), (True, False), (True, True)):
        if lock_files:
            (parent / "requirements").mkdir()
            for name in ("test.txt", "dev.txt", "test.in"):
                (parent / "requirements" / name).touch()
        context = {"customize": True} if before_rewrite else {}
        known = {"before_rewrite": before_rewrite, "lock_files": lock_files}
        expected = guides.expected("message after updating", project, **known)
        assert expected == message(worker, "update", parent, **context)
