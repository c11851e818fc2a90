"""What became of tips, told to everybody: sentences for a public page, and one SMS of them. Pure.

Of the outside edition of a quarter alone, which is out three months late and of the nation. No word of how the line is
reached stands here: whoever is seen with the page was not seen with a number to call.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hotline.domain.evidence.edition import PublishedFigures
from hotline.domain.evidence.telling.chapter import ToldTable
from hotline.domain.evidence.telling.labels import months_label, published_label
from hotline.domain.evidence.telling.numbers import SPACE, TIME
from hotline.domain.evidence.telling.teller import CellAt, Teller, Words, spaced, told_of
from hotline.domain.evidence.telling.words import results as words
from hotline.domain.evidence.telling.words.method import DRAFT
from hotline.text.gsm7 import to_gsm7
from hotline.text.languages import CODES

MEDIAN = CellAt("acknowledged_median", "urgency:1")
"""How fast somebody took a tip of danger."""
MOST = 4
"""Quarters in the table: a year of them."""


@dataclass(frozen=True, slots=True)
class ToldResults:
    language: str
    title: str
    marked: str
    """Empty, but for an invented year."""
    when: str
    """Which quarter the sentences are of; empty where none is out."""
    sentences: Sequence[str]
    table: ToldTable | None
    notes: Sequence[str]


def results(quarters: Sequence[PublishedFigures], language: str) -> ToldResults:
    """`quarters`: the outside editions, the newest first; none where nothing is out."""
    if not quarters:
        empty = [_said(words.EMPTY, language)]
        return ToldResults(language, _said(words.TITLE, language), "", "", empty, None, [])
    teller = Teller(quarters[0], language)
    sentences = told_of(
        teller.sentence(words.TIPS),
        teller.sentence(words.ACTED),
        teller.sentence(words.FAST, median=MEDIAN),
        teller.sentence(words.FOUND),
        teller.sentence(words.ARRIVED),
    )
    notes = (words.MEANS, words.APART, words.NOBODY, words.CANNOT)
    return ToldResults(
        language,
        teller.words(words.TITLE),
        teller.words(words.INVENTED) if any(one.is_invented for one in quarters) else "",
        _when(quarters[0], language),
        sentences,
        _by_quarter(quarters[:MOST], language),
        [*(teller.words(one) for one in notes), *filter(None, [DRAFT[language]])],
    )


def sms(quarter: PublishedFigures | None, language: str) -> str:
    """At most one SMS. What is hidden is not told; where nothing is left to tell, it says that nothing is out."""
    if quarter is None:
        return to_gsm7(_said(words.SMS_EMPTY, language))
    teller = Teller(quarter, language)
    places = ((words.SMS_ACTED, CellAt("acted_of_100")), (words.SMS_FAST, MEDIAN))
    shown = [
        teller.sentence(template, median=MEDIAN)
        for template, at in places
        if (cell := teller.cell(at)) is not None and cell.number is not None
    ]
    if not shown:
        return to_gsm7(_said(words.SMS_EMPTY, language))
    marked = [teller.words(words.INVENTED).partition(":")[0].strip()] * quarter.is_invented
    told = " ".join([*marked, f"{_when_short(quarter, language)}.", *told_of(*shown)])
    return to_gsm7(told.replace(SPACE, " "))


def _by_quarter(quarters: Sequence[PublishedFigures], language: str) -> ToldTable:
    columns = ((CellAt("acted_of_100"), ""), (MEDIAN, TIME), (CellAt("arrived"), ""))
    rows = []
    for one in quarters:
        teller = Teller(one, language)
        numbers = (teller.said(at, unit) for at, unit in columns)
        rows.append([_when(one, language), *numbers])
    head = [_said(one, language) for one in (words.QUARTER, *words.HEAD)]
    return ToldTable(_said(words.QUARTERS, language), head, rows)


def _when(quarter: PublishedFigures, language: str) -> str:
    label = published_label(quarter, language)
    return f"{label[:1].upper()}{label[1:]}"


def _when_short(quarter: PublishedFigures, language: str) -> str:
    """One SMS has no room for both: the months of a quarter that does not hold all of them stand for it."""
    if not quarter.of_months:
        return _when(quarter, language)
    label = f"{months_label(quarter.of_months, language)} {quarter.period[:4]}"
    return f"{label[:1].upper()}{label[1:]}"


def _said(told: Words, language: str) -> str:
    return spaced(told[CODES.index(language)], language)
