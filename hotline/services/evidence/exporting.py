"""Figures that leave the line: two people, once, and told in the audit log, with who, what, for whom and why.

At the console one asks, another approves, and either takes them within a day. At the command line both are there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import AccountRole, Actor
from hotline.domain.accounts.entering import EXPORT_LIVES
from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.edition import Edition, PublishedFigures
from hotline.errors import ExportRefused, NotFound
from hotline.ports import Kit
from hotline.services.evidence import editions
from hotline.store.accounts import approvals
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.text.names import folded, is_one_name
from hotline.text.remark import remark

MAY_TAKE = frozenset({AccountRole.ADMIN, AccountRole.NATIONAL})
"""The roles that ask for figures, approve and take them."""


@dataclass(frozen=True, slots=True)
class WantedFigures:
    """One edition of one period, in the version that stood when it was asked for."""

    period: str
    edition: Edition
    version: MonthVersion

    def __str__(self) -> str:
        return f"{self.period}, {self.edition}, {self.version}"


@dataclass(frozen=True, slots=True)
class AskedExport:
    """What somebody asked to take out."""

    id: int
    wanted: WantedFigures
    asked_by: str
    """An actor, as the audit log writes one."""
    asker_id: int | None
    asked_at: datetime
    until: datetime
    """When it lapses: the wait for a second person, and later the day in which it may be taken."""
    reason: str


def take_at_server(
    kit: Kit, two: tuple[str, str], wanted: tuple[str, Edition, MonthVersion | None], reason: str
) -> PublishedFigures:
    """For two people at the command line; the newest version where none is named. Raises NotFound, ExportRefused."""
    first, second = two
    if is_one_name(first, second) or not folded(first) or not folded(second):
        raise ExportRefused("figures are taken out by two people: a second name is missing")
    published = editions.read(kit, *wanted)
    with kit.database.writing() as session:
        _record(
            session,
            kit,
            Actor(first),
            "figures_exported",
            _of(published),
            f"{reason}; with {second}",
        )
    return published


def ask(kit: Kit, by: Actor, period: str, edition: Edition, reason: str) -> None:
    """Let the newest version wait for another person; once is enough. Raises NotFound."""
    wanted = _of(editions.read(kit, period, edition))
    with kit.database.writing() as session:
        if approvals.waiting_for(session, _subject(wanted), kit.now()) is not None:
            return
        approvals.ask(session, by, ApprovalKind.EXPORT, _subject(wanted), reason, kit.now())
        _record(session, kit, by, "figures_export_asked", wanted, reason)


def waiting(kit: Kit) -> Sequence[AskedExport]:
    """What a second person may decide on, the oldest first."""
    with kit.database.reading() as session:
        rows = approvals.undecided(session, ApprovalKind.EXPORT, kit.now())
        return [_asked(row, row.expires_at) for row in rows]


def decide(kit: Kit, by: Actor, approval_id: int, reason: str, *, approve: bool) -> None:
    """What another person says than who asked. Raises NotFound, ExportRefused."""
    with kit.database.writing() as session:
        asked = approvals.held(session, ApprovalKind.EXPORT, approval_id, kit.now())
        if asked is None:
            raise NotFound("that was decided already, or its time is over")
        if _is_one_person(asked, by):
            raise ExportRefused(remark("another person decides than who asked for it"))
        if approve:
            approvals.decide(asked, audit.by_actor(by), kit.now(), ApprovalDecision.APPROVED)
            _record(session, kit, by, "figures_export_approved", _wanted(asked), reason)
        else:
            approvals.decide(asked, audit.by_actor(by), kit.now(), ApprovalDecision.REFUSED)
            _record(session, kit, by, "figures_export_refused", _wanted(asked), reason)


def to_take(kit: Kit, by: Actor) -> Sequence[AskedExport]:
    """What was approved and waits to be taken by this person, who asked for it or approved it."""
    with kit.database.reading() as session:
        rows = approvals.granted(session, ApprovalKind.EXPORT, kit.now() - EXPORT_LIVES)
        return [*_of_person(rows, by)]


def take(kit: Kit, by: Actor, approval_id: int) -> PublishedFigures:
    """Once, within a day, by one of the two. Raises NotFound; StoreUnavailable."""
    since = kit.now() - EXPORT_LIVES
    with kit.database.reading() as session:
        found = [*_of_person(approvals.granted(session, ApprovalKind.EXPORT, since), by)]
    wanted = next((one.wanted for one in found if one.id == approval_id), None)
    if wanted is None:
        raise _gone()
    published = editions.read(kit, wanted.period, wanted.edition, wanted.version)
    with kit.database.writing() as session:
        row = next(iter(approvals.granted(session, ApprovalKind.EXPORT, since, approval_id)), None)
        if row is None:
            raise _gone()
        row.decision = ApprovalDecision.USED
        asker, decider = (_name(one) for one in (row.asked_by, row.decided_by or ""))
        why = f"{row.reason}; asked by {asker}, approved by {decider}"
        _record(session, kit, by, "figures_exported", wanted, why)
    return published


def _gone() -> NotFound:
    return NotFound("it was taken already, or its day is over: ask for it again")


def _of_person(rows: Sequence[Approval], by: Actor) -> Iterator[AskedExport]:
    for row in rows:
        if row.decided_at is not None and audit.by_actor(by) in (row.asked_by, row.decided_by):
            yield _asked(row, row.decided_at + EXPORT_LIVES)


def _is_one_person(asked: Approval, by: Actor) -> bool:
    """By account, or by name, however it is written."""
    is_same = by.account_id is not None and by.account_id == asked.asker_id
    return is_same or is_one_name(by.name, _name(asked.asked_by))


def _name(actor: str) -> str:
    """Of an actor, as the audit log writes one."""
    return actor.rpartition(":")[2]


def _of(published: PublishedFigures) -> WantedFigures:
    return WantedFigures(published.period, published.edition, published.version)


def _subject(wanted: WantedFigures) -> str:
    return f"figures:{wanted.period}:{wanted.edition}:{wanted.version}"


def _wanted(row: Approval) -> WantedFigures:
    _, period, edition, version = row.subject.split(":")
    return WantedFigures(period, Edition(edition), MonthVersion(version))


def _asked(row: Approval, until: datetime) -> AskedExport:
    return AskedExport(
        id=row.id,
        wanted=_wanted(row),
        asked_by=row.asked_by,
        asker_id=row.asker_id,
        asked_at=row.asked_at,
        until=until,
        reason=row.reason,
    )


def _record(
    session: Session, kit: Kit, by: Actor, action: str, wanted: WantedFigures, reason: str
) -> None:
    audit.sign(session, by, at=kit.now(), action=action, subject=str(wanted), reason=reason)
