"""Memberships of desks, out of each person's districts and level; enrolments; and what a PIN of her own needs."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0078"
down_revision: str | None = "0077"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

PROVINCES = {1: 3, 2: 8, 3: 7, 4: 5, 5: 7}
DISTRICTS = [f"{province}{n}" for province, many in PROVINCES.items() for n in range(1, many + 1)]
"""As they stood when this was written: a migration does not change with the code."""
LEVELS = ("responder", "deputy", "coordinator")
ROWS = 1000


def upgrade() -> None:
    for column in (
        sa.Column("languages", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(), nullable=False, server_default="active"),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("pin_wrap", sa.LargeBinary(), nullable=True),
        sa.Column("pin_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_pins", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rested_until", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("responder", column)
    _enrolments()
    _memberships()
    _fill()


def _memberships() -> None:
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("desk_code", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("membership_responder_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("membership_key")),
    )
    runs = sa.text("until_at IS NULL")
    op.create_index(
        "membership_one",
        "membership",
        ["responder_id", "desk_code"],
        unique=True,
        sqlite_where=runs,
        postgresql_where=runs,
    )
    op.create_index(
        "membership_desk",
        "membership",
        ["desk_code"],
        sqlite_where=runs,
        postgresql_where=runs,
    )


def _enrolments() -> None:
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=True),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("sealed_number", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_code", sa.LargeBinary(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("start_hash", sa.LargeBinary(), nullable=True),
        sa.Column("start_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("enrolment_responder_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("enrolment_key")),
    )
    open_ones = sa.text("ended_at IS NULL")
    op.create_index(
        "enrolment_open",
        "enrolment",
        ["responder_id"],
        unique=True,
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )
    op.create_index(op.f("enrolment_number_key_index"), "enrolment", ["number_key"])


def _fill() -> None:
    responder = sa.table(
        "responder",
        sa.column("id", sa.Integer),
        sa.column("level", sa.String),
        sa.column("districts", sa.JSON),
        sa.column("categories", sa.JSON),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("left_at", sa.DateTime(timezone=True)),
        sa.column("state", sa.String),
    )
    rows = [row for person in op.get_bind().execute(sa.select(responder)) for row in _of(person)]
    membership = sa.table(
        "membership",
        sa.column("responder_id", sa.Integer),
        sa.column("desk_code", sa.String),
        sa.column("level", sa.String),
        sa.column("categories", sa.JSON),
        sa.column("from_at", sa.DateTime(timezone=True)),
        sa.column("until_at", sa.DateTime(timezone=True)),
    )
    for first in range(0, len(rows), ROWS):
        op.bulk_insert(membership, rows[first : first + ROWS])
    op.execute(responder.update().where(responder.c.left_at.is_not(None)).values(state="left"))


def _of(person: Any) -> Iterator[dict[str, Any]]:
    """One membership in the national desk, or in each of her districts; no district meant all."""
    if person.level == "national":
        codes: Sequence[str] = ("national",)
    else:
        codes = (person.districts or DISTRICTS) if person.level in LEVELS else ()
    for code in codes:
        yield {
            "responder_id": person.id,
            "desk_code": code,
            "level": person.level,
            "categories": person.categories,
            "from_at": person.created_at,
            "until_at": person.left_at,
        }
