"""Finds every encrypted number and every grant (a tip's key for a desk), so that the hotline can encrypt all of them
with a new key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import false, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from hotline.alerts.tables_case_events import CaseGrant
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
"""The columns that contain encrypted numbers or codes. The columns are grouped by the name of the key pair for which
they are encrypted."""
GRANT_TABLES: Sequence[Any] = (Grant, CallBack, CaseGrant)
"""Tables whose rows contain a key that is encrypted for a desk or for the reader process."""
BATCH = 200


@dataclass(frozen=True, slots=True)
class EncryptedGrant:
    id: int
    uid: str
    """The uid of the tip. For the key of a case, `uid` is the result of `encrypt.case_name` for the tip's uid."""
    encrypted_key: bytes = field(repr=False)
    row: Any
    """The table that contains the grant."""


def encrypted_values(session: Session, column: Column, after: int) -> Sequence[tuple[int, bytes]]:
    """Returns the next encrypted values of a column, ordered by the row's id."""
    row = column.class_
    values = select(row.id, column).where(row.id > after, column.is_not(None))
    return [
        (id, encrypted) for id, encrypted in session.execute(values.order_by(row.id).limit(BATCH))
    ]


def replace_value(
    session: Session, column: Column, row_id: int, before: bytes, after: bytes
) -> None:
    """Replaces an encrypted value. The function does nothing if the stored value is not `before` any more, because
    another process has changed it. The next search of the key rotation then finds the new value and replaces it.
    """
    row = column.class_
    statement = update(row).where(row.id == row_id, column == before)
    session.execute(statement.values({column: after}))


def grants(session: Session, row: Any, holder: str, after: int) -> Sequence[EncryptedGrant]:
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
    return [EncryptedGrant(one.id, name_of(one.uid), one.encrypted_key, row) for one in batch]


def replace_grant(session: Session, grant: EncryptedGrant, encrypted_key: bytes) -> None:
    """Replaces the encrypted key of a grant (a tip's key for a desk). Does nothing if another process has changed or
    erased the grant in the meantime.
    """
    row = grant.row
    session.execute(
        update(row)
        .where(row.id == grant.id, row.encrypted_key == grant.encrypted_key)
        .values(encrypted_key=encrypted_key)
    )
