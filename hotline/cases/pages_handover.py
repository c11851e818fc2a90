"""Shows the notes of colleagues at the change of a shift, until they are confirmed. The board shows the open cases."""

from datetime import UTC, datetime

from flask import Response

from hotline.cases import decrypt_handover, service_handover
from hotline.cases.pages import decrypted_page
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.errors import FormRefused, NotFound
from hotline.text.phrases import phrase


def show(visit: Visit) -> Response:
    waits = service_handover.waiting_notes(visit.context, visit.by)
    desks = [(code, visit.place(code)) for code in sorted(waits.desks)]
    return page(visit, "handover.html", waits=waits.count, desks=desks)


@form_view(show)
def write(visit: Visit) -> Response:
    desk, note = visit.form.text("desk", most=24), visit.form.text("note")
    try:
        service_handover.write_note(visit.context, visit.by, desk, note)
    except NotFound:
        raise visit.wrong("desk", "Choose a desk.") from None
    except FormRefused:
        raise visit.wrong("note", TOO_LONG) from None
    return redirect_to("handover.show", written="yes")


TOO_LONG = phrase(
    "Write at most 160 letters, without phone numbers, e-mail addresses and references."
)


@form_view(show)
def read(visit: Visit) -> Response:
    """Shows the notes decrypted. They stay unread until the reader confirms them."""
    until = visit.context.now().isoformat()
    notes = decrypt_handover.desk_notes(visit.context, visit.by, visit.token)
    return decrypted_page(visit, "handover_read.html", "/handover", notes=notes, until=until)


@form_view(show)
def confirm(visit: Visit) -> None:
    try:
        until = datetime.fromisoformat(visit.form.text("until", most=40)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise visit.wrong("note", "Read the notes first.") from None
    service_handover.confirm_notes(visit.context, visit.by, until)
