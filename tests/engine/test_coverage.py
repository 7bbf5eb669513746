"""Test the search for possible answers and for variants that cover them."""

import itertools
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.tiny import CARDS, PACKAGE, cards
from harness.space.coverage import Coverage
from harness.space.hostile_answers import Form
from harness.space.questionnaire import Questionnaire

QUESTIONNAIRE = Questionnaire(CARDS)


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Coverage:
    """Return the space of possible answers for the cards template."""
    return cards(CARDS.root, tmp_path_factory.mktemp("cache"))


def test_included_questions_keep_their_order() -> None:
    """Questions are asked in the order in which their files are included."""
    expected = ["recipient", "occasion", "motto", "format", "envelope", "stamp", "decorations"]
    assert [*expected, "title"] == list(QUESTIONNAIRE.questions())
    assert expected == list(QUESTIONNAIRE.asked())


@pytest.mark.parametrize(
    ("axis", "choices"),
    [
        ("occasion", ["birthday", "wedding"]),
        ("format", ["postcard", "folded"]),
        ("envelope", [True, False]),
        ("decorations", ["ribbon", "glitter"]),
    ],
)
def test_choices_begin_with_the_default(axis: str, choices: list[Any]) -> None:
    """The default of an axis comes first, and the other choices keep their order."""
    assert choices == QUESTIONNAIRE.choices(axis)


def test_other_defaults_come_first() -> None:
    """A default that replaces a question's own default comes first."""
    other = Questionnaire(CARDS, {"occasion": "wedding"})
    assert ["wedding", "birthday"] == other.choices("occasion")


def test_multiselect_answers_include_every_combination() -> None:
    """The answer to a multiselect question can be any combination of its choices."""
    expected = [[], ["ribbon"], ["glitter"], ["ribbon", "glitter"]]
    assert expected == QUESTIONNAIRE.answers("decorations")


def test_factors_have_their_levels(space: Coverage) -> None:
    """Axes, multiselect choices, and questions with difficult text have the expected levels."""
    assert {
        "occasion": ["birthday", "wedding"],
        "motto": ["default", "difficult"],
        "format": ["postcard", "folded"],
        "envelope": [True, False],
        "stamp": [False, True],
        "decorations.ribbon": [False, True],
        "decorations.glitter": [False, True],
    } == space.factors()


def test_rejected_combinations_are_found(space: Coverage) -> None:
    """The smallest combinations that validators reject are found."""
    by_format = {"occasion": "birthday", "motto": "difficult", "format": "folded"}
    by_stamp = {"format": "folded", "envelope": False, "stamp": True}
    assert [by_format, by_stamp] == sorted(space.refused(), key=len, reverse=True)


def accepted_rows(space: Coverage) -> list[dict[str, Any]]:
    """Try all rows, and return the ones that Copier accepts."""
    factors = space.factors()
    rows = [
        dict(zip(factors, levels, strict=True)) for levels in itertools.product(*factors.values())
    ]
    return [row for row in rows if not CARDS.refusal(space.answers_of(row))]


def test_every_combination_of_three_levels_is_covered(space: Coverage) -> None:
    """A few accepted variants contain every possible combination of three levels."""
    accepted = accepted_rows(space)
    assert [] == [row for row in space.rows() if row not in accepted]
    for names in itertools.combinations(space.factors(), 3):
        possible = {tuple(row[name] for name in names) for row in accepted}
        assert possible == {tuple(row[name] for name in names) for row in space.rows()}
    assert len(space.rows()) < len(accepted) / 3


def test_every_combination_of_combined_axes_has_a_variant(space: Coverage) -> None:
    """Every combination of the combined axes has a variant that is named after it."""
    expected = {"birthday-false", "birthday-true", "wedding-false", "wedding-true"}
    assert expected == {space.name_of(answers) for answers in space.covering()}


def test_quick_variants_cover_each_level(space: Coverage) -> None:
    """A quick run has fewer variants, but they still contain each choice."""
    chosen = space.each_level_once()
    assert len(chosen) < len(space.rows())
    for axis in ("occasion", "format", "envelope", "stamp"):
        assert set(QUESTIONNAIRE.choices(axis)) == {answers[axis] for answers in chosen}


def test_difficult_text_is_copied_unchanged() -> None:
    """An invalid answer is rejected, and difficult answers are copied unchanged into the files."""
    form = Form(Questionnaire(PACKAGE), {})
    assert (
        form.refusal("numbers", "a text") == "Validation error for question 'numbers': enter a list"
    )
    assert "" == form.refusal("numbers", "[1]")
    card = Form(QUESTIONNAIRE, {"occasion": "wedding"}, {"recipient": "Plain"})
    hostile = {"motto": '"}, {{ 7 * 7 }} \\', "recipient": "<b> & 'Ada'"}
    for file in ("card.json", "card.md"):
        text = card.file(file, card.answered(hostile))
        assert card.expected(file, hostile) == card.read(file, text)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a copy of the cards template that a test can change."""
    return Path(shutil.copytree(CARDS.root, tmp_path / "cards"))


def test_question_file_names_do_not_matter(space: Coverage, copied: Path) -> None:
    """Renaming a question file changes neither the questions nor the variants."""
    (copied / "questions" / "paper.yml").rename(copied / "questions" / "material.yml")
    settings = (copied / "copier.yml").read_text(encoding="utf-8")
    (copied / "copier.yml").write_text(settings.replace("paper.yml", "material.yml"), "utf-8")
    renamed = cards(copied, copied / "cache")
    assert list(QUESTIONNAIRE.questions()) == list(renamed.questionnaire.questions())
    assert space.rows() == renamed.rows()


def test_variants_are_computed_once(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variants are read from the cache unless a relevant file has changed."""
    first = cards(copied, copied / "cache").rows()
    with monkeypatch.context() as patch:
        patch.setattr(Coverage, "find_refused", lambda _: pytest.fail("computed again"))
        assert first == cards(copied, copied / "cache").rows()
    (copied / "questions" / "people.yml").write_text("recipient: {type: str}\n", encoding="utf-8")
    with pytest.raises(KeyError):
        cards(copied, copied / "cache").rows()


@pytest.mark.parametrize("file", ["copier.yml", "questions/people.yml", "questions/paper.yml"])
def test_cached_variants_depend_on_each_question_file(
    file: str, space: Coverage, copied: Path
) -> None:
    """A change to any question file invalidates the cache."""
    assert space.digest() == cards(copied, copied).digest()
    with (copied / file).open("a", encoding="utf-8") as opened:
        opened.write("# changed\n")
    assert space.digest() != cards(copied, copied).digest()


def test_cached_variants_depend_on_paths(copied: Path) -> None:
    """Moving a file invalidates the cache, because questions read files by path."""
    (copied / "questions" / "red").mkdir()
    (copied / "questions" / "red" / "facts.json").write_text("{}\n", encoding="utf-8")
    before = cards(copied, copied).digest()
    (copied / "questions" / "red").rename(copied / "questions" / "rose")
    assert before != cards(copied, copied).digest()


def test_cached_variants_depend_on_the_settings(space: Coverage) -> None:
    """A change to the settings invalidates the cache."""
    assert space.digest() != cards(CARDS.root, CARDS.root, motto="other").digest()
