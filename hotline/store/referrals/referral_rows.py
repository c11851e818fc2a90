"""The rows of telling people, many at once: referrals, their alerts, and the deadlines that watch over them."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.orm import Session

from hotline.domain import trial
from hotline.domain.outbox.delivery import MessageState
from hotline.domain.outbox.message import AlertButRef, Kind
from hotline.domain.places.places import alerted_as
from hotline.domain.referrals.coming import Care, coming
from hotline.domain.referrals.ladder import NOBODY, WaitingTip
from hotline.domain.referrals.referral import Case, Level, ReferralState
from hotline.domain.tip import ABROAD, NATIONAL, TipState, is_camp
from hotline.store.bulk import add, among, new_ids
from hotline.store.outbox.messages import Message, Referral
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals
from hotline.store.tips import exclusions
from hotline.store.tips import tips as tips_store
from hotline.store.tips.tips import WAITS, Tip
from hotline.store.tips.untold import Untold

LOCK = 411_411_006
"""PostgreSQL's advisory lock of those who refer: what one decides by is what the one before left."""


class Waiting(NamedTuple):
    """Tips that wait to be told of, and which of them wait by the marks on the tip itself."""

    tips: list[WaitingTip]
    marked: frozenset[int]


class GivenTip(NamedTuple):
    """A tip to be given to one responder. A tuple, as the driver takes it."""

    referral_id: int
    tip_id: int
    step: int
    responder_id: int


class Alert(NamedTuple):
    """What tells a responder of a referral."""

    given: GivenTip
    reference: str
    words: AlertButRef
    priority: int


def take_turns(session: Session) -> None:
    """One who refers at a time: SQLite has one writer anyway. The first thing that its transaction holds."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def waiting(session: Session, limit: int) -> Waiting:
    """Filed tips to tell of, the most urgent first, then the oldest. Held until the transaction ends."""
    # First their ids: asked in one, PostgreSQL reads every tip there is where it knows too little of the tables.
    first = select(Untold.tip_id).order_by(Untold.urgency, Untold.tip_id).limit(limit)
    rows = _held(session, among(session, Tip.id, session.scalars(first).all()))
    void = [row.id for row in rows if row.told]
    if void:
        wait_no_longer(session, void)
    marked = _held(session, WAITS, Tip.channel != trial.CHANNEL, limit=limit)
    by_id = {row.id: row for row in (*rows, *marked) if not row.told}
    by_id |= {row.id: row for row in marked}

    chosen = sorted(by_id.values(), key=attrgetter("urgency", "id"))[:limit]
    before = [row.id for row in chosen if row.told]
    case, care = cache(Case), cache(_care)
    told = referrals.told(session, before) if before else {}
    steps = _next(session, Referral, before)
    apart = [row.id for row in chosen if row.place == ABROAD or is_camp(row.sector)]
    near = defaultdict(frozenset, tips_store.beside(session, apart))
    kept = exclusions.kept_from(session, exclusions.kept_tips(session) & by_id.keys())
    tips = [
        WaitingTip(
            id,
            case(alerted_as(place, within), category, urgency, official, once, near[id]),
            told.get(id, ()) if told else (),
            steps.get(id, 0) if steps else 0,
            locked,
            care(matter, urgency, *going),
            kept.get(id, NOBODY),
        )
        for id, place, within, category, urgency, official, _, locked, once, matter, *going, _ in chosen
    ]
    return Waiting(tips, frozenset(row.id for row in marked))


def _held(session: Session, *which: ColumnElement[bool], limit: int | None = None) -> Sequence[Any]:
    """Of waiting tips what they are told by. Whether they were told of: an older process may have been quicker."""
    referral = select(Referral.id).where(Referral.tip_id == Tip.id).limit(1).scalar_subquery()
    tips = select(
        Tip.id,
        Tip.place,
        Tip.within,
        Tip.category,
        Tip.urgency,
        Tip.official,
        referral.is_not(None).label("told"),
        Tip.locked_for.is_not(None),
        Tip.state == TipState.FRAGMENT,
        Tip.matter,
        Tip.visit,
        Tip.do_not_visit,
        Tip.manner,
        Tip.sector,
    )
    tips = tips.where(*which, Tip.closed_at.is_(None)).with_for_update(
        skip_locked=True, key_share=True, of=Tip
    )
    if limit is not None:
        tips = tips.order_by(Tip.urgency, Tip.id).limit(limit)
    # By the connection: what the mapper would add to each of thousands of rows is all that it costs.
    return session.connection().execute(tips).all()


def _care(matter: str, urgency: int, visit: str | None, erased: bool, manner: str | None) -> Care:
    return coming(matter, urgency, visit, erased, manner).care


def wait_no_longer(session: Session, tip_ids: Collection[int]) -> None:
    """They were told of: where they waited by a row, it goes."""
    gone = delete(Untold).where(among(session, Untold.tip_id, tip_ids))
    session.execute(gone.execution_options(synchronize_session=False))


def mark_told(session: Session, tip_ids: Collection[int], at: datetime) -> None:
    """They were told of at the urgency that they have now."""
    session.execute(
        update(Tip)
        .where(among(session, Tip.id, tip_ids))
        .values(referred_at=at, referred_urgency=Tip.urgency)
        .execution_options(synchronize_session=False)
    )


def locked(session: Session, told: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Tip and responder where her desk cannot read the tip, of tips that some desk cannot read. Nearly always none."""
    if not told:
        return set()
    tips = select(Tip.id, Tip.locked_for).where(
        among(session, Tip.id, {tip_id for tip_id, _ in told}), Tip.locked_for.is_not(None)
    )
    desks = {id: set((codes or "").split()) for id, codes in session.execute(tips)}
    if not desks:
        return set()
    national = set(session.scalars(select(Responder.id).where(Responder.level == Level.NATIONAL)))
    return {
        (tip_id, responder_id)
        for tip_id, responder_id in told
        if any((code == NATIONAL) == (responder_id in national) for code in desks.get(tip_id, ()))
    }


def new_referrals(session: Session, count: int) -> Sequence[int]:
    """The ids of referrals that are about to be written."""
    return new_ids(session, Referral, count)


def refer(session: Session, given: Mapping[str, GivenTip], at: datetime) -> Collection[int]:
    """Write referrals under their references. Returns the ids of those that were written.

    Where somebody has the reference already nothing is written: that one is for another draw.
    """
    count = add(
        session,
        Referral,
        (
            Referral.reference,
            Referral.id,
            Referral.tip_id,
            Referral.step,
            Referral.responder_id,
        ),
        [(name, *one) for name, one in given.items()],
        {Referral.state: ReferralState.SENT, Referral.created_at: at},
        unless_taken=Referral.reference,
    )
    ids = {one.referral_id for one in given.values()}
    if count == len(ids):
        return ids
    # They were taken one after the other: what lies between is read at once, where each would be looked for.
    between = select(Referral.id).where(Referral.id.between(min(ids), max(ids)))
    return ids.intersection(session.scalars(between).all())


def alert(session: Session, alerts: Sequence[Alert], at: datetime, *, turn: int = 0) -> int:
    """Write the alerts of new referrals, due now, from this turn of their steps on. Returns the id of the first."""
    ids = new_ids(session, Message, len(alerts))
    columns = (
        Message.id,
        Message.responder_id,
        Message.referral_id,
        Message.template,
        Message.parameters,
        Message.language,
        Message.priority,
        Message.turn,
    )
    same = {
        Message.kind: Kind.ALERT,
        Message.state: MessageState.PENDING,
        Message.attempts: 0,
        Message.counted: 0,
        Message.next_at: at,
        Message.created_at: at,
        Message.resent: False,
    }
    add(session, Message, columns, [*_rows(ids, alerts, turn)], same)
    return ids[0]


def _rows(ids: Sequence[int], alerts: Sequence[Alert], turn: int) -> Iterator[tuple[object, ...]]:
    said = cache(_said)
    turns = Counter[tuple[int, int]]()
    for id, (given, reference, words, priority) in zip(ids, alerts, strict=True):
        template, rest = said(words)
        parameters = f'{{"ref":"{reference}"{rest}'
        who, of = given.responder_id, given.referral_id
        step = given.tip_id, given.step
        yield (id, who, of, template, parameters, words.language, priority, turn + turns[step])
        turns[step] += 1


def _said(words: AlertButRef) -> tuple[str, str]:
    """The template's name, and what stands in its parameters after the reference: letters and digits, all of them."""
    rest = json.dumps(words.parameters)[1:]
    return words.template.name, f",{rest}" if words.parameters else rest


def _next(session: Session, row: type[Referral], tip_ids: Collection[int]) -> dict[int, int]:
    """The step after the last one, of tips that had any."""
    if not tip_ids:
        return {}
    last = select(row.tip_id, func.max(row.step)).where(row.tip_id.in_(tip_ids))
    return {tip_id: step + 1 for tip_id, step in session.execute(last.group_by(row.tip_id))}
