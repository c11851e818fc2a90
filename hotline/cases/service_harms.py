"""Stores records of harm. A record says how the hotline harmed a person, who made the decision, and what the hotline
has changed since then. Each record is encrypted.

The national desk and oversight desks read the records. Only oversight desks read a record that an oversight desk wrote.
A second person must read each record.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hotline.cases import tables_case_files
from hotline.cases.service_viewer import viewer_of
from hotline.cases.tables_case_files import HarmRecord
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.keys import one_off
from hotline.people import tables_accounts, tables_audit, tables_desks
from hotline.people.rules import DeskKind
from hotline.text.errors import FormRefused, NotFound
from hotline.text.identifiers import reveals
from hotline.text.places import NATIONAL

FIELDS = ("happened", "decided", "changed")
MAX_LETTERS = 480


def bound_to(desk: str) -> str:
    return f"harm {desk}"


class HarmLine(NamedTuple):
    """A record of harm in a list, without its text."""

    record: HarmRecord
    may_confirm: bool
    """True if this account's owner can confirm the record as its second reader."""


def reading_desk(session: Session, by: SignedIn) -> str:
    """Returns the desk whose key the account uses to read records of harm. Raises NotFound if the account belongs
    neither to the national desk nor to an oversight desk."""
    codes = viewer_of(session, by).desks
    oversight = codes.intersection(tables_desks.desks_of_kind(session, DeskKind.OVERSIGHT))
    if NATIONAL in codes:
        return NATIONAL
    if not oversight:
        raise NotFound("only the national desk and oversight desks may read records of harm")
    return min(oversight)


def list_records(context: ConsoleContext, by: SignedIn) -> Sequence[HarmLine]:
    """Returns the records of harm that the account's desk may read, the newest first. Raises NotFound."""
    with context.database.reading() as session:
        desk = reading_desk(session, by)
        me = tables_accounts.get_account(session, by.account_id).person_id
        return [
            HarmLine(row, row.second_at is None and row.person_id != me)
            for row, _ in tables_case_files.records_of(session, desk)
        ]


def write_record(context: ConsoleContext, by: SignedIn, said: Mapping[str, str]) -> None:
    """Encrypts a record of harm for the desk of its author, and for the oversight desks. Raises NotFound.

    Raises FormRefused with the names of the wrong fields. A field is wrong if it is empty, too long, or contains a
    number, an e-mail address or a reference.
    """
    words, at = {name: " ".join(said[name].split()) for name in FIELDS}, context.now()
    wrong = {
        name: ""
        for name, text in words.items()
        if not 0 < len(text) <= MAX_LETTERS or reveals(text)
    }
    if wrong:
        raise FormRefused(wrong)
    with context.database.writing() as session:
        own = reading_desk(session, by)
        codes = {own, *tables_desks.desks_of_kind(session, DeskKind.OVERSIGHT)}
        keys = context.encrypter.counting(tables_desks.desk_keys(session, sorted(codes)), at)
        if own not in keys:
            raise NotFound(f"desk {own} has no valid key: see the page Desks")
        bodies = {
            code: one_off.seal(words, public=key, bound=bound_to(code))
            for code, key in keys.items()
        }
        person_id = tables_accounts.get_account(session, by.account_id).person_id
        tables_case_files.add_record(session, person_id, at, bodies)
        tables_audit.append_command(session, by.actor, at, "harm_written", f"desk:{own}")


def confirm(context: ConsoleContext, by: SignedIn, record_id: int) -> None:
    """Records that a second person has read a record of harm. Raises NotFound if there is no such record, or if the
    account's owner wrote it."""
    at = context.now()
    with context.database.writing() as session:
        desk = reading_desk(session, by)
        me = tables_accounts.get_account(session, by.account_id).person_id
        known = {row.id for row, _ in tables_case_files.records_of(session, desk)}
        row = session.get(HarmRecord, record_id, with_for_update=True)
        if row is None or row.id not in known or row.person_id == me or row.second_at is not None:
            raise NotFound(
                f"cannot confirm record of harm {record_id}: it does not exist, is already confirmed, or you wrote it"
            )
        row.second_id, row.second_at = me, at
        tables_audit.append_command(session, by.actor, at, "harm_seen", f"harm:{record_id}")
