"""What publishing promises; the services are played by programs and servers of this machine."""

import itertools
import os
import re
import runpy
import shutil
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from uv import find_uv_bin

from harness import workflows
from harness.answers import Answers, choices, combinations
from harness.commands import run
from harness.inspect import tree
from harness.install import Environment
from harness.render import recorded_answers, render
from harness.template import ROOT
from harness.workshop import Workshop

BASE: Answers = {"project_name": "My Project", "copyright_year": "2026"}
URL = "https://packages.example.com/upload/"
SCRIPT = "tools/check_release.py"
TAG = "startsWith(github.ref, 'refs/tags/v')"

VARIANTS: list[Answers] = [
    BASE | chosen | more
    for chosen in combinations("versioning")
    for more in ({"publish": "trusted"}, {"publish": "token"}, {"index_url": URL})
]


def jobs(workshop: Workshop, **answers: Any) -> dict[str, dict[str, Any]]:
    """Return the jobs of a project's workflow on GitHub."""
    return dict(workflows.github(workshop.project(BASE | answers), "publish")["jobs"])


def uploads(job: dict[str, Any]) -> list[str]:
    """Return the commands and actions of a job on GitHub that upload to an index."""
    texts = [str(step.get("run", step.get("uses"))) for step in job["steps"]]
    return [text for text in texts if "twine upload" in text or "pypi-publish" in text]


@pytest.mark.parametrize(
    ("publish", "ci"),
    [*itertools.product(choices("publish"), ["github", "gitlab"]), ("none", "none")],
)
def test_only_its_own_files_are_there(publish: str, ci: str, workshop: Workshop) -> None:
    """A project that publishes has a workflow and a script for that; others have none."""
    files = set(tree(workshop.project(BASE | {"publish": publish, "ci": ci})))
    workflow = {"github": ".github/workflows/publish.yml", "gitlab": ".gitlab/publish.yml"}
    expected = {SCRIPT, workflow[ci]} if publish != "none" else set()
    assert expected == files & {SCRIPT, *workflow.values()}


REFUSED: list[tuple[Answers, str]] = [
    (
        {"ci": "none", "publish": "trusted"},
        "without CI there is nobody to trust; write --data publish=none, or choose github or",
    ),
    (
        {"ci": "none", "publish": "token"},
        "without CI there is nobody to hold a token; write --data publish=none",
    ),
    (
        {"license": "Proprietary", "publish": "trusted"},
        "which a proprietary package must not reach; write --data publish=none",
    ),
    (
        {"license": "Proprietary", "publish": "token"},
        "'index_url': it is empty, which is PyPI, and a proprietary package must not reach that",
    ),
    (
        {"index_url": URL, "publish": "trusted"},
        "'index_url': a private index is given a token; write --data publish=token, too",
    ),
]


@pytest.mark.parametrize(("answers", "sentence"), REFUSED)
def test_what_cannot_be_is_refused(answers: Answers, sentence: str, tmp_path: Path) -> None:
    """What can't work is refused by a sentence that says what would."""
    with pytest.raises(ValueError, match=re.escape(sentence)):
        render(tmp_path / "project", BASE | answers)
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize(
    ("answers", "default"),
    [
        ({}, "trusted"),
        ({"ci": "gitlab"}, "trusted"),
        ({"ci": "none"}, "none"),
        ({"index_url": URL}, "token"),
        ({"license": "Proprietary"}, "none"),
        ({"license": "Proprietary", "index_url": URL}, "token"),
        ({"ci": "none", "index_url": URL}, "none"),
    ],
)
def test_the_default_is_what_can_be(answers: Answers, default: str, workshop: Workshop) -> None:
    """Without an answer, a project publishes in the safest way that there is for it."""
    assert default == recorded_answers(workshop.project(BASE | answers))["publish"]


@pytest.mark.parametrize("answers", VARIANTS, ids=range(len(VARIANTS)))
def test_files_are_built_once_and_checked_before(answers: Answers, workshop: Workshop) -> None:
    """One job builds; uploads wait for it and for the installation, and the release for them."""
    made = jobs(workshop, **answers)
    building = [name for name, job in made.items() if "just build" in str(job["steps"])]
    assert ["build"] == building
    assert "just check-dist" in str(made["build"]["steps"])
    uploading = [name for name, job in made.items() if uploads(job)]
    assert uploading
    for name in uploading:
        assert {"build", "install"} == workflows.needed(made, name)
        assert 1 == len(uploads(made[name]))
    (final,) = set(uploading) - {"testpypi"}
    assert {"build", "install", final} == workflows.needed(made, "github-release")


@pytest.mark.parametrize("answers", VARIANTS, ids=range(len(VARIANTS)))
def test_what_publishes_stands_alone(answers: Answers, workshop: Workshop) -> None:
    """What may upload or write is given to the jobs that need it, in protected environments."""
    for name, job in jobs(workshop, **answers).items():
        protected = "environment" in job
        assert bool(uploads(job)) == protected, name
        has_secret = protected and answers.get("publish") != "trusted"
        assert has_secret == ("secrets." in str(job)), name
        trusted = protected and answers.get("publish") == "trusted"
        assert trusted == ("id-token" in job["permissions"]), name
        assert (name == "github-release") == ("write" == job["permissions"].get("contents")), name


def test_secrets_are_not_stored_where_they_need_not_be(workshop: Workshop) -> None:
    """With trusted publishing, no file of a project speaks of a secret or a password."""
    for ci in ("github", "gitlab"):
        project = workshop.project(BASE | {"ci": ci, "versioning": "vcs"})
        for name in tree(project):
            if name.startswith(".git") and name != ".gitignore":
                text = (project / name).read_text(encoding="utf-8")
                assert not re.search("secrets[.]|PASSWORD", text), name


def test_pypi_gets_attestations(workshop: Workshop) -> None:
    """PyPI's own action uploads and signs; it can, for its job may ask for an identity."""
    job = jobs(workshop)["pypi"]
    assert {"id-token": "write"} == job["permissions"]
    (step,) = [step for step in job["steps"] if "gh-action-pypi-publish" in step["uses"]]
    assert {"attestations": True} == step["with"]
    assert "pypi" == job["environment"]


@pytest.mark.parametrize("answers", VARIANTS, ids=range(len(VARIANTS)))
def test_tags_are_uploaded_and_main_is_not(answers: Answers, workshop: Workshop) -> None:
    """Only a tag reaches the index; main reaches TestPyPI if its versions come from git."""
    made = jobs(workshop, **answers)
    conditions = {name: job.get("if") for name, job in made.items() if uploads(job)}
    trial = answers["versioning"] == "vcs" and "index_url" not in answers
    expected = {"index" if "index_url" in answers else "pypi": TAG}
    expected |= {"testpypi": "github.ref == 'refs/heads/main'"} if trial else {}
    assert expected == conditions


def test_versions_that_testpypi_refuses_stay_at_home(workshop: Workshop) -> None:
    """pdm-backend's versions between two tags hold a "+", so main is not uploaded."""
    for backend, expected in (("hatchling", True), ("pdm_backend", False)):
        for ci in ("github", "gitlab"):
            answers = BASE | {"versioning": "vcs", "backend": backend, "ci": ci}
            project = workshop.project(answers)
            file = ".gitlab/publish.yml" if ci == "gitlab" else ".github/workflows/publish.yml"
            assert expected == ("testpypi" in (project / file).read_text(encoding="utf-8"))
            text = (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
            assert expected == ("is uploaded to TestPyPI" in text)


@pytest.mark.parametrize("answers", VARIANTS, ids=range(len(VARIANTS)))
def test_releases_use_no_cache_and_are_not_cancelled(answers: Answers, workshop: Workshop) -> None:
    """No job takes anything from another run, and no push ends an upload."""
    workflow = workflows.github(workshop.project(answers), "publish")
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            assert "actions/cache" not in step.get("uses", "")
            if "setup-uv" in step.get("uses", ""):
                assert False is step["with"]["enable-cache"]
    group = {"group": "publish-${{ github.run_id }}", "cancel-in-progress": False}
    assert group == workflow["concurrency"]


def test_a_private_index_is_where_it_goes(workshop: Workshop) -> None:
    """With index_url, uploads go there, and nothing speaks of TestPyPI."""
    job = jobs(workshop, index_url=URL)["index"]
    (step,) = [step for step in job["steps"] if "env" in step]
    assert URL == step["env"]["TWINE_REPOSITORY_URL"]
    assert {"TWINE_REPOSITORY_URL", "TWINE_USERNAME", "TWINE_PASSWORD"} == set(step["env"])
    for license_ in ("MIT", "Proprietary"):
        project = workshop.project(BASE | {"index_url": URL, "license": license_})
        assert f"twine upload --repository-url {URL} dist/*" in (project / "justfile").read_text()
        for name in ("justfile", "CONTRIBUTING.md", ".github/workflows/publish.yml"):
            text = (project / name).read_text(encoding="utf-8")
            assert not re.search("(?i)testpypi|publish-test", text), name


# What check_release.py promises.

CHANGELOG = """\
# Changelog

## [Unreleased]

### Added

- Later.

## [1.2.3] - 2026-11-21

### Fixed

- [A link](https://example.com) and `## [9.9.9]` in code.

## 1.2 (2026-01-01)

- Old.

## [1.1.0]

[Unreleased]: https://example.com/compare
"""


@pytest.fixture
def project(tmp_path: Path, workshop: Workshop) -> Path:
    """A project with files of version 1.2.3 in dist/, and with a changelog."""
    folder = workshop.copy(BASE | {"mode": "app"}, tmp_path / "project")
    (folder / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    (folder / "dist").mkdir()
    for name in ("my_project-1.2.3.tar.gz", "my_project-1.2.3-py3-none-any.whl"):
        (folder / "dist" / name).touch()
    return folder


def check(project: Path, *arguments: str, exit_code: int = 0) -> CompletedProcess[str]:
    """Run the project's script, with nothing but Python and uv."""
    command = [sys.executable, "-I", SCRIPT, *arguments]
    path = f"{Path(find_uv_bin()).parent}{os.pathsep}{os.environ['PATH']}"
    return run(*command, cwd=project, env={"PATH": path}, exit_code=exit_code)


def test_a_right_tag_gives_its_notes(project: Path) -> None:
    """The notes are the section of the tag's version, without its heading."""
    check(project, "tag", "v1.2.3", "--notes", "notes.md")
    expected = "### Fixed\n\n- [A link](https://example.com) and `## [9.9.9]` in code.\n"
    assert expected == (project / "notes.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.2.3", "### Fixed\n\n- [A link](https://example.com) and `## [9.9.9]` in code."),
        ("1.2", "- Old."),
        ("1.1.0", ""),
        ("1.2.33", ""),
        ("1x2", ""),
        ("9.9.9", ""),
        ("0.1", ""),
    ],
)
def test_sections_are_found(version: str, expected: str, workshop: Workshop) -> None:
    """A section begins with its version, whole, and ends before the next or before the links."""
    script = runpy.run_path(str(workshop.project(BASE) / SCRIPT))
    for newline in ("\n", "\r\n"):
        assert expected == script["section"](CHANGELOG.replace("\n", newline), version)


@pytest.mark.parametrize(
    ("tag", "change", "sentence"),
    [
        (
            "v1.2.4",
            None,
            "the tag is v1.2.4, but my_project-1.2.3.tar.gz would need the tag v1.2.3",
        ),
        ("1.2.3", None, "the tag is 1.2.3, but"),
        ("v1.2.3", "CHANGELOG.md", "CHANGELOG.md says nothing of 1.2.3"),
        ("v1.2.3", "dist/my_project-1.2.2.tar.gz", "dist/ should hold one sdist and one wheel"),
    ],
)
def test_a_wrong_tag_is_refused(tag: str, change: str | None, sentence: str, project: Path) -> None:
    """What does not agree is refused by a sentence, and no notes are written."""
    if change:
        (project / change).write_text("# Changelog\n", encoding="utf-8")
    refused = check(project, "tag", tag, "--notes", "notes.md", exit_code=1)
    assert refused.stderr.startswith(f"check_release: {sentence}")
    assert 1 == refused.stderr.count("\n")
    assert not (project / "notes.md").exists()


def test_both_files_install_and_run(tmp_path: Path, workshop: Workshop) -> None:
    """The sdist and the wheel install into empty environments; what they hold runs."""
    answers = BASE | {"mode": "app", "backend": "flit_core"}
    project = workshop.copy(answers, tmp_path / "project")
    dist = workshop.distributions(answers)
    (project / "dist").mkdir()
    for file in (dist.sdist, dist.wheel):
        shutil.copy(file, project / "dist")
    expected = [f"{f.name}: installed, imported, ran my-project" for f in (dist.sdist, dist.wheel)]
    assert expected == check(project, "install").stdout.splitlines()


def test_a_command_that_fails_is_told(tmp_path: Path, workshop: Workshop) -> None:
    """A distribution whose command breaks is refused, with what the command said."""
    project = workshop.copy(BASE | {"mode": "app", "backend": "flit_core"}, tmp_path / "project")
    module = project / "src" / "my_project" / "cli.py"
    module.write_text('raise SystemExit("out of order")\n', encoding="utf-8")
    workshop.build(project, project / "dist")
    refused = check(project, "install", exit_code=1)
    assert refused.stderr.startswith("check_release: my-project --help\n")
    assert "out of order" in refused.stderr


def test_the_script_is_clean(tmp_path: Path, workshop: Workshop) -> None:
    """The type checker in strict mode and ruff find nothing in the script."""
    project = workshop.project(BASE)
    environment = Environment.make(tmp_path / "environment")
    environment.install("mypy", "ruff")
    cache = f"--cache-dir={os.devnull}"
    environment.run("mypy", "--strict", cache, SCRIPT, cwd=project)
    environment.run("ruff", "check", "--no-cache", SCRIPT, cwd=project)
    environment.run("ruff", "format", "--no-cache", "--check", SCRIPT, cwd=project)


# The releases, made by a program that stands for GitHub's.


def released(folder: Path, tag: str, *existing: str, text: str) -> list[str]:
    """Run a step that makes a release on GitHub and return what `gh` was told to make."""
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
    ("tag", "existing", "options"),
    [
        ("v1.2.3", [], []),
        ("v1.2.3rc1", [], ["--prerelease"]),
        ("v1.2.3.dev4", [], ["--prerelease"]),
        ("v1.2.3.post1", [], []),
        ("v1.2.3", ["v1.2.3"], None),
    ],
)
def test_a_release_on_github_is_made_once(
    tag: str, existing: list[str], options: list[str] | None, tmp_path: Path, workshop: Workshop
) -> None:
    """A release has the notes and both files, is marked if it is a pre-release, and stays."""
    (text,) = [s["run"] for s in jobs(workshop)["github-release"]["steps"] if "run" in s]
    expected = ["release", "create", tag, "--verify-tag", "--title", tag]
    expected += ["--notes-file", "notes.md", *(options or [])]
    expected += ["dist/a-1-py3-none-any.whl", "dist/a-1.tar.gz"]
    made = released(tmp_path / "step", tag, *existing, text=text)
    assert (expected if options is not None else []) == made


# What people read.


@pytest.mark.parametrize("ci", ["github", "gitlab"])
@pytest.mark.parametrize("publish", choices("publish"))
def test_contributing_says_how_to_release(publish: str, ci: str, workshop: Workshop) -> None:
    """CONTRIBUTING.md has the clicks that allow the uploads, and what to do when one failed."""
    text = (workshop.project(BASE | {"publish": publish, "ci": ci}) / "CONTRIBUTING.md").read_text(
        encoding="utf-8"
    )
    release = text.split("\n## Release\n")[1].split("\n## ")[0]
    automatic = publish != "none"
    assert automatic == ("When a tag arrives" in release)
    assert automatic == ("New environment, `pypi`" in release)
    assert automatic != ("`just publish`" in release)
    assert (publish == "trusted") == ("Add\n   a publisher for" in release)
    assert (publish == "token") == ("TWINE_PASSWORD" in release)
    assert "can't be replaced" in release
    top = "`publish.yml`" if ci == "github" else "`.gitlab-ci.yml`"
    assert (publish == "trusted") == (top in release)


def test_the_release_of_this_repository_needs_a_semantic_tag(tmp_path: Path) -> None:
    """The release workflow's notes are the changelog's, and other tags are refused."""
    for tag in ("v1", "1.2.3", "v1.2.3rc1", "v01.2.3", "v1.2.3\n"):
        run(sys.executable, ROOT / ".ci" / "notes.py", tag, exit_code=1)
    refused = run(sys.executable, ROOT / ".ci" / "notes.py", "v99.0.0", exit_code=1)
    assert "CHANGELOG.md says nothing of 99.0.0\n" == refused.stderr
    steps = workflows.github(ROOT, "release")["jobs"]["github-release"]["steps"]
    (text,) = [step["run"] for step in steps if "run" in step]
    assert [
        *("release", "create", "v1.2.3", "--verify-tag", "--title", "v1.2.3"),
        *("--notes-file", "notes.md"),
    ] == released(tmp_path / "step", "v1.2.3", text=text)
