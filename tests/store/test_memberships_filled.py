"""The migration that makes memberships out of the districts and the level of everybody who is enrolled."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import JSON, MetaData, select

from hotline.domain.places.places import districts
from hotline.store import migrate
from hotline.store.database import Database
from hotline.store.people.responders import Membership, Responder
from tests.builders import NOON

LATER = NOON + timedelta(days=1)
BEFORE = "0077"
ALL = frozenset(district.code for district in districts())


def _enrol(bare: Database) -> None:
    """As the release before wrote them: three districts, everywhere, the national desk, one who left, the trial's."""
    tables = MetaData()
    tables.reflect(bare.engine)
    table = tables.tables["responder"]
    for name in ("districts", "categories"):
        table.c[name].type = JSON()
    people: tuple[tuple[str, list[str], datetime | None], ...] = (
        ("deputy", ["11", "12", "13"], None),
        ("responder", [], None),
        ("national", [], None),
        ("coordinator", ["12"], LATER),
        ("trial", [], None),
    )
    with bare.writing() as session:
        for n, (level, places, left_at) in enumerate(people, 1):
            row = {
                "id": n,
                "name": f"Person {n}",
                "level": level,
                "language": "rw",
                "districts": places,
                "categories": ["labour"] if n == 1 else [],
                "number_key": f"key {n}",
                "sealed_number": b"sealed",
                "active": left_at is None,
                "created_at": NOON,
                "left_at": left_at,
            }
            session.execute(table.insert().values(row))


def test_each_person_is_a_member_of_each_desk_of_hers(empty: Database) -> None:
    migrate.upgrade(empty, to=BEFORE)
    _enrol(empty)

    migrate.upgrade(empty)
    with empty.reading() as session:
        rows = session.scalars(select(Membership)).all()
        states = {one.id: one.state for one in session.scalars(select(Responder))}
    desks = {n: {row.desk_code for row in rows if row.responder_id == n} for n in range(1, 6)}
    assert desks == {1: {"11", "12", "13"}, 2: ALL, 3: {"national"}, 4: {"12"}, 5: set()}
    assert Counter(row.level for row in rows) == {
        "deputy": 3,
        "responder": 30,
        "national": 1,
        "coordinator": 1,
    }
    assert {tuple(row.categories) for row in rows if row.responder_id == 1} == {("labour",)}
    assert {row.from_at for row in rows} == {NOON}
    assert {row.responder_id: row.until_at for row in rows} == {1: None, 2: None, 3: None, 4: LATER}
    assert states == {1: "active", 2: "active", 3: "active", 4: "left", 5: "active"}
