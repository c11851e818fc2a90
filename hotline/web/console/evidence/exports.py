"""Figures that are taken out: asked for by one, approved by another on the page of approvals, taken once by either."""

from functools import partial
from uuid import uuid4

from flask import Response, make_response

from hotline.adapters import spreadsheet
from hotline.domain.evidence.edition import Edition, Span
from hotline.domain.evidence.exporting.data_package import package_name
from hotline.domain.evidence.exporting.export_files import export_files, zipped
from hotline.domain.evidence.telling.labels import period_label
from hotline.errors import NotFound
from hotline.services.evidence import editions, exporting
from hotline.services.evidence.exporting import AskedExport
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.people.second_person import FOR_WHOM, VERSIONS
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.who import phrase

SHOWN = {Span.MONTH: 24, Span.QUARTER: 8, Span.YEAR: 5}
"""How many periods of each span are offered, the newest first."""
WHY = phrase("Say who asked for them, and what for.")
GONE = phrase("It was taken already, or its day is over. Ask for it again.")


def listed(visit: Visit) -> Response:
    return _listed(visit)


def ask(visit: Visit) -> Response:
    """Somebody else approves it."""
    reason = visit.form.text("reason", most=200)
    edition, _, period = visit.form.text("figures", most=40).partition(":")
    if not reason or not reason.isprintable():
        return _listed(visit, wrong=faults(reason=visit.say(WHY)))
    if (f"{edition}:{period}") not in {value for value, _ in _offered(visit)}:
        words = visit.say("Choose one of the list.")
        return _listed(visit, wrong=faults(figures=words))
    exporting.ask(visit.kit, visit.by.actor, period, Edition(edition), reason)
    return see("exports.listed")


def take(visit: Visit, approval_id: int) -> Response:
    """The only answer that holds them. Its audit row is committed before it is sent."""
    try:
        published = exporting.take(visit.kit, visit.by.actor, approval_id)
    except NotFound:
        return _listed(visit, wrong=faults(figures=visit.say(GONE)))
    book = partial(spreadsheet.book, made_at=published.made_at)
    name = package_name(published)
    body = zipped(export_files(published, book, lambda: str(uuid4())), name)
    response = make_response(body)
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return response


def _listed(visit: Visit, *, wrong: FormFaults | None = None) -> Response:
    mine = [one for one in exporting.waiting(visit.kit) if one.asker_id == visit.by.account_id]
    ready = exporting.to_take(visit.kit, visit.by.actor)
    return page(
        visit,
        "exports.html",
        status=422 if wrong else 200,
        faults=wrong or FormFaults(),
        offered=_offered(visit),
        ready=[(one, _said(visit, one)) for one in ready],
        waiting=[(one, _said(visit, one)) for one in mine],
    )


def _offered(visit: Visit) -> list[tuple[str, str]]:
    return [
        (
            f"{edition}:{period}",
            f"{period_label(period, visit.language)}, {visit.say(FOR_WHOM[edition])}",
        )
        for edition in Edition
        for span, most in SHOWN.items()
        for period in editions.periods(visit.kit, edition, span)[:most]
    ]


def _said(visit: Visit, one: AskedExport) -> str:
    wanted = one.wanted
    whom, version = visit.say(FOR_WHOM[wanted.edition]), visit.say(VERSIONS[wanted.version])
    return f"{period_label(wanted.period, visit.language)}, {whom}, {version}"
