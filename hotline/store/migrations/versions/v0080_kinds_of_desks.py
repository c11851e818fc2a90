"""What kind of desk each is, and its name: beside the districts' and the nation's there are others."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0080"
down_revision: str | None = "0078"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    for name in ("kind", "name", "org_type", "place"):
        op.add_column("desk", sa.Column(name, sa.String(), nullable=True))
    for name in ("retired_at", "copied_since"):
        op.add_column("desk", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    desk = sa.table("desk", sa.column("code", sa.String), sa.column("kind", sa.String))
    kind = sa.case((desk.c.code == "national", "national"), else_="district")
    op.execute(desk.update().values(kind=kind))
