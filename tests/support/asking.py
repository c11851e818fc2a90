"""Asks a caller a question, for which the tip is decrypted with a passphrase. The console and the phones use a person's
own key instead."""

from hotline.cases import decrypt_access, decrypt_questions
from hotline.core.contexts import Context
from hotline.flows.flow import Question
from hotline.people import tables_audit
from hotline.people.decrypt_passphrase import TwoPeople
from hotline.text.places import NATIONAL


def ask(
    context: Context,
    tip_id: int,
    name: str,
    *,
    passphrase: str,
    by: TwoPeople,
    desk: str = NATIONAL,
    reason: str = "to know",
) -> Question:
    """Stores a question for the holder of a tip's receipt."""
    found = decrypt_access.unlock(
        context, tip_id, desk=desk, passphrase=passphrase, by=by, reason=reason
    )
    actor = tables_audit.by_command(by.first)
    with context.database.writing() as session:
        decrypt_questions.store_question(
            session, context, found, name, actor=actor, reason=by.why(reason)
        )
    return decrypt_questions.list_questions(context)[name]
