"""A published period as nine chapters of one language: what pages show and paper prints. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from hotline.domain.evidence.edition import PublishedFigures
from hotline.domain.evidence.suppression import SIGN
from hotline.domain.evidence.telling.chapter import Chapter, ToldTable
from hotline.domain.evidence.telling.help_chapters import answer, referrals, screening
from hotline.domain.evidence.telling.month_chapters import month, reach, report
from hotline.domain.evidence.telling.place_chapters import learning, method, places
from hotline.domain.evidence.telling.teller import MISSING, Teller
from hotline.domain.evidence.telling.words.chapters import TOO_FEW

NOTHING = {SIGN, MISSING}


def told(
    published: PublishedFigures,
    language: str,
    *,
    before: PublishedFigures | None = None,
    quarter: PublishedFigures | None = None,
    names: Mapping[str, str] | None = None,
) -> Sequence[Chapter]:
    """`before`: the period before, same edition. `quarter`: outside, the newest quarter that is out: it has the times.

    `names`: what the live flows call a thing, by its row (`topic:work_abroad`).
    """
    teller = Teller(published, language, before, names or {})
    chapters = [
        month(teller),
        reach(teller),
        report(teller),
        answer(teller, quarter),
        screening(teller),
        referrals(teller),
        places(teller),
        learning(teller),
        method(teller),
    ]
    return [_readable(one, teller) for one in chapters]


def _readable(chapter: Chapter, teller: Teller) -> Chapter:
    """Without tables and charts in which nothing is shown: one sentence names them."""
    tables = [one for one in chapter.tables if any(cell not in NOTHING for cell in _cells(one))]
    charts = [one for one in chapter.charts if any(two.number is not None for two in one.points)]
    kept = {one.title for one in tables} | {one.title for one in charts}
    titles = [*(one.title for one in chapter.tables), *(one.title for one in chapter.charts)]
    gone = [title for title in dict.fromkeys(titles) if title not in kept]
    if not gone:
        return replace(chapter, charts=charts)
    too_few = teller.words(TOO_FEW, titles="; ".join(gone))
    return replace(chapter, sentences=[*chapter.sentences, too_few], charts=charts, tables=tables)


def _cells(table: ToldTable) -> Iterator[str]:
    return (cell for row in table.rows for cell in row[1:])
