"""Asks a question back with a desk's passphrase. Pages and phones use a person's own key."""

from hotline.cases import decrypt_access, decrypt_questions
from hotline.core.context import Kit
from hotline.flows.number_questions import Question
from hotline.keys.decrypt import open_grant
from hotline.people import tables_audit
from hotline.people.decrypt_passphrase import TwoPeople
from hotline.text.codes import NATIONAL


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
    found = decrypt_access.unlock(
        kit, tip_id, desk=desk, passphrase=passphrase, by=by, reason=reason
    )
    key = open_grant(found.grant, uid=found.tip.uid, desk=desk, private_key=found.private_key)
    actor = tables_audit.by_command(by.first)
    with kit.database.writing() as session:
        decrypt_questions.put(
            session,
            kit,
            found.tip,
            name,
            tip_key=key,
            desk=desk,
            actor=actor,
            reason=by.why(reason),
        )
    return decrypt_questions.listed(kit)[name]
