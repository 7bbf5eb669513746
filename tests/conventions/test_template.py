"""Check the repository's conventions for locations, names, and forbidden features."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import copier
import pytest
import yaml
from jinja2 import meta, nodes

from harness.artifacts.inspect import tree
from harness.packagestan.answers import axes, choices, question_files, questions
from harness.packagestan.option_folders import (
    EMPTY,
    FILES,
    OPTIONAL,
    axis_problems,
    choices_problems,
    file_problems,
    folder_axes,
    listed,
    page,
    problems,
    question_file,
)
from harness.packagestan.template import OPTIONS, ROOT, environment, snapshot
from harness.rendering.render import recorded_answers
from harness.updates.projects import start, update
from harness.updates.releases import add_release, copy_template, first_release

TEMPLATE = ROOT / "template"
PROJECT = TEMPLATE / "project"


def test_question_files_are_included_in_order() -> None:
    """copier.yml includes every question file in numerical order."""
    files = sorted(path.relative_to(ROOT).as_posix() for path in TEMPLATE.glob("questions/*"))
    assert files == question_files()


def test_only_the_project_name_has_no_default() -> None:
    """The project's name is the only question without a default."""
    without = [name for name, question in questions().items() if "default" not in question]
    assert ["project_name"] == without


def test_every_asked_question_has_a_one_line_help_text() -> None:
    """Every question that is asked has a one-line help text."""
    for name, question in questions().items():
        if question.get("when") is False or question.get("ask") is False:
            continue
        assert question["help"].strip(), name
        assert "\n" not in question["help"].strip(), name


def test_computed_values_come_last() -> None:
    """Only valid_input, preset_answers, and the values in the last question file are computed."""
    last = yaml.safe_load((ROOT / question_files()[-1]).read_text(encoding="utf-8"))
    computed = [name for name, question in questions().items() if question.get("when") is False]
    assert ["valid_input", "preset_answers", *last] == computed


@pytest.mark.parametrize("axis", axes())
def test_axis_has_a_test_and_a_page(axis: str) -> None:
    """Each axis has a test file and a reference page named after it."""
    assert (ROOT / "tests" / "options" / f"test_{axis}.py").is_file()
    assert (ROOT / "docs" / "reference" / "options" / f"{axis}.md").is_file()


@pytest.mark.parametrize("axis", FILES)
def test_each_choice_is_one_file(axis: str) -> None:
    """Each choice except `custom` has a non-empty file, and each file belongs to a choice."""
    offered = [choice for choice in choices(axis) if choice != "custom"]
    if found := file_problems(axis, FILES[axis], offered):
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize(("axis", "name"), [("license", "novelty.txt"), ("preset", "novelty.yml")])
def test_incomplete_file_is_reported(axis: str, name: str, tmp_path: Path) -> None:
    """A license or preset is reported if its file is missing or empty, or if it isn't offered."""
    folder = shutil.copytree(FILES[axis], tmp_path / FILES[axis].name)
    offered = [path.stem for path in folder.iterdir()]
    new = f"template/{folder.name}/{name}"

    def found() -> list[str]:
        return file_problems(axis, folder, [*offered, "novelty"])

    (missing,) = found()
    assert missing.startswith(f"{new}: create it with ")
    (folder / name).write_text("\n", encoding="utf-8")
    (empty,) = found()
    assert empty.startswith(f"{new}: add ")
    assert empty.endswith("; the file is empty")
    (folder / name).write_text("label: New\n", encoding="utf-8")
    assert [] == found()
    assert [f"{new}: offer it in the question, or delete the file"] == file_problems(
        axis, folder, offered
    )


@pytest.mark.parametrize("axis", folder_axes())
def test_each_choice_is_one_folder(axis: str) -> None:
    """Each choice has the required files and is documented, and each folder belongs to a choice."""
    if found := axis_problems(axis):
        pytest.fail("\n".join(found), pytrace=False)


# For a new choice on these axes, the template requires only a folder and a line in the question.
# Each axis is mapped to the choice that the tests copy.
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
    """In a template, copy the folder and the line of the axis's choice in EXTENSIBLE."""
    model = EXTENSIBLE[axis]
    folder = template / "template" / "options" / axis
    shutil.copytree(folder / model, folder / f"{model}-copy")
    for file in (template / "template" / "questions").iterdir():
        text = file.read_text(encoding="utf-8")
        line = re.search(rf"(?m)^    [^:\n]+: {model}$", text)
        if line and f"\n{axis}:" in f"\n{text}":
            new = f"    Copy of {model}: {model}-copy"
            file.write_text(text.replace(line[0], f"{line[0]}\n{new}"), encoding="utf-8")


def test_new_choice_requires_a_line_and_a_folder(tmp_path: Path) -> None:
    """Copies of choices generate the same project as the originals, except for their names."""
    template = tmp_path / "template"
    template.mkdir()
    copy_template(template)
    for axis in EXTENSIBLE:
        add_copy(template, axis)
    # A new license requires a file and a line in the question. A new preset requires only a file.
    shutil.copy(template / "template/licenses/MIT.txt", template / "template/licenses/MIT-copy.txt")
    question = template / question_file("license")
    line = "    MIT - permissive, requires the copyright notice: MIT\n"
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
    """Return the paths of all files in a project."""
    return [path for path in project.rglob("*") if path.is_file()]


@pytest.mark.slow
@pytest.mark.parametrize("axis", EXTENSIBLE)
def test_retired_choice_is_not_offered(axis: str, tmp_path: Path) -> None:
    """A retired choice is rejected in a new project, but existing projects keep it."""
    # Use a unique path, because pytest reuses the paths of passed tests, and clones are cached by
    # path.
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
def test_incomplete_choice_is_reported(axis: str, tmp_path: Path) -> None:
    """A complete choice has no problems, and each missing or empty part is reported."""
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
        assert [f"{new}/{part.name}: write its contents; the file is empty"] == found()
        part.write_text(content, encoding="utf-8")


@pytest.mark.parametrize("line", ["poe - tasks in TOML", "poe:", ": poe", "poe - tasks: TOML: poe"])
def test_wrong_line_in_a_question_is_reported(line: str) -> None:
    """A malformed line is reported with the question file and the expected format."""
    choices = f"{{%- call offer('task_runner') %}}\n    just: just\n    {line}\n{{%- endcall %}}"
    file = question_file("task_runner")
    sentence = f'{file}: write each choice of `task_runner` on a line as "label: choice"'
    assert [sentence] == choices_problems("task_runner", {"choices": choices})


@pytest.mark.parametrize("axis", EXTENSIBLE)
def test_incomplete_fact_is_reported(axis: str, tmp_path: Path) -> None:
    """Invalid files are reported, and so are missing, misspelled, unknown, or invalid facts."""
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
        assert f'rename "{key}s" to "{key}"' == only(left | {f"{key}s": facts[key]})
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
def test_backend_has_vcs_settings_or_a_reason(
    changed: dict[str, object], sentence: str, tmp_path: Path
) -> None:
    """Incomplete or contradictory facts about versions from git are reported."""
    folder = shutil.copytree(OPTIONS / "backend", tmp_path / "options" / "backend")
    file = folder / "hatchling" / "choice.json"
    facts = json.loads(file.read_text(encoding="utf-8")) | changed
    file.write_text(json.dumps(facts), encoding="utf-8")
    assert sentence in problems(folder, listed("backend"), page("backend"))[0]


def test_missing_settings_for_versions_from_git_are_reported(tmp_path: Path) -> None:
    """A backend that supports versions from git but has no settings file for them is reported."""
    folder = shutil.copytree(OPTIONS / "backend", tmp_path / "options" / "backend")
    (folder / "hatchling" / "vcs.toml.jinja").unlink()
    (sentence,) = problems(folder, listed("backend"), page("backend"))
    assert sentence.startswith("template/options/backend/hatchling/vcs.toml.jinja: add this file")


def test_options_belong_to_axes() -> None:
    """Each option folder belongs to an axis, and the tests and pages match the axes."""
    assert {p.name for p in TEMPLATE.glob("options/*")} <= set(axes())
    tests = {p.stem.removeprefix("test_") for p in (ROOT / "tests" / "options").glob("test_*.py")}
    pages = {p.stem for p in (ROOT / "docs" / "reference" / "options").glob("*.md")} - {"index"}
    assert tests == set(axes()) == pages


def test_file_names_contain_at_most_one_flag() -> None:
    """A path segment has at most one condition, and no characters that Windows forbids.

    Each condition is a flag of `has` or a yes-or-no question. Paths have fewer than 100 characters.
    """
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
    """Return the flags in template/data/flags.jinja."""
    text = (TEMPLATE / "data" / "flags.jinja").read_text(encoding="utf-8")
    (mapping,) = environment().parse(text).find_all(nodes.Dict)
    return {pair.key.as_const() for pair in mapping.items}


def test_templates_use_existing_flags() -> None:
    """Templates and file names use only existing flags of `has`, and each flag is used."""
    used = set()
    for path in sorted(TEMPLATE.rglob("*")):
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        asked = set(re.findall(r"\bhas\.(\w+)", path.name + text))
        assert asked <= flags_of_has(), path
        used |= asked
    assert flags_of_has() == used


@cache
def template_trees() -> dict[str, nodes.Template]:
    """Return the parsed files that Copier renders, and the parsed texts in the questions."""
    texts = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(TEMPLATE.rglob("*"))
        # Copier copies files with other suffixes without rendering them.
        if path.is_file() and (path.suffix == ".jinja" or PROJECT not in path.parents)
        if path.parent.name != "questions"
    }
    for name, question in questions().items():
        texts |= {f"{name}: {place}": text for place, text in strings(question)}
    return {place: environment().parse(text) for place, text in texts.items()}


def strings(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each string in nested maps."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from strings(each, f"{place}/{key}")


def test_templates_use_defined_names() -> None:
    """Each name in a template is a question, set or imported by a template, or otherwise known."""
    # An included template can use variables that the including template has set. "nothing" is never
    # defined, and "customize" is a question from earlier releases that `preset` has replaced.
    known = {*questions(), "nothing", "customize", "UNSET"}
    known |= {"_copier_answers", "_copier_conf", "_external_data"}
    trees = template_trees()
    for tree_ in trees.values():
        known |= {name.name for name in tree_.find_all(nodes.Name) if name.ctx == "store"}
        known |= {str(name) for from_ in tree_.find_all(nodes.FromImport) for name in from_.names}
    for place, tree_ in trees.items():
        assert meta.find_undeclared_variables(tree_) <= known, place


def test_imports_and_includes_exist() -> None:
    """Each imported name is defined in the given file and used, and included files exist."""
    trees = template_trees()
    for place, tree_ in trees.items():
        includes = list(tree_.find_all(nodes.Include))
        used = {name.name for name in tree_.find_all(nodes.Name) if name.ctx == "load"}
        for from_ in tree_.find_all(nodes.FromImport):
            assert isinstance(from_.template, nodes.Const)
            source = trees[from_.template.value]
            defined = {macro.name for macro in source.find_all(nodes.Macro)}
            defined |= {name.name for name in source.find_all(nodes.Name) if name.ctx == "store"}
            names = set(map(str, from_.names))
            assert set() == names - defined, place
            # Included files can use all names.
            assert includes or names <= used, place
        for include in includes:
            if isinstance(include.template, nodes.Const):
                assert (ROOT / include.template.value).is_file(), place


def test_no_feature_requires_trust() -> None:
    """copier.yml has no tasks, migrations, Jinja extensions, or data except the answers file."""
    for document in yaml.load_all((ROOT / "copier.yml").read_text(encoding="utf-8"), Loader):
        for key, value in document.items() if isinstance(document, dict) else ():
            assert key not in ("_tasks", "_migrations", "_jinja_extensions")
            if key == "_external_data":
                assert {"recorded": "{{ _copier_conf.answers_file }}"} == value


class Loader(yaml.SafeLoader):
    """A YAML loader that ignores the includes in copier.yml."""


Loader.add_constructor("!include", lambda loader, node: node.value)


@pytest.mark.parametrize(
    "path",
    sorted(TEMPLATE.rglob("*.jinja")),
    ids=lambda path: path.relative_to(TEMPLATE).as_posix(),
)
def test_choices_are_dispatched_by_path(path: Path) -> None:
    """No template has an `elif` branch for a question with more than two choices."""
    found = re.findall(r"\{%-? elif (\w+) == ", path.read_text(encoding="utf-8"))
    assert [] == [axis for axis in found if axis in axes() and len(choices(axis)) > 2]


@pytest.mark.parametrize(
    "path",
    sorted(TEMPLATE.rglob("*.jinja")),
    ids=lambda path: path.relative_to(TEMPLATE).as_posix(),
)
def test_files_only_depend_on_the_answers(path: Path) -> None:
    """No generated file depends on the clock, randomness, or the machine.

    Messages and macros that only questions use are exempt, because they are not part of a project.
    """
    if path.parent.name == "messages" or path.name in ("presets.jinja", "recorded.jinja"):
        return
    # Shuffling a single document has no effect. macros/yaml.jinja explains why `shuffle` is used.
    text = path.read_text(encoding="utf-8").replace("shuffle(seed='one')", "")
    words = ("now(", "random", "shuffle(", "expandvars", "fileglob", "_folder_name", "src_path")
    assert [] == [word for word in words if word in text.replace("_src_path", "")]


def test_data_has_a_review_date() -> None:
    """Each YAML data file contains a review date, except files without facts that change elsewhere."""
    texts = {file.stem: file.read_text(encoding="utf-8") for file in TEMPLATE.glob("data/*.yml")}
    undated = {
        name
        for name, text in texts.items()
        if not re.search(r"\(reviewed \d{4}-\d{2}-\d{2}\)", text)
    }
    own = {"environments", "notes", "renamed_choices", "reserved_names", "starters"}
    assert own == undated


def test_git_ignores_no_file_of_the_template() -> None:
    """Git doesn't ignore any file in the template."""
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
    """With xdist, a test's ID ends with its group's name, so one worker runs the whole group."""
    expected = "together@together" if "PYTEST_XDIST_WORKER" in os.environ else "together"
    assert expected == request.node.nodeid.rpartition("_")[2]
