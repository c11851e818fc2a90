"""Stores tips: encrypts the answers, and files a tip as soon as responders can act on it.

Each report attempt has one row in the table of tips.

`store_report`, `erase_report`, `file_drafts` and `reach_state` run inside the transaction of the calling function.
After the transaction, `announce` tells the workers that a tip is waiting. `store_report` runs after each answer of a
caller. The function loads SQLAlchemy's row objects only if people must be alerted, because making these objects is
slow.

The state of a tip only moves forward: from draft or fragment to filed, and from filed to complete.
"""

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hotline.alerts import service_case, service_correction
from hotline.alerts.service_case import visit_facts_of
from hotline.alerts.service_correction import Correction, Route
from hotline.core import rules_trial
from hotline.core.contexts import Context, Job
from hotline.core.database import Session
from hotline.core.logs import REQUEST
from hotline.gateway.tables import LockedDialogue
from hotline.people import tables_desks
from hotline.text.errors import StoreUnavailable
from hotline.text.places import NOT_SAID, SOURCE
from hotline.tips import queries, tables
from hotline.tips.queries import ReportedTip
from hotline.tips.rules import (
    OVERSEEN,
    Matter,
    TipState,
    TipSummary,
    Urgency,
    abandoned_state,
    kept_visit_answer,
    later_state,
    report_facts,
)
from hotline.tips.rules_events import TYPED
from hotline.tips.rules_receipts import ANSWERS, complaint_facts
from hotline.tips.tables import Tip


def reach_state(
    session: Session, context: Context, tip: Tip | ReportedTip, state: TipState
) -> None:
    """Moves a tip to a new state. If the tip was a draft, files it."""
    now = context.now()
    rings_for_nobody = state is TipState.FRAGMENT and tip.place == NOT_SAID
    if tip.state == TipState.DRAFT and state is not TipState.DRAFT:
        tip.filed_at = now
        if tip.channel != rules_trial.CHANNEL and not rings_for_nobody:
            tables.add_pending_alert(session, tip.id, tip.urgency)
            tip.assigned_at, tip.alert_urgency = now, tip.urgency
    if rings_for_nobody:
        tip.alert_urgency = Urgency.DANGER
    if tip.state != TipState.COMPLETE and state is TipState.COMPLETE:
        tip.completed_at = now
    tip.state = state


def needs_assignment(tip: Tip | ReportedTip) -> bool:
    """Returns True if people must be alerted of a tip after it was stored."""
    if tip.state == TipState.DRAFT:
        return False
    if tip.alert_urgency is None or tip.urgency < tip.alert_urgency:
        return True
    # The hotline filed this tip after the latest answer. A `PendingAlert` row says that the tip's alert is not sent
    # yet.
    waits_since = tip.assigned_at
    return waits_since is not None and tip.updated_at <= waits_since == tip.filed_at


logger = logging.getLogger(__name__)

SILENCE = timedelta(minutes=3)
FACTS_OF = {Matter.TIP: report_facts, Matter.COMPLAINT: complaint_facts}
"""For each kind of report, the function that finds the facts of a tip in the caller's answers."""


@dataclass(frozen=True, slots=True)
class ReportAttempt:
    """All answers that a caller has given so far in one attempt to report or to complain. `repr` does not show the
    answers."""

    answers: Mapping[str, str]
    number: int
    completed: bool
    language: str
    matter: Matter = Matter.TIP
    identity: str = ""
    """The value by which the hotline recognizes a tip that an officer types at a desk. Empty for a caller's tip:
    `store_report` makes the value from the session, with keys that only the hooks' process has."""

    def __repr__(self) -> str:
        return f"ReportAttempt(number={self.number}, completed={self.completed})"


def store_report(
    session: Session,
    context: Context,
    dialogue: LockedDialogue,
    attempt: ReportAttempt,
    *,
    caller: str,
) -> ReportedTip | None:
    """Stores a report after each answer, beginning with the first. Makes a new tip, or changes the tip of this report
    attempt.

    If the tip is already filed, ignores a new place that is incomplete.
    """
    facts = FACTS_OF[attempt.matter](attempt.answers, completed=attempt.completed)
    if facts is None:
        return None
    facts = service_correction.with_desk(session, facts)
    identity = attempt.identity or context.pseudonyms.identity(dialogue.key, str(attempt.number))
    found = queries.tip_of_attempt(session, identity)

    tip = found or _new(context, dialogue, attempt, identity=identity, caller=caller)
    kind, visit, before = tip.category, visit_facts_of(tip), service_correction.route_of(tip)
    change = Correction(session, context, tip, before, context.now())
    if before.filed and abandoned_state(facts.place) is TipState.FRAGMENT:
        return None
    old_state = TipState(tip.state)
    _fill(context, tip, facts, attempt, before)
    state = later_state(old_state, facts.state)
    if state is TipState.FRAGMENT or (dialogue.ended_at is not None and state is TipState.DRAFT):
        state = abandoned_state(tip.place)

    change.store_earlier_place()
    grants = _seal(change, attempt)
    is_moved = old_state is TipState.FRAGMENT and before.place != tip.place
    is_moved |= change.hand_to_oversight()
    if (found is not None and _leaves_cluster(session, context, tip, attempt, kind)) or is_moved:
        tip.alert_urgency = None
    if found is None and state is not TipState.DRAFT:
        queries.write_tip(session, tip)
    reach_state(session, context, tip, state)
    if old_state is TipState.DRAFT or needs_assignment(tip):
        tip.request = REQUEST.get()
    queries.write_tip(session, tip)
    if grants is not None:
        queries.give_keys(session, tip.id, grants, first=found is None)
    if found is None:
        _leaves_cluster(session, context, tip, attempt, kind)
    if kind is None and tip.category is not None and before.filed:
        service_case.link_alerted(session, tip.id, context.now())
    change.notify(visit, facts.official, has_new_desks=grants is not None)
    return tip


def erase_report(
    session: Session, context: Context, dialogue: LockedDialogue, *, up_to_attempt: int
) -> None:
    """Takes back a caller's reports, because the caller pressed the keys `000`. Deletes drafts. Marks filed tips, so
    that responders do not visit openly.

    Notifies all people who were alerted of the filed tips.
    """
    for tip in tables.erase_session(session, dialogue.key, up_to_attempt=up_to_attempt):
        before = visit_facts_of(tip)
        tip.do_not_visit = True
        service_correction.notify_mark(session, context, tip, before, context.now())


def file_drafts(session: Session, context: Context, drafts: Iterable[Tip]) -> Sequence[Tip]:
    """Files the drafts of callers who can give no more answers. Needs no key, because no text is encrypted or
    decrypted."""
    tips = tuple(drafts)
    for tip in tips:
        reach_state(session, context, tip, abandoned_state(tip.place))
    return tips


def file_silent(context: Context, older_than: timedelta = SILENCE) -> None:
    """Files the drafts of callers who have given no answer for the time `older_than`.

    The clock process calls this function every second.
    """
    with context.database.reading() as session:
        if not tables.has_silent_draft(session, context.now() - older_than):
            return

    with context.database.writing() as session:
        drafts = tables.silent_drafts(session, context.now() - older_than)
        tips = file_drafts(session, context, drafts)
        before_commit(context, tips)
    announce(context, tips)


def before_commit(context: Context, tips: Sequence[Tip | ReportedTip]) -> None:
    if tips:
        context.failpoint("tip.before_commit")


def announce(context: Context, committed: Sequence[Tip | ReportedTip]) -> None:
    """Tells the workers which stored tips need alerts, because the tips are new or have become more urgent.

    If this fails, the clock process starts the alerts later.
    """
    if not committed:
        return
    context.failpoint("tip.after_commit")
    tip_ids = [tip.id for tip in committed if needs_assignment(tip)]
    if not tip_ids:
        return

    context.failpoint("tip.before_doorbell")
    for tip_id in tip_ids:
        if not context.jobs.ring(Job.ASSIGN_TIP, tip_id):
            return


def _new(
    context: Context,
    dialogue: LockedDialogue,
    attempt: ReportAttempt,
    *,
    identity: str,
    caller: str,
) -> ReportedTip:
    at, uid, source = context.now(), secrets.token_hex(16), attempt.answers.get(SOURCE)
    is_met = source is not None and dialogue.channel not in rules_trial.UNCOUNTED
    return ReportedTip(
        uid=uid,
        identity=identity,
        session_key=dialogue.key,
        attempt=attempt.number,
        matter=attempt.matter,
        state=TipState.DRAFT,
        channel=source if source is not None and is_met else dialogue.channel,
        entry=dialogue.entry,
        urgency=Urgency.HEARD,
        # The hotline stores no phone numbers of officers. So two tips of one officer never count as tips of the same
        # caller.
        contact_key=context.pseudonyms.contact(caller, at) if source is None else uid,
        created_at=at,
        updated_at=at,
    )


def _fill(
    context: Context, tip: ReportedTip, facts: TipSummary, attempt: ReportAttempt, before: Route
) -> None:
    """Sets the columns of the tip that are not encrypted.

    A filed tip can only become more urgent, because a responder may already be on the way.
    """
    is_draft = tip.state == TipState.DRAFT
    tip.language = attempt.language
    tip.place = facts.place
    tip.within = facts.within
    tip.sector = facts.sector
    tip.category = facts.category
    is_new = tip.urgency > Urgency.DANGER or tip.state == TipState.FRAGMENT
    if not is_draft and is_new and facts.urgency == Urgency.DANGER:
        tip.danger_at = context.now()
    tip.urgency = facts.urgency if is_draft else min(tip.urgency, facts.urgency)
    tip.official = service_correction.official_of(before, facts.official)
    tip.basis = facts.basis
    tip.visit = kept_visit_answer(tip.visit, attempt.answers.get("visit"), filed=not is_draft)
    tip.updated_at = context.now()
    if tip.words_at is None and any(attempt.answers.get(name) for name in TYPED):
        tip.words_at = tip.updated_at


def _seal(change: Correction, attempt: ReportAttempt) -> Mapping[str, bytes] | None:
    """Encrypts the answers for the desks that may read the tip.

    If a new key is needed, returns the grants: the key of the tip, encrypted for each desk. Returns None if the desks
    can decrypt the new answers with the grants that they have. A desk whose key is missing, invalid or unsigned cannot
    read the tip. The hotline still stores the tip, alerts people, and raises an alarm.
    """
    session, context, tip = change.session, change.context, change.tip
    # Only a filed tip can have earlier places. An earlier place of a draft must be from a stranger who wants access.
    places = tables.earlier_places(session, tip.id) if tip.moved and change.before.filed else ()
    partners = service_correction.partner_desks(session, tip, attempt.answers)
    neighbours = service_correction.neighbours_in_storm(session, tip, context.now())
    codes = [code for code, key in _keys(session, context, neighbours).items() if key]
    desks = service_correction.reading_desks(tip, (), [*partners, *codes])
    extra = service_correction.earlier_partners(session, tip, places, attempt.answers)
    extra = [
        code for code in service_correction.reading_desks(tip, places, extra) if code not in desks
    ]
    desks += change.proven_desks(extra)
    keys = _keys(session, context, desks)

    left_out = (*ANSWERS, SOURCE)
    answers = {name: answer for name, answer in attempt.answers.items() if name not in left_out}
    seal, grants = {"uid": tip.uid, "place": tip.place, "identity": tip.identity}, None
    if tip.body and not context.encrypter.made(tip.body, uid=tip.uid, identity=tip.identity):
        change.note_forgery("tip_pair_replaced")
    body = context.encrypter.again(answers, **seal, desks=keys, body=tip.body)
    if body is None:
        districts = change.proven_desks(change.passed_districts(places))
        keys = _keys(session, context, desks := [*desks, *districts])
        body = context.encrypter.again(answers, **seal, desks=keys, body=tip.body)
    if body is None:
        encrypted = context.encrypter.tip(answers, **seal, desks=keys, at=context.now())
        body, grants = encrypted.body, encrypted.grants
        tip.locked_for = " ".join(code for code in desks if code not in grants) or None
        granted = () if grants else queries.grants_of(session, tip.id)
        if granted and set(granted) <= set(desks):
            # No desk has a valid key now, so the tip keeps its key. The desks that could read the tip before can also
            # read the new answers.
            same_body = context.encrypter.again(answers, **seal, desks=None, body=tip.body)
            body, grants = same_body or body, grants if same_body is None else None
    if grants is not None and not grants and tip.official == OVERSEEN:
        # Because no desk could decrypt the complaint, the caller must dial again. The next session then does not
        # promise that an oversight desk reads the complaint.
        raise StoreUnavailable(
            "the complaint was not saved, because no oversight desk has a valid key: see the page Desks"
        )
    if tip.locked_for is not None:
        locked = len(tip.locked_for.split())
        logger.critical(
            "alarm: %d desks cannot decrypt a new tip, because they have no valid key: see the page Desks",
            locked,
        )
    tip.body = body
    return grants


def _keys(session: Session, context: Context, codes: Sequence[str]) -> Mapping[str, bytes]:
    valid_keys = context.encrypter.counting(tables_desks.desk_keys(session, codes), context.now())
    return {code: valid_keys.get(code, b"") for code in codes}


def _leaves_cluster(
    session: Session, context: Context, tip: ReportedTip, attempt: ReportAttempt, kind: str | None
) -> bool:
    """Returns True if a changed answer may have removed the tip from its cluster (a group of similar tips). The alert
    of this tip is then pending again.

    If the tip has left the cluster, people are alerted of it separately.
    """
    if attempt.identity:
        # Only the hooks' process (it answers the gateway) has the keys with which tips are compared.
        return False
    keys = service_case.comparison_keys(context, attempt.answers, context.now())
    return attempt.matter is Matter.TIP and service_case.store_keys(session, tip, keys, kind)
