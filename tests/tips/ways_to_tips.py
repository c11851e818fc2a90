"""Lists each store query of tips for one viewer, with a function that returns the tips that the query finds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from hotline.alerts import queries, queries_references, queries_retention, tables
from hotline.alerts.tables import QuestionBackRow
from hotline.alerts.tables_case_events import CaseEventRow, CaseNote
from hotline.cases import queries as cases_queries
from hotline.cases import tables_case_files
from hotline.cases.queries import TipListFilter, tip_overviews
from hotline.core.database import Session
from hotline.gateway import queries as gateway_queries
from hotline.gateway.tables import Assignment, Deadline
from hotline.people import tables_roster
from hotline.people.tables import Responder
from hotline.text.errors import NotFound
from hotline.tips import queries_visible, tables_persons
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules_receipts import TipFilter, TipStateFilter
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import ServiceReferral
from tests.support.builders import NOON

HE, COLLEAGUE, DESK = 1, 2, 3
HERE = "12"
KEPT, OTHERS = frozenset({1, 3}), frozenset({2, 4})
"""The ids of two groups of tips: those that are hidden from the responder, and similar ones that are not hidden. A
colleague took tips 3 and 4."""
ALL = TipFilter(state=TipStateFilter.ALL)
SOON, AGO = NOON + timedelta(minutes=10), NOON - timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Asker:
    """A database session and the viewer of a query."""

    session: Session
    viewer: Viewer

    def tips(self, names: object) -> set[int]:
        """Returns the tips that have one of these references."""
        rows = self.session.execute(select(Assignment.reference, Assignment.tip_id))
        known = set(names) if isinstance(names, (list, tuple, set, frozenset)) else set()
        return {tip_id for name, tip_id in rows if name in known}

    def while_held(self, holder: int, ask: Callable[[], list[str]]) -> set[int]:
        """Makes the responder `holder` the assignee of every case. Returns the tips whose references the function `ask`
        then finds."""
        with self.session.begin_nested() as asked:
            self.session.execute(update(Tip).values(assignee_id=holder))
            self.session.execute(update(Deadline).values(fired_at=NOON))
            found = self.tips(ask())
            asked.rollback()
        return found

    @property
    def own_cases(self) -> list[tuple[str, int]]:
        rows = select(Assignment.reference, Assignment.tip_id).where(Assignment.responder_id == HE)
        return [(name, tip_id) for name, tip_id in self.session.execute(rows)]


def listed(one: Asker) -> set[int]:
    return {found.tip.id for found in tip_overviews(one.session, TipListFilter(viewer=one.viewer))}


def answered_by_sms(one: Asker) -> set[int]:
    names = queries_references.known_cases(one.session, HE, AGO)
    return one.tips([*names.open, *names.also])


def by_reference(one: Asker) -> set[int]:
    found = (queries.locked_assignment(one.session, HE, name) for name, _ in one.own_cases)
    return {row.tip_id for row in found if row is not None}


def told_of_an_answer(one: Asker) -> set[int]:
    def told(tip_id: int) -> set[int]:
        row = QuestionBackRow(tip_id=tip_id, desk=HERE)
        return {who.responder_id for who in tables.question_recipients(one.session, row, NOON)}

    return {tip_id for tip_id in (*KEPT, *OTHERS) if HE in told(tip_id)}


def told_of_a_wish(one: Asker) -> set[int]:
    def told(tip_id: int) -> set[int]:
        tip = one.session.get_one(Tip, tip_id)
        return {
            who.responder_id
            for who in queries_retention.notified_of_erasure(one.session, tip, NOON)
        }

    return {tip_id for tip_id in (*KEPT, *OTHERS) if HE in told(tip_id)}


def call_backs_of(one: Asker) -> set[int]:
    return {row.tip_id for row in tables_persons.visible_call_backs(one.session, one.viewer)}


def told_to_be_like(one: Asker) -> set[int]:
    def name(tip_id: int) -> str | None:
        return queries_references.known_reference(one.session, HE, [tip_id])

    return {tip_id for tip_id in (*KEPT, *OTHERS) if name(tip_id) is not None}


def there(one: Asker) -> set[int]:
    every = (*KEPT, *OTHERS)
    return {
        tip_id for tip_id in every if queries_visible.is_visible(one.session, tip_id, one.viewer)
    }


def on_pages(one: Asker) -> set[int]:
    """Returns the tips that the console shows both in its list and on their own page."""
    every = cases_queries.page_of_tips(one.session, one.viewer, ALL, before=None, limit=9)
    return {tip.id for tip in every} & {
        tip_id for tip_id in (*KEPT, *OTHERS) if _opens(one, tip_id)
    }


def _opens(one: Asker, tip_id: int) -> bool:
    try:
        return cases_queries.visible_tip(one.session, one.viewer, tip_id).id == tip_id
    except NotFound:
        return False


def beside_on_its_page(one: Asker) -> set[int]:
    """Returns tip 2, which every viewer may see, and the tips to which its page has links."""
    return {2, *cases_queries.linked_tips(one.session, one.viewer, one.session.get_one(Tip, 2))}


def by_any_reference(one: Asker) -> set[int]:
    """Returns the tips that a desk finds when it searches for references, whichever responder has the reference."""
    known = one.session.execute(select(Assignment.tip_id, Assignment.reference)).all()
    return {
        tip_id
        for tip_id, named in known
        if cases_queries.tip_referenced(one.session, one.viewer, named) == tip_id
    }


def late_ones(one: Asker) -> set[int]:
    """Returns the tips that the count of late tips includes."""
    count = cases_queries.count_late(one.session, one.viewer, NOON + timedelta(days=30))
    return {4: {*KEPT, *OTHERS}, 2: set(OTHERS)}.get(count, set())


def counted_beside(one: Asker) -> set[int]:
    second = one.session.get_one(Tip, 2)
    count = cases_queries.linked_counts(one.session, one.viewer, [second])[2]
    return {3: {*KEPT, *OTHERS}, 1: set(OTHERS)}.get(count, set())


def asked_as_a_service(one: Asker) -> set[int]:
    """Returns the tips with a service request that the responder may still answer, as the person on duty of the
    service."""
    rows = tables_persons.open_requests(one.session, HE)
    return {one.session.get_one(ServiceReferral, row.offered_id).tip_id for row in rows}


def handed_over(one: Asker) -> set[int]:
    """Adds a handover note to each tip, and returns the tips whose notes the viewer may read."""
    with one.session.begin_nested() as noted:
        author = one.session.get_one(Responder, COLLEAGUE).person_id
        for tip_id in (*KEPT, *OTHERS):
            said = {"kind": "note", "channel": "console", "codes": {"says": "words"}}
            row = CaseEventRow(tip_id=tip_id, at=NOON, key=f"note:{tip_id}", **said)
            one.session.add(row)
            one.session.flush()
            one.session.add(CaseNote(case_event_id=row.id, body=b"words"))
            one.session.flush()
            tables_roster.add_case_note(one.session, row.id, author, NOON)
        found = {row.tip_id for row in cases_queries.case_notes(one.session, one.viewer)}
        noted.rollback()
    return found


WAYS: Mapping[str, Callable[[Asker], set[int]]] = {
    "cases/queries._tips": listed,
    "alerts/queries_references.known_cases": answered_by_sms,
    "alerts/queries_references.open_tips": lambda one: {
        tip.id for _, tip in queries_references.open_tips(one.session, HE)
    },
    "alerts/queries_references.follow_up_cases": lambda one: {
        tip.id for _, tip in queries_references.follow_up_cases(one.session, HE)
    },
    "alerts/queries_references.held_cases": lambda one: one.while_held(
        HE, lambda: queries_references.held_cases(one.session, HE, SOON)
    ),
    "alerts/queries_references.helped_cases": lambda one: one.while_held(
        COLLEAGUE, lambda: queries_references.helped_cases(one.session, HE)
    ),
    "alerts/queries.open_tips_of": lambda one: set(queries.open_tips_of(one.session, HE)),
    "alerts/queries.locked_assignment": by_reference,
    "alerts/queries_references.colleagues_cases": lambda one: one.while_held(
        COLLEAGUE, lambda: queries_references.colleagues_cases(one.session, HE)
    ),
    "alerts/queries_references.open_references": lambda one: one.tips(
        queries_references.open_references(one.session, HE, NOON)
    ),
    "alerts/tables.recipients_who_may_see": lambda one: (
        told_of_an_answer(one) | told_of_a_wish(one)
    ),
    "cases/queries.open_cases": lambda one: {
        found.id for found in cases_queries.open_cases(one.session, one.viewer)
    },
    "cases/queries.count_late": late_ones,
    "cases/queries.case_notes": handed_over,
    "cases/tables_case_files.open_files": lambda one: {
        row.tip_id or 0 for row in tables_case_files.open_files(one.session, one.viewer)
    },
    "cases/tables_case_files.holds_to_review": lambda one: {
        row.tip_id for row in tables_case_files.holds_to_review(one.session, one.viewer, NOON)
    },
    "gateway/queries.untaken_tips": lambda one: {
        found.id for found in gateway_queries.untaken_tips(one.session, one.viewer)
    },
    "cases/queries.closures_waiting": lambda one: {
        found.id for found in cases_queries.closures_waiting(one.session, one.viewer, 9)
    },
    "cases/queries._seen": on_pages,
    "cases/queries.visible_tips": lambda one: set(
        cases_queries.visible_tips(one.session, one.viewer, [*KEPT, *OTHERS])
    ),
    "cases/queries.tip_referenced": by_any_reference,
    "cases/queries.linked_tips": beside_on_its_page,
    "cases/queries.linked_counts": counted_beside,
    "tips/tables_persons.visible_call_backs": call_backs_of,
    "alerts/queries_references.known_reference": told_to_be_like,
    "tips/queries_visible.is_visible": there,
    "tips/tables_persons.open_requests": asked_as_a_service,
}
BY_DESK = {"tips/queries_visible.tip_with_grant"}
"""The query that finds a tip for one desk. The tests call this query twice: for an excluded desk and for an excluded
district."""
