"""Handles corrections of a tip: of its place, or of the caller's answer about officials who may be involved.

Also records that a caller wants no visit, and how the national desk decided about visits. Notifies all alerted people
of each correction and decision.

The functions run inside the transaction of the calling function, except `decide_visit`. Each report attempt is one
case, so a correction makes no second case.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from hotline.alarms import service as alarms
from hotline.alarms.rules import Alarm
from hotline.alerts import (
    queries,
    queries_references,
    queries_retention,
    service_closing,
    service_messages,
    tables,
)
from hotline.alerts.rules_escalation_steps import Notice
from hotline.alerts.service_case import visit_facts_of
from hotline.alerts.service_closing import CloseRequest
from hotline.alerts.service_escalation import handle_event
from hotline.core.contexts import Context
from hotline.core.database import Session, optional_part
from hotline.gateway import queries_alert_path
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import DUE_STATES
from hotline.keys.encrypt import label
from hotline.people import tables_audit, tables_desks
from hotline.people.rules import DeskKind, Level
from hotline.text.errors import EndRefused
from hotline.text.places import ABROAD, NATIONAL, camps, is_camp, is_district, neighbours
from hotline.tips import queries as tips_queries
from hotline.tips import tables as tips_tables
from hotline.tips.queries import ReportedTip
from hotline.tips.rules import (
    OVERSEEN,
    DeadlineKind,
    Matter,
    TipState,
    TipSummary,
    Urgency,
    VisitDecision,
    VisitFacts,
    VisitSafety,
    by_day,
    can_be_stopped,
    desk_of,
)
from hotline.tips.rules_events import CaseEventKind, Event, Purpose
from hotline.tips.tables import Tip, TipPlace

MAX_PART_WAIT = timedelta(minutes=1)
"""The longest time for which the hotline waits for the next part of a long SMS."""
MORE_AGAIN = timedelta(minutes=5)
"""The shortest time between two notices that the caller added text."""
WORST = ("no", "unsure", "yes", OVERSEEN)


class Route(NamedTuple):
    """The place of a tip and the caller's answer about officials, as they were before a correction. These two facts
    decided which desks could read the tip before the correction."""

    filed: bool
    """True for a filed tip. False for a draft, a complaint or a fragment (a report without a known place): a correction
    only changes which desk may read it."""
    place: str
    official: str
    """The caller's answer about officials who may be involved in the case. Empty for a draft."""


def route_of(tip: ReportedTip) -> Route:
    filed = tip.matter == Matter.TIP and tip.state in (TipState.FILED, TipState.COMPLETE)
    return Route(filed, tip.place or "", "" if tip.state == TipState.DRAFT else tip.official or "")


def official_of(before: Route, now: str) -> str:
    """Returns the answer about officials that counts after the caller has changed this answer. This answer decides
    which desks may read the tip. After the tip was filed, the caller's new answer can take access away from a desk, but
    cannot give access.

    Only the national desk can then give access to the district again. A filed complaint about the national desk never
    goes to that desk.
    """
    if not before.filed:
        return OVERSEEN if before.official == OVERSEEN else now
    return max(before.official, now, key=WORST.index)


def with_desk(session: Session, facts: TipSummary) -> TipSummary:
    """Returns the facts of a tip, changed if the tip is a complaint about the national desk and there is no oversight
    desk. The national desk itself then gets the complaint."""
    if facts.official != OVERSEEN or tables_desks.oversight_desks(session):
        return facts
    return replace(facts, official="yes")


def reading_desks(
    tip: Tip | ReportedTip, earlier_places: Sequence[TipPlace], partners: Collection[str] = ()
) -> list[str]:
    """Returns the codes of the desks that may read the tip. `earlier_places` contains the places of the tip before its
    corrections."""
    places = [tip.place, *(row.place for row in earlier_places if row.released_at is None)]
    local = (desk_of(place, tip.official) for place in places)
    first = () if tip.official == OVERSEEN else (NATIONAL,)
    return [*first, *dict.fromkeys(desk for desk in local if desk is not None), *partners]


def partner_desks(
    session: Session, tip: Tip | ReportedTip, answers: Mapping[str, str] = MappingProxyType({})
) -> Sequence[str]:
    """Returns the partner desks that may read the tip: border desks if a journey can still be stopped, and the desk of
    a camp.

    For a complaint about the national desk, returns the oversight desks. If no active oversight desk has people, adds
    retired desks, because people of retired desks still handle complaints. A desk that can already read the complaint
    keeps this access.
    """
    if tip.official == OVERSEEN:
        desks = tables_desks.every_oversight(session)
        granted = desks.intersection(tips_queries.grants_of(session, tip.id) if tip.id else ())
        if queries_alert_path.oversight_with_people(session, tip.updated_at):
            desks = frozenset(tables_desks.oversight_desks(session))
        return sorted(desks | granted)
    if tip.official != "no" or tip.matter != Matter.TIP:
        return ()
    found = set(tables_desks.desks_of_camp(session, tip.sector)) if is_camp(tip.sector) else set()
    if tip.place == ABROAD and can_be_stopped(answers):
        found |= {*tables_desks.desks_of_kind(session, DeskKind.BORDER)}
    return sorted(found)


def earlier_partners(
    session: Session,
    tip: Tip | ReportedTip,
    earlier_places: Sequence[TipPlace],
    answers: Mapping[str, str] = MappingProxyType({}),
) -> Sequence[str]:
    """Returns the partner desks that could read the tip before a correction and keep their access.

    The desk of an earlier camp keeps its access as long as the camp's district has access.
    """
    if tip.official != "no" or tip.matter != Matter.TIP or not tip.id:
        return ()
    found: set[str] = set()
    if tip.place == ABROAD and not can_be_stopped(answers):
        found |= {*tips_tables.extra_desks(session, [tip.id]).get(tip.id, ())}
    places = {tip.place, *(row.place for row in earlier_places if row.released_at is None)}
    has_camps = any(camps(place) for place in places if is_district(place))
    if has_camps and tips_tables.was_alerted(session, tip.id, tip.assigned_at):
        known_camps = tips_tables.camp_desks(session, tip.id).items()
        found |= {code for code, camp in known_camps if camp[:2] in places}
    return sorted(found)


def neighbours_in_storm(session: Session, tip: ReportedTip, at: datetime) -> Sequence[str]:
    """Returns the neighbouring districts that may read a tip about danger, because their people are alerted in a storm
    (very many such tips).

    These districts keep their access after the storm.
    """
    if tip.urgency != Urgency.DANGER or tip.official != "no" or tip.matter != Matter.TIP:
        return ()
    until = tables.storms(session, [tip.place]).get(tip.place) if is_district(tip.place) else None
    return neighbours(tip.place) if until is not None and until > at else ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A change of a tip by an answer of its caller, in one transaction."""

    session: Session
    context: Context
    tip: ReportedTip
    before: Route
    at: datetime

    def hand_to_oversight(self) -> bool:
        """Ends the assignments of a filed tip if the caller now says that the tip is a complaint about the national
        desk.

        Returns True if the hotline must alert people of an oversight desk.
        """
        session, tip = self.session, self.tip
        if tip.official != OVERSEEN or self.before.official in ("", OVERSEEN):
            return False
        people, step = _alerted(session, tip.id), queries.next_step(session, tip.id)
        queries_retention.withhold(session, tip.id, people)
        queries_retention.stand_down(session, tip.id, people, step, self.at)
        return True

    def store_earlier_place(self) -> None:
        """Stores the earlier place of a tip, if a correction has changed the place.

        If there is danger and people were alerted, the desk of the earlier place can read the tip until the national
        desk ends this access.
        """
        session, tip, place = self.session, self.tip, self.before.place
        if not self.before.filed or place == tip.place:
            return
        stays = tip.urgency == Urgency.DANGER and tips_tables.was_alerted(
            session, tip.id, tip.assigned_at
        )
        times = {"corrected_at": self.at, "released_at": None if stays else self.at}
        session.add(TipPlace(tip_id=tip.id, place=place, **times))
        tip.moved, tip.place_step = True, queries.next_step(session, tip.id)
        tips_queries.record_leaders(session, {tip.id: None})
        session.flush()

    def passed_districts(self, earlier_places: Sequence[TipPlace]) -> Sequence[str]:
        """Returns the districts that got the case from a responder who passed it on, and that can still read it.

        If there is no danger, a correction of the place ends this access, and the access of the first place.
        """
        tip, before = self.tip, self.before
        corrected = before.place != tip.place and tip.urgency != Urgency.DANGER
        if not before.filed or tip.official != "no" or corrected:
            return ()
        places = {tip.place, before.place, *(row.place for row in earlier_places)}
        granted = tips_queries.grants_of(self.session, tip.id)
        return sorted(code for code in granted if code not in places and is_district(code))

    def proven_desks(self, codes: Sequence[str]) -> Sequence[str]:
        """Returns the desks in `codes` whose access to the tip was written by a process of the hotline. A desk has
        access if the key of the tip is stored in encrypted form for this desk (a grant). The hotline locks each grant
        with a key of the week, so the lock proves that the hotline wrote the grant.

        A stranger who can write to the database can add a place or a grant, but not the lock. If a desk lacks this
        proof, raises an alarm and ends the access that an earlier place gave to this desk. There is no alarm for a desk
        that had no valid key.
        """
        session, tip = self.session, self.tip
        if not codes:
            return ()
        grants, lock = tips_queries.grants_of(session, tip.id), self.context.encrypter.weekly_lock
        found = [one for one in codes if lock.has_locked(grants.get(one, b""), label(tip.uid, one))]
        forged = {*codes} - {*found, *(tip.locked_for or "").split()}
        if forged:
            self.note_forgery("tip_access_forged")
        for place in tips_tables.earlier_places(session, tip.id) if forged else ():
            if desk_of(place.place, tip.official) in forged:
                place.released_at = place.released_at or self.at
        return found

    def note_forgery(self, action: str) -> None:
        """Raises the alarm that a stranger has changed a tip's key pair or the desks that may read the tip."""
        session, at = self.session, self.context.now()
        with optional_part(session):
            alarms.record_each(session, Alarm.TIP_PAIRS, at)
            tables_audit.append_about_tip(session, self.tip.id, action, "line", at)

    def notify(self, visit: VisitFacts, official: str, *, has_new_desks: bool) -> None:
        """Alerts or notifies people if the caller's latest answer is a correction, or says that the caller wants no
        visit. `visit` contains the facts about visits from before this answer.

        `official` is the caller's present answer about officials who may be involved. `has_new_desks` is True if other
        desks than before may read the tip now.
        """
        tip, before = self.tip, self.before
        changed = (tip.place, tip.official) != (before.place, before.official)
        changed = changed or has_new_desks or (official == "no" and tip.official != "no")
        changed = changed and before.filed
        if not changed and (visit.is_marked or not visit_facts_of(tip).is_marked):
            return
        row = tips_queries.tip_row(self.session, tip)
        if changed:
            self._alert(row, official, has_new_desks=has_new_desks)
        notify_mark(self.session, self.context, row, visit, self.at)
        tip.alert_urgency = row.alert_urgency

    def _alert(self, tip: Tip, official: str, *, has_new_desks: bool) -> None:
        session, before = self.session, self.before
        if before.official == "no" and tip.official != "no":
            alerted = queries.alerted_by_tip(session, [tip.id])[tip.id]
            responder_ids = [one.responder_id for one in alerted if one.level is not Level.NATIONAL]
            queries_retention.withhold(session, tip.id, responder_ids)
            kind = CaseEventKind.WITHHELD
        elif before.place != tip.place:
            kind = CaseEventKind.MOVED
        elif official == "no" and tip.official != "no":
            # The notice gives no one access to the tip, because only the national desk can give access to a district.
            people = _alerted(session, tip.id)
            if people and queries_retention.newest_more(session, tip.id) is None:
                order = Notice(people, Purpose.MORE)
                none = VisitSafety.NONE
                service_messages.notify(session, self.context, tip, order, none, self.at)
            return
        elif has_new_desks:
            kind = CaseEventKind.BESIDE
        else:
            return
        moves = len(tips_tables.earlier_places(session, tip.id))
        handle_event(session, self.context, tip.id, Event(kind, nth=moves), self.at)


def _alerted(session: Session, tip_id: int) -> tuple[int, ...]:
    """Returns the responders who were alerted of a tip, without duplicates."""
    alerted = queries.alerted_by_tip(session, [tip_id])[tip_id]
    return tuple(dict.fromkeys(responder.responder_id for responder in alerted))


def stand_down(
    session: Session, context: Context, tip: Tip, by: CloseRequest, at: datetime
) -> None:
    """Stands down the people of earlier places, as the national desk decided.

    Also ends the access of the desks of these places to the tip.
    """
    earlier_places = tips_tables.earlier_places(session, tip.id)
    for row in earlier_places:
        row.released_at = row.released_at or at
    session.flush()
    partners = {*partner_desks(session, tip), *earlier_partners(session, tip, earlier_places)}
    tips_tables.remove_grants(session, tip.id, skip=reading_desks(tip, earlier_places, partners))
    tables_audit.append_about_tip(session, tip.id, "first_place_let_go", by.actor, at, by.reason)
    handle_event(session, context, tip.id, Event(CaseEventKind.STOOD_DOWN), at)


def send_down(session: Session, context: Context, tip: Tip, by: CloseRequest, at: datetime) -> None:
    """Gives the district access to a tip and alerts people there, as the national desk decided."""
    tip.official = "no"
    tables_audit.append_about_tip(session, tip.id, "tip_sent_down", by.actor, at, by.reason)
    session.flush()
    handle_event(session, context, tip.id, Event(CaseEventKind.SENT_DOWN), at)


def notify_added(session: Session, context: Context, reported: ReportedTip, at: datetime) -> None:
    """Notifies all alerted people that the caller added text to a tip. A notice that is not sent yet also covers text
    that the caller adds later.

    The notice waits a minute, because an SMS may have further parts. If there is no danger, the notice is sent only
    during the day.
    """
    last_notice = queries_retention.newest_more(session, reported.id)
    if last_notice is not None and last_notice.state in DUE_STATES:
        return
    people = _alerted(session, reported.id)
    if not people:
        return
    due_at = at + MAX_PART_WAIT
    if last_notice is not None:
        due_at = max(due_at, last_notice.created_at + MORE_AGAIN)
    order = Notice(people, Purpose.MORE)
    tip = tips_queries.tip_row(session, reported)
    due_at = due_at if tip.urgency == Urgency.DANGER else by_day(due_at)
    service_messages.notify(session, context, tip, order, VisitSafety.NONE, at, due=due_at)


def notify_mark(
    session: Session, context: Context, tip: Tip, before: VisitFacts, at: datetime
) -> None:
    """Notifies the alerted people, only once, that the caller wants no visit. People who are alerted later learn this
    from their alert."""
    session.flush()
    if before.is_marked or not visit_facts_of(tip).is_marked:
        return
    if tip.visit_decision == VisitDecision.OPENLY:
        # When the national desk decided, it did not know that the caller wants no visit, so the desk must decide again.
        tip.visit_decision = None
    _notify(session, context, tip, at)


def notify_followers(
    session: Session, context: Context, tip_ids: Iterable[int], at: datetime
) -> None:
    """Notifies the people of a cluster (a group of similar tips) that callers of some new tips in it want no visit.
    Until now, these people were alerted only of other tips."""
    for tip_id in tip_ids:
        _notify(session, context, queries.tip_for_writing(session, tip_id), at)


def _notify(session: Session, context: Context, tip: Tip, at: datetime) -> None:
    _go_as_decided(session, tip, at)
    handle_event(session, context, tip.id, Event(CaseEventKind.MARKED), at)


def _go_as_decided(session: Session, tip: Tip, at: datetime) -> None:
    """Applies a decision for discreet visits, made about another tip of the cluster, to this tip."""
    if visit_facts_of(tip).safety is not VisitSafety.CAREFUL:
        return
    company = queries_references.cluster_of(session, tip)
    if all(row.visit_decision != VisitDecision.UNSEEN for row in company):
        return
    tip.visit_decision = VisitDecision.UNSEEN
    by_clock = CloseRequest("", "clock", f"as for the similar tip {company[0].id}")
    _record_visit_safety(session, tip, by_clock, at)
    tables.close_clocks(session, [tip.id], [DeadlineKind.VISIT_SAFETY], at)
    session.flush()


def decide_visit(
    context: Context,
    tip_id: int,
    visit_decision: VisitDecision,
    *,
    by: tables_audit.CommandActor,
    reason: str,
) -> None:
    """Records the national desk's decision about how responders may visit. Raises NotFound.

    Raises EndRefused if the tip is closed.
    """
    with ringing(context) as session:
        tip = tips_tables.get_filed(session, tip_id)
        if tip.closed_at is not None:
            raise EndRefused(f"tip {tip_id} is closed: reopen it first")
        actor = service_closing.by_signed_command(session, by, reason)
        record_visit_decision(session, context, tip, visit_decision, actor, context.now())


def record_visit_decision(
    session: Session,
    context: Context,
    tip: Tip,
    visit_decision: VisitDecision,
    by: CloseRequest,
    at: datetime,
) -> None:
    """Records for this tip the national desk's decision about how responders may visit. Also records the decision for
    tips about danger in the same cluster (a group of similar tips) whose callers want no visit. Adds a row to the audit
    log for each of these tips.

    Sends no messages if the decision is the same as before.
    """
    company = queries_references.cluster_of(session, tip)
    tips = [
        row
        for row in company
        if row.visit_decision != visit_decision
        and (row.id == tip.id or (row.urgency == Urgency.DANGER and visit_facts_of(row).is_marked))
    ]
    if not tips:
        return
    for row in tips:
        row.visit_decision = visit_decision
        _record_visit_safety(session, row, by, at)
    session.flush()
    tables.close_clocks(session, [row.id for row in tips], [DeadlineKind.VISIT_SAFETY], at)
    handle_event(session, context, tip.id, Event(CaseEventKind.DECIDED), at)


def _record_visit_safety(session: Session, tip: Tip, by: CloseRequest, at: datetime) -> None:
    unseen = tip.visit_decision == VisitDecision.UNSEEN
    tables_audit.append_about_tip(
        session, tip.id, "go_unseen" if unseen else "go_openly", by.actor, at, by.reason
    )
