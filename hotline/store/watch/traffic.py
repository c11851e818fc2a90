"""Counts sessions and delivery reports for the monitor."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.domain import trial
from hotline.domain.outbox.delivery import ReportMeaning, report_meaning
from hotline.domain.reach.counters import Arrivals
from hotline.store.dialogue.contacts import Dialogue
from hotline.store.outbox.messages import Attempt, DeliveryReport

HOUR = timedelta(hours=1)
WEEKS = 4
DELAYS = 1000
"""The most reports from which delays are computed. The newest are taken."""


def sessions(session: Session, at: datetime) -> int:
    """Returns the number of sessions in the last hour, without those that statistics leave out."""
    found = select(func.count()).where(
        Dialogue.started_at > at - HOUR,
        Dialogue.started_at <= at,
        Dialogue.channel.not_in(trial.UNCOUNTED),
    )
    return session.scalar(found) or 0


def sessions_of_weeks(session: Session, at: datetime) -> Sequence[int]:
    """Returns the same count for this hour of each week before, as far back as the data goes."""
    oldest = session.scalar(select(func.min(Dialogue.started_at)))
    hours = [at - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    return [
        sessions(session, hour) for hour in hours if oldest is not None and hour - HOUR >= oldest
    ]


def arrivals(session: Session, since: datetime, until: datetime) -> Mapping[str, Arrivals]:
    """Counts each network's reports by arrived and lost messages."""
    rows = session.execute(
        select(DeliveryReport.network, DeliveryReport.status, func.count())
        .where(
            DeliveryReport.received_at > since,
            DeliveryReport.received_at <= until,
            DeliveryReport.network.is_not(None),
        )
        .group_by(DeliveryReport.network, DeliveryReport.status)
    )
    counted: dict[str, dict[ReportMeaning, int]] = {}
    for network, status, count in rows:
        of = counted.setdefault(network or "", dict.fromkeys(ReportMeaning, 0))
        of[report_meaning(status)] += count
    return {
        network: Arrivals(of[ReportMeaning.ARRIVED], of[ReportMeaning.LOST])
        for network, of in counted.items()
    }


def delays(session: Session, since: datetime) -> Mapping[str, Sequence[float]]:
    """Returns the seconds from sending to the report of arrival, by network."""
    rows = session.execute(
        select(DeliveryReport.network, DeliveryReport.received_at, Attempt.started_at)
        .join(Attempt, Attempt.provider_id == DeliveryReport.provider_id)
        .where(DeliveryReport.received_at > since, DeliveryReport.network.is_not(None))
        .where(func.lower(DeliveryReport.status) == "success")
        .order_by(DeliveryReport.id.desc())
        .limit(DELAYS)
    )
    found: dict[str, list[float]] = {}
    for network, received, started in rows:
        found.setdefault(network or "", []).append((received - started).total_seconds())
    return found
