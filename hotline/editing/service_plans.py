"""Publishes drafts at a planned time, or at once in an emergency, and withdraws the texts of a draft at their planned
end.

An approver approves a draft together with the times when it is published and when its texts end. The clock process then
publishes the draft and withdraws its texts on time. The clock process publishes nothing if the draft, or the published
version of the same parts, changed after the approval. The approver and the authors then get news about the stopped
plan. In an emergency, one approver alone publishes texts. The texts of an emergency publication stay live for four
hours. Within that time, a second person confirms the texts or restores the old ones.

Also lists the publication history and restores older states of the flows.
"""

import hashlib
import json
import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hotline.alerts import service_messages
from hotline.core.actors import AccountRole, Actor
from hotline.core.contexts import Context, reads
from hotline.core.database import Session
from hotline.core.documents import Document
from hotline.core.wording import Template
from hotline.editing import service_publish, tables
from hotline.editing.rules_difference import parts_needing_approver
from hotline.editing.rules_drafts import (
    EMERGENCY_DURATION,
    ENTRIES,
    NUMBERS,
    WHY_LETTERS,
    Author,
    DraftState,
    NewsKind,
    emergency_end,
    part_of,
    restored_document,
    with_part,
)
from hotline.editing.rules_forms import Merged, Side
from hotline.editing.service_drafts import (
    GatheredDraft,
    Refusal,
    actor_of,
    document_of,
    gather_draft,
    is_as_read,
    live_revision,
    log_command,
    may_publish,
    merge,
)
from hotline.editing.service_news import add_news, authors_of
from hotline.editing.service_publish import (
    approvable,
    check_publishable,
    check_translations,
    publish_in_transaction,
    publish_prepared,
    read_by_two,
)
from hotline.editing.tables import DraftPlan, DraftRow, PlanState
from hotline.flows import service_authoring
from hotline.flows import tables as flows_tables
from hotline.flows.tables import Publication, PublicationKind
from hotline.people import tables as people_tables
from hotline.people.tables_accounts import is_same_person
from hotline.text.errors import DraftRefused, FlowInvalid, NotFound, NotReady, StoreUnavailable
from hotline.text.time import KIGALI, kigali_time

logger = logging.getLogger(__name__)

CLOCK = "clock"
LONGEST = timedelta(days=366)
"""The planned publication and the planned end of a text must come within this time after the approval."""


class Times(NamedTuple):
    """The times of publication and withdrawal that an approver approves with a draft. Without `publish_at`, the draft
    is published at once. Without `withdraw_at`, the text has no planned end."""

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
) -> Publication | None:
    """Publishes a submitted draft now, or plans its publication. Also plans the time when its text ends, if `times`
    contains such a time. Returns None if the clock process will publish the draft later. Refuses each draft that
    `approvable` refuses.

    Raises DraftRefused, NotFound, NotReady, StoreUnavailable.
    """
    gathered, row = approvable(
        context, by, draft_id, digest, note=note, alone=alone, keeps_languages=keeps_languages
    )
    now = context.now()
    if not times.are_valid(now):
        raise DraftRefused(Refusal.TIMES)
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
                plan.publication_id = row.id
                session.add(plan)

        return publish_in_transaction(context, by, gathered, row, also)
    with context.database.writing() as session:
        change = tables.get_draft(session, draft_id, held=True)
        if change.state != DraftState.SUBMITTED or not is_as_read(session, gathered):
            raise DraftRefused(Refusal.CHANGED)
        change.state = DraftState.PLANNED
        tables.cancel_publication_plans(session, draft_id, now)
        session.add(plan)
        log_command(session, context, by, "change_planned", f"change {draft_id}", change.title)
        said = times.publish_at.isoformat()
        add_news(session, NewsKind.APPROVED, change, authors_of(session, change), by, now, said)
    return None


def compared(gathered: GatheredDraft) -> str:
    """Returns one digest of everything that an approver compares: the draft, and the published version of each part
    that the draft edits."""
    parts = {part: part_of(gathered.live, part) for part in gathered.steps}
    written = json.dumps([gathered.own_digest, parts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def planned(context: Context, draft_id: int | None = None) -> Sequence[ListedPlan]:
    """Returns the plans of all drafts, or of one draft. Leaves out plans that the clock process has already carried
    out. Raises StoreUnavailable."""
    with context.database.reading() as session:
        return [
            ListedPlan(plan, tables.get_draft(session, plan.draft_id).title)
            for plan in tables.open_plans(session, draft_id)
        ]


def cancel(context: Context, by: Author, plan_id: int) -> None:
    """Cancels a planned publication or a planned end of a text. If the draft is not published yet, the draft waits for
    an approver again. If the draft is published, the text of the draft then has no planned end. An author of a text
    cannot cancel the planned end of this text. The approver and the other authors get news.

    Raises DraftRefused, NotFound, StoreUnavailable.
    """
    with context.database.writing() as session:
        plan = tables.held_plan(session, plan_id)
        if plan is None or plan.state not in tables.OPEN:
            raise NotFound("this planned publication does not exist: load the page again")
        change = tables.get_draft(session, plan.draft_id, held=True)
        if plan.publication_id is not None:
            hands = (*tables.step_authors(session, change.id), change.proposer)
            if not may_publish(session, by, [one for one in hands if one is not None]):
                raise DraftRefused(Refusal.OWN_HAND)
            people = (plan.approved_by_id, *authors_of(session, change))
            add_news(session, NewsKind.END_CANCELLED, change, people, by, context.now())
        plan.state, plan.ended_at = PlanState.CANCELLED, context.now()
        _resubmit(change)
        log_command(session, context, by, "plan_cancelled", f"change {change.id}", change.title)


def carry_out_due(context: Context) -> None:
    """Publishes and withdraws texts on time. The function may run at any time and on several machines. The function
    carries out each plan only once, because the transaction that publishes also changes the state of the plan. A plan
    that fails does not stop other plans.

    While an emergency text waits for its confirmation, the function carries out no plan. Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        if flows_tables.unsettled(session) is not None:
            return
        plans = tables.due(session, context.now())
    for plan in plans:
        try:
            _carry_out(context, plan)
        except StoreUnavailable:
            raise
        except Exception as broken:
            logger.error("planned publication %s failed: %s", plan.id, type(broken).__name__)


def _carry_out(context: Context, plan: DraftPlan) -> None:
    """Publishes or withdraws the text of a plan. If this is not possible, stops the plan until a person decides about
    it. If another publication or an emergency change is the reason, the clock process tries again in its next run."""
    try:
        (_publish if plan.state == PlanState.WAITING else _withdraw)(context, plan)
    except FlowInvalid:
        _hold(context, plan)
    except DraftRefused as refused:
        if refused.refusal not in (Refusal.CHANGED, Refusal.EMERGENCY_STANDS):
            _hold(context, plan)


def _publish(context: Context, plan: DraftPlan) -> None:
    with context.database.reading() as session:
        gathered, at = gather_draft(session, plan.draft_id), context.now()
        approvers = tables.members(session, {AccountRole.APPROVER})
        # If a plan names no account, a person at the command line approved the plan.
        approves = plan.approved_by_id is None or any(
            one.id == plan.approved_by_id and not one.is_suspended(at) for one in approvers
        )
    is_late = plan.withdraw_at is not None and plan.withdraw_at <= at
    is_planned = gathered.change.state == DraftState.PLANNED
    if not approves or is_late or not is_planned or compared(gathered) != plan.against:
        _hold(context, plan)
        return
    service_publish.check_publishable(context, gathered, keeps_languages=plan.keeps_languages)
    row = service_publish.approved_row(gathered.change, plan.approved_by, plan.note)

    def also(session: Session) -> None:
        mine = _taken(session, plan)
        mine.publication_id = row.id
        mine.state = PlanState.LIVE if mine.withdraw_at else PlanState.DONE

    publish_in_transaction(context, CLOCK, gathered, row, also)


def _withdraw(context: Context, plan: DraftPlan) -> None:
    """Restores the old values of the fields that the draft changed. Does not change phone numbers, short codes, or
    texts that editors changed after the publication of the draft."""
    with context.database.reading() as session:
        live, now = live_revision(session)
        row = flows_tables.find(session, plan.publication_id or 0)
        older = None if row is None else flows_tables.previous(session, row.id)
        if row is None or older is None:
            raise NotReady(service_authoring.NO_FLOWS)
        parts = [*tables.newest_versions(session, plan.draft_id)]
        after = document_of(session, row.revision_id)
        before = document_of(session, older.revision_id)
        title = tables.get_draft(session, plan.draft_id).title
    document = without_fields(parts, before, after, now)
    is_same = service_authoring.are_same(document, now)
    if not is_same:
        service_publish.check_new_errors(context, document, now)
    ready = service_authoring.prepare(document)
    said = Publication(published_by=CLOCK, kind=PublicationKind.ENDED, reason=title)
    with context.database.writing() as session:
        flows_tables.take_lock(session)
        if flows_tables.unsettled(session) is not None:
            return
        change = tables.get_draft(session, plan.draft_id, held=True)
        mine = _taken(session, plan)
        if not is_same:
            service_publish.publish_prepared(session, context, ready, said, after=live.id)
            log_command(session, context, CLOCK, "text_ended", f"change {change.id}", title)
        mine.state, mine.ended_at = PlanState.DONE, context.now()
        people = (mine.approved_by_id, *authors_of(session, change))
        add_news(session, NewsKind.ENDED, change, people, CLOCK, context.now())


def without_fields(
    parts: Sequence[str], before: Document, after: Document, now: Document
) -> Document:
    """Returns the flows in `now` without the changes between `before` and `after`.

    A text that an editor changed again later keeps its newest version. Raises DraftRefused if an editor later changed
    one of the edited fields again, and this field is not a text.
    """
    document: Mapping[str, Any] = now
    for part in parts:
        if part in (NUMBERS, ENTRIES):
            continue
        versions = part_of(after, part), part_of(now, part), part_of(before, part)
        one: Merged = merge(*versions)
        if any(not clash.place.language for clash in one.clashes):
            raise DraftRefused(Refusal.CLASHES)
        if one.clashes:
            one = merge(*versions, {clash.key: Side.THEIRS for clash in one.clashes})
        document = with_part(document, part, one.document)
    return document


def _hold(context: Context, plan: DraftPlan) -> None:
    """Stops a plan until a person decides about the plan, and sends news to the approver and the authors."""
    with context.database.writing() as session:
        change = tables.get_draft(session, plan.draft_id, held=True)
        mine = _taken(session, plan)
        mine.state = PlanState.HELD
        people = (mine.approved_by_id, *authors_of(session, change))
        add_news(session, NewsKind.HELD, change, people, CLOCK, context.now())
        _resubmit(change)


def _resubmit(change: DraftRow) -> None:
    if change.state == DraftState.PLANNED:
        change.state = DraftState.SUBMITTED


def _taken(session: Session, plan: DraftPlan) -> DraftPlan:
    """Locks the row of a plan until the transaction ends. Raises NotFound if another process has carried out or
    cancelled the plan."""
    mine = tables.held_plan(session, plan.id)
    if mine is None or mine.state != plan.state:
        raise NotFound(
            f"another process has published or cancelled planned publication {plan.id} already"
        )
    return mine


LISTED = 100


class StateToRestore(NamedTuple):
    """An older publication that can be restored. Before the state is restored, a person reads the difference between
    `before` and `after`."""

    publication: Publication
    is_read: bool
    """False if the publication contains text that one person published alone and that no second person read."""
    before: Document
    """The flows that callers see now."""
    after: Document
    digest: str
    """The digest of `after`. The form that restores the state contains this digest. The service restores the state only
    if the digest of `after` is still the same."""
    live_id: int
    old: Document
    """The older state exactly as it was published, with the numbers and short codes of that time."""


def history(context: Context) -> Sequence[tuple[Publication, bool]]:
    """Returns the publications, newest first. Each publication comes with True if two people read its texts, and with
    False otherwise. Raises StoreUnavailable."""
    with context.database.reading() as session:
        read = read_by_two(session)
        return [(row, row.id in read) for row in flows_tables.history(session, LISTED)]


current_publication = reads(flows_tables.current)


def newest_by_flow(context: Context, flows_named: Collection[str]) -> Mapping[str, Publication]:
    """Returns, for each flow, its newest publication.

    Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        rows = flows_tables.history(session, LISTED)
        edited = tables.parts_edited(session, [one.draft_id for one in rows if one.draft_id])
    found: dict[str, Publication] = {}
    for row in rows:
        for name in flows_named if row.draft_id is None else edited[row.draft_id]:
            found.setdefault(name, row)
    return found


class PublicationToRead(NamedTuple):
    """A publication, with the flows that callers saw before and after it."""

    publication: Publication
    older: Publication | None
    """The publication with which a person compares this publication."""
    before: Document
    after: Document


def _to_read(session: Session, row: Publication, older: Publication | None) -> PublicationToRead:
    after = document_of(session, row.revision_id)
    before = after if older is None else document_of(session, older.revision_id)
    return PublicationToRead(row, older, before, after)


def of_change(context: Context, draft_id: int) -> PublicationToRead | None:
    """Returns the publication of a draft, compared with the publication before it. Returns None if the draft was not
    published.

    Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        row = flows_tables.of_change(session, draft_id)
        older = None if row is None else flows_tables.previous(session, row.id)
        return None if row is None or older is None else _to_read(session, row, older)


def preview(context: Context, publication_id: int) -> StateToRestore:
    """Returns the flows that callers would see after a publication is restored.

    Raises NotFound, NotReady, StoreUnavailable.
    """
    with context.database.reading() as session:
        row = flows_tables.find(session, publication_id)
        if row is None:
            raise NotFound(f"there is no publication {publication_id}: choose one from the list")
        live, before = live_revision(session)
        old = document_of(session, row.revision_id)
        is_read = row.id in read_by_two(session)
    after = restored_document(old, before)
    return StateToRestore(
        row, is_read, before, after, service_authoring.digest_of(after), live.id, old
    )


def restore(
    context: Context, by: Author, publication_id: int, reason: str, digest: str
) -> Publication:
    """Publishes an older state of the flows again. One person may restore a state alone, but only a state that two
    people read.

    Raises DraftRefused, NotFound, StoreUnavailable.
    """
    reason = reason.strip()
    if not reason:
        raise DraftRefused(Refusal.SHORT_REASON)
    state = preview(context, publication_id)
    if state.digest != digest:
        raise DraftRefused(Refusal.CHANGED)
    if not state.is_read:
        raise DraftRefused(Refusal.READ_BY_ONE)
    said = Publication(
        published_by=by.name,
        published_by_id=by.account_id,
        kind=PublicationKind.BACK,
        reason=reason,
    )
    if service_authoring.are_same(state.after, state.before):
        raise DraftRefused(Refusal.EMPTY)
    service_publish.check_new_errors(context, state.after, state.before, state.old)
    return publish_restored(context, state, said, actor=by)


def publish_restored(
    context: Context, state: StateToRestore, row: Publication, *, actor: Author | str
) -> Publication:
    """Publishes a restored state in one transaction. Raises DraftRefused, StoreUnavailable. Raises FlowInvalid if the
    flows cannot run."""
    ready = service_authoring.prepare(state.after)
    with context.database.writing() as session:
        flows_tables.take_lock(session)
        done = publish_prepared(session, context, ready, row, after=state.live_id)
        what = f"revision {state.publication.revision_id}"
        log_command(session, context, actor, "flows_brought_back", what, row.reason)
    return done


LAPSED = "no one confirmed an emergency text"


current_emergency = reads(flows_tables.unsettled)
"""Returns the emergency change that no second person has confirmed. Every page of the console shows it in a red bar."""


def emergency_difference(context: Context) -> PublicationToRead | None:
    """Returns the emergency change that waits for confirmation, compared with the newest flows that two people read.
    Returns None if no emergency change waits.

    Raises NotFound, StoreUnavailable.
    """
    with context.database.reading() as session:
        row = flows_tables.unsettled(session)
        return None if row is None else _to_read(session, row, _read_by_two(session, row))


def publish(
    context: Context,
    by: Author,
    draft_id: int,
    reason: str,
    digest: str,
    *,
    keeps_languages: bool = False,
) -> Publication:
    """Publishes a draft on the decision of one person, who may be the author of the draft.

    Only text changes and the removal of a phone number are allowed. The hotline notifies the on-call contacts and the
    national desk at once. If an earlier emergency change is still unconfirmed, a second emergency change ends no
    later than the earlier one. Raises DraftRefused, NotFound, NotReady, StoreUnavailable.
    """
    reason = reason.strip()
    if len(reason) < WHY_LETTERS:
        raise DraftRefused(Refusal.SHORT_REASON)
    with context.database.reading() as session:
        gathered = gather_draft(session, draft_id)
        before = flows_tables.unsettled(session)
    check_publishable(context, gathered, keeps_languages=True)
    if gathered.digest != digest:
        raise DraftRefused(Refusal.CHANGED)
    if beyond := parts_needing_approver(gathered.live, gathered.document):
        raise DraftRefused(Refusal.BEYOND_WORDS, beyond)
    if not keeps_languages:
        check_translations(gathered)

    until = context.now() + EMERGENCY_DURATION if before is None else _ends(before)
    said = Publication(
        published_by=by.name,
        published_by_id=by.account_id,
        kind=PublicationKind.EMERGENCY,
        reason=reason,
        draft_id=draft_id,
        lapses_at=until,
    )
    return publish_in_transaction(
        context, by, gathered, said, lambda session: _notify(session, context, until)
    )


def confirm(
    context: Context, by: Author, publication_id: int, *, appointed_by: Collection[str] = ()
) -> None:
    """Confirms an emergency change, so that it stays published. `by` is the second person, who has read the texts.
    `appointed_by` are the actors who gave the second person the role of an approver. Raises DraftRefused,
    StoreUnavailable.
    """
    with context.database.writing() as session:
        flows_tables.take_lock(session)
        row = flows_tables.unsettled(session)
        if row is None or row.id != publication_id:
            raise DraftRefused(Refusal.SETTLED)
        # One confirmation covers the texts of this publication and of the earlier publications that no second person
        # read.
        base = _read_by_two(session, row)
        since = 0 if base is None else base.id
        unread = [one for one in flows_tables.history(session) if since < one.id <= row.id]
        own = [Actor(one.published_by, one.published_by_id) for one in unread]
        hands = [*own]
        for one in unread:
            hands += tables.step_authors(session, one.draft_id) if one.draft_id else ()
        if not may_publish(session, by, hands):
            raise DraftRefused(Refusal.OWN_HAND)
        if any(
            is_same_person(session, one, actor_of(hand)) for one in appointed_by for hand in own
        ):
            raise DraftRefused(Refusal.APPOINTED)
        row.settled_at = context.now()
        row.approved_by = by.name
        what = f"revision {row.revision_id}"
        log_command(session, context, by, "emergency_confirmed", what, row.reason)


def end_unconfirmed(context: Context) -> Publication | None:
    """Restores the last texts that two people read, if no one confirmed the emergency change in time. A timed job calls
    this function. Raises StoreUnavailable. Raises FlowInvalid if the older flows cannot run any more. If the older
    flows cannot run, the alarm about the emergency change continues.
    """
    with context.database.reading() as session:
        row = flows_tables.unsettled(session)
        if row is None or _ends(row) > context.now():
            return None
        before = _read_by_two(session, row)
    if before is None:
        return None
    state = preview(context, before.id)
    said = Publication(published_by=CLOCK, kind=PublicationKind.BACK, reason=LAPSED)
    try:
        return publish_restored(context, state, said, actor=CLOCK)
    except DraftRefused:
        return None


def _read_by_two(session: Session, row: Publication) -> Publication | None:
    """Returns the newest earlier publication that two people read."""
    older = [one for one in read_by_two(session) if one < row.id]
    return flows_tables.find(session, max(older)) if older else None


def _notify(session: Session, context: Context, until: datetime) -> None:
    """Notifies the national desk of an emergency change, in the transaction that publishes the change. A separate
    alarm notifies the on-call contacts."""
    at = context.now()
    said = {
        "time": kigali_time(at),
        "until": f"{until.astimezone(KIGALI):%H:%M}",
    }
    for one in people_tables.national_people(session, at):
        service_messages.notify_person(session, one, Template.WORDS_URGENT, at, **said)


def _ends(row: Publication) -> datetime:
    return emergency_end(row.published_at, row.lapses_at)
