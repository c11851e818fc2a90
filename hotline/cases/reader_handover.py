"""Gives the key of a case to each desk that may read the tip, and removes the key from every other desk.

Only the reader process gives and removes these keys. So phones and pages can write coded answers without a private key.
"""

import logging

from hotline.alerts import tables_case_events
from hotline.cases import decrypt_codes, tables_case_files
from hotline.cases.decrypt_reader import ReaderContext
from hotline.core.database import Session
from hotline.keys.encrypt import READER, case_name
from hotline.people import tables_desks
from hotline.tips.tables import Tip

logger = logging.getLogger(__name__)

FIRST = (0, "")


def case_private_key(session: Session, context: ReaderContext, tip: Tip) -> bytes | None:
    """Returns the private key of a case. Decrypts the copy of the private key that the hotline has encrypted for the
    reader process.

    Returns None if the case has no coded answers yet, or if its private key was deleted.
    """
    return decrypt_codes.case_private_key(session, context, tip, READER, context.pair.now())


def reconcile(context: ReaderContext) -> None:
    """Gives the keys of cases to the desks that lack these keys, and removes keys that desks may no longer have.

    Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        idle = not tables_case_files.lacking_desks(
            session, FIRST
        ) and not tables_case_files.has_excess_keys(session)
    if idle:
        return
    with context.database.writing() as session:
        tables_case_files.delete_excess_keys(session)
    after, closed = FIRST, 0
    while True:
        with context.database.writing() as session:
            found, at = tables_case_files.lacking_desks(session, after), context.now()
            rows = tables_desks.desk_keys(session, sorted({code for _, code in found}))
            keys = context.encrypter.counting(rows, at)
            for tip, code in (one for one in found if one[1] in keys):
                private = case_private_key(session, context, tip)
                if private is None:
                    closed += 1
                    continue
                name, key = case_name(tip.uid), keys[code]
                grant = context.encrypter.grant(private, uid=name, desk=code, public_key=key, at=at)
                tables_case_events.give(session, tip.id, code, grant)
        if not found:
            break
        after = found[-1][0].id, found[-1][1]
    if closed:
        logger.error("the reader process failed %s times to decrypt the key of a case", closed)
