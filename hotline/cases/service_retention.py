"""Erases old data once a day, in small batches, from the relay. Also sets and lifts the legal holds that prevent it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from hotline.alerts import (
    queries_outbox,
    queries_retention,
    rules_follow_up,
    service_case_state,
    service_closing,
    tables,
)
from hotline.alerts.queries_retention import Kept, LegalHold
from hotline.alerts.rules_replies import Acted
from hotline.cases import queries_follow_up, service_weekly_keys
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.counters import service
from hotline.errors import EndRefused, NotFound
from hotline.gateway.doorbell import ringing
from hotline.people import tables as people_tables
from hotline.people import tables_audit, tables_enrolments
from hotline.people.tables_audit import Signer
from hotline.tips import queries_duplicates
from hotline.tips.rules import TipOutcome
from hotline.tips.rules_deadlines import DeadlineKind, Keeping
from hotline.tips.rules_persons import ClosureStop, MetPerson
from hotline.tips.tables import Tip


@dataclass(frozen=True, slots=True)
class CodesGoing:
    """The cases of one month whose codes about persons are erased once the month is counted."""

    month: str
    counted_at: datetime
    tips: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)


EVERY = timedelta(days=1)
BATCH = 200
ERRAND = "retention"


def tidy(kit: Kit) -> None:
    """Erases one batch of every kind at each tick, until nothing is left. Then pauses for a day.

    Raises StoreUnavailable.
    """
    at = kit.now()
    with kit.database.reading() as session:
        if queries_retention.is_done(session, ERRAND, at, EVERY):
            return

    with kit.database.writing() as session:
        service.close_periods(session, at)
        tables_enrolments.forget_numbers(session, at)
        again = service_weekly_keys.lock_anew(session, kit, at, BATCH)
    full = [again == BATCH, *(_batch(kit, chore, at) == BATCH for chore in CHORES)]
    if not any(full):
        with kit.database.writing() as session:
            queries_retention.finish(session, ERRAND, at)
        service_weekly_keys.forget(kit)


def upcoming(kit: Kit) -> Sequence[Kept]:
    """Returns every tip that was warned of or has a legal hold. The tip to be erased first comes first."""
    service_weekly_keys.forget(kit)
    with kit.database.reading() as session:
        return queries_retention.warned(session)


def upcoming_codes(kit: Kit) -> Sequence[CodesGoing]:
    """Returns, by month, the codes about persons that are erased soon, or that only a legal hold protects.

    The earliest month comes first.
    """
    with kit.database.reading() as session:
        rows = queries_follow_up.warned(session)
    found: dict[str, CodesGoing] = {}
    for tip_id, filed_at, held in rows:
        month = rules_follow_up.month_of(filed_at)
        one = found.setdefault(month, CodesGoing(month, rules_follow_up.counted_at(month)))
        (one.held if held else one.tips).append(tip_id)
    return [found[month] for month in sorted(found)]


def close_tip(
    kit: Kit,
    tip_id: int,
    *,
    by: Signer,
    reason: str,
    outcome: TipOutcome | None = None,
    only_requests: bool = False,
) -> Kept:
    """Closes a tip, so that its retention term begins. Closing it again does not change the time.

    A case of danger, of a child or of an official stays open until a second person confirms. An outcome may be added
    later, once. `only_requests`: the person who asks may close no case. Raises NotFound. Raises EndRefused if another
    person's request for another outcome is pending.
    """
    with ringing(kit) as session:
        signed = service_closing.signed_by(session, by, reason)
        tip = queries_retention.kept(session, tip_id).tip
        if tip.closed_at is not None and outcome is not None and tip.outcome is None:
            tip.outcome = outcome
            _record(session, kit, f"tip_outcome_{outcome}", tip_id, by=by, reason=reason)
        ended = service_closing.end(
            session, kit, tip, outcome, signed, kit.now(), only_requests=only_requests
        )
        if ended.ending is Acted.ANOTHER_WAITS:
            raise EndRefused(
                f"tip {tip_id}: another request waits: {ended.outcome}", ClosureStop.ANOTHER_WAITS
            )
        session.flush()
        return queries_retention.kept(session, tip_id)


def judge_end(
    kit: Kit,
    tip_id: int,
    *,
    agrees: bool,
    by: Signer,
    reason: str,
    people: Callable[[Session, Tip], Sequence[MetPerson]] | None = None,
) -> Kept:
    """Confirms or refuses a closure as the second person. `people` decrypts the reports on the persons.

    Raises NotFound, EndRefused.
    """
    with ringing(kit) as session:
        signed = service_closing.signed_by(session, by, reason)
        tip = queries_retention.kept(session, tip_id).tip
        opened = None
        if agrees and people is not None and service_case_state.desk_decides(session, tip):
            opened = people(session, tip)
        service_closing.judge(session, kit, tip, signed, agrees, kit.now(), people=opened)
        session.flush()
        return queries_retention.kept(session, tip_id)


def reopen_tip(kit: Kit, tip_id: int, *, by: Signer, reason: str) -> Kept:
    """Reopens a closed tip. Raises NotFound, EndRefused."""
    with kit.database.writing() as session:
        signed = service_closing.signed_by(session, by, reason)
        tip = queries_retention.kept(session, tip_id).tip
        service_closing.reopen(session, tip, signed, kit.now())
        return queries_retention.kept(session, tip_id)


def helped(kit: Kit, tip_id: int, *, by: Signer, reason: str) -> None:
    """Records that help has reached the person, so that the receipt says so. Raises NotFound."""
    with kit.database.writing() as session:
        tip = queries_retention.kept(session, tip_id).tip
        if tip.helped_at is None:
            tip.helped_at = kit.now()
            _record(session, kit, "tip_helped", tip_id, by=by, reason=reason)


def hold(kit: Kit, tip_id: int, *, by: Signer, reason: str) -> Kept:
    """Sets a legal hold: the text and the reports on persons stay until it is lifted.

    Raises NotFound, also if both were erased already.
    """
    with kit.database.writing() as session:
        found = queries_retention.kept(session, tip_id)
        if found.term.keeping is Keeping.ERASED and not queries_follow_up.are_kept(session, tip_id):
            raise NotFound(f"tip {tip_id}: its text was erased already")
        if found.hold is None:
            row = LegalHold(
                tip_id=tip_id, placed_by=tables_audit.named(by), reason=reason, placed_at=kit.now()
            )
            session.add(row)
            _record(session, kit, "hold_placed", tip_id, by=by, reason=reason)
        session.flush()
        return queries_retention.kept(session, tip_id)


def lift(kit: Kit, tip_id: int, *, by: Signer, reason: str) -> Kept:
    """Lifts a legal hold, so that the term counts again. People are warned again before anything is erased.

    Raises NotFound.
    """
    with kit.database.writing() as session:
        found = queries_retention.kept(session, tip_id)
        if found.hold is None:
            raise NotFound(f"tip {tip_id} is not under legal hold")
        found.hold.lifted_by, found.hold.lifted_at = tables_audit.named(by), kit.now()
        found.tip.warned_at = None
        queries_follow_up.unwarn(session, tip_id)
        _record(session, kit, "hold_lifted", tip_id, by=by, reason=reason)
        session.flush()
        return queries_retention.kept(session, tip_id)


def _batch(kit: Kit, chore: Callable[[Session, datetime, int], int], at: datetime) -> int:
    with kit.database.writing() as session:
        return chore(session, at, BATCH)


def _erase(session: Session, at: datetime, limit: int) -> int:
    """Erases the text of tips that are due and stops their clocks. Writes a row in the audit log for each."""
    ids = queries_retention.erase(session, at, limit)
    tables.close(session, ids, tuple(DeadlineKind), at)
    for tip_id in ids:
        tables_audit.of_tip(session, tip_id, "tip_erased", "clock", at)
    return len(ids)


CHORES: tuple[Callable[[Session, datetime, int], int], ...] = (
    queries_retention.warn,
    _erase,
    queries_retention.forget_pseudonyms,
    queries_retention.forget_callers,
    *(partial(queries_retention.forget_rows, *row) for row in queries_retention.OLD),
    queries_retention.forget_parameters,
    queries_duplicates.forget,
    queries_outbox.forget_answers,
    people_tables.forget,
)


def _record(
    session: Session, kit: Kit, action: str, tip_id: int, *, by: Signer, reason: str
) -> None:
    tables_audit.of_tip(session, tip_id, action, tables_audit.signer(by), kit.now(), reason)
