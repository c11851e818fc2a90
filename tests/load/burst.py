"""A burst of tips for `bin/bench refer`, and its rows written once more without any of our rules: the yardstick."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from hotline.domain.places.places import districts
from hotline.domain.tip import Basis, Category, TipState
from hotline.store.bulk import insertion
from hotline.store.cases.case_codes import CaseCode
from hotline.store.cases.case_log import CaseLogRow
from hotline.store.database import Database
from hotline.store.insert_only import refusing_on_sqlite
from hotline.store.outbox.messages import Deadline, Message, Referral
from hotline.store.tips.tips import Tip
from hotline.store.tips.untold import Untold

PORTION = 5000
"""Tips in one statement: less than its time limit, on a slow server too."""
BODY = b"\0" * 700
"""As long as a sealed body."""
TOLD: Sequence[Table] = tuple(
    row.metadata.tables[row.__tablename__] for row in (Referral, Message, Deadline, CaseLogRow)
)
"""What referral writes, in an order that no foreign key minds."""
KEPT = (CaseLogRow.__tablename__, CaseCode.__tablename__)
"""What their triggers keep of it, or of what is bound to it."""

Rows = Mapping[Table, Sequence[tuple[Any, ...]]]


def file_tips(database: Database, count: int, at: datetime) -> None:
    """One in ten says danger, the rest that it was seen or heard; one in twenty speaks of an official."""
    codes, kinds = [area.code for area in districts()], [*Category]
    same = {
        Tip.session_key: "a" * 64,
        Tip.passage: 1,
        Tip.state: TipState.FILED,
        Tip.channel: "ussd",
        Tip.language: "rw",
        Tip.entry: "",
        Tip.basis: Basis.PUBLIC_DUTY,
        Tip.contact_key: "c" * 64,
        Tip.body: BODY,
        Tip.created_at: at,
        Tip.updated_at: at,
        Tip.filed_at: at,
        Tip.referred_at: at,
    }
    columns = (
        Tip.uid,
        Tip.identity,
        Tip.place,
        Tip.category,
        Tip.urgency,
        Tip.official,
        Tip.referred_urgency,
    )
    rows = [_tip(n, codes[n % len(codes)], kinds[n % len(kinds)]) for n in range(count)]
    for some in _batches(rows, PORTION):
        with database.writing() as session:
            session.execute(insertion(session, Tip, columns, some, same))
    _let_wait(database)


def _tip(n: int, place: str, kind: Category) -> tuple[object, ...]:
    urgency = 1 if n % 10 == 0 else 2 + n % 2
    return f"{n:032}", f"{n:064}", place, kind, urgency, "yes" if n % 20 == 7 else "no", urgency


def _let_wait(database: Database) -> None:
    """As the hop does that files a tip."""
    with database.writing() as session:
        each = select(Tip.id, Tip.urgency).order_by(Tip.id)
        session.execute(insert(Untold).from_select([Untold.tip_id, Untold.urgency], each))


def told_rows(database: Database) -> Rows:
    """Everything that referral wrote, as the driver gives it."""
    with database.reading() as session:
        connection = session.connection()
        return {
            table: [tuple(row) for row in connection.exec_driver_sql(_selection(table))]
            for table in TOLD
        }


def forget_told(database: Database) -> None:
    """As if nobody had been told of any tip."""
    with database.writing() as session:
        connection = session.connection()
        # Nothing may be deleted from a log, but for this one try; what is bound to it goes by CASCADE.
        refusing = refusing_on_sqlite(CaseLogRow.__tablename__)
        if database.is_sqlite:
            for words in refusing:
                connection.exec_driver_sql(f"DROP TRIGGER {words.split()[2]}")
        else:
            for kept in KEPT:
                connection.exec_driver_sql(f"ALTER TABLE {kept} DISABLE TRIGGER USER")
        for table in reversed(TOLD):
            connection.exec_driver_sql(
                f"DELETE FROM {table.name}"
                if database.is_sqlite
                else f"TRUNCATE {table.name} CASCADE"
            )
        if database.is_sqlite:
            for words in refusing:
                connection.exec_driver_sql(words)
        else:
            for kept in KEPT:
                connection.exec_driver_sql(f"ALTER TABLE {kept} ENABLE TRIGGER USER")
    _let_wait(database)


def write_again(database: Database, rows: Rows, batch: int) -> None:
    """The same rows by the driver's own `executemany`, in as many transactions; no tip waits afterwards."""
    with database.reading() as session:
        tips = [(id,) for id in session.scalars(select(Tip.id).order_by(Tip.id))]
    transactions = -(-len(tips) // batch)
    mark = "?" if database.is_sqlite else "%s"
    told = f"DELETE FROM untold WHERE tip_id = {mark}"
    for n in range(transactions):
        with database.writing() as session:
            connection = session.connection()
            for table in TOLD:
                share = -(-len(rows[table]) // transactions)
                _write(connection, table, rows[table][n * share : (n + 1) * share], mark)
            connection.exec_driver_sql(told, tips[n * batch : (n + 1) * batch])


def _write(
    connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], mark: str
) -> None:
    names, marks = ", ".join(table.columns.keys()), ", ".join(mark for _ in table.columns)
    if rows:
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", [*rows])


def _selection(table: Table) -> str:
    """JSON as the text that it is written as; alerts in the order of their referrals, which come first."""
    names = [
        f"CAST({name} AS TEXT)" if name in ("parameters", "codes") else name
        for name in table.columns.keys()  # noqa: SIM118
    ]
    order = "referral_id" if "referral_id" in table.columns else "id"
    return f"SELECT {', '.join(names)} FROM {table.name} ORDER BY {order}"


def _batches(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for first in range(0, len(rows), size):
        yield rows[first : first + size]
