"""Finds every encrypted number and every grant (a tip's key for a desk), so that the hotline can encrypt all of them
with a new key."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import false, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from hotline.alerts.tables_case_events import CaseGrant
from hotline.core.contexts import Context
from hotline.editing.tables import NewsAddress
from hotline.gateway.tables import OnCallContact
from hotline.keys.encrypt import case_name
from hotline.people.tables import Enrolment, Responder
from hotline.text.places import NATIONAL
from hotline.tips.rules_receipts import CallBackState
from hotline.tips.tables import Grant, Tip
from hotline.tips.tables_persons import CallBack

Column: TypeAlias = InstrumentedAttribute[Any]

VAULTS: Mapping[str, tuple[Column, ...]] = {
    "relay": (
        Responder.encrypted_number,
        Enrolment.encrypted_number,
        Enrolment.encrypted_code,
        NewsAddress.encrypted_address,
    ),
    "watch": (OnCallContact.encrypted_number,),
}
"""Maps the name of a key pair to the columns that are encrypted with it. These columns contain phone numbers, enrolment
codes or mail addresses."""
GRANT_TABLES: Sequence[Any] = (Grant, CallBack, CaseGrant)
"""Tables whose rows contain a key that is encrypted for a desk or for the reader process."""
BATCH = 200


@dataclass(frozen=True, slots=True)
class EncryptedValue:
    """An encrypted number, code or key in one column of one row."""

    id: int
    value: bytes = field(repr=False)
    column: Column
    uid: str = ""
    """The uid of the tip, for a grant. For the key of a case, `uid` is the result of `encrypt.case_name` for the tip's
    uid."""


def renew_values(
    context: Context,
    read: Callable[[Session, int], Sequence[EncryptedValue]],
    renewed: Callable[[EncryptedValue], bytes | None],
) -> Iterator[int]:
    """Replaces encrypted values in batches, and yields the number of replaced values after each batch. `read` returns
    the next values after the id of a row. `renewed` returns the new value, or None for a value that stays.

    Does not replace a value that another process has changed or erased in the meantime. The next search of the key
    rotation then finds the new value.
    """
    last_id = 0
    while True:
        with context.database.reading() as session:
            batch = read(session, last_id)
        if not batch:
            return
        changed = [(old, new) for old in batch if (new := renewed(old)) is not None]
        if changed:
            with context.database.writing() as session:
                for old, new in changed:
                    row = old.column.class_
                    statement = update(row).where(row.id == old.id, old.column == old.value)
                    session.execute(statement.values({old.column: new}))
        last_id = batch[-1].id
        yield len(changed)


def encrypted_values(session: Session, after: int, column: Column) -> Sequence[EncryptedValue]:
    """Returns the next encrypted values of a column, ordered by the row's id."""
    row = column.class_
    values = select(row.id, column).where(row.id > after, column.is_not(None))
    found = session.execute(values.order_by(row.id).limit(BATCH))
    return [EncryptedValue(id, value, column) for id, value in found]


def grants(session: Session, after: int, row: Any, holder: str) -> Sequence[EncryptedValue]:
    """Returns the next grants (encrypted keys) for a desk or for the reader process from one table, ordered by id.

    Includes the grants of tips that are not complete yet. For call-backs, returns only the grants of call-backs that
    still wait, and only grants for the national desk.
    """
    if row is CallBack:
        is_readable = [row.state == CallBackState.WAITING] if holder == NATIONAL else [false()]
        found = select(row.id, row.uid, row.encrypted_key).where(*is_readable)
    else:
        column = row.desk_code if row is Grant else row.holder
        found = select(row.id, Tip.uid, row.encrypted_key).join(Tip, Tip.id == row.tip_id)
        found = found.where(column == holder)
    name_of = case_name if row is CaseGrant else str
    batch = session.execute(found.where(row.id > after).order_by(row.id).limit(BATCH))
    key = row.encrypted_key
    return [EncryptedValue(item.id, item.encrypted_key, key, name_of(item.uid)) for item in batch]
