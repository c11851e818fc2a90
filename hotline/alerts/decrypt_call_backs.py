"""Manages the call-backs of the national desk: lists them, approves requests to see a caller's phone number, and
records results.

One person requests the caller's phone number, and a second person approves the request. The hotline decrypts the number
only in the hours in which the caller agreed to be called.

The hooks (the web process that the gateway calls) encrypt data such as a caller's phone number. This module can decrypt
callers' data, so no module that the hooks load may import this module.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hotline.alerts.service_messages import BOUND_AS, end_request, next_window
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.flows.flow import MenuNode
from hotline.gateway.rules import OutgoingPart
from hotline.gateway.tables import is_part_paused
from hotline.keys.decrypt import decrypt_tip, opens_grant
from hotline.keys.encrypt import label
from hotline.people import tables_audit
from hotline.people.tables_accounts import is_same_person
from hotline.people.tables_audit import CommandActor
from hotline.text.errors import CallRefused, NotFound, NotReady, PassphraseWrong
from hotline.text.places import NATIONAL
from hotline.tips import tables_persons
from hotline.tips.rules_receipts import CallBackState, CallOutcome, refusal_reason
from hotline.tips.tables_persons import CallBack


@dataclass(frozen=True, slots=True)
class CallDetails:
    """The data that a person needs to call the caller back. `repr` does not show the data."""

    number: str = field(repr=False)
    word: str = field(repr=False)
    """The code word that the desk officer says first, so that the caller recognizes the hotline. The caller chose this
    word from a menu in the report flow (the screens for a report). The field holds the code of the chosen menu line,
    and not the text that the caller saw."""
    others: str = field(repr=False)
    language: str = field(repr=False)


def list_call_backs(context: Context) -> Sequence[CallBack]:
    """Returns every call-back without its phone number.

    Call-backs that still wait for a call come first, sorted by their window (the hours in which the caller agreed to be
    called).
    """
    with context.database.reading() as session:
        return tables_persons.visible_call_backs(session)


def request_number(context: Context, call_back_id: int, *, by: CommandActor, reason: str) -> None:
    """Records that a person requests the number of a call-back.

    If several people request the same number, a second person can approve only the latest request. Raises NotFound.
    """
    with context.database.writing() as session:
        row = tables_persons.get_call_back(session, call_back_id, for_writing=True)
        row.asked_by, row.approved_by = tables_audit.actor_of(by), None
        _record(session, context, "call_back_wanted", row.id, by, reason)


def approve_request(
    context: Context,
    call_back_id: int,
    *,
    by: CommandActor,
    reason: str,
    asked_by: str | None = None,
) -> None:
    """Approves the latest request to see the caller's phone number. The approval is valid only until the present window
    (the hours in which the caller agreed to be called) ends. Raises NotFound, CallRefused.

    `asked_by` is the name of the person whose request the approver saw on the page. If another person has made a later
    request, raises CallRefused.
    """
    with context.database.writing() as session:
        row = tables_persons.get_call_back(session, call_back_id, for_writing=True)
        _check_paused(session)
        if row.asked_by is None:
            raise CallRefused(f"call-back {row.id}: no one has asked to see the phone number yet")
        if is_same_person(session, row.asked_by, tables_audit.actor_of(by)):
            raise CallRefused("another person must approve your request to see the caller's number")
        if asked_by is not None and tables_audit.name_in(row.asked_by) != asked_by:
            raise CallRefused(
                "another person has just asked to see this phone number: load the list of call-backs again"
            )
        row.approved_by = tables_audit.actor_of(by)
        _record(session, context, "call_back_approved", row.id, by, reason)


def decrypt_call(
    context: Context,
    call_back_id: int,
    *,
    by: CommandActor,
    reason: str,
    keys: Callable[[], Sequence[bytes]],
) -> CallDetails:
    """Returns the phone number and the code word of a call-back. Each attempt adds a row to the audit log, even if the
    hotline refuses to show the number.

    `keys` is a function that returns the private keys of the national desk, the present key first. Raises NotFound,
    CallRefused, DecryptionFailed, KeyMissing.
    """
    with context.database.reading() as session:
        row = tables_persons.get_call_back(session, call_back_id)
    try:
        with context.database.reading() as session:
            _check(session, row, context, by)
        details = _open(context, row, keys())
    except (CallRefused, PassphraseWrong) as refused:
        with context.database.writing() as session:
            _record(session, context, "call_back_refused", row.id, by, str(refused))
        raise

    with context.database.writing() as session:
        # Checks the call-back again, because the caller may have withdrawn it during the slow decryption.
        row = tables_persons.get_call_back(session, call_back_id, for_writing=True)
        _check(session, row, context, by)
        row.opened_at = context.now()
        _record(session, context, "call_back_opened", row.id, by, reason)
    return details


def record_outcome(
    context: Context, call_back_id: int, *, by: CommandActor, reason: str, outcome: CallOutcome
) -> None:
    """Records the result of a call-back. Deletes the phone number, unless the caller did not answer and has agreed to a
    second window.

    Raises NotFound. Raises CallRefused if no one has decrypted the phone number, because without the number no one
    could call.
    """
    with context.database.writing() as session:
        row = tables_persons.get_call_back(session, call_back_id, for_writing=True)
        if row.opened_at is None:
            raise CallRefused(
                f"call-back {row.id}: first show the phone number, then record the result of the call"
            )
        row.outcome = outcome
        if outcome is not CallOutcome.SILENT or not next_window(row):
            end_request(row, CallBackState.DONE, context.now())
        # The audit log already uses `call_back_refused` when the hotline does not show the number.
        is_refused = outcome is CallOutcome.REFUSED
        _record(
            session,
            context,
            "call_back_unwanted" if is_refused else f"call_back_{outcome}",
            row.id,
            by,
            reason,
        )


def code_word(context: Context, details: CallDetails) -> str:
    """Returns the code word in the caller's language, as the menu in the report flow shows it.

    If this menu has no text for the word, returns the stored value.
    """
    try:
        node = context.flow_sets.get(context.flow_sets.live()).flows["report"].nodes["call_word"]
    except (KeyError, NotFound, NotReady):
        return details.word
    labels = {line.value: line.label for line in node.choices} if isinstance(node, MenuNode) else {}
    return labels.get(details.word, {}).get(details.language, details.word)


def _check_paused(session: Session) -> None:
    if is_part_paused(session, OutgoingPart.CALL_BACKS):
        raise CallRefused("call-backs are paused: resume them on the console page Outgoing queue")


def _check(session: Session, row: CallBack, context: Context, by: CommandActor) -> None:
    _check_paused(session)
    asked_by, approved_by = row.asked_by, row.approved_by
    has_asked = asked_by is not None and is_same_person(
        session, asked_by, tables_audit.actor_of(by)
    )
    why = refusal_reason(row.window, context.now(), has_asked=has_asked, approved_by=approved_by)
    if why is not None:
        raise CallRefused(f"call-back {row.id}: cannot show the caller's phone number: {why}")


def _open(context: Context, row: CallBack, keys: Sequence[bytes]) -> CallDetails:
    grant = context.encrypter.weekly_lock.unlock(row.encrypted_key, label(row.uid, NATIONAL))
    seal = {"uid": row.uid, "desk": NATIONAL}
    fits = (candidate for candidate in keys if opens_grant(grant, **seal, private_key=candidate))
    key = next(fits, keys[0])
    details = decrypt_tip(row.body, grant, **seal, place=BOUND_AS, private_key=key)
    return CallDetails(**details)


def _record(
    session: Session,
    context: Context,
    action: str,
    call_back_id: int,
    by: CommandActor,
    reason: str,
) -> None:
    tables_audit.append_command(
        session, by, context.now(), action, f"call-back:{call_back_id}", reason
    )
