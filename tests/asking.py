"""Asks a question back by a desk's passphrase: pages and phones ask with a person's own key."""

from hotline.domain.tip import NATIONAL
from hotline.engine.numbers.questions import Question
from hotline.ports import Kit
from hotline.sealing.opening import open_grant
from hotline.services.desk import access, ask_back
from hotline.services.desk.keys.by_passphrase import TwoPeople
from hotline.store.desk import audit


def ask(
    kit: Kit,
    tip_id: int,
    name: str,
    *,
    passphrase: str,
    by: TwoPeople,
    desk: str = NATIONAL,
    reason: str = "to know",
) -> Question:
    """Puts a question behind the receipt of a tip."""
    found = access.unlock(kit, tip_id, desk=desk, passphrase=passphrase, by=by, reason=reason)
    key = open_grant(found.grant, uid=found.tip.uid, desk=desk, private_key=found.private_key)
    actor = audit.by_command(by.first)
    with kit.database.writing() as session:
        ask_back.put(
            session,
            kit,
            found.tip,
            name,
            tip_key=key,
            desk=desk,
            actor=actor,
            reason=by.why(reason),
        )
    return ask_back.listed(kit)[name]
