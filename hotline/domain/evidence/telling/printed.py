"""A published month as a report to print: every word and picture of it, for who sets pages. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.evidence.digest import digest_of
from hotline.domain.evidence.edition import PublishedFigures
from hotline.domain.evidence.telling.chapter import (
    Chapter,
    ChapterName,
    ToldChart,
    ToldNumber,
    ToldTable,
)
from hotline.domain.evidence.telling.chapters import told
from hotline.domain.evidence.telling.drawn import svg
from hotline.domain.evidence.telling.labels import day_label
from hotline.domain.evidence.telling.teller import Teller
from hotline.domain.evidence.telling.words import paper as words
from hotline.domain.evidence.telling.words.method import DRAFT

SHORT = 16
"""So many letters of a digest tell one edition from all others."""


@dataclass(frozen=True, slots=True)
class PrintedChart:
    title: str
    told: str
    """What it shows, for who cannot see it."""
    svg: str


@dataclass(frozen=True, slots=True)
class PrintedChapter:
    name: ChapterName
    title: str
    sentences: Sequence[str]
    numbers: Sequence[ToldNumber]
    charts: Sequence[PrintedChart]
    tables: Sequence[ToldTable]


@dataclass(frozen=True, slots=True)
class PrintedReport:
    language: str
    title: str
    subtitle: str
    audience: str
    """Whom it is for."""
    foot: Sequence[str]
    """Of each page: which edition it is of, and whether its language is a draft."""
    watermark: Sequence[str]
    """None, but for an invented year."""
    made_at: datetime
    """Of the edition, not of the print: the same edition gives the same file."""
    chapters: Sequence[PrintedChapter]


def report(
    published: PublishedFigures,
    language: str,
    *,
    before: PublishedFigures | None = None,
    quarter: PublishedFigures | None = None,
    names: Mapping[str, str] | None = None,
) -> PrintedReport:
    """Takes what `chapters.told` takes."""
    teller = Teller(published, language, before, names or {})
    chapters = told(published, language, before=before, quarter=quarter, names=names)
    return PrintedReport(
        language=language,
        title=teller.words(words.TITLE),
        subtitle=teller.words(words.REPORT_OF),
        audience=teller.words(words.FOR[published.edition]),
        foot=[line for line in (_foot(teller), DRAFT[language]) if line],
        watermark=words.WATERMARK if published.is_invented else (),
        made_at=published.made_at,
        chapters=[_printed(one, teller) for one in chapters],
    )


def file_name(published: PublishedFigures, language: str) -> str:
    """As in report-2026-11-inside-first-fr.pdf. That of an invented year says so."""
    parts = ["report", published.period, published.edition, published.version, language]
    return f"{'-'.join(['INVENTED'] * published.is_invented + parts)}.pdf"


def _printed(chapter: Chapter, teller: Teller) -> PrintedChapter:
    charts = [PrintedChart(one.title, _heard(one), svg(one, teller)) for one in chapter.charts]
    return PrintedChapter(
        chapter.name, chapter.title, chapter.sentences, chapter.numbers, charts, chapter.tables
    )


def _heard(chart: ToldChart) -> str:
    points = (
        f"{one.label}: {one.said}" + (f" ({one.beside_said})" if one.beside_said else "")
        for one in chart.points
    )
    return f"{chart.sentence} {'; '.join(points)}."


def _foot(teller: Teller) -> str:
    published, language = teller.published, teller.language
    edition = teller.words(words.EDITIONS[published.edition])
    version = teller.words(words.VERSIONS[published.version])
    return teller.words(
        words.FOOT,
        edition=edition,
        version=version,
        made=day_label(published.made_at, language),
        digest=digest_of(published)[:SHORT],
    )
