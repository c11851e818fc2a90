"""R7: tests which earlier tips a tip is linked with, and that a report about danger reads as many rows on a day with
thousands of similar tips as on other days."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from hotline.alerts import service_case
from hotline.core.database import Database
from hotline.text.places import Category
from hotline.tips.queries import TipLikeness, TipLink, likely_pairs
from hotline.tips.rules_events import LinkReason
from tests.support.builders import NOON, make_tip

pytestmark = pytest.mark.both

READ = text(
    "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))"
    " FROM pg_stat_xact_user_tables WHERE relname IN ('tip', 'tip_likeness')"
)
ROWS_APART = 40
"""On a busy day, PostgreSQL may read this many rows more than on a quiet day. PostgreSQL reads a whole table if the
table has few rows."""
STEPS_APART = 200
"""On a busy day, SQLite's virtual machine may need this many steps more than on a quiet day. This number allows it to
read a few rows. SQLite needs about thirty steps to read one row."""


def tell(database: Database, count: int, **differs: Any) -> int:
    """Adds this many tips of one day, ten seconds apart. Returns the number of the last tip."""
    with database.writing() as session:
        tips = []
        for number in range(count):
            at = NOON - timedelta(hours=10) + timedelta(seconds=10 * number)
            tip = make_tip(uid=f"{number:032x}", at=at, category=Category.LABOUR)
            for name, value in differs.items():
                setattr(tip, name, value(number))
            tips.append(tip)
        session.add_all(tips)
        session.flush()
        session.add_all(
            TipLikeness(
                tip_id=tip.id,
                contact_key=tip.contact_key,
                words_key=f"{number % 7:064x}",
                at=tip.created_at,
            )
            for number, tip in enumerate(tips)
        )
        session.flush()
        return tips[-1].id


def rows_read(session: Session, tip_id: int) -> int:
    """Links a tip with similar tips. Returns the number of rows, or of SQLite's steps, that the database needed."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        before = connection.scalar(READ)
        service_case.link_alerted(session, tip_id, NOON)
        return int(connection.scalar(READ)) - int(before)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    driver = connection.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(count, 1)
    service_case.link_alerted(session, tip_id, NOON)
    driver.set_progress_handler(None, 1)
    return steps


def measured(database: Database, count: int, **differs: Any) -> tuple[int, list[str]]:
    last = tell(database, count, **differs)
    with database.writing() as session:
        if not database.is_sqlite:
            session.execute(text("ANALYZE tip, tip_likeness"))
        spent = rows_read(session, last)
        session.flush()
        why = sorted(link.reason for link in session.query(TipLink))
        session.rollback()
        session.execute(text("DELETE FROM tip"))
    return spent, why


@pytest.mark.row("R7")
@pytest.mark.parametrize(
    ("differs", "why"),
    [
        ({}, ["contact", "words"]),
        ({"contact_key": lambda number: f"{number:064x}"}, ["place_time", "words"]),
        (
            {"contact_key": lambda n: f"{n:064x}", "place": lambda n: "12" if n % 2 else "13"},
            ["place_time", "words"],
        ),
    ],
    ids=["one phone", "one place", "two places"],
)
def test_r7_linking_reads_few_rows_among_2000_similar_tips(
    database: Database, differs: dict[str, Any], why: list[str]
) -> None:
    few, found = measured(database, 14, **differs)
    many, found_among_many = measured(database, 2000, **differs)
    assert found == found_among_many == why
    assert many <= few + (STEPS_APART if database.is_sqlite else ROWS_APART)


_, CONTACT, SAME_TEXT, PLACE = LinkReason
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def links(database: Database, *told: dict[str, Any]) -> list[tuple[int, LinkReason]]:
    """Stores tips, each at its time after the first. Returns the links of the last one: the number of the earlier tip,
    and the reason."""
    with database.writing() as session:
        tips = []
        for number, differs in enumerate(told, 1):
            changed = {"contact_key": f"phone {number}"} | differs
            at, words = NOON + changed.pop("after", timedelta()), changed.pop("words", None)
            tips.append(make_tip(uid=f"{number:032x}", at=at, **changed))
            session.add(tips[-1])
            session.flush()
            session.add(
                TipLikeness(
                    tip_id=tips[-1].id, contact_key=tips[-1].contact_key, words_key=words, at=at
                )
            )
        ids = [tip.id for tip in tips]
        pairs = likely_pairs(session, ids[-1])
        assert {one.b for one in pairs} <= {ids[-1]}
        return [(ids.index(one.a) + 1, one.reason) for one in pairs]


PHONE, TEXT, HERE = {"contact_key": "phone 1"}, {"words": "words 1"}, {"sector": "1201"}
ABROAD, ERASED, UNNAMED = {"place": "abroad"}, {"contact_key": ""}, {"category": None}
APART = {"category": "sex"}


@pytest.mark.row("R7")
@pytest.mark.parametrize(
    ("earlier", "new", "why"),
    [
        ({}, PHONE | APART | {"after": 30 * DAY}, CONTACT),
        ({}, PHONE | APART | {"after": 31 * DAY}, None),
        ({}, PHONE, CONTACT),
        (ERASED, ERASED | APART, None),
        (TEXT, TEXT | APART | {"after": 24 * HOUR}, SAME_TEXT),
        (TEXT, TEXT | APART | {"after": 25 * HOUR}, None),
        ({}, {"after": 24 * HOUR}, PLACE),
        ({}, {"after": 25 * HOUR}, None),
        ({}, {"place": "13"}, None),
        ({}, APART, None),
        ({}, UNNAMED, None),
        (UNNAMED, UNNAMED, None),
        (HERE, HERE, PLACE),
        (HERE, {}, PLACE),
        (HERE, {"sector": "1202"}, None),
        (ABROAD, ABROAD, None),
    ],
)
def test_r7_tip_is_linked_to_similar_earlier_tip(
    database: Database, earlier: dict[str, Any], new: dict[str, Any], why: LinkReason | None
) -> None:
    assert links(database, earlier, new) == ([] if why is None else [(1, why)])


@pytest.mark.row("R7")
def test_r7_newest_similar_tip_is_linked(database: Database) -> None:
    assert links(database, PHONE, PHONE, PHONE, PHONE) == [(3, CONTACT)]
