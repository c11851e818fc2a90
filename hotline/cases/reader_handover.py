"""Gives the key of a case to each desk that may read its tip. Takes it back from every other desk.

Only the reader does this. So a phone or a page can write codes without any key, and no desk has to share its own.
Repeating it changes nothing.
"""

import logging

from hotline.alerts import tables_case_events
from hotline.cases import decrypt_codes, tables_desk_access
from hotline.cases.decrypt_reader import ReaderContext
from hotline.core.database import Session
from hotline.keys.encrypt import READER, case_name
from hotline.tips.tables import Tip

logger = logging.getLogger(__name__)

FIRST = (0, "")


def case_private_key(session: Session, context: ReaderContext, tip: Tip) -> bytes | None:
    """Decrypts the reader's own grant of a case. None if no codes were written, or if the key is deleted."""
    return decrypt_codes.case_private_key(session, context, tip, READER, context.pair.now())


def reconcile(context: ReaderContext) -> None:
    """Brings the grants of all cases up to date, if a desk lacks one or has one too many. Raises StoreUnavailable."""
    with context.database.reading() as session:
        idle = not tables_desk_access.lacking_desks(
            session, FIRST
        ) and not tables_desk_access.has_excess_keys(session)
    if idle:
        return
    with context.database.writing() as session:
        tables_desk_access.delete_excess_keys(session)
    after, closed = FIRST, 0
    while True:
        with context.database.writing() as session:
            found = tables_desk_access.lacking_desks(session, after)
            for to in found:
                private = case_private_key(session, context, to.tip)
                if private is None:
                    closed += 1
                    continue
                name, key, at = case_name(to.tip.uid), to.public_key, context.now()
                grant = context.encrypter.grant(
                    private, uid=name, desk=to.code, public_key=key, at=at
                )
                tables_case_events.give(session, to.tip.id, to.code, grant)
        if not found:
            break
        after = found[-1].tip.id, found[-1].code
    if closed:
        logger.error("the reader cannot decrypt case keys: %s", closed)
