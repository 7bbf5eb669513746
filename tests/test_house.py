"""The rules of the house: where things stand, what they are called, what is never used."""

import os
import re
from pathlib import Path

import pytest
import yaml
from jinja2 import meta, nodes

from harness.answers import axes, choices, question_files, questions
from harness.inspect import tree
from harness.render import snapshot
from harness.template import ROOT, environment

TEMPLATE = ROOT / "template"
PROJECT = TEMPLATE / "project"

# Where the fragments of an axis are; the default is template/options/<axis>/. An axis without
# fragments is a number or a yes-or-no question.
FRAGMENTS = {"license": TEMPLATE / "licenses", "python_min": None}


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


def test_derived_values_are_the_last_questions() -> None:
    """What follows from the answers stands in the last question file, and nothing else does."""
    derived = yaml.safe_load((ROOT / question_files()[-1]).read_text(encoding="utf-8"))
    assert set(derived) == {
        name for name, question in questions().items() if question.get("when") is False
    }


@pytest.mark.parametrize("axis", axes())
def test_an_axis_has_its_test_and_its_page(axis: str) -> None:
    """Each axis has a test file and a reference page of its own name."""
    assert (ROOT / "tests" / "options" / f"test_{axis}.py").is_file()
    page = (ROOT / "docs" / "reference" / "options" / f"{axis}.md").read_text(encoding="utf-8")
    for choice in choices(axis):
        assert f"`{str(choice).lower() if isinstance(choice, bool) else choice}`" in page


@pytest.mark.parametrize("axis", [a for a in axes() if "choices" in questions()[a]])
def test_a_choice_has_its_fragment(axis: str) -> None:
    """Each choice has its own file, and no file is without a choice."""
    folder = FRAGMENTS.get(axis, TEMPLATE / "options" / axis)
    if folder is None:
        return
    stems = {path.name.split(".txt" if axis == "license" else ".")[0] for path in folder.iterdir()}
    assert set(choices(axis)) == stems


def test_options_belong_to_axes() -> None:
    """There are no options, option tests or option pages of an axis that does not exist."""
    assert {p.name for p in TEMPLATE.glob("options/*")} <= set(axes())
    tests = {p.stem.removeprefix("test_") for p in (ROOT / "tests" / "options").glob("test_*.py")}
    pages = {p.stem for p in (ROOT / "docs" / "reference" / "options").glob("*.md")} - {"index"}
    assert tests == set(axes()) == pages


def test_names_hold_no_logic_but_one_flag() -> None:
    """A file's name has one flag at most, and only characters that Windows allows."""
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
    """No template, and no file's name, asks for a flag that `has` lacks."""
    for path in sorted(TEMPLATE.rglob("*")):
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        asked = re.findall(r"\bhas\.(\w+)", path.name + text)
        assert set(asked) <= flags_of_has(), path


def test_templates_know_the_names_that_they_use() -> None:
    """No template uses a name that is no question, and that no template sets or imports."""
    texts = {
        str(path): path.read_text(encoding="utf-8")
        for path in sorted(TEMPLATE.rglob("*"))
        # Copier copies a project's file of any other name as it is.
        if path.is_file() and (path.suffix == ".jinja" or PROJECT not in path.parents)
        if path.parent.name != "questions"
    }
    for name, question in questions().items():
        texts |= {f"{name}: {key}": text for key, text in question.items() if isinstance(text, str)}
    trees = {place: environment().parse(text) for place, text in texts.items()}
    # An included template sees what the one that includes it has set; "nothing" is never there.
    known = {*questions(), "nothing", "UNSET", "_copier_answers", "_copier_conf"}
    for tree_ in trees.values():
        known |= {name.name for name in tree_.find_all(nodes.Name) if name.ctx == "store"}
        known |= {str(name) for from_ in tree_.find_all(nodes.FromImport) for name in from_.names}
    for place, tree_ in trees.items():
        assert meta.find_undeclared_variables(tree_) <= known, place


def test_no_feature_needs_trust() -> None:
    """The template has no tasks, no migrations and no Jinja extensions."""
    for document in yaml.load_all((ROOT / "copier.yml").read_text(encoding="utf-8"), Loader):
        for key in document if isinstance(document, dict) else ():
            assert key not in ("_tasks", "_migrations", "_jinja_extensions", "_external_data")


class Loader(yaml.SafeLoader):
    """Reads copier.yml without following its includes."""


Loader.add_constructor("!include", lambda loader, node: node.value)


@pytest.mark.parametrize(
    "path",
    sorted(TEMPLATE.rglob("*.jinja")),
    ids=lambda path: path.relative_to(TEMPLATE).as_posix(),
)
def test_choices_are_dispatched_by_path(path: Path) -> None:
    """No template has a ladder of conditions over a choice, and none reaches outside itself."""
    text = path.read_text(encoding="utf-8")
    assert "{% elif" not in text.replace("{%-", "{%") or path.parent.name == "macros"
    # Of one document there is one order; macros/yaml.jinja says what `shuffle` is for.
    text = text.replace("shuffle(seed='one')", "")
    for word in (
        "now(",
        "random",
        "shuffle(",
        "expandvars",
        "fileglob",
        "_folder_name",
        "src_path",
    ):
        assert word not in text


def test_comments_about_data_have_a_review_date() -> None:
    """Each data file that the world outside changes says when it was reviewed."""
    for name in ("actions", "build_backends", "cli_libraries", "python_versions", "tools"):
        text = (TEMPLATE / "data" / f"{name}.yml").read_text(encoding="utf-8")
        assert re.search(r"\(reviewed \d{4}-\d{2}-\d{2}\)", text), name


def test_nothing_is_left_out_of_the_repository() -> None:
    """Every file of the template is one that git would commit."""
    from harness.commands import run

    listed = run(
        *("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "template"),
        cwd=ROOT,
    ).stdout.split("\0")
    committed = {name for name in listed if name and (ROOT / name).exists()}
    present = {f"template/{name}" for name in tree(snapshot() / "template")}
    assert committed == {name for name in present if "__pycache__" not in name}


@pytest.mark.xdist_group("together")
def test_groups_of_tests_stay_together(request: pytest.FixtureRequest) -> None:
    """The processes are told of each group, by the end of its tests' ids."""
    expected = "together@together" if "PYTEST_XDIST_WORKER" in os.environ else "together"
    assert expected == request.node.nodeid.rpartition("_")[2]
