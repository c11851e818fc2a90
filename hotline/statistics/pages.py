"""Shows statistics in the console: the overview, the tables and files of a release, and the boards. A board is a page
with current, exact numbers."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from flask import Response
from markupsafe import Markup

from hotline.console import routes
from hotline.console.visit import Visit, attachment, form_view, page, redirect_to
from hotline.statistics import rules_report, service_export, service_releases, service_report
from hotline.statistics.rules_definitions import (
    TABLES,
    Dimension,
    Indicator,
    PublishedTable,
    Span,
    Unit,
    span_of,
)
from hotline.statistics.rules_labels import (
    DIMENSIONS,
    SPANS,
    Bar,
    Labels,
    bar_chart,
    district_map,
    sparkline,
)
from hotline.statistics.rules_release import Release
from hotline.statistics.service_releases import TipBoard
from hotline.text.errors import FormRefused, HotlineError, NotFound, WorkEnded
from hotline.text.languages import CODES, phrase
from hotline.text.places import districts, place_name
from hotline.tips.rules import Urgency

FOLDED_FROM = 30
MAX_ROWS = 12
"""The maximum number of rows in a chart. The table next to the chart shows all rows."""
NO_PDF = phrase(
    "The hotline did not create the PDF of the report. Try again in a minute, or notify the operator. "
    "The server's log has the reason."
)
NO_NUMBER = phrase("Enter a whole number, or leave the field empty.")


class Block(NamedTuple):
    """One indicator, divided by one property such as the district: a chart, and the table next to it."""

    title: str
    hint: str
    rows: Sequence[tuple[str, str]]
    drawing: Markup | None

    @property
    def is_long(self) -> bool:
        """Returns True for a long table, which the page shows only after the user opens it."""
        return self.drawing is not None and len(self.rows) > FOLDED_FROM


def overview(visit: Visit, lines: Sequence[routes.TodayLine] = ()) -> Response:
    """Shows the overview: the answers to four questions about the hotline's work, and the list of releases. `lines` are
    messages that the page shows above the answers.
    """
    releases = service_releases.published(visit.context)
    labels = _labels(visit)
    answers = rules_report.answers(releases, labels)
    newest = next((one.period for one in releases if span_of(one.period) is Span.QUARTER), "")
    pending = service_releases.pending(visit.context, visit.by.roles)
    board = None
    if visit.by.roles & routes.RELEASING:
        board = service_releases.tip_board(visit.context, visit.by)
    return page(
        visit,
        "statistics.html",
        answers=[(one, Markup(service_report.answer_chart(one, labels))) for one in answers],
        releases=[(one.period, _label(visit, one.period), one) for one in releases],
        pending=[(period, _label(visit, period)) for period in pending],
        board=board,
        programme=rules_report.programme(releases, service_releases.targets(visit.context), labels),
        newest=newest and (newest, labels.period(newest)),
        year=visit.context.now().year,
        objectives=rules_report.OBJECTIVES,
        may_set=bool(visit.by.roles & routes.LEADING),
        lines=lines,
    )


def release(visit: Visit, period: str, notice: str = "") -> Response:
    """Shows the tables of one release of statistics. Before the release is published, only accounts with a role that
    approves releases can see the release."""
    found = _found(visit, period)
    approvals = service_releases.approvals(visit.context, period)
    is_published = len(approvals) >= len(routes.RELEASING)
    return page(
        visit,
        "statistics_release.html",
        found=found,
        label=_label(visit, period),
        tables=[(one, _blocks(visit, found, one)) for one in TABLES if _is_in(found, one)],
        later=[one for one in TABLES if not _is_in(found, one)],
        approvals=approvals,
        is_published=is_published,
        may_approve=bool(visit.by.roles & routes.RELEASING) and not is_published,
        spans=SPANS,
        has_report=_has_report(found),
        sms=[(code, service_report.results_sms(visit.context, code)) for code in CODES],
        notice=notice,
    )


@form_view(release, "approve", HotlineError)
def approve(visit: Visit, period: str) -> None:
    """Records the signed-in person's approval of a release of statistics."""
    role = next(iter(visit.by.roles & routes.RELEASING))
    service_releases.approve(visit.context, visit.by.actor, role, period)


def files(visit: Visit, period: str) -> Response:
    """Sends a release of statistics as a zip file with CSV files, a workbook and metadata."""
    found = _found(visit, period)
    body = service_export.archive(found, _labels(visit))
    return attachment(body, f"{service_export.archive_name(found)}.zip", "application/zip")


def report(visit: Visit, period: str, language: str) -> Response:
    """Sends the report for the minister on a published quarter or year, as a PDF."""
    found = _found(visit, period)
    if language not in CODES or not _has_report(found):
        raise NotFound("There is no report for this period in this language.")
    try:
        body = service_report.minister_pdf(visit.context, period, language)
    except WorkEnded:
        return release(visit, period, visit.say(NO_PDF))
    name = f"{service_export.archive_name(found)}-{language}.pdf"
    return attachment(body, name, "application/pdf")


def results(visit: Visit) -> Response:
    """Sends the results for callers as one page in three languages, for the ministry's own web site."""
    body = service_report.results_page(visit.context).encode()
    return attachment(body, "results.html", "text/html; charset=utf-8")


def board(visit: Visit) -> Response:
    """Shows a desk's board: the current numbers of the tips that this account can read."""
    found = service_releases.tip_board(visit.context, visit.by)
    return page(
        visit,
        "statistics_board.html",
        weeks=_weeks(visit, found),
        map=_map(visit, found),
        left=_left(visit, found),
        hours=found.hours,
        uncovered=[
            (place_name(code, visit.language), count)
            for code, count in sorted(found.uncovered.items(), key=lambda one: -one[1])
        ][:MAX_ROWS],
    )


def use(visit: Visit) -> Response:
    """Shows how much the hotline was used on each day. Accounts that may not read tips can also see this page."""
    days, counts = service_releases.use_board(visit.context)
    by_day = visit.say(phrase("Calls by day"))
    points = [calls for _, calls, _ in days]
    labels = [f"{day:%d/%m}: {calls}" for day, calls, _ in days]
    made = [
        Block(
            by_day,
            visit.say(
                phrase("Exact numbers up to yesterday: calls, and topics that callers read.")
            ),
            [(f"{day:%d/%m}", f"{calls} / {topics}") for day, calls, topics in days],
            Markup(sparkline(by_day, points, labels)),
        )
    ]
    for name, dimension, title in (
        ("topic_reads", Dimension.TOPIC, phrase("Topics read")),
        ("code_calls", Dimension.CODE, phrase("Calls by short code")),
        ("lesson_left", Dimension.SCREEN, phrase("Lesson screens where callers leave")),
    ):
        rows = [(cell.value, count) for cell, count in counts.items() if cell.indicator == name]
        made.append(_screens(visit, rows, dimension, visit.say(title)))
    return page(visit, "statistics_use.html", blocks=made)


def targets(visit: Visit) -> Response:
    """Shows the form in which the programme lead enters the targets of this year."""
    known = service_releases.targets(visit.context)
    return page(
        visit,
        "statistics_targets.html",
        fields=[
            (one.name, one.label, known.get(one.name, ""), "%" if one.unit is Unit.PERCENT else "")
            for one in rules_report.PROGRAMME
        ],
        year=str(visit.context.now().year),
    )


@form_view(targets)
def set_targets(visit: Visit) -> Response:
    """Stores the targets of this year. An empty field removes a target."""
    given: dict[str, int | None] = {}
    wrong: dict[str, str] = {}
    for name in (one.name for one in rules_report.PROGRAMME):
        typed = visit.form.text(name, most=9)
        if typed and not (typed.isascii() and typed.isdigit()):
            wrong[name] = visit.say(NO_NUMBER)
        given[name] = int(typed) if typed and name not in wrong else None
    if wrong:
        raise FormRefused(wrong)
    service_releases.set_targets(visit.context, visit.by.actor, given)
    return redirect_to("pages.overview")


def _has_report(found: Release) -> bool:
    """Returns True if a release has a report for the minister. A monthly release has no report, because it contains no
    numbers about tips or persons."""
    return span_of(found.period) is not Span.MONTH


def _found(visit: Visit, period: str) -> Release:
    """Returns the release of statistics for a period. Raises NotFound for an invalid period, and for a release that
    this account may not see yet."""
    try:
        span_of(period)
    except ValueError as reason:
        raise NotFound("The page's address must name a period like 2026-11 or 2026-Q4.") from reason
    may_see_all = bool(visit.by.roles & routes.RELEASING)
    return service_releases.one_release(visit.context, period, is_published=not may_see_all)


def _labels(visit: Visit) -> Labels:
    return Labels(visit.language, visit.say)


def _label(visit: Visit, period: str) -> str:
    return rules_report.capitalise(_labels(visit).period(period))


def _is_in(found: Release, table: PublishedTable) -> bool:
    names = {cell.name.indicator for cell in found.cells}
    return any(one.name in names for one in table.indicators)


def _blocks(visit: Visit, found: Release, table: PublishedTable) -> Sequence[Block]:
    """Returns the blocks of one table of a release. The first block has the totals, and each other block divides one
    indicator by one property."""
    totals = [
        (visit.say(one.label), _formatted(visit, one, found.number(one.name)))
        for one in table.indicators
        if found.has(one.name) and Dimension.ALL in one.dimensions
    ]
    total = visit.say(DIMENSIONS[Dimension.ALL]).lower()
    title = f"{table.name}. {visit.say(table.title)}: {total}"
    made = [Block(title, "", totals, None)] if totals else []
    made += [
        _block(visit, found, one, dimension)
        for one in table.indicators
        for dimension in one.dimensions
        if dimension is not Dimension.ALL and found.has(one.name, dimension)
    ]
    return made


def _block(visit: Visit, found: Release, one: Indicator, dimension: Dimension) -> Block:
    is_of_flows = dimension in (Dimension.CODE, Dimension.SCREEN)
    names = service_releases.row_names(visit.context, visit.language) if is_of_flows else {}
    numbers = {cell.name.value: cell.number for cell in found.rows(one.name, dimension)}
    says = {value: _formatted(visit, one, number) for value, number in numbers.items()}
    rows = [
        Bar(_labels(visit).value(dimension, value, names), number, says[value])
        for value, number in numbers.items()
    ]
    title = f"{visit.say(one.label)}: {visit.say(DIMENSIONS[dimension]).lower()}"
    if dimension is Dimension.DISTRICT:
        drawing = Markup(district_map(title, numbers, says))
    else:
        shown = sorted(rows, key=lambda row: -(row.number or 0))[:MAX_ROWS]
        drawing = Markup(bar_chart(title, [row for row in rows if row in shown]))
    return Block(title, visit.say(one.sentence), [(row.label, row.text) for row in rows], drawing)


def _formatted(visit: Visit, one: Indicator, number: int | None) -> str:
    return _labels(visit).number(number, one.unit)


WEEKS_IN_TIME = {
    Urgency.DANGER: phrase("Urgent tips taken in time, by week"),
    Urgency.SEEN: phrase('Tips marked "Soon" that were taken in time, by week'),
    Urgency.HEARD: phrase("Normal tips taken in time, by week"),
}


def _weeks(visit: Visit, found: TipBoard) -> Sequence[Block]:
    """Returns a chart with its table for each urgency. The chart and the table show for every week how many tips of
    this urgency were acknowledged in time."""
    hint = visit.say(phrase("Each bar shows how many tips of one week were taken in time."))
    made = []
    for urgency, weeks in found.weeks.items():
        title = visit.say(WEEKS_IN_TIME[urgency])
        bars = [
            Bar(
                f"{begins:%d/%m}",
                in_time,
                visit.say("{part} of {whole}", part=in_time, whole=filed),
            )
            for begins, filed, in_time in weeks
        ]
        rows = [(bar.label, bar.text) for bar in bars]
        made.append(Block(title, hint, rows, Markup(bar_chart(title, bars))))
    return made


def _map(visit: Visit, found: TipBoard) -> Block | None:
    """Returns a map of the open tips by district, for the national desk. Returns None if there are no open tips. Also
    returns None for a district desk."""
    if not found.districts:
        return None
    names = {area.code: area.name for area in districts()}
    title = visit.say(phrase("Number of open tips in each district"))
    numbers: dict[str, int | None] = {code: found.districts.get(code, 0) for code in names}
    says = {code: str(number) for code, number in numbers.items()}
    rows = [(names[code], says[code]) for code in names if found.districts.get(code)]
    return Block(title, "", rows, Markup(district_map(title, numbers, says)))


def _left(visit: Visit, found: TipBoard) -> Block | None:
    """Returns a chart with its table: the number of calls that ended on each screen of the report flow. Returns None if
    no call ended there, or if the user does not belong to the national desk."""
    if not any(found.left.values()):
        return None
    title = visit.say(phrase("Screens of the report where callers stop"))
    left = [(name, count) for name, count in found.left.items() if count]
    return _screens(visit, left, Dimension.SCREEN, title)


def _screens(
    visit: Visit, found: Sequence[tuple[str, int]], dimension: Dimension, title: str
) -> Block:
    """Returns a chart with its table, in which each row is a screen, a topic or a short code. The rows are sorted by
    number, largest first."""
    names = service_releases.row_names(visit.context, visit.language)
    label = partial(_labels(visit).value, dimension, names=names)
    largest = sorted(found, key=lambda one: (-one[1], one[0]))
    rows = [Bar(label(value), count, str(count)) for value, count in largest]
    drawing = Markup(bar_chart(title, rows[:MAX_ROWS])) if rows else None
    return Block(title, "", [(row.label, row.text) for row in rows], drawing)
