"""Finds out which waiting tips join a cluster or get a link. Stores the keys that this needs for one day.

Also chooses the name under which a person learns of a visit-safety mark, if similar tips share one alert. See
docs/decisions/08.

Runs inside its caller's transaction. The decisions are made in `tips/rules_duplicates.py`.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hotline.alerts import queries, queries_references, service_case_events, tables_case_events
from hotline.alerts.rules_assignment import Candidate
from hotline.alerts.rules_escalation import EscalationStep, WaitingTip
from hotline.alerts.rules_escalation_steps import Notice, partner_recipients
from hotline.alerts.service_case_events import EventActor
from hotline.alerts.service_case_state import visit_facts_of
from hotline.alerts.tables import Recipient
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.people import tables_audit
from hotline.tips import queries_duplicates, queries_visible, rules_duplicates
from hotline.tips.queries_duplicates import BY_THE_LINE, LikenessKeys
from hotline.tips.queries_report import ReportedTip
from hotline.tips.rules_duplicates import ComparedTip, Following, KnownName, LikelyPair, LinkReason
from hotline.tips.rules_events import WHY, LoggedEvent, Purpose
from hotline.tips.rules_visit_safety import VisitSafety
from hotline.tips.tables import Tip

WHO = "who"
MAX_COMPARED = 50
"""Tips that are compared in one batch. In a rush every tip is like the others, so a link is of no use."""


def comparison_keys(context: Context, answers: Mapping[str, str], at: datetime) -> LikenessKeys:
    """Returns the keys by which a new tip is compared with others."""
    typed, who = rules_duplicates.typed_text(answers), answers.get(WHO)
    digest = context.pseudonyms.likeness
    return LikenessKeys(
        words=digest("words", typed, at) if typed is not None else None,
        who=digest(WHO, who, at) if who else None,
    )


def store_keys(session: Session, tip: ReportedTip, keys: LikenessKeys, kind: str | None) -> bool:
    """Stores the keys of a written tip. Returns True if a tip that follows a cluster must be judged again.

    That is so if its kind, or who needs help, was answered since. `kind` is the kind before this hop.
    """
    known = tip.likeness
    if known is None:
        queries_duplicates.store_digests(
            session, tip.id, keys, contact_key=tip.contact_key, at=tip.updated_at
        )
        return False
    told_more = known.who != keys.who or kind != tip.category
    if not told_more and known == keys:
        return False
    return queries_duplicates.replace_digests(session, tip.id, keys) is not None and told_more


def join_clusters(
    session: Session, waiting: Sequence[WaitingTip], people: Sequence[Candidate], at: datetime
) -> dict[int, EscalationStep]:
    """Returns the steps of waiting tips that join a cluster. The cluster's people get the case and at most one SMS.

    If no one of the cluster is active any more, the tip leaves it and alerts people of its own.
    """
    joined = joining_tips(session, [tip.tip_id for tip in waiting], at)
    if not joined:
        return {}
    told = queries.alerted_by_tip(session, {one.leader_id for one in joined.values()})
    living = {one.id for one in people}
    steps = {}
    for tip in waiting:
        one = joined.get(tip.tip_id)
        if one is None:
            continue
        who = dict.fromkeys(
            known.responder_id for known in told[one.leader_id] if known.responder_id in living
        )
        if not who:
            queries_duplicates.record_leaders(session, {tip.tip_id: None})
            continue
        # This tip may concern a camp or a border, although the cluster's first tip does not.
        near = partner_recipients(tip.case, people, told[one.leader_id])
        who |= dict.fromkeys(one for one in near if one not in tip.kept_from)
        recipients = () if tip.told else tuple(who)
        steps[tip.tip_id] = EscalationStep(
            tip.tip_id,
            tip.case,
            tip.step,
            recipients,
            locked=tip.locked,
            leader=one.leader_id,
            more=not one.announced,
            care=tip.care,
        )
    return steps


def joining_tips(session: Session, tip_ids: Sequence[int], at: datetime) -> dict[int, Following]:
    """Returns the waiting tips that join a cluster. Each tip is also compared with those before it in this order."""
    since = at - rules_duplicates.DAY
    new = queries_duplicates.repeated_tips(
        session,
        tip_ids,
        since,
        contact=rules_duplicates.MAX_DANGERS,
        words=rules_duplicates.MAX_SAME_TEXT,
    )
    if not new:
        return {}
    groups: dict[tuple[str, str], list[ComparedTip]] = defaultdict(list)
    for one in queries_duplicates.earlier_tips(session, new.values(), since):
        if one.tip_id not in new:
            groups[one.place, one.official].append(one)

    joined: dict[int, Following] = {}
    for tip_id in tip_ids:
        trait = new.get(tip_id)
        if trait is None:
            continue
        group = groups[trait.place, trait.official]
        verdict = rules_duplicates.cluster_of(trait, group)
        leader = verdict.leader_id if verdict else None
        group.append(trait._replace(leader_id=leader))
        group.sort(key=lambda one: (one.at, one.tip_id))
        if verdict is not None:
            joined[tip_id] = verdict
        if leader != trait.leader_id:
            queries_duplicates.record_leaders(session, {tip_id: leader})
    return joined


def link_tips(
    session: Session, waiting: Sequence[WaitingTip], at: datetime
) -> Sequence[WaitingTip]:
    """Links tips that are alerted for the first time to earlier tips that are probably about the same matter.

    Exclusions from an earlier tip of the same phone also apply to the new tip, before any alert.
    """
    fresh = [tip.tip_id for tip in waiting if tip.step == 0]
    if not fresh or len(fresh) > MAX_COMPARED:
        return waiting
    found = [queries_duplicates.likely_earlier(session, tip_id, at) for tip_id in fresh]
    pairs = [
        pair for some in found if some for pair in rules_duplicates.likely_pairs(some[0], some[1:])
    ]
    if not pairs:
        return waiting
    queries_duplicates.add_links(session, pairs, BY_THE_LINE, at)
    tables_case_events.write_links(
        session, [(max(p.a, p.b), min(p.a, p.b), p.why) for p in pairs], at
    )
    carried = {one.b for one in pairs if _carries(session, one, at)}
    kept = queries_visible.excluded_responders(session, carried)
    return [tip._replace(kept_from=kept.get(tip.tip_id, tip.kept_from)) for tip in waiting]


def link_alerted(session: Session, tip_id: int, at: datetime) -> None:
    """Links a tip whose people were alerted before its kind was known. A danger alerts first, and asks then.

    Runs inside its caller's transaction, so it compares the tip with the nearest similar ones only.
    """
    found = queries_duplicates.likely_earlier(session, tip_id, at)
    if found:
        queries_duplicates.add_links(
            session, rules_duplicates.likely_pairs(found[0], found[1:]), BY_THE_LINE, at
        )


def _carries(session: Session, pair: LikelyPair, at: datetime) -> bool:
    """Applies the exclusions of a tip to a later tip of the same phone. Returns True if it wrote any."""
    if pair.why is not LinkReason.CONTACT:
        return False
    written = queries_visible.copy_exclusions(session, pair.a, pair.b, BY_THE_LINE, at)
    for row in written:
        why = f"{row.why}: {row.whom}: as of tip {pair.a}, which the same phone told"
        tables_audit.append_about_tip(session, pair.b, "tip_excluded", "clock", at, why)
        by, codes = EventActor("clock"), {WHY: row.why}
        key = str(row.id)
        service_case_events.write_event(
            session, pair.b, LoggedEvent.EXCLUDED, by, at, key=key, codes=codes
        )
    return bool(written)


def known_in_situation(
    session: Session, asked: Collection[tuple[int, int]]
) -> Mapping[tuple[int, int], str]:
    """Returns, by tip and responder, the name by which the responder knows another tip of the same situation.

    Leaves out responders who know no other. Returns nothing for more than 50 tips.
    """
    tip_ids = {tip_id for tip_id, _ in asked}
    if not tip_ids or len(tip_ids) > MAX_COMPARED:
        return {}
    beside = queries_duplicates.same_situation(session, tip_ids)
    found = {}
    for tip_id, who in asked:
        others = beside.get(tip_id)
        name = queries_references.known_reference(session, who, others) if others else None
        if name is not None:
            found[tip_id, who] = name
    return found


HOW_TO_GO = (Purpose.VISIT_SAFETY, Purpose.HOW, Purpose.UNANSWERED)
"""Purposes that a cluster sends once. It sends all others for each tip, by the tip's own name."""


def references_for(
    session: Session, tip: Tip, order: Notice, care: VisitSafety, *, again: bool
) -> Mapping[int, Sequence[KnownName]]:
    """Returns, by responder, the names for this message. Leaves out responders who have it already."""
    own = {
        who: [KnownName(tip.id, tip.urgency, row.id, row.reference)]
        for who, row in queries.newest_by_responder(session, tip.id).items()
    }
    if order.purpose not in HOW_TO_GO:
        return own
    company = queries_references.cluster_of(session, tip)
    known = queries_references.known_names(session, company)
    says, first = rules_duplicates.instruction_of(order.purpose, care), company[0].id
    again = again and order.purpose is Purpose.HOW
    return own | {
        who: rules_duplicates.names_for(some, tip.id, first, says, again=again)
        for who, some in known.items()
    }


def with_strictest_visit(
    session: Session, steps: Sequence[EscalationStep]
) -> Sequence[EscalationStep]:
    """Returns the steps, each with the visit safety of the strictest tip in its cluster.

    Only later steps change. At its first step, a tip follows a cluster and alerts no one, or it is alone.
    """
    later = {one.tip_id for one in steps if one.number > 0}
    together = queries_references.tips_in_clusters(session, later) if later else set()
    if not together:
        return steps
    cares = {}
    for tip_id in together & later:
        company = queries_references.cluster_of(session, queries.tip_for_writing(session, tip_id))
        cares[tip_id] = rules_duplicates.strictest(visit_facts_of(one).care for one in company)
    return [
        one._replace(
            care=rules_duplicates.strictest((one.care, cares.get(one.tip_id, VisitSafety.NONE)))
        )
        for one in steps
    ]


def people_to_notify_of_erasure(
    session: Session, tip: Tip, people: Collection[Recipient], at: datetime
) -> Sequence[Recipient]:
    """Returns the people to notify of an erasure request, each with the name by which they know the case.

    Leaves out people who had this notice for the cluster within the last day.
    """
    company = queries_references.cluster_of(session, tip)
    known = queries_references.known_names(session, company)
    who = {one.responder_id for one in people}
    told = queries_references.recently_sent(
        session, who, Template.ERASE_WANTED, at - rules_duplicates.DAY
    )
    named = [
        replace(one, reference=rules_duplicates.name_for(some, tip.id, company[0].id).reference)
        if (some := known.get(one.responder_id))
        else one
        for one in people
    ]
    return [one for one in named if (one.responder_id, one.reference) not in told]
