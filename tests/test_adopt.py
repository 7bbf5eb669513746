"""Adopting an existing project: what is read from it, and what its new wheel may not lose.

The packages stand in tests/packages/, named by what they are; they are built by their own build
backends and adopted as docs/how-to/adopt.md says.
"""

import dataclasses
import io
import os
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any, cast

import pytest
import tomli_w
import yaml
from packaging.metadata import RawMetadata

import adopt
from harness.answers import questions
from harness.commands import run
from harness.inspect import tree
from harness.render import copier_command, recorded_answers, snapshot
from harness.template import ROOT
from harness.workshop import Workshop

PACKAGES = ROOT / "tests" / "packages"
PAGE = (ROOT / "docs" / "how-to" / "adopt.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)

# The page itself adopts setup-py-broken-script, by its own commands.
ADOPTED = ["flat-layout", "poetry", "setup-cfg", "setup-py", "src-layout"]


def legacy(workshop: Workshop, name: str) -> adopt.Project:
    """Return a package of tests/packages/, built once by its own build backend."""

    def make(folder: Path) -> None:
        copied = shutil.copytree(PACKAGES / name, folder / "tree")
        adopt.build_wheel(copied, folder / "wheel")

    (wheel,) = workshop.once(f"legacy-{name}", make).glob("wheel/*.whl")
    folder = PACKAGES / name
    project = adopt.Project(adopt.read_wheel(wheel), folder, adopt.read_settings(folder))
    return adopt.with_packages(project)


def console(number: int, **replaced: str) -> str:
    """Return the commands of one of the page's blocks, without prompts."""
    text = re.sub(r"(?m)^\$ ", "", COMMANDS[number])
    for old, new in replaced.items():
        text = text.replace(old, new)
    return text


def block(report: str, language: str) -> str:
    """Return the one block of a report that is in a language; an empty text for none."""
    found = re.findall(rf"```{language}\n(.*?)```", report, re.DOTALL)
    assert len(found) <= 1
    return found[0] if found else ""


def follow(report: str, old: Path, new: Path) -> None:
    """Do what a report says: write its block into pyproject.toml, and move the sources."""
    file = new / "pyproject.toml"
    settings: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    settings["project"] |= tomllib.loads(block(report, "toml")).get("project", {})
    file.write_text(tomli_w.dumps(settings), encoding="utf-8")
    run("sh", "-eu", "-c", block(report, "sh"), env={"OLD": str(old), "NEW": str(new)})


def adopted(workshop: Workshop, name: str) -> Path:
    """Return a package as it was adopted, with its answers and its wheel beside it."""
    old = legacy(workshop, name)

    def make(folder: Path) -> None:
        folder.mkdir()
        reading = adopt.read(old)
        answers = folder / "answers.yml"
        answers.write_text(yaml.safe_dump(reading.answers), encoding="utf-8")
        excluded = re.findall(r"--exclude ('.*?'|\S+)", COMMANDS[1])
        options = [option for text in excluded for option in ("--exclude", text.strip("'"))]
        new = folder / "new"
        defaults = ("copy", "--defaults", "--quiet", "--data-file", answers)
        copier_command(*defaults, *options, snapshot(), new)
        follow(adopt.report(old, reading), PACKAGES / name, new)
        workshop.build_wheel(shutil.copytree(new, folder / "tree"), folder / "wheel")

    return workshop.once(f"adopted-{name}", make)


def wheel_of(folder: Path) -> adopt.Project:
    """Return the project of the one wheel below a folder."""
    (wheel,) = folder.glob("wheel/*.whl")
    return adopt.open_project(wheel)


def unexplained(old: adopt.Project, new: adopt.Project) -> list[str]:
    """Return the differences for which there is no reason."""
    return [str(found) for found in adopt.compare(old, new) if not found.reason]


def broken(project: adopt.Project) -> str:
    """Return what is broken, a sentence a line."""
    return "\n".join(finding.text for finding in adopt.examine(project).broken)


def not_carried(reading: adopt.Reading) -> str:
    """Return what isn't carried, a sentence a line."""
    return "\n".join(finding.text for finding in reading.not_carried)


@pytest.mark.parametrize("name", ADOPTED)
def test_an_adopted_package_loses_nothing(name: str, workshop: Workshop) -> None:
    """Answers, by-hand block and moves give a wheel whose every difference has its reason."""
    new = wheel_of(adopted(workshop, name))
    assert [] == unexplained(legacy(workshop, name), new)


@pytest.mark.parametrize("name", ADOPTED)
def test_answers_arrive(name: str, workshop: Workshop) -> None:
    """Each answer that is written is a question's, and Copier records it as it is."""
    folder = adopted(workshop, name)
    answers = yaml.safe_load((folder / "answers.yml").read_text(encoding="utf-8"))
    recorded = recorded_answers(folder / "new")
    assert answers == {question: recorded.get(question) for question in answers}
    for question in answers:
        assert questions()[question].get("when") is not False, question


def test_setup_py_is_read(workshop: Workshop) -> None:
    """What setup.py computes arrives in the answers, requirements and markers included."""
    answers = adopt.examine(legacy(workshop, "setup-py")).answers
    expected = {
        "project_name": "Tide_Tables",
        "distribution_name": "tide-tables",
        "package_name": "tide_tables",
        "mode": "app",
        "backend": "setuptools",
        "license": "MIT",
        "copyright_year": "2014",
        "user_name": "Maren Deich",
        "user_email": "maren@example.com",
        "github_user": "maren",
        "command_name": "tides",
        "cli_library": "click",
        "dependencies": ["click>=8.1", 'tomli>=2; python_version < "3.11"'],
        "extras": {"plot": ["matplotlib>=3"]},
        "package_data": True,
        "python_min": "3.11",
    }
    assert expected == {name: answers[name] for name in expected}


def test_poetry_extras_are_read(workshop: Workshop) -> None:
    """A requirement of two extras, and one with a marker besides, arrive under each extra."""
    answers = adopt.examine(legacy(workshop, "poetry")).answers
    window = ['pygame>=2.5; python_version >= "3.10"', "rich>=13"]
    assert {"colors": ["rich>=13"], "window": window} == answers["extras"]
    assert "poetry_core" == answers["backend"]


def test_what_is_broken_is_told(workshop: Workshop) -> None:
    """The report names the broken command, the data file that is left out and the missing licence."""
    told = broken(legacy(workshop, "setup-py-broken-script"))
    assert "`tag = __main__.py:cli` in console_scripts fails" in told
    assert "genre_tagger.__main__:cli is meant" in told
    assert "lacks `genre_tagger/data/genres.json`" in told
    assert "No licence is stated" in told


def test_packed_tests_and_spellings_are_told(workshop: Workshop) -> None:
    """A top-level package "tests", a version and a name that are not normalised are told."""
    told = broken(legacy(workshop, "setup-py"))
    assert "installs a top-level package `tests`" in told
    assert "The version 2.0-beta is not normalised; it is 2.0b0." in told
    assert "The name Tide_Tables is not normalised; it is tide-tables." in told


def test_a_computed_version_is_not_judged(tmp_path: Path) -> None:
    """What setup.py computes is no text that could be wrong."""
    (tmp_path / "setup.py").write_text("setup(version=about['version'])\n", encoding="utf-8")
    wheel = adopt.Wheel({}, {}, [], {}, RawMetadata(name="demo"))
    assert "" == adopt.written_version(adopt.Project(wheel, tmp_path))


def test_the_main_package_is_the_public_one() -> None:
    """Of several packages, the template gets the one named like the project, or a public one."""
    packages: dict[str, Path | None] = dict.fromkeys(("_yaml", "tests", "yaml"))
    wheel = adopt.Wheel({}, {}, [], {}, RawMetadata(name="PyYAML"))
    assert "yaml" == adopt.Project(wheel, packages=packages).main_package
    packages["pyyaml"] = None
    assert "pyyaml" == adopt.Project(wheel, packages=packages).main_package


def test_what_no_answer_says_is_told(workshop: Workshop) -> None:
    """Several packages, a namespace, scripts, an ambiguous licence and a refused marker are told."""
    project = legacy(workshop, "several-packages")
    reading = adopt.read(project)
    told = not_carried(reading)
    assert "`acme` is a namespace package" in told
    assert "Add `acme_helpers`, `acme_single` to the build backend's table" in told
    assert "`scripts/acme-start` is installed outside the packages" in told
    assert 'The licence "BSD" is no choice' in told
    assert '"x" in "xy"\' is not a marker' in told
    assert ["requests"] == reading.answers["dependencies"]
    assert 2 == len(reading.by_hand["dependencies"])
    assert 'lacks "halt" in acme_helpers' in broken(project)
    assert {"acme": "acme_helpers:run"} == reading.by_hand["scripts"]


def test_a_dependency_with_a_url_turns_publishing_off() -> None:
    """PyPI rejects a dependency with a URL, so the project is adopted without publishing."""
    reading = adopt.Reading()
    answers = {"project_name": "Tide", "dependencies": ["idna @ https://example.com/idna.zip"]}
    assert "none" == adopt.accepted(answers, reading)[0]["publish"]
    assert "`publish` is none" in not_carried(reading)


def test_dynamic_metadata_and_settings_are_told(workshop: Workshop) -> None:
    """What was dynamic, and the settings that no wheel shows, are told."""
    told = not_carried(adopt.examine(legacy(workshop, "flat-layout")))
    assert "`version` is dynamic" in told
    told = not_carried(adopt.examine(legacy(workshop, "setup-cfg")))
    assert "Settings of tools and pins are not read: setup.cfg." in told


def test_the_licence_becomes_license(workshop: Workshop) -> None:
    """The licence's own text goes to LICENSE, whatever it is called, and other notices stay."""
    project = legacy(workshop, "flat-layout")
    licenses = {"AUTHORS": b"", "docs/COPYING.txt": b""}
    wheel = dataclasses.replace(project.wheel, licenses=licenses)
    assert ["docs/COPYING.txt", "AUTHORS"] == adopt.license_names(wheel)
    moves = adopt.examine(project).moves
    assert [("LICENSE", "LICENSE"), ("NOTICE", "NOTICE")] == moves[-2:]


def test_extension_modules_are_told(workshop: Workshop) -> None:
    """A wheel for one platform has extension modules, which the template does not build."""
    project = legacy(workshop, "src-layout")
    files = project.wheel.files | {"bird_calls/_sound.cpython-311-x86_64-linux-gnu.so": b""}
    wheel = dataclasses.replace(project.wheel, files=files, tags=["cp311-cp311-linux_x86_64"])
    project = dataclasses.replace(project, wheel=wheel)
    assert "has extension modules (bird_calls/_sound.cpython" in not_carried(adopt.examine(project))


@pytest.fixture(scope="session")
def lossy(workshop: Workshop) -> adopt.Project:
    """An adopted package whose data file and second command were forgotten, rebuilt."""

    def make(folder: Path) -> None:
        new = shutil.copytree(adopted(workshop, "setup-py") / "new", folder / "new")
        (new / "src" / "tide_tables" / "harbours" / "north.csv").unlink()
        file = new / "pyproject.toml"
        text = file.read_text(encoding="utf-8")
        assert 1 == text.count('tides-list = "tide_tables.cli:list_harbours"\n')
        text = text.replace('tides-list = "tide_tables.cli:list_harbours"\n', "")
        file.write_text(text, encoding="utf-8")
        workshop.build_wheel(new, folder / "wheel")

    return wheel_of(workshop.once("lossy-setup-py", make))


def test_losses_are_errors(lossy: adopt.Project, workshop: Workshop) -> None:
    """A forgotten data file and a dropped command are named, and nothing else is."""
    expected = [
        "entry point console_scripts/tides-list: the new wheel lacks it",
        "file tide_tables/harbours/north.csv: the new wheel lacks it",
    ]
    assert expected == unexplained(legacy(workshop, "setup-py"), lossy)


def test_changed_values_are_errors(workshop: Workshop) -> None:
    """Another version, requirement, extra, address, author and content are each named."""
    old = legacy(workshop, "src-layout")
    wheel = wheel_of(adopted(workshop, "src-layout")).wheel
    metadata = wheel.metadata | {
        "version": "5.1",
        "requires_dist": ["platformdirs>=3"],
        "provides_extra": [],
        "project_urls": {},
        "author_email": "Merle <merle@example.com>",
        "requires_python": ">=3.12",
    }
    files = wheel.files | {"bird_calls/__init__.py": b"", "bird_calls/greetings.py": b""}
    changed = dataclasses.replace(wheel, metadata=metadata, files=files)
    told = unexplained(old, adopt.with_packages(adopt.Project(changed)))
    assert [
        "version: it was 5.0.0, and is 5.1",
        "requires-python: it was >=3.11, and is >=3.12",
        "extra all: the new wheel lacks it",
        "extra colors: the new wheel lacks it",
        "requirement platformdirs>=3: only the new wheel has it",
        "requirement platformdirs>=4: the new wheel lacks it",
        "requirement of extra all rich>=13: the new wheel lacks it",
        "requirement of extra colors rich>=13: the new wheel lacks it",
        "file bird_calls/__init__.py: its content differs",
        "file bird_calls/greetings.py: only the new wheel has it",
        "author Merle <merle@example.com>: only the new wheel has it",
        "author Merle Amsel <merle@example.com>: the new wheel lacks it",
        "URL https://github.com/amsel/bird-calls: the new wheel lacks it",
    ] == told


def test_what_stays_broken_is_an_error(workshop: Workshop) -> None:
    """A data file that neither wheel has, and a command that still fails, are named."""
    old = legacy(workshop, "setup-py-broken-script")
    file, command = unexplained(old, adopt.with_packages(adopt.Project(old.wheel)))
    assert "file genre_tagger/data/genres.json: neither wheel has it" in file
    assert "entry point console_scripts/tag: __main__.py:cli fails" in command


def test_accepted_differences_are_no_errors(
    workshop: Workshop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of accepted differences makes a comparison end well once it names all of them."""
    (old,) = (adopted(workshop, "src-layout") / "wheel").glob("*.whl")
    (new,) = (adopted(workshop, "poetry") / "wheel").glob("*.whl")
    accept = tmp_path / "accepted.txt"
    accept.write_text("# one\n\nfile *\n", encoding="utf-8")
    compare = ["compare", str(old), str(new), "--accept", str(accept)]
    assert 1 == adopt.main(compare)
    assert "accepted: file bird_calls/window.py: the new wheel lacks it" in capsys.readouterr().out
    accept.write_text("*\n", encoding="utf-8")
    assert 0 == adopt.main(compare)


@pytest.mark.parametrize(
    ("code", "name", "defined"),
    [
        ("def main(): ...", "main", True),
        ("try:\n    from a import b as main\nexcept ImportError:\n    main = None", "main", True),
        ("from a import *", "main", True),
        ("def other():\n    main = 1", "main", False),
        ("class App:\n    def main(self): ...", "main", False),
        ("main()", "main", False),
    ],
)
def test_a_function_is_found_in_code(code: str, name: str, defined: bool) -> None:
    """A name counts only where the module itself binds it, however it does."""
    assert defined == adopt.defines(code.encode(), name)


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("Six_Pack>=1", {"": {"six-pack>=1"}, "a": set(), "b": set()}),
        ('x; extra == "a"', {"": set(), "a": {"x"}, "b": set()}),
        ("x ; extra == 'a' or extra == 'b'", {"": set(), "a": {"x"}, "b": {"x"}}),
        (
            'x; (os_name == "nt" or os_name == "java") and extra == "a"',
            {"": set(), "a": {'x; os_name == "nt" or os_name == "java"'}, "b": set()},
        ),
        (
            'x; extra == "b" and python_full_version < "3.12"',
            {"": set(), "a": set(), "b": {'x; python_version < "3.12"'}},
        ),
        (
            'x; os_name == "nt" or os_name == "java" and extra == "a"',
            {
                "": set(),
                "a": {'x; os_name == "nt" or os_name == "java" and extra == "a"'},
                "b": set(),
            },
        ),
        ('demo[b]; extra == "a"', {"": set(), "a": set(), "b": set()}),
    ],
)
def test_requirements_are_split_by_extras(requirement: str, expected: dict[str, set[str]]) -> None:
    """However a build backend writes the marker, a requirement gets under its extras, or stays."""
    metadata = {"name": "Demo", "provides_extra": ["a", "b"], "requires_dist": [requirement]}
    assert expected == adopt.split_requirements(cast("RawMetadata", metadata))


@pytest.mark.parametrize(
    ("old", "minimum", "expected"),
    [
        ("", "3.11", ">=3.11"),
        (">=3.8", "3.11", ">=3.11"),
        (">=3.8,<4,!=3.9.*,!=3.13.0", "3.11", ">=3.11,!=3.13.0,<4"),
        ("~=3.8", "3.11", ">=3.11,<4"),
        (">=3.12.4", "3.12", ">=3.12.4"),
    ],
)
def test_requires_python_keeps_its_bounds(old: str, minimum: str, expected: str) -> None:
    """The lower bound rises to the template's, and what else is said stays."""
    assert expected == adopt.narrowed(old, minimum)


@pytest.mark.parametrize(
    ("names", "addresses", "expected"),
    [
        ("Ada", "ada@example.com", [("Ada", "ada@example.com")]),
        ("", "Ada <ada@example.com>", [("Ada", "ada@example.com")]),
        ("Ada, Bo", "", [("Ada", ""), ("Bo", "")]),
        (
            "Ada, Bo",
            "a@example.com, b@example.com",
            [("Ada", "a@example.com"), ("Bo", "b@example.com")],
        ),
        ("Bo", "Ada <ada@example.com>", [("Bo", ""), ("Ada", "ada@example.com")]),
        ("UNKNOWN", "", []),
    ],
)
def test_people_are_read_as_backends_write_them(
    names: str, addresses: str, expected: list[tuple[str, str]]
) -> None:
    """Names and addresses of the two fields find each other."""
    assert expected == adopt.people(names, addresses)


def files_for(case: str, folder: Path) -> Path:
    """Make what can't be adopted, and return the path to give."""
    folder.mkdir()
    contents = {
        "empty": {},
        "tools": {"pyproject.toml": "[tool.ruff]\nline-length = 100\n"},
        "toml": {"pyproject.toml": "[project\n"},
        "fails": {"setup.py": "raise SystemExit('the compiler is missing')\n"},
        "missing": {
            "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "no_such_backend"\n'
        },
    }
    for name, text in contents.get(case, {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "nowhere" if case == "nowhere" else folder


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("nowhere", "is no folder; give that of the project"),
        ("empty", "has neither pyproject.toml nor setup.py, so that nothing can build it"),
        ("tools", "it is no package's, but holds settings of tools"),
        ("toml", "pyproject.toml is no TOML: "),
        ("fails", "the build of project failed: the compiler is missing"),
        ("missing", "no_such_backend"),
    ],
)
def test_what_cannot_be_adopted_is_refused(
    case: str,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One sentence says why, the project stays as it is, and nothing is left anywhere."""
    project = files_for(case, tmp_path / "project")
    before = tree(tmp_path)
    for name in ("out", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert 1 == adopt.main(["read", "--yes", "--output", str(tmp_path / "out"), str(project)])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("adopt.py: ")
    assert sentence in line
    assert before == tree(tmp_path)
    assert [] == [*(tmp_path / "temporary").iterdir()]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("", "nobody is there to ask; give --yes"),
        ("n\n", "nothing was built, and nothing was written"),
    ],
)
def test_foreign_code_runs_only_on_request(
    answer: str,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The build is announced, and without a yes it does not begin."""
    project = tmp_path / "project"
    project.mkdir()
    code = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    (project / "setup.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    monkeypatch.chdir(tmp_path)
    assert 1 == adopt.main(["read", "project"])
    printed = capsys.readouterr()
    assert "runs the code of its setup.py" in printed.out
    assert sentence in printed.err
    assert {"project/setup.py"} == set(tree(tmp_path))


@pytest.mark.parametrize("output", [".", "elsewhere"])
def test_output_goes_beside_the_project(
    output: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program writes neither into the existing project nor into a folder that is not there."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "setup.py").touch()
    assert 1 == adopt.main(["read", "--yes", "--output", str(project / output), str(project)])
    assert "give another --output" in capsys.readouterr().err
    assert {"project/setup.py"} == set(tree(tmp_path))


def test_the_page_adopts_a_project(tmp_path: Path) -> None:
    """The page's own commands, in their order, carry a setup.py into the new commit."""
    git = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    old = shutil.copytree(PACKAGES / "setup-py-broken-script", tmp_path / "my-project")
    run("git", "init", "--quiet", "--initial-branch=main", cwd=old)
    run("git", "add", "--all", cwd=old)
    run(*git, "commit", "--quiet", "--message=Begin", cwd=old)
    template = shutil.copytree(snapshot(), tmp_path / "packagestan")
    shutil.copytree(ROOT / "tools", template / "tools", ignore=shutil.ignore_patterns("__py*"))
    before = tree(old)

    identity = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com"}
    identity |= {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def bash(text: str) -> str:
        for written, here in (
            ("git clone https://github.com/ORG/packagestan\n", ""),
            ("gh:ORG/packagestan", "packagestan"),
            ("my-project.answers", "genre-tagger.answers"),
            ("adopt.py read", "adopt.py read --yes"),
            ("adopt.py compare", "adopt.py compare --yes"),
        ):
            text = text.replace(written, here)
        return run("bash", "-eu", "-c", text, cwd=tmp_path, env=identity | {"PATH": path}).stdout

    bash(console(0))
    assert before == tree(old)
    bash(console(1))
    report = (tmp_path / "genre-tagger.report.md").read_text(encoding="utf-8")
    follow(report, old, tmp_path / "my-project-adopted")
    told = bash(console(2))
    assert "explained: file genre_tagger/data/genres.json: only the new wheel has it" in told
    assert "not explained" not in told
    assert before == tree(old)
    gone = bash(console(3) + console(4))
    assert ["requirements.txt", "setup.py"] == gone.split()
    file = "src/genre_tagger/data/genres.json"
    log = run("git", "log", "--follow", "--format=%s", "--", file, cwd=old).stdout
    assert ["Adopt Packagestan", "Begin"] == log.splitlines()
    assert "" == run("git", "status", "--porcelain", cwd=old).stdout
    assert "requirements.txt" in tree(old)
