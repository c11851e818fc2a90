"""Decrypts the text of a tip for a console account, with the key of the account. Also stores a desk's question, which
the caller sees after entering the receipt number.

The decrypted text is never stored.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from hotline.alerts import queries, service_case, service_closing, service_escalation, tables
from hotline.cases import decrypt_access, decrypt_handover, decrypt_questions, service_viewer
from hotline.cases import queries as cases_queries
from hotline.cases.decrypt_access import DecryptedTip, UnlockedTip
from hotline.cases.service_persons import account_key
from hotline.cases.service_viewer import get_readable, viewer_of
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.people import tables_audit, tables_roster
from hotline.people.rules import of_account
from hotline.text.errors import AskRefused, DecryptionFailed, EndRefused, KeyMissing, NotFound
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules_events import CaseEventKind, Event, LoggedEvent
from hotline.tips.rules_receipts import TipRefusal


def read_tip(
    context: ConsoleContext, by: SignedIn, token: str, tip_id: int, reason: str
) -> DecryptedTip:
    """Returns the decrypted text of a tip. Before it returns the text, commits a row to the audit log. If the account
    may not read the tip, writes the refusal to the audit log.

    Raises NotFound if the account may not see this tip. Raises KeyMissing. Raises DecryptionFailed if no key of the
    account decrypts the tip.
    """
    decrypted, viewer = decrypt_tip(context, by, token, tip_id, reason)
    actor = tables_audit.by_actor(by.actor)
    with context.database.writing() as session:
        if decrypted.asked is not None and decrypted.asked.answer is not None:
            tables.note_read(session, tip_id, context.now())
        tables_audit.append_about_tip(session, tip_id, "tip_read", actor, context.now(), reason)
        at, who, own = context.now(), viewer.responder_id, None
        if who is not None:
            own = queries.newest_assignment(session, tip_id, who)
        opener = service_case.EventActor(actor, person=None if own is None else who)
        tip = queries.tip_for_writing(session, tip_id)
        key = service_closing.opening(tip, actor)
        service_case.write_event(session, tip_id, LoggedEvent.OPENED, opener, at, key=key)
        service_closing.note_opened(session, context, tip, actor, replace(opener, person=who), at)
        if own is not None:
            # The responder has now read the tip, so the deadline for reading the case ends.
            own.opened_at = own.opened_at or at
            session.flush()
            event = Event(CaseEventKind.OPENED, by=who)
            service_escalation.handle_event(session, context, tip_id, event, at)
    return decrypted


def decrypt_tip(
    context: ConsoleContext, by: SignedIn, token: str, tip_id: int, reason: str
) -> tuple[DecryptedTip, Viewer]:
    """Returns the decrypted text of a tip, and a `Viewer` with the desks of the account. The calling function must
    write to the audit log that the account has read the tip.

    If the account may not read the tip, writes the refusal to the audit log. Raises the same errors as `read_tip`.
    """
    viewer, _ = get_readable(context, by, tip_id, reason)
    try:
        found = _unlocked(context, by, token, viewer, tip_id)
        with context.database.reading() as session:
            return decrypt_access.decrypt_unlocked(session, found), viewer
    except (KeyMissing, NotFound, DecryptionFailed):
        service_viewer.log(context, by, tip_id, "tip_refused", f"it does not open: {reason}")
        raise


def ask_question(
    context: ConsoleContext, by: SignedIn, token: str, tip_id: int, question: str, reason: str
) -> None:
    """Stores a desk's question about a tip. A caller who enters the receipt number of the tip can answer the question.

    Raises NotFound, AskRefused, KeyMissing, DecryptionFailed.
    """
    found = unlock_tip(context, by, token, tip_id, reason)
    with context.database.writing() as session:
        held = queries.tip_for_writing(session, tip_id)
        if held.body != found.tip.body:
            raise AskRefused("the caller has added answers to the tip: open the tip again")
        actor = tables_audit.by_actor(by.actor)
        decrypt_questions.store_question(
            session, context, found, question, actor=actor, reason=reason
        )


def unlock_tip(
    context: ConsoleContext, by: SignedIn, token: str, tip_id: int, reason: str
) -> UnlockedTip:
    """Returns a tip with its decrypted key, and the desk through which the account can decrypt this key.

    Raises NotFound, KeyMissing, DecryptionFailed.
    """
    viewer, _ = get_readable(context, by, tip_id, reason)
    return _unlocked(context, by, token, viewer, tip_id)


HANDOVER = "to read a handover note"


def handover_notes(
    context: ConsoleContext, by: SignedIn, token: str
) -> Sequence[decrypt_handover.HandoverText]:
    """Returns the handover notes that an account may read, the newest first. These are the notes for the account's
    desks, and the notes about open cases that the account may see.

    Writes a row to the audit log for each case with a note. Raises KeyMissing.
    """
    private, member = account_key(context, token), of_account(by.account_id)
    with context.database.writing() as session:
        viewer, at = viewer_of(session, by), context.now()
        rows = cases_queries.case_notes(session, viewer)
        for tip_id in sorted({row.tip_id for row in rows}):
            tables_audit.append_command(session, by.actor, at, "handover_read", f"tip:{tip_id}")
    with context.database.reading() as session:
        general = tables_roster.notes_of(session, viewer.desks, at)
        found = [*decrypt_handover.general_notes(session, general, member, private)]
    for row in rows:
        text = ""
        with suppress(DecryptionFailed, KeyMissing, NotFound):
            opened = unlock_tip(context, by, token, row.tip_id, HANDOVER)
            text = decrypt_handover.text_of(row, opened.key)
        found.append(decrypt_handover.HandoverText(row.at, text, row.person_id, row.tip_id))
    return sorted(found, key=lambda one: one.at, reverse=True)


def grant_for(
    context: ConsoleContext, by: SignedIn, token: str, tip_id: int, desk: str, reason: str
) -> Callable[[Session], None]:
    """Returns a function that gives the desk of a district access to a tip. The calling function must check that this
    desk may see the tip. The returned function does not check it.

    Raises NotFound, EndRefused, KeyMissing, DecryptionFailed.
    """
    found = unlock_tip(context, by, token, tip_id, reason)

    def give(session: Session) -> None:
        held = queries.tip_for_writing(session, tip_id)
        if not decrypt_access.give_desks(session, context, held, found.key, [desk]):
            raise EndRefused(
                f"desk {desk} has no valid key: see the page Desks", TipRefusal.NOT_REACHED
            )

    return give


def _unlocked(
    context: ConsoleContext, by: SignedIn, token: str, viewer: Viewer, tip_id: int
) -> UnlockedTip:
    private, member = account_key(context, token), of_account(by.account_id)
    with context.database.reading() as session:
        found = decrypt_access.unlock_as(session, context, tip_id, viewer.desks, member, private)
    if found is None:
        raise DecryptionFailed(
            "this account has no key for the tip: ask an admin for access to the tip's desk"
        )
    return found
