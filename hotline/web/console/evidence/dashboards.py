"""The dashboards: a published period, as those who work with the line may see it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, make_response

from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.dictionary import DICTIONARY
from hotline.domain.evidence.due import due_at
from hotline.domain.evidence.edition import Edition, PublishedFigures, Span, span_of
from hotline.domain.evidence.telling import dictionary_table
from hotline.domain.evidence.telling.labels import day_label, period_label
from hotline.domain.evidence.telling.month_chapters import month as month_chapter
from hotline.domain.evidence.telling.place_chapters import method
from hotline.domain.evidence.telling.teller import Teller
from hotline.domain.evidence.telling.words.method import DRAFT, INVENTED
from hotline.errors import NotFound
from hotline.services.evidence import editions, first_month, origin, print_room, shown_names
from hotline.text.csv_sheet import as_sheet
from hotline.text.languages import CODES
from hotline.web.console.evidence.boards import (
    answer_dashboard,
    help_dashboard,
    learning_dashboard,
    line_dashboard,
    month_dashboard,
    reach_dashboard,
    screens_dashboard,
)
from hotline.web.console.evidence.dashboard_block import DashboardBlock
from hotline.web.console.evidence.dashboard_teller import DashboardTeller
from hotline.web.console.people.second_person import FOR_WHOM
from hotline.web.console.visit import Visit, page
from hotline.web.console.who import phrase

FIRST_VERSION = {
    Span.MONTH: MonthVersion.FIRST,
    Span.QUARTER: MonthVersion.REVISED,
    Span.YEAR: MonthVersion.REVISED,
}
Blocks = Callable[[DashboardTeller], Iterator[DashboardBlock]]


@dataclass(frozen=True, slots=True)
class Dashboard:
    title: str
    endpoint: str
    blocks: Blocks


SCREENS = "screens"
DASHBOARDS: Mapping[str, Dashboard] = {
    "month": Dashboard(phrase("In short"), "dashboards.month", month_dashboard.nation),
    "reach": Dashboard(phrase("Reach"), "dashboards.reach", reach_dashboard.blocks),
    SCREENS: Dashboard(phrase("Screens"), "dashboards.screens", screens_dashboard.blocks),
    "answer": Dashboard(phrase("Answer"), "dashboards.answer", answer_dashboard.blocks),
    "help": Dashboard(phrase("Help"), "dashboards.help_", help_dashboard.blocks),
    "learning": Dashboard(phrase("Learning"), "dashboards.learning", learning_dashboard.blocks),
    "line": Dashboard(phrase("Line"), "dashboards.line", line_dashboard.blocks),
}
"""By what the address of a sheet calls each."""


def month(visit: Visit) -> Response:
    """The newest month in sentences, and five large numbers beside those of the month before."""
    return _drawn(visit, "month")


def reach(visit: Visit) -> Response:
    return _drawn(visit, "reach")


def screens(visit: Visit) -> Response:
    """Of one flow: there are many screens."""
    return _drawn(visit, SCREENS)


def answer(visit: Visit) -> Response:
    return _drawn(visit, "answer")


def help_(visit: Visit) -> Response:
    return _drawn(visit, "help")


def learning(visit: Visit) -> Response:
    return _drawn(visit, "learning")


def line(visit: Visit) -> Response:
    return _drawn(visit, "line")


def dictionary(visit: Visit) -> Response:
    """Every figure: what it counts, of what it is a part, and what it leaves out."""
    language = visit.language
    return page(
        visit,
        "figure_dictionary.html",
        title=dictionary_table.words_of(dictionary_table.TITLE, language),
        head=dictionary_table.head(language),
        entries=[dictionary_table.told(one, language) for one in DICTIONARY],
        never=dictionary_table.never(language),
        draft=DRAFT[language],
    )


def sheet(visit: Visit, dashboard: str, table: str) -> Response:
    """One table as CSV, with the same numbers hidden. Empty while nothing is published."""
    if dashboard not in DASHBOARDS:
        raise NotFound(f"no dashboard {dashboard}")
    period = _period(visit)
    if not period:
        return _sent(f"{dashboard}-{table}", "")
    published = editions.read(visit.kit, period, Edition.INSIDE)
    blocks = _blocks(visit, dashboard, _told(visit, published))
    found = {one.table.name: one.table for one in blocks}
    if table not in found:
        raise NotFound(f"no table {table} in {period}")
    origin = "invented-" if published.is_invented else ""
    rows = as_sheet(found[table].sheet_rows(), is_invented=published.is_invented)
    return _sent(f"{origin}{period}-{dashboard}-{table}", rows)


def _sent(name: str, rows: str) -> Response:
    response = make_response(rows)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _drawn(visit: Visit, name: str) -> Response:
    period = _period(visit)
    if not period:
        first = day_label(first_month.due_at(visit.kit), visit.language)
        return page(visit, "evidence_none.html", period="", day=first)
    try:
        published = editions.read(visit.kit, period, Edition.INSIDE)
    except NotFound:
        due = due_at(period, Edition.INSIDE, FIRST_VERSION[span_of(period)])
        label, day = period_label(period, visit.language), day_label(due, visit.language)
        return page(visit, "evidence_none.html", period=label, day=day)
    told = _told(visit, published)
    board, flow = DASHBOARDS[name], ""
    if name == SCREENS:
        flow = screens_dashboard.chosen(published, told.flow)
    return page(
        visit,
        "dashboard.html",
        name=name,
        title=board.title,
        label=told.period(),
        dashboards=DASHBOARDS,
        period=period,
        choices=_choices(visit),
        flow=flow or None,
        flows=screens_dashboard.choices(told) if flow else [],
        invented=_mark(visit, published),
        chapter=month_chapter(told.teller) if name == "month" else None,
        blocks=_blocks(visit, name, told),
        method=method(told.teller),
        draft=DRAFT[visit.language],
        printed=_printed(visit, period) if name == "month" else [],
    )


def _mark(visit: Visit, published: PublishedFigures) -> Sequence[tuple[str, str]]:
    """Of an edition. Where the whole line is invented, each of its pages says so already."""
    is_said = not published.is_invented or origin.is_invented(visit.kit)
    return [] if is_said else [*zip(CODES, INVENTED, strict=True)]


def _blocks(visit: Visit, name: str, told: DashboardTeller) -> Sequence[DashboardBlock]:
    found = [*DASHBOARDS[name].blocks(told)]
    if name == "month" and span_of(told.teller.published.period) is Span.MONTH:
        every = editions.nation_by_month(visit.kit, Edition.INSIDE)
        found = [*month_dashboard.months(told, every), *found]
    return found


def _printed(visit: Visit, period: str) -> list[tuple[str, str]]:
    """For whom the report of the period may be printed."""
    return [(one.value, visit.say(FOR_WHOM[one])) for one in print_room.offered(visit.kit, period)]


def _told(visit: Visit, published: PublishedFigures) -> DashboardTeller:
    front = visit.say(phrase("The front"))
    names = {
        "entry:": front,
        "entry:front": front,
        **shown_names.of_entries(visit.kit, visit.language),
        **shown_names.of_revisions(visit.kit, published.period, visit.language),
    }
    before = editions.before(visit.kit, published)
    teller = Teller(published, visit.language, before, names)
    return DashboardTeller(teller, visit.say, visit.query.get("flow", ""))


def _period(visit: Visit) -> str:
    """What the address asks for, or the newest month. Empty where no month is published. Raises NotFound."""
    asked = visit.query.get("period", "")
    if not asked:
        return next(iter(editions.periods(visit.kit, Edition.INSIDE, Span.MONTH)), "")
    try:
        span_of(asked)
    except ValueError as reason:
        raise NotFound("no such period") from reason
    return asked


def _choices(visit: Visit) -> list[tuple[str, str]]:
    """Every period that is published: months, quarters, years, each the newest first."""
    found = [one for span in Span for one in editions.periods(visit.kit, Edition.INSIDE, span)]
    return [(one, period_label(one, visit.language)) for one in found]
