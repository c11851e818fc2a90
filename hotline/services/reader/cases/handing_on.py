"""The reader alone hands the key of a case on: to each desk that may read the tip, and takes it from who may no more.

So a phone or a page writes codes without any key, and no desk has to be asked for one. Said again it changes nothing.
"""

import logging

from hotline.sealing.cases.case_codes import case_name
from hotline.services.reader.cases.case_keys import private_of
from hotline.services.reader.reader_kit import ReaderKit
from hotline.store.cases import case_holders, case_keys
from hotline.store.cases.case_holders import LackingDesk
from hotline.store.database import Session

logger = logging.getLogger(__name__)

FIRST = (0, "")


def reconcile(kit: ReaderKit) -> None:
    """Raises StoreUnavailable."""
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
            closed += sum(not _hand_on(session, kit, one) for one in found)
        if not found:
            break
        after = found[-1].tip.id, found[-1].code
    if closed:
        logger.error("keys of cases that the reader cannot open: %s", closed)


def _hand_on(session: Session, kit: ReaderKit, to: LackingDesk) -> bool:
    """Whether the reader could open it."""
    private = private_of(session, kit, to.tip)
    if private is None:
        return False
    grant = kit.sealer.grant(
        private, uid=case_name(to.tip.uid), desk=to.code, public_key=to.public_key, at=kit.now()
    )
    case_keys.give(session, to.tip.id, to.code, grant)
    return True
