"""Alerts people of a case and sets its clocks, as `domain.referrals.ladder` decides.

Runs inside its caller's transaction.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
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
from hotline.store.database import Session
from hotline.store.referrals import deadlines, referrals, retention
from hotline.store.referrals.drills import exercises
from hotline.store.referrals.referrals import Alert, GivenTip
from hotline.store.tips import likeness, visible
from hotline.store.tips.tips import Tip, drop_closure_request, was_told_of

ASKS_TO_TAKE = (Purpose.ALERT, Purpose.OPEN)
"""Purposes of alerts that a similar tip may replace. All other messages to responders are always sent."""


def decide(
    session: Session,
    tip: Tip,
    standing: CaseStanding,
    roster: Sequence[Candidate],
    event: Event,
    at: datetime,
) -> Decision:
    """Returns the decision that follows from an event of a case. For a drill, only the people it tests count."""
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
"""Purposes of messages that go only to people who were alerted before."""
NOTICING = (*TO_THE_TOLD, Purpose.HOW, Purpose.LET)
"""Purposes of messages that use the name by which the responder knows the case."""


def happen(session: Session, kit: Kit, tip_id: int, event: Event, at: datetime) -> None:
    """Carries out the effects of an event of a case: its alerts, clocks and assignee.

    Does nothing if no one was alerted of the case yet. Only stops the clocks of a closed case.
    """
    tip = referrals.tip_for_writing(session, tip_id)
    if tip.channel == trial.CHANNEL or not was_told_of(session, tip):
        return
    if tip.closed_at is not None:
        deadlines.close(session, [tip_id], CASE_CLOCKS, at)
        return
    kept = visible.kept_from(session, [tip_id]).get(tip_id, NOBODY)
    roster = [one for one in referrals.roster(session, at) if one.id not in kept]
    standing = standing_of(session, tip)

    decision = decide(session, tip, standing, roster, event, at)

    again = event.what is Happened.DUE
    _carry_out(session, kit, tip, standing, decision, at, again=again)


def unreached(session: Session, kit: Kit, tip_id: int, at: datetime) -> None:
    """Alerts a colleague, because an alert will not arrive, or not soon."""
    happen(session, kit, tip_id, Event(Happened.UNREACHED), at)


def _carry_out(
    session: Session,
    kit: Kit,
    tip: Tip,
    before: CaseStanding,
    decision: Decision,
    at: datetime,
    *,
    again: bool,
) -> None:
    _set_clocks(session, tip, before, decision, at)
    for order in decision.tell:
        if order.purpose is Purpose.REMIND:
            case_messages.remind(session, kit, tip, order, at)
            continue
        who = order.who
        if order.purpose in NOTICING:
            who = notify(session, kit, tip, order, before.care, at, again=again)
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
            tell(session, kit, [step], at)
    if decision.release:
        retention.release(session, tip.id, decision.release, before.step, at)


def _set_clocks(
    session: Session, tip: Tip, before: CaseStanding, decision: Decision, at: datetime
) -> None:
    """Stores the clocks that run from now on, and the assignee."""
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
    """Ends the waiting of pending tips and sets the clock of each. A fragment has none.

    `marked`: the tips that were pending by their own columns, and not by a row of `Untold`.
    """
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


def tell(session: Session, kit: Kit, steps: Sequence[LadderStep], at: datetime) -> None:
    """Writes an assignment and an alert for each recipient of each step.

    People who were alerted of a cluster's first tip get no alert for a later one. They read once that more was told.
    """
    steps = clusters.widened(session, steps)
    told = [(step, who) for step in steps for who in step.recipients]
    if not told:
        return
    languages = referrals.languages(session, {who for _, who in told})
    locked = referrals.locked(session, [(step.tip_id, who) for step, who in told if step.locked])
    asks = [(step, who) for step, who in told if step.purpose in ASKS_TO_TAKE]
    leaders = {step.leader for step, _ in asks if step.leader is not None}
    known = referrals.references_of(session, leaders)
    marked = {step.tip_id for step in steps if step.care is not Care.NONE}
    knew = referrals.references_of(session, marked)
    written = refer(session, told, at)
    like = clusters.known_beside(session, [(step.tip_id, who) for step, who in asks])

    code, entry = case_messages.code_of(kit), responders_entry(kit.line.service_code)
    alerts, by_name = [], []
    for one in written:
        step, who = one.step, one.given.responder_id
        case, shut = step.case, (step.tip_id, who) in locked
        of_leader = known.get((step.leader, who))
        if of_leader is None:
            dials = entry if step.purpose is Purpose.JUDGE else code
            said = (case.place, case.urgency, step.purpose, languages[who], dials, shut)
            words = like_another(alert_but_ref(*said), like.get((step.tip_id, who)))
            # Every other message is sent before a drill's.
            priority = Priority.DRILL if step.is_exercise else case.urgency
            alerts.append(Alert(one.given, one.name, words, priority))
            by_name.append(one)
        elif step.more:
            more = Wording(Template.MORE_TOLD, {}, languages[who])
            alerts.append(Alert(one.given, of_leader, more, case.urgency))
    referrals.alert(session, alerts, at)
    care = case_messages.care_alerts(session, kit, by_name, knew, languages)
    referrals.alert(session, care, at, turn=case_messages.BEHIND)


def refer(
    session: Session, told: Sequence[tuple[LadderStep, int]], at: datetime
) -> Sequence[Referred]:
    """Writes the assignment of each person to a step, under a reference that was never used before."""
    ids = zip(referrals.new_referrals(session, len(told)), told, strict=True)
    given = [GivenTip(id, step.tip_id, step.number, who) for id, (step, who) in ids]
    named: dict[int, str] = {}
    left, unlucky = given, 0
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
    pairs = zip(given, told, strict=True)
    all_of = [Referred(one, named[one.referral_id], step) for one, (step, _) in pairs]
    case_log.written_told(session, [(*one.given, one.step.purpose) for one in all_of], at)
    return all_of
