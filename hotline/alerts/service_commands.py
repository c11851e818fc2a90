"""Carries out the commands of responders on a case, with one function for each verb.

SMS, dialling and the command line share these functions. Everything runs inside the caller's transaction. A repeated
command changes nothing and gets the same answer. A case of danger, of a child or of an official closes only when a
second person confirms. That person must have opened the case since the request.

Also handles the proof of an SMS answer, or a doubt about it. Hands on the cases of a responder who left.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hotline.alerts import (
    queries,
    service_case_events,
    service_case_state,
    service_closing,
    service_correction,
    service_drills,
    service_escalation,
)
from hotline.alerts import tables as alerts_tables
from hotline.alerts.rules_replies import REPLIES, Act, Acted, Done, Verb
from hotline.alerts.service_case_state import RESPONDER, answer_of, is_inbox_unread
from hotline.core import rules_trial
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.gateway.tables import Referral
from hotline.people import tables, tables_accounts
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.tips import queries_duplicates
from hotline.tips.rules import Matter, TipOutcome
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_events import EntryKind, EntryWay, Event, Happened, TakeProof
from hotline.tips.rules_visit_safety import Manner
from hotline.tips.tables import Tip


@dataclass(frozen=True, slots=True)
class _ActContext:
    session: Session
    kit: Kit
    act: Act
    referral: Referral
    tip: Tip

    def happened(self, what: Happened) -> None:
        event = Event(what, by=self.act.responder_id)
        service_escalation.happen(self.session, self.kit, self.tip.id, event, self.act.at)

    @property
    def holds(self) -> bool:
        return self.tip.holder_id == self.act.responder_id

    @property
    def is_away(self) -> bool:
        """Returns True if the responder was only alerted of an earlier place, which was corrected since."""
        newest = queries.newest_of(self.session, self.tip.id, self.act.responder_id)
        return newest is not None and newest.step < self.tip.place_step and not self.is_national

    @property
    def may_judge(self) -> bool:
        """Returns True if another person requested closure and this responder is of the national desk."""
        wanted, hers = self.tip.end_wanted_by, f"{RESPONDER}{self.act.responder_id}"
        if wanted is None or tables_accounts.is_same_person(self.session, wanted, hers):
            return False
        return self.is_national

    @property
    def is_national(self) -> bool:
        person = self.session.get_one(Responder, self.act.responder_id)
        return person.level == Level.NATIONAL

    def wait(self, result: Acted) -> Done:
        """Returns a result that waits for proof: the inbox must list this very SMS. Another SMS does not prove it."""
        return replace(self.done(result), waits=self.act.verb)

    def done(self, result: Acted) -> Done:
        due = alerts_tables.last_due(self.session, self.tip.id, DeadlineKind.OUTCOME)
        told = answer_of(self.session, self.tip) if self.tip.matter == Matter.TIP else None
        return Done(result, self.act.reference, self.referral.id, due, told)


def act(session: Session, kit: Kit, one: Act) -> Done:
    """Carries out a responder's command on a case that the responder was alerted of."""
    referral = queries.of_responder(session, one.responder_id, one.reference)
    if referral is None:
        return Done(Acted.UNKNOWN)
    tip = session.get_one(Tip, referral.tip_id)
    if tip.channel == rules_trial.DRILL:
        return service_drills.answered(session, kit, one, referral, tip)
    if referral.released_at is not None:
        # After two corrections of the place, the responder may know the case by another name.
        referral = queries.newest_of(session, tip.id, one.responder_id) or referral
    if tip.closed_at is not None or referral.released_at is not None:
        return Done(Acted.OVER, one.reference, referral.id)
    # Where the gateway has no inbox, no answer can ever be proved. Each answer is then believed.
    believed = replace(one, proved=one.proved or not kit.line.inbox)
    context = _ActContext(session, kit, believed, referral, tip)
    if REPLIES[one.verb].national and not context.is_national:
        return Done(Acted.UNKNOWN)
    return VERBS[one.verb](context)


def _take(context: _ActContext) -> Done:
    session, one, tip = context.session, context.act, context.tip
    if context.may_judge:
        return _refuse_the_end(context)
    provisional = not one.proved and is_inbox_unread(session, context.kit, tip, one.at)
    counts = alerts_tables.acknowledge(
        session, tip.id, one.responder_id, one.at, proved=one.proved, provisional=provisional
    )
    service_case_events.took_by(session, tip.id, one, counts=counts)
    if not counts:
        return context.done(Acted.NOTED if provisional else Acted.TAKEN)
    queries.pass_on(session, tip.id, one.responder_id, None)
    context.happened(Happened.TAKEN)
    if context.is_away:
        return context.done(Acted.MOVED)
    followers = _take_what_followed(context) if context.holds else ()
    result = Acted.TAKEN if context.holds else Acted.ALREADY_TAKEN
    return replace(context.done(result), followers=followers)


def _refuse_the_end(context: _ActContext) -> Done:
    """Refuses the closure, and makes this responder the assignee. An SMS counts once it is proved.

    So a forged SMS takes no case.
    """
    one = context.act
    if not one.proved:
        return context.wait(Acted.GOES_ON_WAITS)
    who = service_closing.by_responder(one.responder_id, one.way)
    service_closing.judge(context.session, context.kit, context.tip, who, False, one.at)
    return context.done(Acted.TAKEN)


def _take_what_followed(context: _ActContext) -> tuple[int, ...]:
    """Acknowledges the tips of a cluster whose alerts were left out because of its first tip.

    Each tip stays a case of its own. Returns the responder's assignments for them, so that a proof or a doubt of the
    answer reaches each of them.
    """
    session, one = context.session, context.act
    hers = []
    for tip_id in queries_duplicates.open_followers(session, context.tip.id):
        known_as = queries.newest_of(session, tip_id, one.responder_id)
        if known_as is None:
            continue
        hers.append(known_as.id)
        if alerts_tables.acknowledge(session, tip_id, one.responder_id, one.at, proved=one.proved):
            service_case_events.took_by(session, tip_id, one, counts=True)
            event = Event(Happened.TAKEN, by=one.responder_id)
            service_escalation.happen(session, context.kit, tip_id, event, one.at)
    return tuple(hers)


def _on_site(context: _ActContext) -> Done:
    """Records that the responder is on site. Also acknowledges the case, if the responder has not done so."""
    hers = alerts_tables.believed(context.session, context.tip.id, context.act.responder_id)
    if context.tip.holder_id is None or not hers:
        taken = _take(context)
        if taken.result is Acted.NOTED:
            return taken
    if context.referral.on_site_at is None:
        context.referral.on_site_at = context.act.at
        service_case_events.said(context.session, context.referral, context.act, EntryKind.ON_SITE)
        _further(context, Happened.ON_SITE)
    return context.done(Acted.ON_SITE)


def _referred(context: _ActContext) -> Done:
    if not context.holds:
        return context.done(Acted.NOT_TAKEN_YET)
    if context.referral.handed_to_help_at is None:
        context.referral.handed_to_help_at = context.act.at
        service_case_events.said(context.session, context.referral, context.act, EntryKind.OFFERED)
        _further(context, Happened.REFERRED)
    return context.done(Acted.REFERRED)


def _further(context: _ActContext, what: Happened) -> None:
    context.session.flush()
    context.happened(what)
    if context.holds:
        context.tip.renewed_at = context.tip.renewed_at or context.act.at
    context.session.flush()


def _close(context: _ActContext) -> Done:
    """Closes the case, or requests its closure. An SMS counts once it is proved, so a forged one closes nothing.

    It never confirms a colleague's request. A responder must open the case before confirming.
    """
    session, kit, one, tip = context.session, context.kit, context.act, context.tip
    who = service_closing.by_responder(one.responder_id, one.way)
    wanted = REPLIES[one.verb].outcome or TipOutcome.SILENT
    if context.may_judge:
        return context.done(Acted.OPEN_FIRST)
    if not context.holds:
        return context.done(Acted.NOT_TAKEN_YET)
    if service_closing.waits_for_another(session, tip, who, wanted):
        return context.done(Acted.ANOTHER_WAITS)
    if not one.proved:
        judged = service_closing.needs_second(session, tip)
        return context.wait(Acted.TO_BE_JUDGED if judged else Acted.CLOSED)
    return context.done(service_closing.end(session, kit, tip, wanted, who, one.at).ending)


def _pass_on(context: _ActContext) -> Done:
    """Passes the case on at once. The assignee stays the same until another responder acknowledges.

    If the case stays with a colleague, no other responder is alerted.
    """
    one, tip = context.act, context.tip
    stays = service_case_state.stays_with_another(context.session, tip, one.responder_id)
    said = not stays or alerts_tables.answered(context.session, tip.id, one.responder_id)
    if said and (context.referral.passed_at is None or one.chosen):
        queries.pass_on(context.session, tip.id, one.responder_id, one.at)
        service_case_events.passed(context.session, tip.id, one)
        event = Event(Happened.PASSED, by=one.responder_id, chosen=one.chosen)
        service_escalation.happen(context.session, context.kit, tip.id, event, one.at)
    return context.done(Acted.THEIRS if stays else Acted.PASSED)


def _say_how(context: _ActContext) -> Done:
    """Records the national desk's decision on visit safety. "Openly" by SMS counts only once it is proved.

    A forged "openly" could put a person in danger.
    """
    manner = REPLIES[context.act.verb].manner or Manner.UNSEEN
    if manner is Manner.OPENLY and not context.act.proved:
        return context.wait(Acted.HOW_WAITS)
    who = service_closing.by_responder(context.act.responder_id)
    service_correction.decide(
        context.session, context.kit, context.tip, manner, who, context.act.at
    )
    return context.done(Acted.HOW_SAID)


def _let_go(context: _ActContext) -> Done:
    """Ends the case for the people of the first place. An SMS of the national desk counts only once it is proved."""
    session, one, tip = context.session, context.act, context.tip
    if not service_case_state.may_let_go(session, tip):
        return context.done(Acted.LET_TOO_EARLY)
    if not one.proved:
        return context.done(Acted.HOW_WAITS)
    who = service_closing.by_responder(one.responder_id)
    service_correction.let_go(session, context.kit, tip, who, one.at)
    return context.done(Acted.LET_GO)


VERBS: Mapping[Verb, Callable[[_ActContext], Done]] = {
    Verb.TAKE: _take,
    Verb.ON_SITE: _on_site,
    Verb.REFERRED: _referred,
    Verb.PASS_ON: _pass_on,
    Verb.LET_GO: _let_go,
    **{verb: _close for verb, reply in REPLIES.items() if reply.outcome is not None},
    **{verb: _say_how for verb, reply in REPLIES.items() if reply.manner is not None},
}
"""The function that carries out each verb."""


def prove(
    session: Session, kit: Kit, referral_id: int, at: datetime, waits: Verb | None = None
) -> None:
    """Marks an SMS answer as proved, because the inbox lists it. `waits`: the command in this SMS, not carried out yet.

    If the responder is not active any more, it only records the proof, because the cases were handed on. A decision of
    the national desk proves no acknowledgement. An earlier one in the same name may be forged.
    """
    referral = session.get_one(Referral, referral_id)
    tip = queries.tip_for_writing(session, referral.tip_id)
    who = referral.responder_id
    decides = waits is not None and REPLIES[waits].national
    before = decides or alerts_tables.believed(session, tip.id, who)
    if not decides:
        alerts_tables.believe(session, tip.id, who, at)
    # The answer may name an alert that came after the acknowledgement. So any name of the case proves it.
    took = alerts_tables.taken_at(session, tip.id, who)
    if not before and took is not None:
        service_case_events.took(session, tip.id, who, at, EntryWay.SMS, TakeProof.PROVED)
    if not tables.lives(session, who, at):
        return
    # An acknowledgement from before the case became urgent must be given again.
    if not before and took and tip.referred_at and took >= tip.referred_at:
        service_escalation.happen(session, kit, tip.id, Event(Happened.TAKEN, by=who), at)
    if waits is not None:
        act(session, kit, Act(who, referral.reference, waits, EntryWay.SMS, at))


def doubt(session: Session, kit: Kit, referral_id: int, at: datetime) -> None:
    """Marks an SMS answer as doubted, because no inbox lists it. Escalation continues if no colleague has the case."""
    referral = session.get_one(Referral, referral_id)
    tip = queries.tip_for_writing(session, referral.tip_id)
    if alerts_tables.doubt(session, referral, at):
        if not alerts_tables.believed(session, tip.id, referral.responder_id):
            who = referral.responder_id
            service_case_events.took(session, tip.id, who, at, EntryWay.CLOCK, TakeProof.DOUBTED)
        event = Event(Happened.DOUBTED, by=referral.responder_id)
        service_escalation.happen(session, kit, tip.id, event, at)


def release_person(session: Session, kit: Kit, responder_id: int, at: datetime) -> None:
    """Hands on the open cases of a responder who left or is on leave. Their next step starts at once."""
    for tip_id in queries.told_of(session, responder_id):
        event = Event(Happened.LEFT, by=responder_id)
        service_escalation.happen(session, kit, tip_id, event, at)
