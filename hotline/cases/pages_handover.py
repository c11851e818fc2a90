"""Lists the open cases at the change of a shift, and shows the notes of colleagues until they are confirmed."""

from datetime import UTC, datetime

from flask import Response

from hotline.cases import decrypt_desk_reading, pages_board, service_board, service_handover
from hotline.cases.pages import CLOSED, decrypted_page
from hotline.cases.pages_commands import REFUSED, TIP_STOPS
from hotline.console.form import number_of
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.errors import DecryptionFailed, EndRefused, FormRefused, KeyMissing, NotFound
from hotline.text.codes import NATIONAL
from hotline.text.phrases import phrase
from hotline.tips.rules_events import NoteCode

MAX_LINES = 100
"""The largest number of open cases on the page. The list of tips contains all open cases."""
TOO_LONG = phrase(
    "Write at most 160 letters, without phone numbers, e-mail addresses and case codes."
)


def show(visit: Visit) -> Response:
    waits = service_handover.waiting_notes(visit.context, visit.by)
    board, _, _ = service_board.board(visit.context, visit.by)
    at, about = visit.context.now(), number_of(visit.asked("tip"))
    cases = [
        (visit.say(pages_board.COLUMNS[column]), one)
        for column, found in board.columns.items()
        for one in found
    ]
    return page(
        visit,
        "handover.html",
        waits=waits,
        desks=[
            (code, visit.say("National desk") if code == NATIONAL else visit.place(code))
            for code in sorted(waits.desks)
        ],
        open_cases=len(cases),
        lines=[(state, pages_board.card(visit, one, at)) for state, one in cases[:MAX_LINES]],
        about=visit.form.text("tip") or (str(about) if about else ""),
    )


@form_view(show, "note", text={KeyMissing: CLOSED, DecryptionFailed: CLOSED})
def write(visit: Visit) -> Response:
    """Stores a note about a case. If no case is named, stores a general note for a desk."""
    about, desk = visit.form.text("tip", most=12), visit.form.text("desk", most=24)
    try:
        words = service_handover.checked_note(visit.form.text("note"))
    except FormRefused:
        raise visit.wrong("note", TOO_LONG) from None
    try:
        if about:
            _add_to_case(visit, number_of(about) or 0, words)
        else:
            service_handover.write_note(visit.context, visit.by, desk, words)
    except NotFound:
        name, wrong = ("tip", NO_TIP) if about else ("desk", "Choose a desk.")
        raise visit.wrong(name, wrong) from None
    return redirect_to("handover.show", written="tip" if about else "yes")


NO_TIP = phrase("Enter the number of an open tip of your desk.")


def _add_to_case(visit: Visit, tip_id: int, words: str) -> None:
    try:
        service_board.add_note(
            *(visit.context, visit.by, visit.token, tip_id, NoteCode.WORDS, words),
            for_next_shift=True,
        )
    except EndRefused as refused:
        raise visit.wrong("tip", TIP_STOPS.get(refused.stop, REFUSED)) from None


@form_view(show)
def read(visit: Visit) -> Response:
    """Shows the notes decrypted. They stay unread until the reader confirms them."""
    until = visit.context.now().isoformat()
    notes = decrypt_desk_reading.handover_notes(visit.context, visit.by, visit.token)
    return decrypted_page(visit, "handover_read.html", "/handover", notes=notes, until=until)


@form_view(show)
def confirm(visit: Visit) -> None:
    try:
        until = datetime.fromisoformat(visit.form.text("until", most=40)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise visit.wrong("note", "Read the notes first.") from None
    service_handover.confirm_notes(visit.context, visit.by, until)
