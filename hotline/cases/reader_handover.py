"""Gives the key of a case to each desk that may read its tip. Takes it back from every other desk.

Only the reader does this. So a phone or a page can write codes without any key, and no desk has to share its own.
Repeating it changes nothing.
"""

import logging

from hotline.alerts import tables_case_events
from hotline.cases import decrypt_codes, tables_assignees
from hotline.cases.decrypt_reader import ReaderKit
from hotline.core.database import Session
from hotline.keys.encrypt import READER, case_name
from hotline.tips.tables import Tip

logger = logging.getLogger(__name__)

FIRST = (0, "")


def private_of(session: Session, kit: ReaderKit, tip: Tip) -> bytes | None:
    """Decrypts the reader's own grant of a case. None if no codes were written, or if the key is deleted."""
    return decrypt_codes.private_by(session, kit, tip, READER, kit.pair.now())


def reconcile(kit: ReaderKit) -> None:
    """Brings the grants of all cases up to date, if a desk lacks one or has one too many. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        idle = not tables_assignees.lacking(session, FIRST) and not tables_assignees.any_beyond(
            session
        )
    if idle:
        return
    with kit.database.writing() as session:
        tables_assignees.take(session)
    after, closed = FIRST, 0
    while True:
        with kit.database.writing() as session:
            found = tables_assignees.lacking(session, after)
            for to in found:
                private = private_of(session, kit, to.tip)
                if private is None:
                    closed += 1
                    continue
                name, key, at = case_name(to.tip.uid), to.public_key, kit.now()
                grant = kit.sealer.grant(private, uid=name, desk=to.code, public_key=key, at=at)
                tables_case_events.give(session, to.tip.id, to.code, grant)
        if not found:
            break
        after = found[-1].tip.id, found[-1].code
    if closed:
        logger.error("the reader cannot decrypt case keys: %s", closed)
