"""The conventions of the repository: locations, names, and what is never used."""

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
from harness.packagestan.answers import axes, choices, question_files, questions
from harness.packagestan.option_folders import (
    ADDITIONAL,
    EMPTY,
    FILES,
    OPTIONAL,
    folder_axes,
    listed,
    page,
    problems,
)
from harness.packagestan.template import OPTIONS, ROOT, environment, snapshot
from harness.rendering.render import recorded_answers
from harness.updates.projects import start, update
from harness.updates.releases import add_release, copy_template, first_release

TEMPLATE = ROOT / "template"
PROJECT = TEMPLATE / "project"


def test_questions_are_included_in_their_order() -> None:
    """copier.yml includes every question file, in the order of the numbers."""
    files = sorted(path.relative_to(ROOT).as_posix() for path in TEMPLATE.glob("questions/*"))
    assert files == question_files()


def test_every_question_but_the_name_has_a_default() -> None:
    """Only the project's name requires an answer."""
    without = [name for name, question in questions().items() if "default" not in question]
    assert ["project_name"] == without


def test_every_asked_question_is_explained_in_one_line() -> None:
    """Each question that is asked has a one-line help text."""
    for name, question in questions().items():
        if question.get("when") is False or question.get("ask") is False:
            continue
        assert question["help"].strip(), name
        assert "\n" not in question["help"].strip(), name


def test_computed_values_are_the_last_questions() -> None:
    """Only the check of all input and the preset's answers come before the last question file."""
    last = yaml.safe_load((ROOT / question_files()[-1]).read_text(encoding="utf-8"))
    computed = [name for name, question in questions().items() if question.get("when") is False]
    assert ["valid_input", "preset_answers", *last] == computed


@pytest.mark.parametrize("axis", axes())
def test_an_axis_has_its_test_and_its_page(axis: str) -> None:
    """Each axis has a test file and a reference page with its name; see also `option_folders`."""
    assert (ROOT / "tests" / "options" / f"test_{axis}.py").is_file()
    assert (ROOT / "docs" / "reference" / "options" / f"{axis}.md").is_file()


@pytest.mark.parametrize("axis", FILES)
def test_a_choice_is_one_file(axis: str) -> None:
    """Each license and each preset has its own file, and no file is without a choice."""
    assert set(choices(axis)) - {"custom"} == {path.stem for path in FILES[axis].iterdir()}


@pytest.mark.parametrize("axis", folder_axes())
def test_a_choice_is_one_folder(axis: str) -> None:
    """Each choice has a complete folder and is described, and no folder is without a choice."""
    if found := problems(OPTIONS / axis, listed(axis), page(axis)):
        pytest.fail("\n".join(found), pytrace=False)


# Axes in which a new choice needs a line in its question and a folder, and a choice of each.
EXTENSIBLE = {
    "backend": "hatchling",
    "cli_library": "click",
    "docs_engine": "sphinx",
    "hooks": "local",
    "task_runner": "just",
    "template_updates": "renovate",
    "type_checker": "mypy",
}


def add_copy(template: Path, axis: str) -> None:
    """Add a choice to a template: a copy of another one, under a new name."""
    model = EXTENSIBLE[axis]
    folder = template / "template" / "options" / axis
    shutil.copytree(folder / model, folder / f"{model}-copy")
    for file in (template / "template" / "questions").iterdir():
        text = file.read_text(encoding="utf-8")
        line = re.search(rf"(?m)^    [^:\n]+: {model}$", text)
        if line and f"\n{axis}:" in f"\n{text}":
            new = f"    Copy of {model}: {model}-copy"
            file.write_text(text.replace(line[0], f"{line[0]}\n{new}"), encoding="utf-8")


def test_a_choice_needs_a_line_and_a_folder(tmp_path: Path) -> None:
    """Copies of choices under new names, offered in their questions, give the same project."""
    template = tmp_path / "template"
    template.mkdir()
    copy_template(template)
    for axis in EXTENSIBLE:
        add_copy(template, axis)
    # A license needs a file instead of a folder, and a preset is only a file.
    shutil.copy(template / "template/licenses/MIT.txt", template / "template/licenses/MIT-copy.txt")
    question = template / "template/questions/10_essentials.yml"
    line = "    MIT - permissive, keep the notice: MIT\n"
    text = question.read_text(encoding="utf-8")
    question.write_text(text.replace(line, f"{line}    Copy of MIT: MIT-copy\n"), encoding="utf-8")
    presets = template / "template" / "presets"
    text = (presets / "full.yml").read_text(encoding="utf-8")
    (presets / "full-copy.yml").write_text(text.replace("label: ", "label: Copy of "), "utf-8")
    answers = {"project_name": "My Project", "mode": "app", "copyright_year": "2026"}
    projects = []
    for suffix in ("", "-copy"):
        chosen = {axis: model + suffix for axis, model in EXTENSIBLE.items()}
        chosen |= {"license": f"MIT{suffix}", "preset": f"full{suffix}"}
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


@pytest.mark.parametrize("axis", EXTENSIBLE)
def test_a_retired_choice_is_not_offered(axis: str, tmp_path: Path) -> None:
    """One entry in `choice.json` hides a choice from new projects, and a project keeps it."""
    # A repository is cloned once for each path, and pytest uses the paths of passed tests again.
    template = first_release(tmp_path / f"template-{axis}")
    model = EXTENSIBLE[axis]
    add_copy(template, axis)
    add_release(template, "2.0.0")
    answers = {"project_name": "My Project", axis: f"{model}-copy"}
    project = start(template, "2.0.0", tmp_path / "project", answers)
    file = template / "template" / "options" / axis / f"{model}-copy" / "choice.json"
    data = json.loads(file.read_text(encoding="utf-8")) | {"retired": "3.0"}
    file.write_text(json.dumps(data), encoding="utf-8")
    add_release(template, "3.0.0")

    assert [] == update(project)

    assert f"{model}-copy" == recorded_answers(project)[axis]
    with pytest.raises(ValueError, match=f"'{model}-copy' is not in"):
        start(template, "3.0.0", tmp_path / "new", answers)


@pytest.mark.parametrize("axis", folder_axes())
def test_an_incomplete_choice_is_named(axis: str, tmp_path: Path) -> None:
    """A copy of a choice under a new name is complete, and each part that is left out is named."""
    folder = shutil.copytree(OPTIONS / axis, tmp_path / "options" / axis)
    model = EXTENSIBLE.get(axis) or next(choice for choice in listed(axis) if choice != "none")
    shutil.copytree(folder / model, folder / "novelty")
    new = f"template/options/{axis}/novelty"
    offered = [*listed(axis), "novelty"]
    text = page(axis) + "\n`novelty` is new.\n"

    def found() -> list[str]:
        return problems(folder, offered, text)

    assert [] == found()
    assert [f"{new}: offer it in the question, or delete the folder"] == problems(
        folder, listed(axis), text
    )
    assert [
        f"docs/reference/options/{axis}.md: describe `novelty` outside the generated sections"
    ] == problems(
        folder, offered, page(axis) + "<!-- [[[cog ]]] -->\n`novelty`\n<!-- [[[end]]] -->\n"
    )
    (folder / "novelty").rename(tmp_path / "moved")
    assert [f"{new}: create it from the folder of a similar choice"] == found()
    (tmp_path / "moved").rename(folder / "novelty")
    for part in sorted((folder / "novelty").iterdir()):
        if part.name in OPTIONAL.get(axis, set()):
            continue
        content = part.read_text(encoding="utf-8")
        part.unlink()
        assert [f"{new}/{part.name}: add this file, which the other choices have"] == found()
        part.write_text("\n", encoding="utf-8")
        assert [f"{new}/{part.name}: write its content; the file is empty"] == found()
        part.write_text(content, encoding="utf-8")


@pytest.mark.parametrize("axis", EXTENSIBLE)
def test_an_incomplete_fact_is_named(axis: str, tmp_path: Path) -> None:
    """A fact that is missing, misspelled, unknown, empty, or unreadable is named in one sentence."""
    folder = shutil.copytree(OPTIONS / axis, tmp_path / "options" / axis)
    shutil.copytree(folder / EXTENSIBLE[axis], folder / "novelty")
    file = folder / "novelty" / "choice.json"
    facts = json.loads(file.read_text(encoding="utf-8"))
    name = f"template/options/{axis}/novelty/choice.json"

    def found(data: object) -> list[str]:
        file.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return problems(folder, [*listed(axis), "novelty"], page(axis) + "\n`novelty` is new.\n")

    def only(data: object) -> str:
        (sentence,) = found(data)
        assert sentence.startswith(f"{name}: ")
        return sentence.removeprefix(f"{name}: ")

    assert "correct the JSON: Expecting" in only("{")
    assert "write an object in braces" == only("[1]")
    assert 'remove "shade", or add it to the other choices' == only(facts | {"shade": "red"})
    assert "such as" in only(facts | {"retired": ""})
    for key in facts:
        left = {other: value for other, value in facts.items() if other != key}
        assert any(f'"{key}"' in sentence for sentence in found(left)), key
        if key not in ADDITIONAL:
            assert f'rename "{key}s" to "{key}"' in found(left | {f"{key}s": facts[key]})[0]
        if key not in EMPTY | {"reviewed"} and not isinstance(facts[key], bool):
            assert only(facts | {key: type(facts[key])()}).startswith(f'fill in "{key}"')
        if key != "reviewed":
            assert f'change "{key}" to' in found(facts | {key: 1})[0]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"vcs": {}}, 'fill in "vcs_error"'),
        ({"vcs": {}, "vcs_error": "No"}, "delete this file"),
        ({"vcs_error": "No"}, 'remove the text of "vcs_error"'),
        ({"vcs": {"requires": ["hatch-vcs"]}}, 'add "variable"'),
    ],
)
def test_a_backend_has_its_version_or_a_reason(
    changed: dict[str, object], sentence: str, tmp_path: Path
) -> None:
    """The facts of a backend say how the version comes from git, or why it can't."""
    folder = shutil.copytree(OPTIONS / "backend", tmp_path / "options" / "backend")
    file = folder / "hatchling" / "choice.json"
    facts = json.loads(file.read_text(encoding="utf-8")) | changed
    file.write_text(json.dumps(facts), encoding="utf-8")
    assert sentence in problems(folder, listed("backend"), page("backend"))[0]


def test_a_version_from_git_needs_its_settings(tmp_path: Path) -> None:
    """Without the settings of a backend, users would see an error of Jinja."""
    folder = shutil.copytree(OPTIONS / "backend", tmp_path / "options" / "backend")
    (folder / "hatchling" / "vcs.toml.jinja").unlink()
    (sentence,) = problems(folder, listed("backend"), page("backend"))
    assert sentence.startswith("template/options/backend/hatchling/vcs.toml.jinja: add this file")


def test_options_belong_to_axes() -> None:
    """No options, option tests, or option pages exist for an unknown axis."""
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
    # An included template sees the variables that the including template has set. "nothing" is
    # never defined, and "customize" is the answer of earlier releases that `preset` replaces.
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
    """No file depends on the clock, randomness, or the machine.

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
    """Each data file that depends on external facts has the date of its last review."""
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
