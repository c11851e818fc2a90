"""Publishes approved drafts at their time, and withdraws their texts at their end. The clock process calls this module.

An approver approves the draft together with its times. If the draft or the published parts that the approver compared
have changed meanwhile, nothing is published, and the approver and the authors get news.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hotline.core.actors import AccountRole
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.documents import Document
from hotline.editing import service_publish, tables, tables_news, tables_plans
from hotline.editing.rules_drafts import (
    ENTRIES,
    NUMBERS,
    Author,
    DraftState,
    NewsKind,
    part_of,
    with_part,
)
from hotline.editing.rules_merging import Merged, Side
from hotline.editing.service_drafts import (
    DraftPublished,
    DraftRefused,
    GatheredDraft,
    Refusal,
    assemble,
    document_of,
    gather_draft,
    is_as_read,
    log_command,
    may_publish,
    merge,
)
from hotline.editing.service_news import add_news, authors_of
from hotline.editing.service_publish import approvable, publish_in_transaction
from hotline.editing.tables import DraftRow
from hotline.editing.tables_plans import DraftPlan, PlanState
from hotline.errors import FlowInvalid, NotFound, NotReady, StoreUnavailable
from hotline.flows import service_authoring
from hotline.flows import tables as flows_tables
from hotline.flows.tables import Publication, PublicationKind

logger = logging.getLogger(__name__)

CLOCK = "clock"
LONGEST = timedelta(days=366)
"""The longest time between an approval and what it plans."""


class Times(NamedTuple):
    """The times that an approver approves with a draft. None means now, or without an end."""

    publish_at: datetime | None = None
    withdraw_at: datetime | None = None

    def are_valid(self, now: datetime) -> bool:
        given = [one for one in self if one is not None]
        return all(now < one < now + LONGEST for one in given) and given == sorted(set(given))


class ListedPlan(NamedTuple):
    plan: DraftPlan
    title: str


def approve(
    context: Context,
    by: Author,
    draft_id: int,
    digest: str,
    times: Times,
    *,
    note: str = "",
    alone: bool = False,
    keeps_languages: bool = False,
) -> DraftPublished | DraftRefused | None:
    """Publishes a submitted draft, or plans its publication and the end of its text. Returns None if it is published
    later. The function `approvable` decides what is refused.

    Raises NotFound, NotReady, StoreUnavailable.
    """
    ready = approvable(
        context, by, draft_id, digest, note=note, alone=alone, keeps_languages=keeps_languages
    )
    if isinstance(ready, DraftRefused):
        return ready
    now, gathered = context.now(), ready.gathered
    if not times.are_valid(now):
        return DraftRefused(Refusal.TIMES)
    plan = DraftPlan(
        draft_id=draft_id,
        state=PlanState.LIVE if times.publish_at is None else PlanState.WAITING,
        publish_at=times.publish_at,
        withdraw_at=times.withdraw_at,
        against=compared(gathered),
        keeps_languages=keeps_languages,
        note=note,
        approved_by_id=by.account_id,
        approved_by=by.name,
        approved_at=now,
    )
    if times.publish_at is None:

        def also(session: Session) -> None:
            if times.withdraw_at is not None:
                plan.publication_id = ready.row.id
                session.add(plan)

        return publish_in_transaction(context, by, *ready, also)
    with context.database.writing() as session:
        change = tables.get_draft(session, draft_id, held=True)
        if change.state != DraftState.SUBMITTED or not is_as_read(session, gathered):
            return DraftRefused(Refusal.CHANGED)
        change.state = DraftState.PLANNED
        for older in tables_plans.open_plans(session, draft_id):
            older.state, older.ended_at = PlanState.CANCELLED, now
        session.add(plan)
        log_command(session, context, by, "change_planned", f"change {draft_id}", change.title)
        said = f"{times.publish_at.isoformat()}"
        add_news(session, NewsKind.APPROVED, change, authors_of(session, change), by, now, said)
    return None


def compared(gathered: GatheredDraft) -> str:
    """Returns the digest of what an approver compares: the draft, and the published version of each of its parts."""
    parts = {part: part_of(gathered.live, part) for part in gathered.steps}
    written = json.dumps([gathered.own_digest, parts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def planned(context: Context, draft_id: int | None = None) -> Sequence[ListedPlan]:
    """Returns the plans that are not carried out yet, of all drafts or of one. Raises StoreUnavailable."""
    with context.database.reading() as session:
        return [
            ListedPlan(plan, tables.get_draft(session, plan.draft_id).title)
            for plan in tables_plans.open_plans(session, draft_id)
        ]


def cancel(context: Context, by: Author, plan_id: int) -> DraftRefused | None:
    """Cancels a plan. A draft that was not published waits for an approver again. A published text then has no
    end. Its authors cannot cancel that end. The approver and the other authors get news.

    Raises NotFound, StoreUnavailable.
    """
    with context.database.writing() as session:
        plan = tables_plans.held_plan(session, plan_id)
        if plan is None or plan.state not in tables_plans.OPEN:
            raise NotFound("there is no such planned publication: load the page again")
        change = tables.get_draft(session, plan.draft_id, held=True)
        if plan.publication_id is not None:
            hands = (*tables.step_authors(session, change.id), change.proposer)
            if not may_publish(session, by, [one for one in hands if one is not None]):
                return DraftRefused(Refusal.OWN_HAND)
            people = (plan.approved_by_id, *authors_of(session, change))
            add_news(session, NewsKind.END_CANCELLED, change, people, by, context.now())
        plan.state, plan.ended_at = PlanState.CANCELLED, context.now()
        _waits_again(change)
        log_command(session, context, by, "plan_cancelled", f"change {change.id}", change.title)
    return None


def carry_out_due(context: Context) -> None:
    """Publishes and withdraws texts on time. It may run at any time and on several machines: each plan is carried out
    once, because its state changes in the transaction that publishes. A plan that fails does not stop the others.

    Waits while an emergency text is not confirmed. Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        if flows_tables.unsettled(session) is not None:
            return
        plans = tables_plans.due(session, context.now())
    for plan in plans:
        try:
            (_publish if plan.state == PlanState.WAITING else _withdraw)(context, plan)
        except StoreUnavailable:
            raise
        except Exception as broken:
            logger.error("planned publication %s failed: %s", plan.id, type(broken).__name__)


def _publish(context: Context, plan: DraftPlan) -> None:
    with context.database.reading() as session:
        gathered = gather_draft(session, plan.draft_id)
        approves = _still_approves(session, plan, context.now())
    if not approves or (plan.withdraw_at is not None and plan.withdraw_at <= context.now()):
        return _hold(context, plan)
    made = assemble(gathered)
    if gathered.change.state != DraftState.PLANNED or compared(gathered) != plan.against:
        return _hold(context, plan)
    keeps = plan.keeps_languages
    if service_publish.publication_refusal(context, made, keeps_languages=keeps):
        return _hold(context, plan)
    row = service_publish.approved_row(gathered.change, plan.approved_by, plan.note)

    def also(session: Session) -> None:
        mine = _taken(session, plan)
        mine.publication_id = row.id
        mine.state = PlanState.LIVE if mine.withdraw_at else PlanState.DONE

    return _after(
        context, plan, publish_in_transaction(context, CLOCK, gathered, made.document, row, also)
    )


def _after(context: Context, plan: DraftPlan, done: DraftPublished | DraftRefused | None) -> None:
    """Stops a refused plan. After another publication, or during an emergency, the next tick tries again."""
    waits = (Refusal.CHANGED, Refusal.EMERGENCY_STANDS)
    if isinstance(done, DraftRefused) and done.refusal not in waits:
        _hold(context, plan)


def _still_approves(session: Session, plan: DraftPlan, at: datetime) -> bool:
    """Returns True if the account that approved the plan is active, and still an approver."""
    if plan.approved_by_id is None:  # A person at the command line approved the plan.
        return True
    approvers = tables_news.members(session, {AccountRole.APPROVER})
    return any(one.id == plan.approved_by_id and not one.is_suspended(at) for one in approvers)


def _withdraw(context: Context, plan: DraftPlan) -> None:
    """Restores only fields that the draft changed. Numbers, short codes and texts that were written since then stay."""
    with context.database.reading() as session:
        live = flows_tables.live_revision(session)
        row = flows_tables.find(session, plan.publication_id or 0)
        older = None if row is None else flows_tables.previous(session, row.id)
        if live is None or row is None or older is None:
            raise NotReady(service_authoring.NO_FLOWS)
        parts = [*tables.newest_versions(session, plan.draft_id)]
        now, after = document_of(session, live.id), document_of(session, row.revision_id)
        before = document_of(session, older.revision_id)
        title = tables.get_draft(session, plan.draft_id).title
    document = without_fields(parts, before, after, now)
    if document is None:
        return _hold(context, plan)
    if not service_authoring.are_same(document, now):
        digest = service_authoring.digest_of(document)
        found = service_publish.problems_of(context, document, digest)
        known = service_publish.problems_of(context, now, live.digest)
        if service_publish.divide_problems(found, known).blocking:
            return _hold(context, plan)
    try:
        ready = service_authoring.prepare(document)
    except FlowInvalid:
        return _hold(context, plan)
    said = Publication(published_by=CLOCK, kind=PublicationKind.ENDED, reason=title)
    done: DraftPublished | DraftRefused | None = None
    with context.database.writing() as session:
        flows_tables.take_lock(session)
        if flows_tables.unsettled(session) is not None:
            return None
        change = tables.get_draft(session, plan.draft_id, held=True)
        mine = _taken(session, plan)
        if not service_authoring.are_same(document, now):
            done = service_publish.publish_prepared(session, context, ready, said, after=live.id)
        if not isinstance(done, DraftRefused):
            if done is not None:
                log_command(session, context, CLOCK, "text_ended", f"change {change.id}", title)
            mine.state, mine.ended_at = PlanState.DONE, context.now()
            people = (mine.approved_by_id, *authors_of(session, change))
            add_news(session, NewsKind.ENDED, change, people, CLOCK, context.now())
    return _after(context, plan, done)


def without_fields(
    parts: Sequence[str], before: Document, after: Document, now: Document
) -> Document | None:
    """Returns the published flows of `now` without the edits that lead from `before` to `after`.

    A text that was written again since then stays. Returns None if anything else was changed again.
    """
    document: Mapping[str, Any] = now
    for part in parts:
        if part in (NUMBERS, ENTRIES):
            continue
        versions = part_of(after, part), part_of(now, part), part_of(before, part)
        one: Merged = merge(*versions)
        if any(not clash.place.language for clash in one.clashes):
            return None
        if one.clashes:
            one = merge(*versions, {clash.key: Side.THEIRS for clash in one.clashes})
        document = with_part(document, part, one.document)
    return document


def _hold(context: Context, plan: DraftPlan) -> None:
    """Stops a plan until a person decides, and tells the approver and the authors."""
    with context.database.writing() as session:
        change = tables.get_draft(session, plan.draft_id, held=True)
        mine, at = _taken(session, plan), context.now()
        is_over = mine.publication_id is None and change.state in (
            DraftState.LIVE,
            DraftState.DROPPED,
        )
        mine.state = PlanState.CANCELLED if is_over else PlanState.HELD
        mine.ended_at = at if is_over else None
        if not is_over:
            people = (mine.approved_by_id, *authors_of(session, change))
            add_news(session, NewsKind.HELD, change, people, CLOCK, at)
        _waits_again(change)


def _waits_again(change: DraftRow) -> None:
    if change.state == DraftState.PLANNED:
        change.state = DraftState.SUBMITTED


def _taken(session: Session, plan: DraftPlan) -> DraftPlan:
    """Locks a plan in this transaction. Raises NotFound if another process has carried it out or cancelled it."""
    mine = tables_plans.held_plan(session, plan.id)
    if mine is None or mine.state != plan.state:
        raise NotFound(
            f"another process has published or cancelled planned publication {plan.id} already"
        )
    return mine
