"""Check how projects and this repository publish releases.

tests/services/test_service_files.py compares the projects' workflows with the expected ones, and
tests/services/test_workflows_run.py runs them.
"""

import itertools
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.packagestan.answers import choices
from harness.packagestan.template import ROOT, render
from harness.processes.commands import run
from harness.rendering.render import recorded_answers
from harness.rendering.template import Answers
from harness.simulators import workflows

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}
URL = "https://packages.example.com/upload/"
GIT_URL = "idna @ git+https://github.com/kjd/idna@v3.7"


def jobs(artifacts: ArtifactCache, **answers: Any) -> dict[str, dict[str, Any]]:
    """Return the jobs in a project's publish.yml, by name."""
    return dict(workflows.github(artifacts.project(BASE | answers), "publish")["jobs"])


@pytest.mark.parametrize(
    ("publish", "ci"),
    [*itertools.product(choices("publish"), ["github", "gitlab"]), ("none", "none")],
)
def test_only_its_own_files_exist(publish: str, ci: str, artifacts: ArtifactCache) -> None:
    """A project that publishes has only the workflow for its CI service. Other projects have none."""
    files = set(tree(artifacts.project(BASE | {"publish": publish, "ci": ci})))
    workflow = {"github": ".github/workflows/publish.yml", "gitlab": ".gitlab/publish.yml"}
    expected = {workflow[ci]} if publish != "none" else set()
    assert expected == files & set(workflow.values())


REJECTED: list[tuple[Answers, str]] = [
    ({"ci": "none", "publish": "trusted"}, "use none; only a CI service can publish"),
    ({"ci": "none", "publish": "token"}, "use none; only a CI service can publish"),
    (
        {"license": "Proprietary", "publish": "trusted"},
        "use none; PyPI makes all packages public",
    ),
    ({"license": "Proprietary", "publish": "token"}, "enter the URL of your own index; "),
    ({"index_url": URL, "publish": "trusted"}, "use --data publish=token; "),
    (
        {"dependencies": [GIT_URL], "publish": "trusted"},
        "use none; PyPI rejects URL dependencies",
    ),
    (
        {"extras": {"idna": [GIT_URL]}, "publish": "token"},
        "use none; PyPI rejects URL dependencies",
    ),
]


@pytest.mark.parametrize(("answers", "message"), REJECTED)
def test_impossible_answers_are_rejected(answers: Answers, message: str, tmp_path: Path) -> None:
    """An impossible combination is rejected with a message that starts with the remedy."""
    with pytest.raises(ValueError, match=re.escape(message)):
        render(tmp_path / "project", BASE | answers)
    assert not (tmp_path / "project").exists()


def test_private_index_accepts_dependencies_with_a_url(artifacts: ArtifactCache) -> None:
    """A private index can be combined with URL dependencies, which PyPI rejects."""
    answers = {"dependencies": [GIT_URL], "index_url": URL}
    assert "token" == recorded_answers(artifacts.project(BASE | answers))["publish"]


@pytest.mark.parametrize(
    ("answers", "default"),
    [
        ({}, "trusted"),
        ({"ci": "gitlab"}, "trusted"),
        ({"ci": "none"}, "none"),
        ({"mode": "script"}, "none"),
        ({"preset": "minimal"}, "none"),
        ({"index_url": URL}, "token"),
        ({"license": "Proprietary"}, "none"),
        ({"license": "Proprietary", "index_url": URL}, "token"),
        ({"ci": "none", "index_url": URL}, "none"),
    ],
)
def test_default_is_valid(answers: Answers, default: str, artifacts: ArtifactCache) -> None:
    """The default is valid with the project's other answers."""
    assert default == recorded_answers(artifacts.project(BASE | answers))["publish"]


@pytest.mark.parametrize("url", [URL, URL.rstrip("/")])
def test_uploads_go_to_the_private_index(url: str, artifacts: ArtifactCache) -> None:
    """With index_url, files are uploaded to that index, and existing files are skipped."""
    made = jobs(artifacts, index_url=url)
    assert "pypi" not in made
    (step,) = [step for step in made["index"]["steps"] if "run" in step]
    login, upload = step["run"].splitlines()
    assert login.startswith(f"uv auth login {url} ")
    assert f"uv publish --publish-url {url} --check-url {URL}simple/" == upload
    assert {"UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD"} == set(step["env"])


@pytest.mark.parametrize(
    ("answers", "expected"), [({}, 1), ({"index_url": URL}, 0), ({"publish": "none"}, 0)]
)
def test_badge_shows_the_version_on_pypi(
    answers: Answers, expected: int, artifacts: ArtifactCache
) -> None:
    """The README has a badge with the version only if the package is on PyPI."""
    project = artifacts.project(BASE | {"github_user": "ada"} | answers)
    readme = (project / "README.md").read_text(encoding="utf-8")
    assert expected == readme.count("![Version on PyPI]")


@pytest.mark.parametrize(("index_url", "rejects"), [("", True), (URL, False)])
def test_linux_wheels_are_rejected_before_the_tag(
    index_url: str, rejects: bool, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """CI rejects a wheel with a plain Linux tag, as PyPI would, and the message names the wheel.

    With a private index, CI has no such check.
    """
    project = artifacts.project(BASE | {"index_url": index_url})
    steps = workflows.github(project, "ci")["jobs"]["build"]["steps"]
    found = [step["run"] for step in steps if "linux_" in step.get("run", "")]
    assert rejects == bool(found)
    (tmp_path / "dist").mkdir()
    for name, exit_code in (
        ("my_project-0.1.0-py3-none-any.whl", 0),
        ("my_project-0.1.0-cp311-cp311-manylinux_2_28_x86_64.whl", 0),
        ("my_project-0.1.0-cp311-cp311-linux_x86_64.whl", 1),
    ):
        (tmp_path / "dist" / name).touch()
        for text in found:
            finished = run("bash", "-e", "-c", text, cwd=tmp_path, exit_code=exit_code)
            assert bool(exit_code) == (name in finished.stdout)


@pytest.mark.parametrize(
    ("tag", "version", "is_accepted"),
    [
        ("v1.2.3", "1.2.3", True),
        ("v1.2.3rc1", "1.2.3rc1", True),
        ("v1.2.3", "1.2.3.dev1", False),
        ("v1.2.3", "1.2.4.dev0", False),
        ("v1.2.3", "1.2.3+d20260131", False),
        ("v1.2", "1.2.3", False),
        ("v1.2.3-rc.1", "1.2.3rc1", False),
        ("v2.3", "1.2.3", False),
    ],
)
def test_tag_must_match_the_wheels_version(
    tag: str, version: str, is_accepted: bool, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """A tag is accepted if, and only if, it matches the wheel's version."""
    (text,) = [s["run"] for s in jobs(artifacts)["tag"]["steps"] if "GITHUB_REF_NAME" in str(s)]
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / f"my_project-{version}-py3-none-any.whl").touch()
    env = {"GITHUB_REF_NAME": tag}
    finished = run("bash", "-e", "-c", text, cwd=tmp_path, env=env, exit_code=None)
    assert is_accepted == (finished.returncode == 0)


def released(folder: Path, tag: str, *existing: str, text: str) -> list[str]:
    """With a simulated `gh`, run the step that creates a GitHub release.

    Args:
        folder: The folder to run in.
        tag: The release's tag.
        existing: The tags that already have a release.
        text: The step's script.

    Returns:
        The arguments of all `gh` calls, except `gh release view`.
    """
    (folder / "bin").mkdir(parents=True)
    gh = folder / "bin" / "gh"
    gh.write_text(
        f"""#!/bin/sh
if [ "$2" = view ]; then case " {" ".join(existing)} " in *" $3 "*) exit 0;; *) exit 1;; esac; fi
printf '%s\\n' "$@" >> "{folder}/made"
""",
        encoding="utf-8",
    )
    gh.chmod(0o755)
    (folder / "dist").mkdir()
    for name in ("a-1.tar.gz", "a-1-py3-none-any.whl"):
        (folder / "dist" / name).touch()
    path = f"{gh.parent}{os.pathsep}{os.environ['PATH']}"
    run("bash", "-e", "-c", text, cwd=folder, env={"PATH": path, "GITHUB_REF_NAME": tag})
    made = folder / "made"
    return made.read_text(encoding="utf-8").splitlines() if made.exists() else []


@pytest.mark.parametrize(
    "version",
    ["1.2.3", "1.2.3a1", "1.2.3b2", "1.2.3rc1", "1.2.3.dev4", "1.2.3.post1", "1.2.3rc1.post2"],
)
def test_pre_releases_are_marked(version: str, tmp_path: Path, artifacts: ArtifactCache) -> None:
    """A release has both files, and is marked as a pre-release if its version is a pre-release."""
    (text,) = [s["run"] for s in jobs(artifacts)["github-release"]["steps"] if "run" in s]
    expected = ["release", "create", f"v{version}", "--verify-tag", "--generate-notes"]
    expected += ["--prerelease"] * Version(version).is_prerelease
    expected += ["dist/a-1-py3-none-any.whl", "dist/a-1.tar.gz"]
    assert expected == released(tmp_path / "step", f"v{version}", text=text)


def test_existing_release_is_kept(tmp_path: Path, artifacts: ArtifactCache) -> None:
    """A repeated job doesn't change an existing release."""
    (text,) = [s["run"] for s in jobs(artifacts)["github-release"]["steps"] if "run" in s]
    assert [] == released(tmp_path / "step", "v1.2.3", "v1.2.3", text=text)


def test_releases_of_this_repository_require_a_semantic_version(tmp_path: Path) -> None:
    """This repository's tags must be final versions that have a section in CHANGELOG.md.

    The workflow reads the release notes from a file.
    """
    for tag in ("v1", "1.2.3", "v1.2.3rc1", "v1.2.3-rc.1", "v1.2.3+5", "v01.2.3", "v1.2.3\n"):
        refused = run(sys.executable, ROOT / ".ci" / "notes.py", tag, exit_code=1)
        assert f"use a tag such as v1.2.3; {tag} is not supported\n" == refused.stderr
    refused = run(sys.executable, ROOT / ".ci" / "notes.py", "v99.0.0", exit_code=1)
    assert "add a section for 99.0.0 to CHANGELOG.md\n" == refused.stderr
    steps = workflows.github(ROOT, "release")["jobs"]["github-release"]["steps"]
    (text,) = [step["run"] for step in steps if "run" in step]
    assert [
        *("release", "create", "v1.2.3", "--verify-tag", "--title", "v1.2.3"),
        *("--notes-file", "notes.md"),
    ] == released(tmp_path / "step", "v1.2.3", text=text)
