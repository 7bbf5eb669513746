"""Test the operators, runs, outputs, and reports of mutation testing."""

import csv
import dataclasses
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from harness.packagestan.option_folders import question_file
from harness.packagestan.quick_tests import option_of
from harness.packagestan.template import ROOT
from harness.rendering.template import Answers
from sessions.mutation import judging, outputs, recorder, runs
from sessions.mutation.__main__ import report, write_table
from sessions.mutation.judging import (
    CAUGHT,
    EQUIVALENT,
    SURVIVED,
    Suite,
    Verdict,
    culprits,
    exclusions,
    reason_to_exclude,
    without_overlaps,
)
from sessions.mutation.operators import Fault, code_lines, faults
from sessions.mutation.sources import PARTS, part_of, sample, sources

EXAMPLES = [
    # The operator, the file, the original contents, and the contents with the fault.
    ("delete line", "a.py", "a()\nb()\n", "b()\n"),
    ("remove entry", "a.yml", "a: 1\npermissions:\n  contents: read\n", "a: 1\n"),
    ("remove entry", "a.yml", "a: 1\ntimeout-minutes: 5\n", "a: 1\n"),
    ("remove element", "a.yml", "needs: [lint, test]\n", "needs: [lint]\n"),
    ("remove element", "a.yml", "needs: [lint]\n", "needs: []\n"),
    ("remove element", "a.py", "a = {'b': 1, 'c': 2}\n", "a = {'c': 2}\n"),
    ("swap siblings", "a.yml", "- a\n- b\n", "- b\n- a\n"),
    ("swap siblings", "a.toml", 'a = "x"\nb = "y"\n', 'a = "y"\nb = "x"\n'),
    (
        "negate condition",
        "template/a",
        "{% if a %}b{% endif %}\n",
        "{% if not (a) %}b{% endif %}\n",
    ),
    ("negate condition", "a.py", "if not a:\n    b()\n", "if a:\n    b()\n"),
    ("negate condition", "a.yml", "if: a == b\n", "if: ${{ !(a == b) }}\n"),
    ("negate condition", "a.sh", "if a; then b; fi\n", "if ! a; then b; fi\n"),
    ("drop condition", "template/a", "{{ a if b and c else d }}\n", "{{ a if b else d }}\n"),
    ("drop condition", "template/a", "{{ a if b and c else d }}\n", "{{ a if c else d }}\n"),
    ("take other branch", "template/a", "{{ a if b else c }}\n", "{{ a if false else c }}\n"),
    ("drop filter", "template/a", "{{ a | replace('b', 'c') }}\n", "{{ a }}\n"),
    ("change character", "a.py", "a = 9\n", "a = 0\n"),
    ("weaken expression", "a.py", 're.match(r"\\Aab\\Z", c)\n', 're.match(r"\\Aab", c)\n'),
    ("weaken expression", "a.py", 're.match(r"[ab]+", c)\n', 're.match(r"[ab]*", c)\n'),
    ("weaken expression", "a.py", 're.match(r"[ab]+", c)\n', 're.match(r".+", c)\n'),
]


def with_fault(fault: Fault, text: str) -> str:
    """Return the given text with a fault applied."""
    lines = text.splitlines()
    fault.seed(lines)
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(("operator", "file", "text", "expected"), EXAMPLES)
def test_each_operator_creates_its_fault(
    operator: str, file: str, text: str, expected: str
) -> None:
    """Each operator creates the expected fault in its examples."""
    found = [with_fault(fault, text) for fault in faults(file, text) if fault.operator == operator]
    assert expected in found


@pytest.mark.parametrize(
    "text",
    ['a = "abc"', "a = 3600", "See https://b.org/c", "uses: a/b@0123456789abcdef0123456789abcdef"],
)
def test_one_character_is_changed(text: str) -> None:
    """Exactly one letter or digit in a string, number, URL, or hash is replaced."""
    changed = [
        fault.new[0] for fault in faults("a.md", text) if fault.operator == "change character"
    ]
    assert changed
    for other in changed:
        (pair,) = [pair for pair in zip(text, other, strict=True) if len(set(pair)) == 2]
        assert len({character.isdigit() for character in pair}) == 1


def test_every_operator_has_an_example() -> None:
    """Each operator that occurs in a sample of faults has an example."""
    created = {fault.operator for fault in sample(sources(), 200, seed=0)}
    assert {operator for operator, *_ in EXAMPLES} >= created


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.py", '"""About it."""\n\n# why\nA = 1\n'),
        ("template/a.yml.jinja", "{#- why -#}\n\n# why\n{#- two\n lines -#}\na: 1\n"),
        ("a.toml", "# why\n\n\na = 1\n"),
    ],
)
def test_comments_are_left_alone(file: str, text: str) -> None:
    """No faults are created in empty lines, comments, or docstrings."""
    assert code_lines(file, text) == {text.count("\n") - 1}


def test_faults_are_syntactically_valid() -> None:
    """Faults that a parser rejects are skipped, because they are too easy to catch."""
    assert [] == [fault for fault in faults("a.py", "def f():\n    pass\n") if not fault.new]


def test_sample_is_reproducible() -> None:
    """The seed determines the sample of faults, which contains faults in all parts."""
    texts = sources()
    first = sample(texts, 18, seed=1)
    assert first == sample(texts, 18, seed=1)
    assert first != sample(texts, 18, seed=2)
    assert set(PARTS) == {part_of(fault.file) for fault in first}


def test_faults_are_seeded_and_removed(tmp_path: Path) -> None:
    """Several faults can be seeded into a file together, and the file is restored afterward."""
    (tmp_path / "a.py").write_text("a()\nb()\nc()\n", encoding="utf-8")
    chosen = [
        Fault("a.py", 1, "delete line", ("a()",), ()),
        Fault("a.py", 3, "delete line", ("c()",), ()),
    ]
    with runs.seeded(chosen, tmp_path):
        assert (tmp_path / "a.py").read_text(encoding="utf-8") == "b()\n"
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == "a()\nb()\nc()\n"


def test_linter_catches_faults(tmp_path: Path) -> None:
    """A fault is rejected if Ruff reports it in a Python file. Other files are not linted."""
    (tmp_path / "code.py").write_text("import os\n\nprint(os.name)\n", encoding="utf-8")
    fault = Fault("code.py", 1, "change character", ("import os",), ("import oz",))
    assert not runs.is_linted(tmp_path, fault)
    assert runs.is_linted(
        tmp_path,
        dataclasses.replace(fault, line=3, old=("print(os.name)",), new=("print(os.nbme)",)),
    )
    assert runs.is_linted(tmp_path, dataclasses.replace(fault, file="code.toml"))


def test_surviving_fault_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report names surviving faults and counts each result, and the table lists all faults."""
    verdicts = [
        Verdict("tools/a.py", 7, "delete line", "a() → (nothing)", "adoption tool"),
        Verdict("tools/b.py", 8, "delete line", "b() → (nothing)", "adoption tool", CAUGHT),
        Verdict("tools/c.py", 9, "delete line", "c() → (nothing)", "adoption tool", EQUIVALENT),
    ]
    scores = report(verdicts)
    write_table(verdicts, tmp_path / "table.tsv")
    assert (2, 1, 1) == tuple(scores["all"][k] for k in ("faults", "caught", "without an effect"))
    assert "survived: tools/a.py:7: delete line: a() → (nothing)\n" in capsys.readouterr().out
    with (tmp_path / "table.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    assert ["survived", "caught", "equivalent"] == [row["result"] for row in rows]


def test_bisection_finds_caught_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When several faults are tested together, bisection finds the ones that cause failures."""

    def run_tests(repository: Path, *_: str, tests: list[str]) -> list[str]:
        left = (repository / "a.py").read_text(encoding="utf-8")
        return [test for test in tests if test.removeprefix("::") not in left]

    monkeypatch.setattr(runs, "run_tests", run_tests)
    text = "a()\nb()\nc()\nd()\n"
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    group = [fault for fault in faults("a.py", text) if fault.operator == "delete line"]
    assert {group[1]: "::b", group[3]: "::d"} == culprits(tmp_path, group, ["::b", "::d"])


def test_failed_tests_run_again_with_the_faults_in_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failed tests run again, cheapest first, with each fault in a file that they read."""
    faults_by_name = {
        name: Fault(f"{name}.py", 1, "delete line", ("x",), ()) for name in ("a", "b", "c")
    }
    a, b, c = faults_by_name.values()
    known = {
        "t::slow": runs.Record(9.0, frozenset({"a.py"}), is_quick=False),
        "t::fast": runs.Record(1.0, frozenset({"a.py", "b.py"}), is_quick=False),
        "t::passing": runs.Record(1.0, frozenset({"c.py"}), is_quick=False),
    }
    again: dict[Fault, list[str]] = {}

    def failing(fault: Fault, tests: list[str]) -> str:
        again[fault] = tests
        return "t::slow" if fault == a else ""

    monkeypatch.setattr(judging, "failing", failing)
    failed = {fault: ["t::slow", "t::fast"] for fault in (a, b, c)}
    with ThreadPoolExecutor(1) as pool:
        found = Suite(pool, tmp_path, known).caught(failed)
    assert {a: ["t::fast", "t::slow"], b: ["t::fast"], c: []} == again
    assert {a: "t::slow"} == found


def test_cheap_tests_of_cached_files_run_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a fault in a cached file, failed tests also run in order of cost."""
    reads = frozenset({"template/macros/text.jinja"})
    known = {f"t::{s}": runs.Record(s, reads, is_quick=False) for s in (9.0, 1.0)}
    again: list[str] = []

    def failing(_: Fault, tests: list[str]) -> str:
        again.extend(tests)
        return ""

    monkeypatch.setattr(judging, "failing", failing)
    fault = Fault("copier.yml", 1, "delete line", ("x",), ())
    with ThreadPoolExecutor(1) as pool:
        Suite(pool, tmp_path, known).caught({fault: [*known]})
    assert ["t::1.0", "t::9.0"] == again


def test_more_tests_run_on_surviving_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the quick suite, more tests run on each fault that has survived."""
    results = {"a": SURVIVED, "b": SURVIVED, "c": CAUGHT, "d": EQUIVALENT}
    verdicts = {
        Fault(file, 1, "delete line", ("x",), ()): Verdict(
            file, 1, "delete line", "x", "metadata", result
        )
        for file, result in results.items()
    }
    found = {"a": "t::a", "b": ""}
    monkeypatch.setattr(judging, "judge_again", lambda fault: found[fault.file])
    with ThreadPoolExecutor(1) as pool:
        Suite(pool, tmp_path, {}).run_more_tests(verdicts)
    assert {**results, "a": CAUGHT} == {v.file: v.result for v in verdicts.values()}


def test_fault_that_stops_the_run_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If tests can't be collected with a fault, they run with the other faults."""
    broken, other = (Fault(f"{name}.py", 1, "delete line", ("x",), ()) for name in ("a", "b"))
    for fault in (broken, other):
        (tmp_path / fault.file).write_text("x\n", encoding="utf-8")

    def run_tests(repository: Path, *arguments: str, **_: object) -> list[str]:
        texts = {name: (repository / f"{name}.py").read_text(encoding="utf-8") for name in "ab"}
        if not texts["a"]:
            return ["tests/t.py"]
        return [] if texts["b"] or "--collect-only" in arguments else ["t::b"]

    monkeypatch.setattr(runs, "run_tests", run_tests)
    with ThreadPoolExecutor(1) as pool:
        found = Suite(pool, tmp_path, {}).failures([broken, other])
    assert ({broken: "tests/t.py"}, ["t::b"]) == found


def test_overlapping_faults_are_not_seeded_together() -> None:
    """Faults that change the same line are in different groups."""
    text = "- a\n- b\n- c\n"
    first, second = [f for f in faults("a.yml", text) if f.operator == "swap siblings"]
    third = next(f for f in faults("a.yml", text) if f.line == 3)
    assert [[first, third], [second]] == without_overlaps([first, second, third])


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        (
            "a.py",
            "import b\nfrom c import d\n\n\ndef e(f: int): g(h=1, i=2)\n",
            "from c import d\nimport b\n\n\ndef e(f: str): g(i=2, h=1)\n",
        ),
        ("a.toml", 'a = "b"\nc = 1\n', "c = 1\na = 'b'\n"),
        ("a.yml", "a: b\n", 'a: "b"  # why\n'),
        ("template/data/locked_names.yml", "a: [b, c]\n", "a: [c, b]\n"),
        (
            "a.patch",
            "diff -u c d\n--- c\n+++ d\n@@ -1 +1 @@\n-b\n+e\n",
            "--- c\n+++ d\n@@ -1 +1 @@\n-b\n+e\n",
        ),
    ],
)
def test_equivalent_texts_have_no_effect(file: str, before: str, after: str) -> None:
    """Formatting, comments, annotations, diff's command, and the order of names have no effect."""
    assert outputs.same_meaning(file, before, after)
    assert not outputs.same_meaning(file, before, after.replace("b", "x"))


def test_effects_are_recognized(tmp_path: Path) -> None:
    """Changes to the output are recognized as effects, but additional parentheses are not."""
    template = outputs.template_copy(tmp_path)
    cases: list[Answers] = [{"project_name": "My Project", "copyright_year": "2026"}]
    before = dict(outputs.outputs(template, cases))
    license_question = question_file("license").removeprefix("template/")
    for file, old, new, effects in [
        ("project/README.md.jinja", "# {{", "#  {{", {"file README.md"}),
        ("macros/text.jinja", "two spaces in a row", "two spaces in row", {"user_name"}),
        ("messages/after_copy.jinja", "is ready", "is read", {"message_after_copy"}),
        (license_question, "help: License", "help: Licenses", {"help of license"}),
        ("data/flags.jinja", "'uv': 'uv' in environments", "'uv': ('uv' in environments)", set()),
    ]:
        path = template / "template" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        different = {
            what for _, what in outputs.differences(before, outputs.outputs(template, cases))
        }
        assert effects == {next(filter(what.startswith, effects), what) for what in different}
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "line", "expected"),
    [
        ("a.yml", 2, True),
        ("a.yml", 5, False),
        ("a.yml", 8, True),
        ("update.yml", 2, False),
        ("template/macros/text.jinja", 2, False),
        ("template/questions/50_ci.yml", 2, False),
    ],
)
def test_some_effects_are_not_shown(file: str, line: int, expected: bool) -> None:
    """Changes to questions, macros, names, and texts about updates are never equivalent."""
    text = "a: 1\nb: 2\n\nc: recorded\nd: 4\n\n\ne: 5\n"
    assert expected == outputs.shows_everything(file, text, line)


def test_unreadable_template_is_an_effect(tmp_path: Path) -> None:
    """If Copier can't load a template, the output in each case is an error."""
    template = outputs.template_copy(tmp_path)
    case: Answers = {"project_name": "My Project"}
    (template / "copier.yml").write_text("a: [\n", encoding="utf-8")
    assert [outputs.key(case)] == [found for found, _ in outputs.outputs(template, [case])]
    before = {outputs.key(case): {"file README.md": ""}}
    different = outputs.differences(before, outputs.outputs(template, [case]))
    assert {"file README.md", "file error"} == {what for _, what in different}


def outdated(entries: list[dict[str, str]], repository: Path) -> list[dict[str, str]]:
    """Return the exclusions that have no reason, or whose fault can't be created anymore."""
    found = []
    for entry in entries:
        text = (repository / entry["file"]).read_text(encoding="utf-8")
        created = map(str, faults(entry["file"], text))
        if not entry["reason"] or entry["fault"] not in created:
            found.append(entry)
    return found


def test_excluded_faults_still_exist() -> None:
    """Each excluded fault has a reason and can still be created from the sources."""
    assert [] == outdated(exclusions(), ROOT)


def test_outdated_exclusions_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only existing faults with a reason can be excluded, and then the reason is reported."""
    (tmp_path / "a.py").write_text("a()\nb()\n", encoding="utf-8")
    entries = [
        {"file": "a.py", "fault": "a() → (nothing)", "reason": "a() does nothing"},
        {"file": "a.py", "fault": "b() → (nothing)", "reason": ""},
        {"file": "a.py", "fault": "c() → (nothing)", "reason": "c() does nothing"},
    ]
    file = tmp_path / "excluded.yml"
    file.write_text(yaml.safe_dump(entries), encoding="utf-8")
    monkeypatch.setattr(judging, "EXCLUDED", file)
    read = exclusions.__wrapped__  # The result for the real file is cached.
    assert entries[1:] == outdated(read(), tmp_path)
    monkeypatch.setattr(judging, "exclusions", read)
    first, second = (
        Fault("a.py", n, "delete line", (f"{c}()",), ()) for n, c in ((1, "a"), (2, "b"))
    )
    assert "a() does nothing" == reason_to_exclude(first, tmp_path)
    assert "" == reason_to_exclude(second, tmp_path)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("template/options/ci/github/choice.json", "ci"),
        ("docs/reference/options/ci.md", "ci"),
        ("tests/options/test_ci.py", "ci"),
        ("template/licenses/MIT.txt", "license"),
        ("template/presets/full.yml", "preset"),
        ("template/macros/text.jinja", ""),
    ],
)
def test_file_belongs_to_an_option(file: str, expected: str) -> None:
    """`option_of` finds the option that each kind of file belongs to."""
    assert expected == option_of(file)


@pytest.mark.parametrize(
    ("file", "expected"), [("template/questions/50_ci.yml", True), ("tools/adopt.py", False)]
)
def test_faults_in_the_template_run_the_completeness_tests(file: str, expected: bool) -> None:
    """The test of incomplete choices runs on its own for each fault in the template.

    If it fails in a run with many faults, no other test runs.
    """
    test = f"{runs.COMPLETENESS}[ci]"
    known = {test: runs.Record(seconds=0.01, reads=frozenset(), is_quick=True)}
    chosen = runs.near_tests(Fault(file, 1, "delete line", ("a",), ()), [], [], known, limit=0)
    assert expected == (test in chosen)


@pytest.mark.parametrize(("limit", "expected"), [(runs.SHORT, 1), (runs.LONG, 2)])
def test_slow_tests_need_preparation(limit: float, expected: int) -> None:
    """At first, no slow test of the template runs, even if its module also has quick tests."""
    file = "template/macros/text.jinja"
    known = {
        f"t::{name}": runs.Record(seconds, frozenset({file}), is_quick=name == "quick")
        for name, seconds in (("quick", 0.1), ("slow", 1.0))
    }
    fault = Fault(file, 1, "delete line", ("a",), ())
    assert [*known][:expected] == runs.near_tests(fault, [], [], known, limit)


def test_all_renderings_depend_on_cached_files() -> None:
    """A test that reads any file of the template may also read the files that the tests cache."""
    record = runs.Record(1.0, frozenset({"template/macros/text.jinja"}), is_quick=True)
    assert record.may_read("template/questions/10_essentials.yml")
    assert record.may_read("template/data/tools.yml")
    assert record.may_read("template/macros/text.jinja")
    assert not record.may_read("template/macros/toml.jinja")
    python = runs.Record(1.0, frozenset({"tools/adopt.py"}), is_quick=True)
    assert not python.may_read("copier.yml")


def test_imported_files_are_read() -> None:
    """A test that reads a template also reads the files that it imports, directly or indirectly."""
    found = runs.references("template/project/README.md.jinja")
    assert {"template/macros/markdown.jinja", "template/parts/install.md.jinja"} <= found
    assert {"tools/adopt.py"} == runs.references("tools/adopt.py")


def test_arguments_of_subprocesses_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test reads the sources whose paths it passes to a program."""
    monkeypatch.setattr(recorder, "reads", set())
    patch = "docs/course/exercises/two-numbers/solution.patch"
    recorder.listen("subprocess.Popen", ("git", ["git", "apply", f"{ROOT}/{patch}"], None, None))
    assert {patch} == recorder.reads
