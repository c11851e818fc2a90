"""Decrypts the notes of a handover for a member of a desk, on a phone behind the PIN or in the console."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime

from hotline.cases.service_handover import bound_to
from hotline.cases.service_persons import account_key
from hotline.cases.service_viewer import viewer_of
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.errors import DecryptionFailed, NotFound
from hotline.keys import one_off
from hotline.people import decrypt_grants, tables_roster
from hotline.people.rules_desks import of_account


def read_notes(
    session: Session, desks: Collection[str], member: str, private: bytes, at: datetime
) -> Sequence[tuple[datetime, str]]:
    """Returns the notes of these desks, the newest first. Leaves out notes that no key of the member decrypts."""
    found = []
    for row in tables_roster.notes_of(session, desks, at):
        with suppress(DecryptionFailed, NotFound):
            for one in decrypt_grants.decrypt_desk_as(session, row.desk_code, member, private):
                with suppress(DecryptionFailed):
                    bound = bound_to(row.desk_code)
                    note = one_off.decrypt_box(row.body, private=one.key, bound=bound)
                    found.append((row.at, str(note["note"])))
                    break
    return found


def desk_notes(context: ConsoleContext, by: SignedIn, token: str) -> Sequence[tuple[datetime, str]]:
    """Returns the notes of all desks of an account. Raises KeyMissing."""
    private, member = account_key(context, token), of_account(by.account_id)
    with context.database.reading() as session:
        desks = viewer_of(session, by).desks
        return read_notes(session, desks, member, private, context.now())
