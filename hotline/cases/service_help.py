"""Stores the answers to the question if the help was good. Encrypts each answer for the reader process alone.

No responder, desk or service ever sees an answer. The reader counts several answers at once for the year's statistics,
and deletes them.
"""

from contextlib import suppress

from hotline.alerts.rules_follow_up import month_of
from hotline.cases import tables_help
from hotline.core.contexts import Context
from hotline.core.database import Session, new_record_key
from hotline.errors import KeyMissing
from hotline.keys import one_off
from hotline.tips.rules_receipts import HelpOpinion

BOUND = "help answer"
OPINION, RECORD_KEY = "opinion", "key"


def store_answer(session: Session, context: Context, opinion: HelpOpinion) -> None:
    """Stores an answer in the transaction of the calling function. Stores nothing if the reader's public key is
    missing."""
    with suppress(KeyMissing):
        body = one_off.seal(
            {OPINION: opinion.value, RECORD_KEY: new_record_key()},
            public=context.encrypter.reader_key(),
            bound=BOUND,
        )
        tables_help.add_answer(session, month_of(context.now()), body)
