"""The national desk sends a tip down to the district that it was withheld from, and lets a first place go.

It opens a tip: nothing that a hook reaches imports it.
"""

from hotline.domain.tip import NATIONAL, desk_of
from hotline.errors import EndRefused, NotFound
from hotline.ports import Kit
from hotline.sealing.opening import open_grant
from hotline.services.desk import access
from hotline.services.desk.keys.by_passphrase import TwoPeople
from hotline.services.doorbell import ringing
from hotline.services.referrals import case_standing, correcting, endings
from hotline.store.desk import desks
from hotline.store.tips import tips


def send_down(kit: Kit, tip_id: int, *, passphrase: str, by: TwoPeople, reason: str) -> None:
    """Seals the tip's key to its district and its camp, and tells their people.

    Once, and only where the national desk says so: an answer that is corrected to "no" opens nothing. Raises what
    `access.unlock` raises, and EndRefused.
    """
    found = access.unlock(kit, tip_id, desk=NATIONAL, passphrase=passphrase, by=by, reason=reason)
    desk = desk_of(found.tip.place, "no")
    if desk is None:
        raise EndRefused(f"tip {tip_id} is of no district")
    key = open_grant(found.grant, uid=found.tip.uid, desk=NATIONAL, private_key=found.private_key)
    with ringing(kit) as session:
        tip = tips.filed(session, tip_id)
        if tip.closed_at is not None or tip.official == "no" or tip.body != found.tip.body:
            raise EndRefused(f"tip {tip_id} was closed, sent down or told anew meanwhile")
        public_key = desks.public_keys(session, [desk]).get(desk)
        if public_key is None:
            raise NotFound(f"desk {desk} has no key: see the runbook, A desk without a key")
        at = kit.now()
        camp = desks.public_keys(session, desks.of_camp(session, tip.sector))
        for code, known in {desk: public_key, **camp}.items():
            grant = kit.sealer.grant(key, uid=tip.uid, desk=code, public_key=known, at=at)
            tips.give(session, tip, code, grant)
        correcting.send_down(session, kit, tip, endings.by_command(by.first, by.why(reason)), at)


def let_go(kit: Kit, tip_id: int, *, by: str, reason: str) -> None:
    """Lets the people of the first place go. Raises NotFound, EndRefused while nobody of the new one has it."""
    with ringing(kit) as session:
        tip = tips.filed(session, tip_id)
        if tip.closed_at is not None or not case_standing.may_let_go(session, tip):
            raise EndRefused(
                f"tip {tip_id}: nobody of the new place has it yet, or nobody is left to let go"
            )
        who = endings.by_command(by, reason)
        correcting.let_go(session, kit, tip, who, kit.now())
