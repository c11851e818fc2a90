"""Finds pending tips that join a cluster of similar tips, or that are linked to a similar tip. Stores the digests that
are needed to compare tips. The digests are kept for one day.

Also chooses the reference in a message about visits, if several tips share one alert. The document docs/decisions/08
explains why.

The functions run inside the transaction of the calling function. The rules are in `tips/rules_events.py`.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hotline.alerts import queries, queries_references, service_case, tables_case_events
from hotline.alerts.rules_assignment import Candidate
from hotline.alerts.rules_escalation import EscalationStep, WaitingTip
from hotline.alerts.rules_escalation_steps import Notice, partner_recipients
from hotline.alerts.service_case import visit_facts_of
from hotline.alerts.tables import Recipient
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.people import tables_audit
from hotline.tips import queries as tips_queries
from hotline.tips import queries_visible, rules_events
from hotline.tips.queries import BY_THE_LINE, LikenessKeys, ReportedTip
from hotline.tips.rules import VisitSafety
from hotline.tips.rules_events import (
    WHY,
    ComparedTip,
    Following,
    KnownName,
    LikelyPair,
    LinkReason,
    LoggedEvent,
    Purpose,
)
from hotline.tips.tables import Tip

WHO = "who"
MAX_COMPARED = 50
"""The largest number of tips that are compared in one batch. If very many tips arrive at once, many are similar, and
links do not help."""


def comparison_keys(context: Context, answers: Mapping[str, str], at: datetime) -> LikenessKeys:
    """Returns the digests by which a new tip is compared with other tips."""
    typed, who = rules_events.typed_text(answers), answers.get(WHO)
    digest = context.pseudonyms.likeness
    return LikenessKeys(
        words=digest("words", typed, at) if typed is not None else None,
        who=digest(WHO, who, at) if who else None,
    )


def store_keys(session: Session, tip: ReportedTip, keys: LikenessKeys, kind: str | None) -> bool:
    """Stores the digests of a tip that was just written. Returns True if the tip is in a cluster and must be compared
    again.

    A tip must be compared again if the caller has just answered what happens at the place, or who needs help. `kind` is
    the category of the tip before this hop.
    """
    known = tip.likeness
    if known is None:
        tips_queries.store_digests(
            session, tip.id, keys, contact_key=tip.contact_key, at=tip.updated_at
        )
        return False
    told_more = known.who != keys.who or kind != tip.category
    if not told_more and known == keys:
        return False
    return tips_queries.replace_digests(session, tip.id, keys) is not None and told_more


def join_clusters(
    session: Session, waiting: Sequence[WaitingTip], people: Sequence[Candidate], at: datetime
) -> dict[int, EscalationStep]:
    """Returns a step for each pending tip that joins a cluster. In this step, the people of the cluster get the case
    and at most one SMS.

    If none of these people is active any more, the tip leaves the cluster, and people are alerted of it separately.
    """
    joined = joining_tips(session, [tip.tip_id for tip in waiting], at)
    if not joined:
        return {}
    alerted = queries.alerted_by_tip(session, {one.leader_id for one in joined.values()})
    active = {one.id for one in people}
    steps = {}
    for tip in waiting:
        one = joined.get(tip.tip_id)
        if one is None:
            continue
        who = dict.fromkeys(
            known.responder_id for known in alerted[one.leader_id] if known.responder_id in active
        )
        if not who:
            tips_queries.record_leaders(session, {tip.tip_id: None})
            continue
        # A later tip may be about a camp or a border, even if the first tip of its cluster is not.
        near = partner_recipients(tip.case, people, alerted[one.leader_id])
        who |= dict.fromkeys(one for one in near if one not in tip.excluded)
        recipients = () if tip.alerted else tuple(who)
        steps[tip.tip_id] = EscalationStep(
            tip.tip_id,
            tip.case,
            tip.step,
            recipients,
            locked=tip.locked,
            leader=one.leader_id,
            more=not one.announced,
            safety=tip.safety,
        )
    return steps


def joining_tips(session: Session, tip_ids: Sequence[int], at: datetime) -> dict[int, Following]:
    """Returns the pending tips that join a cluster.

    Each tip is also compared with the pending tips before it.
    """
    since = at - rules_events.DAY
    new = tips_queries.repeated_tips(
        session,
        tip_ids,
        since,
        contact=rules_events.MAX_DANGERS,
        words=rules_events.MAX_SAME_TEXT,
    )
    if not new:
        return {}
    groups: dict[tuple[str, str], list[ComparedTip]] = defaultdict(list)
    for one in tips_queries.earlier_tips(session, new.values(), since):
        if one.tip_id not in new:
            groups[one.place, one.official].append(one)

    joined: dict[int, Following] = {}
    for tip_id in tip_ids:
        trait = new.get(tip_id)
        if trait is None:
            continue
        group = groups[trait.place, trait.official]
        verdict = rules_events.cluster_of(trait, group)
        leader = verdict.leader_id if verdict else None
        group.append(trait._replace(leader_id=leader))
        group.sort(key=lambda one: (one.at, one.tip_id))
        if verdict is not None:
            joined[tip_id] = verdict
        if leader != trait.leader_id:
            tips_queries.record_leaders(session, {tip_id: leader})
    return joined


def link_tips(
    session: Session, waiting: Sequence[WaitingTip], at: datetime
) -> Sequence[WaitingTip]:
    """Links new tips, before people are alerted, to earlier tips that are probably about the same situation.

    Also copies exclusions from an earlier tip of the same phone to the new tip.
    """
    fresh = [tip.tip_id for tip in waiting if tip.step == 0]
    if not fresh or len(fresh) > MAX_COMPARED:
        return waiting
    found = [tips_queries.likely_earlier(session, tip_id, at) for tip_id in fresh]
    pairs = [
        pair for some in found if some for pair in rules_events.likely_pairs(some[0], some[1:])
    ]
    if not pairs:
        return waiting
    tips_queries.add_links(session, pairs, BY_THE_LINE, at)
    tables_case_events.write_links(
        session, [(max(p.a, p.b), min(p.a, p.b), p.reason) for p in pairs], at
    )
    carried = {one.b for one in pairs if _carries(session, one, at)}
    kept = queries_visible.excluded_responders(session, carried)
    return [tip._replace(excluded=kept.get(tip.tip_id, tip.excluded)) for tip in waiting]


def link_alerted(session: Session, tip_id: int, at: datetime) -> None:
    """Links a tip of which people were alerted before the caller had named its category. If there is danger, people are
    alerted first, and the caller is asked afterwards.

    Compares the tip only with the most similar tips, because the function runs in the transaction of a hop.
    """
    found = tips_queries.likely_earlier(session, tip_id, at)
    if found:
        tips_queries.add_links(
            session, rules_events.likely_pairs(found[0], found[1:]), BY_THE_LINE, at
        )


def _carries(session: Session, pair: LikelyPair, at: datetime) -> bool:
    """Copies the exclusions of a tip to a later tip of the same phone. Returns True if there was an exclusion to
    copy.
    """
    if pair.reason is not LinkReason.CONTACT:
        return False
    written = queries_visible.copy_exclusions(session, pair.a, pair.b, BY_THE_LINE, at)
    for row in written:
        why = f"{row.reason}: {row.party}: as for tip {pair.a} from the same phone"
        tables_audit.append_about_tip(session, pair.b, "tip_excluded", "clock", at, why)
        by, codes = service_case.EventActor("clock"), {WHY: row.reason}
        key = str(row.id)
        service_case.write_event(
            session, pair.b, LoggedEvent.EXCLUDED, by, at, key=key, codes=codes
        )
    return bool(written)


def known_in_situation(
    session: Session, asked: Collection[tuple[int, int]]
) -> Mapping[tuple[int, int], str]:
    """Returns the reference by which a responder knows another tip of the same situation. Each key has the ids of the
    tip and the responder.

    Leaves out responders who know no other tip of the situation. Returns an empty result for more than 50 tips.
    """
    tip_ids = {tip_id for tip_id, _ in asked}
    if not tip_ids or len(tip_ids) > MAX_COMPARED:
        return {}
    similar = tips_queries.same_situation(session, tip_ids)
    found = {}
    for tip_id, who in asked:
        others = similar.get(tip_id)
        name = queries_references.known_reference(session, who, others) if others else None
        if name is not None:
            found[tip_id, who] = name
    return found


HOW_TO_GO = (Purpose.VISIT_SAFETY, Purpose.HOW, Purpose.UNANSWERED)
"""Messages for these purposes are sent once for a whole cluster. Messages for other purposes are sent for each tip,
with the tip's own reference."""


def references_for(
    session: Session, tip: Tip, order: Notice, safety: VisitSafety, *, again: bool
) -> Mapping[int, Sequence[KnownName]]:
    """Returns the references that a message names, for each responder. Leaves out responders who have already got this
    message.
    """
    own = {
        who: [KnownName(tip.id, tip.urgency, row.id, row.reference)]
        for who, row in queries.newest_by_responder(session, tip.id).items()
    }
    if order.purpose not in HOW_TO_GO:
        return own
    company = queries_references.cluster_of(session, tip)
    known = queries_references.known_names(session, company)
    says, first = rules_events.instruction_of(order.purpose, safety), company[0].id
    again = again and order.purpose is Purpose.HOW
    return own | {
        who: rules_events.names_for(some, tip.id, first, says, again=again)
        for who, some in known.items()
    }


def with_strictest_visit(
    session: Session, steps: Sequence[EscalationStep]
) -> Sequence[EscalationStep]:
    """Returns the steps with the visit safety of the strictest tip in the cluster.

    Changes only steps after a tip's first step. At its first step, a tip is alone, or it joins a cluster and causes no
    alert of its own.
    """
    later = {one.tip_id for one in steps if one.number > 0}
    together = queries_references.tips_in_clusters(session, later) if later else set()
    if not together:
        return steps
    cares = {}
    for tip_id in together & later:
        company = queries_references.cluster_of(session, queries.tip_for_writing(session, tip_id))
        cares[tip_id] = rules_events.strictest(visit_facts_of(one).safety for one in company)
    return [
        one._replace(
            safety=rules_events.strictest((one.safety, cares.get(one.tip_id, VisitSafety.NONE)))
        )
        for one in steps
    ]


def people_to_notify_of_erasure(
    session: Session, tip: Tip, people: Collection[Recipient], at: datetime
) -> Sequence[Recipient]:
    """Returns the people who are notified of an erasure request, each with the reference by which they know the case.

    Leaves out people who got this notice for the same cluster within the last day.
    """
    company = queries_references.cluster_of(session, tip)
    known = queries_references.known_names(session, company)
    who = {one.responder_id for one in people}
    sent = queries_references.recently_sent(
        session, who, Template.ERASE_WANTED, at - rules_events.DAY
    )
    named = [
        replace(one, reference=rules_events.name_for(some, tip.id, company[0].id).reference)
        if (some := known.get(one.responder_id))
        else one
        for one in people
    ]
    return [one for one in named if (one.responder_id, one.reference) not in sent]
