"""Writes the handover notes of one shift for the next shift, and counts the notes that a person has not confirmed yet.

A general note is encrypted for one desk, and is stored for 72 hours. A note about a case is encrypted with the key of
the tip. Only people who may see the tip learn about the note. A note about a case is deleted with the text of the tip.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.cases import queries
from hotline.cases.queries import CaseHandover
from hotline.cases.service_viewer import viewer_of
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.keys import one_off
from hotline.people import tables_accounts, tables_audit, tables_desks, tables_roster
from hotline.people.tables_roster import HandoverNote
from hotline.text.errors import FormRefused, NotFound
from hotline.text.identifiers import reveals
from hotline.tips.queries_visible import Viewer

MAX_LETTERS = 160


def bound_to(desk: str) -> str:
    return f"handover {desk}"


class WaitingNotes(NamedTuple):
    """The desks of a viewer, and the notes of other people that the viewer has not confirmed yet."""

    desks: frozenset[str]
    general: Sequence[HandoverNote]
    of_cases: Sequence[CaseHandover]

    @property
    def all(self) -> Sequence[HandoverNote | CaseHandover]:
        return [*self.general, *self.of_cases]


def waiting_notes(context: ConsoleContext, by: SignedIn) -> WaitingNotes:
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        return waiting_for(session, viewer, context.now())


def waiting_for(
    session: Session, viewer: Viewer, at: datetime, among: Collection[int] | None = None
) -> WaitingNotes:
    """Returns the handover notes of other people that this viewer has not confirmed. If `among` is given, leaves out
    notes about tips whose ids are not in `among`."""
    until = tables_roster.read_until(session, viewer.person_id or 0)

    def is_new(note: HandoverNote | CaseHandover) -> bool:
        return note.at > until and note.person_id != viewer.person_id

    of_cases = filter(is_new, queries.case_notes(session, viewer))
    return WaitingNotes(
        viewer.desks,
        [*filter(is_new, tables_roster.notes_of(session, viewer.desks, at))],
        [one for one in of_cases if among is None or one.tip_id in among],
    )


def checked_note(text: str) -> str:
    """Returns the text of a note on one line. Raises FormRefused if the text is too long, or contains a phone number,
    an e-mail address or a reference."""
    words = " ".join(text.split())
    if not words or len(words) > MAX_LETTERS or reveals(words):
        raise FormRefused({"note": ""})
    return words


def write_note(context: ConsoleContext, by: SignedIn, desk: str, words: str) -> None:
    """Encrypts a general note for a desk, and stores the encrypted note. Raises NotFound if the account does not belong
    to the desk."""
    at = context.now()
    with context.database.writing() as session:
        if desk not in viewer_of(session, by).desks:
            raise NotFound(f"this account does not belong to desk {desk}: choose another desk")
        rows = tables_desks.desk_keys(session, [desk])
        public = context.encrypter.counting(rows, at).get(desk)
        if public is None:
            raise NotFound(f"desk {desk} has no valid key: see the page Desks")
        body = one_off.seal({"note": words}, public=public, bound=bound_to(desk))
        person_id = tables_accounts.get_account(session, by.account_id).person_id
        tables_roster.add_note(session, desk, person_id, body, at)
        tables_audit.append_command(session, by.actor, at, "handover_written", f"desk:{desk}")


def confirm_notes(context: ConsoleContext, by: SignedIn, until: datetime) -> None:
    """Records that the account's owner has read all handover notes that were written until the time `until`."""
    with context.database.writing() as session:
        person_id = tables_accounts.get_account(session, by.account_id).person_id
        tables_roster.mark_read(session, person_id, min(until, context.now()))
