"""Writes a random hotline into a database: tips, case events, counters, and the persons that the reader counted."""

from datetime import date
from typing import Any

from sqlalchemy import insert

from hotline.alerts.tables_case_events import CaseEventRow
from hotline.core.database import Database
from hotline.counters import tables
from hotline.counters.tables import CounterKey
from hotline.statistics import queries, rules_counts, rules_release
from hotline.statistics.rules_definitions import Span, due_at, months_of, span_of
from hotline.tips.rules_events import EventChannel
from hotline.tips.tables import Tip
from tests.statistics.random_line import YEAR, RandomLine
from tests.support.builders import make_responder, make_tip


def store(database: Database, line: RandomLine, *, calls: int = 0) -> None:
    """Stores the tips and events of a hotline, and this many calls on the 9th of each month."""
    with database.writing() as session:
        session.add(make_responder())
        session.flush()
        for number, tip in enumerate(line.tips, start=1):
            row = make_tip(
                uid=f"{number:032x}",
                session_key=f"{number:064x}",
                place=tip.place,
                urgency=tip.urgency,
                official=tip.official,
                at=tip.filed_at,
                filed_at=tip.filed_at,
            )
            row.within, row.category, row.record_key = tip.within, tip.category, tip.key
            session.add(row)
        session.flush()
        ids = dict(zip(range(len(line.tips)), _ids(session), strict=True))
        events: list[dict[str, Any]] = [
            {
                "tip_id": ids[place],
                "at": event.at,
                "responder_id": event.responder_id,
                "channel": EventChannel.USSD,
                "kind": event.kind,
                "codes": {"proof": event.proof} if event.proof else {},
                "key": f"{place} {number}",
            }
            for place, tip in enumerate(line.tips)
            for number, event in enumerate(tip.events)
        ]
        if events:
            session.execute(insert(CaseEventRow), events)
        for month in range(1, 13) if calls else ():
            cell = CounterKey(date(YEAR, month, 9), "session", "rw", "ussd", "")
            tables.count(session, cell, calls)


def hand_over(database: Database, line: RandomLine, period: str) -> None:
    """Stores the numbers about persons of a period, as the reader process does."""
    with database.writing() as session:
        spans = queries.spans_of(session, period)
        sums = rules_counts.person_sums(line.cases_of(set(months_of(period))))
        assert span_of(period) is not Span.MONTH
        cells = rules_release.protect_persons(sums, span_of(period), spans)
        queries.write_person_cells(session, period, cells, due_at(period))


def _ids(session: Any) -> list[int]:
    return [tip_id for (tip_id,) in session.query(Tip.id).order_by(Tip.id)]
