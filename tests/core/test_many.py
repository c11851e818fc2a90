"""Tests many rows that are written at once: each is complete, once and in order, in every way that a database
accepts them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from hotline.core.database import Database
from hotline.core.writes import add_rows, new_ids
from hotline.gateway.tables import DeliveryReport, QueueState
from tests.support.builders import NOON

pytestmark = pytest.mark.both

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
"""Texts without NUL characters, which PostgreSQL cannot store."""
EACH_ON_A_DATABASE_OF_ITS_TEST = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25
)


@EACH_ON_A_DATABASE_OF_ITS_TEST
@given(names=st.lists(WORDS, max_size=8), taken=st.sets(WORDS, max_size=3), reason=WORDS)
def test_what_is_taken_is_passed_by(
    names: list[str], taken: set[str], reason: str, database: Database
) -> None:
    before = [*taken, *names[:2]]
    same = {QueueState.paused_until: NOON, QueueState.reason: reason}
    with database.writing() as session:
        session.execute(delete(QueueState))
        for name in dict.fromkeys(before):
            session.add(QueueState(name=name, paused_until=None, reason=None))
        session.flush()

        written = add_rows(
            session,
            QueueState,
            (QueueState.name,),
            [(name,) for name in names],
            same,
            unless_taken=QueueState.name,
        )

        rows = session.execute(
            select(QueueState.name, QueueState.paused_until, QueueState.reason)
        ).all()
    fresh = {*names} - {*before}
    assert written == len(fresh)
    assert {*map(tuple, rows)} == {(name, NOON, reason) for name in fresh} | {
        (name, None, None) for name in before
    }


def test_ids_are_given_to_nobody_else(database: Database) -> None:
    same = {
        DeliveryReport.gateway: "africastalking",
        DeliveryReport.status: "Success",
        DeliveryReport.received_at: NOON,
        DeliveryReport.applied: False,
    }
    with database.writing() as session:
        for first in ("a", "b"):
            ids = [*new_ids(session, DeliveryReport, 3)]
            assert ids == sorted({*ids})
            rows = [(id, f"{first}{id}") for id in ids]
            columns = (DeliveryReport.id, DeliveryReport.provider_id)
            assert add_rows(session, DeliveryReport, columns, rows, same) == 3
            session.add(
                DeliveryReport(
                    gateway="africastalking", provider_id=first, status="Sent", received_at=NOON
                )
            )
            session.flush()
        found = session.scalars(select(DeliveryReport).order_by(DeliveryReport.id)).all()
    assert [row.provider_id[0] for row in found] == [*"aaaabbbb"]
    assert [row.applied for row in found] == [False] * 8
