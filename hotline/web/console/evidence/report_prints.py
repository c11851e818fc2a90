"""The report of a period as a PDF: asked for, waited for while a worker sets it, and taken."""

from flask import Response, make_response

from hotline.domain.evidence.dictionary import REVIEW
from hotline.domain.evidence.edition import Edition
from hotline.domain.evidence.telling.labels import period_label
from hotline.errors import NotFound
from hotline.services.evidence import print_room
from hotline.services.evidence.print_room import PrintState
from hotline.text.languages import CODES
from hotline.web.console.people.second_person import FOR_WHOM
from hotline.web.console.visit import Visit, page, see

AGAIN_SECONDS = 2
"""How long a page waits before it looks again by itself."""


def ask(visit: Visit) -> Response:
    """Raises NotFound where that period is not published so."""
    period, language = visit.form.text("period", most=10), visit.form.text("language", most=2)
    edition = visit.form.text("edition", most=10)
    if language not in CODES or edition not in [one.value for one in Edition]:
        raise NotFound("no such report")
    try:
        print_id = print_room.ask(visit.kit, period, Edition(edition), language)
    except ValueError as reason:
        raise NotFound("no such period") from reason
    return see("report_prints.show", print_id=print_id)


def show(visit: Visit, print_id: int) -> Response:
    found = print_room.state(visit.kit, print_id)
    drawn = page(
        visit,
        "report_print.html",
        print_id=print_id,
        found=found,
        label=period_label(found.period, visit.language),
        whom=visit.say(FOR_WHOM[found.edition]),
        draft=bool(REVIEW[found.language]),
    )
    if found.state is PrintState.WAITING:
        drawn.headers["Refresh"] = str(AGAIN_SECONDS)
    return drawn


def take(visit: Visit, print_id: int) -> Response:
    made = print_room.take(visit.kit, print_id)
    response = make_response(made.content)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response
