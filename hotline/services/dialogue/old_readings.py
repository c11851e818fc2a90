"""What was asked behind a PIN goes ten minutes later, by the reader or the clock, whichever comes first."""

from hotline.domain.dialogue.asks import KEPT_FOR
from hotline.ports import Kit
from hotline.store.dialogue import readings


def forget_old_readings(kit: Kit) -> None:
    """Safe to repeat. Nobody waits for a writer where there is nothing to forget. Raises StoreUnavailable."""
    before = kit.now() - KEPT_FOR
    with kit.database.reading() as session:
        if not readings.holds_older(session, before):
            return
    with kit.database.writing() as session:
        readings.forget(session, before)
