"""Writes the notes with which one shift hands over to the next, and counts those that a person has not confirmed.

A note is encrypted for one desk, and is kept for 72 hours. What is about one case belongs to that case, and not here.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from hotline.alerts import rules_assignment
from hotline.cases.service_viewer import viewer_of
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.errors import FormRefused, NotFound
from hotline.keys import one_off
from hotline.people import tables_accounts, tables_audit, tables_desks, tables_roster

MAX_LETTERS = 160
CALLABLE = re.compile(r"\S@\S|\d(?:[ .()/-]{0,2}\d){5,}")
"""Finds an e-mail address, or a number that could be a phone number."""


def bound_to(desk: str) -> str:
    return f"handover {desk}"


@dataclass(frozen=True, slots=True)
class WaitingNotes:
    """The desks of an account, and the number of notes that its owner has not confirmed."""

    desks: frozenset[str]
    count: int


def waiting_notes(context: ConsoleContext, by: SignedIn) -> WaitingNotes:
    with context.database.reading() as session:
        desks = viewer_of(session, by).desks
        person_id = tables_accounts.get_account(session, by.account_id).person_id
        return WaitingNotes(desks, unread_count(session, person_id, desks, context.now()))


def unread_count(session: Session, person_id: int, desks: Collection[str], at: datetime) -> int:
    """Returns the number of notes of other people that this person has not confirmed."""
    return len(tables_roster.unread_notes(session, person_id, desks, at))


def write_note(context: ConsoleContext, by: SignedIn, desk: str, text: str) -> None:
    """Encrypts a note for a desk. Raises FormRefused if it is too long, or contains a number, an e-mail address or
    a reference: a member who is excluded from a case reads the notes of the desk too.

    Raises NotFound for a desk that the account cannot decrypt.
    """
    words, at = " ".join(text.split()), context.now()
    names = CALLABLE.search(words) or rules_assignment.may_name_case(words)
    if not words or len(words) > MAX_LETTERS or names:
        raise FormRefused({"note": ""})
    with context.database.writing() as session:
        if desk not in viewer_of(session, by).desks:
            raise NotFound(f"there is no desk {desk}")
        rows = tables_desks.desk_keys(session, [desk])
        public = context.encrypter.counting(rows, at).get(desk)
        if public is None:
            raise NotFound(f"desk {desk} has no valid key")
        body = one_off.seal({"note": words}, public=public, bound=bound_to(desk))
        person_id = tables_accounts.get_account(session, by.account_id).person_id
        tables_roster.add_note(session, desk, person_id, body, at)
        tables_audit.append_command(session, by.actor, at, "handover_written", f"desk:{desk}")


def confirm(session: Session, person_id: int, until: datetime) -> None:
    """Records that a person has read all notes until this time."""
    tables_roster.mark_read(session, person_id, until)


def confirm_notes(context: ConsoleContext, by: SignedIn, until: datetime) -> None:
    """Records the same for the owner of an account."""
    with context.database.writing() as session:
        person_id = tables_accounts.get_account(session, by.account_id).person_id
        confirm(session, person_id, min(until, context.now()))
