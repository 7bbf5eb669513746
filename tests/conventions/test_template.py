"""The conventions of the repository: where things are, what they are called, what is never used."""

import json
import os
import re
import shutil
from pathlib import Path

import copier
import pytest
import yaml
from jinja2 import meta, nodes

from harness.artifacts.inspect import tree
from harness.packagestan.answers import axes, choices, question_files, questions, retired
from harness.packagestan.template import ROOT, environment, snapshot
from harness.updates.releases import copy_template

TEMPLATE = ROOT / "template"
PROJECT = TEMPLATE / "project"

# Axes whose choices are files.
FILES = {"license": TEMPLATE / "licenses", "preset": TEMPLATE / "presets"}

# Axes whose choices only differ in a condition.
WITHOUT_FRAGMENTS = {"docs_hosting", "python_min", "release_tool", "test_matrix"}

# Axes whose choices are folders. Every choice has the same parts, except for these: only pip checks
# its lock file with a command, direnv has neither an environment nor a lock file, conda has no lock
# file, and some build backends can't read the version from git.
FOLDERS = [
    axis
    for axis in axes()
    if "choices" in questions()[axis] and axis not in WITHOUT_FRAGMENTS | FILES.keys()
]
OPTIONAL = {
    "backend": {"vcs.toml.jinja"},
    "environments": {"check.jinja", "envrc.jinja", "lock.jinja", "run.jinja"},
    "publish": {"github.yml.jinja", "gitlab.yml.jinja"},
}


def test_questions_are_included_in_their_order() -> None:
    """copier.yml includes every question file, in the order of the numbers."""
    files = sorted(path.relative_to(ROOT).as_posix() for path in TEMPLATE.glob("questions/*"))
    assert files == question_files()


def test_every_question_but_the_name_has_a_default() -> None:
    """Only the project's name must be answered."""
    without = [name for name, question in questions().items() if "default" not in question]
    assert ["project_name"] == without


def test_every_asked_question_is_explained_in_one_line() -> None:
    """Each question that is asked has a help text of one line."""
    for name, question in questions().items():
        if question.get("when") is False or question.get("ask") is False:
            continue
        assert question["help"].strip(), name
        assert "\n" not in question["help"].strip(), name


def test_computed_values_are_the_last_questions() -> None:
    """Only the check of all input and the preset's answers precede the last question file."""
    last = yaml.safe_load((ROOT / question_files()[-1]).read_text(encoding="utf-8"))
    computed = [name for name, question in questions().items() if question.get("when") is False]
    assert ["valid_input", "preset_answers", *last] == computed


@pytest.mark.parametrize("axis", axes())
def test_an_axis_has_its_test_and_its_page(axis: str) -> None:
    """Each axis has a test file and a reference page with its name."""
    assert (ROOT / "tests" / "options" / f"test_{axis}.py").is_file()
    page = (ROOT / "docs" / "reference" / "options" / f"{axis}.md").read_text(encoding="utf-8")
    for choice in choices(axis):
        assert f"`{str(choice).lower() if isinstance(choice, bool) else choice}`" in page


@pytest.mark.parametrize("axis", FILES)
def test_a_choice_is_one_file(axis: str) -> None:
    """Each license and each preset has its own file, and no file is without a choice."""
    assert set(choices(axis)) - {"custom"} == {path.stem for path in FILES[axis].iterdir()}


@pytest.mark.parametrize("axis", FOLDERS)
def test_a_choice_is_one_folder(axis: str) -> None:
    """Each choice has a folder with the same parts as the others, and no folder is without a choice."""
    assert [] == problems(TEMPLATE / "options" / axis, choices(axis) + retired(axis))


def problems(folder: Path, offered: list[str]) -> list[str]:
    """Return what is wrong with the folders of an axis, one sentence each.

    Args:
        folder: The axis.
        offered: The choices in the question, including those that are retired.
    """
    found = [
        f"{path}: offer it in the question, or delete the folder"
        for path in sorted(folder.iterdir())
        if path.name not in offered
    ]
    parts = {path.name for path in folder.glob("*/*")} - OPTIONAL.get(folder.name, set())
    keys = [key for file in folder.glob("*/choice.json") for key in json.loads(file.read_text())]
    for choice in offered:
        missing = parts - {path.name for path in folder.glob(f"{choice}/*")}
        if choice == "none":
            missing &= {"choice.json"}
        found += [f"{folder / choice}: add {name}" for name in sorted(missing)]
        found += [
            f"{path}: it is empty"
            for path in sorted(folder.glob(f"{choice}/*"))
            if not path.read_text(encoding="utf-8").strip()
        ]
        for file in folder.glob(f"{choice}/choice.json"):
            given = json.loads(file.read_text(encoding="utf-8"))
            expected = set(keys) - {"reviewed"}
            if given.get("requires") or given.get("requirement"):
                expected.add("reviewed")
            found += [f"{file}: add {key}" for key in sorted(expected - given.keys())]
    return found


# Axes in which a choice only needs a line in its question and a folder, and a choice of each. The
# choices of the other axes have their own files in template/project/.
EXTENSIBLE = {
    "backend": "hatchling",
    "cli_library": "click",
    "docs_engine": "sphinx",
    "task_runner": "just",
    "type_checker": "mypy",
}


def test_a_choice_needs_a_line_and_a_folder(tmp_path: Path) -> None:
    """Copies of choices under new names, offered in their questions, give the same project."""
    template = tmp_path / "template"
    template.mkdir()
    copy_template(template)
    for axis, model in EXTENSIBLE.items():
        folder = template / "template" / "options" / axis
        shutil.copytree(folder / model, folder / f"{model}-copy")
        for file in (template / "template" / "questions").iterdir():
            text = file.read_text(encoding="utf-8")
            line = re.search(rf"(?m)^    [^:\n]+: {model}$", text)
            if line and f"\n{axis}:" in f"\n{text}":
                new = f"    Copy of {model}: {model}-copy"
                file.write_text(text.replace(line[0], f"{line[0]}\n{new}"), encoding="utf-8")
    answers = {"project_name": "My Project", "mode": "app", "copyright_year": "2026"}
    projects = []
    for suffix in ("", "-copy"):
        chosen = {axis: model + suffix for axis, model in EXTENSIBLE.items()}
        projects.append(tmp_path / f"project{suffix}")
        copier.run_copy(str(template), projects[-1], answers | chosen, defaults=True, quiet=True)
    expected, found = (
        {path.relative_to(project): path.read_text("utf-8") for path in files(project)}
        for project in projects
    )
    assert expected == {path: text.replace("-copy", "") for path, text in found.items()}


def files(project: Path) -> list[Path]:
    """Return the files of a project."""
    return [path for path in project.rglob("*") if path.is_file()]


@pytest.mark.parametrize("axis", FOLDERS)
def test_an_incomplete_choice_is_named(axis: str, tmp_path: Path) -> None:
    """A copy of a choice under a new name is complete, and each part that is left out is named."""
    folder = shutil.copytree(TEMPLATE / "options" / axis, tmp_path / axis)
    model = next(choice for choice in choices(axis) if choice != "none")
    shutil.copytree(folder / model, folder / "new")
    offered = [*choices(axis), "new"]
    assert [] == problems(folder, offered)
    assert [f"{folder / 'new'}: offer it in the question, or delete the folder"] == problems(
        folder, choices(axis)
    )
    for part in sorted((folder / "new").iterdir()):
        if part.name in OPTIONAL.get(axis, set()):
            continue
        text = part.read_text(encoding="utf-8")
        part.unlink()
        assert [f"{folder / 'new'}: add {part.name}"] == problems(folder, offered)
        part.write_text("\n", encoding="utf-8")
        if part.suffix != ".json":
            assert [f"{part}: it is empty"] == problems(folder, offered)
        part.write_text(text, encoding="utf-8")
    for file in folder.glob("new/choice.json"):
        facts = json.loads(file.read_text(encoding="utf-8"))
        for key in sorted(facts.keys() - {"reviewed"}):
            left = {name: value for name, value in facts.items() if name != key}
            file.write_text(json.dumps(left), encoding="utf-8")
            assert f"{file}: add {key}" in problems(folder, offered)


def test_options_belong_to_axes() -> None:
    """There are no options, option tests, or option pages of an axis that does not exist."""
    assert {p.name for p in TEMPLATE.glob("options/*")} <= set(axes())
    tests = {p.stem.removeprefix("test_") for p in (ROOT / "tests" / "options").glob("test_*.py")}
    pages = {p.stem for p in (ROOT / "docs" / "reference" / "options").glob("*.md")} - {"index"}
    assert tests == set(axes()) == pages


def test_file_names_contain_one_flag_at_most() -> None:
    """A part of a path has one flag or one computed name, and only characters that Windows allows."""
    flags = {f"has.{name}" for name in flags_of_has()} | {
        name for name in axes() if questions()[name]["type"] == "bool"
    }
    for path in PROJECT.rglob("*"):
        conditions = re.findall(r"{% if (.*?) %}", path.name)
        assert len(conditions) <= 1, path
        assert set(conditions) <= flags, path
        assert not re.search(r'["|<>?*:\\]', path.name), path
        assert len(path.relative_to(PROJECT).as_posix()) < 100, path


def flags_of_has() -> set[str]:
    """Return the flags that template/data/flags.jinja lists."""
    text = (TEMPLATE / "data" / "flags.jinja").read_text(encoding="utf-8")
    (mapping,) = environment().parse(text).find_all(nodes.Dict)
    return {pair.key.as_const() for pair in mapping.items}


def test_templates_ask_for_flags_that_exist() -> None:
    """Each flag of `has` exists and is used in a template, or in the name of a file."""
    used = set()
    for path in sorted(TEMPLATE.rglob("*")):
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        asked = set(re.findall(r"\bhas\.(\w+)", path.name + text))
        assert asked <= flags_of_has(), path
        used |= asked
    assert flags_of_has() == used


def test_templates_know_the_names_that_they_use() -> None:
    """Each name in a template is a question, or a template sets or imports it."""
    texts = {
        str(path): path.read_text(encoding="utf-8")
        for path in sorted(TEMPLATE.rglob("*"))
        # Copier copies a project's files with other names without rendering them.
        if path.is_file() and (path.suffix == ".jinja" or PROJECT not in path.parents)
        if path.parent.name != "questions"
    }
    for name, question in questions().items():
        texts |= {f"{name}: {key}": text for key, text in question.items() if isinstance(text, str)}
    trees = {place: environment().parse(text) for place, text in texts.items()}
    # An included template sees what the including template has set. "nothing" is never defined, and
    # "customize" is the answer of earlier releases that `preset` replaces.
    known = {*questions(), "nothing", "customize", "UNSET"}
    known |= {"_copier_answers", "_copier_conf", "_external_data"}
    for tree_ in trees.values():
        known |= {name.name for name in tree_.find_all(nodes.Name) if name.ctx == "store"}
        known |= {str(name) for from_ in tree_.find_all(nodes.FromImport) for name in from_.names}
    for place, tree_ in trees.items():
        assert meta.find_undeclared_variables(tree_) <= known, place


def test_no_feature_needs_trust() -> None:
    """The template has no tasks, migrations, or Jinja extensions, and only reads the answers file."""
    for document in yaml.load_all((ROOT / "copier.yml").read_text(encoding="utf-8"), Loader):
        for key, value in document.items() if isinstance(document, dict) else ():
            assert key not in ("_tasks", "_migrations", "_jinja_extensions")
            if key == "_external_data":
                assert {"recorded": "{{ _copier_conf.answers_file }}"} == value


class Loader(yaml.SafeLoader):
    """A loader that reads copier.yml without following its includes."""


Loader.add_constructor("!include", lambda loader, node: node.value)


@pytest.mark.parametrize(
    "path",
    sorted(TEMPLATE.rglob("*.jinja")),
    ids=lambda path: path.relative_to(TEMPLATE).as_posix(),
)
def test_choices_are_dispatched_by_path(path: Path) -> None:
    """No template has a ladder of conditions over the choices of a question."""
    text = path.read_text(encoding="utf-8").replace("{%-", "{%")
    for axis in axes():
        if len(choices(axis)) > 2:
            assert not re.search(rf"{{% elif {axis} == ", text)


@pytest.mark.parametrize(
    "path",
    sorted(TEMPLATE.rglob("*.jinja")),
    ids=lambda path: path.relative_to(TEMPLATE).as_posix(),
)
def test_files_only_depend_on_the_answers(path: Path) -> None:
    """No file depends on the clock, on randomness, or on the machine.

    The messages may, because they are not part of the project. So may the macros that only questions
    use.
    """
    if path.parent.name == "messages" or path.name in ("presets.jinja", "recorded.jinja"):
        return
    # The order of one document is fixed. macros/yaml.jinja explains why `shuffle` is used.
    text = path.read_text(encoding="utf-8").replace("shuffle(seed='one')", "")
    words = ("now(", "random", "shuffle(", "expandvars", "fileglob", "_folder_name", "src_path")
    assert [] == [word for word in words if word in text.replace("_src_path", "")]


def test_data_has_a_review_date() -> None:
    """Each data file that depends on the outside world has the date of its last review."""
    for name in ("actions", "python_versions", "tools"):
        text = (TEMPLATE / "data" / f"{name}.yml").read_text(encoding="utf-8")
        assert re.search(r"\(reviewed \d{4}-\d{2}-\d{2}\)", text), name


def test_git_tracks_every_file_of_the_template() -> None:
    """Git ignores no file of the template."""
    from harness.processes.commands import run

    listed = run(
        *("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "template"),
        cwd=ROOT,
    ).stdout.split("\0")
    committed = {name for name in listed if name and (ROOT / name).exists()}
    present = {f"template/{name}" for name in tree(snapshot() / "template")}
    assert committed == {name for name in present if "__pycache__" not in name}


@pytest.mark.xdist_group("together")
def test_groups_of_tests_stay_together(request: pytest.FixtureRequest) -> None:
    """The worker processes know the group of a test from the end of its id."""
    expected = "together@together" if "PYTEST_XDIST_WORKER" in os.environ else "together"
    assert expected == request.node.nodeid.rpartition("_")[2]
