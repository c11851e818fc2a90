"""The public page of results as one HTML file in three languages: no script, and nothing from elsewhere. Pure."""

from collections.abc import Iterator, Sequence
from html import escape

from hotline.domain.evidence.edition import PublishedFigures
from hotline.domain.evidence.telling.chapter import ToldTable
from hotline.domain.evidence.telling.results import ToldResults, results
from hotline.text.languages import CODES

NAMES = {"rw": "Kinyarwanda", "en": "English", "fr": "Français"}
STYLE = (
    "body{max-width:42rem;margin:0 auto;padding:1rem;color:#1b2a2e;background:#fff;font:1rem/1.5 sans-serif}"
    "section{margin:0 0 2.5rem}h1{font-size:1.5rem;line-height:1.2}table{border-collapse:collapse;width:100%}"
    "nav a{display:inline-block;padding:.5rem 1rem .5rem 0}caption{text-align:left;font-weight:600}"
    "td,th{padding:.3rem .5rem;border-bottom:1px solid #8a9a97;text-align:right;vertical-align:bottom}"
    "td:first-child,th:first-child{text-align:left}.n{color:#4a5b60;font-size:.9rem}"
    "@media(max-width:36rem){table,caption,tbody,tr,tbody th{display:block}thead{display:none}tr{padding:.5rem 0}"
    "td{display:flex;justify-content:space-between;gap:1rem}td::before{content:attr(data-of);text-align:left}}"
)


def page(quarters: Sequence[PublishedFigures]) -> str:
    """`quarters`: the outside editions, the newest first."""
    told = [results(quarters, language) for language in CODES]
    ways = " ".join(
        f'<a href="#{one.language}" lang="{one.language}" hreflang="{one.language}">{NAMES[one.language]}</a>'
        for one in told
    )
    body = "".join("".join(_section(one)) for one in told)
    return (
        f'<!doctype html><html lang="{told[0].language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(told[0].title)}</title><style>{STYLE}</style></head>"
        f"<body><nav>{ways}</nav><main>{body}</main></body></html>\n"
    )


def _section(told: ToldResults) -> Iterator[str]:
    yield f'<section id="{told.language}" lang="{told.language}"><h1>{escape(told.title)}</h1>'
    if told.marked:
        yield f"<p><strong>{escape(told.marked)}</strong></p>"
    if told.when:
        yield f"<p>{escape(told.when)}</p>"
    yield f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in told.sentences)}</ul>"
    if told.table is not None:
        yield from _table(told.table)
    yield from (f'<p class="n">{escape(one)}</p>' for one in told.notes)
    yield "</section>"


def _table(table: ToldTable) -> Iterator[str]:
    """On a narrow screen a quarter is a list, whose lines begin as its columns are headed."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in table.head)
    yield f"<table><caption>{escape(table.title)}</caption><thead><tr>{head}</tr></thead><tbody>"
    for first, *others in table.rows:
        cells = "".join(
            f'<td data-of="{escape(of)}">{escape(one)}</td>'
            for of, one in zip(table.head[1:], others, strict=True)
        )
        yield f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
    yield "</tbody></table>"
