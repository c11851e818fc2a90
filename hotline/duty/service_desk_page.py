"""Collects data about desks for the console's pages: members, pending access requests, and desks that need a new
key.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from hotline.core.actors import AccountRole, AccountState, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.gateway import queries_alert_path
from hotline.keys.desk_signatures import COUNTING, UNSIGNED_FOR, DeskKeyState
from hotline.people import (
    decrypt_grants,
    decrypt_signing,
    queries_member_keys,
    service_approving,
    tables,
    tables_accounts,
    tables_audit,
    tables_desks,
    tables_sessions,
)
from hotline.people.rules import (
    DeskKind,
    account_of,
    of_account,
    of_responder,
    responder_of,
)
from hotline.people.service_approving import KeyToSign
from hotline.text.errors import DeskRefused, NotFound


@dataclass(frozen=True, slots=True)
class DeskHead:
    code: str
    kind: DeskKind
    name: str
    """The name of a desk that people have added. The name is empty for the desk of a district, because pages show the
    name of the district."""
    place: str
    """The camp, or the district, of a desk that does not cover a whole district. The value is empty for the desk of a
    whole district."""
    members: int
    waiting: int
    copied_since: datetime | None
    """The time since which a person who lost access to the desk may still have a copy of the desk's key."""
    is_moving: bool
    retired_at: datetime | None
    reads: bool
    """True if the hotline can encrypt tips for the desk."""
    signature: str
    """The state of the hotline's signature on the desk's key, as the value of a `DeskKeyState`. The value is empty if
    this process cannot check signatures, or if the desk is retired."""
    sign_until: datetime | None
    """Until this time, the desk can use a new key that the hotline has not signed yet."""
    key_to_sign: KeyToSign | None
    """The desk's new key, which the hotline must still sign. None if the hotline has signed the newest key, or has
    never signed a key of this desk."""
    too_few: bool = False
    """True for an oversight desk where fewer than two people have the key. An oversight desk needs two people to close
    a complaint."""
    unasked: bool = False
    """True if the hotline sends no complaints to this oversight desk. Either the signature on the desk's key does not
    count, or no phone of the desk can get an alert and read the complaint."""

    @property
    def is_last(self) -> bool:
        """Returns True if the desk has only one member.

        If this member's key is lost, no one can read the tips of the desk.
        """
        return self.reads and self.members == 1 and not self.too_few


class DeskMemberLine(NamedTuple):
    member: str
    person_id: int
    name: str
    is_account: bool
    since: datetime
    admitted_by: str
    """The person who granted the member access to the desk. The name is empty if access was granted before the hotline
    recorded who grants it."""


class DeskPage(NamedTuple):
    head: DeskHead
    lines: Sequence[DeskMemberLine]
    waiting: Sequence[tuple[str, str]]
    """Pairs of two names: the person who requested access, and the person who needs the access."""
    others: Sequence[tuple[str, str]]
    """The members who have a key pair but cannot decrypt the desk's tips yet, each with their name. The page offers to
    grant access to these members.
    """
    keyless: Sequence[str]
    """The names of people who work at the desk but do not have a key pair."""


def visible_desks(context: Context, by: SignedIn) -> frozenset[str] | None:
    """Returns the desks whose people this account may see. Returns None if the account may see the people of all
    desks.
    """
    if by.roles & {AccountRole.ADMIN, AccountRole.NATIONAL}:
        return None
    with context.database.reading() as session:
        return queries_member_keys.desks_of_account(session, by.account_id)


def desks_of_account(context: Context, account_id: int) -> frozenset[str]:
    """Returns the desks to which this account has access."""
    with context.database.reading() as session:
        return tables_desks.desks_of(session, of_account(account_id))


def list_desks(context: Context, by: SignedIn | None = None) -> Sequence[DeskHead]:
    """Returns the desks that this account may see, in the order of their codes. Retired desks come last."""
    only = None if by is None else visible_desks(context, by)
    with context.database.reading() as session:
        requests = tables_sessions.pending(
            session, context.now(), tables_sessions.ApprovalKind.ADMISSION
        )
        waits = Counter(row.about for row in requests)
        counts = tables_desks.member_counts(session)
        moving = tables_desks.desks_in_rotation(session)
        heads = [
            _head(session, context, row, counts.get(row.code, 0), waits[row.code], moving)
            for row in tables_desks.all_desks(session)
            if only is None or row.code in only
        ]
    visible_heads = [_for_viewer(by, head) for head in heads]
    return sorted(visible_heads, key=lambda head: head.retired_at is not None)


def desk_page(context: Context, by: SignedIn, code: str) -> DeskPage:
    """Returns a desk with its people. Raises NotFound if the desk does not exist or this account may not see it."""
    only = visible_desks(context, by)
    if only is not None and code not in only:
        raise NotFound("this desk does not exist, or this account may not see it")
    waits = decrypt_grants.pending_access(context, code)
    with context.database.reading() as session:
        row = tables_desks.get_desk(session, code)
        since = tables_desks.access_since(session, code)
        subjects = [f"desk:{code}:{member}" for member in since]
        by_whom = {
            row.subject: tables_audit.name_in(row.decided_by or "")
            for row in tables_sessions.approved(session, *subjects)
        }
        lines = [
            DeskMemberLine(
                member=member,
                person_id=(person := tables_accounts.of_member(session, member)).id,
                name=person.name,
                is_account=account_of(member) is not None,
                since=at,
                admitted_by=by_whom.get(f"desk:{code}:{member}", ""),
            )
            for member, at in since.items()
        ]
        waiting = [
            (one.asked_by, tables_accounts.of_member(session, one.member).name) for one in waits
        ]
        fit, keyless = _others(session, code)
        moving = tables_desks.desks_in_rotation(session)
        head = _head(session, context, row, len(since), len(waiting), moving)
    known_members = {*since, *(request.member for request in waits)}
    candidates = [(member, name) for member, name in fit if member not in known_members]
    visible_head = _for_viewer(by, head)
    return DeskPage(visible_head, lines, waiting, candidates if head.reads else (), keyless)


def _for_viewer(by: SignedIn | None, head: DeskHead) -> DeskHead:
    """Returns the facts about a desk, without the facts that this account may not see. The national desk must not learn
    in which state an oversight desk is."""
    if (
        head.kind is not DeskKind.OVERSIGHT
        or by is None
        or not by.roles & service_approving.NATIONAL
    ):
        return head
    return replace(
        head,
        signature="",
        key_to_sign=None,
        copied_since=None,
        reads=False,
        is_moving=False,
        too_few=False,
        unasked=False,
    )


def _head(
    session: Session,
    context: Context,
    row: tables_desks.Desk,
    count: int,
    waiting: int,
    moving: Collection[str],
) -> DeskHead:
    kind = DeskKind(row.kind)
    signature, sign_until = _signature(context, row)
    oversees = kind is DeskKind.OVERSIGHT and row.retired_at is None
    key = None
    if signature not in ("", DeskKeyState.SIGNED):
        with suppress(DeskRefused):
            key = decrypt_signing.key_to_sign(session, context, row)
    return DeskHead(
        code=row.code,
        kind=kind,
        name=row.name or "",
        place=row.place or "",
        members=count,
        waiting=waiting,
        copied_since=row.copied_since,
        is_moving=row.code in moving,
        retired_at=row.retired_at,
        reads=row.reads_tips,
        signature=signature,
        sign_until=sign_until,
        key_to_sign=key,
        too_few=oversees and _people_with_key(session, row.code) < FEWEST,
        unasked=oversees
        and (
            (signature and signature not in COUNTING)
            or row.code not in queries_alert_path.oversight_with_people(session, context.now())
        ),
    )


FEWEST = 2
"""The number of people that an oversight desk needs: one person requests a closure, and a second person confirms it."""


def _people_with_key(session: Session, code: str) -> int:
    return len(
        {
            tables_accounts.of_member(session, member).id
            for member in tables_desks.members_of_desk(session, code)
            if responder_of(member) or account_of(member)
            if queries_member_keys.public_key(session, code, member) is not None
        }
    )


def _signature(context: Context, row: tables_desks.Desk) -> tuple[str, datetime | None]:
    """Returns the state of the hotline's signature on a desk's key. Also returns the time until which the desk can use
    a new key without this signature."""
    trust = context.encrypter.desks
    if trust is None or row.retired_at is not None:
        return "", None
    state = trust.state(tables_desks.key_of(row), context.now())
    signed = trust.signed(row.code, row.proof)
    if signed is None or not signed.since:
        return state.value, None
    return state.value, datetime.fromtimestamp(signed.since, UTC) + UNSIGNED_FOR


def _others(session: Session, code: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Returns the people who may be granted access to the desk. Also returns the names of the desk's people who have no
    key pair."""
    actions = {
        responder_id
        for responder_id, rows in tables.memberships_by_person(session).items()
        if any(row.desk_code == code for row in rows)
    }
    phones = [of_responder(responder_id) for responder_id in sorted(actions)]
    logins = [
        of_account(account.id)
        for account in tables_accounts.all_accounts(session)
        if account.state != AccountState.ENDED
    ]
    fit = [
        (member, tables_accounts.of_member(session, member).name)
        for member in (*phones, *logins)
        if queries_member_keys.public_key(session, code, member) is not None
    ]
    keyed = {member for member, _ in fit}
    return fit, [
        tables_accounts.of_member(session, member).name for member in phones if member not in keyed
    ]
