"""Shows the board of a desk with its open cases, and the handover notes that one shift writes for the next.

A browser with an open board asks regularly if the board has changed. Each member of the desk sees a handover note until
the member confirms the note.
"""

import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Response, make_response, url_for

from hotline.cases import decrypt_desk_reading, service_board, service_handover
from hotline.cases.pages import (
    ASKED,
    CLOSED,
    LATE,
    LEFT,
    MARKS,
    UNITS,
    decrypted_page,
    format_left,
    held_mark,
)
from hotline.cases.pages_commands import REFUSED, TIP_STOPS, tip_action
from hotline.cases.rules_board import CARDS, BoardCase, Column
from hotline.console.routes import RUNNING, table
from hotline.console.templating import FORM_KEY, number_of
from hotline.console.visit import (
    Visit,
    form_view,
    page,
    redirect_to,
    redirect_to_address,
    sign_in_refusal,
)
from hotline.core.actors import SignInRefused
from hotline.people import service_sessions
from hotline.people.pages_sign_in import local_address, with_session_cookies
from hotline.text.errors import DecryptionFailed, EndRefused, FormRefused, KeyMissing, NotFound
from hotline.text.languages import phrase
from hotline.text.places import FORMS, NATIONAL, is_district, place_within
from hotline.tips.rules import OVERSEEN, Basis, Urgency
from hotline.tips.rules_events import NoteCode
from hotline.tips.rules_receipts import AskedAgain, TipStateFilter

COLUMNS = table("board_columns")
LISTS: Mapping[Column, Mapping[str, Any]] = {
    Column.UNTAKEN: {"state": TipStateFilter.WAITS},
    Column.UNREAD: {"state": TipStateFilter.TAKEN},
    Column.AT_WORK: {"state": TipStateFilter.TAKEN},
    Column.TO_APPROVE: {"state": TipStateFilter.CLOSING},
    Column.OWED: {"state": TipStateFilter.ALL, "owes": "yes"},
}
"""Maps each column of the board to a filter, which the link to the list of tips uses. The board shows only the first
cases of a column, and the list shows all cases of the column."""


def show(visit: Visit) -> Response:
    """Shows the board: the open cases that the account may see."""
    service_sessions.note_board(visit.context, visit.token)
    board, viewer, number = service_board.board(visit.context, visit.by)
    at = visit.context.now()
    return page(
        visit,
        "board.html",
        path=url_for("board.show"),
        counts=lambda: {"board.show": board.late},
        board=board,
        number=number,
        runs=visit.may(RUNNING),
        has_key=bool(viewer.desks),
        phone=viewer.responder_id,
        columns=[
            (
                column.value,
                visit.say(COLUMNS[column]),
                len(cases),
                [card(visit, one, at) for one in cases[:CARDS]],
                url_for("tips.listed", **LISTS[column]),
            )
            for column, cases in board.columns.items()
        ],
        units={name: visit.say(words, number="#") for name, words in UNITS.items()},
        left=visit.say(LEFT, time="#"),
        late=visit.say(LATE, time="#"),
    )


def card(visit: Visit, tip: BoardCase, at: datetime) -> Mapping[str, object]:
    due_at = tip.due_at
    return {
        "id": tip.id,
        "waits": tip.is_untaken and not tip.is_closed,
        "reminds": tip.column in (Column.UNREAD, Column.AT_WORK),
        "ends": tip.column is Column.TO_APPROVE,
        "level": tip.urgency,
        "urgency": visit.say(Urgency(tip.urgency).label),
        "place": place_within(tip.place, tip.within, visit.language),
        "sector": visit.place(tip.sector) if tip.sector else "",
        "kind": visit.say(FORMS[tip.category]) if tip.category else "",
        "due": int(due_at.timestamp()) if due_at else 0,
        "is_late": tip.is_late(at),
        "left": format_left(visit, due_at, at) if due_at else "",
        "who": _taken_label(visit, tip),
        "marks": [*_marks(visit, tip)],
        "reference": tip.reference,
    }


def _taken_label(visit: Visit, tip: BoardCase) -> str:
    if tip.duty_at is not None:
        return held_mark(visit, tip.duty_at)[0]
    if tip.taken_by is None:
        return visit.say("Not taken")
    if not tip.is_asked:
        return tip.taken_by
    why = AskedAgain.PASSED_ON if tip.is_passed else AskedAgain.SILENT
    return visit.say(ASKED[why], who=tip.taken_by)


def _marks(visit: Visit, tip: BoardCase) -> Iterator[tuple[str, str]]:
    """Yields the warnings that an officer must read before a visit, each with its colour."""
    if tip.official == OVERSEEN:
        return
    if tip.visit_mark:
        yield visit.say(tip.visit_mark), "warn"
    if tip.official != "no":
        words, tint = MARKS["official" if tip.official == "yes" else "perhaps_official"]
        yield visit.say(words), tint
    if tip.owed_at is not None:
        yield visit.say("follow-up due"), "warn"
    if tip.basis == Basis.VITAL_INTEREST_CHILD:
        words, tint = MARKS["child"]
        yield visit.say(words), tint


def since(visit: Visit) -> Response:
    """Returns the version number of the board. Answers with HTTP status 304 if the browser already shows this version.

    For a locked board, returns the number of cases about danger without an assignee, and a text. The text changes with
    each new case about danger.
    """
    service_sessions.note_board(visit.context, visit.token)
    if visit.by.is_locked:
        said = f"{LOCKED} {' '.join(map(str, _urgent(visit)))}"
    else:
        said = str(service_board.number(visit.context, visit.by))
    if visit.asked("number") == said:
        return make_response("", 304)
    return make_response(said, 200, {"Content-Type": "text/plain"})


LOCKED = "locked"
"""The first word of the server's answer to a browser that shows a locked board."""


def _urgent(visit: Visit) -> tuple[int, str]:
    """Returns the number of cases about danger without an assignee. Also returns 16 letters and digits. They change
    when a new case about danger arrives, but do not reveal the case."""
    board = service_board.board(visit.context, visit.by).sorted
    key = visit.by.session_key.encode()
    return board.urgent, hmac.digest(key, str(board.newest).encode(), "sha256").hex()[:16]


def locked(visit: Visit) -> Response:
    """Shows a locked board: only the number of cases about danger without an assignee, and fields for password and
    code."""
    if not visit.by.is_locked:
        return show(visit)
    to = local_address(visit.asked("to") or visit.form.text("to"))
    service_sessions.note_board(visit.context, visit.token)
    urgent, mark = _urgent(visit)
    return page(
        *(visit, "board_locked.html"),
        name=visit.by.name,
        hidden=((FORM_KEY, visit.by.session_key), ("to", to)),
        to=to,
        urgent=urgent,
        mark=mark,
        asks="form" in visit.query or bool(visit.faults),
    )


def unlock(visit: Visit) -> Response:
    """Unlocks the board for the account that locked it, after the user has entered the password and the code."""
    to = local_address(visit.form.text("to"))
    if not visit.by.is_locked:
        return redirect_to_address(to)
    password, code = visit.form.secret("password"), visit.form.secret("code")
    found = service_sessions.unlock(visit.context, visit.token, password, code, visit.known)
    if isinstance(found, SignInRefused):
        return locked(visit.with_faults({"secret_password": sign_in_refusal(visit, found)}))
    if found is None:
        return redirect_to("entering.ask", to=to)
    return with_session_cookies(redirect_to_address(to), found)


@tip_action("phone")
def take(visit: Visit, tip_id: int) -> None:
    responder_id = number_of(visit.form.text("phone", most=9))
    if responder_id is None:
        raise visit.wrong("phone", "Choose the phone that gets the reminder.")
    service_board.take(visit.context, visit.by, tip_id, responder_id)


@tip_action("alert_next")
def alert_next(visit: Visit, tip_id: int) -> None:
    service_board.alert_next(visit.context, visit.by, tip_id)


@tip_action("remind")
def remind(visit: Visit, tip_id: int) -> None:
    service_board.remind(visit.context, visit.by, tip_id)


@tip_action("to_desk")
def pass_on(visit: Visit, tip_id: int) -> None:
    desk = visit.form.text("to_desk", most=20)
    if desk != NATIONAL and not is_district(desk):
        raise visit.wrong("to_desk", "Choose a district or the national desk.")
    reason = visit.reason("reason-pass", "Enter a reason.")
    service_board.pass_on(visit.context, visit.by, visit.token, tip_id, desk, reason=reason)


@tip_action("note")
def note(visit: Visit, tip_id: int) -> None:
    chosen, words = visit.form.text("note", most=20), visit.form.text("words", most=480)
    if chosen not in {*NoteCode} or (chosen == NoteCode.WORDS and not words):
        raise visit.wrong(
            "note",
            "Choose a note from the list. If you choose a note in your own words, also enter the text of the note.",
        )
    service_board.add_note(visit.context, visit.by, visit.token, tip_id, NoteCode(chosen), words)


MAX_LINES = 100
"""The maximum number of open cases on the handover page."""
TOO_LONG = phrase(
    "Write at most 160 letters, without phone numbers, mail addresses and case codes."
)


def show_handover(visit: Visit) -> Response:
    waits = service_handover.waiting_notes(visit.context, visit.by)
    board, _, _ = service_board.board(visit.context, visit.by)
    at, about = visit.context.now(), number_of(visit.asked("tip"))
    cases = [
        (visit.say(COLUMNS[column]), one)
        for column, found in board.columns.items()
        for one in found
    ]
    return page(
        visit,
        "handover.html",
        waits=len(waits.all),
        noted=[one.tip_id for one in waits.of_cases],
        desks=[
            (code, visit.say("National desk") if code == NATIONAL else visit.place(code))
            for code in sorted(waits.desks)
        ],
        open_cases=len(cases),
        lines=[(state, card(visit, one, at)) for state, one in cases[:MAX_LINES]],
        about=visit.form.text("tip") or (str(about) if about else ""),
    )


@form_view(show_handover, "note", text={KeyMissing: CLOSED, DecryptionFailed: CLOSED})
def write(visit: Visit) -> Response:
    """Stores a handover note about a case, or a general note for a desk if the form names no case."""
    about, desk = visit.form.text("tip", most=12), visit.form.text("desk", most=24)
    try:
        words = service_handover.checked_note(visit.form.text("note"))
    except FormRefused:
        raise visit.wrong("note", TOO_LONG) from None
    try:
        if about:
            service_board.add_note(
                *(visit.context, visit.by, visit.token, number_of(about) or 0, NoteCode.WORDS),
                words,
                for_next_shift=True,
            )
        else:
            service_handover.write_note(visit.context, visit.by, desk, words)
    except EndRefused as refused:
        raise visit.wrong("tip", TIP_STOPS.get(refused.stop, REFUSED)) from None
    except NotFound:
        name, wrong = ("tip", NO_TIP) if about else ("desk", "Choose a desk.")
        raise visit.wrong(name, wrong) from None
    return redirect_to("handover.show", written="tip" if about else "yes")


NO_TIP = phrase("Enter the number of an open tip of your desk.")


@form_view(show_handover)
def read(visit: Visit) -> Response:
    """Shows the decrypted handover notes. The notes stay unread until the officer confirms them."""
    until = visit.context.now().isoformat()
    notes = decrypt_desk_reading.handover_notes(visit.context, visit.by, visit.token)
    return decrypted_page(visit, "handover_read.html", "/handover", notes=notes, until=until)


@form_view(show_handover)
def confirm(visit: Visit) -> None:
    try:
        until = datetime.fromisoformat(visit.form.text("until", most=40)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise visit.wrong("note", "Read the handover notes first.") from None
    service_handover.confirm_notes(visit.context, visit.by, until)
