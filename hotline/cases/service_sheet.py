"""Shows tips to a console account without their text: a page of the list of tips, and the page of a single tip.

Only the national desk may read the reasons of commands, because a reason may name a person who is known in the
district. A desk may also read why its member requested a closure, and why a second person refused this closure.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hotline.alerts import (
    queries,
    queries_references,
    queries_retention,
    service_case,
    service_closing,
)
from hotline.alerts import tables as alerts_tables
from hotline.cases import (
    decrypt_questions,
    service_desk_commands,
    service_pending_closures,
    service_persons,
    service_viewer,
    service_weekly_keys,
)
from hotline.cases import queries as cases_queries
from hotline.cases.service_viewer import is_national, viewer_of
from hotline.core import rules_trial
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.flows.flow import Question
from hotline.gateway import queries as gateway_queries
from hotline.people import tables, tables_accounts, tables_audit
from hotline.people.rules_audit import action_sentence, read_actor
from hotline.tips import queries as tips_queries
from hotline.tips import queries_visible
from hotline.tips import tables as tips_tables
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules import (
    Basis,
    DeadlineKind,
    Matter,
    TipState,
    Urgency,
    VisitFacts,
    acknowledge_due,
)
from hotline.tips.rules_events import PROOF, SAYS, LoggedEvent
from hotline.tips.rules_persons import COUNTING_PROOFS, FollowKind
from hotline.tips.rules_receipts import AskedAgain, TipFilter
from hotline.tips.tables import Tip

ROWS = 50
"""The maximum number of tips on one page of the list."""


class TipLine(NamedTuple):
    """A tip without its text, for a row of the list and for the top of the tip's own page."""

    id: int
    matter: str
    place: str
    within: str | None
    sector: str | None
    category: str | None
    urgency: int
    official: str
    is_child: bool
    is_fragment: bool
    channel: str
    is_drill: bool
    language: str
    """The language in which the caller reported."""
    filed_at: datetime | None
    visit_facts: VisitFacts
    visit_decision: str | None
    take_due: datetime | None
    """The time until which a responder should take the tip. None if no responder needs to take the tip."""
    is_late: bool
    """True if `take_due` has passed."""
    is_taken: bool
    """True if the tip has an assignee, and no other responder is asked to take the tip."""
    taken_by: str
    """The name of the assignee, or an empty text if the tip has none. The assignee stays the same while other
    responders are asked to take the tip."""
    asked: AskedAgain | None
    """The reason why other responders are asked to take the tip although it has an assignee."""
    is_helped: bool
    closed_at: datetime | None
    outcome: str | None
    outcome_asked: str | None
    closure_requested_at: datetime | None
    closure_age: timedelta | None
    """The time since a closure was requested. None if no request waits for a second person."""
    storm_order: int
    """The order of tips in a storm (very many tips about danger in one district). All tips of a sector except the first
    have 1 if the caller typed a text, or else 2. All other tips have 0."""
    linked: int
    question: str
    is_overdue: bool
    duty_at: datetime | None
    """The time when a person of the district comes on duty, if the hotline waits for this person before it alerts
    responders. Otherwise None."""
    is_held: bool
    erasure_asked_at: datetime | None
    erased_at: datetime | None
    goes_at: datetime
    """The time at which the text will be erased, unless the tip has a legal hold."""
    warned: bool
    owed: frozenset[FollowKind]
    """The kinds of follow-ups about persons that are overdue: a responder was reminded, but has not reported."""


OF_TIP = (
    *("id", "matter", "place", "within", "sector", "category", "urgency", "official", "language"),
    *("filed_at", "visit_decision", "closed_at", "outcome", "closure_requested_at"),
    *("erasure_asked_at", "erased_at", "channel"),
)
"""The fields of a `TipLine` that contain the same values as the row of the tip."""


class TipList(NamedTuple):
    lines: Sequence[TipLine]
    before: int | None
    """The id of the oldest tip on this page. None if this is the last page."""
    has_key: bool
    """True if this account can decrypt the key of at least one desk."""
    is_national: bool


def list_tips(
    context: ConsoleContext, by: SignedIn, wanted: TipFilter, *, before: int | None
) -> TipList:
    """Returns one page of the list of tips. The first page has the newest tips. On each page, late tips come first,
    then urgent tips. Raises StoreUnavailable.

    Each page contains the tips of one range of ids, so a later page can also have late tips. The board shows all late
    tips.
    """
    service_weekly_keys.delete_old_keys(context)
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        found = cases_queries.page_of_tips(session, viewer, wanted, before=before, limit=ROWS + 1)
        lines = lines_of(session, viewer, found[:ROWS], context.now())
    older = found[ROWS - 1].id if len(found) > ROWS else None
    return TipList(sorted(lines, key=_order), older, bool(viewer.desks), is_national(viewer))


class SearchKind(StrEnum):
    """The kind of a search for tips: by reference, by number or by place. The value of each kind is the name of the
    action in the audit log."""

    REFERENCE = "tip_searched_reference"
    NUMBER = "tip_searched_number"
    PLACE = "tip_searched_place"


def search(context: ConsoleContext, by: SignedIn, kind: SearchKind, sought: str) -> int | None:
    """Returns the id of the tip with this reference or number, if the account may see the tip. The row in the audit log
    names the kind of the search, but not the searched text.

    If the account may not see the tip, the answer and the row are the same as for a missing tip.
    """
    with context.database.writing() as session:
        viewer, found = viewer_of(session, by), None
        if kind is SearchKind.REFERENCE:
            found = cases_queries.tip_referenced(session, viewer, sought)
        elif kind is SearchKind.NUMBER:
            found = next(iter(cases_queries.visible_tips(session, viewer, [int(sought)])), None)
        actor = tables_audit.by_actor(by.actor)
        tables_audit.append_row(session, context.now(), actor, kind.value)
    return found


def _order(line: TipLine) -> tuple[bool, int, int, int]:
    """Returns a sorting key: late tips come first, then urgent tips, then the newest. In a storm (very many tips about
    danger in one district), the first tip from each sector comes first among these tips. Next come tips with text that
    the caller typed.

    Tips that need no action come last, the newest first.
    """
    waits = line.closed_at is None and not line.is_taken and not line.is_fragment
    asks = waits or line.closure_age is not None
    urgency = line.urgency if asks else Urgency.HEARD + 1
    return not line.is_late, urgency, line.storm_order if asks else 0, -line.id


def lines_of(
    session: Session, viewer: Viewer, found: Sequence[Tip], at: datetime
) -> Sequence[TipLine]:
    """Returns a `TipLine` for each of the given tips. Reads each table once for all tips together."""
    ids = [tip.id for tip in found]
    clocks = cases_queries.running_clocks(session, ids)
    others_asked = gateway_queries.asked_besides_assignee(session, ids)
    questions = cases_queries.question_states(session, ids)
    held = cases_queries.under_legal_hold(session, ids)
    linked = cases_queries.linked_counts(session, viewer, found)
    names = tables.responder_names(session) if ids else {}
    overdue = {tip_id for tip_id, kind, _ in clocks if kind == DeadlineKind.OVERDUE}
    waiting = {tip_id: due for tip_id, kind, due in clocks if kind == DeadlineKind.HELD}
    owed = cases_queries.overdue_follow_ups(session, ids)

    def line(tip: Tip) -> TipLine:
        asked, duty_at = others_asked.get(tip.id), waiting.get(tip.id)
        is_taken = tip.assignee_id is not None and asked is None
        take_due = None if is_taken else duty_at or _take_due(tip)
        return TipLine(
            **{name: getattr(tip, name) for name in OF_TIP},
            is_child=tip.basis == Basis.VITAL_INTEREST_CHILD,
            is_fragment=tip.state == TipState.FRAGMENT,
            is_drill=tip.channel == rules_trial.DRILL,
            visit_facts=service_case.visit_facts_of(tip),
            take_due=take_due,
            is_late=take_due is not None and take_due <= at,
            is_taken=is_taken,
            taken_by=names.get(tip.assignee_id or 0, ""),
            asked=asked,
            is_helped=tip.helped_at is not None,
            outcome_asked=tip.outcome_asked if tip.closure_by else None,
            closure_age=None
            if tip.closure_requested_at is None or tip.closed_at is not None
            else max(at - tip.closure_requested_at, timedelta()),
            storm_order=0 if tip.storm_at is None else 1 + (tip.words_at is None),
            linked=linked.get(tip.id, 0),
            question=questions.get(tip.id, ""),
            is_overdue=tip.id in overdue,
            duty_at=duty_at,
            is_held=tip.id in held,
            goes_at=queries_retention.term_of(tip, is_held=tip.id in held).goes_at,
            warned=tip.warned_at is not None,
            owed=owed.get(tip.id, frozenset()),
        )

    return [line(tip) for tip in found]


def _take_due(tip: Tip) -> datetime | None:
    if tip.filed_at is None or tip.closed_at is not None or tip.state == TipState.FRAGMENT:
        return None
    if tip.matter != Matter.TIP or tip.channel == rules_trial.DRILL:
        return None
    return acknowledge_due(tip.urgency, tip.filed_at, step=0)


HIDDEN = ("tip_exclu", "tip_refused", "case_file")
"""The names of some actions in the audit log begin with these texts. Only the national desk may see exclusions, refused
attempts to read, and actions on case files."""


FILED, MOVED, SILENT, DOUBTED, LOGGED = "filed", "moved", "silent", "doubted", "logged"
"""Kinds of entries in a timeline that are no kinds of case events. `LOGGED` is a row of the audit log."""
AUDITED = frozenset(
    (
        *(LoggedEvent.OPENED, LoggedEvent.ASKED, LoggedEvent.EXCLUDED, LoggedEvent.LINKED),
        *(LoggedEvent.CLOSED, LoggedEvent.CLOSURE_DECIDED, LoggedEvent.REOPENED),
    )
)
"""The kinds of case events that have a row in the audit log too. The timeline of the page shows only the row."""


class TimelineItem(NamedTuple):
    at: datetime
    came: str
    """The kind of the case event, or one of the other kinds. The content of a report about a person stays encrypted."""
    name: str = ""
    phrase: str = ""
    """For a row of the audit log, the sentence that describes the action."""
    outcome: str = ""
    """The outcome of a case, or the code of a note."""
    reason: str = ""
    place: str = ""
    entry_id: int = 0
    """The id of the case event, or 0 if the entry is not a case event."""
    corrects: bool = False
    """True if this entry corrects an earlier case event. Pages show both events."""


class TipSheet(NamedTuple):
    line: TipLine
    timeline: Sequence[TimelineItem]
    """The entries of the timeline, the oldest first."""
    linked: Sequence[int]
    """The ids of other tips from the same phone in the same week."""
    alike: Sequence[int]
    """The ids of the other tips about the same situation."""
    is_national: bool
    decides: bool
    """True if the account belongs to the desk that decides about the tip: the national desk, or an oversight desk."""
    needs_second: bool
    """True if a second person must confirm the closure of this tip."""
    may_confirm: bool
    """True if this account may confirm or refuse the requested closure."""
    has_opened: bool
    """True if this account's owner has opened the case after its closure was requested."""
    desk_decides: bool
    """True if only the national desk may decide about the closure."""
    decision_due: datetime | None
    """The time by which the national desk must decide what happens next with the tip. None if the tip has no such
    deadline."""
    reference: str
    """The reference by which this account's owner, as a responder, knows the case. Empty if the owner was not alerted
    of the tip."""
    holds: bool
    """True if the account's owner is the assignee, and no other responder is asked to take the tip."""
    questions: Mapping[str, Question]
    """The questions that the desk may ask the caller now, each with its name as the key."""
    exclusions: Sequence[tuple[int, str, str, str]]
    """The current exclusions from this tip. Each entry contains the id of the exclusion, the excluded person, the
    excluded desk and the reason. Empty unless the account belongs to the national desk."""
    persons: service_persons.CasePersons
    next_due: tuple[str, datetime] | None
    """The kind and the time of the deadline that ends next."""


def tip_sheet(context: ConsoleContext, by: SignedIn, tip_id: int) -> TipSheet:
    """Returns everything that the page of one tip shows. Raises NotFound if the tip does not exist, or if this account
    may not see it."""
    at = context.now()
    asks = decrypt_questions.approved_questions(context)
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        tip = cases_queries.visible_tip(session, viewer, tip_id)
        (line,) = lines_of(session, viewer, [tip], at)
        national, decides = is_national(viewer), service_viewer.decides(viewer, tip)
        known_as, me = "", service_closing.by_signed_command(session, by.actor, "").name
        if viewer.responder_id is not None:
            newest = queries.newest_assignment(session, tip.id, viewer.responder_id)
            known_as = "" if newest is None else newest.reference
        clocks = cases_queries.running_clocks(session, [tip.id])
        ring = {one.id for one in queries_references.cluster_of(session, tip) if one.id != tip.id}
        others = tips_queries.same_situation(session, [tip.id]).get(tip.id, frozenset())
        decision = alerts_tables.open_clocks(session, tip.id).get(DeadlineKind.DECISION)
        return TipSheet(
            line=line,
            timeline=sorted(_timeline(session, viewer, tip, decides), key=lambda one: one.at),
            linked=cases_queries.linked_tips(session, viewer, tip),
            alike=cases_queries.visible_tips(session, viewer, ring | others),
            is_national=national,
            needs_second=service_closing.needs_second(session, tip),
            decides=decides,
            may_confirm=decides
            and tip.closure_by is not None
            and not tables_accounts.is_same_person(session, tip.closure_by, me),
            has_opened=service_closing.has_opened(session, tip, me, tip.closure_requested_at),
            desk_decides=service_case.desk_decides(session, tip),
            decision_due=None if decision is None else decision.due_at,
            reference=known_as,
            holds=viewer.responder_id is not None
            and tip.assignee_id == viewer.responder_id
            and line.is_taken,
            questions={} if line.question or line.closed_at or line.erased_at else asks,
            exclusions=[
                (
                    row.id,
                    service_desk_commands.excluded_name(session, row),
                    row.desk_code or "",
                    row.reason,
                )
                for row in queries_visible.current_exclusions(session, tip.id)
            ]
            if national
            else (),
            persons=service_persons.plain_persons(session, tip.id),
            next_due=next(((kind, at) for _, kind, at in clocks), None),
        )


def _timeline(session: Session, viewer: Viewer, tip: Tip, national: bool) -> Iterator[TimelineItem]:
    if tip.filed_at is not None:
        yield TimelineItem(tip.filed_at, FILED)
    for place in tips_tables.earlier_places(session, tip.id):
        yield TimelineItem(place.corrected_at, MOVED, place=place.place)
    for at in cases_queries.missed_limits(session, tip.id):
        yield TimelineItem(at, SILENT)
    authors = service_persons.report_authors(session, tip.id)
    for entry in service_viewer.timeline_of(session, tip.id):
        name = authors.get(entry.entry_id) or entry.name or entry.desk
        is_take = entry.kind is LoggedEvent.ACKNOWLEDGED
        # If an account passed the case on, the audit log has a row about it. The newest event about an acknowledgement
        # says if the acknowledgement counts.
        is_audited = entry.kind in AUDITED or (entry.kind is LoggedEvent.PASSED and not name)
        if is_audited or (is_take and entry.corrected_by is not None):
            continue
        is_doubted = is_take and entry.codes.get(PROOF) not in COUNTING_PROOFS
        yield TimelineItem(
            *(entry.at, DOUBTED if is_doubted else entry.kind, name),
            outcome=entry.codes.get(SAYS, ""),
            entry_id=entry.entry_id,
            corrects=not is_take and entry.supersedes is not None,
        )
    yield from _logged(session, viewer, tip, national)


def _logged(session: Session, viewer: Viewer, tip: Tip, national: bool) -> Iterator[TimelineItem]:
    names = tables.responder_names(session)
    rows = tables_audit.entries(session, subject=f"tip:{tip.id}")
    readable = service_pending_closures.readable_rows(session, viewer, rows)
    for row in rows:
        if row.action == service_persons.NOTED or (row.action.startswith(HIDDEN) and not national):
            continue
        if row.action in service_desk_commands.ACTIONS:
            other = service_desk_commands.other_tip(row.reason)
            if other is None or not queries_visible.is_visible(session, other, viewer):
                continue
        phrase, outcome = action_sentence(row.action)
        reason = row.reason if row.id in readable else ""
        who = read_actor(row.actor, names)[1]
        yield TimelineItem(row.at, LOGGED, who, phrase, outcome, reason)
