"""What became of the tips of a period, step by step, and of the messages: a few questions, however many there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from hotline.domain import trial
from hotline.domain.cases.entries import OUTCOME, PROOF, WAITS, EntryKind
from hotline.domain.evidence.answered.answer_figures import SentMessages
from hotline.domain.evidence.answered.answer_times import COUNTED, AnsweredTip, StepEntry, answered
from hotline.domain.outbox.delivery import MessageState
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.domain.wording import OF_EXERCISES
from hotline.store.cases.case_log import CaseLogRow
from hotline.store.cases.case_overview import WHOLE
from hotline.store.outbox.messages import Attempt, Deadline, DeliveryReport, Message, Referral
from hotline.store.tips.tips import Tip

FAILED = (MessageState.FAILED, MessageState.DEAD)


def tips(session: Session, begins: datetime, ends: datetime) -> Sequence[AnsweredTip]:
    """Those that were filed in the period and count, in the order of their ids."""
    here = _filed(begins, ends)
    told = func.coalesce(Tip.told_urgency, Tip.urgency)
    filed = session.execute(select(Tip.id, told, Tip.filed_at).where(*here).order_by(Tip.id))
    entries = _entries(session, here)
    unrung = set(session.scalars(select(Tip.id).where(*here, *_unrung())))
    red = _red(session, here)
    return [
        answered(
            urgency,
            filed_at,
            entries.get(tip_id, ()),
            is_rung=tip_id not in unrung,
            red=red.get(tip_id),
        )
        for tip_id, urgency, filed_at in filed
        if filed_at is not None
    ]


def _filed(begins: datetime, ends: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*WHOLE, Tip.filed_at >= begins, Tip.filed_at < ends)


def _unrung() -> tuple[ColumnElement[bool], ...]:
    """Somebody was told of it, and nobody by a message then: what she is reminded of later tells her nothing new."""
    hers, any_of = Referral.tip_id == Tip.id, aliased(Referral)
    firsts = select(func.min(any_of.created_at)).where(any_of.tip_id == Tip.id)
    first = firsts.correlate(Tip).scalar_subquery()
    at_once = Message.referral_id == Referral.id, Message.created_at <= first
    return exists().where(hers), ~exists().where(hers, *at_once)


def _entries(
    session: Session, here: Sequence[ColumnElement[bool]]
) -> Mapping[int, Sequence[StepEntry]]:
    log = CaseLogRow
    found: dict[int, list[StepEntry]] = defaultdict(list)
    rows = session.execute(
        select(log.tip_id, log.kind, log.at, log.responder_id, log.codes)
        .join(Tip, Tip.id == log.tip_id)
        .where(*here, log.kind.in_(sorted(COUNTED)))
        .order_by(log.id)
    )
    for tip_id, kind, at, who, codes in rows:
        proof, outcome = codes.get(PROOF, ""), codes.get(OUTCOME, "")
        one = StepEntry(EntryKind(kind), at, who, proof, outcome, WAITS in codes)
        found[tip_id].append(one)
    return found


def _red(session: Session, here: Sequence[ColumnElement[bool]]) -> Mapping[int, timedelta]:
    """How long each was red that ever was: a clock that runs is reckoned once it has fired."""
    rows = session.execute(
        select(Deadline.tip_id, Deadline.set_at, Deadline.fired_at)
        .join(Tip, Tip.id == Deadline.tip_id)
        .where(*here, Deadline.kind == DeadlineKind.RED)
    )
    found: dict[int, timedelta] = defaultdict(timedelta)
    for tip_id, set_at, fired_at in rows:
        ran = fired_at - set_at if fired_at is not None and set_at is not None else timedelta()
        found[tip_id] += ran
    return found


def messages(session: Session, begins: datetime, ends: datetime) -> Mapping[str, SentMessages]:
    """By network: those that were written in the period and tried at least once, without those of what is no case."""
    uncounted = exists().where(
        Referral.id == Message.referral_id,
        Tip.id == Referral.tip_id,
        Tip.channel.in_(trial.UNCOUNTED),
    )
    beside = Message.template.in_([one.name for one in OF_EXERCISES])
    written = (Message.created_at >= begins, Message.created_at < ends, Message.attempts > 0)
    named = (
        select(Attempt.message_id, func.max(DeliveryReport.network).label("network"))
        .join(DeliveryReport, DeliveryReport.provider_id == Attempt.provider_id)
        .join(Message, Message.id == Attempt.message_id)
        .where(*written)
        .group_by(Attempt.message_id)
        .subquery()
    )
    network = func.coalesce(named.c.network, "")
    arrived = Message.state == MessageState.DELIVERED
    rows = session.execute(
        select(
            network,
            func.count(),
            func.count().filter(arrived),
            func.count().filter(Message.state.in_(FAILED)),
        )
        .select_from(Message)
        .outerjoin(named, named.c.message_id == Message.id)
        .where(*written, ~uncounted, ~beside)
        .group_by(network)
        .order_by(network)
    )
    return {name: SentMessages(*numbers) for name, *numbers in rows}
