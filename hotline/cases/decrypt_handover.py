"""Decrypts handover notes for a member of a desk."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from hotline.cases import decrypt_reader_pages, queries
from hotline.cases.queries import CaseHandover
from hotline.cases.reader_pins import ReaderTurn
from hotline.cases.service_handover import bound_to
from hotline.core.database import Session
from hotline.keys import one_off
from hotline.people import decrypt_grants, tables_roster
from hotline.people.rules import of_responder
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
    session: Session, desks: Collection[str], member: str, private: bytes, at: datetime
) -> Sequence[HandoverText]:
    """Returns the general handover notes of these desks. Leaves out notes that no key of the member decrypts."""
    found = []
    for row in tables_roster.notes_of(session, desks, at):
        if row.desk_code is None or row.body is None:
            continue
        with suppress(DecryptionFailed, NotFound):
            for one in decrypt_grants.decrypt_desk_as(session, row.desk_code, member, private):
                with suppress(DecryptionFailed):
                    bound = bound_to(row.desk_code)
                    note = one_off.decrypt_box(row.body, private=one, bound=bound)
                    found.append(HandoverText(row.at, str(note["note"]), row.person_id))
                    break
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
    own, member = turn.person.person_id, of_responder(turn.person.id)
    since = tables_roster.read_until(session, own)
    found = [*general_notes(session, viewer.desks, member, turn.private, turn.at)]
    for row in queries.case_notes(session, viewer):
        text, tip = "", session.get_one(Tip, row.tip_id)
        if tip.id not in among:
            continue
        if not turn.reads_in_console(tip):
            case = decrypt_reader_pages.decrypt_case(turn, tip)
            with suppress(DecryptionFailed, KeyMissing):
                text = text_of(row, case.key) if case is not None else ""
        found.append(HandoverText(row.at, text, row.person_id, row.tip_id))
    new = [one for one in found if since < one.at <= until and one.person_id != own]
    return sorted(new, key=lambda one: one.at)
