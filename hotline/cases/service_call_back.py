"""Lets accounts of the national desk see the phone numbers of call-backs. One account requests the number, and another
account approves this.

The first account then decrypts the number with its own key. A person who is excluded from a tip is also excluded from
its call-back. No module that a hook loads may import this file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.alerts import decrypt_call_backs
from hotline.cases import queries_list
from hotline.cases.service_persons import account_key
from hotline.cases.service_viewer import is_national, viewer_of
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.errors import NotFound
from hotline.people import decrypt_grants, tables_audit
from hotline.people.rules_desks import of_account
from hotline.people.tables_accounts import is_same_person
from hotline.text.codes import NATIONAL
from hotline.tips import tables_call_back
from hotline.tips.rules_call_back import CallBackState, Window

MAX_LINES = 50
"""The largest number of call-backs on the page: first those that are waiting, then the newest of those that have
ended.
"""


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call-back without its phone number, and the commands that this account may give now."""

    id: int
    tip_id: int
    state: CallBackState
    window: Window
    has_second: bool
    """True if the caller also agreed to a second window for the call."""
    asked_by: str
    asked_at: datetime | None
    reason: str
    """The reason for the request, as the person who made it typed it."""
    approved_by: str
    outcome: str
    may_ask: bool
    may_approve: bool
    may_open: bool
    may_end: bool


def list_call_backs(context: ConsoleContext, by: SignedIn) -> Sequence[CallLine]:
    """Returns the call-backs, beginning with those that are waiting.

    Returns none to an account that cannot read the national desk's tips.
    """
    at, me = context.now(), tables_audit.by_actor(by.actor)
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        rows = tables_call_back.visible_call_backs(session, viewer) if is_national(viewer) else ()
        asked = {
            row.id: _asked(session, row) for row in rows[:MAX_LINES] if row.asked_by is not None
        }
        return [
            _line(session, row, me, row.window.is_open(at), asked.get(row.id))
            for row in rows[:MAX_LINES]
        ]


def _asked(session: Session, row: tables_call_back.CallBack) -> tables_audit.AuditEntry | None:
    """Returns the newest row of the audit log about a request for this number."""
    found = tables_audit.entries(session, subject=f"call-back:{row.id}")
    return next((one for one in reversed(found) if one.action == "call_back_wanted"), None)


def decrypt_call(
    context: ConsoleContext, by: SignedIn, token: str, call_back_id: int, reason: str
) -> decrypt_call_backs.CallDetails:
    """Decrypts the phone number and the code word, with the private key that this session has unlocked.

    Raises NotFound, CallRefused, KeyMissing, DecryptionFailed.
    """
    _check(context, by, call_back_id)
    private_key = account_key(context, token)

    def keys() -> Sequence[bytes]:
        with context.database.reading() as session:
            opened = decrypt_grants.decrypt_desk_as(
                session, NATIONAL, of_account(by.account_id), private_key
            )
        return [one.key for one in opened]

    return decrypt_call_backs.decrypt_call(
        context, call_back_id, by=by.actor, reason=reason, keys=keys
    )


def _checked(action: Callable[..., object]) -> Callable[..., None]:
    """Makes a command for accounts of the national desk from the function `action`. The command raises NotFound and the
    errors of `action`.
    """

    def does(
        context: ConsoleContext, by: SignedIn, call_back_id: int, reason: str, **values: object
    ) -> None:
        _check(context, by, call_back_id)
        action(context, call_back_id, by=by.actor, reason=reason, **values)

    return does


request_number = _checked(decrypt_call_backs.request_number)
approve_request = _checked(decrypt_call_backs.approve_request)
record_outcome = _checked(decrypt_call_backs.record_outcome)


def _check(context: ConsoleContext, by: SignedIn, call_back_id: int) -> None:
    """Raises NotFound unless the account belongs to the national desk and may see the tip of the call-back."""
    with context.database.reading() as session:
        row, viewer = tables_call_back.get_call_back(session, call_back_id), viewer_of(session, by)
        if not is_national(viewer) or not queries_list.visible_tips(session, viewer, [row.tip_id]):
            raise NotFound(f"there is no call-back {call_back_id}")


def _line(
    session: Session,
    row: tables_call_back.CallBack,
    me: str,
    is_open: bool,
    asked: tables_audit.AuditEntry | None,
) -> CallLine:
    waits = row.state == CallBackState.WAITING
    mine = row.asked_by is not None and is_same_person(session, row.asked_by, me)
    approved = row.approved_by is not None
    return CallLine(
        id=row.id,
        tip_id=row.tip_id,
        state=CallBackState(row.state),
        window=row.window,
        has_second=row.again_at is not None,
        asked_by=tables_audit.name_in(row.asked_by or ""),
        asked_at=None if asked is None else asked.at,
        reason="" if asked is None else asked.reason,
        approved_by=tables_audit.name_in(row.approved_by or ""),
        outcome=row.outcome or "",
        may_ask=waits and not mine,
        may_approve=waits and row.asked_by is not None and not mine and not approved,
        may_open=waits and mine and approved and is_open,
        may_end=waits and row.opened_at is not None,
    )
