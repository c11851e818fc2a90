"""Gives accounts of the national desk access to call-back numbers. One account asks, and another one approves.

The first account then decrypts the number with its own key. A person who is excluded from a tip is excluded from its
call-back too. No module that a hook uses imports this one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.alerts import decrypt_call_backs
from hotline.alerts.decrypt_call_backs import Opened
from hotline.cases import queries_list
from hotline.cases.service_persons import key_of
from hotline.cases.service_viewer import is_national, viewer_of
from hotline.core.actors import SignedIn
from hotline.core.context import ConsoleKit
from hotline.core.database import Session
from hotline.errors import NotFound
from hotline.people import decrypt_grants, tables_audit
from hotline.people.rules_desks import of_account
from hotline.people.tables_accounts import is_same_person
from hotline.people.tables_audit import AuditEntry
from hotline.text.codes import NATIONAL
from hotline.tips import tables_call_back
from hotline.tips.rules_call_back import CallBackState, CallOutcome, Window
from hotline.tips.tables_call_back import CallBack

MOST = 50
"""Call-backs on the page: those that are pending, then the newest that are over."""


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call-back without its number, and the commands that this account may give now."""

    id: int
    tip_id: int
    state: CallBackState
    window: Window
    has_second: bool
    """True if the caller agreed to a second time."""
    wanted_by: str
    wanted_at: datetime | None
    reason: str
    """The reason for the request, in the words of the person who made it."""
    approved_by: str
    outcome: str
    may_ask: bool
    may_approve: bool
    may_open: bool
    may_end: bool


def listed(kit: ConsoleKit, by: SignedIn) -> Sequence[CallLine]:
    """Returns the call-backs, pending ones first. Empty for an account that does not open the national desk."""
    at, me = kit.now(), tables_audit.by_actor(by.actor)
    with kit.database.reading() as session:
        viewer = viewer_of(session, by)
        rows = tables_call_back.everyone(session, viewer) if is_national(viewer) else ()
        asked = {row.id: _asked(session, row) for row in rows[:MOST] if row.wanted_by is not None}
        return [
            _line(session, row, me, row.window.is_open(at), asked.get(row.id))
            for row in rows[:MOST]
        ]


def _asked(session: Session, row: CallBack) -> AuditEntry | None:
    """Returns the newest row of the audit log in which a person asked for this number."""
    found = tables_audit.entries(session, subject=f"call-back:{row.id}")
    return next((one for one in reversed(found) if one.action == "call_back_wanted"), None)


def ask(kit: ConsoleKit, by: SignedIn, call_back_id: int, reason: str) -> None:
    """Requests the number of a call-back, with a reason. Raises NotFound."""
    _check(kit, by, call_back_id)
    decrypt_call_backs.ask_to_open(kit, call_back_id, by=by.actor, reason=reason)


def approve(
    kit: ConsoleKit, by: SignedIn, call_back_id: int, reason: str, *, asked_by: str
) -> None:
    """Approves the request of the named person to decrypt the number. Raises NotFound, CallRefused."""
    _check(kit, by, call_back_id)
    decrypt_call_backs.approve(kit, call_back_id, by=by.actor, reason=reason, asked_by=asked_by)


def read(kit: ConsoleKit, by: SignedIn, token: str, call_back_id: int, reason: str) -> Opened:
    """Decrypts the number and the word, with the key of this session.

    Raises NotFound, CallRefused, KeyMissing, SealBroken.
    """
    _check(kit, by, call_back_id)
    private_key = key_of(kit, token)

    def keys() -> Sequence[bytes]:
        with kit.database.reading() as session:
            opened = decrypt_grants.open_as(
                session, NATIONAL, of_account(by.account_id), private_key
            )
        return [one.key for one in opened]

    return decrypt_call_backs.open_with(kit, call_back_id, by=by.actor, reason=reason, keys=keys)


def end(
    kit: ConsoleKit, by: SignedIn, call_back_id: int, outcome: CallOutcome, reason: str
) -> None:
    """Records the outcome of a call. Raises NotFound, CallRefused."""
    _check(kit, by, call_back_id)
    decrypt_call_backs.close(kit, call_back_id, by=by.actor, reason=reason, outcome=outcome)


def _check(kit: ConsoleKit, by: SignedIn, call_back_id: int) -> None:
    """Raises NotFound unless the account is of the national desk and may see the call's tip."""
    with kit.database.reading() as session:
        row, viewer = tables_call_back.one(session, call_back_id), viewer_of(session, by)
        if not is_national(viewer) or not queries_list.known(session, viewer, [row.tip_id]):
            raise NotFound(f"no call-back {call_back_id}")


def _line(
    session: Session, row: CallBack, me: str, is_open: bool, asked: AuditEntry | None
) -> CallLine:
    waits = row.state == CallBackState.WAITING
    mine = row.wanted_by is not None and is_same_person(session, row.wanted_by, me)
    approved = row.approved_by is not None
    return CallLine(
        id=row.id,
        tip_id=row.tip_id,
        state=CallBackState(row.state),
        window=row.window,
        has_second=row.again_at is not None,
        wanted_by=tables_audit.name_in(row.wanted_by or ""),
        wanted_at=None if asked is None else asked.at,
        reason="" if asked is None else asked.reason,
        approved_by=tables_audit.name_in(row.approved_by or ""),
        outcome=row.outcome or "",
        may_ask=waits and not mine,
        may_approve=waits and row.wanted_by is not None and not mine and not approved,
        may_open=waits and mine and approved and is_open,
        may_end=waits and row.opened_at is not None,
    )
