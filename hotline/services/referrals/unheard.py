"""A mark that does not reach who holds the case: the next person learns it, once, and holds nothing."""

from hotline.domain.referrals.case_events import Event, Happened
from hotline.ports import Kit
from hotline.services.doorbell import ringing
from hotline.services.referrals import ladder
from hotline.store.referrals import unheard


def pass_on(kit: Kit) -> None:
    """Tells the next of the desk, or the national desk, of each mark that its holder did not hear. For the clock.

    It may run twice: who was told since then is enough. Raises StoreUnavailable.
    """
    at = kit.now()
    with kit.database.reading() as session:
        if not unheard.unheard_marks(session, at):
            return
    with ringing(kit) as session:
        for tip_id in unheard.unheard_marks(session, at):
            ladder.happen(session, kit, tip_id, Event(Happened.UNHEARD), at)
