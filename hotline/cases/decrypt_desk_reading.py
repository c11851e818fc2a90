"""Decrypts the text of a tip for a console account, by the account's own key. Also asks the caller a question.

Nothing decrypted here is stored. No module that a hook uses imports this one.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from hotline.alerts import queries, service_case_events, service_closing, service_escalation, tables
from hotline.alerts.service_case_events import EntryBy
from hotline.alerts.service_case_state import RESPONDER
from hotline.cases import decrypt_access, decrypt_questions
from hotline.cases.decrypt_access import OpenedTip, Unlocked
from hotline.cases.service_persons import key_of
from hotline.cases.service_viewer import found_or_refused
from hotline.core.actors import SignedIn
from hotline.core.context import ConsoleKit
from hotline.core.database import Session
from hotline.errors import AskRefused, KeyMissing, NotFound, SealBroken
from hotline.keys.decrypt import open_grant
from hotline.keys.encrypt import label
from hotline.people import decrypt_grants, tables_audit
from hotline.people.rules_desks import of_account
from hotline.tips import queries_visible
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules_events import EntryKind, Event, Happened
from hotline.tips.tables import Tip

Got = TypeVar("Got")


def read(kit: ConsoleKit, by: SignedIn, token: str, tip_id: int, reason: str) -> OpenedTip:
    """Returns a tip's text. The row in the audit log is committed first, and a refusal leaves a row too.

    Raises NotFound if this account may see no such tip, KeyMissing, and SealBroken if its key decrypts nothing.
    """
    viewer, _ = found_or_refused(kit, by, tip_id, reason)
    actor = tables_audit.by_actor(by.actor)

    def opened(session: Session, found: Unlocked, desk: str) -> OpenedTip:
        return decrypt_access.words_of(session, found, desk)

    try:
        told = _with_key(kit, by, token, viewer, tip_id, opened)
    except (KeyMissing, NotFound, SealBroken):
        with kit.database.writing() as session:
            why = f"it does not open: {reason}"
            tables_audit.of_tip(session, tip_id, "tip_refused", actor, kit.now(), why)
        raise
    with kit.database.writing() as session:
        if told.asked is not None and told.asked.answer is not None:
            tables.read(session, tip_id, kit.now())
        tables_audit.of_tip(session, tip_id, "tip_read", actor, kit.now(), reason)
        _is_opened(session, kit, viewer, tip_id, actor)
    return told


def ask(kit: ConsoleKit, by: SignedIn, token: str, tip_id: int, question: str, reason: str) -> None:
    """Stores a question for the holder of the receipt, once. Raises NotFound, AskRefused, KeyMissing, SealBroken."""
    viewer, _ = found_or_refused(kit, by, tip_id, reason)

    def keyed(_: Session, found: Unlocked, desk: str) -> tuple[Tip, bytes, str]:
        named = {"uid": found.tip.uid, "desk": desk}
        key = open_grant(found.grant, private_key=found.private_key, **named)
        return found.tip, key, desk

    tip, tip_key, desk = _with_key(kit, by, token, viewer, tip_id, keyed)
    with kit.database.writing() as session:
        held = queries.tip_for_writing(session, tip.id)
        if held.body != tip.body:
            raise AskRefused("the caller added to the report meanwhile: read it again")
        decrypt_questions.put(
            session,
            kit,
            held,
            question,
            tip_key=tip_key,
            desk=desk,
            actor=tables_audit.by_actor(by.actor),
            reason=reason,
        )


def _with_key(
    kit: ConsoleKit,
    by: SignedIn,
    token: str,
    viewer: Viewer,
    tip_id: int,
    gets: Callable[[Session, Unlocked, str], Got],
) -> Got:
    """Returns the result of `gets` for the first desk that decrypts the tip. Tries all desks before it fails."""
    private_key = key_of(kit, token)
    with kit.database.reading() as session:
        for desk, found in _unlocked(session, kit, by, viewer, tip_id, private_key):
            with suppress(SealBroken):
                return gets(session, found, desk)
    raise SealBroken("no key of this account decrypts the tip")


def _unlocked(
    session: Session, kit: ConsoleKit, by: SignedIn, viewer: Viewer, tip_id: int, private_key: bytes
) -> Iterator[tuple[str, Unlocked]]:
    """Yields each desk of this account that may read the tip, with the keys for it.

    These are today's key, and the one that a rotation set aside.
    """
    member = of_account(by.account_id)
    for desk in sorted(viewer.desks):
        tip, grant = queries_visible.with_grant(session, tip_id, desk)
        if grant is None or tip.erased_at is not None:
            continue
        key = kit.sealer.weekly_lock.unlock(grant, label(tip.uid, desk))
        for one in decrypt_grants.open_as(session, desk, member, private_key):
            yield desk, Unlocked(tip, key, one.key)


def _is_opened(session: Session, kit: ConsoleKit, viewer: Viewer, tip_id: int, actor: str) -> None:
    """Records that this account opened the tip. For an alerted responder, the clock that waits for it ends."""
    at, who, hers = kit.now(), viewer.responder_id, None
    if who is not None:
        hers = queries.newest_of(session, tip_id, who)
    key = f"{tip_id}:{actor}" if hers is None else str(hers.id)
    by = EntryBy(actor, person=None if hers is None else who)
    service_case_events.done_by(session, tip_id, EntryKind.OPENED, by, at, key=key)
    name = actor if who is None else f"{RESPONDER}{who}"
    tip = queries.tip_for_writing(session, tip_id)
    service_closing.note_opened(session, kit, tip, name, replace(by, person=who), at)
    if hers is None:
        return
    hers.opened_at = hers.opened_at or at
    session.flush()
    service_escalation.happen(session, kit, tip_id, Event(Happened.OPENED, by=who), at)
