"""Tells people of a case and sets its clocks, as `domain.referrals.ladder` decides.

Runs inside its caller's transaction.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from hotline.domain import trial
from hotline.domain.outbox.delivery import Priority
from hotline.domain.outbox.message import Wording, alert_but_ref, like_another, responders_entry
from hotline.domain.referrals import clocks, ladder, ladder_steps, reference
from hotline.domain.referrals.case_events import CaseStanding, Decision, Event, Happened, Purpose
from hotline.domain.referrals.clocks import CASE_CLOCKS, DeadlineKind
from hotline.domain.referrals.coming import Care
from hotline.domain.referrals.drills import exercise
from hotline.domain.referrals.planning import NOBODY, LadderStep
from hotline.domain.referrals.referral import Candidate
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.referrals import case_messages, clusters
from hotline.services.referrals.case_messages import Referred, notify
from hotline.services.referrals.case_standing import standing_of
from hotline.store.cases import case_log
from hotline.store.cases.case_log import ToldEntry
from hotline.store.database import Session
from hotline.store.referrals import deadlines, referrals, retention
from hotline.store.referrals.drills import exercises
from hotline.store.referrals.referrals import Alert, GivenTip
from hotline.store.tips import likeness, visible
from hotline.store.tips.tips import Tip, drop_closure_request
from hotline.store.tips.untold import was_told_of


def priority(step: LadderStep) -> int:
    """Of an alert: every other message goes before an exercise's."""
    return Priority.DRILL if step.is_exercise else step.case.urgency


def decide(
    session: Session,
    tip: Tip,
    standing: CaseStanding,
    roster: Sequence[Candidate],
    event: Event,
    at: datetime,
) -> Decision:
    """What an event of a case leads to; of an exercise, for the people that it may wake."""
    if tip.channel != trial.DRILL:
        return ladder.decide(standing, roster, event, at)
    row = exercises.of_tip(session, tip.id)
    if row is None:
        return Decision(holder=standing.holder)
    people = exercise.who_may_be_woken(roster, row.desk, climbs=row.climbs)
    return exercise.follows(standing, people, event, at, row.ends_at)


TO_THE_TOLD = (
    Purpose.CARE,
    Purpose.UNANSWERED,
    Purpose.MOVED,
    Purpose.TOLD_FIRST,
    Purpose.LET_GO,
)
"""What is for nobody else."""
NOTICING = (*TO_THE_TOLD, Purpose.HOW, Purpose.LET)
"""What goes out by the name that she knows the case by."""


def happen(session: Session, kit: Kit, tip_id: int, event: Event, at: datetime) -> int | None:
    """Carries out what an event of a case leads to. Returns a message's id where somebody is told."""
    tip = referrals.tip_for_writing(session, tip_id)
    if tip.channel == trial.CHANNEL or not was_told_of(session, tip):
        return None
    if tip.closed_at is not None:
        deadlines.close(session, [tip_id], CASE_CLOCKS, at)
        return None
    kept = visible.kept_from(session, [tip_id]).get(tip_id, NOBODY)
    roster = [one for one in referrals.roster(session, at) if one.id not in kept]
    standing = standing_of(session, tip)

    decision = decide(session, tip, standing, roster, event, at)

    again = event.what is Happened.DUE
    return _carry_out(session, kit, tip, standing, decision, at, again=again)


def unreached(session: Session, kit: Kit, tip_id: int, at: datetime) -> int | None:
    """An alert will not arrive, or not soon. Returns a message's id where a colleague is told."""
    return happen(session, kit, tip_id, Event(Happened.UNREACHED), at)


def _carry_out(
    session: Session,
    kit: Kit,
    tip: Tip,
    before: CaseStanding,
    decision: Decision,
    at: datetime,
    *,
    again: bool,
) -> int | None:
    _set_clocks(session, tip, before, decision, at)
    to_ring = None
    for order in decision.tell:
        if order.purpose is Purpose.REMIND:
            to_ring = case_messages.remind(session, kit, tip, order, at) or to_ring
            continue
        who = order.who
        if order.purpose in NOTICING:
            told, who = notify(session, kit, tip, order, before.care, at, again=again)
            to_ring = told or to_ring
        if who and order.purpose not in TO_THE_TOLD:
            step = LadderStep(
                tip.id,
                before.case,
                before.step,
                who,
                order.purpose,
                locked=tip.locked_for is not None,
                leader=likeness.open_leader(session, tip.id),
                care=before.care,
                is_exercise=tip.channel == trial.DRILL,
            )
            to_ring = tell(session, kit, [step], at) or to_ring
    if decision.release:
        retention.release(session, tip.id, decision.release, before.step, at)
    return to_ring


def _set_clocks(
    session: Session, tip: Tip, before: CaseStanding, decision: Decision, at: datetime
) -> None:
    """Writes down which clocks run from now on, and who is responsible."""
    deadlines.close(session, [tip.id], decision.close, at)
    if DeadlineKind.JUDGE in decision.close:
        drop_closure_request(tip)
    deadlines.set_clocks(session, tip.id, decision.set, at)
    if decision.holder != before.holder:
        tip.holder_id, tip.renewed_at = decision.holder, None
        session.flush()


def begin(
    session: Session, steps: Sequence[LadderStep], at: datetime, marked: Collection[int]
) -> None:
    """Lets tips wait no longer, and sets the clock of each. A fragment has none. `marked`: those that wait by marks."""
    tip_ids = [step.tip_id for step in steps]
    referrals.wait_no_longer(session, tip_ids)
    if marked:
        referrals.mark_told(session, [one for one in tip_ids if one in marked], at)
    due: dict[datetime, list[int]] = defaultdict(list)
    for step in steps:
        if step.case.once:
            continue
        if step.number == 0:
            by = clocks.acknowledge_due(step.case.urgency, at, step=0)
            due[by].append(step.tip_id)
            if asks := ladder_steps.how(step.care, at):
                deadlines.set_clocks(session, step.tip_id, asks, at)
            continue
        if step.leader is not None and referrals.is_taken(session, step.tip_id):
            continue
        raised = ladder.raised(step.case, step.care, at)
        deadlines.close(session, [step.tip_id], raised.close, at)
        deadlines.set_clocks(session, step.tip_id, raised.set, at)
        referrals.tip_for_writing(session, step.tip_id).holder_id = raised.holder
    deadlines.begin(session, due, at)


def tell(session: Session, kit: Kit, steps: Sequence[LadderStep], at: datetime) -> int | None:
    """Writes a referral and an alert for each recipient of each step. Returns the first message's id.

    Who was told of a cluster's first tip is not rung for a later one: she reads once that more was told.
    """
    steps = clusters.widened(session, steps)
    told = [(step, recipient) for step in steps for recipient in step.recipients]
    if not told:
        return None
    languages = referrals.languages(session, {recipient for _, recipient in told})
    locked = referrals.locked(session, [(step.tip_id, who) for step, who in told if step.locked])
    known = _known_leaders(session, steps)
    knew = _knew_of_marked(session, steps)
    ids = referrals.new_referrals(session, len(told))
    given = _given(ids, told)
    names = refer(session, given, at)
    like = _like(session, told)
    case_log.written_told(session, _logged(given, told), at)

    code, entry = case_messages.code_of(kit), responders_entry(kit.line.service_code)
    alerts, by_name = [], []
    for one, name, (step, who) in zip(given, names, told, strict=True):
        case, shut = step.case, step.locked and (step.tip_id, who) in locked
        of_leader = known.get((step.leader, who))
        if of_leader is None:
            dials = entry if step.purpose is Purpose.JUDGE else code
            said = (case.place, case.urgency, step.purpose, languages[who], dials, shut)
            words = like_another(alert_but_ref(*said), like.get((step.tip_id, who)))
            alerts.append(Alert(one, name, words, priority(step)))
            by_name.append(Referred(one, name, step))
        elif step.more:
            more = Wording(Template.MORE_TOLD, {}, languages[who])
            alerts.append(Alert(one, of_leader, more, case.urgency))
    to_ring = referrals.alert(session, alerts, at) if alerts else None
    if knew is not None:
        care = case_messages.care_alerts(session, kit, by_name, knew, languages)
        if care:
            referrals.alert(session, care, at, turn=case_messages.BEHIND)
    return to_ring


def _like(
    session: Session, told: Sequence[tuple[LadderStep, int]]
) -> Mapping[tuple[int, int], str]:
    """The name of a tip that each knows already, and that this one is linked to. Nearly always none."""
    asked = [(step.tip_id, who) for step, who in told if _rings(step)]
    return clusters.known_beside(session, asked)


def _given(ids: Sequence[int], told: Sequence[tuple[LadderStep, int]]) -> Sequence[GivenTip]:
    pairs = zip(ids, told, strict=True)
    return [GivenTip(id, step.tip_id, step.number, who) for id, (step, who) in pairs]


def _logged(
    given: Sequence[GivenTip], told: Sequence[tuple[LadderStep, int]]
) -> Sequence[ToldEntry]:
    pairs = zip(given, told, strict=True)
    return [ToldEntry(one.referral_id, one.tip_id, who, step.purpose) for one, (step, who) in pairs]


def _knew_of_marked(
    session: Session, steps: Sequence[LadderStep]
) -> Mapping[tuple[int | None, int], str] | None:
    """Who was told of marked tips before; None where none is marked."""
    marked = {step.tip_id for step in steps if step.care is not Care.NONE}
    return referrals.references_of(session, marked) if marked else None


def _known_leaders(
    session: Session, steps: Sequence[LadderStep]
) -> Mapping[tuple[int | None, int], str]:
    """By leader and responder, the newest reference by which she knows it. Nearly always none."""
    leaders = {step.leader for step in steps if step.leader is not None and _rings(step)}
    return referrals.references_of(session, leaders) if leaders else {}


def _rings(step: LadderStep) -> bool:
    """Whether it asks to take the case: what asks to judge, to look or to chase is never left out."""
    return step.purpose in (Purpose.ALERT, Purpose.OPEN)


def refer(session: Session, given: Sequence[GivenTip], at: datetime) -> list[str]:
    """Write the referrals, each under a reference that no other ever had; the reference of each."""
    named: dict[int, str] = {}
    left = given
    unlucky = 0
    while left:
        noise = secrets.token_bytes(reference.NOISE * (len(left) + 1))
        drawn = reference.draw(noise, reference.length_after(unlucky), len(left))
        tried = dict(zip(drawn, left, strict=False))
        written = referrals.refer(session, tried, at)
        for name, one in tried.items():
            if one.referral_id in written:
                named[one.referral_id] = name
        unlucky += 2 * len(written) < len(left)
        left = [one for one in left if one.referral_id not in named]
    return [named[one.referral_id] for one in given]
