"""E5: the report on paper says what was published, in each language, and nothing else."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from hotline.adapters import typst_paper
from hotline.domain.evidence.edition import Edition, PublishedFigures
from hotline.domain.evidence.telling.chapter import ChapterName, ToldTable
from hotline.domain.evidence.telling.help_chapters import WAY
from hotline.domain.evidence.telling.numbers import grouped
from hotline.domain.evidence.telling.printed import (
    PrintedChapter,
    PrintedReport,
    file_name,
    report,
)
from hotline.text.languages import CODES
from tests.published_year import published

MONTH, BEFORE = "2026-10", "2026-09"


@cache
def told(language: str, edition: Edition) -> PrintedReport:
    quarter = published("2026-Q2", Edition.OUTSIDE) if edition is Edition.OUTSIDE else None
    month = published(MONTH, edition, is_invented=True)
    return report(month, language, before=published(BEFORE, edition), quarter=quarter)


def words(text: str) -> str:
    """Without the spaces and the lines that a page breaks text into."""
    return re.sub(r"\s+", "", text)


def reckoned(month: PublishedFigures) -> Iterator[str]:
    """The staircase by form and by who, as a reader of the edition writes it down, row by row."""
    for by in ("form:", "who:"):
        columns = dict.fromkeys(one.column for one in month.cells if one.column.startswith(by))
        for column in columns:
            cells = [
                one.number
                for step in WAY
                for one in month.cells
                if (one.figure, one.row, one.column) == (step, "all", column)
            ]
            yield "".join(".." if one is None else grouped(one) for one in cells)


@pytest.mark.row("E5")
@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("edition", [*Edition])
def test_e5_the_paper_reads_back_as_the_edition_says(language: str, edition: Edition) -> None:
    paper, month = told(language, edition), published(MONTH, edition, is_invented=True)
    made = typst_paper.pdf(paper)
    assert language != "rw" or made == typst_paper.pdf(paper), "one edition, one file"
    read = PdfReader(io.BytesIO(made))
    pages = [page.extract_text() for page in read.pages]
    whole = words("".join(pages))

    assert 5 <= len(pages) <= 7, "a minister reads it in five minutes"
    for at, page in enumerate(pages, 1):
        assert f"{at} / {len(pages)}" in page
        assert words(paper.foot[0]) in words(page)
    chapters = [f"{at}. {one.title}" for at, one in enumerate(paper.chapters, 1)]
    places = [whole.index(words(title)) for title in chapters]
    assert all(one < after for one, after in pairwise(places)), "in their order"
    for chapter in paper.chapters:
        for sentence in chapter.sentences:
            assert words(sentence) in whole
        for number in chapter.numbers:
            assert words(f"{number.said}{number.label}{number.before}") in whole
        for table in chapter.tables:
            assert all(words("".join(row)) in whole for row in table.rows)
    for row in reckoned(month):
        assert words(row) in whole

    assert all(mark in whole for mark in ("IMPIMBANO", "INVENTED", "INVENTÉ"))
    assert file_name(month, language).startswith("INVENTED-report-2026-10-")
    assert ("projet" in whole, "umushinga" in whole) == (language == "fr", language == "rw")
    assert str(read.root_object["/Lang"]) == language
    assert b"/MarkInfo" in made, "tagged"
    assert read.metadata is not None
    assert read.metadata.title == f"{paper.title} - {paper.subtitle}"


def test_no_mark_where_nothing_is_invented() -> None:
    month = published(MONTH, Edition.OUTSIDE)
    paper = report(month, "en")
    assert "INVENTED" not in file_name(month, "en")
    whole = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(typst_paper.pdf(paper))).pages
    )
    assert "INVENTED" not in whole
    assert words("No quarter is out yet") in words(whole)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30))
def test_whatever_a_name_holds_is_text(name: str) -> None:
    table = ToldTable(name, [name, "n"], [[name, "1"]])
    chapter = PrintedChapter(ChapterName.REACH, "", [name], (), (), [table])
    paper = replace(told("en", Edition.OUTSIDE), chapters=[chapter], watermark=(), foot=["."])
    page = PdfReader(io.BytesIO(typst_paper.pdf(paper))).pages[0].extract_text()
    assert words(page).count(name) >= 4, page
