"""Each question of the store about tips that is asked for somebody, and how it is asked: the tips it answers with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from hotline.domain.tips.promises import TipFilter, TipStanding
from hotline.errors import NotFound
from hotline.store.database import Session
from hotline.store.outbox import health
from hotline.store.outbox.messages import Deadline, Referral
from hotline.store.referrals import asked_back, known_cases, referrals, retention
from hotline.store.referrals.asked_back import AskedBack
from hotline.store.referrals.desk_pages import tip_pages
from hotline.store.referrals.tip_overview import Wanted, tip_overviews
from hotline.store.tips import call_backs, visible
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import Viewer
from tests.builders import NOON

HE, COLLEAGUE, DESK = 1, 2, 3
HERE = "12"
KEPT, OTHERS = frozenset({1, 3}), frozenset({2, 4})
"""Tips that he is kept from, and tips like them that he is not. A colleague took 3 and 4 first."""
ALL = TipFilter(standing=TipStanding.ALL)
SOON, AGO = NOON + timedelta(minutes=10), NOON - timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom a question is asked."""

    session: Session
    viewer: Viewer

    def tips(self, names: object) -> set[int]:
        """The tips of references."""
        rows = self.session.execute(select(Referral.reference, Referral.tip_id))
        known = set(names) if isinstance(names, (list, tuple, set, frozenset)) else set()
        return {tip_id for name, tip_id in rows if name in known}

    def while_held(self, holder: int, ask: Callable[[], list[str]]) -> set[int]:
        """The tips of the references that are answered while this responder holds every case."""
        with self.session.begin_nested() as asked:
            self.session.execute(update(Tip).values(holder_id=holder))
            self.session.execute(update(Deadline).values(fired_at=NOON))
            found = self.tips(ask())
            asked.rollback()
        return found

    @property
    def hers(self) -> list[tuple[str, int]]:
        rows = select(Referral.reference, Referral.tip_id).where(Referral.responder_id == HE)
        return [(name, tip_id) for name, tip_id in self.session.execute(rows)]


def listed(one: Asker) -> set[int]:
    return {found.tip.id for found in tip_overviews(one.session, Wanted(viewer=one.viewer))}


def answered_by_sms(one: Asker) -> set[int]:
    names = known_cases.of_responder(one.session, HE, AGO)
    return one.tips([*names.open, *names.also])


def by_reference(one: Asker) -> set[int]:
    found = (referrals.of_responder(one.session, HE, name) for name, _ in one.hers)
    return {row.tip_id for row in found if row is not None}


def told_of_an_answer(one: Asker) -> set[int]:
    def told(tip_id: int) -> set[int]:
        row = AskedBack(tip_id=tip_id, desk=HERE)
        return {who.responder_id for who in asked_back.recipients(one.session, row, NOON)}

    return {tip_id for tip_id in (*KEPT, *OTHERS) if HE in told(tip_id)}


def told_of_a_wish(one: Asker) -> set[int]:
    def told(tip_id: int) -> set[int]:
        tip = one.session.get_one(Tip, tip_id)
        return {who.responder_id for who in retention.told(one.session, tip, NOON)}

    return {tip_id for tip_id in (*KEPT, *OTHERS) if HE in told(tip_id)}


def call_backs_of(one: Asker) -> set[int]:
    return {row.tip_id for row in call_backs.everyone(one.session, one.viewer)}


def told_to_be_like(one: Asker) -> set[int]:
    def name(tip_id: int) -> str | None:
        return known_cases.known_as(one.session, HE, [tip_id])

    return {tip_id for tip_id in (*KEPT, *OTHERS) if name(tip_id) is not None}


def there(one: Asker) -> set[int]:
    every = (*KEPT, *OTHERS)
    return {tip_id for tip_id in every if visible.is_visible(one.session, tip_id, one.viewer)}


def on_pages(one: Asker) -> set[int]:
    """Of the console: the list, and one tip."""
    every = tip_pages.page(one.session, one.viewer, ALL, before=None, limit=9)
    return {tip.id for tip in every} & {
        tip_id for tip_id in (*KEPT, *OTHERS) if _opens(one, tip_id)
    }


def _opens(one: Asker, tip_id: int) -> bool:
    try:
        return tip_pages.seen(one.session, one.viewer, tip_id).id == tip_id
    except NotFound:
        return False


def beside_on_its_page(one: Asker) -> set[int]:
    """Of a tip that each viewer may know of, and itself."""
    return {2, *tip_pages.linked(one.session, one.viewer, one.session.get_one(Tip, 2))}


def owing(one: Asker) -> set[int]:
    return {tip.id for tip in tip_pages.owing(one.session, one.viewer, 9)}


def counted_beside(one: Asker) -> set[int]:
    second = one.session.get_one(Tip, 2)
    count = tip_pages.linked_counts(one.session, one.viewer, [second])[2]
    return {3: {*KEPT, *OTHERS}, 1: set(OTHERS)}.get(count, set())


WAYS: Mapping[str, Callable[[Asker], set[int]]] = {
    "referrals/tip_overview._tips": listed,
    "referrals/known_cases.of_responder": answered_by_sms,
    "referrals/known_cases.tips_of": lambda one: {
        tip.id for _, tip in known_cases.tips_of(one.session, HE)
    },
    "referrals/known_cases.followed": lambda one: {
        tip.id for _, tip in known_cases.followed(one.session, HE)
    },
    "referrals/known_cases.held": lambda one: one.while_held(
        HE, lambda: known_cases.held(one.session, HE, SOON)
    ),
    "referrals/known_cases.helped": lambda one: one.while_held(
        COLLEAGUE, lambda: known_cases.helped(one.session, HE)
    ),
    "referrals/referrals.told_of": lambda one: set(referrals.told_of(one.session, HE)),
    "referrals/referrals.of_responder": by_reference,
    "referrals/known_cases.quicker": lambda one: one.while_held(
        COLLEAGUE, lambda: known_cases.quicker(one.session, HE)
    ),
    "referrals/known_cases.open_references": lambda one: one.tips(
        known_cases.open_references(one.session, HE, NOON)
    ),
    "referrals/asked_back.knows": lambda one: told_of_an_answer(one) | told_of_a_wish(one),
    "referrals/desk_pages/tip_pages.owing": owing,
    "outbox/health.untaken_tips": lambda one: {
        found.id for found in health.untaken_tips(one.session, one.viewer)
    },
    "referrals/desk_pages/tip_pages.closures_waiting": lambda one: {
        found.tip.id for found in tip_pages.closures_waiting(one.session, one.viewer, 9)
    },
    "referrals/desk_pages/tip_pages._seen": on_pages,
    "referrals/desk_pages/tip_pages.known": lambda one: set(
        tip_pages.known(one.session, one.viewer, [*KEPT, *OTHERS])
    ),
    "referrals/desk_pages/tip_pages.linked": beside_on_its_page,
    "referrals/desk_pages/tip_pages.linked_counts": counted_beside,
    "tips/call_backs.everyone": call_backs_of,
    "referrals/known_cases.known_as": told_to_be_like,
    "tips/visible.is_visible": there,
}
BY_DESK = {"tips/visible.with_grant"}
"""What a desk is asked for; tried where a desk or a district is kept out."""
