"""Erases old data once a day, in small batches, from the relay. Also sets and lifts the legal holds that prevent it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from hotline.domain.cases import months
from hotline.domain.cases.closing import ClosureStop
from hotline.domain.cases.persons import MetPerson
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.domain.tip import TipOutcome
from hotline.domain.tips.acts import Acted
from hotline.domain.tips.retention import Keeping
from hotline.errors import EndRefused, NotFound
from hotline.ports import Kit
from hotline.services import weekly_keys
from hotline.services.doorbell import ringing
from hotline.services.reach import outreach
from hotline.services.referrals import case_standing, endings
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.desk.audit import Signer
from hotline.store.outbox import outbox
from hotline.store.people import enrolments, pin_warnings
from hotline.store.reach import case_ends
from hotline.store.referrals import deadlines, retention
from hotline.store.referrals.retention import Kept, LegalHold
from hotline.store.tips import likeness
from hotline.store.tips.tips import Tip


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
        if retention.is_done(session, ERRAND, at, EVERY):
            return

    with kit.database.writing() as session:
        outreach.close_periods(session, at)
        enrolments.forget_numbers(session, at)
        again = weekly_keys.lock_anew(session, kit, at, BATCH)
    full = [again == BATCH, *(_batch(kit, chore, at) == BATCH for chore in CHORES)]
    if not any(full):
        with kit.database.writing() as session:
            retention.finish(session, ERRAND, at)
        weekly_keys.forget(kit)


def upcoming(kit: Kit) -> Sequence[Kept]:
    """Returns every tip that was warned of or has a legal hold. The tip to be erased first comes first."""
    weekly_keys.forget(kit)
    with kit.database.reading() as session:
        return retention.warned(session)


def upcoming_codes(kit: Kit) -> Sequence[CodesGoing]:
    """Returns, by month, the codes about persons that are erased soon, or that only a legal hold protects.

    The earliest month comes first.
    """
    with kit.database.reading() as session:
        rows = case_ends.warned(session)
    found: dict[str, CodesGoing] = {}
    for tip_id, filed_at, held in rows:
        month = months.month_of(filed_at)
        one = found.setdefault(month, CodesGoing(month, months.counted_at(month)))
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
        signed = endings.signed_by(session, by, reason)
        tip = retention.kept(session, tip_id).tip
        if tip.closed_at is not None and outcome is not None and tip.outcome is None:
            tip.outcome = outcome
            _record(session, kit, f"tip_outcome_{outcome}", tip_id, by=by, reason=reason)
        ended = endings.end(
            session, kit, tip, outcome, signed, kit.now(), only_requests=only_requests
        )
        if ended.ending is Acted.ANOTHER_WAITS:
            raise EndRefused(
                f"tip {tip_id}: another request waits: {ended.outcome}", ClosureStop.ANOTHER_WAITS
            )
        session.flush()
        return retention.kept(session, tip_id)


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
        signed = endings.signed_by(session, by, reason)
        tip = retention.kept(session, tip_id).tip
        opened = None
        if agrees and people is not None and case_standing.desk_decides(session, tip):
            opened = people(session, tip)
        endings.judge(session, kit, tip, signed, agrees, kit.now(), people=opened)
        session.flush()
        return retention.kept(session, tip_id)


def reopen_tip(kit: Kit, tip_id: int, *, by: Signer, reason: str) -> Kept:
    """Reopens a closed tip. Raises NotFound, EndRefused."""
    with kit.database.writing() as session:
        signed = endings.signed_by(session, by, reason)
        tip = retention.kept(session, tip_id).tip
        endings.reopen(session, tip, signed, kit.now())
        return retention.kept(session, tip_id)


def helped(kit: Kit, tip_id: int, *, by: Signer, reason: str) -> None:
    """Records that help has reached the person, so that the receipt says so. Raises NotFound."""
    with kit.database.writing() as session:
        tip = retention.kept(session, tip_id).tip
        if tip.helped_at is None:
            tip.helped_at = kit.now()
            _record(session, kit, "tip_helped", tip_id, by=by, reason=reason)


def hold(kit: Kit, tip_id: int, *, by: Signer, reason: str) -> Kept:
    """Sets a legal hold: the text and the reports on persons stay until it is lifted.

    Raises NotFound, also if both were erased already.
    """
    with kit.database.writing() as session:
        found = retention.kept(session, tip_id)
        if found.term.keeping is Keeping.ERASED and not case_ends.are_kept(session, tip_id):
            raise NotFound(f"tip {tip_id}: its words were erased already")
        if found.hold is None:
            row = LegalHold(
                tip_id=tip_id, placed_by=audit.named(by), reason=reason, placed_at=kit.now()
            )
            session.add(row)
            _record(session, kit, "hold_placed", tip_id, by=by, reason=reason)
        session.flush()
        return retention.kept(session, tip_id)


def lift(kit: Kit, tip_id: int, *, by: Signer, reason: str) -> Kept:
    """Lifts a legal hold, so that the term counts again. People are warned again before anything is erased.

    Raises NotFound.
    """
    with kit.database.writing() as session:
        found = retention.kept(session, tip_id)
        if found.hold is None:
            raise NotFound(f"tip {tip_id} is not held")
        found.hold.lifted_by, found.hold.lifted_at = audit.named(by), kit.now()
        found.tip.warned_at = None
        case_ends.unwarn(session, tip_id)
        _record(session, kit, "hold_lifted", tip_id, by=by, reason=reason)
        session.flush()
        return retention.kept(session, tip_id)


def _batch(kit: Kit, chore: Callable[[Session, datetime, int], int], at: datetime) -> int:
    with kit.database.writing() as session:
        return chore(session, at, BATCH)


def _erase(session: Session, at: datetime, limit: int) -> int:
    """Erases the text of tips that are due and stops their clocks. Writes a row in the audit log for each."""
    ids = retention.erase(session, at, limit)
    deadlines.close(session, ids, tuple(DeadlineKind), at)
    for tip_id in ids:
        audit.of_tip(session, tip_id, "tip_erased", "clock", at)
    return len(ids)


CHORES: tuple[Callable[[Session, datetime, int], int], ...] = (
    retention.warn,
    _erase,
    retention.forget_pseudonyms,
    retention.forget_callers,
    *(partial(retention.forget_rows, *row) for row in retention.OLD),
    retention.forget_parameters,
    likeness.forget,
    outbox.forget_answers,
    pin_warnings.forget,
)


def _record(
    session: Session, kit: Kit, action: str, tip_id: int, *, by: Signer, reason: str
) -> None:
    audit.of_tip(session, tip_id, action, audit.signer(by), kit.now(), reason)
