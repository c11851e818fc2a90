"""Gives the key of a case to each desk that may read its tip. Takes it back from every other desk.

Only the reader does this. So a phone or a page can write codes without any key, and no desk has to share its own.
Repeating it changes nothing.
"""

import logging

from hotline.sealing.case_codes import READER, case_name
from hotline.services.cases import case_opening
from hotline.services.reader.reader_kit import ReaderKit
from hotline.store.cases import case_holders, case_keys
from hotline.store.database import Session
from hotline.store.tips.tips import Tip

logger = logging.getLogger(__name__)

FIRST = (0, "")


def private_of(session: Session, kit: ReaderKit, tip: Tip) -> bytes | None:
    """Decrypts the reader's own grant of a case. None if no codes were written, or if the key is deleted."""
    return case_opening.private_by(session, kit, tip, READER, kit.pair.now())


def reconcile(kit: ReaderKit) -> None:
    """Brings the grants of all cases up to date, if a desk lacks one or has one too many. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        idle = not case_holders.lacking(session, FIRST) and not case_holders.any_beyond(session)
    if idle:
        return
    with kit.database.writing() as session:
        case_holders.take(session)
    after, closed = FIRST, 0
    while True:
        with kit.database.writing() as session:
            found = case_holders.lacking(session, after)
            for to in found:
                private = private_of(session, kit, to.tip)
                if private is None:
                    closed += 1
                    continue
                name, key, at = case_name(to.tip.uid), to.public_key, kit.now()
                grant = kit.sealer.grant(private, uid=name, desk=to.code, public_key=key, at=at)
                case_keys.give(session, to.tip.id, to.code, grant)
        if not found:
            break
        after = found[-1].tip.id, found[-1].code
    if closed:
        logger.error("keys of cases that the reader cannot open: %s", closed)
