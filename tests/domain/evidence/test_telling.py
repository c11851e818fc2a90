"""E5: what is told of a period is true, in each language, whatever of it is hidden, bounded or missing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from random import Random
from string import Formatter

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.cases.people_codes import AS_SEEN, FORMS, SEX
from hotline.domain.evidence.edition import Edition, FigureCell, PublishedFigures, months_in
from hotline.domain.evidence.exporting.data_package import descriptor
from hotline.domain.evidence.telling.chapter import Chapter, ChapterName
from hotline.domain.evidence.telling.chapters import told
from hotline.domain.evidence.telling.labels import LISTS, figure_label, months_label, plain
from hotline.domain.evidence.telling.numbers import SPACE, is_one, minutes_said, seconds_said
from hotline.domain.evidence.telling.printed import report
from hotline.domain.evidence.telling.results import results
from hotline.domain.evidence.telling.teller import NOT_SHOWN
from hotline.domain.evidence.telling.words import helping, line, method, places
from hotline.text.languages import CODES
from tests.published_year import published

EACH = [(language, edition) for language in CODES for edition in Edition]
CAUSES = re.compile(
    r"\b(because|thanks to|led to|caused|due to|grâce à|à cause|parce que|kubera|bitewe)\b", re.I
)
FEW = {"5", "11", "30", "90", "100"}
"""Numbers that sentences hold whatever was counted."""


drawn = cache(published)


def texts(chapters: Sequence[Chapter]) -> Iterator[str]:
    for chapter in chapters:
        yield from (chapter.title, *chapter.sentences)
        yield from (part for one in chapter.numbers for part in (one.label, one.said))
        yield from (part for chart in chapter.charts for part in (chart.title, chart.sentence))
        for table in chapter.tables:
            yield from (table.title, *table.head, *(cell for row in table.rows for cell in row))


def numbers_in(sentence: str) -> set[str]:
    return set(re.findall(rf"\d+(?:{SPACE}\d{{3}})*", sentence))


def shown(*periods: PublishedFigures) -> set[str]:
    cells = [cell.number for one in periods for cell in one.cells if cell.number is not None]
    units = [*map(minutes_said, cells), *map(seconds_said, cells)]
    return {f"{one:,}".replace(",", SPACE) for one in cells} | {
        number for unit in units for number in numbers_in(unit)
    }


@pytest.mark.row("E5")
@pytest.mark.parametrize(("language", "edition"), EACH)
def test_e5_nine_chapters_tell_a_month_and_no_number_that_is_not_published(
    language: str, edition: Edition
) -> None:
    month, before = drawn("2026-10", edition), drawn("2026-09", edition)
    quarter = drawn("2026-Q2", Edition.OUTSIDE) if edition is Edition.OUTSIDE else None
    chapters = told(month, language, before=before, quarter=quarter)
    assert [one.name for one in chapters] == [*ChapterName]
    first = chapters[0]
    assert (len(first.sentences), len(first.numbers)) == (5, 5)
    assert [one.said.replace(SPACE, "") for one in first.numbers] == [
        month.said(figure) for figure in ("session", "tip", "acted_of_100", "identified", "arrived")
    ]
    assert all(one.before.endswith(tuple("0123456789")) for one in first.numbers)
    known = shown(month, before, *([quarter] if quarter else [])) | FEW
    for chapter in chapters[:-1]:
        for sentence in chapter.sentences:
            assert sentence.endswith("."), sentence
            assert not CAUSES.search(sentence), sentence
            assert numbers_in(sentence) <= known | {"2026", "2"}, sentence
    assert any(chapter.tables for chapter in chapters if chapter.name is ChapterName.ANSWER)
    assert not [text for text in texts(chapters) if "{" in text or "None" in text or not text]


def changed(month: PublishedFigures, seed: int, share: float) -> PublishedFigures:
    """The month with so many of its numbers hidden, bounded or missing."""
    dice, cells = Random(seed), []
    for cell in month.cells:
        kind = dice.choice(["hidden", "bounded", "missing"]) if dice.random() < share else ""
        number = None if kind == "hidden" else cell.number
        bound = dice.choice([">=", "<="]) if kind == "bounded" else ""
        cells += [replace(cell, number=number, bound=bound)] if kind != "missing" else []
    return replace(month, cells=cells)


@given(
    st.integers(0, 10_000),
    st.sampled_from([0.3, 0.9, 1.0]),
    st.sampled_from([*Edition]),
    st.sampled_from(CODES),
)
def test_whatever_is_hidden_or_missing_nothing_is_told_but_what_is_published(
    seed: int, share: float, edition: Edition, language: str
) -> None:
    month = changed(drawn("2026-10", edition), seed, share)
    chapters = told(month, language)
    known = shown(month) | FEW | {"2026"}
    for chapter in chapters[:-1]:
        for sentence in chapter.sentences:
            assert numbers_in(sentence) <= known, sentence
    assert not [text for text in texts(chapters) if "{" in text or "None" in text or not text]


@pytest.mark.parametrize(
    ("language", "held", "between"),
    [
        ("rw", "Ugushyingo n'Ukuboza gusa", "Gicurasi kugeza Kanama"),
        ("en", "November and December only", "May to August"),
        ("fr", "novembre et décembre seulement", "mai à août"),
    ],
)
def test_a_year_that_a_line_began_in_says_which_months_it_holds(
    language: str, held: str, between: str
) -> None:
    year = replace(published("2025"), of_months=["2025-11", "2025-12"])
    chapters = told(year, language)
    assert f"({held})" in chapters[0].sentences[0]
    after = told(published("2026"), language, before=year)
    assert held in after[0].sentences[0]
    assert report(year, language).subtitle.endswith(f"({held})")
    quarter = replace(published("2025-Q4", Edition.OUTSIDE), of_months=year.of_months)
    page = results([quarter], language)
    assert page.when.endswith(f"({held})")
    assert page.table is not None
    assert page.table.rows[0][0].endswith(f"({held})")
    assert months_label([f"2025-{one:02}" for one in range(5, 9)], language) == between


def test_a_description_of_a_year_says_which_months_it_holds() -> None:
    year = replace(published("2025"), of_months=["2025-11", "2025-12"])
    described = descriptor(year, [])
    assert described["months"] == ["2025-11", "2025-12"]
    assert "2025 (2025-11, 2025-12 only)" in str(described["title"])
    whole = descriptor(published("2025"), [])
    assert (whole["months"], str(whole["title"])[:18]) == (
        [*months_in("2025")],
        "Figures of 2025, f",
    )


def test_of_several_hidden_numbers_it_is_said_once() -> None:
    month, red = drawn(), [FigureCell(one, "all", "all", None) for one in ("tips_red", "hours_red")]
    taken = [
        FigureCell(f"acknowledged_{one}", "urgency:1", "all", None)
        for one in ("of", "median", "ninety", "within")
    ]
    way = [FigureCell("accepted", "all", "all", 8), FigureCell("arrived", "all", "all", None)]
    chapters = told(replace(month, cells=[*red, *taken, *way]), "en")
    told_of = [sentence for chapter in chapters for sentence in chapter.sentences]
    assert "Tips that waited too long (red), hours in red: not shown." in told_of
    assert "A service said yes: 8; persons who reached help: not shown." in told_of
    (answered,) = (one for one in told_of if one.startswith("Taken by somebody (tips)"))
    assert answered.count("not shown") == answered.count("Danger, or a child") == 1


@pytest.mark.parametrize("language", CODES)
def test_a_number_that_is_hidden_is_said_to_be_and_one_that_is_missing_is_not_told(
    language: str,
) -> None:
    month = drawn()
    hidden = [
        FigureCell("identified", "all", "all", None),
        FigureCell("tip", "all", "all", 1, ">="),
        FigureCell("met", "all", "all", 31),
    ]
    sentences = told(replace(month, cells=hidden), language)[0].sentences
    assert len(sentences) == 2, "nothing of what this edition does not have"
    assert NOT_SHOWN[language] in sentences[1]
    assert "31" in sentences[1], "what is shown is told beside it"
    least = {"rw": "nibura 1", "en": "at least 1 tip was", "fr": "au moins 1 signalement a été"}
    assert least[language] in sentences[0].casefold()


def test_every_sentence_has_the_same_numbers_in_every_language() -> None:
    for module in (line, helping, places, method):
        for name, templates in vars(module).items():
            if not name.isupper() or not isinstance(templates, tuple):
                continue
            if not isinstance(templates[0], str):
                continue
            assert len(templates) == len(CODES), name
            fields = [
                {
                    field
                    for _, field, how, _ in Formatter().parse(one)
                    if field and "|" not in (how or "")
                }
                for one in templates
            ]
            assert fields[0] == fields[1] == fields[2], name


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_singular_is_where_the_language_has_it(language: str) -> None:
    rule = Locale.parse(language).plural_form
    assert [is_one(number, language) for number in range(1200)] == [
        rule(number) == "one" for number in range(1200)
    ]


@pytest.mark.parametrize("language", CODES)
def test_everything_that_is_listed_has_a_name_in_every_language(language: str) -> None:
    month = drawn()
    for figure in month.figures():
        if not figure.startswith(("answer ", "quiz_gain")):
            assert figure_label(figure, language) != plain(figure), figure
    lists = {"form": FORMS, "who": AS_SEEN[SEX], "urgency": "123", "language": CODES}
    for by, values in lists.items():
        assert {*values} <= {*LISTS[by]}
        assert all(len(named) == len(CODES) for named in LISTS[by].values())
