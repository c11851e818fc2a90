"""Decrypts handover notes for a member of a desk."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from hotline.cases import decrypt_reader_pages
from hotline.cases.queries import CaseHandover
from hotline.cases.reader_pins import ReaderTurn
from hotline.cases.service_handover import bound_to, waiting_for
from hotline.core.database import Session
from hotline.keys import one_off
from hotline.people import decrypt_grants
from hotline.people.rules import of_responder
from hotline.people.tables_roster import HandoverNote
from hotline.text.errors import DecryptionFailed, KeyMissing, NotFound
from hotline.tips.encrypt_notes import decrypt_note
from hotline.tips.queries_visible import Viewer
from hotline.tips.tables import Tip


class HandoverText(NamedTuple):
    """A decrypted handover note. `tip_id` is the case that the note is about, or None for a general note. The text is
    empty if the reader of the notes has no key that decrypts this note."""

    at: datetime
    text: str
    person_id: int
    tip_id: int | None = None


def general_notes(
    session: Session, rows: Sequence[HandoverNote], member: str, private: bytes
) -> Sequence[HandoverText]:
    """Returns the text of these general handover notes. Leaves out notes that no key of the member decrypts."""
    found = []
    for row in rows:
        if row.desk_code is None or row.body is None:
            continue
        with suppress(DecryptionFailed, NotFound):
            keys = decrypt_grants.decrypt_desk_as(session, row.desk_code, member, private)
            note = one_off.decrypt_with_any(row.body, keys, bound_to(row.desk_code))
            if note is not None:
                found.append(HandoverText(row.at, str(note["note"]), row.person_id))
    return found


def text_of(row: CaseHandover, tip_key: bytes) -> str:
    return decrypt_note(row.body, tip_key=tip_key, uid=row.uid, key=row.key)


def waiting_texts(
    turn: ReaderTurn, viewer: Viewer, among: Collection[int]
) -> Sequence[HandoverText]:
    """Returns the handover notes that a responder has not read yet, the oldest first. Leaves out notes about cases that
    are not in `among`, the ids of the tips that the responder can open. A note that a colleague wrote after this
    session began is shown in the responder's next session.

    If only the console may show a case, the handover note about the case is an empty text.
    """
    session, until = turn.session, turn.person.pin_opened_at or turn.at
    waits = waiting_for(session, viewer, turn.at, among)
    member = of_responder(turn.person.id)
    found = [*general_notes(session, waits.general, member, turn.private)]
    for row in waits.of_cases:
        text, tip = "", session.get_one(Tip, row.tip_id)
        if not turn.reads_in_console(tip):
            case = decrypt_reader_pages.decrypt_case(turn, tip)
            with suppress(DecryptionFailed, KeyMissing):
                text = text_of(row, case.key) if case is not None else ""
        found.append(HandoverText(row.at, text, row.person_id, row.tip_id))
    return sorted((one for one in found if one.at <= until), key=lambda one: one.at)
