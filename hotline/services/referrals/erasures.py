"""Wishes to erase a tip's words: marked and told at once, and carried out when the case allows it.

`wish`, `came_due` and `at_closing` run inside their caller's transaction.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from hotline.domain.outbox.delivery import Priority
from hotline.domain.outbox.message import Kind, Wording
from hotline.domain.referrals.case_events import KEPT_FOR, WITHIN, Wished, WordsFate, next_due
from hotline.domain.referrals.clocks import KIGALI, Clock, DeadlineKind, by_day
from hotline.domain.tip import Urgency
from hotline.domain.wording import Template
from hotline.errors import ErasureRefused
from hotline.ports import Kit
from hotline.services.referrals import call_back_requests, case_messages, cluster_marks
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.desk.audit import Signer
from hotline.store.referrals import deadlines, erasures, retention
from hotline.store.referrals.cluster_names import company
from hotline.store.referrals.erasures import WishTold
from hotline.store.referrals.retention import Kept
from hotline.store.tips.tips import Tip


def wish(session: Session, kit: Kit, tip_ids: Collection[int], *, actor: str) -> None:
    """Somebody wants these words erased. A number that was left for a call goes at once, and so does the receipt.

    Asked twice is asked once.
    """
    at = kit.now()
    for tip in erasures.unasked(session, tip_ids):
        tip.erase_wanted_at, tip.receipt_key = at, None
        call_back_requests.withdraw(session, kit, tip.id)
        _record(session, tip, "erase_wanted", at, actor=actor)
        session.flush()
        fate = fate_of(session, tip)
        if fate is WordsFate.GO and tip.closed_at is not None:
            _erase(session, tip, at, actor=actor)
            continue
        due = at + WITHIN
        deadlines.set_clocks(session, tip.id, {DeadlineKind.ERASURE: Clock(due)}, at)
        told = cluster_marks.untold_wishes(session, tip, erasures.told(session, tip, at), at)
        _tell(session, tip, told, Template.ERASE_WANTED, {}, at)
        session.flush()
        if fate is WordsFate.DECIDED:
            _ask_to_decide(session, tip, due, at)


def came_due(session: Session, kit: Kit, tip: Tip) -> None:
    """The wish's time is over: the words go, or the national desk is asked again."""
    at = kit.now()
    if tip.erase_wanted_at is None or tip.erased_at is not None:
        return
    fate = fate_of(session, tip)
    if fate is WordsFate.GO:
        _erase(session, tip, at, actor="clock")
        return
    due = next_due(fate, at)
    deadlines.set_clocks(session, tip.id, {DeadlineKind.ERASURE: Clock(due)}, at)
    if fate is WordsFate.DECIDED:
        _ask_to_decide(session, tip, due, at)


def at_closing(session: Session, kit: Kit, tip: Tip) -> None:
    """A case whose words somebody wanted erased is closed: they go now, unless a court holds them."""
    if tip.erase_wanted_at is None or tip.erased_at is not None:
        return
    if fate_of(session, tip) is WordsFate.GO:
        _erase(session, tip, kit.now(), actor="clock")


def decide(kit: Kit, tip_id: int, *, erases: bool, by: Signer, reason: str) -> Kept:
    """The national desk decides on a wish: the words go now, or are kept for thirty days more.

    Raises NotFound, ErasureRefused.
    """
    with kit.database.writing() as session:
        found = retention.kept(session, tip_id)
        _check(session, found.tip, erases=erases)
        if erases:
            _erase(session, found.tip, kit.now(), actor=audit.signer(by), reason=reason)
        else:
            at, tip = kit.now(), found.tip
            _record(session, tip, "erase_kept", at, actor=audit.signer(by), reason=reason)
            again = {DeadlineKind.ERASURE: Clock(at + KEPT_FOR)}
            deadlines.set_clocks(session, tip.id, again, at)
        session.flush()
        return retention.kept(session, tip_id)


def undecided_others(kit: Kit, tip_id: int) -> Sequence[int]:
    """Other tips that the same wish is for, of which the national desk has to decide too."""
    with kit.database.reading() as session:
        at, tip = kit.now(), retention.kept(session, tip_id).tip
        return [
            one.id
            for one in erasures.others_due(session, tip, (), at, at + WITHIN)
            if fate_of(session, one) is WordsFate.DECIDED
        ]


def fate_of(session: Session, tip: Tip) -> WordsFate:
    """What may become of a tip's words now."""
    return Wished(
        urgency=tip.urgency,
        taken=tip.holder_id is not None,
        closed=tip.closed_at is not None,
        held=erasures.is_held(session, tip.id),
    ).fate


def _check(session: Session, tip: Tip, *, erases: bool) -> None:
    if tip.erase_wanted_at is None or tip.erased_at is not None:
        raise ErasureRefused(f"tip {tip.id}: nobody wants it erased, or its words are gone")
    fate = fate_of(session, tip)
    if fate is WordsFate.HELD:
        raise ErasureRefused(f"tip {tip.id}: a court holds its words: its page releases them")
    if fate is WordsFate.GO and not erases:
        raise ErasureRefused(
            f"tip {tip.id}: somebody acts on it and nobody is in danger: its words go by themselves"
        )


def _erase(session: Session, tip: Tip, at: datetime, *, actor: str, reason: str = "") -> None:
    """Whoever acts on the case goes on acting: its other clocks run on."""
    _record(session, tip, "tip_erased", at, actor=actor, reason=reason)
    deadlines.close(session, [tip.id], [DeadlineKind.ERASURE], at)
    session.flush()
    retention.redact(session, [tip.id], at)


def _ask_to_decide(session: Session, tip: Tip, due: datetime, at: datetime) -> None:
    """Asks the national desk, unless it is asked by then of another wish of the same cluster or moment."""
    like = [one.id for one in company(session, tip)]
    others = erasures.others_due(session, tip, like, at, due)
    if any(fate_of(session, one) is WordsFate.DECIDED for one in others):
        return
    people = erasures.deciding(session, tip, at)
    by = f"{due.astimezone(KIGALI):%d/%m %H:%M}"
    _tell(session, tip, people, Template.ERASE_DECIDE, {"time": by}, at)


def _tell(
    session: Session,
    tip: Tip,
    people: Sequence[WishTold],
    template: Template,
    parameters: dict[str, str],
    at: datetime,
) -> None:
    """Writes an SMS to each: now in danger, else by day, since the decision has three days."""
    for one in people:
        row = case_messages.message(
            Kind.ALERT,
            Wording(template, {"ref": one.reference, **parameters}, one.language),
            one.responder_id,
            priority=Priority.SOON,
            at=at,
            of=None,
        )
        row.next_at = at if tip.urgency == Urgency.DANGER else by_day(at)
        session.add(row)


def _record(
    session: Session, tip: Tip, action: str, at: datetime, *, actor: str, reason: str = ""
) -> None:
    audit.append(session, at=at, actor=actor, action=action, subject=f"tip:{tip.id}", reason=reason)
