"""Manages call-backs for the national desk. One person asks, a second approves, and it decrypts inside the window only.

It can decrypt what hooks seal, so no code that a hook reaches imports this file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hotline.alerts.service_call_back_requests import SEALED_AS, end, next_window
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.errors import CallRefused, HotlineError, NotFound, NotReady, PassphraseWrong
from hotline.flows.flow import Menu
from hotline.keys.decrypt import open_tip, opens_grant
from hotline.keys.encrypt import label
from hotline.people import tables_audit
from hotline.people.tables_accounts import is_same_person
from hotline.people.tables_audit import Signer
from hotline.text.codes import NATIONAL
from hotline.tips import tables_call_back
from hotline.tips.rules_call_back import CallBackState, CallOutcome, refusal
from hotline.tips.tables_call_back import CallBack


@dataclass(frozen=True, slots=True)
class Opened:
    """The data that the person who calls needs. None of it is in `repr`."""

    number: str = field(repr=False)
    word: str = field(repr=False)
    """The code word that the reporter chose, by its value in the flow."""
    others: str = field(repr=False)
    language: str = field(repr=False)


def listed(kit: Kit) -> Sequence[CallBack]:
    """Returns every call-back without its number. Waiting ones come first, in the order of their windows."""
    with kit.database.reading() as session:
        return tables_call_back.everyone(session)


def ask_to_open(kit: Kit, call_back_id: int, *, by: Signer, reason: str) -> None:
    """Records that a person wants to call. The second person approves the latest one who asked. Raises NotFound."""
    with kit.database.writing() as session:
        row = tables_call_back.one(session, call_back_id, for_writing=True)
        row.wanted_by, row.approved_by = tables_audit.signer(by), None
        _record(session, kit, "call_back_wanted", row.id, by=by, reason=reason)


def approve(
    kit: Kit, call_back_id: int, *, by: Signer, reason: str, asked_by: str | None = None
) -> None:
    """Approves the person who asked, for this window. Raises NotFound, CallRefused.

    `asked_by` is the name that the approver saw. If another person asked since, nothing is approved.
    """
    with kit.database.writing() as session:
        row = tables_call_back.one(session, call_back_id, for_writing=True)
        if row.wanted_by is None:
            raise CallRefused(f"call-back {row.id} was not requested: request it first")
        if is_same_person(session, row.wanted_by, tables_audit.signer(by)):
            raise CallRefused("the requester cannot approve: ask a second person")
        if asked_by is not None and tables_audit.name_in(row.wanted_by) != asked_by:
            raise CallRefused("another person has requested it since: load the list again")
        row.approved_by = tables_audit.signer(by)
        _record(session, kit, "call_back_approved", row.id, by=by, reason=reason)


def open_with(
    kit: Kit, call_back_id: int, *, by: Signer, reason: str, keys: Callable[[], Sequence[bytes]]
) -> Opened:
    """Returns number and code word. Commits an audit row before that, also for a refusal.

    `keys` returns the private keys of the national desk, current one first. Raises NotFound, CallRefused, SealBroken,
    KeyMissing.
    """
    with kit.database.reading() as session:
        row = tables_call_back.one(session, call_back_id)
    try:
        with kit.database.reading() as session:
            _check(session, row, kit, by)
        opened = _open(kit, row, keys())
    except (CallRefused, PassphraseWrong) as refused:
        _refuse(kit, row, by, refused)
        raise

    with kit.database.writing() as session:
        # Checks again, because the reporter may have withdrawn the call-back during the slow stretching.
        row = tables_call_back.one(session, call_back_id, for_writing=True)
        _check(session, row, kit, by)
        row.opened_at = kit.now()
        _record(session, kit, "call_back_opened", row.id, by=by, reason=reason)
    return opened


def close(kit: Kit, call_back_id: int, *, by: Signer, reason: str, outcome: CallOutcome) -> None:
    """Records the result of a call. Deletes its number, unless no one answered and another window was agreed.

    Raises NotFound. Raises CallRefused if no one decrypted the number, because a call without it has no result.
    """
    with kit.database.writing() as session:
        row = tables_call_back.one(session, call_back_id, for_writing=True)
        if row.opened_at is None:
            raise CallRefused(f"call-back {row.id} was not opened in this window: open it first")
        row.outcome = outcome
        if outcome is not CallOutcome.SILENT or not next_window(row):
            end(row, CallBackState.DONE, kit.now())
        _record(session, kit, f"call_back_{outcome}", row.id, by=by, reason=reason)


def word_in(kit: Kit, opened: Opened) -> str:
    """Returns the code word in the reporter's language, from the published flows. Falls back to its value."""
    try:
        node = kit.books.book(kit.books.live()).flows["report"].nodes["call_word"]
    except (KeyError, NotFound, NotReady):
        return opened.word
    labels = {one.value: one.label for one in node.choices} if isinstance(node, Menu) else {}
    return labels.get(opened.word, {}).get(opened.language, opened.word)


def _check(session: Session, row: CallBack, kit: Kit, by: Signer) -> None:
    asked_by, approved_by = row.wanted_by, row.approved_by
    has_asked = asked_by is not None and is_same_person(session, asked_by, tables_audit.signer(by))
    why = refusal(row.window, kit.now(), has_asked=has_asked, approved_by=approved_by)
    if why is not None:
        raise CallRefused(f"call-back {row.id} {why}")


def _refuse(kit: Kit, row: CallBack, by: Signer, refused: HotlineError) -> None:
    with kit.database.writing() as session:
        _record(session, kit, "call_back_refused", row.id, by=by, reason=str(refused))


def _open(kit: Kit, row: CallBack, keys: Sequence[bytes]) -> Opened:
    grant = kit.sealer.weekly_lock.unlock(row.sealed_key, label(row.uid, NATIONAL))
    seal = {"uid": row.uid, "desk": NATIONAL}
    fits = (one for one in keys if opens_grant(grant, **seal, private_key=one))
    key = next(fits, keys[0])
    told = open_tip(row.body, grant, **seal, place=SEALED_AS, private_key=key)
    return Opened(**told)


def _record(
    session: Session, kit: Kit, action: str, call_back_id: int, *, by: Signer, reason: str
) -> None:
    tables_audit.sign(
        session, by, at=kit.now(), action=action, subject=f"call-back:{call_back_id}", reason=reason
    )
