"""Every published figure in one place, insert only; what was told of reach moves into it."""

import hashlib
import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0091"
down_revision: str | None = "0090"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

KEPT = ("figure_edition", "figure_cell", "figure_count", "home_origin")
SQLITE = tuple(
    f"CREATE TRIGGER {table}_no_{what} BEFORE {what} ON {table}"
    f" BEGIN SELECT RAISE(ABORT, '{table} is insert only'); END"
    for table in KEPT
    for what in ("update", "delete")
)
POSTGRES = tuple(
    words
    for table in KEPT
    for words in (
        f"CREATE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{table} is insert only'"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_refuses()",
    )
)


def upgrade() -> None:
    _tables()
    _move_reach()
    op.drop_table("reach_cell")
    op.drop_table("reach_edition")
    for words in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.execute(words)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _tables() -> None:
    op.create_table(
        "figure_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        *_text("period", "edition", "version"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        *_text("made_by", "digest"),
        sa.Column("is_invented", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("figure_edition_key")),
        sa.UniqueConstraint(
            "period", "edition", "version", name=op.f("figure_edition_period_edition_version_once")
        ),
    )
    op.create_table(
        "figure_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        *_text("figure", "row", "column"),
        sa.Column("number", sa.Integer(), nullable=True),
        *_text("bound"),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["figure_edition.id"], name=op.f("figure_cell_edition_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("figure_cell_key")),
        sa.UniqueConstraint(
            "edition_id",
            "figure",
            "row",
            "column",
            name=op.f("figure_cell_edition_id_figure_row_column_once"),
        ),
    )
    op.create_table(
        "figure_count",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        *_text("counts"),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["figure_edition.id"], name=op.f("figure_count_edition_id_of")
        ),
        sa.PrimaryKeyConstraint("edition_id", name=op.f("figure_count_key")),
    )
    op.create_table(
        "home_origin",
        sa.Column("id", sa.Integer(), nullable=False),
        *_text("origin"),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("home_origin_key")),
    )


def _move_reach() -> None:
    """A month that was told stays as it was told: the first version of its inside edition."""
    bind = op.get_bind()
    edition = sa.table(
        "figure_edition",
        *(sa.column(name) for name in ("id", "period", "edition", "version", "made_at")),
        *(sa.column(name) for name in ("made_by", "digest", "is_invented")),
    )
    cell = sa.table(
        "figure_cell",
        *(sa.column(name) for name in ("edition_id", "figure", "row", "column", "number", "bound")),
    )
    told = sa.table("reach_edition", sa.column("month"), sa.column("made_at", sa.DateTime()))
    numbers = sa.table(
        "reach_cell",
        *(sa.column(name) for name in ("id", "month", "figure", "by", "row", "number", "bound")),
    )
    months = bind.execute(sa.select(told.c.month).order_by(told.c.month)).scalars().all()
    for place, month in enumerate(months, start=1):
        found = sa.select(numbers).where(numbers.c.month == month).order_by(numbers.c.id)
        rows = [
            (one.figure, _row(one.by, one.row), "all", one.number, one.bound)
            for one in bind.execute(found)
        ]
        moved = sa.select(
            sa.literal(place),
            sa.literal(month),
            sa.literal("inside"),
            sa.literal("first"),
            told.c.made_at,
            sa.literal("clock"),
            sa.literal(_digest(month, rows)),
            sa.literal(False),
        )
        bind.execute(
            edition.insert().from_select([*edition.c.keys()], moved.where(told.c.month == month))
        )
        names = ("figure", "row", "column", "number", "bound")
        cells = [{"edition_id": place, **dict(zip(names, row, strict=True))} for row in rows]
        if cells:
            bind.execute(cell.insert(), cells)
    if months and bind.dialect.name == "postgresql":
        op.execute(f"SELECT setval('figure_edition_id_seq', {len(months)})")


def _row(by: str, row: str) -> str:
    return "all" if by == "all" else f"{by}:{row}"


def _digest(month: str, rows: list[tuple[str, str, str, int | None, str]]) -> str:
    """As `domain/evidence/digest.py` makes it."""
    told = [month, "inside", "first", False, [[*row] for row in rows]]
    written = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
