"""Tests the console's queries of the audit log: its filters, its days and its pages."""

from datetime import date, timedelta

import pytest

from hotline.core.database import Database
from hotline.people import service_audit, tables_audit
from hotline.people.rules_audit import AuditFilter
from tests.support.builders import make_responder
from tests.support.clock import Clock
from tests.support.contexts import WholeContext, make_context

KIGALIS_MIDNIGHT = timedelta(hours=14)
"""The time from the test clock's 08:00 UTC to the next midnight in Kigali."""


@pytest.fixture
def context(database: Database, clock: Clock) -> WholeContext:
    return make_context(database=database, now=clock)


def rows(context: WholeContext, wanted: AuditFilter) -> list[str]:
    return [row.reason for row in service_audit.newest_rows(context, wanted).rows]


def test_the_log_is_asked_by_name_deed_tip_and_day(context: WholeContext, clock: Clock) -> None:
    with context.database.writing() as session:
        person = make_responder(name="Responder 7")
        session.add(person)
        session.flush()
        for actor, action, subject, days in (
            ("cli:Operator 1", "lane_held", "sms", 0),
            (f"responder:{person.id}", "go_unseen", "tip:12", 0),
            ("cli:operator_2", "lane_held", "tip:13", 1),
        ):
            at = clock() + timedelta(days=days)
            tables_audit.append_row(session, at, actor, action, subject, actor)
    operator, responder, other = "cli:Operator 1", f"responder:{person.id}", "cli:operator_2"
    assert rows(context, AuditFilter()) == [other, responder, operator]
    assert rows(context, AuditFilter(name="OPERATOR")) == [other, operator]
    assert rows(context, AuditFilter(name="der 7")) == [responder]
    assert rows(context, AuditFilter(name="operator_")) == [other]
    assert rows(context, AuditFilter(action="lane_held")) == [other, operator]
    assert rows(context, AuditFilter(tip_id=12)) == [responder]
    assert rows(context, AuditFilter(day=date(2026, 11, 25))) == [other]


def test_a_day_of_the_log_ends_at_midnight_in_kigali(context: WholeContext, clock: Clock) -> None:
    with context.database.writing() as session:
        for name, at in (("last", -1), ("first", 0)):
            moment = clock() + KIGALIS_MIDNIGHT + timedelta(seconds=at)
            tables_audit.append_row(session, moment, "clock", "lane_held", reason=name)
    assert rows(context, AuditFilter(day=date(2026, 11, 24))) == ["last"]
    assert rows(context, AuditFilter(day=date(2026, 11, 25))) == ["first"]


def test_a_page_of_the_log_says_where_the_older_rows_begin(
    context: WholeContext, clock: Clock
) -> None:
    with context.database.writing() as session:
        for number in range(service_audit.ROWS + 2):
            tables_audit.append_row(session, clock(), "clock", "lane_held", reason=str(number))
    first = service_audit.newest_rows(context, AuditFilter())
    assert (len(first.rows), first.length) == (service_audit.ROWS, service_audit.ROWS + 2)
    rest = service_audit.newest_rows(context, AuditFilter(), before=first.before)
    assert [row.reason for row in rest.rows] == ["1", "0"]
    assert rest.before is None
    assert first.newest == service_audit.verify_chain(context).newest
